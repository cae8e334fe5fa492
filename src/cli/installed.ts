import { homedir } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { Installed } from '../installed/copies.ts';
import { denoDirOf } from '../installed/deno/deno-dir.ts';
import { collectInstalled } from '../installed/installed.ts';
import { yarnCacheOf } from '../installed/node/yarn-cache.ts';
import { type LockfileContents, mergeTargets } from '../model/target.ts';
import type { Addresses } from '../registry/addresses.ts';
import { treeAt } from '../source/file-tree.ts';
import type { Environment } from './environment.ts';

/** Looks at what the projects of the lockfiles have installed, and at Deno's cache. */
export function findInstalled(
  lockfiles: readonly LockfileContents[],
  { registry, npmRegistry, otherNpmRegistries }: Addresses,
  { cwd, env }: Pick<Environment, 'cwd' | 'env'>,
): Promise<Installed> {
  const denoDir = denoDirOf(env, cwd, process.platform, homedir());
  const denoLocks = lockfiles.filter(({ runtime }) => runtime === 'deno').map(({ file }) => file);
  // Plug'n'Play loads from there what it does not keep in the project.
  const yarnCache = yarnCacheOf(env, cwd, process.platform, homedir());
  return collectInstalled(
    {
      projects: [...new Set(lockfiles.map(({ file }) => projectOf(file, cwd)))],
      lockfiles: lockfiles.map(({ file, format, runtime, installs }) => ({
        ...{ file, format, runtime, installs },
        folder: dirname(resolve(cwd, file)),
      })),
      ...(yarnCache !== undefined && { stores: [yarnCache] }),
      ...(denoDir !== undefined && { deno: { folder: denoDir, lockfiles: denoLocks } }),
      registry,
      npmRegistry,
      otherNpmRegistries,
    },
    mergeTargets(lockfiles.flatMap(({ targets }) => targets)),
    treeAt(cwd),
  );
}

// npm keeps a lockfile of its own in `node_modules`.
function projectOf(file: string, cwd: string): string {
  const folder = dirname(resolve(cwd, file));
  return basename(folder) === 'node_modules' ? dirname(folder) : folder;
}
