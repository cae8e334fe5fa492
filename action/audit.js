// First step of the action: runs the audit, and writes log, annotations, job summary and outputs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { baseCommit } from './git.js';
import { InputError, readInputs } from './inputs.js';
import { markerOf } from './marker.js';
import { policyFor } from './policy.js';
import { programFor } from './program.js';
import { failureSummary, summaryOf } from './summary.js';
import { passes, verdictOf } from './verdict.js';
import { annotate, print, setOutputs, silenced } from './workflow.js';

const { env } = process;

try {
  process.exitCode = await audit();
} catch (error) {
  if (error instanceof InputError) {
    await annotate('error', error.message);
    process.exitCode = 2;
  } else {
    await annotate('error', `this is a bug in the action: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 70;
  }
}

/** The exit code of the step. */
async function audit() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new InputError(
      `Node ${process.versions.node} is too old, use actions/setup-node to get 20.19 or later`,
    );
  const inputs = readInputs(env);
  // A new folder, so that every file in it is from this run.
  const folder = await mkdtemp(join(env['RUNNER_TEMP'] ?? tmpdir(), 'jsr-verify-'));
  const workspace = process.cwd();
  const base = inputs.mode === 'diff' ? await baseCommit(workspace, env) : undefined;
  const policy = await policyFor(inputs, { workspace, folder, env });
  const program = await programFor(inputs, folder);
  const file = (/** @type {string} */ name) => join(folder, name);
  const [annotations, markdown, json] = [file('annotations.txt'), file('report.md'), file('report.json')];
  const sarif = inputs.sarifFile === '' ? file('report.sarif') : resolve(inputs.sarifFile);
  // The program writes this file last; if it exists, all of them do.
  const formats = [`github=${annotations}`, `markdown=${markdown}`, `sarif=${sarif}`, `json=${json}`];
  const options = [
    ...(policy === '' ? [] : [`--policy=${resolve(policy)}`]),
    ...inputs.args,
    ...[...inputs.formats.map(inWorkspace), ...formats].map((format) => `--format=${format}`),
  ];
  // A revision has the lockfiles of the folder in which the program runs.
  const [cwd, args] =
    base === undefined
      ? [workspace, ['audit', ...options, '--', ...inputs.paths]]
      : [resolve(inputs.paths[0] ?? '.'), ['diff', ...options, base]];

  // So that no text in the output, such as the name of a package, is taken for a workflow command.
  const code = await silenced(() => run(program, args, cwd));
  const report = await reportIn(json);
  const verdict = verdictOf(code, report, inputs.failOn === 'warning');
  const marker = markerOf({ ...inputs, env });
  await setOutputs({ 'exit-code': code, verdict, 'markdown-file': markdown });
  if (report === undefined) {
    const failure = failureSummary(code);
    await annotate('error', `the audit could not be made (exit code ${code}), the log says why`);
    await summarize(failure);
    await writeFile(markdown, `${marker}\n${failure}`);
    return code === 0 ? 70 : code;
  }
  await print(await readFile(annotations, 'utf8'));
  const text = await readFile(markdown, 'utf8');
  await summarize(summaryOf(report, text));
  // The first line of the program's report is a comment that nobody sees.
  await writeFile(markdown, `${marker}\n${text.slice(text.indexOf('\n') + 1)}`);
  await setOutputs({ ...report.summary, 'sarif-file': sarif, 'json-file': json });
  if (!passes(verdict, inputs.failOn)) return code;
  if (verdict !== 'passed')
    await annotate('warning', `the verdict is ${verdict}, but the inputs of the action let the job pass`);
  return 0;
}

/** Runs the program with both output streams joined, and returns its exit code. */
async function run(
  /** @type {string} */ program,
  /** @type {readonly string[]} */ args,
  /** @type {string} */ cwd,
) {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 1, 1] });
  const [code] = await once(child, 'close').catch(() => [2]);
  return typeof code === 'number' ? code : 130;
}

/**
 * The report of a run that came to its end, or nothing.
 *
 * @returns {Promise<(import('./summary.js').Report & import('./verdict.js').Report) | undefined>}
 */
async function reportIn(/** @type {string} */ file) {
  try {
    const report = JSON.parse(await readFile(file, 'utf8'));
    const lists = [report.packages, report.findings, report.unresolved];
    const isWhole = typeof report.summary === 'object' && typeof report.log === 'object';
    return isWhole && lists.every(Array.isArray) ? report : undefined;
  } catch {
    return undefined;
  }
}

/** A format whose file, if it names one, is seen from the workspace. */
function inWorkspace(/** @type {string} */ format) {
  const at = format.indexOf('=');
  const file = format.slice(at + 1);
  return at < 0 || file === '' ? format : `${format.slice(0, at)}=${resolve(file)}`;
}

async function summarize(/** @type {string} */ markdown) {
  if (env['GITHUB_STEP_SUMMARY']) await appendFile(env['GITHUB_STEP_SUMMARY'], `${markdown}\n`);
}
