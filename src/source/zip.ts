import { createHash } from 'node:crypto';
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Entry, ZipFile } from 'yauzl';
import type { FileDigest } from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';
import { errorCode } from './error-code.ts';
import { NotRegular, withFile } from './local-file.ts';

/** A file in an archive: its digest, or what keeps it from being a plain file (completes "the file …"). */
type Zipped = FileDigest | { readonly odd: string };

/** The files of an archive by path, or why it is not read. */
type Outcome =
  | { readonly state: 'read'; readonly files: ReadonlyMap<string, Zipped> }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'unread'; readonly why: string }
  | { readonly state: 'absent' };

const maxEntries = 50_000;
const maxTotalBytes = 512 * 1024 * 1024;
/** The end record of a zip archive without a comment, and the longest comment there could be. */
const endBytes = 22;
const maxComment = 0xffff;
const endMark = Buffer.from('PK\x05\x06');
const zip64Mark = Buffer.from('PK\x06\x07');
const linkMode = 0o12;
const fileMode = 0o10;

const readFile = promisify(read);

/**
 * Hashes the files of a zip archive as Yarn writes it: those below `prefix` by path with a leading slash, others by
 * their full path. Nothing is unpacked to disk. Whatever two readers of zip archives could understand differently is
 * refused.
 */
export async function unzip(path: string, prefix: string, maxFileBytes: number): Promise<Outcome> {
  try {
    return await withFile(path, { links: 'refused' }, ({ fd }, size) =>
      readArchive(fd, size, prefix, maxFileBytes),
    );
  } catch (cause) {
    if (cause instanceof NotRegular) return { state: 'refused', why: 'it is not a regular file' };
    if (cause instanceof TypeError || cause instanceof ReferenceError) throw cause;
    const code = errorCode(cause) ?? 'unknown error';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'absent' } : { state: 'unread', why: code };
  }
}

async function readArchive(
  file: number,
  size: number,
  prefix: string,
  maxFileBytes: number,
): Promise<Outcome> {
  try {
    const ends = await endsOf(file, size);
    if (ends === 'none') return { state: 'refused', why: 'it does not end as a zip archive' };
    // An archive in an archive can look like this, too: no proof of a forgery, but nothing to rely on.
    if (ends === 'many') return { state: 'unread', why: 'it is ambiguous' };
    const { default: yauzl } = await import('yauzl');
    const archive = await yauzl.fromFdPromise(file, { autoClose: false, strictFileNames: true });
    return { state: 'read', files: await hashAll(archive, size, prefix, maxFileBytes) };
  } catch (cause) {
    // Those are bugs, here or in the library; everything else is about the archive, or about the disk and has a code.
    if (cause instanceof TypeError || cause instanceof ReferenceError) throw cause;
    const code = errorCode(cause) ?? 'unknown error';
    if (/^E[A-Z]+$/.test(code)) return { state: 'unread', why: code };
    return { state: 'refused', why: cause instanceof Error ? cause.message : String(cause) };
  }
}

// Readers differ in which of several end records they take, and in whether they look for the one of zip64.
async function endsOf(file: number, size: number): Promise<'none' | 'one' | 'many'> {
  const tail = Buffer.alloc(Math.min(size, endBytes + maxComment + zip64Mark.length));
  await readFile(file, tail, 0, tail.length, size - tail.length);
  const end = tail.length - endBytes;
  if (end < 0 || tail.lastIndexOf(endMark) !== end) return 'none';
  return tail.indexOf(endMark) === end && tail.indexOf(zip64Mark) === -1 ? 'one' : 'many';
}

async function hashAll(
  archive: ZipFile,
  size: number,
  prefix: string,
  maxFileBytes: number,
): Promise<ReadonlyMap<string, Zipped>> {
  const files = new Map<string, Zipped>();
  let total = 0;
  if (archive.entryCount > maxEntries) throw new Error(`it has more than ${maxEntries} entries`);
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileNameRaw.toString('latin1');
    if (name.endsWith('/') && entry.uncompressedSize === 0) continue;
    const path = name.startsWith(prefix) ? name.slice(prefix.length - 1) : name;
    total += entry.uncompressedSize;
    if (total > maxTotalBytes) throw new Error(`it unpacks to more than ${maxTotalBytes} bytes`);
    const odd = files.has(path) ? 'is a duplicate in the archive' : oddityOf(entry, name, maxFileBytes);
    files.set(path, odd === undefined ? await hashEntry(archive, entry) : { odd });
  }
  // The position after the last entry; a number, whatever its type says.
  if (Number(archive.readEntryCursor) !== size - endBytes)
    throw new Error('its directory is longer than its entries');
  return files;
}

function oddityOf(entry: Entry, name: string, maxFileBytes: number): string | undefined {
  if (entry.fileName !== name) return 'has two names in the archive';
  const mode = entry.externalFileAttributes >>> 28;
  if (mode === linkMode) return 'is a symbolic link';
  if (mode !== fileMode && mode !== 0) return 'is not a regular file';
  if (entry.isEncrypted()) return 'is encrypted';
  if (!entry.canDecodeFileData()) return 'is compressed in an unusual way';
  return entry.uncompressedSize > maxFileBytes
    ? `is larger than ${maxFileBytes / 1024 / 1024} MB`
    : undefined;
}

async function hashEntry(archive: ZipFile, entry: Entry): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  // The library holds the stream to the size that the directory names.
  for await (const chunk of await archive.openReadStreamPromise(entry)) {
    hash.update(chunk);
    size += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex') as Sha256, size };
}
