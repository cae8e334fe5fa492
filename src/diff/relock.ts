import type { Relock } from '../model/report.ts';
import type { Locked, Occurrence } from '../model/target.ts';

/**
 * How the locks of one version changed, most serious first.
 *
 * A new lockfile of another tool adds a lock of another kind, which has no earlier lock to compare with. Bytes that
 * were locked before, at any address, are no change unless that address was locked to other bytes.
 */
export function relocks(before: readonly Occurrence[], after: readonly Occurrence[]): readonly Relock[] {
  const [old, now] = [distinct(before), distinct(after)];
  const held = old.filter(({ kind }) => !holdsNothing(kind));
  const found = now.flatMap((locked): readonly Relock[] => {
    const rival = rivalOf(locked, old);
    return rival === undefined ? [] : [{ how: howMoved(rival, locked), before: rival, after: locked }];
  });
  const [first] = held;
  const replaced = now.find(({ kind }) => kind === 'replaced');
  const loose = replaced ?? now[0];
  const isLoose = replaced !== undefined || now.every(({ kind }) => holdsNothing(kind));
  if (first !== undefined && loose !== undefined && isLoose)
    return [{ how: 'unlocked', before: first, after: loose }];
  return found.toSorted((a, b) => order.indexOf(a.how) - order.indexOf(b.how));
}

const order: readonly Relock['how'][] = ['digest', 'revision', 'unlocked'];

/** The old lock that a new lock contradicts. */
function rivalOf(now: Locked, old: readonly Locked[]): Locked | undefined {
  if (holdsNothing(now.kind)) return undefined;
  const same = old.filter(({ kind }) => kind === now.kind);
  if (now.kind === 'manifest') {
    return same.some((one) => isSame(one, now)) ? undefined : same[0];
  }
  const there = same.filter((one) => addressOf(one) !== undefined && addressOf(one) === addressOf(now));
  if (there.length > 0) return there.some((one) => isSame(one, now)) ? undefined : there[0];
  return same.some((one) => isSame(one, now)) ? undefined : same[0];
}

function holdsNothing(kind: Locked['kind']): boolean {
  return kind === 'nothing' || kind === 'replaced';
}

function howMoved(old: Locked, now: Locked): Relock['how'] {
  const [from, to] = [revisionOf(old), revisionOf(now)];
  return from !== undefined && to !== undefined && from !== to ? 'revision' : 'digest';
}

function isSame(one: Locked, other: Locked): boolean {
  if (one.kind === 'manifest') return other.kind === 'manifest' && one.digest === other.digest;
  if (one.kind !== 'tarball' || other.kind !== 'tarball') return false;
  // A digest of the tarball and a digest of the tar inside it cannot be compared, so they are not the same.
  return one.of === other.of && strongest(one.integrity) === strongest(other.integrity);
}

/** Installers use only the digests of the strongest algorithm and accept any one of them; so does this comparison. */
function strongest(integrity: string): string {
  const digests = integrity.trim().split(/\s+/).toSorted();
  // The names of the algorithms sort by strength.
  const algorithm = digests.at(-1)?.replace(/-.*$/, '-') ?? '';
  return digests.filter((digest) => digest.startsWith(algorithm)).join(' ');
}

/** The revision of JSR's tarball format in an address, `/~/11/…`; each revision has its own bytes. */
function revisionOf(locked: Locked): string | undefined {
  return /\/~\/([0-9]{1,4})\//.exec(addressOf(locked) ?? '')?.[1];
}

/** The address without its fragment, because yarn repeats the digest there. */
function addressOf(locked: Locked): string | undefined {
  return locked.kind === 'manifest' || locked.kind === 'replaced'
    ? undefined
    : locked.url?.replace(/#.*$/s, '');
}

function distinct(occurrences: readonly Occurrence[]): readonly Locked[] {
  return [...new Map(occurrences.map(({ locked }) => [JSON.stringify(locked), locked])).values()];
}
