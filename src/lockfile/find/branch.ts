import { join, resolve } from 'node:path';
import type { Disk } from './disk.ts';

/** `.git/HEAD` and the `.git` of a work tree hold one line. */
const maxBytes = 4096;

/**
 * The checked-out branch of the repository with this root; `undefined` for a detached HEAD or when it cannot be read.
 * Git's files are read as text. `.git` is a folder, or in a work tree or submodule a file with the path of that folder.
 */
export async function currentBranch(disk: Disk, root: string): Promise<string | undefined> {
  if (disk.branch !== undefined) return disk.branch();
  try {
    const git = join(root, '.git');
    const folder = (await disk.kindOf(git)) === 'file' ? await folderNamedIn(disk, git, root) : git;
    if (folder === undefined) return undefined;
    const [, branch] =
      /^ref: refs\/heads\/(\S+)\n?$/.exec(await disk.read(join(folder, 'HEAD'), maxBytes)) ?? [];
    // A repository in the reftable format writes this branch name for older versions of Git.
    return branch === '.invalid' ? undefined : branch;
  } catch {
    return undefined;
  }
}

async function folderNamedIn(disk: Disk, file: string, root: string): Promise<string | undefined> {
  const [, named] = /^gitdir: ([^\n\0]+)\n?$/.exec(await disk.read(file, maxBytes)) ?? [];
  return named === undefined ? undefined : resolve(root, named);
}

/** The name of pnpm's lockfile for a branch, as pnpm spells it: `feat/X` is in `pnpm-lock.feat!x.yaml`. */
export function branchLockName(branch: string): string {
  return `pnpm-lock.${branch.replace(/[^\w.-]/g, '!').toLowerCase()}.yaml`;
}

/** Whether a file has the name of a pnpm branch lockfile. */
export function isBranchLock(name: string): boolean {
  return /^pnpm-lock\..+\.yaml$/s.test(name);
}

/** Whether patterns match a branch, as pnpm reads them: `*` matches anything, `!` excludes; the last match decides. */
export function namesBranch(patterns: readonly string[], branch: string): boolean {
  let isNamed = patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('!'));
  for (const pattern of patterns) {
    const isExcluded = pattern.startsWith('!');
    if (matchesPattern(isExcluded ? pattern.slice(1) : pattern, branch)) isNamed = !isExcluded;
  }
  return isNamed;
}

// Takes the first occurrence of each piece, so that the time is bounded for every pattern.
function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return head === text;
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let at = head.length;
  const end = text.length - tail.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at);
    if (next === -1 || next + piece.length > end) return false;
    at = next + piece.length;
  }
  return true;
}
