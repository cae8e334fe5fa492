import type { ManifestFact } from '../model/check.ts';
import type { FileDigest } from '../model/evidence.ts';
import type { CacheCopy, NpmCopy, VendorCopy, VersionMetadata } from './copies.ts';
import { vendoredPlaces } from './deno/deno-paths.ts';
import type { OnDisk } from './disk.ts';

/** The expected files, by path with a leading slash. */
export type ExpectedFiles = ReadonlyMap<string, FileDigest>;

/**
 * The comparison of one copy: the number of equal files, and lines that start with a path. `wrong` are differences, `open`
 * are files that could not be compared.
 */
export interface Comparison {
  readonly compared: number;
  readonly wrong: readonly string[];
  readonly open: readonly string[];
}

/**
 * Compares an npm client's copy with its tarball: exactly the same files, except for known changes of clients: npm renames
 * `.gitignore` to `.npmignore`, and clients install packages into `node_modules`.
 */
export function compareNpm({ files, refused, nests }: NpmCopy, tarball: ExpectedFiles): Comparison {
  const tally = new Tally();
  if (refused !== undefined) {
    tally.wrong.push(`it is not a valid archive of Yarn: ${refused}`);
    return tally;
  }
  const expected = asInstalled(files, tarball);
  const closed = new Set([...files.keys()].filter((path) => path.endsWith('/')));
  for (const [path, digest] of expected) {
    // Files in an unreadable folder are not reported as missing.
    if (!foldersOf(path).some((folder) => closed.has(folder))) tally.compare(path, files.get(path), digest);
  }
  for (const [path, found] of files) if (!expected.has(path)) tally.extra(path, found);
  const bundles = [...tarball.keys()].some((path) => path.startsWith(modules));
  if (bundles && nests)
    tally.open.push(`${modules} contains packages from JSR's tarball, which were not compared`);
  return tally;
}

/** Compares a vendored copy with the attested manifest: every file must be in the manifest and unchanged. */
export function compareVendor(
  { files, metadata, rerouted }: VendorCopy,
  manifest: ManifestFact,
  known: ExpectedFiles,
): Comparison {
  const tally = new Tally();
  const places = vendoredPlaces(known.keys());
  for (const [path, found] of files) {
    const paths = places.get(path);
    if (paths === undefined) tally.extra(path, found);
    for (const original of paths ?? []) {
      const digest = known.get(original);
      if (digest !== undefined) tally.compare(path, found, digest);
    }
  }
  if (metadata !== undefined) compareMetadata(metadata, manifest, known, tally);
  tally.wrong.push(...rerouted);
  return tally;
}

/** Compares a copy in Deno's cache with the attested manifest. Files that were not imported are not in the cache. */
export function compareCache(
  { files, metadata, rerouted }: CacheCopy,
  manifest: ManifestFact,
  known: ExpectedFiles,
): Comparison {
  const tally = new Tally();
  for (const [path, found] of files) {
    const digest = known.get(path);
    if (digest === undefined) tally.extra(path, found);
    else tally.compare(path, found, digest);
  }
  compareMetadata(metadata, manifest, known, tally);
  tally.wrong.push(...rerouted);
  return tally;
}

const modules = '/node_modules/';

class Tally {
  compared = 0;
  readonly wrong: string[] = [];
  readonly open: string[] = [];

  compare(path: string, found: OnDisk | undefined, expected: FileDigest): void {
    if (found === undefined) this.wrong.push(`${path}: missing`);
    else if ('odd' in found) this.wrong.push(`${path}: ${found.odd}`);
    else if ('unread' in found) this.open.push(`${path}: cannot be read: ${found.unread}`);
    else if (found.size !== expected.size)
      this.wrong.push(`${path}: ${found.size} bytes, expected ${expected.size}`);
    else if (found.sha256 !== expected.sha256)
      this.wrong.push(`${path}: SHA-256 ${found.sha256}, expected ${expected.sha256}`);
    else this.compared += 1;
  }

  extra(path: string, found: OnDisk): void {
    if ('odd' in found) this.wrong.push(`${path}: ${found.odd}`);
    else if ('unread' in found && path.endsWith('/'))
      this.open.push(`${path}: cannot be read: ${found.unread}`);
    else this.wrong.push(`${path}: not a file of the package`);
  }
}

/** The folders in a path from the top, each with a trailing slash. */
function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => `${names.slice(0, index + 1).join('/')}/`);
}

/** The files as the client of this copy unpacks the tarball. */
function asInstalled(files: ReadonlyMap<string, OnDisk>, tarball: ExpectedFiles): ExpectedFiles {
  // In a folder, `node_modules` was not hashed; an archive contains it if the tarball does.
  const whole = [...files.keys()].some((path) => path.startsWith(modules));
  const expected = new Map([...tarball].filter(([path]) => whole || !path.startsWith(modules)));
  const ignores = [...expected.keys()].filter((path) => path.endsWith('/.gitignore'));
  // npm renames all of them, other clients rename none.
  if (ignores.some((path) => files.has(path))) return expected;
  for (const path of ignores) {
    const renamed = path.replace(/\.gitignore$/, '.npmignore');
    const digest = expected.get(path);
    expected.delete(path);
    // An existing `.npmignore` wins.
    if (digest !== undefined && !expected.has(renamed)) expected.set(renamed, digest);
  }
  return expected;
}

function compareMetadata(
  metadata: VersionMetadata,
  manifest: ManifestFact,
  known: ExpectedFiles,
  tally: Tally,
): void {
  const path = '_meta.json';
  if (metadata.state !== 'read') {
    if (metadata.state === 'unread') tally.open.push(`${path}: cannot be read: ${metadata.why}`);
    else tally.wrong.push(`${path}: ${metadata.why}`);
    return;
  }
  if (metadata.claimed === undefined) {
    if (metadata.digest === manifest.digest) tally.compared += 1;
    else tally.wrong.push(`${path}: SHA-256 ${metadata.digest}, expected ${manifest.digest}`);
    return;
  }
  // Deno removed the module graph and added the digest of the original bytes, which is only a claim (trap 21).
  const before = tally.wrong.length;
  if (metadata.claimed !== manifest.digest)
    tally.wrong.push(`${path}: its lockfileChecksum is ${metadata.claimed}, expected ${manifest.digest}`);
  for (const key of metadata.others)
    tally.wrong.push(`${path}: has the key ${JSON.stringify(key)}, which Deno removes`);
  for (const [file, expected] of known) {
    const listed = metadata.files.get(file);
    if (listed?.sha256 !== expected.sha256 || listed.size !== expected.size)
      tally.wrong.push(
        `${path}: ${listed === undefined ? 'does not list' : 'has another digest or size for'} ${file}`,
      );
  }
  for (const file of metadata.files.keys())
    if (!known.has(file)) tally.wrong.push(`${path}: lists ${file}, which is not in the manifest`);
  for (const key of new Set([...metadata.exports.keys(), ...manifest.exports.keys()])) {
    const [listed, expected] = [metadata.exports.get(key), manifest.exports.get(key)];
    if (listed !== expected)
      tally.wrong.push(
        `${path}: exports ${listed ?? 'nothing'} as ${JSON.stringify(key)}, expected ${expected ?? 'nothing'}`,
      );
  }
  if (tally.wrong.length === before) tally.compared += 1;
}
