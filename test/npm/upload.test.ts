import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readUpload } from '../../src/npm/tarball/upload.ts';
import { type MintedEntry, mintTar } from './support/tarball.ts';

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const file = (name: string, content = 'x'): MintedEntry => ({ name, content });
const read = (...entries: readonly MintedEntry[]) => readUpload(gzipSync(mintTar(entries)));

describe('an upload', () => {
  it('is hashed as a whole and file by file, folders left out', async () => {
    const long = 'y'.repeat(70_000);
    const bytes = gzipSync(
      mintTar([
        { name: './', type: '5' },
        file('./mod.ts', 'one'),
        { name: 'sub', type: '5' },
        file('sub/./b.ts', long),
        { name: 'empty.ts', type: '\0' },
      ]),
    );
    expect(await readUpload(bytes)).toEqual({
      sha256: sha256(bytes),
      files: new Map([
        ['/mod.ts', { sha256: sha256('one'), size: 3 }],
        ['/sub/./b.ts', { sha256: sha256(long), size: 70_000 }],
        ['/empty.ts', { sha256: sha256(''), size: 0 }],
      ]),
    });
  });

  it('may fill its bounds and no more', async () => {
    const archive = mintTar([file('a.ts'), file('b.ts')]);
    const most = { unpacked: archive.length, entries: 2 };
    const bytes = gzipSync(archive);
    expect((await readUpload(bytes, most))?.files.size).toBe(2);
    expect(await readUpload(bytes, { ...most, entries: 1 })).toBeUndefined();
    expect(await readUpload(bytes, { ...most, unpacked: archive.length - 1 })).toBeUndefined();
  });

  const damaged = mintTar([file('a.ts'), file('b.ts')]);
  damaged.writeUInt8(0x37, 1024 + 148);
  // A second gzip header with a name makes it a whole number of blocks.
  const inner = gzipSync(mintTar([file('a.ts')]));
  const name = Buffer.from(`${'n'.repeat(511 - (inner.length % 512))}\0`);
  const packed = Buffer.concat([
    Buffer.from([...inner.subarray(0, 3), 8]),
    inner.subarray(4, 10),
    name,
    inner.subarray(10),
  ]);
  const pax = (path: string) => {
    const record = ` path=${path}\n`;
    return `${record.length + 5}${record}`;
  };
  const attacks: readonly (readonly [string, Uint8Array])[] = [
    ['that is no gzip', mintTar([file('a.ts')])],
    ['that holds nothing', gzipSync(mintTar([]))],
    ['that holds a folder only', gzipSync(mintTar([{ name: 'a', type: '5' }]))],
    ['that is damaged behind its first file', gzipSync(damaged)],
    [
      'that is cut short in its second header',
      gzipSync(mintTar([file('a.ts'), file('b.ts')]).subarray(0, 1024 + 300)),
    ],
    [
      'that is cut short before its last file',
      gzipSync(mintTar([file('a.ts'), file('b.ts')]).subarray(0, 1024 + 512)),
    ],
    ['with a link', gzipSync(mintTar([file('a.ts'), { name: 'b.ts', type: '2', linkTo: 'a.ts' }]))],
    ['with a pipe', gzipSync(mintTar([file('a.ts'), { name: 'b.ts', type: '6' }]))],
    ['with a path twice', gzipSync(mintTar([file('a.ts', 'good'), file('./a.ts', 'evil')]))],
    [
      'with an entry of a kind that not all readers know',
      gzipSync(mintTar([file('a.ts'), { name: 'b.ts', type: 'V' }])),
    ],
    [
      'with a file whose other name is longer than some readers take',
      gzipSync(mintTar([{ name: 'x', type: 'x', content: pax('b'.repeat(70_000)) }, file('a.ts')])),
    ],
    ['that is packed twice, which would unpack beyond all bounds', gzipSync(packed)],
  ];
  it.each(attacks)('%s is none', async (_, bytes) => {
    expect(await readUpload(bytes)).toBeUndefined();
  });

  it('is told from a packed one by more than one byte', async () => {
    for (const name of ['\x1fmod.ts', 'm\x8bod.ts', '(\xb5/\xfd.ts'])
      expect((await read(file(name)))?.files.size, name).toBe(1);
  });

  it('by a different name than its header says has that name', async () => {
    expect([
      ...((await read({ name: 'x', type: 'x', content: '13 path=b.ts\n' }, file('a.ts')))?.files.keys() ??
        []),
    ]).toEqual(['/b.ts']);
  });
});
