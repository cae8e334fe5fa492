import { posix, resolve } from 'node:path';
import type { Disk } from './disk.ts';

/** Number of folders that are listed for the patterns of one workspace. */
const maxListed = 10_000;
/** Number of members of one workspace that are read. */
const maxMembers = 2000;
/** Number of steps in the path of a member. */
const maxSteps = 64;

/** The member folders of a workspace. */
export interface Members {
  /** Absolute path to the member as written; the folder may not exist. */
  readonly folders: ReadonlyMap<string, string>;
  /** Whether a bound was reached, so that there may be more. */
  readonly isCut: boolean;
}

/**
 * The folders that the members of a workspace name, as Deno reads them: `*` and `?` match parts of a name, `**` matches
 * any folders, `!` excludes matches of a pattern. A folder that is named without a pattern is never excluded.
 */
export async function memberFolders(disk: Disk, root: string, members: readonly string[]): Promise<Members> {
  const folders = new Map<string, string>();
  const excluded = members.filter(isExcluding).map((member) => stepsOf(member.slice(1)));
  let left = maxListed;
  let isCut = false;
  for (const member of members) {
    const steps = stepsOf(member);
    if (isExcluding(member)) continue;
    if (steps.length > maxSteps || folders.size > maxMembers || left <= 0) {
      isCut = true;
      continue;
    }
    for (const path of steps.some(isPattern) ? await expand(steps) : [steps.join('/')]) {
      const folder = resolve(root, path);
      const isOut = steps.some(isPattern) && excluded.some((one) => matches(one, path.split('/')));
      if (!isOut && !folders.has(folder)) folders.set(folder, member);
    }
  }
  return { folders, isCut: isCut || left <= 0 };

  /** Paths below the root, with `/`. */
  async function expand(steps: readonly string[]): Promise<readonly string[]> {
    let paths = [''];
    for (const step of steps) {
      const next: string[] = [];
      for (const path of paths) {
        if (step === '**') next.push(path, ...(await allBelow(path)));
        else if (!isPattern(step)) next.push(posix.join(path, step));
        else
          next.push(...(await foldersIn(path)).filter((child) => matchesName(step, posix.basename(child))));
      }
      paths = [...new Set(next)];
    }
    return paths;
  }

  async function allBelow(path: string): Promise<readonly string[]> {
    const found: string[] = [];
    let level = [path];
    while (level.length > 0 && left > 0) {
      const next: string[] = [];
      for (const folder of level)
        for (const child of await foldersIn(folder))
          if (!/^(?:node_modules|\.git)$/.test(posix.basename(child))) next.push(child);
      found.push(...next);
      level = next;
    }
    return found;
  }

  // Deno does not follow links when it expands a pattern.
  async function foldersIn(path: string): Promise<readonly string[]> {
    if (left <= 0) return [];
    left -= 1;
    const entries = await disk.entriesIn(resolve(root, path));
    const found = entries.filter(({ kind }) => kind === 'folder').slice(0, left);
    left -= found.length;
    return found.map(({ name }) => posix.join(path, name));
  }
}

/** Whether a folder, by its path below the root of a workspace, is one of the members. */
export function isMember(members: readonly string[], folder: string): boolean {
  const names = folder.split('/');
  const named = members.filter((member) => !isExcluding(member)).map(stepsOf);
  if (named.some((steps) => !steps.some(isPattern) && steps.join('/') === folder)) return true;
  return (
    named.some((steps) => matches(steps, names)) &&
    !members.some((member) => isExcluding(member) && matches(stepsOf(member.slice(1)), names))
  );
}

function isExcluding(member: string): boolean {
  return member.startsWith('!');
}

function isPattern(step: string): boolean {
  return /[*?]/.test(step);
}

function stepsOf(member: string): readonly string[] {
  return posix
    .normalize(member.replaceAll('\\', '/'))
    .split('/')
    .filter((step) => step !== '' && step !== '.');
}

/** Whether the names of a path match the steps of a pattern; time is bounded by the product of their numbers. */
function matches(steps: readonly string[], names: readonly string[]): boolean {
  let reached = new Set([0]);
  for (const step of steps) {
    const next = new Set<number>();
    if (step === '**') {
      for (let at = Math.min(...reached); at <= names.length; at += 1) next.add(at);
    } else {
      for (const at of reached) {
        const name = names[at];
        if (name !== undefined && matchesName(step, name)) next.add(at + 1);
      }
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(names.length);
}

// Backtracks only to the last `*`, so that the time is bounded for every pattern.
function matchesName(pattern: string, name: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0];
  while (in_ < name.length) {
    if (pattern[at] === '*') [star, mark, at] = [at, in_, at + 1];
    else if (pattern[at] === '?' || (pattern[at] !== undefined && pattern[at] === name[in_]))
      [at, in_] = [at + 1, in_ + 1];
    else if (star === -1) return false;
    else [at, mark, in_] = [star + 1, mark + 1, mark + 1];
  }
  return /^\**$/.test(pattern.slice(at));
}
