import { join } from 'node:path';
import type { PackageName } from '../model/package.ts';
import type { Target } from '../model/target.ts';
import { Collection } from './collection.ts';
import type { Installed } from './copies.ts';
import type { InstalledDisk } from './disk.ts';
import { findInModules } from './node/modules.ts';
import { type Grounds, searchProjects } from './node/search.ts';
import { Territory } from './territory.ts';

/** Where packages may be installed; paths are absolute. */
export interface InstalledPlaces {
  /** Folders of the audited projects: those of their lockfiles. */
  readonly projects: readonly string[];
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
  const { projects, stores = [], deno } = places;
  const territory = await Territory.of(
    disk,
    [...projects, ...stores, ...(deno === undefined ? [] : [deno.folder])],
    new Map(deno === undefined ? [] : [[deno.folder, 'DENO_DIR']]),
  );
  const grounds = await searchProjects(disk, territory, projects);
  const collection = new Collection(disk, territory, targets, searchedIn(grounds, territory));
  for (const why of grounds.unseen) collection.unseen(why);
  const modules = await findInModules(disk, territory, grounds.importers, aliasesOf(targets), projects);
  await collection.takeLyings(modules);
  await collection.takePnp(grounds);
  for (const vendor of grounds.vendors) await collection.takeVendor(vendor, places.registry);
  if (deno !== undefined) await collection.takeDenoDir(deno.folder, new Set(deno.lockfiles), places);
  return collection.result();
}

/** Names that the projects themselves install JSR packages under, as the lockfiles have it. */
function aliasesOf(targets: readonly Target[]): ReadonlyMap<string, PackageName> {
  const aliases = new Map<string, PackageName>();
  for (const { package: about, occurrences } of targets) {
    for (const { alias, direct } of occurrences) {
      if (alias !== undefined && direct !== false) aliases.set(alias, about);
    }
  }
  return aliases;
}

const mostSearched = 8;

function searchedIn(grounds: Grounds, territory: Territory): readonly string[] {
  const folders = [
    ...grounds.importers.map(({ modules }) => modules),
    ...grounds.pnp.map((folder) => join(folder, '.pnp.cjs')),
    ...grounds.archives,
    ...grounds.vendors,
  ].map((path) => territory.shown(path));
  return folders.length > mostSearched ? [...folders.slice(0, mostSearched), 'others'] : folders;
}
