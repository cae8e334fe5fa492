import { join } from 'node:path';
import type { Target } from '../model/target.ts';
import { Collection } from './collection.ts';
import type { Installed } from './copies.ts';
import type { InstalledDisk } from './disk.ts';
import { installationsOf } from './node/missing.ts';
import { findInModules } from './node/modules.ts';
import { type InstalledLockfile, Names } from './node/names.ts';
import { type Grounds, type Importer, modulesAbove, searchProjects } from './node/search.ts';
import { Territory } from './territory.ts';

/** Where packages may be installed; paths are absolute. */
export interface InstalledPlaces {
  /** Folders of the audited projects: those of their lockfiles. */
  readonly projects: readonly string[];
  /** The audited lockfiles, and what they say about names. */
  readonly lockfiles?: readonly InstalledLockfile[];
  /** Folders outside of them that links may lead into, such as Yarn's global cache or pnpm's global virtual store. */
  readonly stores?: readonly string[];
  /**
   * Deno's global cache (`DENO_DIR`), and the lockfiles that make Deno load from it, named as in the occurrences of
   * targets.
   */
  readonly deno?: { readonly folder: string; readonly lockfiles: readonly string[] };
  /** Base addresses, without a slash at their end, under which Deno keeps what it fetched. */
  readonly registry: string;
  readonly npmRegistry: string;
  /** Proxies of it; Deno's cache has a folder for each. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
}

/**
 * Finds every copy of the targets below some projects and in Deno's cache, and hashes its files. Whatever could not be
 * looked into is noted, so that nobody takes silence for a good sign. Never rejects for what is on the disk.
 */
export async function collectInstalled(
  places: InstalledPlaces,
  targets: readonly Target[],
  disk: InstalledDisk,
): Promise<Installed> {
  const { projects, lockfiles = [], stores = [], deno } = places;
  const node = lockfiles.filter(({ runtime }) => runtime === 'node').map(({ folder }) => folder);
  const above = await modulesAbove(disk, places.lockfiles === undefined ? projects : node);
  const territory = await Territory.of(
    disk,
    [...projects, ...above.map(({ modules }) => modules), ...stores, ...(deno ? [deno.folder] : [])],
    new Map(deno === undefined ? [] : [[deno.folder, 'DENO_DIR']]),
  );
  const grounds = await searchProjects(disk, territory, projects);
  const names = await Names.of(disk, lockfiles);
  const importers = [...grounds.importers, ...above];
  const collection = new Collection(disk, territory, targets, searchedIn(grounds, above, territory));
  for (const why of grounds.unseen) collection.unseen(why);
  // What Yarn's table names counts as such, and not as some folder below a dot.
  await collection.takePnp(grounds, names);
  await collection.takeFound(await findInModules(disk, territory, importers, names));
  for (const vendor of grounds.vendors) await collection.takeVendor(vendor, places.registry);
  if (deno !== undefined) await collection.takeDenoDir(deno.folder, new Set(deno.lockfiles), places);
  await collection.explainMissing(await installationsOf(disk, lockfiles, grounds));
  return collection.result();
}

const mostSearched = 8;

function searchedIn(grounds: Grounds, above: readonly Importer[], territory: Territory): readonly string[] {
  const folders = [
    ...[...grounds.importers, ...above].map(({ modules }) => modules),
    ...grounds.pnp.map((folder) => join(folder, '.pnp.cjs')),
    ...grounds.archives,
    ...grounds.vendors,
  ].map((path) => territory.shown(path));
  return folders.length > mostSearched ? [...folders.slice(0, mostSearched), 'others'] : folders;
}
