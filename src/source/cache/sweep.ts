import type { Dirent } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { OwnFolder } from '../own-folder.ts';

interface File {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** Files looked at or removed at the same time. */
const width = 64;
/** What a small file takes on disk. */
const block = 4096;

/** The files that the cache makes, by their path below it; with the temporary ones of processes that were killed. */
const ours =
  /^(?:(?:index-v5|content-v2\/sha256)\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{60}|tmp\/[0-9a-f-]{36})$/;

/** Removes the files of the cache that were written first, until at most `maxBytes` stand there; no others. */
export async function sweep(folder: OwnFolder, maxBytes: number): Promise<void> {
  if (!folder.exists) return;
  // Links to folders are listed, not followed.
  const names = (await readdir(folder.path, { recursive: true, withFileTypes: true })).filter(
    (name) =>
      name.isFile() &&
      ours.test(relative(folder.path, join(name.parentPath, name.name)).replaceAll(sep, '/')),
  );
  const files = (await inTurn(names, measure)).filter((file) => file !== undefined);
  files.sort((a, b) => b.writtenAt - a.writtenAt);
  let bytes = 0;
  const surplus = files.filter((file) => {
    bytes += file.bytes;
    return bytes > maxBytes;
  });
  await inTurn(surplus, ({ path }) => rm(path, { force: true }));
}

// Gone already: another process is sweeping, too.
async function measure(name: Dirent): Promise<File | undefined> {
  const path = join(name.parentPath, name.name);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return { path, bytes: Math.ceil(found.size / block) * block, writtenAt: found.mtimeMs };
}

async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let at = 0; at < items.length; at += width)
    results.push(...(await Promise.all(items.slice(at, at + width).map(work))));
  return results;
}
