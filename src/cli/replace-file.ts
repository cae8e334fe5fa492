import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../source/error-code.ts';
import { createFile, moveOver } from '../source/local-file.ts';

/**
 * Replaces a file atomically, so that neither a full disk nor a kill leaves a part of it. Links are followed, and
 * permissions are kept. A target that cannot be replaced (a pipe, a device, a file with several names, a mounted
 * file) is written in place. Rejects with the error of the system, or of `last`, which may inspect the file right
 * before it is replaced.
 */
export async function replaceFile(
  file: string,
  bytes: string | Uint8Array,
  last: () => Promise<void> = async () => undefined,
): Promise<void> {
  const known = await stat(file).catch(() => undefined);
  const target = await realpath(file).catch(() => file);
  if (!isWrittenInPlace(file, known) && (await replaced(target, bytes, known, last))) return;
  await last();
  await writeFile(file, bytes);
}

function isWrittenInPlace(file: string, known: Stats | undefined): boolean {
  // `/dev/stdout` may be a file that other processes write to as well.
  return /^\/(?:dev|proc)\//.test(file) || (known !== undefined && (!known.isFile() || known.nlink > 1));
}

/** Errors of the folder or of the rename; the file itself may still be writable. */
const hindrances = ['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'];

async function replaced(
  target: string,
  bytes: string | Uint8Array,
  known: Stats | undefined,
  last: () => Promise<void>,
): Promise<boolean> {
  const beside = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    await writeThrough(beside, bytes, known);
    await last();
    await moveOver(beside, target);
    return true;
  } catch (error) {
    if (known !== undefined && hindrances.includes(errorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

// Flushed to disk before the rename, so that even a power cut leaves the old file or the new one.
async function writeThrough(
  file: string,
  bytes: string | Uint8Array,
  known: Stats | undefined,
): Promise<void> {
  const handle = await createFile(file);
  try {
    if (known !== undefined) {
      await handle.chmod(known.mode & 0o7777);
      // Windows has no such user ids.
      const user = process.getuid?.();
      if (user !== undefined && known.uid !== user) await handle.chown(known.uid, known.gid);
    }
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
