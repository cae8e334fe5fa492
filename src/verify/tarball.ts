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

/** What came of the check, and the files of each tarball that was explained, by path with a leading slash. */
export interface CheckedTarballs {
  readonly outcome: Outcome<Facts['tarball']>;
  readonly contents: readonly ReadonlyMap<string, FileDigest>[];
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
  const contents: ReadonlyMap<string, FileDigest>[] = [];
  for (const tarball of tarballs) {
    const outcome = await checkOne(tarball, attested);
    if (outcome.status === 'failed') return { outcome, contents };
    if (outcome.status === 'passed') {
      fact = fact === undefined ? outcome.fact.fact : joined(fact, outcome.fact.fact);
      contents.push(outcome.fact.contents);
    } else open ??= outcome;
  }
  if (open !== undefined) return { outcome: open, contents };
  return {
    outcome: fact === undefined ? unknown('no npm tarball of this version is known') : passed(fact),
    contents,
  };
}

/** A tarball of which every file is accounted for. */
interface Explained {
  readonly fact: TarballFact;
  readonly contents: ReadonlyMap<string, FileDigest>;
}

async function checkOne(
  { url, revision, bytes, integrity, tarIntegrity = new Map() }: TarballEvidence,
  attested: Attested,
): Promise<Outcome<Explained>> {
  if (bytes.state === 'absent') return unknown(`the npm registry does not have ${url}`);
  if (bytes.state === 'unavailable') return unknown(`the npm tarball ${url} could not be had: ${bytes.why}`);
  const another = mismatch(integrity, bytes.value);
  if (another !== undefined) return another;
  const read = await readTarball(bytes.value);
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
    fact: {
      url,
      integrity: sha512Of(bytes.value),
      verbatim: counts.verbatim,
      rewritten: counts.rewritten,
      derived: counts.derived,
      generated: counts.generated,
      notDerived: files.filter((file) => file.class === 'not-derived').map(({ path }) => path),
    },
    contents: new Map([...read.files].map(([path, file]) => [path, digestOf(file)])),
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
