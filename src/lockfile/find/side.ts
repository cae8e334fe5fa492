import { relative, resolve } from 'node:path';
import { JsrVerifyError } from '../../model/error.ts';
import type { LockfileContents, Remark } from '../../model/target.ts';
import { notUtf8At } from '../../wire/utf8.ts';
import type { ReadOptions } from '../lockfile.ts';
import type { DiscoverOptions } from './discover.ts';
import type { Disk } from './disk.ts';
import { shown } from './node-locks.ts';
import { type ReadLockfiles, readDiscovered } from './read.ts';
import type { ReplacementOptions } from './replacements.ts';

/** One side of a comparison: what its lockfiles say, and what of them was not read. */
export interface LockfileSide {
  readonly contents: readonly LockfileContents[];
  /** Why there is no lockfile, where that is allowed. */
  readonly missing?: JsrVerifyError | undefined;
  /** Absolute paths of the lockfiles on this disk that were read for it. */
  readonly read: ReadonlySet<string>;
  /** The folder it was found in, with what in it was not read; missing for a lockfile that was named. */
  readonly folder?: SideFolder;
}

/** A folder of one side; `path` is absolute. */
interface SideFolder extends Pick<ReadLockfiles, 'unread' | 'unseen'> {
  readonly disk: Disk;
  readonly path: string;
}

/**
 * The lockfiles of a folder as one side of a comparison. Rejects as `discoverLockfiles` and `readLockfile` do.
 *
 * @throws {JsrVerifyError} `LOCKFILE_MISSING`, `LOCKFILE_INVALID`, `LOCKFILE_UNSUPPORTED`
 */
export async function readSide(
  disk: Disk,
  folder: string,
  options: ReadOptions & DiscoverOptions & ReplacementOptions,
): Promise<LockfileSide> {
  const { contents, missing, unread, unseen } = await readDiscovered(disk, [folder], options);
  const path = resolve(disk.folder, folder);
  return { ...sideOf(contents, disk.folder), missing, folder: { disk, path, unread, unseen } };
}

/** Lockfiles that were named, as one side of a comparison; their paths are seen from `folder`. */
export function sideOf(contents: readonly LockfileContents[], folder: string): LockfileSide {
  return { contents, read: new Set(contents.map(({ file }) => resolve(folder, file))) };
}

/**
 * Refuses a comparison of nothing: a lockfile that came or went is a change, but where neither side has one, nothing is compared.
 *
 * @throws {JsrVerifyError} `LOCKFILE_MISSING`
 */
export function refuseNothing({ missing: base }: LockfileSide, { missing: head }: LockfileSide): void {
  if (base !== undefined && head !== undefined) throw head;
}

/**
 * What came or changed in lockfiles that were not read, and why there may be more of them. A lockfile that both sides have
 * with the same text has not changed.
 */
export async function uncomparedIn(
  base: LockfileSide,
  { folder: head }: LockfileSide,
): Promise<readonly Remark[]> {
  if (head === undefined) return [];
  const remarks: Remark[] = [];
  for (const { path, why, hint } of head.unread) {
    if (base.read.has(path) || (await isUnchanged(path, base.folder, head))) continue;
    remarks.push({
      at: { file: shown(head.disk, path), line: 1 },
      message: `it was added or changed, and its content was not compared: ${why}`,
      hint,
    });
  }
  return [...remarks, ...head.unseen];
}

async function isUnchanged(path: string, base: SideFolder | undefined, head: SideFolder): Promise<boolean> {
  if (base === undefined) return false;
  const there = resolve(base.path, relative(head.path, path));
  try {
    if ((await base.disk.kindOf(there)) !== 'file') return false;
    const text = await head.disk.read(path);
    // Bytes that are no text may differ where the texts do not.
    return notUtf8At(text) === -1 && sameLines(text, await base.disk.read(there));
  } catch (error) {
    if (error instanceof JsrVerifyError) return false;
    throw error;
  }
}

// Git for Windows writes files with line ends of its own; no format of lockfiles tells the two kinds apart.
function sameLines(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n');
  return plain(one) === plain(other);
}
