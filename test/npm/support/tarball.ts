import { gzipSync } from 'node:zlib';

/** One entry of a minted archive; everything but the name has the value JSR would write. */
export interface MintedEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** The type flag of ustar; `0` is a regular file. */
  readonly type?: string;
  readonly linkTo?: string;
  /** Twelve bytes for the size field, to lie about the size. */
  readonly sizeField?: string;
  readonly prefix?: string;
  /** Eight bytes that name the form of the header. */
  readonly magic?: string;
}

/** A ustar archive, not compressed, closed by two blocks of zeros. */
export function mintTar(entries: readonly MintedEntry[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(mintEntry), end]);
}

/** A gzipped ustar archive of files, as JSR's npm registry serves them. */
export function mintTarball(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const entries = Object.entries(files).map(([path, content]) => ({ name: `package${path}`, content }));
  return gzipSync(mintTar(entries));
}

function mintEntry(entry: MintedEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  header.write(entry.name, 0, 100, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(entry.sizeField ?? `${content.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('14740321000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(entry.type ?? '0', 156, 'latin1');
  header.write(entry.linkTo ?? '', 157, 100, 'latin1');
  header.write(entry.magic ?? 'ustar\x0000', 257, 'latin1');
  header.write(entry.prefix ?? '', 345, 155, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return [header, content, padding];
}
