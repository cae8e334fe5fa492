import { join } from 'node:path';
import type { InstalledDisk, OnDisk } from './disk.ts';

/** The files of a folder by path with a leading slash; a folder that cannot be read is an entry with a trailing slash. */
export interface Hashed {
  readonly files: ReadonlyMap<string, OnDisk>;
  /** Whether it contains a `node_modules` folder. */
  readonly nests: boolean;
}

const maxFiles = 50_000;
/** More than any JSR package has; the bound is needed because sparse files take no space. */
const maxBytes = 512 * 1024 * 1024;
const maxDepth = 40;

/**
 * Hashes every file of a folder. In an npm package, `node_modules` at the top is skipped, because package managers install
 * other packages there; a `node_modules` further down belongs to the package.
 */
export async function hashFolder(
  disk: InstalledDisk,
  folder: string,
  content: 'npm package' | 'files',
): Promise<Hashed> {
  const files = new Map<string, OnDisk>();
  let nests = false;
  let bytes = 0;
  const enter = async (path: string, depth: number): Promise<void> => {
    const listed = await disk.list(join(folder, path));
    if (listed.state === 'unavailable') files.set(`${path}/`, { unread: listed.why });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      const inside = `${path}/${name}`;
      if (files.size >= maxFiles || bytes > maxBytes) {
        files.set(inside, {
          odd: 'was not hashed: the folder has more files or bytes than a package can have',
        });
        return;
      }
      if (inside === '/node_modules' && content === 'npm package') nests = true;
      else if (kind === 'link') files.set(inside, { odd: 'is a symbolic link' });
      else if (kind === 'other') files.set(inside, { odd: 'is not a regular file' });
      else if (kind === 'file') {
        const found = await disk.digest(join(folder, inside));
        files.set(inside, found ?? { unread: 'it was removed while it was read' });
        if (found !== undefined && 'size' in found) bytes += found.size;
      } else if (depth === maxDepth) files.set(inside, { odd: `is nested deeper than ${maxDepth} folders` });
      else await enter(inside, depth + 1);
    }
  };
  await enter('', 1);
  return { files, nests };
}
