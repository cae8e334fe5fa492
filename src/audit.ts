import pMap from 'p-map';
import type { Auditor, PackageAuditor } from './auditor.ts';
import { type Examination, examine } from './examine.ts';
import { type Checks, checkIds, type Outcome, unknown } from './model/check.ts';
import type { Finding } from './model/finding.ts';
import { type Purl, purlOf, type Spec } from './model/package.ts';
import type { Exemption } from './model/policy.ts';
import { publisherOf } from './model/publisher.ts';
import {
  type Depth,
  type LogOutcome,
  type PackageReport,
  type Report,
  reaches,
  shallowest,
  type UnresolvedSpec,
  unreadableEntry,
} from './model/report.ts';
import type { ForeignReference, LockfileContents, Remark, Target, UnreadableEntry } from './model/target.ts';
import { mergeTargets } from './model/target.ts';
import type { Assessment } from './policy/assessment.ts';
import { judge } from './policy/judge.ts';
import { judgeForeign } from './policy/judge-foreign.ts';
import { judgeRun } from './policy/judge-run.ts';
import { packageRules, runRules } from './policy/rules/index.ts';
import { unusedExemptions } from './policy/unused.ts';
import { openRegistry } from './registry/registry.ts';
import { logKeys } from './sigstore/trust-logs.ts';
import { openCheckpoint, type SignedCheckpoint } from './tlog/checkpoint.ts';
import { follow } from './tlog/follow.ts';
import { openLog } from './tlog/log.ts';

/**
 * Resolves specs, audits what they resolve to and reports. A spec that names nothing that exists is listed as
 * unresolved; one whose versions could not be listed is reported as inconclusive.
 */
export function verifySpecs(specs: readonly Spec[], auditor: Auditor): Promise<Report> {
  return auditAll(specs, [], auditor);
}

/** Audits every package version of the lockfiles, each once, and reports it at every place it is mentioned. */
export function audit(lockfiles: readonly LockfileContents[], auditor: Auditor): Promise<Report> {
  return auditAll([], lockfiles, auditor);
}

/** As `audit`, for one of several parts of a run: the logs are left to `followLogs`, once for all of them. */
export function auditPart(lockfiles: readonly LockfileContents[], auditor: Auditor): Promise<Report> {
  return auditUnfollowed([], lockfiles, auditor);
}

/** Both at once, as one run: `verifySpecs` for the specs and `audit` for the lockfiles. */
export async function auditAll(
  specs: readonly Spec[],
  lockfiles: readonly LockfileContents[],
  auditor: Auditor,
): Promise<Report> {
  const report = await auditUnfollowed(specs, lockfiles, auditor);
  return { ...report, ...(await followLogs(report.packages, auditor)) };
}

async function auditUnfollowed(
  specs: readonly Spec[],
  lockfiles: readonly LockfileContents[],
  auditor: Auditor,
): Promise<Report> {
  const { resolved, unresolved, ...rest } = await resolveAll(specs, auditor);
  // Versions that nobody waited for are not versions that could not be fetched.
  const unlisted = isAborted(auditor) ? [] : rest.unlisted;
  for (const pkg of unlisted) auditor.onPackage?.(pkg);
  const targets = mergeTargets([...resolved, ...lockfiles.flatMap((lockfile) => lockfile.targets)]);
  const foreign = lockfiles.flatMap((lockfile) => lockfile.foreign);
  const { usedExemptions, ...report } = await auditTargets(targets, foreign, tarballsIn(lockfiles), auditor);
  const findings = lockfiles.flatMap((lockfile) => [
    ...lockfile.unreadable.map(unreadable),
    ...(lockfile.remarks ?? []).map(remarked),
  ]);
  const { installed, policy, now } = auditor;
  const beside = judgeRun({ ...(installed && { strays: installed.strays }) }, policy, now);
  return {
    ...report,
    packages: [...unlisted, ...report.packages],
    findings: [...findings, ...report.findings, ...beside.findings],
    unresolved,
    unusedExemptions: report.interrupted
      ? []
      : unusedExemptions(policy, new Set([...usedExemptions, ...beside.usedExemptions]), {
          rules: installed === undefined ? packageRules : [...packageRules, ...runRules],
          // A lockfile is the whole project; about what specs leave out nothing is known.
          ...(specs.length > 0 && { packages: targets.map((target) => target.package) }),
        }),
  };
}

/** What specs came to, in their order. */
interface Resolved {
  readonly resolved: readonly Target[];
  readonly unresolved: readonly UnresolvedSpec[];
  readonly unlisted: readonly PackageReport[];
}

async function resolveAll(specs: readonly Spec[], { source, addresses }: Auditor): Promise<Resolved> {
  const registry = openRegistry(source, addresses);
  const resolved: Target[] = [];
  const unresolved: UnresolvedSpec[] = [];
  const unlisted: PackageReport[] = [];
  const resolutions = await Promise.all(specs.map((spec) => registry.resolve(spec)));
  for (const [index, resolution] of resolutions.entries()) {
    const spec = specs[index];
    if (spec === undefined) continue;
    if (resolution.kind === 'resolved') resolved.push({ package: resolution.package, occurrences: [] });
    else if (resolution.kind === 'unresolved') {
      const { kind: _, ...rest } = resolution;
      unresolved.push({ spec: spec.text, ...rest });
    } else unlisted.push(unlistedPackage(spec, resolution.why));
  }
  return { resolved, unresolved, unlisted };
}

