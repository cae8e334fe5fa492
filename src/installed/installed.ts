import { join } from 'node:path';
import type { Target } from '../model/target.ts';
import { AllowedFolders } from './allowed-folders.ts';
import { Collection } from './collection.ts';
import type { Installed } from './copies.ts';
import type { InstalledDisk } from './disk.ts';
import { installationsOf } from './node/missing.ts';
import { findInModules } from './node/modules.ts';
import { type InstalledLockfile, Names } from './node/names.ts';
import { type Importer, type Locations, modulesAbove, searchProjects } from './node/search.ts';

/** Where packages may be installed; paths are absolute. */
export interface InstalledPlaces {
  /** Folders of the audited projects: those of their lockfiles. */
  readonly projects: readonly string[];
  /** The audited lockfiles, with the names under which they install packages. */
  readonly lockfiles?: readonly InstalledLockfile[];
  /** Folders outside of the projects that links may lead into, such as Yarn's global cache or pnpm's global virtual store. */
  readonly stores?: readonly string[];
  /**
   * Deno's global cache (`DENO_DIR`), and the lockfiles that make Deno load from it, named as in the occurrences of
   * targets. Without a folder, what Deno loads from there stays open.
   */
  readonly deno?: { readonly folder: string | undefined; readonly lockfiles: readonly string[] };
  /** Base addresses in Deno's cache, without a trailing slash. */
  readonly registry: string;
  readonly npmRegistry: string;
  /** Proxies of the npm registry; Deno's cache has a folder for each. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
}

/**
 * Finds every copy of the targets below some projects and in Deno's cache, and hashes its files. What could not be read is
 * recorded, so that it does not count as verified. Never rejects because of the content of the disk.
 */
export async function collectInstalled(
  places: InstalledPlaces,
  targets: readonly Target[],
  disk: InstalledDisk,
): Promise<Installed> {
  const { projects, lockfiles = [], stores = [], deno } = places;
  const denoDir = deno?.folder;
  const node = lockfiles.filter(({ runtime }) => runtime === 'node').map(({ folder }) => folder);
  const above = await modulesAbove(disk, places.lockfiles === undefined ? projects : node);
  const allowed = await AllowedFolders.of(
    disk,
    [
      ...projects,
      ...above.map(({ modules }) => modules),
      ...stores,
      ...(denoDir === undefined ? [] : [denoDir]),
    ],
    new Map(denoDir === undefined ? [] : [[denoDir, 'DENO_DIR']]),
  );
  const locations = await searchProjects(disk, allowed, projects);
  const names = await Names.of(disk, lockfiles);
  const importers = [...locations.importers, ...above];
  const collection = new Collection(disk, allowed, targets, searchedIn(locations, above, allowed));
  for (const why of locations.unseen) collection.unseen(why);
  // Before `findInModules`: packages in Yarn's table have the relation `project`, also below a folder with a dot.
  await collection.takePnp(locations, names);
  await collection.takeFound(await findInModules(disk, allowed, importers, names));
  for (const vendor of locations.vendors) await collection.takeVendor(vendor, places.registry);
  if (deno !== undefined) await collection.takeDenoDir(denoDir, new Set(deno.lockfiles), places);
  await collection.explainMissing(await installationsOf(disk, lockfiles, locations));
  return collection.result();
}

const maxSearched = 8;

function searchedIn(
  locations: Locations,
  above: readonly Importer[],
  allowed: AllowedFolders,
): readonly string[] {
  const folders = [
    ...[...locations.importers, ...above].map(({ modules }) => modules),
    ...locations.pnp.map((folder) => join(folder, '.pnp.cjs')),
    ...locations.archives,
    ...locations.vendors,
  ].map((path) => allowed.shown(path));
  return folders.length > maxSearched ? [...folders.slice(0, maxSearched), 'others'] : folders;
}
