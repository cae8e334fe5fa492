import type { ManifestFact } from '../model/check.ts';
import type { FileDigest } from '../model/evidence.ts';
import type { CacheCopy, NpmCopy, VendorCopy, VersionMetadata } from './copies.ts';
import { vendoredPlaces } from './deno/deno-paths.ts';
import type { OnDisk } from './disk.ts';

/** Files by path with a leading slash, as they have to be. */
export type Wanted = ReadonlyMap<string, FileDigest>;

/** What came of comparing one copy; each line starts with a path and says what is wrong with it, or why it is not known. */
export interface Comparison {
  readonly compared: number;
  readonly wrong: readonly string[];
  readonly open: readonly string[];
}

/**
 * Compares an npm client's copy with the tarball it was made from: the same files, no more, no fewer. What clients
 * change is known: npm spells `.gitignore` as `.npmignore`, and nobody but the client may put packages into
 * `node_modules`.
 */
export function compareNpm({ files, refused, nests }: NpmCopy, tarball: Wanted): Comparison {
  const tally = new Tally();
  if (refused !== undefined) {
    tally.wrong.push(`it cannot be read as an archive of Yarn's: ${refused}`);
    return tally;
  }
  const wanted = asInstalled(files, tarball);
  const closed = new Set([...files.keys()].filter((path) => path.endsWith('/')));
  for (const [path, digest] of wanted) {
    // What a folder hides is neither there nor missing.
    if (!foldersOf(path).some((folder) => closed.has(folder))) tally.compare(path, files.get(path), digest);
  }
  for (const [path, found] of files) if (!wanted.has(path)) tally.extra(path, found);
  const bundles = [...tarball.keys()].some((path) => path.startsWith(modules));
  if (bundles && nests)
    tally.open.push(`${modules} holds packages that JSR's tarball brought, which were not compared`);
  return tally;
}

/** Compares what Deno vendored with the attested manifest: no file that is not in it, and those that are there unchanged. */
export function compareVendor(
  { files, metadata, rerouted }: VendorCopy,
  manifest: ManifestFact,
  known: Wanted,
): Comparison {
  const tally = new Tally();
  const places = vendoredPlaces(known.keys());
  for (const [path, found] of files) {
    const paths = places.get(path);
    if (paths === undefined) tally.extra(path, found);
    for (const wanted of paths ?? []) {
      const digest = known.get(wanted);
      if (digest !== undefined) tally.compare(path, found, digest);
    }
  }
  if (metadata !== undefined) compareMetadata(metadata, manifest, known, tally);
  tally.wrong.push(...rerouted);
  return tally;
}

/** Compares what is in Deno's cache with the attested manifest. Files that nobody imported are not there. */
export function compareCache(
  { files, metadata, rerouted }: CacheCopy,
  manifest: ManifestFact,
  known: Wanted,
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

  compare(path: string, found: OnDisk | undefined, wanted: FileDigest): void {
    if (found === undefined) this.wrong.push(`${path}: missing`);
    else if ('odd' in found) this.wrong.push(`${path}: ${found.odd}`);
    else if ('unread' in found) this.open.push(`${path}: cannot be read: ${found.unread}`);
    else if (found.size !== wanted.size)
      this.wrong.push(`${path}: ${found.size} bytes, wanted ${wanted.size}`);
    else if (found.sha256 !== wanted.sha256)
      this.wrong.push(`${path}: SHA-256 ${found.sha256}, wanted ${wanted.sha256}`);
    else this.compared += 1;
  }

  extra(path: string, found: OnDisk): void {
    if ('odd' in found) this.wrong.push(`${path}: ${found.odd}`);
    else if ('unread' in found && path.endsWith('/'))
      this.open.push(`${path}: cannot be read: ${found.unread}`);
    else this.wrong.push(`${path}: not a file of the package`);
  }
}

/** The folders that a path leads through from the top, each with a slash at its end. */
function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => `${names.slice(0, index + 1).join('/')}/`);
}

/** The tarball as this copy's client unpacks it. */
function asInstalled(files: ReadonlyMap<string, OnDisk>, tarball: Wanted): Wanted {
  // Of a folder, `node_modules` was left out; an archive has it where the tarball has.
  const whole = [...files.keys()].some((path) => path.startsWith(modules));
  const wanted = new Map([...tarball].filter(([path]) => whole || !path.startsWith(modules)));
  const ignores = [...wanted.keys()].filter((path) => path.endsWith('/.gitignore'));
  // npm does so with all of them, and any other client with none.
  if (ignores.some((path) => files.has(path))) return wanted;
  for (const path of ignores) {
    const renamed = path.replace(/\.gitignore$/, '.npmignore');
    const digest = wanted.get(path);
    wanted.delete(path);
    // One that is there already wins.
    if (digest !== undefined && !wanted.has(renamed)) wanted.set(renamed, digest);
  }
  return wanted;
}

function compareMetadata(
  metadata: VersionMetadata,
  manifest: ManifestFact,
  known: Wanted,
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
    else tally.wrong.push(`${path}: SHA-256 ${metadata.digest}, wanted ${manifest.digest}`);
    return;
  }
  // Deno left out the module graph and added the digest of what it had: a claim, like everything else in it (trap 21).
  const before = tally.wrong.length;
  if (metadata.claimed !== manifest.digest)
    tally.wrong.push(`${path}: its lockfileChecksum is ${metadata.claimed}, wanted ${manifest.digest}`);
  for (const key of metadata.others)
    tally.wrong.push(`${path}: has ${JSON.stringify(key)}, which Deno leaves out`);
  for (const [file, wanted] of known) {
    const listed = metadata.files.get(file);
    if (listed?.sha256 !== wanted.sha256 || listed.size !== wanted.size)
      tally.wrong.push(`${path}: ${listed === undefined ? 'lacks' : 'lists other bytes for'} ${file}`);
  }
  for (const file of metadata.files.keys()) if (!known.has(file)) tally.wrong.push(`${path}: lists ${file}`);
  for (const key of new Set([...metadata.exports.keys(), ...manifest.exports.keys()])) {
    const [listed, wanted] = [metadata.exports.get(key), manifest.exports.get(key)];
    if (listed !== wanted)
      tally.wrong.push(
        `${path}: exports ${listed ?? 'nothing'} as ${JSON.stringify(key)}, wanted ${wanted ?? 'nothing'}`,
      );
  }
  if (tally.wrong.length === before) tally.compared += 1;
}
