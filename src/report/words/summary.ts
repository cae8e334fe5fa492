import { type CheckId, checkIds } from '../../model/check.ts';
import type { VerdictKind } from '../../model/finding.ts';
import { byCodeUnit } from '../../model/order.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import { toOrigin } from './origin.ts';

/** The verdicts from worst to best, the order in reports. */
export const worstFirst = [
  'rejected',
  'inconclusive',
  'exempt',
  'unattested',
  'verified',
] as const satisfies readonly VerdictKind[];

/** The worst of several verdicts; `undefined` if there is none. */
export type Worst = VerdictKind | undefined;

/** The mark of each verdict. */
export const marks: Readonly<Record<VerdictKind, string>> = {
  rejected: '✗',
  inconclusive: '?',
  exempt: '~',
  unattested: '–',
  verified: '✓',
};

/** The number of packages for each verdict. */
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

/** Whether a package is verified but has a warning without an exemption: it passes, but is not plain green. */
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

/** The counts, and what was not compared. */
export function runInWords(packages: readonly PackageReport[]): string {
  return [tallyInWords(tally(packages), packages.filter(isWarned).length), sourceOnly(packages)]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** What a smaller depth leaves open about packages that are installed as JSR's npm tarball, if anything. */
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
 * Sorts packages: worst first, verified ones with warnings before those without, then by name. The order does not
 * depend on which package finished first.
 */
export function sorted(packages: readonly PackageReport[]): readonly PackageReport[] {
  const name = new Map(packages.map((pkg) => [pkg, nameOf(pkg.package)]));
  return packages.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || byCodeUnit(name.get(a) ?? '', name.get(b) ?? ''),
  );
}

/** A group of checks that neither passed nor failed, with the common status and reason. */
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

/** `files, tarball (2 of 7), installed`: the number of packages appears once for neighbours with the same number. */
export function checksInWords(checks: Unmade['checks'], total: number): string {
  return checks
    .map(({ id, packages }, at) =>
      packages === total || packages === checks[at + 1]?.packages ? id : `${id} (${packages} of ${total})`,
    )
    .join(', ');
}

/** The packages with provenance by repository, largest group first, then by name. */
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

/** The packages by verdict with the worst last, for terminals, where the end stays on the screen. */
export function worstLast(packages: readonly PackageReport[]): readonly PackageReport[] {
  const all = sorted(packages);
  const ranks = [...new Set(all.map(rankOf))];
  return ranks.toReversed().flatMap((rank) => all.filter((pkg) => rankOf(pkg) === rank));
}

/** Whether every check of a package is listed: the only package of a run, if it is verified. */
export function isTheOne(pkg: PackageReport, packages: readonly PackageReport[]): boolean {
  return packages.length === 1 && packages[0] === pkg && pkg.verdict.kind === 'verified';
}

/** The state of the log in one sentence. */
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
