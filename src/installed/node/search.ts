import { join } from 'node:path';
import type { InstalledDisk } from '../disk.ts';
import type { Territory } from '../territory.ts';

/** A folder of a project that has `node_modules`. */
export interface Importer {
  readonly folder: string;
  readonly modules: string;
  /** Whether a lockfile further down than the audited ones speaks for this folder. */
  readonly governed: boolean;
}

/** Everything below the projects in which packages may be installed; real paths. */
export interface Grounds {
  readonly importers: readonly Importer[];
  /** Folders with Yarn's Plug'n'Play. */
  readonly pnp: readonly string[];
  /** Folders of Yarn with zip archives. */
  readonly archives: readonly string[];
  /** Folders named `vendor`. */
  readonly vendors: readonly string[];
  /** What could not be looked into; sentences. */
  readonly unseen: readonly string[];
}

const maxFolders = 20_000;
const maxDepth = 12;
const pnpFiles = ['.pnp.cjs', '.pnp.js', '.pnp.data.json'];
const lockfiles = [
  ...['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml'],
  ...['bun.lock', 'bun.lockb', 'vlt-lock.json'],
];

/** Walks the folders of some projects, links not followed; what starts with a dot is left alone, but for `.yarn`. */
export async function searchProjects(
  disk: InstalledDisk,
  territory: Territory,
  projects: readonly string[],
): Promise<Grounds> {
  const importers: Importer[] = [];
  const pnp: string[] = [];
  const archives: string[] = [];
  const vendors: string[] = [];
  const unseen: string[] = [];
  const seen = new Set<string>();

  /** The real path of something of interest, or nothing and a word about why. */
  const follow = async (path: string): Promise<string | undefined> => {
    const entered = await territory.enter(path);
    if (entered.kind === 'outside') unseen.push(leaving(territory, path, entered.to));
    return entered.kind === 'inside' ? entered.path : undefined;
  };

  const queue: { folder: string; depth: number; governed: boolean }[] = [];
  for (const project of projects) {
    const folder = await disk.real(project);
    if (folder !== undefined) queue.push({ folder, depth: 0, governed: false });
  }
  for (const { folder, depth, governed: above } of queue) {
    if (seen.has(folder)) continue;
    if (seen.size >= maxFolders) {
      unseen.push(`the project has more than ${maxFolders} folders, and not all were looked into`);
      break;
    }
    seen.add(folder);
    const listed = await disk.list(folder);
    if (listed.state === 'unavailable')
      unseen.push(`${territory.shown(folder)} cannot be read: ${listed.why}`);
    if (listed.state !== 'present') continue;
    const governed = above || (depth > 0 && listed.value.some(({ name }) => lockfiles.includes(name)));
    if (listed.value.some(({ name }) => pnpFiles.includes(name))) pnp.push(folder);
    for (const { name, kind } of listed.value) {
      const path = join(folder, name);
      if (kind === 'file' || kind === 'other') continue;
      if (name === 'node_modules') {
        const modules = await follow(path);
        if (modules !== undefined) importers.push({ folder, modules, governed });
      } else if (name === '.yarn') {
        const cache = await follow(join(path, 'cache'));
        if (cache !== undefined) archives.push(cache);
      } else if (name === 'vendor') {
        const vendor = await follow(path);
        if (vendor !== undefined) vendors.push(vendor);
      }
      if (kind !== 'folder' || name === 'node_modules' || name.startsWith('.')) continue;
      if (depth < maxDepth) queue.push({ folder: path, depth: depth + 1, governed });
      else
        unseen.push(`${territory.shown(path)} lies deeper than ${maxDepth} folders and was not looked into`);
    }
  }
  return { importers, pnp, archives, vendors, unseen };
}

/** The sentence about a link that was not followed. */
export function leaving(territory: Territory, path: string, to: string): string {
  return `${territory.shown(path)} is a symbolic link that leaves the project, to ${to}, and was not followed`;
}
