import { execFile } from 'node:child_process';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Disk } from '../lockfile/discover.ts';
import { maxLockfileBytes } from '../lockfile/lockfile.ts';
import { JsrVerifyError } from '../model/error.ts';

const run = promisify(execFile);

/** The commit a revision names in the repository of a folder; git is run directly, never through a shell. */
export async function commitOf(revision: string, folder: string): Promise<string> {
  try {
    const { stdout } = await git(
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
      folder,
    );
    const commit = stdout.trim();
    if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new JsrVerifyError('OPTIONS_INVALID', 'git is not installed', {
        hint: 'name two lockfiles instead of revisions',
        cause,
      });
    }
  }
  throw new JsrVerifyError(
    'OPTIONS_INVALID',
    `${JSON.stringify(revision)} is neither a file nor a git revision here`,
    {
      hint: 'try jsr-verify diff origin/main, or jsr-verify diff old/deno.lock deno.lock',
    },
  );
}

/** The disk as a commit has it: the work tree of the folder's repository, and nothing around it. Links lead nowhere. */
export async function diskOfCommit(commit: string, folder: string): Promise<Disk> {
  const { stdout } = await git(['rev-parse', '--show-cdup'], folder);
  const top = resolve(folder, stdout.trim());
  const listings = new Map<string, Promise<ReadonlyMap<string, Entry>>>();
  const list = (where: string): Promise<ReadonlyMap<string, Entry>> => {
    const known = listings.get(where) ?? listingOf(commit, relative(top, where), top);
    listings.set(where, known);
    return known;
  };
  const entryAt = async (path: string): Promise<Entry | undefined> =>
    isWithin(path, top) ? (await list(dirname(path))).get(path) : undefined;
  return {
    folder,
    kindOf: async (path) => {
      // The way down to where the user stands counts even where the commit has nothing there yet.
      const isOnTheWay = isWithin(folder, path) && isWithin(path, top);
      return isOnTheWay || path === join(top, '.git') ? 'folder' : (await entryAt(path))?.kind;
    },
    read: async (path) => {
      const entry = await entryAt(path);
      const shown = relative(folder, path).replaceAll('\\', '/');
      if (entry === undefined) throw new JsrVerifyError('LOCKFILE_MISSING', `${shown} is not in the commit`);
      if (entry.size > maxLockfileBytes)
        throw new JsrVerifyError('LOCKFILE_INVALID', `${shown}:1: is larger than 50 MB`, {
          hint: 'it is not read at all, rather than in part',
        });
      return (await git(['cat-file', 'blob', entry.blob], top)).stdout;
    },
  };
}

interface Entry {
  readonly kind: 'file' | 'folder' | undefined;
  readonly blob: string;
  readonly size: number;
}

async function listingOf(commit: string, folder: string, top: string): Promise<ReadonlyMap<string, Entry>> {
  const prefix = folder === '' ? [] : ['--', `${folder.replaceAll('\\', '/')}/`];
  const { stdout } = await git(['ls-tree', '-z', '--long', commit, ...prefix], top);
  return new Map(
    stdout.split('\0').flatMap((line): [string, Entry][] => {
      const [, mode, id, size, path] = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\d+|-)\t(.+)$/s.exec(line) ?? [];
      if (mode === undefined || id === undefined || path === undefined) return [];
      // Neither links nor submodules: both lead out of the commit.
      const kind = mode.startsWith('100') ? 'file' : mode === '040000' ? 'folder' : undefined;
      return [[join(top, path), { kind, blob: id, size: Number(size) || 0 }]];
    }),
  );
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way);
}

function git(args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  return run('git', ['-c', 'core.fsmonitor=false', '--literal-pathspecs', ...args], {
    cwd,
    maxBuffer: maxLockfileBytes + 1024,
    timeout: 30_000,
    windowsHide: true,
  });
}
