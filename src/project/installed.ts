import { basename, dirname, resolve } from 'node:path';
import type { Installed } from '../installed/copies.ts';
import { denoDirOf } from '../installed/deno/deno-dir.ts';
import { collectInstalled } from '../installed/installed.ts';
import { yarnCacheOf } from '../installed/node/yarn-cache.ts';
import { type LockfileContents, mergeTargets } from '../model/target.ts';
import { type Addresses, publicAddresses } from '../registry/addresses.ts';
import { treeAt } from '../source/file-tree.ts';

/** Folders in which clients keep packages of all projects; absolute. A package that is loaded from one that is left out is inconclusive. */
export interface ClientCaches {
  /** `DENO_DIR`, from which Deno loads what is not in `vendor/`. */
  readonly deno?: string | undefined;
  /** Yarn's global cache, from which Plug'n'Play loads what it does not keep in the project. */
  readonly yarn?: string | undefined;
}

/** What of a process decides where its user's clients keep packages. */
export interface ClientHome {
  /** The environment: `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder: `process.cwd()`. */
  readonly cwd: string;
  /** `process.platform`. */
  readonly platform: string;
  /** `os.homedir()`. */
  readonly home: string | undefined;
}

/** Where Deno and Yarn keep packages of all projects, as they decide it themselves. */
export function clientCaches({ env, cwd, platform, home }: ClientHome): ClientCaches {
  return { deno: denoDirOf(env, cwd, platform, home), yarn: yarnCacheOf(env, cwd, platform, home) };
}

/** Where to look for what is installed. */
export interface InstalledOptions {
  /** Where the paths of the lockfiles start: the folder that they were found from. The working folder when missing. */
  readonly folder?: string | undefined;
  /** The registries, by which caches name what they keep; the public ones when missing. */
  readonly addresses?: Pick<Addresses, 'registry' | 'npmRegistry' | 'otherNpmRegistries'> | undefined;
  readonly caches?: ClientCaches | undefined;
}

/**
 * Finds what the projects of the lockfiles have installed, for an audit at depth `installed`: every copy of the locked packages with the
 * digests of its files, and the JSR packages that no lockfile names. Whatever could not be looked into is noted. Never rejects for
 * what is on the disk.
 */
export function findInstalled(
  lockfiles: readonly LockfileContents[],
  { folder = '.', addresses = publicAddresses, caches = {} }: InstalledOptions = {},
): Promise<Installed> {
  const { registry, npmRegistry, otherNpmRegistries } = addresses;
  // From a bill of materials nothing is installed in the folder that it lies in.
  const installing = lockfiles.filter(({ runtime }) => runtime !== 'none');
  const denoLocks = lockfiles.filter(({ runtime }) => runtime === 'deno').map(({ file }) => file);
  return collectInstalled(
    {
      projects: [...new Set(installing.map(({ file }) => projectOf(file, folder)))],
      lockfiles: installing.map(({ file, format, runtime, installs }) => ({
        ...{ file, format, runtime, installs },
        folder: dirname(resolve(folder, file)),
      })),
      ...(caches.yarn !== undefined && { stores: [caches.yarn] }),
      ...(denoLocks.length > 0 && { deno: { folder: caches.deno, lockfiles: denoLocks } }),
      registry,
      npmRegistry,
      otherNpmRegistries,
    },
    mergeTargets(lockfiles.flatMap(({ targets }) => targets)),
    treeAt(folder),
  );
}

// npm keeps a lockfile of its own in `node_modules`.
function projectOf(file: string, from: string): string {
  const folder = dirname(resolve(from, file));
  return basename(folder) === 'node_modules' ? dirname(folder) : folder;
}
