import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFile, makeFolder, moveOver, readAtMost } from '../source/local-file.ts';

/** TUF metadata and targets have their own, smaller bounds. */
const maxBytes = 20_000_000;

/** Puts `bytes` in place of a file in one step: other processes see the old file or the new one, never a part. */
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

/** A folder to work in; names are plain file names, or `folder/file`. */
export interface WorkFolder {
  readonly path: string;
  /** Writes a file and answers its path. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<string>;
  readonly read: (name: string) => Promise<Uint8Array>;
  /** All files right in the folder, by name. */
  readonly files: () => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** A folder that is only there while `use` runs. */
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
      // Not every host lists a folder in order.
      const names = entries
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
      return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
    },
  };
}
