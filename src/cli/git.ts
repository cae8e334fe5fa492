import { type ExecFileOptions, execFile } from 'node:child_process';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Disk, DiskEntry } from '../lockfile/find/disk.ts';
import { maxLockfileBytes } from '../lockfile/lockfile.ts';
import { isWithin, seenFrom, slashed } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import { textOfBytes } from '../wire/utf8.ts';
import type { Environment } from './environment.ts';
import { toMissing } from './permissions.ts';

const run = promisify(execFile);

/** The commit that a revision names in a folder's repository; git is started directly, never through a shell. */
export async function commitOf(revision: string, folder: string): Promise<string> {
  const found = await lookUp(revision, folder);
  if (found.kind === 'commit') return found.commit;
  if (found.kind === 'no git') {
    throw new JsrVerifyError('OPTIONS_INVALID', 'git is not installed', {
      hint: 'name two lockfiles instead of revisions',
      cause: found.cause,
    });
  }
  const what = `${JSON.stringify(revision)} is neither a file nor a git revision here`;
  if (found.kind === 'unclear') {
    throw new JsrVerifyError('OPTIONS_INVALID', `${what}: git says: ${found.why}`, {
      hint: 'name two lockfiles instead of revisions',
    });
  }
  if (found.kind === 'no repository') {
    throw new JsrVerifyError('OPTIONS_INVALID', what, {
      hint: 'this folder is not in a git repository: name two lockfiles instead of revisions',
    });
  }
  throw new JsrVerifyError('OPTIONS_INVALID', what, {
    hint: (await isShallow(folder))
      ? 'this clone is shallow: fetch its history, with fetch-depth: 0 for actions/checkout, else with git fetch --unshallow'
      : 'try jsr-verify diff origin/main, or jsr-verify diff old/deno.lock deno.lock',
  });
}

/**
 * The commit that is checked out in a folder, and its branch if there is one; empty if git cannot tell, or if Deno
 * would have to ask the user first.
 */
export async function headOf({ cwd, permissions }: Pick<Environment, 'cwd' | 'permissions'>): Promise<{
  readonly commit?: string;
  readonly branch?: string;
}> {
  if (permissions !== undefined && permissions.querySync({ name: 'run', command: 'git' }).state !== 'granted')
    return {};
  const found = await lookUp('HEAD', cwd).catch(() => undefined);
  if (found?.kind !== 'commit') return {};
  const branch = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], cwd).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  return { commit: found.commit, ...(branch !== '' && { branch }) };
}

async function isShallow(folder: string): Promise<boolean> {
  return git(['rev-parse', '--is-shallow-repository'], folder).then(
    ({ stdout }) => stdout.trim() === 'true',
    () => false,
  );
}

/**
 * Rejects a path that could also be a revision: a new folder `main` must not change the meaning of `main`.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID`, also if git cannot tell
 */
export async function refuseRevision(path: string, folder: string): Promise<void> {
  const found = await lookUp(path, folder);
  if (found.kind === 'commit') {
    throw new JsrVerifyError('OPTIONS_INVALID', `${JSON.stringify(path)} is both a path and a revision`, {
      hint: `write ./${path} for the path, or refs/heads/${path} for the branch`,
    });
  }
  if (found.kind === 'unclear') {
    throw new JsrVerifyError(
      'OPTIONS_INVALID',
      `${JSON.stringify(path)} is a path, and git cannot tell whether it is a revision too`,
      { hint: `write ./${path} for the path; git says: ${found.why}` },
    );
  }
}

type Found =
  | { readonly kind: 'commit'; readonly commit: string }
  /** `no git`: not installed; `no repository`: not in a repository; `none`: no such revision. */
  | { readonly kind: 'no git'; readonly cause: unknown }
  | { readonly kind: 'no repository' }
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly why: string };

async function lookUp(revision: string, folder: string): Promise<Found> {
  try {
    const { stdout } = await git(
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
      folder,
    );
    const commit = stdout.trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? { kind: 'commit', commit } : { kind: 'none' };
  } catch (cause) {
    const refused = toMissing(cause);
    if (refused !== undefined) throw refused;
    const { code, stderr } = toFailure(cause);
    if (code === 'ENOENT') return { kind: 'no git', cause };
    if (code === 1) return { kind: 'none' };
    // In a repository of another owner, or a broken one, revisions exist but git does not show them.
    if (/^fatal: not a git repository/m.test(stderr)) return { kind: 'no repository' };
    return { kind: 'unclear', why: whyOf(cause) };
  }
}

