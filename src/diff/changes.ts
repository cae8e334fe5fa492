import { checkIds } from '../model/check.ts';
import { type PackageName, type Purl, purlOf } from '../model/package.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Change, PackageReport, ProvenanceChange, PublisherChange, Report } from '../model/report.ts';
import { type Dated, isEarlier, isSameLine, newestFirst } from './line.ts';
import { comparePublishers } from './publisher.ts';
import { relocks } from './relock.ts';

/** Reports of earlier versions of packages, by the purl of the package without a version. */
export type History = ReadonlyMap<Purl, readonly PackageReport[]>;

/** Why not all earlier versions of a release line are known, by the purl of the version. */
export type Doubts = ReadonlyMap<Purl, string>;

/**
 * What differs between two audits, package by package, sorted by name.
 *
 * Provenance is `lost` only within a release line: an earlier version of the line had it, even if unattested versions
 * came in between. `gained` means that no earlier version had it, `unknown` that the evidence does not decide.
 * `relocked` is a version that stayed but has another lock. A version that appears while another version of the same
 * package disappears is `moved`, preferably within its line.
 */
export function compare(
  base: Pick<Report, 'packages'>,
  head: Pick<Report, 'packages'>,
  history: History = new Map(),
  doubts: Doubts = new Map(),
): readonly Change[] {
  const [before, after] = [byPackage(base), byPackage(head)];
  const purls = [...new Set([...before.keys(), ...after.keys()])].sort();
  return purls.flatMap((purl) => {
    const old = before.get(purl) ?? [];
    const now = after.get(purl) ?? [];
    return changesOf(purl, old, now, { reports: [...old, ...(history.get(purl) ?? [])], doubts });
  });
}

/** Whether a report has a provenance that counts for the package. */
export function isAttested(report: PackageReport): boolean {
  return provenanceOf(report) !== undefined;
}

interface Known {
  readonly reports: readonly PackageReport[];
  readonly doubts: Doubts;
}

function changesOf(
  purl: Purl,
  old: readonly PackageReport[],
  now: readonly PackageReport[],
  known: Known,
): readonly Change[] {
  const removed = old.filter((report) => !now.some((other) => versionOf(other) === versionOf(report)));
  const added = now.filter((report) => !old.some((other) => versionOf(other) === versionOf(report)));
  const pairs = pair(removed, added);
  return [
    ...now.flatMap((after): readonly Change[] => {
      const before = old.find((other) => versionOf(other) === versionOf(after));
      const [first, ...more] = before === undefined ? [] : relocks(before.occurrences, after.occurrences);
      if (before === undefined || first === undefined) return [];
      return [{ kind: 'relocked', purl, before, after, locks: [first, ...more] }];
    }),
    ...added.map((after): Change => {
      const before = pairs.get(after);
      const comparison = compareWith(after, before, known);
      return before === undefined
        ? { kind: 'added', purl, after, ...comparison }
        : { kind: 'moved', purl, before, after, ...comparison };
    }),
    ...removed
      .filter((report) => ![...pairs.values()].includes(report))
      .map((before): Change => ({ kind: 'removed', purl, before })),
  ];
}

interface Judged {
  readonly provenance: ProvenanceChange;
  readonly publisher: PublisherChange;
  readonly earlier?: string;
  readonly doubt?: string;
}

function compareWith(
  after: PackageReport,
  before: PackageReport | undefined,
  { reports: known, doubts }: Known,
): Judged {
  const self = datedOf(after);
  const earlier = newestFirst(
    known
      .filter((report) => isEarlier(datedOf(report), self))
      .map((report) => ({ ...datedOf(report), report })),
  );
  const line = earlier.filter(({ version }) => isSameLine(version, self.version));
  const attestedInLine = line.find(({ report }) => provenanceOf(report) !== undefined);
  // The publisher is compared with that of the replaced version, otherwise with that of the nearest attested version.
  const rival =
    before !== undefined && provenanceOf(before) !== undefined
      ? { version: versionOf(before), report: before }
      : (attestedInLine ?? earlier.find(({ report }) => provenanceOf(report) !== undefined));
  const state = stateOf(after);
  // An earlier version of the line that could not be checked may have been attested.
  const unclear = line.find(({ report }) => stateOf(report) === 'unknown');
  const doubt = unclear === undefined ? doubts.get(after.purl) : whyUnclear(unclear.report);
  const provenance = provenanceChange(state, {
    inLine: attestedInLine !== undefined,
    anywhere: rival !== undefined,
    doubtful: doubt !== undefined,
  });
  const reference = state === 'unattested' ? attestedInLine : rival;
  return {
    provenance,
    publisher: publisherChange(after, rival?.report),
    ...(reference !== undefined && reference.report !== before && { earlier: reference.version }),
    ...(state === 'unattested' && provenance === 'unknown' && doubt !== undefined && { doubt }),
  };
}

