import { type Facts, type Outcome, passed, type TarballFact, unknown } from '../model/check.ts';
import type { FileDigest, Gathered } from '../model/evidence.ts';
import { at, isRecord } from '../wire/json.ts';

/** What lockfiles and registry hold a tarball to. */
interface Held {
  readonly url: string;
  /** The revision in its address. */
  readonly revision?: number;
  /** Subresource integrity by who says so: `deno.lock:14`, `the npm registry`. */
  readonly integrity: ReadonlyMap<string, string>;
  /** The same, where it is the integrity of the uncompressed tar (`integrityTarget: tar` of pnpm). */
  readonly tarIntegrity?: ReadonlyMap<string, string>;
}

/** One tarball of a package version, and what lockfiles and registry hold it to. */
export interface TarballEvidence extends Held {
  readonly bytes: Gathered<Uint8Array>;
}

/** A tarball that could be fetched. */
export interface ServedTarball extends Held {
  readonly bytes: Uint8Array;
}

type Contents = ReadonlyMap<string, FileDigest>;

/** The result for one tarball, and its files where it could be read. */
export interface CheckedTarball {
  readonly outcome: Outcome<TarballFact>;
  readonly files?: Contents;
}

/** The outcome of the check, and the files of each tarball that could be read, by path with a leading slash. */
export interface CheckedTarballs {
  readonly outcome: Outcome<Facts['tarball']>;
  /** Those that were explained. */
  readonly contents: readonly Contents[];
  /** The one that does not hold. */
  readonly refuted?: Contents;
}

/**
 * Passes when every file of JSR's npm tarballs follows from the attested files, and nothing is missing (contract 3).
 * JSR makes the tarball, no attestation covers it, and its bytes differ with every build; so contents are compared, and
 * nothing is executed. What is wrong with one outranks that another could not be fetched: a registry must not hide the one
 * by keeping back the other.
 */
export async function checkTarballs(
  tarballs: readonly TarballEvidence[],
  check: (tarball: ServedTarball) => Promise<CheckedTarball>,
): Promise<CheckedTarballs> {
  let fact: TarballFact | undefined;
  let open: Outcome<never> | undefined;
  const contents: Contents[] = [];
  for (const tarball of tarballs) {
    const { outcome, files } = await checkOne(tarball, check);
    if (outcome.status === 'failed')
      return { outcome, contents, ...(files !== undefined && { refuted: files }) };
    if (outcome.status === 'passed') {
      fact = fact === undefined ? outcome.fact : joined(fact, outcome.fact);
      if (files !== undefined) contents.push(files);
    } else open ??= outcome;
  }
  if (open !== undefined) return { outcome: open, contents };
  return {
    outcome: fact === undefined ? unknown('no npm tarball of this version is known') : passed(fact),
    contents,
  };
}

async function checkOne(
  { bytes, ...held }: TarballEvidence,
  check: (tarball: ServedTarball) => Promise<CheckedTarball>,
): Promise<CheckedTarball> {
  const { url } = held;
  if (bytes.state === 'absent') return { outcome: unknown(`the npm registry does not have ${url}`) };
  if (bytes.state === 'unavailable')
    return { outcome: unknown(`the npm tarball ${url} could not be fetched: ${bytes.why}`) };
  return check({ ...held, bytes: bytes.value });
}

/** The tarball could not be compared, and neither holds nor fails. */
export function notCompared(url: string, why: string): CheckedTarball {
  return { outcome: unknown(`the npm tarball ${url} could not be compared with the attested files: ${why}`) };
}

/** What `checkTarball` said of a tarball where it ran, or `undefined` for anything that it does not say. */
export function readChecked(value: unknown, { url }: ServedTarball): CheckedTarball | undefined {
  const files = at(value, 'files');
  if (files !== undefined && !(files instanceof Map)) return undefined;
  const outcome = at(value, 'outcome');
  if (!isRecord(outcome)) return undefined;
  const isAnswer =
    outcome['status'] === 'passed'
      ? files !== undefined && isFact(outcome['fact'], url)
      : outcome['status'] === 'failed' && typeof outcome['reason'] === 'string' && areDetails(outcome);
  // Each of the two has just been looked at, member by member; the files are only ever compared with.
  return isAnswer ? (value as CheckedTarball) : undefined;
}

function isFact(fact: unknown, url: string): boolean {
  const counts = ['verbatim', 'rewritten', 'derived', 'generated'];
  return (
    at(fact, 'url') === url &&
    typeof at(fact, 'integrity') === 'string' &&
    counts.every((name) => Number.isSafeInteger(at(fact, name))) &&
    areTexts(at(fact, 'notDerived'))
  );
}

function areDetails({ details }: Readonly<Record<string, unknown>>): boolean {
  return details === undefined || areTexts(details);
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function joined(first: TarballFact, second: TarballFact): TarballFact {
  return {
    url: `${first.url}, ${second.url}`,
    integrity: `${first.integrity}, ${second.integrity}`,
    verbatim: first.verbatim + second.verbatim,
    rewritten: first.rewritten + second.rewritten,
    derived: first.derived + second.derived,
    generated: first.generated + second.generated,
    notDerived: [...new Set([...first.notDerived, ...second.notDerived])],
  };
}