/** Examines, judges and reports one package version. */
export async function judgeTarget(target: Target, auditor: PackageAuditor): Promise<PackageReport> {
  return judged(target, await examine(target, auditor), new Map(), auditor).report;
}

/** The packages that a client installs as JSR's npm tarball: all that a lockfile names but what Deno loads as source files. */
function tarballsIn(lockfiles: readonly LockfileContents[]): ReadonlySet<Purl> {
  const purls = new Set<Purl>();
  for (const { runtime, targets } of lockfiles)
    for (const { package: about, occurrences } of targets)
      if (
        occurrences.some(
          ({ locked: { kind } }) => kind === 'tarball' || (kind === 'nothing' && runtime === 'node'),
        )
      )
        purls.add(purlOf(about));
  return purls;
}

/** How far below the attestation a package is looked at: as asked, else by what would run. */
function depthOf(
  { package: about, occurrences }: Target,
  tarballs: ReadonlySet<Purl>,
  { depth, leastDepth = 'attestation' }: Auditor,
): Depth {
  if (depth !== undefined) return depth;
  const usual = occurrences.length === 0 ? 'files' : tarballs.has(purlOf(about)) ? 'tarball' : 'attestation';
  return reaches(usual, leastDepth) ? usual : leastDepth;
}

/** Examines, judges and reports each target; one that fails never stops the rest. */
async function auditTargets(
  targets: readonly Target[],
  foreign: readonly ForeignReference[],
  tarballs: ReadonlySet<Purl>,
  auditor: Auditor,
): Promise<Report & { readonly usedExemptions: ReadonlySet<Exemption> }> {
  const reports = new Map<Target, PackageReport>();
  const used = new Set<Exemption>();
  const foreignByPurl = byPurl(foreign);
  const work = pMap(
    targets,
    async (target) => {
      if (isAborted(auditor)) return;
      const depth = depthOf(target, tarballs, auditor);
      const examination = await examine(target, { ...auditor, depth });
      const { report: made, usedExemptions } = judged(target, examination, foreignByPurl, {
        ...auditor,
        depth,
      });
      const sourceOnly = tarballs.has(made.purl) && !reaches(depth, 'tarball');
      const report: PackageReport = { ...made, ...(sourceOnly && { sourceOnly }) };
      for (const exemption of usedExemptions) used.add(exemption);
      if (isAborted(auditor)) return;
      reports.set(target, report);
      auditor.onPackage?.(report);
    },
    { concurrency: auditor.concurrency ?? 48 },
  );
  // Mentions of packages that are not audited, because they come from elsewhere: nobody else would speak of them.
  const audited = new Set(targets.map((target) => purlOf(target.package)));
  const strayed = judgeForeign(
    foreign.filter((reference) => !audited.has(purlOf(reference.package))),
    auditor.policy,
    auditor.now,
  );
  for (const exemption of strayed.usedExemptions) used.add(exemption);
  const interrupted = await isCutShort(work, auditor.signal);
  return {
    checkedAt: auditor.now,
    trust: auditor.trust.status,
    log: { kind: 'not-checked', why: 'the logs were left to another part of the run' },
    packages: targets.flatMap((target) => reports.get(target) ?? []),
    findings: strayed.findings,
    unresolved: [],
    unusedExemptions: [],
    usedExemptions: used,
    depth:
      shallowest(targets.map((target) => depthOf(target, tarballs, auditor))) ??
      auditor.depth ??
      'attestation',
    ...(auditor.policy.file !== undefined && { policyFile: auditor.policy.file }),
    ...(auditor.policy.strict && { strict: true }),
    ...(auditor.source.oldest && { oldestAnswer: auditor.source.oldest }),
    requests: Object.fromEntries(auditor.source.requests),
    interrupted,
  };
}

/** Checkpoints of one run that are compared with each other; each comparison is a request. */
const mostCheckpoints = 50;

/**
 * Holds every log to the checkpoints it signed before: those of this run, its present head, and the one remembered
 * from earlier runs. The requests are those of the whole run, these included.
 */
export async function followLogs(
  reports: readonly PackageReport[],
  auditor: Auditor,
): Promise<Pick<Report, 'log' | 'requests'>> {
  const log: LogOutcome = isAborted(auditor)
    ? { kind: 'not-checked', why: 'the run was interrupted' }
    : await followed(reports, auditor);
  return { log, requests: Object.fromEntries(auditor.source.requests) };
}

