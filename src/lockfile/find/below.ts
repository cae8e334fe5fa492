import { basename, dirname, join, resolve } from 'node:path';
import { foldPath } from '../../model/path.ts';
import { maxSettingsBytes } from './client-settings.ts';
import { readDenoProject } from './deno-project.ts';
import type { Disk } from './disk.ts';

/** The lockfiles in the folders below a folder. */
export interface Below {
  /** Absolute paths, those in folders nearer to the top first. */
  readonly lockfiles: readonly string[];
  /** Why there may be more. */
  readonly cut: string | undefined;
}

/** Installed packages may contain lockfiles, but no client installs from them. */
const skipped: ReadonlySet<string> = new Set(['node_modules', '.git']);
const maxFolders = 10_000;
const maxDepth = 32;
const maxFound = 500;
/** Number of folders that are listed at the same time. */
const atOnce = 64;

/**
 * Finds lockfiles in the folders below a folder, not in the folder itself: files whose name `isLockfile` accepts, and files
 * that a `deno.json` names. Links are not followed.
 */
export async function lockfilesBelow(
  disk: Disk,
  start: string,
  isLockfile: (name: string) => boolean,
): Promise<Below> {
  const found = new Set<string>();
  const projects: string[] = [];
  let cut: string | undefined;
  let seen = 0;
  let level: string[] = [start];
  for (let depth = 0; level.length > 0 && cut === undefined; depth += 1) {
    const next: string[] = [];
    for (let at = 0; at < level.length && cut === undefined; at += atOnce) {
      const folders = level.slice(at, at + atOnce);
      const listed = await Promise.all(folders.map((folder) => disk.entriesIn(folder, true)));
      seen += folders.length;
      if (seen > maxFolders) cut = `there are more than ${maxFolders} folders`;
      for (const [index, entries] of listed.entries()) {
        for (const { name, kind } of entries) {
          const folder = folders[index] ?? start;
          if (kind === 'folder' && !skipped.has(name)) next.push(join(folder, name));
          if (kind !== 'file' || depth === 0) continue;
          const asked = foldPath(name);
          const isProject = asked === 'deno.json' || asked === 'deno.jsonc';
          if (!isProject && !isLockfile(asked)) continue;
          const path = join(folder, asked);
          // A case-insensitive disk also opens a file whose name is spelled in another case.
          if (name !== asked && (await disk.kindOf(path)) !== 'file') continue;
          if (isProject) projects.push(path);
          else found.add(path);
        }
      }
      if (found.size > maxFound || projects.length > maxFound)
        cut = `there are more than ${maxFound} projects`;
    }
    level = next;
    if (depth >= maxDepth && next.length > 0) cut ??= `folders are nested deeper than ${maxDepth}`;
  }
  for (const path of projects.slice(0, maxFound)) {
    const named = await lockNamedIn(disk, path);
    if (named?.startsWith(join(start, '/')) === true) found.add(named);
  }
  return { lockfiles: [...found].slice(0, maxFound), cut };
}

async function lockNamedIn(disk: Disk, path: string): Promise<string | undefined> {
  try {
    const { lock } = readDenoProject(basename(path), await disk.read(path, maxSettingsBytes));
    if (typeof lock !== 'string') return undefined;
    const named = resolve(dirname(path), lock);
    return (await disk.kindOf(named)) === 'file' ? named : undefined;
  } catch {
    // Deno rejects such a file as well.
    return undefined;
  }
}
