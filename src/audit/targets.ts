import pMap from 'p-map';
import type { Auditor } from '../auditor.ts';
import type { Finding } from '../model/finding.ts';
import { groupBy } from '../model/group.ts';
import { purlOf } from '../model/package.ts';
import type { Exemption } from '../model/policy.ts';
import { type Depth, type PackageReport, reaches, shallowest } from '../model/report.ts';
import type { ForeignReference, LockfileContents, Target } from '../model/target.ts';
import { judgeForeign } from '../policy/judge-foreign.ts';
import { depthOf, tarballsIn } from './depth.ts';
import { judgeTarget } from './judgement.ts';

/** The results for some package versions; after an interruption, those that were complete. */
export interface AuditedTargets {
  /** In the order of the targets. */
  readonly packages: readonly PackageReport[];
  /** Findings about lockfile entries from other registries, which are not audited. */
  readonly findings: readonly Finding[];
  readonly usedExemptions: ReadonlySet<Exemption>;
  /** The depth to which every package was checked. */
  readonly depth: Depth;
  readonly interrupted: boolean;
}

/** Examines, judges and reports each target. A target that fails does not stop the others. */
export async function auditTargets(
  targets: readonly Target[],
  lockfiles: readonly LockfileContents[],
  auditor: Auditor,
): Promise<AuditedTargets> {
  const { policy, now, signal } = auditor;
  const tarballs = tarballsIn(lockfiles);
  const foreign = lockfiles.flatMap((lockfile) => lockfile.foreign);
  const foreignByPurl = groupBy(foreign, (reference) => purlOf(reference.package));
  const reports = new Map<Target, PackageReport>();
  const usedExemptions = new Set<Exemption>();
  const work = pMap(
    targets,
    async (target) => {
      if (isAborted(signal)) return;
      const purl = purlOf(target.package);
      const depth = depthOf(target, tarballs, auditor);
      const judged = await judgeTarget(target, { ...auditor, depth }, foreignByPurl.get(purl));
      const sourceOnly = tarballs.has(purl) && !reaches(depth, 'tarball');
      const report: PackageReport = { ...judged.report, ...(sourceOnly && { sourceOnly }) };
      for (const exemption of judged.usedExemptions) usedExemptions.add(exemption);
      if (isAborted(signal)) return;
      reports.set(target, report);
      auditor.onPackage?.(report);
    },
    { concurrency: auditor.concurrency ?? 48 },
  );
  const foreignJudgement = judgeForeign(notAmong(targets, foreign), policy, now);
  for (const exemption of foreignJudgement.usedExemptions) usedExemptions.add(exemption);
  const interrupted = await wasAborted(work, signal);
  return {
    packages: targets.flatMap((target) => reports.get(target) ?? []),
    findings: foreignJudgement.findings,
    usedExemptions,
    depth:
      shallowest(targets.map((target) => depthOf(target, tarballs, auditor))) ??
      auditor.depth ??
      'attestation',
    interrupted,
  };
}

/**
 * Lockfile entries from other registries for packages that no target covers, so that no package report mentions them.
 */
function notAmong(
  targets: readonly Target[],
  foreign: readonly ForeignReference[],
): readonly ForeignReference[] {
  const audited = new Set(targets.map((target) => purlOf(target.package)));
  return foreign.filter((reference) => !audited.has(purlOf(reference.package)));
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Waits until the work ends or the signal aborts; returns whether the signal aborted first. */
async function wasAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
  const { promise: aborted, stop } = untilStopped();
  if (isAborted(signal)) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work.then(() => false), aborted.then(() => true)]);
  } finally {
    // Deno keeps a process alive while a listener is attached to a signal that has a timer.
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
