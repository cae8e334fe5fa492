import { dirname, join } from 'node:path';
import type { LockfileContents } from '../../model/target.ts';
import {
  detect,
  formats,
  type LockfileFormat,
  type LockfileFormatId,
  type ReadOptions,
  readLockfile,
} from '../lockfile.ts';
import { type DiscoverOptions, type Disk, discoverLockfiles } from './discover.ts';

/**
 * All that the lockfiles which the paths mean say about JSR packages, as `discoverLockfiles` finds and `readLockfile`
 * reads them, with the errors of both.
 */
export async function readLockfiles(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions & DiscoverOptions,
): Promise<readonly LockfileContents[]> {
  const { lockfiles, remarks } = await discoverLockfiles(disk, paths, options);
  const contents: LockfileContents[] = [];
  for (const { path, file, format } of lockfiles) {
    const known = options.format ?? format;
    const read = readLockfile(file, await disk.read(path), {
      ...options,
      beside: await textsBeside(disk, path, known ?? detect(path)),
      ...(known !== undefined && { format: known }),
    });
    const noticed = [...(contents.length === 0 ? remarks : []), ...(read.remarks ?? [])];
    contents.push(noticed.length === 0 ? read : { ...read, remarks: noticed });
  }
  return contents;
}

/** The files that the format wants to know as well, as far as they are there. */
async function textsBeside(
  disk: Disk,
  path: string,
  id: LockfileFormatId | undefined,
): Promise<Readonly<Record<string, string>>> {
  const format: LockfileFormat | undefined = formats.find((one) => one.id === id);
  const texts: Record<string, string> = {};
  for (const name of format?.beside ?? []) {
    const file = join(dirname(path), name);
    if ((await disk.kindOf(file)) === 'file') texts[name] = await disk.read(file);
  }
  return texts;
}
