import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface File {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** Files looked at or removed at the same time. */
const width = 64;
/** What a small file takes on disk. */
const block = 4096;

/** Removes the files of a folder that were written first, until at most `maxBytes` stand there. */
export async function sweep(dir: string, maxBytes: number): Promise<void> {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((name) =>
    name.isFile(),
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
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return { path, bytes: Math.ceil(found.size / block) * block, writtenAt: found.mtimeMs };
}

async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let at = 0; at < items.length; at += width)
    results.push(...(await Promise.all(items.slice(at, at + width).map(work))));
  return results;
}
