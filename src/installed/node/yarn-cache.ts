import { join, resolve } from 'node:path';

/**
 * Yarn's global cache, from which Plug'n'Play loads the archives of all projects; `undefined` when it cannot be
 * determined. A project can configure another folder. `environment`, `cwd` and `home` are those of the process.
 */
export function yarnCacheOf(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  platform: string,
  home: string | undefined,
): string | undefined {
  const set = (name: string) => environment[name] || undefined;
  const named = set('YARN_GLOBAL_FOLDER');
  if (named !== undefined) return resolve(cwd, named, 'cache');
  const local = platform === 'win32' ? set('LOCALAPPDATA') : undefined;
  if (local !== undefined) return join(local, 'Yarn', 'Berry', 'cache');
  return home === undefined ? undefined : join(home, '.yarn', 'berry', 'cache');
}
