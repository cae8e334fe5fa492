import { join, resolve } from 'node:path';

/**
 * Where Yarn keeps the archives of all projects, from which Plug'n'Play loads them; `undefined` where there is no
 * telling. A project can name another folder. `environment`, `cwd` and `home` are those of the process.
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
