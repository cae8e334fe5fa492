import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import type { FileDigest, UploadDigest } from '../../model/evidence.ts';
import type { Sha256 } from '../../model/package.ts';

/** Limits for an upload. */
export interface UploadLimits {
  /** Bytes of the uncompressed archive. */
  readonly unpacked: number;
  readonly entries: number;
}

// JSR accepts at most 20 MB of files (contract 1.5); headers and padding are added to that.
const defaultLimits: UploadLimits = { unpacked: 100_000_000, entries: 50_000 };

const unzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * Hashes the source tarball that a publisher uploaded, as a whole and file by file, with the manifest's paths
 * (`/mod.ts`). `undefined` if it contains anything except regular files and folders, a duplicate path, or more than
 * the limits allow.
 */
export async function readUpload(
  bytes: Uint8Array,
  limits: UploadLimits = defaultLimits,
): Promise<UploadDigest | undefined> {
  const files = new Map<string, FileDigest>();
  let isValid = true;
  const parser = new Parser({ strict: true, maxMetaEntrySize: 64_000, zstd: false });
  parser.on('entry', (entry: ReadEntry) => {
    const path = `/${entry.path.replace(/^\.\//, '')}`;
    const hash = createHash('sha256');
    let size = 0;
    if (entry.type === 'Directory') {
      entry.resume();
      return;
    }
    if (entry.type !== 'File' || files.has(path) || files.size >= limits.entries) isValid = false;
    entry.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      hash.update(chunk);
    });
    entry.on('end', () => files.set(path, { sha256: hash.digest('hex') as Sha256, size }));
  });
  // Entry types that the library does not know, and names longer than its limit.
  parser.on('ignoredEntry', () => {
    isValid = false;
  });
  try {
    // Decompressed before parsing, so that the limit includes data between entries. The parser would also need
    // minutes for many small chunks.
    const archive = await unzip(bytes, { maxOutputLength: limits.unpacked });
    // The library would decompress data that starts like gzip again, without limits, and ignore a partial header at
    // the end.
    if ((archive[0] === 0x1f && archive[1] === 0x8b) || archive.length % 512 !== 0) return undefined;
    await new Promise<void>((resolve, reject) => {
      parser.on('end', () => resolve());
      parser.on('error', reject);
      parser.end(archive);
    });
  } catch {
    return undefined;
  }
  if (!isValid || files.size === 0) return undefined;
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, files };
}
