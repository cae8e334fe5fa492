import { join, resolve } from 'node:path';

/**
 * The folder of Deno's global cache, computed as Deno does: from `DENO_DIR`, otherwise from the cache folder of the user;
 * `undefined` when it cannot be determined. `environment`, `cwd` and `home` are those of the process.
 */
export function denoDirOf(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  platform: string,
  home: string | undefined,
): string | undefined {
  const set = (name: string) => environment[name] || undefined;
  const named = set('DENO_DIR');
  if (named !== undefined) return resolve(cwd, named);
  const below = (folder: string | undefined, ...rest: readonly string[]) =>
    folder === undefined ? undefined : join(folder, ...rest, 'deno');
  return (
    below(set('XDG_CACHE_HOME')) ??
    (platform === 'win32'
      ? below(set('LOCALAPPDATA'))
      : platform === 'darwin'
        ? below(home, 'Library', 'Caches')
        : below(home, '.cache'))
  );
}