async function followed(reports: readonly PackageReport[], auditor: Auditor): Promise<LogOutcome> {
  const { source, addresses, trust, memory, live } = auditor;
  const keys = logKeys(trust);
  const notes = new Set(
    reports.flatMap(({ checks: { inclusion } }) =>
      inclusion.status === 'passed' ? [inclusion.fact.checkpoint] : [],
    ),
  );
  if (notes.size === 0) return { kind: 'not-checked', why: 'no log entry was seen' };
  const seen = [...notes].flatMap((note) => {
    const opened = openCheckpoint(note, keys);
    return opened.ok ? [opened.value] : [];
  });
  const compared = spread(seen, mostCheckpoints);
  // A pack has the head of its day: older than what is remembered here, but nothing in a pack says that a log went back.
  const log = openLog(source, addresses.rekor);
  const heads = await log.heads();
  const outcome = await follow({
    seen: compared,
    ...(heads.state === 'present' && { current: heads.value }),
    keys,
    memory,
    fetchProof: (question) => log.proof(question),
  });
  const omitted = seen.length - compared.length;
  if (outcome.kind === 'not-checked') return live === true ? { ...outcome, gap: true } : outcome;
  return omitted === 0 ? outcome : { ...outcome, omitted };
}

/** At most so many checkpoints, from the smallest tree to the largest. */
function spread(checkpoints: readonly SignedCheckpoint[], most: number): readonly SignedCheckpoint[] {
  if (checkpoints.length <= most) return checkpoints;
  const sorted = checkpoints.toSorted((a, b) => Number(a.size - b.size));
  return Array.from(
    { length: most },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (most - 1))],
  ).filter((one) => one !== undefined);
}

function judged(
  target: Target,
  { registryClaims, search, best, others }: Examination,
  foreign: ReadonlyMap<string, readonly ForeignReference[]>,
  auditor: PackageAuditor,
) {
  const { policy, now } = auditor;
  const assessment: Assessment = {
    package: target.package,
    checks: best.checks,
    registryClaims,
    search,
    occurrences: target.occurrences,
    foreign: foreign.get(purlOf(target.package)) ?? [],
    others: others.flatMap(({ provenance }) => provenance ?? []),
    ...(best.provenance && { provenance: best.provenance }),
    ...(best.attestation.state === 'present' && { attestationFinder: best.attestation.value.finder }),
  };
  const { verdict, findings, provenance, expectation, expectedAt, expectedFlags, usedExemptions } = judge(
    assessment,
    policy,
    now,
  );
  // Of several attestations that hold, the policy may have chosen a different one than the first, or none of them.
  const counted = [best, ...others].find((tried) => tried.provenance === provenance);
  // What lies below the files was looked at once, and belongs to the package rather than to one attestation.
  const { tarball, installed } = best.checks;
  const { checks } = provenance === undefined ? best : (counted ?? best);
  const report: PackageReport = {
    purl: purlOf(target.package),
    package: target.package,
    verdict,
    checks: { ...checks, tarball, installed },
    findings,
    ...(provenance && { provenance, publisher: publisherOf(provenance) }),
    expectation,
    ...(expectedAt && { expectedAt }),
    ...(expectedFlags && { expectedFlags }),
    occurrences: target.occurrences,
    registryClaims,
    depth: auditor.depth,
  };
  return { report, usedExemptions };
}

/** A package whose versions could not be listed: nothing was checked, and the report says why. */
function unlistedPackage({ scope, name }: Spec, why: string): PackageReport {
  const outcomes = checkIds.map((id): [string, Outcome<never>] => [
    id,
    id === 'manifest' ? unknown(why) : { status: 'blocked', by: 'manifest' },
  ]);
  return {
    purl: purlOf({ scope, name }),
    package: { scope, name },
    verdict: { kind: 'inconclusive', because: [{ id: 'resolve', why }] },
    // Every check id is in the list above.
    checks: Object.fromEntries(outcomes) as unknown as Checks,
    findings: [],
    expectation: 'none',
    occurrences: [],
    registryClaims: { yanked: false, unlinked: false },
  };
}

function unreadable({ at, entry, reason }: UnreadableEntry): Finding {
  return {
    id: unreadableEntry,
    severity: 'error',
    message: `${JSON.stringify(entry.slice(0, 200))} could not be understood: ${reason}`,
    at,
  };
}

function remarked(remark: Remark): Finding {
  return { id: 'lockfile', severity: 'warning', ...remark };
}

function isAborted({ signal }: Auditor): boolean {
  return signal?.aborted === true;
}

/** Waits for work, but no longer than to the abort of a signal; says whether that came first. */
async function isCutShort(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
  const { promise: aborted, stop } = untilStopped();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work.then(() => false), aborted.then(() => true)]);
  } finally {
    // Deno keeps a process alive for as long as somebody listens to a signal that has a timer.
    signal?.removeEventListener('abort', stop);
  }
}

function untilStopped(): { readonly promise: Promise<void>; readonly stop: () => void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return { promise, stop };
}

function byPurl(foreign: readonly ForeignReference[]): ReadonlyMap<string, readonly ForeignReference[]> {
  const grouped = new Map<string, ForeignReference[]>();
  for (const reference of foreign) {
    const purl = purlOf(reference.package);
    grouped.set(purl, [...(grouped.get(purl) ?? []), reference]);
  }
  return grouped;
}
