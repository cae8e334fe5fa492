import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { launch } from './process.ts';
import type { Way } from './stormy.ts';

let folders = 0;

/** A project with a lockfile, an environment with a cache of its own, and how to start the program there. */
export function projectIn(way: Way, packages: readonly Publication[]) {
  const cwd = join(way.folder, `project-${++folders}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
  const env = { ...way.env('tuf'), JSR_VERIFY_CACHE: join(cwd, 'cache') };
  const path = (name: string) => join(cwd, name);
  return {
    cwd,
    env,
    write: (name: string, text: string) => writeFileSync(path(name), text),
    read: (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : undefined),
    start: (argv: readonly string[], kill?: { signal: NodeJS.Signals; after: number }) =>
      launch(argv, { cwd, env, ...(kill && { kill }) }),
  };
}
