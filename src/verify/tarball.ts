import { createHash } from 'node:crypto';
import { type Facts, failed, type Outcome, passed, type TarballFact, unknown } from '../model/check.ts';
import type { FileDigest, Gathered } from '../model/evidence.ts';
import type { PackageVersion, Sha256 } from '../model/package.ts';
import type { VersionManifest } from '../npm/tarball/graph.ts';
import { rederive } from '../npm/tarball/rederive.ts';
import { readTarball } from '../npm/tarball/tar.ts';

const mostNamed = 20;

/** One tarball of a package version, and what lockfiles and registry hold it to. */
export interface TarballEvidence {
  readonly url: string;
  /** The revision in its address. */
  readonly revision?: number;
  readonly bytes: Gathered<Uint8Array>;
  /** Subresource integrity by who says so: `deno.lock:14`, `the npm registry`. */
  readonly integrity: ReadonlyMap<string, string>;
  /** The same, where it is the integrity of the uncompressed tar (`integrityTarget: tar` of pnpm). */
  readonly tarIntegrity?: ReadonlyMap<string, string>;
}

/** What a tarball is re-derived from. */
export interface Attested {
  readonly package: PackageVersion;
  /** Every file of the manifest, compared with its checksum. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly manifest: VersionManifest;
  readonly registryUrl: string;
}

/** What came of the check, and the files of each tarball that could be read, by path with a leading slash. */
export interface CheckedTarballs {
  readonly outcome: Outcome<Facts['tarball']>;
  /** Those that were explained. */
  readonly contents: readonly Contents[];
  /** The one that does not hold. */
  readonly refuted?: Contents;
}

/**
 * Passes when every file of JSR's npm tarballs follows from the attested files, and nothing is missing (contract 3).
 * JSR makes the tarball, nobody attests it, and its bytes differ with every build; so contents are compared, and
 * nothing is executed. What is wrong with one outranks that another could not be had: a registry must not hide the one
 * by keeping back the other.
 */
export async function checkTarballs(
  tarballs: readonly TarballEvidence[],
  attested: Attested,
): Promise<CheckedTarballs> {
  let fact: TarballFact | undefined;
  let open: Outcome<never> | undefined;
  const contents: Contents[] = [];
  for (const tarball of tarballs) {
    const { outcome, files } = await checkOne(tarball, attested);
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

type Contents = ReadonlyMap<string, FileDigest>;

/** What came of one tarball, and its files where it could be read. */
interface Checked {
  readonly outcome: Outcome<TarballFact>;
  readonly files?: Contents;
}

async function checkOne(tarball: TarballEvidence, attested: Attested): Promise<Checked> {
  const { url, bytes } = tarball;
  if (bytes.state === 'absent') return { outcome: unknown(`the npm registry does not have ${url}`) };
  if (bytes.state === 'unavailable')
    return { outcome: unknown(`the npm tarball ${url} could not be had: ${bytes.why}`) };
  const read = await readTarball(bytes.value);
  const outcome = await judge(tarball, bytes.value, read, attested);
  if (read.status === 'failed') return { outcome };
  return { outcome, files: new Map([...read.files].map(([path, file]) => [path, digestOf(file)])) };
}

async function judge(
  { url, revision, integrity, tarIntegrity = new Map() }: TarballEvidence,
  bytes: Uint8Array,
  read: Awaited<ReturnType<typeof readTarball>>,
  attested: Attested,
): Promise<Outcome<TarballFact>> {
  const another = mismatch(integrity, bytes);
  if (another !== undefined) return another;
  if (read.status === 'failed')
    return failed(`the npm tarball cannot be trusted to be read in one way: ${read.reason}`);
  const anotherTar = mismatch(tarIntegrity, read.tar, 'the uncompressed tar of the npm tarball');
  if (anotherTar !== undefined) return anotherTar;
  const { files, missing, counts } = await rederive({
    ...attested,
    attested: attested.files,
    tarball: read.files,
    ...(revision !== undefined && { revision }),
  });
  const unexplained = files.filter((file) => file.class === 'unexplained');
  if (unexplained.length > 0 || missing.length > 0) {
    const details = [
      ...unexplained.map(({ path, reason }) => `${path} ${reason ?? 'follows from no attested file'}`),
      ...missing.map((path) => `${path} is missing from the tarball`),
    ];
    return failed('the npm tarball does not follow from the attested files', {
      details:
        details.length > mostNamed
          ? [...details.slice(0, mostNamed), `and ${details.length - mostNamed} more`]
          : details,
    });
  }
  return passed({
    url,
    integrity: sha512Of(bytes),
    verbatim: counts.verbatim,
    rewritten: counts.rewritten,
    derived: counts.derived,
    generated: counts.generated,
    notDerived: files.filter((file) => file.class === 'not-derived').map(({ path }) => path),
  });
}

function digestOf(bytes: Uint8Array): FileDigest {
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, size: bytes.length };
}

/** The failure for the first integrity that the bytes do not have, if any. */
function mismatch(
  integrity: ReadonlyMap<string, string>,
  bytes: Uint8Array,
  what = 'the npm tarball',
): Outcome<never> | undefined {
  for (const [who, expected] of integrity) {
    if (matches(expected, bytes)) continue;
    return failed(`${what} is not the one that ${who} names`, {
      details: [`${who}: ${expected.slice(0, 200)}`, `served: ${sha512Of(bytes)}`],
    });
  }
  return undefined;
}

function sha512Of(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

// Subresource integrity may list several digests; the strongest that is known counts, and one of that kind must fit.
function matches(integrity: string, bytes: Uint8Array): boolean {
  const digests = integrity.split(/\s/);
  for (const algorithm of ['sha512', 'sha384', 'sha256', 'sha1']) {
    const named = digests.filter((digest) => digest.startsWith(`${algorithm}-`));
    if (named.length > 0)
      return named.includes(`${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`);
  }
  return false;
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
