import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFile, makeFolder, moveOver, readAtMost } from '../source/local-file.ts';

/** A general limit; TUF metadata and targets have their own, smaller limits. */
const maxBytes = 20_000_000;

/** Replaces a file atomically: other processes see the old file or the new one, never a part. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(dirname(file));
  const beside = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await createFile(beside, 0o600);
    await handle.writeFile(bytes).finally(() => handle.close());
    await moveOver(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}

/** A temporary folder; names are plain file names, or `folder/file`. */
export interface WorkFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<string>;
  readonly read: (name: string) => Promise<Uint8Array>;
  /** All files directly in the folder, by name. */
  readonly files: () => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Creates a temporary folder, and removes it after `use` has run. */
export async function inWorkFolder<T>(use: (folder: WorkFolder) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'jsr-verify-'));
  try {
    return await use(workFolder(path));
  } finally {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function workFolder(path: string): WorkFolder {
  const read = (name: string) => readAtMost(join(path, name), maxBytes, { links: 'refused' });
  return {
    path,
    read,
    write: async (name, bytes) => {
      const file = join(path, name);
      await makeFolder(dirname(file));
      await writeFile(file, bytes);
      return file;
    },
    files: async () => {
      const entries = await readdir(path, { withFileTypes: true });
      // The order of directory entries depends on the host.
      const names = entries
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
      return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
    },
  };
}
