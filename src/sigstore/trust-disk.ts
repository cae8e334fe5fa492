import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The bytes of a file, at most one more than `limit`, so that the reader sees when it is too large. */
export async function readAtMost(file: string, limit: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let rest = limit + 1;
    while (rest > 0) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(rest, 65_536)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      rest -= bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

/** Puts `bytes` in place of a file in one step: other processes see the old file or the new one, never a part. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(beside, bytes, { mode: 0o600 });
    await rename(beside, file);
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
  const read = (name: string) => readFile(join(path, name));
  return {
    path,
    read,
    write: async (name, bytes) => {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
      return file;
    },
    files: async () => {
      const entries = await readdir(path, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
      return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
    },
  };
}
