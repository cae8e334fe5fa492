import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { foldPath, forbiddenInPath } from '../../model/path.ts';

/** Limits for a tarball; sizes in bytes. */
export interface TarballLimits {
  readonly compressed: number;
  readonly uncompressed: number;
  /** Uncompressed bytes per compressed byte, checked only above one mebibyte. */
  readonly ratio: number;
  readonly entries: number;
  readonly pathLength: number;
  readonly pathDepth: number;
}

/**
 * The files of a tarball by path (`/mod.js`: with a leading slash, without `package`) and the uncompressed tar, or
 * the reason for rejecting the whole tarball.
 */
export type TarballOutcome =
  | { readonly status: 'read'; readonly files: ReadonlyMap<string, Uint8Array>; readonly tar: Uint8Array }
  | { readonly status: 'failed'; readonly reason: string };

// JSR accepts at most 20 MB of sources and adds scripts, declarations and maps (contract 1.5, 3.4).
const defaultLimits: TarballLimits = {
  compressed: 64 * 1024 * 1024,
  uncompressed: 256 * 1024 * 1024,
  ratio: 250,
  entries: 50_000,
  pathLength: 200,
  pathDepth: 40,
};

/**
 * Reads an npm tarball in the only form that JSR writes: a single gzip member with plain ustar entries, all of them
 * regular files under `package/`. Anything that two tar readers could interpret differently fails; the reason names
 * the entry.
 */
export async function readTarball(
  bytes: Uint8Array,
  limits: Partial<TarballLimits> = {},
): Promise<TarballOutcome> {
  const bounds = { ...defaultLimits, ...limits };
  try {
    const archive = await gunzip(bytes, bounds);
    const headers = walkHeaders(archive, bounds).map(underPackage);
    return { status: 'read', files: collect(await parse(archive), headers, bounds), tar: archive };
  } catch (error) {
    if (error instanceof Refusal) return { status: 'failed', reason: error.message };
    throw error;
  }
}

class Refusal extends Error {}

const inflate = promisify<Uint8Array, { info: true; maxOutputLength: number }, unknown>(inflateRaw);

// RFC 1952, without the optional header fields: they may contain a name, a comment or data that no reader checks.
async function gunzip(bytes: Uint8Array, bounds: TarballLimits): Promise<Buffer> {
  if (bytes.length > bounds.compressed) {
    throw new Refusal(`the tarball is larger than ${bounds.compressed} bytes`);
  }
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) {
    throw new Refusal('the tarball is not gzip');
  }
  if (bytes[3] !== 0) throw new Refusal('the gzip header has optional fields');

  const body = bytes.subarray(10);
  const { buffer, engine } = await inflated(body, bounds);
  const left = body.length - engine.bytesWritten;
  if (left < 8) throw new Refusal('the gzip data is cut short');
  if (left > 8) throw new Refusal('data follows the gzip member');
  const trailer = Buffer.from(body.buffer, body.byteOffset + engine.bytesWritten, 8);
  if (trailer.readUInt32LE(0) !== crc32(buffer) || trailer.readUInt32LE(4) !== buffer.length % 2 ** 32) {
    throw new Refusal('the gzip checksum does not match its data');
  }
  if (buffer.length > 1024 * 1024 && buffer.length > bounds.ratio * bytes.length) {
    throw new Refusal(`the tarball unpacks to more than ${bounds.ratio} times its size`);
  }
  return buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

async function inflated(body: Uint8Array, bounds: TarballLimits): Promise<Inflated> {
  try {
    return (await inflate(body, { info: true, maxOutputLength: bounds.uncompressed })) as Inflated;
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refusal(
      tooLarge ? `the tarball unpacks to more than ${bounds.uncompressed} bytes` : 'the gzip data is damaged',
    );
  }
}

interface RawHeader {
  readonly name: string;
  readonly size: number;
}

const block = 512;

/**
 * Reads the headers without interpreting them. Rejects extended headers (PAX, GNU), links and devices by type flag
 * before the library can act on them, and all data after the end of the archive.
 */
function walkHeaders(archive: Buffer, bounds: TarballLimits): readonly RawHeader[] {
  if (archive.length % block !== 0) throw new Refusal('the archive does not end on a block of 512 bytes');
  const headers: RawHeader[] = [];
  let offset = 0;
  for (;;) {
    const header = archive.subarray(offset, offset + block);
    // Also true at the end of the archive; the end marker is then missing.
    if (isZero(header)) break;
    const name = rawName(header);
    const shown = JSON.stringify(name);
    const flag = header[156] ?? 0;
    if (flag !== 0 && flag !== 0x30) throw new Refusal(`the entry ${shown} is ${kindOf(flag)}`);
    const size = octal(header.subarray(124, 136));
    if (size === undefined) throw new Refusal(`the entry ${shown} has no readable size`);
    if (!isClean(header))
      throw new Refusal(`the entry ${shown} is ambiguous: its header holds bytes where none belong`);
    headers.push({ name, size });
    if (headers.length > bounds.entries) {
      throw new Refusal(`the archive has more than ${bounds.entries} entries`);
    }
    const end = offset + block + size;
    offset += block + Math.ceil(size / block) * block;
    if (offset > archive.length) throw new Refusal(`the entry ${shown} is cut short`);
    if (!isZero(archive.subarray(end, offset))) throw new Refusal(`data follows the entry ${shown}`);
  }
  if (archive.length - offset < 2 * block) throw new Refusal('the archive has no end marker');
  if (!isZero(archive.subarray(offset))) throw new Refusal('data follows the end of the archive');
  return headers;
}

