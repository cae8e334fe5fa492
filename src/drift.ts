import pMap from 'p-map';
import { auditPart, followLogs, judgeTarget } from './audit.ts';
import type { Auditor, PackageAuditor } from './auditor.ts';
import { compare, type Doubts, type History, isAttested } from './diff/changes.ts';
import { earlierInLine } from './diff/line.ts';
import { type LockfileSide, refuseNothing, uncomparedIn } from './lockfile/find/side.ts';
import type { Finding } from './model/finding.ts';
import { type Purl, purlOf } from './model/package.ts';
import { type PackageReport, type Report, unreadableEntry } from './model/report.ts';
import type { LockfileContents, Target } from './model/target.ts';
import { judgeChanges } from './policy/judge-changes.ts';
import { judgeRun } from './policy/judge-run.ts';
import type { RunFacts } from './policy/rule.ts';
import { changeRules, packageRules } from './policy/rules/index.ts';
import { unusedExemptions } from './policy/unused.ts';
import { openRegistry } from './registry/registry.ts';

/** How many earlier versions of a release line are looked at for its last attestation; beyond them nothing is known. */
const lookBack = 30;

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
  const before = await auditPart(withoutCommon(base, head), quietly);
  const after = await auditPart(withoutCommon(head, base), quiet);
  // Half a side would look like packages that went or came.
  const interrupted = before.interrupted || after.interrupted;
  if (interrupted) return { ...after, interrupted };
  const { history, doubts } = await earlierVersions(after.packages, quietly);
  if (auditor.signal?.aborted === true) return { ...after, interrupted: true };
  const { changes, usedExemptions } = judgeChanges(
    compare(before, after, history, doubts),
    auditor.policy,
    auditor.now,
  );
  const judged = new Map(
    changes.flatMap((change) =>
      change.kind === 'removed' ? [] : [[change.after.purl, change.after] as const],
    ),
  );
  const packages = after.packages.map((report) => judged.get(report.purl) ?? report);
  for (const report of packages) auditor.onPackage?.(report);
  const about = packages.map((report) => report.package);
  return {
    ...after,
    packages,
    findings: [...unreadableBase(base, head), ...after.findings],
    changes,
    ...(await followLogs([...before.packages, ...after.packages], auditor)),
    unusedExemptions: [
      ...unusedExemptions(
        auditor.policy,
        new Set(auditor.policy.exemptions.filter((one) => !after.unusedExemptions.includes(one))),
        { rules: packageRules, packages: about },
      ),
      ...unusedExemptions(auditor.policy, new Set(usedExemptions), { rules: changeRules, packages: about }),
    ],
  };
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

/** For each package that came: earlier versions of its release line, newest first, until one that is attested. */
async function earlierVersions(
  packages: readonly PackageReport[],
  auditor: PackageAuditor,
): Promise<{ readonly history: History; readonly doubts: Doubts }> {
  const registry = openRegistry(auditor.source, auditor.addresses);
  const doubts = new Map<Purl, string>();
  const history = new Map<Purl, PackageReport[]>();
  await pMap(
    packages,
    async ({ purl, package: about, registryClaims }) => {
      const { scope, name, version } = about;
      const meta = await registry.meta(about);
      if (version === undefined) return;
      if (meta.state !== 'present') {
        const why = meta.state === 'absent' ? 'the registry knows of no versions' : meta.why;
        doubts.set(purl, `its earlier versions could not be listed: ${why}`);
        return;
      }
      const published = [...meta.value.versions].map(([other, { publishedAt }]) => ({
        version: other,
        ...(publishedAt && { publishedAt }),
      }));
      const self = {
        version,
        ...(registryClaims.publishedAt && { publishedAt: registryClaims.publishedAt }),
      };
      const known = history.get(purlOf({ scope, name })) ?? [];
      history.set(purlOf({ scope, name }), known);
      const line = earlierInLine(self, published);
      for (const earlier of line.slice(0, lookBack)) {
        const report = await judgeTarget(
          { package: { scope, name, version: earlier.version }, occurrences: [] },
          auditor,
        );
        known.push(report);
        if (isAttested(report)) return;
      }
      if (line.length > lookBack)
        doubts.set(
          purl,
          `none of the ${lookBack} versions before it is attested, and the ${line.length - lookBack} older ones were not checked`,
        );
    },
    { concurrency: auditor.concurrency ?? 16 },
  );
  return { history, doubts };
}
