import { createHash } from 'node:crypto';
import { failed, type Outcome, passed, type TarballFact } from '../model/check.ts';
import { fileDigest } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import { firstDetails, firstOf } from '../model/words.ts';
import type { ModuleGraph } from '../npm/tarball/graph.ts';
import { rederive } from '../npm/tarball/rederive.ts';
import { readTarball } from '../npm/tarball/tar.ts';
import type { CheckedTarball, ServedTarball } from './tarball.ts';

/** What a tarball is re-derived from. */
export interface Attested {
  readonly package: PackageVersion;
  /** Every file of the manifest, compared with its checksum. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The modules and the `exports` of the manifest. */
  readonly graph: ModuleGraph;
  readonly exports: ReadonlyMap<string, string>;
  readonly registryUrl: string;
}

/** Checks one tarball against its digests and the attested files. It takes long: seconds for a large package. */
export async function checkTarball(tarball: ServedTarball, attested: Attested): Promise<CheckedTarball> {
  const read = await readTarball(tarball.bytes);
  const outcome = await judge(tarball, read, attested);
  if (read.status === 'failed') return { outcome };
  return { outcome, files: new Map([...read.files].map(([path, file]) => [path, fileDigest(file)])) };
}

async function judge(
  { url, bytes, revision, integrity, tarIntegrity = new Map() }: ServedTarball,
  read: Awaited<ReturnType<typeof readTarball>>,
  attested: Attested,
): Promise<Outcome<TarballFact>> {
  const another = mismatch(integrity, bytes);
  if (another !== undefined) return another;
  if (read.status === 'failed') return failed(`the npm tarball is malformed or ambiguous: ${read.reason}`);
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
      ...unexplained.map(
        ({ path, reason }) => `${path} ${reason ?? 'is not derived from any attested file'}`,
      ),
      ...missing.map((path) => `${path} is missing from the tarball`),
    ];
    return failed(`the npm tarball does not match the attested files: ${firstOf(details)}`, {
      details: firstDetails(details),
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
