import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import type { Installed, InstalledCopies } from '../../src/installed/copies.ts';
import type { InstalledDisk } from '../../src/installed/disk.ts';
import { collectInstalled, type InstalledPlaces } from '../../src/installed/installed.ts';
import type { InstalledLockfile } from '../../src/installed/node/names.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import type { InstalledFact, ManifestFact, Outcome } from '../../src/model/check.ts';
import { type FileDigest, fileDigest, present } from '../../src/model/evidence.ts';
import type { Purl } from '../../src/model/package.ts';
import type { Occurrence, Target } from '../../src/model/target.ts';
import { readTarball } from '../../src/npm/tarball/tar.ts';
import { treeAt } from '../../src/source/file-tree.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { mintWorld } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';

/** A world with a package, two versions of what it depends on, and one that is like them but for its bytes. */
export const world = mintWorld();
const moduleOf = (text: string) => ({ '/mod.ts': text, '/deno.json': '{"exports":"./mod.ts"}\n' });
export const oldBase = world.publish({
  ...{ scope: 'acme', name: 'base', version: '0.1.0' },
  files: moduleOf('export const base: number = 0;\n'),
});
export const base = world.publish({
  ...{ scope: 'acme', name: 'base', version: '0.2.0' },
  files: moduleOf('export const base: number = 1;\n'),
});
export const widget = world.publish({
  ...{ scope: 'acme', name: 'widget', version: '1.4.0' },
  files: {
    '/mod.ts':
      'import { base } from "jsr:@acme/base@^0.2.0";\nimport { up } from "./src/Upper.ts";\nexport const widget: number = base + up;\n',
    '/src/Upper.ts': 'export const up: number = 2;\n',
    '/Folder.ts/b.ts': 'export const b = 3;\n',
    '/a_very_long_file_name_that_is_longer_than_thirty.ts': 'export const a = 4;\n',
    '/notes.txt': 'hello\n',
    '/data/x[y]$(z)+~@.json': '{}\n',
    '/.gitignore': 'node_modules\n',
    '/sub/.gitignore': 'x\n',
    '/sub/.npmignore': 'y\n',
    '/deno.json': '{"exports":"./mod.ts"}\n',
  },
});

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that disappears after the tests of this file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'installed-'));
  folders.push(folder);
  return folder;
}

/** Writes files by path below a folder. */
export function write(folder: string, files: Iterable<readonly [string, string | Uint8Array]>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** A symbolic link, with the folders above it. */
export function link(path: string, to: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
}

/** The files of the npm tarball by path. */
export async function tarballOf(publication: Publication): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = await readTarball(publication.npmTarball(world.urls.registry));
  if (read.status === 'failed') throw new Error(read.reason);
  return read.files;
}

/** Unpacks the npm tarball into a folder, as an npm client would. */
export async function unpack(publication: Publication, folder: string): Promise<void> {
  write(folder, await tarballOf(publication));
}

/** What is known about a publication by the time its copies are compared. */
export interface Known {
  readonly manifest: ManifestFact;
  readonly tarball: ReadonlyMap<string, FileDigest>;
}

export async function knownOf(publication: Publication): Promise<Known> {
  const manifest = checkManifest(present(publication.manifest, 'the world'), []);
  if (manifest.status !== 'passed') throw new Error('the minted manifest is broken');
  const files = [...(await tarballOf(publication))].map(
    ([path, bytes]) => [path, fileDigest(bytes)] as const,
  );
  return { manifest: manifest.fact, tarball: new Map(files) };
}

/** A target as a lockfile would give it, with what it says about how the package is installed. */
export function targetOf({ scope, name, version }: Publication, says: Partial<Occurrence> = {}): Target {
  const occurrence = { at: { file: 'lock', line: 1 }, locked: { kind: 'nothing', why: 'a test' } as const };
  return { package: { scope, name, version }, occurrences: [{ ...occurrence, dependents: [], ...says }] };
}

export interface Look {
  readonly targets?: readonly Target[];
  readonly places?: Partial<InstalledPlaces>;
  readonly disk?: (disk: InstalledDisk) => InstalledDisk;
}

/** A lockfile in a project, whose text is at hand. */
export function lockfileIn(folder: string, file: string, text?: string): InstalledLockfile {
  const options = { registry: world.urls.registry, npmRegistry: world.urls.npm };
  const read = readLockfile(file, text ?? readFileSync(join(folder, file), 'utf8'), options);
  return { file, folder, format: read.format, runtime: read.runtime, installs: read.installs };
}

/** Names as a lockfile gives them: to packages from JSR, and to others. */
export function lockfileOf(
  folder: string,
  installs: Partial<InstalledLockfile['installs']>,
  format = 'pnpm',
): InstalledLockfile {
  const none = { jsr: new Map(), others: new Set<string>(), folders: new Map() };
  return {
    file: 'lock',
    folder,
    format,
    runtime: format === 'deno' ? 'deno' : 'node',
    installs: { ...none, ...installs },
  };
}

/** Looks for all versions of the world in a project. */
export function look(
  folder: string,
  { targets, places, disk = (same) => same }: Look = {},
): Promise<Installed> {
  return collectInstalled(
    { projects: [folder], registry: world.urls.registry, npmRegistry: world.urls.npm, ...places },
    targets ?? [oldBase, base, widget].map((publication) => targetOf(publication)),
    disk(treeAt(folder)),
  );
}

/** What was found of one version. */
export function copiesOf(installed: Installed, { purl }: Publication): InstalledCopies {
  const found = installed.packages.get(purl as Purl);
  if (found === undefined) throw new Error(`${purl} was not looked for`);
  return found;
}

/** Looks for one version in a project and compares what is found. */
export async function judge(
  folder: string,
  publication: Publication,
  options: Look = {},
): Promise<Outcome<InstalledFact>> {
  const { manifest, tarball } = await knownOf(publication);
  return checkInstalled(copiesOf(await look(folder, options), publication), manifest, [tarball]);
}
