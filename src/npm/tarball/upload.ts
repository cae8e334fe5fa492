import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import type { FileDigest, UploadDigest } from '../../model/evidence.ts';
import type { Sha256 } from '../../model/package.ts';

/** Bounds on an upload. */
export interface UploadLimits {
  /** Bytes of the archive. */
  readonly unpacked: number;
  readonly entries: number;
}

// JSR takes at most 20 MB of files (contract 1.5), and headers and padding come on top.
const defaultLimits: UploadLimits = { unpacked: 100_000_000, entries: 50_000 };

const unzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * Hashes the source tarball that a publisher uploaded, as a whole and file by file, under the manifest's paths (`/mod.ts`).
 * `undefined` when it holds anything but regular files, a path twice, or more than a publisher may upload.
 */
export async function readUpload(
  bytes: Uint8Array,
  limits: UploadLimits = defaultLimits,
): Promise<UploadDigest | undefined> {
  const files = new Map<string, FileDigest>();
  let sound = true;
  const parser = new Parser({ strict: true, maxMetaEntrySize: 64_000, zstd: false });
  parser.on('entry', (entry: ReadEntry) => {
    const path = `/${entry.path.replace(/^\.\//, '')}`;
    const hash = createHash('sha256');
    let size = 0;
    if (entry.type === 'Directory') {
      entry.resume();
      return;
    }
    if (entry.type !== 'File' || files.has(path) || files.size >= limits.entries) sound = false;
    entry.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      hash.update(chunk);
    });
    entry.on('end', () => files.set(path, { sha256: hash.digest('hex') as Sha256, size }));
  });
  // Kinds that the library does not know, and names longer than it takes.
  parser.on('ignoredEntry', () => {
    sound = false;
  });
  try {
    // Unpacked before the parser sees it: what lies between entries counts as well, and in many small pieces it takes
    // the parser minutes.
    const archive = await unzip(bytes, { maxOutputLength: limits.unpacked });
    // What begins like gzip the library would unpack again, beyond all bounds; half a header at the end it would pass over.
    if ((archive[0] === 0x1f && archive[1] === 0x8b) || archive.length % 512 !== 0) return undefined;
    await new Promise<void>((resolve, reject) => {
      parser.on('end', () => resolve());
      parser.on('error', reject);
      parser.end(archive);
    });
  } catch {
    return undefined;
  }
  if (!sound || files.size === 0) return undefined;
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, files };
}
