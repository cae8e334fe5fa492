import { earlierVersions } from './audit/history.ts';
import { followLogs } from './audit/logs.ts';
import { reportOf } from './audit/report.ts';
import { auditPart } from './audit.ts';
import type { Auditor, PackageAuditor } from './auditor.ts';
import { compare } from './diff/changes.ts';
import { type LockfileSide, refuseNothing, uncomparedIn } from './lockfile/find/side.ts';
import type { Finding } from './model/finding.ts';
import { purlOf } from './model/package.ts';
import { type Change, type PackageReport, type Report, unreadableEntry } from './model/report.ts';
import type { LockfileContents, Target } from './model/target.ts';
import { judgeChanges } from './policy/judge-changes.ts';
import { judgeRun } from './policy/judge-run.ts';
import type { RunFacts } from './policy/rule.ts';
import { changeRules, packageRules } from './policy/rules/index.ts';
import { unusedExemptions } from './policy/unused.ts';

/** One side of a comparison: some lockfiles, or those of a folder with what was not read of them. */
export type DiffSide = LockfileSide | readonly LockfileContents[];

/**
 * What changed between two states of a project's lockfiles: packages added, removed and moved, provenance lost,
 * publishers changed. The report is about the packages that came; those that stayed as they were are not looked at
 * again. Of folders, it also says which lockfiles were added or changed and not read.
 *
 * @throws {JsrVerifyError} `LOCKFILE_MISSING` where neither side has a lockfile, so that nothing can be compared
 */
export async function diff(base: DiffSide, head: DiffSide, auditor: Auditor): Promise<Report> {
  const [before, after] = [toSide(base), toSide(head)];
  refuseNothing(before, after);
  const beside = judgeRun(
    { uncompared: await uncomparedIn(before, after), withoutLockfile: withoutLockfile(before, after) },
    auditor.policy,
    auditor.now,
  );
  const report = await compareContents(before.contents, after.contents, auditor);
  return { ...report, findings: [...report.findings, ...beside.findings] };
}

function toSide(side: DiffSide): LockfileSide {
  return 'contents' in side ? side : { contents: side, read: new Set() };
}

function withoutLockfile(base: LockfileSide, head: LockfileSide): RunFacts['withoutLockfile'] {
  const empty = (side: 'base' | 'head', { missing }: LockfileSide) =>
    missing === undefined ? [] : [{ side, why: missing.message }];
  return [...empty('base', base), ...empty('head', head)];
}

async function compareContents(
  base: readonly LockfileContents[],
  head: readonly LockfileContents[],
  auditor: Auditor,
): Promise<Report> {
  const { onPackage: _, ...quiet } = auditor;
  // Of what is compared with, only the attestation matters.
  const quietly: PackageAuditor = { ...quiet, depth: auditor.depth ?? 'attestation' };
  const before = await auditPart([], withoutCommon(base, head), quietly);
  const { usedExemptions, ...after } = await auditPart([], withoutCommon(head, base), quiet);
  const isAborted = () => auditor.signal?.aborted === true;
  const earlier = isAborted() ? undefined : await earlierVersions(after.packages, quietly);
  // Half a side would look like packages that went or came.
  if (earlier === undefined || isAborted()) {
    const log = await followLogs([], auditor);
    return reportOf({ ...after, log, unusedExemptions: [], interrupted: true }, auditor);
  }
  const { policy, now } = auditor;
  const judged = judgeChanges(compare(before, after, earlier.history, earlier.doubts), policy, now);
  const packages = after.packages.map((report) => judgedReport(judged.changes, report));
  for (const report of packages) auditor.onPackage?.(report);
  const about = packages.map((report) => report.package);
  return reportOf(
    {
      ...after,
      packages,
      findings: [...unreadableBase(base, head), ...after.findings],
      changes: judged.changes,
      log: await followLogs([...before.packages, ...after.packages], auditor),
      unusedExemptions: [
        ...unusedExemptions(policy, usedExemptions, { rules: packageRules, packages: about }),
        ...unusedExemptions(policy, new Set(judged.usedExemptions), { rules: changeRules, packages: about }),
      ],
    },
    auditor,
  );
}

/** The report with what the rules about changes added to it. */
function judgedReport(changes: readonly Change[], report: PackageReport): PackageReport {
  const change = changes.find((one) => one.kind !== 'removed' && one.after.purl === report.purl);
  return change === undefined || change.kind === 'removed' ? report : change.after;
}

/** What the base holds and nobody can tell: a package that looks new may have been there, so its changes were not judged. */
function unreadableBase(
  base: readonly LockfileContents[],
  head: readonly LockfileContents[],
): readonly Finding[] {
  const said = new Set(head.flatMap(({ unreadable }) => unreadable.map(({ entry }) => entry)));
  return base
    .flatMap(({ unreadable }) => unreadable)
    .filter(({ entry }) => !said.has(entry))
    .map(({ at, entry, reason }) => ({
      id: unreadableEntry,
      severity: 'warning',
      message: `in the base, ${at.file}:${at.line}, ${JSON.stringify(entry.slice(0, 200))} could not be understood, so what became of it cannot be told: ${reason}`,
    }));
}

// A version that both sides lock to the same bytes has not changed.
function withoutCommon(
  these: readonly LockfileContents[],
  others: readonly LockfileContents[],
): readonly LockfileContents[] {
  const known = new Set(others.flatMap(({ targets }) => targets.map(keyOf)));
  return these.map((contents) => ({
    ...contents,
    targets: contents.targets.filter((target) => !known.has(keyOf(target))),
  }));
}

function keyOf({ package: about, occurrences }: Target): string {
  return JSON.stringify([
    purlOf(about),
    [...new Set(occurrences.map(({ locked }) => JSON.stringify(locked)))].sort(),
  ]);
}
