import { join } from 'node:path';
import type { Auditor } from '../auditor.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { Policy } from '../model/policy.ts';
import type { Depth, ForkEvidence, PackageReport, Report } from '../model/report.ts';
import type { LockfileContents } from '../model/target.ts';
import { type OpenAuditor, openAuditor } from '../open/auditor.ts';
import { type RenderOptions, render, renderContext } from '../render.ts';
import { resultOf } from '../report/words/run.ts';
import { checkoutAt } from '../source/repository.ts';
import type { Source } from '../source/source.ts';
import { readBundles } from './bundles.ts';
import { type Environment, mayColor, widthOf } from './environment.ts';
import { exitCodeOf } from './exit.ts';
import type { AuditFlags } from './options.ts';
import { checkWritable, keepFile, type Output, readOutputs, writeOutput } from './output.ts';
import { comparedTrust } from './pack-trust.ts';
import { readPolicy } from './policy.ts';
import { openProgress } from './progress.ts';
import { lockfilesOfRun, readRunInfo } from './run-info.ts';
import { type Voice, voiceOn } from './say.ts';
import { readSettings, type Settings, trustOptions } from './settings.ts';

/** What a command knows before any request is made. */
export interface Request {
  readonly settings: Settings;
  readonly policy: Policy;
  /** The requested depth; when missing, the lockfile of each package decides. */
  readonly depth: Depth | undefined;
}

/** The work of a command, after its input was parsed. */
export interface Work {
  /** The number of packages, for progress. */
  readonly packages: number;
  /** The lockfiles that the command read, if any. */
  readonly lockfiles?: readonly LockfileContents[];
  run(auditor: Auditor): Promise<Report>;
}

/** Additions of a command to the options of the command line. */
export interface Extra {
  /** Wraps the source of the audit, for example in a recorder. */
  readonly wrap?: (source: Source) => Source;
  /** The minimum depth for every package if no depth was requested. */
  readonly leastDepth?: Depth;
}

/** A report, and the inputs of its audit. */
export interface Audited {
  readonly report: Report;
  readonly request: Request;
  readonly auditor: Auditor;
}

/**
 * The frame of every command that audits: read options, open source and trust, do the work, write reports, return the
 * exit code. Errors in the request are found before any network request.
 */
export async function runAudit(
  flags: AuditFlags & Extra,
  environment: Environment,
  prepare: (request: Request) => Promise<Work>,
): Promise<number> {
  const outputs = readOutputs(flags, environment.cwd);
  const { report, request } = await auditWith(flags, environment, prepare, outputs);
  if (outputs.every(({ file }) => file !== undefined)) {
    const options = renderOptions(flags, environment, request.settings);
    const { mark, text } = resultOf(report, renderContext(report, options));
    voiceOn(environment.stderr, flags.quiet).note(`${mark} ${text}`);
  }
  return exitCodeOf(report, {
    allowEmpty: flags['allow-empty'],
    exitZero: flags['exit-zero'],
    strict: flags.strict,
  });
}

/**
 * Like `runAudit`, for commands with their own output: reports are written only to files that `--format` names.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID` for a report without a file
 */
export async function auditQuietly(
  flags: AuditFlags & Extra,
  environment: Environment,
  prepare: (request: Request) => Promise<Work>,
): Promise<Audited> {
  const { format } = flags;
  const outputs = format === undefined ? [] : readOutputs({ format, output: undefined }, environment.cwd);
  const stray = outputs.find(({ file }) => file === undefined);
  if (stray !== undefined) {
    throw new JsrVerifyError('OPTIONS_INVALID', 'this command already writes to standard output', {
      hint: `write the report to a file: --format ${stray.format}=report`,
    });
  }
  return auditWith(flags, environment, prepare, outputs);
}

