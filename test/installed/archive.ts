import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a minted zip archive; everything but the name has the value Yarn would write. */
export interface ZipEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly deflate?: boolean;
  /** The mode of Unix, such as 0o120777 for a link. */
  readonly mode?: number;
  /** What the directory says of the size, in place of the truth. */
  readonly size?: number;
  readonly flags?: number;
  readonly extra?: Uint8Array;
}

/** What surrounds the entries, where it differs from what Yarn writes. */
export interface ZipShape {
  readonly comment?: string;
  /** Entries that the end record does not count. */
  readonly hidden?: number;
  readonly before?: Uint8Array;
}

/** A zip archive with exactly these entries in this order, checked by nobody. */
export function zipOf(entries: readonly ZipEntry[], shape: ZipShape = {}): Buffer {
  const { comment = '', hidden = 0, before = Buffer.alloc(0) } = shape;
  const files: Buffer[] = [Buffer.from(before)];
  const directory: Buffer[] = [];
  let offset = before.length;
  for (const {
    name,
    content = '',
    deflate = false,
    mode = 0o100644,
    size,
    flags = 0,
    extra = Buffer.alloc(0),
  } of entries) {
    const plain = Buffer.from(content as string);
    const data = deflate ? deflateRawSync(plain) : plain;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size ?? plain.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE((mode << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    const sized = Buffer.from(common);
    sized.writeUInt16LE(extra.length, 24);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), sized, central, Buffer.from(name), extra]),
    );
    files.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  const listed = Buffer.concat(directory);
  end.writeUInt16LE(entries.length - hidden, 4);
  end.writeUInt16LE(entries.length - hidden, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(Buffer.byteLength(comment), 16);
  return Buffer.concat([...files, listed, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)]);
}
