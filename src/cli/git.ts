import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

/** The text of a file at a commit, or `undefined` when it was not there. `file` is relative to the folder, with `/`. */
export async function fileAt(commit: string, file: string, folder: string): Promise<string | undefined> {
  const { stdout: listed } = await git(['ls-tree', '-z', commit, '--', file], folder);
  const blob = /^100\d{3} blob ([0-9a-f]{40,64})\t/.exec(listed)?.[1];
  if (blob === undefined) return undefined;
  const { stdout } = await git(['cat-file', 'blob', blob], folder);
  return stdout;
}

function git(args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  return run('git', ['-c', 'core.fsmonitor=false', '--literal-pathspecs', ...args], {
    cwd,
    maxBuffer: maxLockfileBytes,
    timeout: 30_000,
    windowsHide: true,
  });
}
