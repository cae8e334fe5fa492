import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { seenFrom } from '../model/disk-path.ts';
import { type ErrorCode, JsrVerifyError } from '../model/error.ts';
import { textOfBytes } from '../wire/utf8.ts';
import { errorCode } from './error-code.ts';
import { NotRegular, readAtMost, readAtMostSync } from './local-file.ts';
import { placeInRepository } from './repository.ts';

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
  /**
   * The file in a repository that names this one, or this one itself where it was found and not named by the user.
   * Whoever may change the repository chose what the name leads to, so it must not lead out of it.
   */
  readonly namedBy?: string;
}

/** The disk as it is, for what looks for lockfiles; relative paths start in `folder`. */
export function diskAt(folder: string) {
  const base = resolve(folder);
  return {
    folder: base,
    kindOf,
    entriesIn: (path: string) => entriesIn(path, seenFrom(base, path)),
    read: (path: string, maxBytes = maxTextBytes) =>
      readTextFile(path, {
        code: 'LOCKFILE_INVALID',
        shown: seenFrom(base, path),
        maxBytes,
        namedBy: path,
      }),
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
    if (closed.includes(errorCode(cause) ?? '')) return undefined;
    throw cause;
  }
}

/** Whether a path leads to a regular file, links followed; a path that cannot be examined does not. */
export async function isRegularFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** What is in a folder; nothing when it may not be listed. */
async function entriesIn(
  folder: string,
  shown: string,
): Promise<readonly { readonly name: string; readonly kind: 'file' | 'folder' | 'other' }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .map((entry) => ({
        name: entry.name,
        kind: entry.isDirectory()
          ? ('folder' as const)
          : entry.isFile()
            ? ('file' as const)
            : ('other' as const),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (closed.includes(errorCode(cause) ?? '')) return [];
    throw new JsrVerifyError(
      'LOCKFILE_INVALID',
      `${shown} cannot be listed: ${errorCode(cause) ?? 'unknown error'}`,
      { cause },
    );
  }
}

/**
 * The text of a regular file. What is not UTF-8 can be told, as `textOfBytes` says.
 * Rejects with `JsrVerifyError` when it is not a regular file, cannot be opened or is larger than `maxBytes`.
 */
export async function readTextFile(path: string, options: TextFileOptions): Promise<string> {
  return textOfBytes(await readBytesFile(path, options));
}

/** The bytes of a regular file; rejects as `readTextFile` does. */
export async function readBytesFile(path: string, options: TextFileOptions): Promise<Uint8Array> {
  try {
    const { place, links } = placeOf(path, options);
    return bounded(await readAtMost(place, options.maxBytes ?? maxTextBytes, { links }), path, options);
  } catch (cause) {
    throw inWords(cause, path, options);
  }
}

/** As `readTextFile`, at once; `undefined` where there is no such file. For small files. */
export function readTextFileSync(path: string, options: TextFileOptions): string | undefined {
  try {
    const { place, links } = placeOf(path, options);
    return textOfBytes(
      bounded(readAtMostSync(place, options.maxBytes ?? maxTextBytes, { links }), path, options),
    );
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw inWords(cause, path, options);
  }
}

function placeOf(
  path: string,
  { code, shown = path, namedBy }: TextFileOptions,
): { readonly place: string; readonly links: 'followed' | 'refused' } {
  if (namedBy === undefined) return { place: path, links: 'followed' };
  const place = placeInRepository(path, namedBy);
  // What was looked up is opened, and nothing that took its place meanwhile.
  if (place !== undefined) return { place, links: 'refused' };
  throw new JsrVerifyError(code, `${shown} leads out of the repository, so it is not read`, {
    hint: 'put the file into the repository, or name it on the command line where it is',
  });
}

function bounded(bytes: Uint8Array, path: string, options: TextFileOptions): Uint8Array {
  const { code, shown = path, maxBytes = maxTextBytes } = options;
  if (bytes.length <= maxBytes) return bytes;
  throw new JsrVerifyError(code, `${shown}:1: is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`, {
    hint: 'larger files are not read',
  });
}

function inWords(cause: unknown, path: string, { code, shown = path }: TextFileOptions): JsrVerifyError {
  if (cause instanceof JsrVerifyError) return cause;
  if (errorCode(cause) === 'ENOENT')
    return new JsrVerifyError(code, `${shown} does not exist`, { cause, hint: 'check the path' });
  const why =
    cause instanceof NotRegular
      ? 'is not a regular file'
      : `cannot be opened: ${errorCode(cause) ?? 'unknown error'}`;
  return new JsrVerifyError(code, `${shown} ${why}`, { cause });
}
