import { join } from 'node:path';
import type { Auditor } from '../auditor.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { Policy } from '../model/policy.ts';
import type { Depth, ForkEvidence, PackageReport, Report } from '../model/report.ts';
import { tool } from '../model/tool.ts';
import { isStreaming, type RenderContext } from '../report/renderer.ts';
import { type ReportFormat, reporters } from '../report/reporter.ts';
import type { Source } from '../source/source.ts';
import { checkpointMemory } from '../tlog/follow-memory.ts';
import { readBundles } from './bundles.ts';
import { aboutEverything } from './catalogue.ts';
import { type Environment, mayColor, widthOf } from './environment.ts';
import { exitCodeOf } from './exit.ts';
import { openTrust } from './load-trust.ts';
import { openSource } from './open-source.ts';
import type { AuditFlags } from './options.ts';
import { checkWritable, keepFile, type Output, readOutputs, writeOutput } from './output.ts';
import { comparedTrust } from './pack-trust.ts';
import { readPolicy } from './policy.ts';
import { openProgress } from './progress.ts';
import { type Voice, voiceOn } from './say.ts';
import { readSettings, type Settings } from './settings.ts';

/** What a command may know before anything is asked. */
export interface Request {
  readonly settings: Settings;
  readonly policy: Policy;
  /** As asked; when missing, as far for each package as what locks it asks for. */
  readonly depth: Depth | undefined;
}

/** The work of a command, its input read and understood. */
export interface Work {
  /** How many packages it is about, for progress. */
  readonly packages: number;
  run(auditor: Auditor): Promise<Report>;
}

/** What a command adds to the options of the command line. */
export interface Extra {
  /** Puts something between the audit and its source: a recorder. */
  readonly wrap?: (source: Source) => Source;
  /** Where no depth is asked for, no package is looked at less than this far. */
  readonly leastDepth?: Depth;
}

/** A report, and what it was made with. */
export interface Audited {
  readonly report: Report;
  readonly request: Request;
  readonly auditor: Auditor;
}

/**
 * The frame around every command that audits: read the options, open source and trust, do the work, write the reports, exit.
 * Whatever can be wrong with the request is found before anything is asked.
 */
export async function runAudit(
  flags: AuditFlags & Extra,
  environment: Environment,
  prepare: (request: Request) => Promise<Work>,
): Promise<number> {
  const outputs = readOutputs(flags, environment.cwd);
  const { report } = await auditWith(flags, environment, prepare, outputs);
  return exitCodeOf(report, {
    allowEmpty: flags['allow-empty'],
    exitZero: flags['exit-zero'],
    strict: flags.strict,
  });
}

/**
 * As `runAudit`, for commands with an output of their own: reports are only written to files that `--format` names.
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
  const opened = await openSource(settings, work.packages, (text) => voice.warning(text));
  const progress = await openProgress(environment, flags.progress && !flags.quiet, () => opened.inFlight());
  const context = renderContext(flags, environment, settings);
  const { signal } = environment;
  // Whatever still waits for an answer need not wait any longer.
  const hangUp = () => void opened.close();
  signal.addEventListener('abort', hangUp, { once: true });
  try {
    progress.phase('asking for the trusted root');
    const trust = await openTrust(settings, environment, {
      strict: flags.strict,
      onProgress: (text) => progress.phase(text),
    });
    const stream = await openStream(outputs, context, environment);
    const auditor: Auditor = {
      source: flags.wrap?.(opened.source) ?? opened.source,
      trust,
      policy,
      addresses: settings.addresses,
      now: environment.now(),
      depth: request.depth,
      ...(flags.leastDepth && { leastDepth: flags.leastDepth }),
      concurrency: 3 * settings.concurrency,
      discover: flags.discover,
      ...(bundles !== undefined && { bundles }),
      ...(settings.cacheDir !== undefined && {
        memory: checkpointMemory(join(settings.cacheDir, 'logs'), (text) => voice.warning(text)),
      }),
      live: !settings.offline,
      ...(environment.workers && { workers: environment.workers }),
      signal,
      onPackage: (report) => {
        progress.done(report);
        stream?.(report);
      },
    };
    progress.total(work.packages);
    const made = await work.run(auditor);
    // Also where all packages were done and only the log was still being asked.
    const report = { ...made, interrupted: made.interrupted || signal.aborted };
    progress.stop();
    for (const warning of trust.status.warnings) voice.warning(warning);
    const recorded = opened.pack && comparedTrust(opened.pack, trust.status);
    if (recorded !== undefined && flags.verbose) voice.note(recorded);
    const told =
      environment.stdout.isTTY === true &&
      outputs.some(({ format, file }) => format === 'pretty' && file === undefined);
    if (!told)
      for (const { spec, reason, hint } of report.unresolved) voice.error(`${spec}: ${reason}`, hint);
    if (report.log.kind === 'forked') await keepFork(report.log.fork, settings, environment, voice);
    await writeReports(report, outputs, context, environment, stream !== undefined);
    if (flags.verbose)
      for (const [host, count] of Object.entries(report.requests)) voice.note(`${count} requests to ${host}`);
    return { report, request, auditor };
  } finally {
    progress.stop();
    signal.removeEventListener('abort', hangUp);
    await opened.close();
  }
}

// Evidence against a log is kept where a third party can be shown it.
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

/** What renderers may know of the process. */
export function renderContext(
  flags: AuditFlags,
  environment: Environment,
  { addresses }: Settings,
): RenderContext {
  const { stdout, env } = environment;
  const color = mayColor(stdout, flags.color, environment);
  return {
    catalogue: aboutEverything,
    toolVersion: tool.version,
    color,
    columns: stdout.isTTY === true ? Math.max(40, Math.min(widthOf(stdout) ?? 80, 120)) : 80,
    hyperlinks: color && stdout.isTTY === true && env['TERM_PROGRAM'] !== 'Apple_Terminal',
    verbose: flags.verbose,
    quiet: flags.quiet,
    strict: flags.strict,
    allowEmpty: flags['allow-empty'],
    links: { registry: addresses.registry, rekor: addresses.rekor },
  };
}

// Lines of JSON go out as packages finish; every other format needs the whole.
async function openStream(outputs: readonly Output[], context: RenderContext, { stdout }: Environment) {
  if (!outputs.some(({ format, file }) => format === 'ndjson' && file === undefined)) return undefined;
  const renderer = await reporters.ndjson.load();
  return isStreaming(renderer)
    ? (report: PackageReport) => void stdout.write(renderer.renderPackage(report, context))
    : undefined;
}

async function writeReports(
  report: Report,
  outputs: readonly Output[],
  context: RenderContext,
  { stdout }: Environment,
  streamed: boolean,
): Promise<void> {
  for (const { format, file } of outputs) {
    const renderer = await reporters[format satisfies ReportFormat].load();
    if (file !== undefined) {
      await writeOutput(
        file,
        renderer.render(report, { ...context, color: false, hyperlinks: false, columns: 80 }),
      );
    } else if (streamed && format === 'ndjson' && isStreaming(renderer)) {
      stdout.write(renderer.renderEnd(report, context));
    } else {
      stdout.write(renderer.render(report, context));
    }
  }
}
