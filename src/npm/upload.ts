import { createHash } from 'node:crypto';
import { Parser, type ReadEntry } from 'tar';
import type { FileDigest, UploadDigest } from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';

const maxUnpacked = 100_000_000;
const maxEntries = 50_000;

/**
 * Hashes the source tarball that a publisher uploaded, as a whole and file by file, under the manifest's paths (`/mod.ts`).
 * `undefined` when it holds anything but regular files, a path twice, or more than a publisher may upload.
 */
export async function readUpload(bytes: Uint8Array): Promise<UploadDigest | undefined> {
  const files = new Map<string, FileDigest>();
  let unpacked = 0;
  let sound = true;
  const parser = new Parser({ strict: true, maxMetaEntrySize: 64_000 });
  parser.on('entry', (entry: ReadEntry) => {
    const path = `/${entry.path.replace(/^\.\//, '')}`;
    const hash = createHash('sha256');
    let size = 0;
    if (entry.type === 'Directory') {
      entry.resume();
      return;
    }
    if ((entry.type !== 'File' && entry.type !== 'OldFile') || files.has(path) || files.size >= maxEntries)
      sound = false;
    entry.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      unpacked += chunk.length;
      if (unpacked > maxUnpacked) parser.abort(new Error('too large'));
      hash.update(chunk);
    });
    entry.on('end', () => files.set(path, { sha256: hash.digest('hex') as Sha256, size }));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('end', () => resolve());
      parser.on('error', reject);
      parser.on('abort', reject);
      parser.end(Buffer.from(bytes));
    });
  } catch {
    return undefined;
  }
  if (!sound || files.size === 0) return undefined;
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, files };
}
