import { createHash } from 'node:crypto';
import { readdirSync, readSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { absent, type FileDigest, type Gathered, present, unavailable } from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';
import { errorCode } from './error-code.ts';
import { NotRegular, withFileSync } from './local-file.ts';
import { unzip } from './zip.ts';

/**
 * The largest file that is hashed, in bytes: JSR takes at most 20 MB per file (contract 1.5), and derives no larger
 * ones from it.
 */
const maxFileBytes = 64 * 1024 * 1024;
const chunkBytes = 256 * 1024;
/** Milliseconds of work after which others get their turn. */
const slice = 10;
const missing = ['ENOENT', 'ENOTDIR'];

/**
 * The disk as it is, for what looks at installed packages; shown paths start in `folder`. No link is followed but by `real`.
 *
 * Thousands of small files take a fifth of the time when each is read at once instead of in a thread of its own, so
 * they are; between them the rest of the program gets its turn.
 */
export function treeAt(folder: string) {
  const turn = turns();
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const after = async <T>(work: () => T): Promise<T> => {
    await turn();
    return work();
  };
  return {
    folder: resolve(folder),
    list: (path: string) => after(() => list(path)),
    real: (path: string) => after(() => real(path)),
    read: (path: string, maxBytes: number) => after(() => readFile(path, maxBytes)),
    tail: (path: string, maxBytes: number) => after(() => readTail(path, maxBytes)),
    digest: (path: string, length?: number) => digest(path, length, chunk, turn),
    unzip: (path: string, prefix: string) => unzip(path, prefix, maxFileBytes),
  };
}

function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < slice) return;
    await nextTurn();
    since = performance.now();
  };
}

type Kind = 'file' | 'folder' | 'link' | 'other';

function list(folder: string): Gathered<readonly { readonly name: string; readonly kind: Kind }[]> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isSymbolicLink()
        ? ('link' as const)
        : entry.isDirectory()
          ? ('folder' as const)
          : entry.isFile()
            ? ('file' as const)
            : ('other' as const),
    }));
    return present(
      entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
      folder,
    );
  } catch (cause) {
    return trouble(cause, folder);
  }
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function readFile(path: string, maxBytes: number): Gathered<Uint8Array> {
  return opened(path, (file, size) => {
    if (size > maxBytes)
      return unavailable(path, { kind: 'too-large', why: `larger than ${maxBytes} bytes` });
    return present(readAt(file, size - Math.min(size, maxBytes), size), path);
  });
}

function readTail(path: string, maxBytes: number): Gathered<{ bytes: Uint8Array; size: number }> {
  return opened(path, (file, size) =>
    present({ bytes: readAt(file, Math.max(0, size - maxBytes), Math.min(size, maxBytes)), size }, path),
  );
}

async function digest(
  path: string,
  length: number | undefined,
  chunk: Buffer,
  turn: () => Promise<void>,
): Promise<FileDigest | { readonly odd: string } | { readonly unread: string } | undefined> {
  await turn();
  try {
    return withFileSync(path, { links: 'refused' }, (file, found) => hashOf(file, found, length, chunk));
  } catch (cause) {
    const code = errorCode(cause) ?? 'unknown error';
    if (missing.includes(code)) return undefined;
    if (cause instanceof NotRegular) return { odd: 'is not a regular file' };
    return code === 'ELOOP' ? { odd: 'is a symbolic link' } : { unread: code };
  }
}

function hashOf(
  file: number,
  found: number,
  length: number | undefined,
  chunk: Buffer,
): FileDigest | { readonly odd: string } {
  if ((length ?? found) > maxFileBytes) return tooLarge;
  const hash = createHash('sha256');
  let size = 0;
  for (;;) {
    const room = Math.min(chunk.length, (length ?? Number.POSITIVE_INFINITY) - size);
    const read = readSync(file, chunk, 0, room, size);
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    size += read;
    if (size > maxFileBytes) return tooLarge;
  }
  return { sha256: hash.digest('hex') as Sha256, size };
}

const tooLarge = { odd: `is larger than ${maxFileBytes / 1024 / 1024} MB` };

function opened<T>(path: string, use: (file: number, size: number) => Gathered<T>): Gathered<T> {
  try {
    return withFileSync(path, { links: 'refused' }, use);
  } catch (cause) {
    return cause instanceof NotRegular
      ? unavailable(path, { kind: 'unreadable', why: 'not a regular file' })
      : trouble(cause, path);
  }
}

function readAt(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function trouble(cause: unknown, path: string): Gathered<never> {
  const code = errorCode(cause) ?? 'unknown error';
  return missing.includes(code) ? absent(path) : unavailable(path, { kind: 'unreadable', why: code });
}
