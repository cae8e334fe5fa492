import { join } from 'node:path';
import type { InstalledDisk, OnDisk } from './disk.ts';

/** The files of a folder by path with a leading slash, folders that cannot be read among them with a slash at their end. */
export interface Hashed {
  readonly files: ReadonlyMap<string, OnDisk>;
  /** Whether it has `node_modules` of its own. */
  readonly nests: boolean;
}

const maxFiles = 50_000;
/** Far more than a package of JSR's can have; sparse files cost a disk nothing. */
const maxBytes = 512 * 1024 * 1024;
const maxDepth = 40;

/**
 * Hashes every file of a folder. Of an npm package, a `node_modules` at its top is left out, because package managers put other
 * packages there; one further down is nobody's but the package's.
 */
export async function hashFolder(
  disk: InstalledDisk,
  folder: string,
  holds: 'npm package' | 'files',
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
        files.set(inside, { odd: 'is too many: the folder holds more files than any package' });
        return;
      }
      if (inside === '/node_modules' && holds === 'npm package') nests = true;
      else if (kind === 'link') files.set(inside, { odd: 'is a symbolic link' });
      else if (kind === 'other') files.set(inside, { odd: 'is not a regular file' });
      else if (kind === 'file') {
        const found = await disk.digest(join(folder, inside));
        files.set(inside, found ?? { unread: 'it vanished' });
        if (found !== undefined && 'size' in found) bytes += found.size;
      } else if (depth === maxDepth) files.set(inside, { odd: `is nested deeper than ${maxDepth} folders` });
      else await enter(inside, depth + 1);
    }
  };
  await enter('', 1);
  return { files, nests };
}