/** The line of git's error output that gives the reason. */
function whyOf(cause: unknown): string {
  const { code, stderr } = toFailure(cause);
  const lines = stderr.split('\n');
  const why = lines.find((line) => line.startsWith('fatal: ')) ?? lines[0];
  return why || `it failed with ${String(code ?? 'no code')}`;
}

function toFailure(cause: unknown): { readonly code?: unknown; readonly stderr: string } {
  if (typeof cause !== 'object' || cause === null) return { stderr: '' };
  const stderr = 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr : '';
  return 'code' in cause ? { code: cause.code, stderr } : { stderr };
}

/**
 * A commit as a `Disk`: the work tree of the folder's repository and nothing outside it. A link or a submodule that
 * leads out of the commit is an error when it is read, not an empty place. The revision that named the commit may be
 * a branch.
 */
export async function diskOfCommit(commit: string, folder: string, revision?: string): Promise<Disk> {
  const { stdout } = await git(['rev-parse', '--show-cdup'], folder);
  const top = resolve(folder, stdout.trim());
  const listings = new Map<string, Promise<ReadonlyMap<string, Entry>>>();
  const list = (where: string): Promise<ReadonlyMap<string, Entry>> => {
    const known = listings.get(where) ?? listingOf(commit, relative(top, where), top);
    listings.set(where, known);
    return known;
  };
  let everything: Promise<ReadonlyMap<string, readonly DiskEntry[]>> | undefined;
  const show = (path: string): string => seenFrom(folder, path);
  const entryAt = async (path: string): Promise<Entry | undefined> => {
    if (!isWithin(path, top) || path === top) return undefined;
    const above = await entryAt(dirname(path));
    if (above === undefined && dirname(path) !== top) return undefined;
    const entry = (await list(dirname(path))).get(path);
    if (entry?.kind !== 'link' && entry?.kind !== 'submodule') return entry;
    throw new JsrVerifyError('LOCKFILE_UNSUPPORTED', `${show(path)} is a ${entry.kind} in that commit`, {
      hint: 'name the file it leads to',
    });
  };
  return {
    folder,
    kindOf: async (path) => {
      const kind = (await entryAt(path))?.kind;
      // Folders between the root and the user's folder count even if the commit has nothing there.
      const isOnTheWay = isWithin(folder, path) && isWithin(path, top);
      if (isOnTheWay || path === join(top, '.git')) return 'folder';
      return kind === 'file' || kind === 'folder' ? kind : undefined;
    },
    entriesIn: async (where, deep) => {
      if (deep !== true) return [...(await list(where))].map(toDiskEntry);
      // One listing for all folders instead of one for each.
      everything ??= listingOf(commit, '', top, ['-r', '-t']).then(byFolder);
      return (await everything).get(where) ?? [];
    },
    branch: async () => (revision === undefined ? undefined : branchCalled(revision, folder)),
    read: async (path) => {
      const entry = await entryAt(path);
      if (entry === undefined)
        throw new JsrVerifyError('LOCKFILE_MISSING', `${show(path)} is not in the commit`);
      return readBlob(entry.blob, show(path), top);
    },
  };
}

/** The local or remote branch that a revision names. */
async function branchCalled(revision: string, folder: string): Promise<string | undefined> {
  const { stdout } = await git(
    ['rev-parse', '--verify', '--symbolic-full-name', '--end-of-options', revision],
    folder,
  );
  return /^refs\/(?:heads|remotes\/[^/\n]+)\/([^\n]+)\n$/.exec(stdout)?.[1];
}

function toDiskEntry([path, { kind }]: readonly [string, Entry]): DiskEntry {
  return { name: basename(path), kind: kind === 'file' || kind === 'folder' ? kind : 'other' };
}

function byFolder(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, readonly DiskEntry[]> {
  const folders = new Map<string, DiskEntry[]>();
  for (const entry of entries) {
    const folder = dirname(entry[0]);
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, [toDiskEntry(entry)]);
    else known.push(toDiskEntry(entry));
  }
  return folders;
}

interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'submodule';
  readonly blob: string;
}

/** By the first digits of an entry's mode. */
const kinds: Readonly<Record<string, Entry['kind']>> = {
  '040': 'folder',
  '100': 'file',
  '120': 'link',
  '160': 'submodule',
};

async function readBlob(blob: string, shown: string, top: string): Promise<string> {
  try {
    return textOfBytes((await gitBytes(['cat-file', 'blob', blob], top)).stdout);
  } catch (cause) {
    if (toFailure(cause).code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
      throw new JsrVerifyError('LOCKFILE_INVALID', `${shown}:1: is larger than 50 MB`, {
        hint: 'larger files are not read',
      });
    }
    const isThere = await git(['cat-file', '-e', blob], top).then(
      () => true,
      () => false,
    );
    throw isThere
      ? new JsrVerifyError('LOCKFILE_INVALID', `${shown} of that commit cannot be read: ${whyOf(cause)}`, {
          cause,
        })
      : new JsrVerifyError('LOCKFILE_INVALID', `${shown} of that commit is not in this clone`, {
          hint: `jsr-verify lets git fetch nothing: fetch it with git cat-file blob ${blob}, or clone without --filter`,
          cause,
        });
  }
}

async function listingOf(
  commit: string,
  folder: string,
  top: string,
  flags: readonly string[] = [],
): Promise<ReadonlyMap<string, Entry>> {
  const prefix = folder === '' ? [] : ['--', `${slashed(folder)}/`];
  // Without --long: to get the size, git would read the file itself, which a partial clone may lack.
  const { stdout } = await git(['ls-tree', '-z', ...flags, commit, ...prefix], top).catch(
    (cause: unknown) => {
      throw new JsrVerifyError(
        'LOCKFILE_INVALID',
        `the folders of that commit cannot be listed: ${whyOf(cause)}`,
        {
          hint: 'jsr-verify lets git fetch nothing: in a partial clone, fetch first, or clone without --filter',
          cause,
        },
      );
    },
  );
  return new Map(
    stdout.split('\0').flatMap((line): [string, Entry][] => {
      const [, mode, id, path] = /^(\d{6}) \w+ ([0-9a-f]{40,64})\t(.+)$/s.exec(line) ?? [];
      if (mode === undefined || id === undefined || path === undefined) return [];
      const kind = kinds[mode.slice(0, 3)];
      if (kind === undefined) return [];
      return [[join(top, path), { kind, blob: id }]];
    }),
  );
}

/**
 * Runs git in the repository of a folder. Git reads only this disk and starts no transport: it must not fetch what a
 * partial clone lacks (older versions respect only the list of allowed protocols). It also starts nothing that a
 * repository's configuration names: no file monitor and no pager. A bare repository among the files of another one is
 * ignored.
 */
function git(args: readonly string[], folder: string): Promise<{ readonly stdout: string }> {
  const [program, words, options] = command(args, folder);
  return run(program, words, { ...options, encoding: 'utf8' });
}

/** Like `git`, but returns bytes. */
function gitBytes(args: readonly string[], folder: string): Promise<{ readonly stdout: Uint8Array }> {
  const [program, words, options] = command(args, folder);
  return run(program, words, { ...options, encoding: 'buffer' });
}

function command(args: readonly string[], folder: string): [string, readonly string[], ExecFileOptions] {
  const options = ['core.fsmonitor=false', 'safe.bareRepository=explicit'].flatMap((one) => ['-c', one]);
  const words = ['-C', folder, '--no-pager', '--literal-pathspecs', ...options, ...args];
  return [
    'git',
    words,
    {
      // Windows searches the working folder for programs first, and `folder` may contain a malicious git.exe.
      cwd: dirname(process.execPath),
      maxBuffer: maxLockfileBytes + 1024,
      timeout: 30_000,
      windowsHide: true,
      env: {
        ...process.env,
        // Git's messages are parsed, so they must be in English.
        LC_ALL: 'C',
        GIT_NO_LAZY_FETCH: '1',
        // Overrides `protocol.*.allow` in any configuration; no protocol has this name.
        GIT_ALLOW_PROTOCOL: 'no-protocol',
        GIT_TERMINAL_PROMPT: '0',
        GIT_OPTIONAL_LOCKS: '0',
      },
    },
  ];
}
