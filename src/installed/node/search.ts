import { basename, dirname, join } from 'node:path';
import { nodeNames } from '../../lockfile/find/node-locks.ts';
import type { Standing } from '../../model/stray.ts';
import type { AllowedFolders } from '../allowed-folders.ts';
import type { DiskEntry, InstalledDisk } from '../disk.ts';

const ranks: readonly Standing[] = ['governed', 'above', 'aside', 'project'];

/** Whether one relation has priority over another when a folder has both. */
export function outranks(standing: Standing, other: Standing): boolean {
  return ranks.indexOf(standing) > ranks.indexOf(other);
}

/** A folder that can load packages from a `node_modules`. */
export interface Importer {
  readonly folder: string;
  readonly modules: string;
  readonly standing: Standing;
}

/** The locations below the projects where packages may be installed; real paths. */
export interface Locations {
  readonly importers: readonly Importer[];
  /** Folders with Yarn's Plug'n'Play. */
  readonly pnp: readonly string[];
  /** Yarn's folders with zip archives. */
  readonly archives: readonly string[];
  /** Folders named `vendor`. */
  readonly vendors: readonly string[];
  /** What could not be searched; sentences. */
  readonly unseen: readonly string[];
}

const maxFolders = 100_000;
const maxDepth = 12;
/** Number of folders above a project that are searched. */
const maxAbove = 64;
const pnpFiles = ['.pnp.cjs', '.pnp.js', '.pnp.data.json'];
/** Names that programs open directly, without listing a folder. */
const openedNames: ReadonlySet<string> = new Set([
  'node_modules',
  '.yarn',
  'vendor',
  ...pnpFiles,
  ...nodeNames,
]);
/** Virtual stores of clients: only packages that a link leads to count there. */
const stores = ['.pnpm', '.store', '.bun', '.deno', '.vlt'];

/** The `node_modules` folders above some Node projects, nearest first; Yarn's Plug'n'Play does not use them. */
export async function modulesAbove(
  disk: InstalledDisk,
  projects: readonly string[],
): Promise<readonly Importer[]> {
  const found = new Map<string, Importer>();
  for (const project of projects) {
    const real = await disk.real(project);
    const listed = real === undefined ? undefined : await disk.list(real);
    if (listed?.state === 'present' && listed.value.some(({ name }) => pnpFiles.includes(name))) continue;
    let folder = real;
    for (let step = 0; folder !== undefined && step < maxAbove; step += 1) {
      const above = dirname(folder);
      if (above === folder) break;
      folder = above;
      const modules = await disk.real(join(folder, 'node_modules'));
      if (modules === undefined || real === undefined || found.has(modules)) continue;
      // Node also searches the dependencies of the project there.
      found.set(modules, { folder: real, modules, standing: 'above' });
    }
  }
  return [...found.values()];
}

/**
 * Walks the folders of some projects, including folders that start with a dot and linked folders. Of `.git`, only `hooks`
 * is walked, because it contains programs.
 */
export async function searchProjects(
  disk: InstalledDisk,
  allowed: AllowedFolders,
  projects: readonly string[],
): Promise<Locations> {
  const importers: Importer[] = [];
  const pnp: string[] = [];
  const archives: string[] = [];
  const vendors: string[] = [];
  const unseen: string[] = [];
  const seen = new Set<string>();

  /** The real path, or `undefined`; a link out of the project is recorded in `unseen`. */
  const follow = async (path: string): Promise<string | undefined> => {
    const entered = await allowed.enter(path);
    if (entered.kind === 'outside') unseen.push(linkOutside(allowed, path, entered.to));
    return entered.kind === 'inside' ? entered.path : undefined;
  };
  /** The real path of a link, if it leads to a folder. */
  const followToFolder = async (path: string): Promise<string | undefined> => {
    const to = await disk.real(path);
    return to === undefined || (await disk.list(to)).state === 'absent' ? undefined : follow(path);
  };

  const queue: { folder: string; depth: number; standing: Standing }[] = [];
  for (const project of projects) {
    const folder = await disk.real(project);
    if (folder !== undefined) queue.push({ folder, depth: 0, standing: 'project' });
  }
  for (const { folder, depth, standing: above } of queue) {
    if (seen.has(folder)) continue;
    if (seen.size >= maxFolders) {
      unseen.push(`the project has more than ${maxFolders} folders, and not all were searched`);
      break;
    }
    seen.add(folder);
    const listed = await disk.list(folder);
    if (listed.state === 'unavailable') unseen.push(`${allowed.shown(folder)} cannot be read: ${listed.why}`);
    if (listed.state !== 'present') continue;
    const entries = await asAskedFor(disk, folder, listed.value);
    const governed = depth > 0 && entries.some(({ name }) => nodeNames.includes(name));
    const standing = governed ? 'governed' : above;
    if (entries.some(({ name }) => pnpFiles.includes(name))) pnp.push(folder);
    const enter = (path: string, as: Standing) => {
      if (depth < maxDepth) queue.push({ folder: path, depth: depth + 1, standing: as });
      else
        unseen.push(`${allowed.shown(path)} is nested deeper than ${maxDepth} folders and was not searched`);
    };
    for (const { name, kind } of entries) {
      const path = join(folder, name);
      if (kind === 'file' || kind === 'other') continue;
      if (name === 'node_modules') {
        const modules = await follow(path);
        if (modules === undefined) continue;
        importers.push({ folder, modules, standing });
        for (const hidden of await hiddenFolders(disk, modules)) enter(hidden, lower(standing));
        continue;
      }
      if (basename(folder) === '.git' && name !== 'hooks') continue;
      if (name === '.yarn') {
        const cache = await follow(join(path, 'cache'));
        if (cache !== undefined) archives.push(cache);
      } else if (name === 'vendor') {
        const vendor = await follow(path);
        if (vendor !== undefined) vendors.push(vendor);
      }
      const real = kind === 'folder' ? path : name === 'vendor' ? undefined : await followToFolder(path);
      if (real !== undefined) enter(real, name.startsWith('.') ? lower(standing) : standing);
    }
  }
  return { importers, pnp, archives, vendors, unseen };
}

/**
 * The entries of a folder under the names that programs open: a case-insensitive disk also finds `Node_Modules` as
 * `node_modules`.
 */
async function asAskedFor(
  disk: InstalledDisk,
  folder: string,
  entries: readonly DiskEntry[],
): Promise<readonly DiskEntry[]> {
  const names = new Set(entries.map(({ name }) => name));
  return Promise.all(
    entries.map(async (entry) => {
      const asked = entry.name.toLowerCase();
      if (names.has(asked) || !openedNames.has(asked)) return entry;
      return (await disk.real(join(folder, asked))) === undefined ? entry : { ...entry, name: asked };
    }),
  );
}

function lower(standing: Standing): Standing {
  return standing === 'project' ? 'aside' : standing;
}

/** Folders that start with a dot, where tools may keep programs with their own packages. */
async function hiddenFolders(disk: InstalledDisk, modules: string): Promise<readonly string[]> {
  const listed = await disk.list(modules);
  if (listed.state !== 'present') return [];
  return listed.value
    .filter(({ name, kind }) => kind === 'folder' && name.startsWith('.') && !stores.includes(name))
    .map(({ name }) => join(modules, name));
}

/** The message about a link that was not followed. */
export function linkOutside(allowed: AllowedFolders, path: string, to: string): string {
  return `${allowed.shown(path)} is a symbolic link out of the project, to ${to}, and was not followed`;
}
