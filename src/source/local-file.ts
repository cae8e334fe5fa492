import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.ts';

// The only place that opens files by name (`test/architecture.test.ts`), so that no name makes the program wait.

/** What became of a symbolic link in the last part of a path. */
export interface LinkOptions {
  /** `refused`: opening a link fails with `ELOOP`. For names that somebody else may have chosen. */
  readonly links: 'followed' | 'refused';
}

/** The path leads to a folder, a pipe, a socket or a device. */
export class NotRegular extends Error {
  override readonly name = 'NotRegular';
  readonly code = 'ENOTREGULAR';

  constructor() {
    super('not a regular file');
  }
}

/** Opens a regular file for reading while `use` runs. Never waits for a pipe; rejects with `NotRegular` or the error of the system. */
export async function withFile<T>(
  path: string,
  { links }: LinkOptions,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, flagsFor(links));
  try {
    if (links === 'refused') refuseFollowed(path);
    const found = await file.stat();
    if (!found.isFile()) throw new NotRegular();
    return await use(file, found.size);
  } finally {
    await file.close();
  }
}

/** The same at once, without a thread of its own. */
export function withFileSync<T>(
  path: string,
  { links }: LinkOptions,
  use: (file: number, size: number) => T,
): T {
  const file = openSync(path, flagsFor(links));
  try {
    if (links === 'refused') refuseFollowed(path);
    const found = fstatSync(file);
    if (!found.isFile()) throw new NotRegular();
    return use(file, found.size);
  } finally {
    closeSync(file);
  }
}

/** The bytes of a regular file, at most one more than `limit`, so that the reader sees when it is too large. */
export async function readAtMost(path: string, limit: number, options: LinkOptions): Promise<Buffer> {
  return withFile(path, options, async (file, size) => {
    const chunks = new Chunks(size, limit);
    while (chunks.room > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunks.room), 0);
      if (bytesRead === 0) break;
      chunks.add(buffer.subarray(0, bytesRead));
    }
    return chunks.all;
  });
}

/** The same at once, for small files. */
export function readAtMostSync(path: string, limit: number, options: LinkOptions): Buffer {
  return withFileSync(path, options, (file, size) => {
    const chunks = new Chunks(size, limit);
    while (chunks.room > 0) {
      const buffer = Buffer.allocUnsafe(chunks.room);
      const bytesRead = readSync(file, buffer);
      if (bytesRead === 0) break;
      chunks.add(buffer.subarray(0, bytesRead));
    }
    return chunks.all;
  });
}

// The size that the system names is not believed, since some files have none and others grow; it only says how to begin.
class Chunks {
  readonly #chunks: Buffer[] = [];
  readonly #first: number;
  #rest: number;

  constructor(size: number, limit: number) {
    this.#first = size > limit ? 65_536 : size + 1;
    this.#rest = limit + 1;
  }

  /** Bytes to read next. */
  get room(): number {
    return Math.min(this.#rest, this.#chunks.length === 0 ? this.#first : 65_536);
  }

  get all(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#rest -= chunk.length;
  }
}

/** Makes a file that was not there and opens it for writing; a link in its place is something that is there. */
export function createFile(path: string, mode = 0o666): Promise<FileHandle> {
  return open(path, 'wx', mode);
}

/** Opens a regular file for writing at its end, and makes it where it is missing. A link, or a file with a second name, is refused. */
export async function openToAppend(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW, 0o666);
  try {
    refuseFollowed(path);
    const found = await file.stat();
    if (!found.isFile() || found.nlink > 1) throw new NotRegular();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What Windows says while another program, such as a virus scanner, has one of the two files open. */
const inUse: readonly string[] = ['EACCES', 'EPERM', 'EBUSY'];
/** Milliseconds between tries, some 600 together: elsewhere the same errors mean that no try will do. */
const pauses = [10, 20, 40, 80, 160, 320];

/** Puts a file in the place of another one in one step; while Windows refuses because a file is open, tries again for a while. */
export async function moveOver(from: string, to: string): Promise<void> {
  for (const pause of pauses) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!inUse.includes(errorCode(error) ?? '')) throw error;
      await sleep(pause);
    }
  }
  await rename(from, to);
}

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` tries forever where the system says that
 * the folder above is missing although it is there, as below `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT' && dirname(folder) !== folder) return undefined;
      throw error;
    });
    if (found !== undefined) break;
    missing.push(folder);
  }
  for (const folder of missing.reverse()) {
    await mkdir(folder).catch((error: unknown) => {
      // The folder above is there.
      if (errorCode(error) === 'ENOENT') throw new Error(`no folder can be made in ${dirname(folder)}`);
      // Another process was faster.
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

// Without O_NONBLOCK, opening a pipe waits for somebody to write. Windows has neither of the two flags.
function flagsFor(links: LinkOptions['links']): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  return O_RDONLY | O_NONBLOCK | (links === 'refused' ? O_NOFOLLOW : 0);
}

/**
 * Where the system has no O_NOFOLLOW, it followed a link when it opened the file: looks at the path itself and fails as
 * other systems do. On Windows, symbolic links and junctions look the same.
 */
function refuseFollowed(path: string): void {
  const { O_NOFOLLOW = 0 } = constants;
  if (O_NOFOLLOW !== 0 || !lstatSync(path).isSymbolicLink()) return;
  throw Object.assign(new Error(`ELOOP: too many symbolic links encountered, open '${path}'`), {
    code: 'ELOOP',
  });
}