const kinds: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '5': 'a folder',
  '6': 'a pipe',
  x: 'an extended header (PAX)',
  g: 'a global extended header (PAX)',
  X: 'an extended header (PAX)',
  L: 'a long name (GNU)',
  K: 'a long link name (GNU)',
  S: 'a sparse file (GNU)',
  D: 'a directory listing (GNU)',
};

function kindOf(flag: number): string {
  return kinds[String.fromCharCode(flag)] ?? 'not a regular file';
}

function rawName(header: Buffer): string {
  const name = untilNul(header.subarray(0, 100));
  const prefix = untilNul(header.subarray(345, 500));
  return prefix === '' ? name : `${prefix}/${name}`;
}

// A UTF-8 decoder would map different invalid bytes to one replacement character; latin1 keeps them distinct.
function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}

// Rejects header bytes that only some readers interpret: bytes after the NUL of a text, a link name of a regular
// file, a prefix outside ustar, and the last twelve bytes of the header.
function isClean(header: Buffer): boolean {
  const [name, prefix] = [header.subarray(0, 100), header.subarray(345, 500)];
  const rest = (text: Buffer) => (text.includes(0) ? text.subarray(text.indexOf(0)) : text.subarray(0, 0));
  const noPrefix = header.toString('latin1', 257, 265) === 'ustar\u000000' ? rest(prefix) : prefix;
  return [rest(name), header.subarray(157, 257), noPrefix, header.subarray(500)].every(isZero);
}

// Octal digits, then NULs or spaces; JSR does not write GNU's base-256 form.
function octal(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  return /^ *[0-7]+[ \0]*$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

interface Header extends RawHeader {
  /** The name without `package`. */
  readonly path: string;
}

// Checked before the library runs: if the first name started like gzip, the library would decompress it without
// limits.
function underPackage({ name, size }: RawHeader): Header {
  const path = /^(?:\.\/)?package(\/.*)/s.exec(name)?.[1];
  if (path === undefined) throw new Refusal(`the entry ${JSON.stringify(name)} is not under package/`);
  return { name, path, size };
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

function parse(archive: Buffer): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry: ReadEntry) => {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => {
          entries.push({ name: entry.path, type: entry.type, bytes: Buffer.concat(chunks) });
        });
      },
    });
    parser.on('error', (error: Error) => reject(new Refusal(`the archive is malformed: ${error.message}`)));
    parser.on('end', () => resolve(entries));
    try {
      parser.end(archive);
    } catch (error) {
      reject(new Refusal(`the archive is malformed: ${String(error)}`));
    }
  });
}

// The library and the header walk must agree about the archive; then the names are checked.
function collect(
  entries: readonly Entry[],
  headers: readonly Header[],
  bounds: TarballLimits,
): ReadonlyMap<string, Uint8Array> {
  if (entries.length !== headers.length) throw new Refusal('the archive is ambiguous');
  // The limits leave room for `_dist/` and `.d.ts.map`.
  const { pathLength: length, pathDepth: depth } = bounds;
  const limits = { length, lastPart: length, depth };
  const files = new Map<string, Uint8Array>();
  const folded = new Map<string, string>();
  for (const [index, { name, path, size }] of headers.entries()) {
    const shown = JSON.stringify(name);
    const entry = entries[index];
    if (entry?.type !== 'File' || entry.name !== name || entry.bytes.length !== size) {
      throw new Refusal(`the entry ${shown} is ambiguous`);
    }
    const forbidden = forbiddenInPath(path, limits);
    if (forbidden !== undefined) throw new Refusal(`the entry ${shown} is refused: ${forbidden}`);
    const twin = folded.get(foldPath(path));
    if (twin === path) throw new Refusal(`the entry ${shown} is a duplicate`);
    if (twin !== undefined)
      throw new Refusal(`the entries ${shown} and ${JSON.stringify(twin)} differ in case only`);
    folded.set(foldPath(path), path);
    files.set(path, entry.bytes);
  }
  for (const path of files.keys()) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const folder = folded.get(foldPath(path.slice(0, cut)));
      if (folder !== undefined)
        throw new Refusal(`the entry ${JSON.stringify(folder)} is a file and a folder`);
    }
  }
  return files;
}
