import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type ErrorCode, JsrVerifyError } from '../model/error.ts';

/** The largest file that is read as text, in bytes. */
export const maxTextBytes = 50 * 1024 * 1024;

/** How a text file is read, and what its trouble is called. */
export interface TextFileOptions {
  /** At most so many bytes; a larger file is refused, never cut. */
  readonly maxBytes?: number;
  /** The code of every error. */
  readonly code: ErrorCode;
  /** The path as people know it. */
  readonly shown?: string;
}

/** The disk as it is, for what looks for lockfiles; relative paths start in `folder`. */
export function diskAt(folder: string) {
  const base = resolve(folder);
  return {
    folder: base,
    kindOf,
    namesIn: (path: string) => namesIn(path, relative(base, path).replaceAll('\\', '/') || '.'),
    read: (path: string) =>
      readTextFile(path, { code: 'LOCKFILE_INVALID', shown: relative(base, path).replaceAll('\\', '/') }),
  };
}

/** What the system says of a path that is not there, or that may not be entered. */
const closed: readonly string[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'];

/** What a path leads to, links followed; a pipe or a device counts as a file, which `readTextFile` then refuses. */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    // A folder that may not be entered hides what is in it, like one that is not there.
    if (closed.includes(codeOf(cause))) return undefined;
    throw cause;
  }
}

/** The names of what is in a folder, folders left out; none when it may not be listed. */
async function namesIn(folder: string, shown: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    if (closed.includes(codeOf(cause))) return [];
    throw new JsrVerifyError('LOCKFILE_INVALID', `${shown} cannot be listed: ${codeOf(cause)}`, { cause });
  }
}

/**
 * The text of a regular file. What is not UTF-8 becomes U+FFFD, so that whoever reads the text can tell.
 * Rejects with `JsrVerifyError` when it is no regular file, cannot be opened or is larger than `maxBytes`.
 */
export async function readTextFile(path: string, options: TextFileOptions): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readBytesFile(path, options));
}

/** The bytes of a regular file; rejects as `readTextFile` does. */
export async function readBytesFile(path: string, options: TextFileOptions): Promise<Uint8Array> {
  const { maxBytes = maxTextBytes, code, shown = path } = options;
  const handle = await openFile(path, code, shown);
  try {
    const file = await handle.stat();
    if (!file.isFile()) throw new JsrVerifyError(code, `${shown} is not a regular file`);
    const bytes = await readUpTo(handle, file.size, maxBytes);
    if (bytes !== undefined) return bytes;
    throw new JsrVerifyError(code, `${shown}:1: is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`, {
      hint: 'it is not read at all, rather than in part',
    });
  } catch (cause) {
    if (cause instanceof JsrVerifyError) throw cause;
    throw new JsrVerifyError(code, `${shown} cannot be read: ${codeOf(cause)}`, { cause });
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, code: ErrorCode, shown: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a pipe waits for somebody to write.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new JsrVerifyError(code, `${shown} cannot be opened: ${codeOf(cause)}`, { cause });
  }
}

// The size that the system names is not believed: some files have none, others grow.
async function readUpTo(handle: FileHandle, size: number, maxBytes: number): Promise<Buffer | undefined> {
  if (size > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const room = chunks.length === 0 ? size + 1 : 64 * 1024;
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(room), 0);
    if (bytesRead === 0) return Buffer.concat(chunks, length);
    length += bytesRead;
    if (length > maxBytes) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : 'unknown trouble';
}
