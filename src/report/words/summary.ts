import { type CheckId, checkIds } from '../../model/check.ts';
import type { VerdictKind } from '../../model/finding.ts';
import { byCodeUnit } from '../../model/order.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import { toOrigin } from './origin.ts';

/** The verdicts from worst to best: the order in which people read a report. */
export const worstFirst = [
  'rejected',
  'inconclusive',
  'exempt',
  'unattested',
  'verified',
] as const satisfies readonly VerdictKind[];

/** The worst verdict among some, `undefined` among none. */
export type Worst = VerdictKind | undefined;

/** The mark of each verdict. */
export const marks: Readonly<Record<VerdictKind, string>> = {
  rejected: '✗',
  inconclusive: '?',
  exempt: '~',
  unattested: '–',
  verified: '✓',
};

/** How many packages came to which verdict. */
export type Tally = Readonly<Record<'total' | VerdictKind, number>>;

export function tally(packages: readonly PackageReport[]): Tally {
  const counts = {
    total: packages.length,
    verified: 0,
    unattested: 0,
    exempt: 0,
    rejected: 0,
    inconclusive: 0,
  };
  for (const { verdict } of packages) counts[verdict.kind] += 1;
  return counts;
}

/** Whether a package is verified with a warning that nothing exempts: it passes, but is not plain green. */
export function isWarned({ verdict, findings }: Pick<PackageReport, 'verdict' | 'findings'>): boolean {
  return (
    verdict.kind === 'verified' &&
    findings.some(({ severity, exempted }) => severity === 'warning' && exempted === undefined)
  );
}

/**
 * The tally in words, worst first, without zeros: `3 packages: 1 rejected, 2 verified`. `warned` is how many of the
 * verified packages have a warning: `3 packages: 3 verified, 1 with warnings`.
 */
export function tallyInWords(counts: Tally, warned = 0): string {
  const parts = [
    ...worstFirst.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`),
    ...(warned === 0 ? [] : [`${warned} with warnings`]),
  ];
  return [count(counts.total, 'package'), parts.join(', ')].filter((part) => part !== '').join(': ');
}

/** The tally, and what was left out of all of it. */
export function runInWords(packages: readonly PackageReport[]): string {
  return [tallyInWords(tally(packages), packages.filter(isWarned).length), sourceOnly(packages)]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** What a run at a lesser depth leaves open about packages that are installed as JSR's npm tarball, if it does. */
export function sourceOnly(packages: readonly PackageReport[]): string | undefined {
  return packages.some((pkg) => pkg.sourceOnly === true)
    ? 'source only; what npm installs was not compared'
    : undefined;
}

/** `1 package`, `2 packages`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/**
 * The packages worst first, those that are verified with warnings before those without, then by name; the order does
 * not depend on who finished first.
 */
export function sorted(packages: readonly PackageReport[]): readonly PackageReport[] {
  const name = new Map(packages.map((pkg) => [pkg, nameOf(pkg.package)]));
  return packages.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || byCodeUnit(name.get(a) ?? '', name.get(b) ?? ''),
  );
}

/** Packages whose checks did not run to a pass or a failure, by what happened and why. */
export interface Unmade {
  readonly status: 'skipped' | 'unknown' | 'blocked';
  readonly why: string;
  readonly checks: readonly { readonly id: CheckId; readonly packages: number }[];
}

/** Everything that was *not* checked, grouped by reason, in the order of the checks. */
export function unmade(packages: readonly PackageReport[]): readonly Unmade[] {
  const groups = new Map<string, { status: Unmade['status']; why: string; ids: Map<CheckId, number> }>();
  for (const id of checkIds) {
    for (const { checks } of packages) {
      const outcome = checks[id];
      if (outcome.status !== 'skipped' && outcome.status !== 'unknown' && outcome.status !== 'blocked')
        continue;
      const why = outcome.status === 'blocked' ? `check "${outcome.by}" did not pass` : outcome.why;
      const key = `${outcome.status} ${why}`;
      const group = groups.get(key) ?? { status: outcome.status, why, ids: new Map() };
      group.ids.set(id, (group.ids.get(id) ?? 0) + 1);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ status, why, ids }) => ({
    status,
    why,
    checks: [...ids].map(([id, number]) => ({ id, packages: number })),
  }));
}

/** `files, tarball (2 of 7), installed`: how many packages, said once for neighbours that share it. */
export function checksInWords(checks: Unmade['checks'], total: number): string {
  return checks
    .map(({ id, packages }, at) =>
      packages === total || packages === checks[at + 1]?.packages ? id : `${id} (${packages} of ${total})`,
    )
    .join(', ');
}

/** Who built what: the packages with provenance by repository, largest group first, then by name. */
export function byRepository(
  packages: readonly PackageReport[],
): readonly { readonly repository: string; readonly packages: readonly PackageReport[] }[] {
  const groups = new Map<string, PackageReport[]>();
  for (const pkg of packages) {
    const repository = toOrigin(pkg)?.repository;
    if (repository === undefined) continue;
    const group = groups.get(repository);
    if (group === undefined) groups.set(repository, [pkg]);
    else group.push(pkg);
  }
  return [...groups]
    .map(([repository, built]) => ({ repository, packages: built }))
    .toSorted((a, b) => b.packages.length - a.packages.length || byCodeUnit(a.repository, b.repository));
}

function rankOf(pkg: PackageReport): number {
  return worstFirst.indexOf(pkg.verdict.kind) + (pkg.verdict.kind === 'verified' && !isWarned(pkg) ? 1 : 0);
}

/** The packages by verdict with the worst last, as a terminal wants them: the end is what stays on the screen. */
export function worstLast(packages: readonly PackageReport[]): readonly PackageReport[] {
  const all = sorted(packages);
  const ranks = [...new Set(all.map(rankOf))];
  return ranks.toReversed().flatMap((rank) => all.filter((pkg) => rankOf(pkg) === rank));
}

/** Whether a package is told in full, every check by name: the one that a run is about, when nothing is wrong with it. */
export function isTheOne(pkg: PackageReport, packages: readonly PackageReport[]): boolean {
  return packages.length === 1 && packages[0] === pkg && pkg.verdict.kind === 'verified';
}

/** What became of the log, in a sentence. */
export function logInWords({ log }: Report): string {
  switch (log.kind) {
    case 'not-checked':
      return `consistency not checked: ${log.why}`;
    case 'first-seen':
      return `first run: no earlier log state to compare with${without(log)}`;
    case 'consistent':
      return `agrees with earlier runs${without(log)}`;
    case 'forked':
      return `forked: ${log.fork.why}`;
  }
}

function without({ omitted = 0 }: { readonly omitted?: number }): string {
  return omitted === 0 ? '' : ` (${count(omitted, 'checkpoint')} in between not compared)`;
}