async function auditWith(
  flags: AuditFlags & Extra,
  environment: Environment,
  prepare: (request: Request) => Promise<Work>,
  outputs: readonly Output[],
): Promise<Audited> {
  const settings = await readSettings(flags, environment);
  const policy = await readPolicy(flags, environment.cwd);
  const request: Request = { settings, policy, depth: flags.depth };
  const bundles = await readBundles(flags.bundle, environment.cwd);
  const work = await prepare(request);
  await checkWritable(outputs);
  const voice = voiceOn(environment.stderr, flags.quiet);
  let auditor: OpenAuditor | undefined;
  const progress = await openProgress(
    environment,
    { wanted: flags.progress && !flags.quiet, color: flags.color },
    () => auditor?.inFlight() ?? 0,
  );
  // Only this format shows more about the run than its lockfiles, so git is not started for the others.
  const run = outputs.some(({ format }) => format === 'html')
    ? await readRunInfo(environment, policy, work.lockfiles)
    : lockfilesOfRun(policy, work.lockfiles);
  const [only, second] = work.lockfiles ?? [];
  const document =
    only?.document === undefined || second !== undefined
      ? undefined
      : { file: only.file, text: only.document };
  const rendering = { ...renderOptions(flags, environment, settings), run, document };
  const { signal } = environment;
  try {
    progress.phase('asking for the trusted root');
    const stream = await openStream(outputs, rendering, environment);
    auditor = await openAuditor({
      ...settings,
      policy,
      depth: request.depth,
      discover: flags.discover,
      batch: work.packages > 1,
      now: environment.now(),
      signal,
      trustOptions: {
        ...trustOptions(settings),
        strict: flags.strict,
        onProgress: (text) => progress.phase(text),
      },
      ...(flags.leastDepth && { leastDepth: flags.leastDepth }),
      ...(bundles !== undefined && { bundles }),
      ...(environment.workers && { workers: environment.workers }),
      onWarning: (text) => voice.warning(text),
      onPackage: (report) => {
        progress.done(report);
        stream?.(report);
      },
    });
    progress.total(work.packages);
    const used = { ...auditor, source: flags.wrap?.(auditor.source) ?? auditor.source };
    const made = await work.run(used);
    // A command may continue after its audit and then be interrupted.
    const report = { ...made, interrupted: made.interrupted || signal.aborted };
    progress.stop();
    const { trust, pack } = auditor;
    const toStandardOutput = outputs.filter(({ file }) => file === undefined);
    const isPretty = toStandardOutput.some(({ format }) => format === 'pretty');
    // That report says it itself.
    if (!isPretty) for (const warning of trust.status.warnings) voice.warning(warning);
    const recorded = pack && comparedTrust(pack, trust.status);
    if (recorded !== undefined && flags.verbose) voice.note(recorded);
    if (!isPretty || environment.stdout.isTTY !== true)
      for (const { spec, reason, hint } of report.unresolved) voice.error(`${spec}: ${reason}`, hint);
    if (report.log.kind === 'forked') await keepFork(report.log.fork, settings, environment, voice);
    const isOpen = report.packages.some(({ verdict }) => verdict.kind === 'inconclusive');
    if (flags.offline && flags.pack === undefined && isOpen)
      voice.note('hint: run once without --offline to fill the cache, or replay a pack with --pack');
    await writeReports(report, outputs, rendering, environment, stream !== undefined);
    if (flags.verbose)
      for (const [host, count] of Object.entries(report.requests)) voice.note(`${count} requests to ${host}`);
    return { report, request, auditor: used };
  } finally {
    progress.stop();
    await auditor?.close();
  }
}

// Evidence against a log is saved, so that the user can show it to third parties.
async function keepFork(
  fork: ForkEvidence,
  { cacheDir }: Settings,
  { cwd }: Environment,
  voice: Voice,
): Promise<void> {
  const { toForkFile } = await import('../tlog/fork.ts');
  const file = await keepFile(
    cacheDir === undefined ? cwd : join(cacheDir, 'forks'),
    'log-fork',
    toForkFile(fork),
  );
  voice.error(
    `the log contradicted itself: ${fork.why}`,
    `the evidence is in ${file}; check it with jsr-verify trust check-fork`,
  );
}

/** The render options of this process. */
export function renderOptions(
  flags: AuditFlags,
  environment: Environment,
  { addresses }: Settings,
): RenderOptions {
  const { stdout, env, cwd } = environment;
  const color = mayColor(stdout, flags.color, environment);
  return {
    color,
    columns: stdout.isTTY === true ? Math.max(40, Math.min(widthOf(stdout) ?? 80, 120)) : 80,
    hyperlinks: color && stdout.isTTY === true && env['TERM_PROGRAM'] !== 'Apple_Terminal',
    verbose: flags.verbose,
    quiet: flags.quiet,
    strict: flags.strict,
    allowEmpty: flags['allow-empty'],
    checkout: checkoutAt(cwd),
    addresses,
  };
}

// NDJSON is printed as packages finish; other formats need the complete report.
async function openStream(
  outputs: readonly Output[],
  rendering: RenderOptions,
  { stdout }: Environment,
): Promise<((report: PackageReport) => void) | undefined> {
  if (!outputs.some(({ format, file }) => format === 'ndjson' && file === undefined)) return undefined;
  const { ndjson } = await import('../report/formats/ndjson.ts');
  const context = renderContext({}, rendering);
  return (report) => void stdout.write(ndjson.renderPackage(report, context));
}

async function writeReports(
  report: Report,
  outputs: readonly Output[],
  rendering: RenderOptions,
  { stdout }: Environment,
  streamed: boolean,
): Promise<void> {
  for (const { format, file } of outputs) {
    if (file !== undefined) {
      const text = await render(report, format, {
        ...rendering,
        ...{ color: false, hyperlinks: false, columns: 80 },
      });
      await writeOutput(file, text);
    } else if (streamed && format === 'ndjson') {
      const { ndjson } = await import('../report/formats/ndjson.ts');
      stdout.write(ndjson.renderEnd(report, renderContext(report, rendering)));
    } else {
      stdout.write(await render(report, format, rendering));
    }
  }
}
