/** Where the headers of a plain ustar archive start. */
export function tarHeaders(archive: Buffer): readonly number[] {
  const offsets: number[] = [];
  for (let offset = 0; archive[offset]; offset += 512 + Math.ceil(sizeAt(archive, offset) / 512) * 512)
    offsets.push(offset);
  return offsets;
}

/** The files of a plain ustar archive by name. */
export function tarFiles(archive: Buffer): ReadonlyMap<string, Buffer> {
  return new Map(
    tarHeaders(archive).map((offset) => [
      nameAt(archive, offset),
      archive.subarray(offset + 512, offset + 512 + sizeAt(archive, offset)),
    ]),
  );
}

/** The fields of a ustar header, by where they end. */
const headerFields: readonly (readonly [end: number, name: string])[] = [
  [100, 'name'],
  [108, 'mode'],
  [116, 'uid'],
  [124, 'gid'],
  [136, 'size'],
  [148, 'mtime'],
  [156, 'chksum'],
  [157, 'typeflag'],
  [257, 'linkname'],
  [263, 'magic'],
  [265, 'version'],
  [297, 'uname'],
  [329, 'gname'],
  [337, 'devmajor'],
  [345, 'devminor'],
  [500, 'prefix'],
  [512, 'header padding'],
];

/** What each byte of a plain ustar archive is: `header mode`, `padding`, `end`, or the file it belongs to. */
export function tarFields(archive: Buffer): readonly string[] {
  const fields = Array.from(archive, () => 'end');
  for (const offset of tarHeaders(archive)) {
    const size = sizeAt(archive, offset);
    let from = offset;
    for (const [end, name] of headerFields) {
      fields.fill(name, from, offset + end);
      from = offset + end;
    }
    fields.fill(nameAt(archive, offset).replace(/^package/, ''), from, from + size);
    fields.fill('padding', from + size, from + Math.ceil(size / 512) * 512);
  }
  return fields;
}

function sizeAt(archive: Buffer, offset: number): number {
  return Number.parseInt(archive.toString('latin1', offset + 124, offset + 136), 8) || 0;
}

function nameAt(archive: Buffer, offset: number): string {
  return archive.toString('latin1', offset, archive.indexOf(0, offset));
}
