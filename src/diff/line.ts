import { compare, compareBuild, major, minor, rcompare, valid } from 'semver';

/** A version and, if the registry states it, its publication date. */
export interface Dated {
  readonly version: string;
  readonly publishedAt?: Date;
}

/** Whether two versions are in one release line: the same major, and for 0.x the same minor. */
export function isSameLine(a: string, b: string): boolean {
  if (valid(a) === null || valid(b) === null) return false;
  return major(a) === major(b) && (major(a) > 0 || minor(a) === minor(b));
}

/**
 * Whether `one` came before `other`: by date if the registry dates both, otherwise by number. A back-port is newer
 * than higher versions; a version from before attestations existed stays older.
 */
export function isEarlier(one: Dated, other: Dated): boolean {
  if (one.version === other.version) return false;
  const [date, otherDate] = [one.publishedAt?.getTime(), other.publishedAt?.getTime()];
  if (date !== undefined && otherDate !== undefined && date !== otherDate) return date < otherDate;
  return (
    valid(one.version) !== null && valid(other.version) !== null && compare(one.version, other.version) < 0
  );
}

/** The earlier versions of the same release line, newest first: the candidates for the line's last attestation. */
export function earlierInLine<T extends Dated>(version: Dated, all: readonly T[]): readonly T[] {
  return newestFirst(
    all.filter((other) => isSameLine(other.version, version.version) && isEarlier(other, version)),
  );
}

/** Newest first: by date if every version has one, otherwise by number. */
export function newestFirst<T extends Dated>(versions: readonly T[]): readonly T[] {
  const dated = versions.every(({ publishedAt }) => publishedAt !== undefined);
  return [...versions].sort((a, b) =>
    dated && a.publishedAt?.getTime() !== b.publishedAt?.getTime()
      ? (b.publishedAt?.getTime() ?? 0) - (a.publishedAt?.getTime() ?? 0)
      : rcompare(a.version, b.version) || compareBuild(b.version, a.version),
  );
}
