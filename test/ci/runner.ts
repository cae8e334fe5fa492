import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { runProcess } from '../support/process.ts';

/** The checkout that the action is in. */
export const root = resolve(import.meta.dirname, '../..');

/** An action as its file describes it. */
export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

/** Where the action runs: on which checkout, with what around it. */
export interface Job {
  /** A folder that is taken away afterwards, by whoever made it. */
  readonly folder: string;
  readonly workspace: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What started the workflow; a push by default. */
  readonly event?: unknown;
  /** The values of the matrix, for a job that has one. */
  readonly matrix?: unknown;
  /** Another checkout of the action. */
  readonly action?: string;
}

/** What GitHub would know after the action. */
export interface Ran {
  readonly code: number;
  readonly log: string;
  readonly commands: readonly Command[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The environment of each step that ran. */
  readonly environments: readonly Readonly<Record<string, string>>[];
}

/** A command to the runner, read out of the log. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

export const readAction = async (folder = root): Promise<Action> =>
  parse(await readFile(join(folder, 'action.yml'), 'utf8'));

/** Runs the steps of the action as GitHub's runner does: each as a script, with files to write to. */
export async function runAction(with_: Readonly<Record<string, string>>, job: Job): Promise<Ran> {
  const { folder, workspace, event = {}, action = root } = job;
  const { inputs, outputs, runs } = await readAction(action);
  const temp = await mkdtemp(join(folder, 'job-'));
  const file = async (name: string, text = ''): Promise<string> => {
    await writeFile(join(temp, name), text);
    return join(temp, name);
  };
  const summary = await file('summary', 'from an earlier step\n');
  const output = await file('output');
  const context = { 'toJSON(matrix)': JSON.stringify(job.matrix ?? null, undefined, 2) };
  const defaults = Object.entries(inputs).map(([name, input]) => [
    `inputs.${name}`,
    filled(String(input.default), context),
  ]);
  const given = Object.entries(with_).map(([name, value]) => [`inputs.${name}`, value]);
  const known: Record<string, string> = Object.fromEntries([...defaults, ...given]);
  const around = {
    HOME: temp,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: action,
    GITHUB_EVENT_PATH: await file('event.json', JSON.stringify(event)),
    GITHUB_JOB: 'audit',
    GITHUB_OUTPUT: output,
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_RUN_ID: '42',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/provenance.yml@refs/pull/7/merge',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    ...job.env,
  };
  const environments: Readonly<Record<string, string>>[] = [];
  let [code, log] = [0, ''];
  for (const step of runs.steps) {
    if (!holds(step.if, known, code)) continue;
    const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, known)]);
    const env: Record<string, string> = { ...around, ...Object.fromEntries(own) };
    environments.push(env);
    const script = await file(`step-${environments.length}.sh`, filled(step.run, known));
    const ended = await runProcess(['bash', '--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: workspace,
      env,
    });
    log += ended.stdout + ended.stderr;
    if (code === 0) code = ended.code;
    for (const [name, value] of await outputsIn(output))
      known[`steps.${step.id ?? ''}.outputs.${name}`] = value;
  }
  return {
    code,
    log,
    commands: commandsIn(log),
    summary: (await readFile(summary, 'utf8')).replace('from an earlier step\n', ''),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { value }]) => [name, filled(value, known)]),
    ),
    environments,
  };
}

/** The commands that the runner would obey: `::name …::` at the start of a line, `##[name …]` anywhere in one. */
function commandsIn(log: string): readonly Command[] {
  const found: Command[] = [];
  let resume: string | undefined;
  for (const line of log.split(/\r?\n/)) {
    const match =
      /^\s*::(?<name>[\w-]+)(?: (?<properties>[^:]*))?::(?<message>.*)$/.exec(line) ??
      /##\[(?<name>[\w-]+)(?: (?<properties>[^\]]*))?\](?<message>.*)$/.exec(line);
    const { name = '', properties = '', message = '' } = match?.groups ?? {};
    if (match === null || (resume !== undefined && name !== resume)) continue;
    if (name === resume) resume = undefined;
    else if (name === 'stop-commands') resume = message;
    else found.push({ name, properties: propertiesIn(properties), message: decoded(message) });
  }
  return found;
}

function propertiesIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((pair) => /^\s*([\w-]+)=(.*)$/.exec(pair) ?? ['', '', '']);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, decoded(value)]));
}

const decoded = (text: string): string =>
  text.replace(/%(25|0D|0A|3A|2C)/g, (code) => decodeURIComponent(code));

async function outputsIn(file: string): Promise<readonly (readonly [string, string])[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [, name = '', value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`GitHub would not understand the output ${line}`);
    return [name, value] as const;
  });
}

/** Expressions in a text, as far as the action uses them; an unknown one is an error here, and nothing at GitHub. */
function filled(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => resultOf(expression, known));
}

function resultOf(expression: string, known: Readonly<Record<string, string>>): string {
  if (expression.startsWith('inputs.') && known[expression] === undefined)
    throw new Error(`${expression} is not an input`);
  if (expression === 'toJSON(matrix)' && known[expression] !== undefined) return known[expression];
  if (!/^(?:inputs|steps)\.[\w.-]+$/.test(expression)) throw new Error(`cannot evaluate ${expression}`);
  return known[expression] ?? '';
}

/** Whether a step runs: always after success unless it says otherwise, and after a failure only if it says so. */
function holds(
  condition: string | undefined,
  known: Readonly<Record<string, string>>,
  code: number,
): boolean {
  if (condition === undefined) return code === 0;
  const inner = condition.replace(/^\$\{\{|\}\}$/g, '').trim();
  const terms = inner.split('&&').map((term) => term.trim());
  if (code !== 0 && !terms.includes('!cancelled()')) return false;
  return terms.every((term) => {
    if (term === '!cancelled()') return true;
    const [, expression] = /^(.*?)\s*!=\s*''$/.exec(term) ?? [];
    if (expression === undefined) throw new Error(`cannot evaluate ${term}`);
    return resultOf(expression, known) !== '';
  });
}