function whyUnclear({ purl, checks, verdict }: PackageReport): string {
  const version = purl.slice(purl.lastIndexOf('@') + 1);
  if (verdict.kind === 'inconclusive') return `version ${version} is not known: ${verdict.because[0].why}`;
  const failed = checkIds.find((id) => checks[id].status === 'failed');
  return `the attestation of version ${version} is not valid${failed === undefined ? '' : ` (${failed})`}`;
}

function provenanceChange(
  state: State,
  had: { readonly inLine: boolean; readonly anywhere: boolean; readonly doubtful: boolean },
): ProvenanceChange {
  if (state === 'unknown') return 'unknown';
  if (state === 'attested') return had.anywhere ? 'kept' : 'gained';
  if (had.inLine) return 'lost';
  return had.doubtful ? 'unknown' : 'none';
}

function publisherChange(after: PackageReport, rival: PackageReport | undefined): PublisherChange {
  const [old, now] = [rival && provenanceOf(rival), provenanceOf(after)];
  return old === undefined || now === undefined ? { kind: 'unknown', from: [] } : comparePublishers(old, now);
}

type State = 'attested' | 'unattested' | 'unknown';

/** `unattested` is a definite answer; after a failed or missing check the state is unknown. */
function stateOf(report: PackageReport): State {
  if (provenanceOf(report) !== undefined) return 'attested';
  return isMissing(report) || report.checks.bundle.status === 'absent' ? 'unattested' : 'unknown';
}

function provenanceOf(report: PackageReport): Provenance | undefined {
  if (report.verdict.kind === 'verified') return report.verdict.provenance;
  return isMissing(report) ? undefined : report.provenance;
}

/** An attestation by another publisher may be valid and still not count; the verdict or the rule then says so. */
function isMissing({ verdict, findings }: PackageReport): boolean {
  return verdict.kind === 'unattested' || findings.some(({ id }) => id === 'require-provenance');
}

/** Pairs added with removed versions: first within a release line, then the rest, highest versions first. */
function pair(
  removed: readonly PackageReport[],
  added: readonly PackageReport[],
): ReadonlyMap<PackageReport, PackageReport> {
  const pairs = new Map<PackageReport, PackageReport>();
  const free = new Set(byVersion(removed));
  for (const fits of [(a: string, b: string) => isSameLine(a, b), () => true])
    for (const after of byVersion(added)) {
      if (pairs.has(after)) continue;
      const before = [...free].find((report) => fits(versionOf(report), versionOf(after)));
      if (before === undefined) continue;
      pairs.set(after, before);
      free.delete(before);
    }
  return pairs;
}

function byVersion(reports: readonly PackageReport[]): readonly PackageReport[] {
  return newestFirst(reports.map((report) => ({ version: versionOf(report), report }))).map(
    ({ report }) => report,
  );
}

function byPackage({ packages }: Pick<Report, 'packages'>): ReadonlyMap<Purl, readonly PackageReport[]> {
  const grouped = new Map<Purl, PackageReport[]>();
  for (const report of packages) {
    const { scope, name }: PackageName = report.package;
    const purl = purlOf({ scope, name });
    const known = grouped.get(purl);
    if (known === undefined) grouped.set(purl, [report]);
    else known.push(report);
  }
  return grouped;
}

function datedOf({ package: { version }, registryClaims: { publishedAt } }: PackageReport): Dated {
  return { version: version ?? '', ...(publishedAt !== undefined && { publishedAt }) };
}

/** `''` when the version could not be resolved; it is in no release line and never earlier. */
function versionOf({ package: { version } }: PackageReport): string {
  return version ?? '';
}
