import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import type { EntryTypeName } from 'tar/types';

/** One entry of an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: Uint8Array | string;
  readonly mode?: number;
  readonly mtime?: Date;
  readonly type?: EntryTypeName;
  readonly linkpath?: string;
  /** What the header says of the size, in place of the truth. */
  readonly size?: number;
}

/** An uncompressed ustar archive with exactly these entries in this order, checked by nobody. */
function tarOf(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', mode = 0o644, mtime = EPOCH, ...entry }) => {
    const body = Buffer.from(content as string);
    const header = new Header({
      path,
      mode,
      mtime,
      uid: 0,
      gid: 0,
      type: entry.type ?? 'File',
      size: entry.size ?? body.length,
      ...(entry.linkpath === undefined ? {} : { linkpath: entry.linkpath }),
    });
    const block = Buffer.alloc(512);
    if (header.encode(block)) throw new RangeError(`ustar cannot hold ${path}`);
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The same, gzipped. */
export const tgzOf = (entries: readonly ArchiveEntry[]): Buffer => gzipSync(tarOf(entries));

const EPOCH = new Date('2026-01-01T00:00:00Z');
