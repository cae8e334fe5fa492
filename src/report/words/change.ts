import { nameOf } from '../../model/package.ts';
import type { Change, PackageReport, PublisherChange, Relock } from '../../model/report.ts';
import { lockInWords } from '../../model/target.ts';
import { shortRepository, toOrigin } from './origin.ts';

/** A change that adds a version. */
type Arrival = Extract<Change, { kind: 'added' | 'moved' }>;

/** A change as the name of its package and a sentence: `added, built by acme/widget`. */
export function changeInWords(change: Change): readonly [string, string] {
  switch (change.kind) {
    case 'removed':
      return [nameOf(change.before.package), `removed${builtBy(change.before, 'was built by')}`];
    case 'relocked':
      return [nameOf(change.after.package), change.locks.map(relockInWords).join('; ')];
    case 'added':
      return [nameOf(change.after.package), `added${arrivalInWords(change)}`];
    case 'moved':
      return [
        nameOf(change.after.package),
        `moved from ${change.before.package.version ?? 'an unknown version'}${arrivalInWords(change)}`,
      ];
  }
}

/** Whether a change removes something that readers rely on: provenance, publisher or the locked bytes. */
export function isGrave(change: Change): boolean {
  if (change.kind === 'relocked') return true;
  return change.kind !== 'removed' && (change.provenance === 'lost' || change.publisher.kind === 'changed');
}

/** The provenance and the publisher of the new version, as the rest of the sentence. */
function arrivalInWords(change: Arrival): string {
  const { kind, after, provenance, doubt } = change;
  const version = after.package.version ?? 'this version';
  const earlier = earlierOf(change);
  switch (provenance) {
    case 'lost':
      return `: had provenance at ${earlier ?? 'an earlier version'}, has none at ${version}`;
    case 'none':
      // No rule compares different release lines, but the reader should know.
      return kind === 'moved' && hasProvenance(change.before)
        ? `: had provenance at ${change.before.package.version}, has none at ${version}, which is another release line`
        : ', has no provenance';
    case 'unknown':
      if (doubt !== undefined)
        return `, has no provenance; whether an earlier version had it is not known: ${doubt}`;
      return after.verdict.kind === 'inconclusive'
        ? ', could not be checked'
        : ', its provenance does not hold';
    case 'gained':
      return `${builtBy(after)}${kind === 'moved' ? '; no provenance is known of an earlier version' : ''}`;
    case 'kept':
      return publisherInWords(change, earlier ?? 'the earlier version');
  }
}

function publisherInWords({ kind, after, publisher }: Arrival, earlier: string): string {
  switch (publisher.kind) {
    case 'same':
      return kind === 'moved' ? builtBy(after, 'still built by') : `${builtBy(after)}, as ${earlier} was`;
    case 'changed':
      return `${builtBy(after)}; the publisher changed since ${earlier}: ${claimsInWords(publisher)}`;
    case 'unknown':
      return builtBy(after);
  }
}

const claimNames: Readonly<Record<string, string>> = {
  repositoryId: 'repository',
  ownerId: 'owner',
  event: 'trigger',
};

function claimsInWords({ from }: PublisherChange): string {
  return from
    .map(
      ({ claim, before, after }) =>
        `${claimNames[claim] ?? claim} was ${shortRepository(before)}, is ${shortRepository(after)}`,
    )
    .join('; ');
}

function relockInWords({ how, before, after }: Relock): string {
  const locks = `was ${lockInWords(before)}, is ${lockInWords(after)}`;
  switch (how) {
    case 'digest':
      return `same version, locked to something else: ${locks}`;
    case 'revision':
      return `same version, locked to another revision of JSR's tarball: ${locks}`;
    case 'unlocked':
      return `same version, no longer locked: ${locks}`;
  }
}

/** The version that the new one was compared with. */
function earlierOf(change: Arrival): string | undefined {
  return change.earlier ?? (change.kind === 'moved' ? change.before.package.version : undefined);
}

/** `, built by acme/widget`, or `''` if that is not proved. */
function builtBy(pkg: PackageReport, words = 'built by'): string {
  const origin = hasProvenance(pkg) ? toOrigin(pkg) : undefined;
  return origin === undefined ? '' : `, ${words} ${shortRepository(origin.repository ?? origin.issuer)}`;
}

/** An attestation by another publisher may be valid and still not count; the rule then reports missing provenance. */
function hasProvenance({ provenance, findings }: PackageReport): boolean {
  return provenance !== undefined && !findings.some(({ id }) => id === 'require-provenance');
}
