import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTarball } from '../../src/npm/tarball/tar.ts';
import { type MintedEntry, mintTar, mintTarball } from './support/tarball.ts';

async function reasonOf(bytes: Uint8Array, limits = {}): Promise<string> {
  const outcome = await readTarball(bytes, limits);
  return outcome.status === 'failed' ? outcome.reason : `read ${[...outcome.files.keys()].join(' ')}`;
}

const refuse = (entries: readonly MintedEntry[]) => reasonOf(gzipSync(mintTar(entries)));
const file = (name: string, content = 'x'): MintedEntry => ({ name, content });

describe('what JSR writes', () => {
  it('reads regular files under package/, with or without a leading ./', async () => {
    const outcome = await readTarball(
      gzipSync(
        mintTar([
          file('package/mod.js', 'one'),
          file('./package/_dist/mod.d.ts', ''),
          file('package/a/b.ts'),
        ]),
      ),
    );
    if (outcome.status === 'failed') throw new Error(outcome.reason);
    expect([...outcome.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['/mod.js', 'one'],
      ['/_dist/mod.d.ts', ''],
      ['/a/b.ts', 'x'],
    ]);
  });

  it('reads long paths through the ustar prefix', async () => {
    const folder = 'package/'.padEnd(120, 'a');
    const outcome = await readTarball(gzipSync(mintTar([{ name: 'mod.js', prefix: folder }])));
    expect(outcome.status === 'read' && [...outcome.files.keys()]).toEqual([
      `${folder.slice('package'.length)}/mod.js`,
    ]);
  });

  it('reads a name that fills its field, and flags and magic of the oldest form', async () => {
    const name = `package/${'a'.repeat(89)}.js`;
    expect(await refuse([{ name, type: '\0', magic: '' }])).toBe(`read ${name.slice('package'.length)}`);
  });

  it('tells a folder from a file whose name begins as it does', async () => {
    expect(await refuse([file('package/a'), file('package/ab/c.js'), file('package/ab.js')])).toBe(
      'read /a /ab/c.js /ab.js',
    );
  });

  it('reads what fits its bounds to the byte', async () => {
    const bytes = mintTarball({ '/mod.js': 'export {};\n' });
    expect(await reasonOf(bytes, { compressed: bytes.length })).toBe('read /mod.js');
    expect(await reasonOf(bytes, { compressed: bytes.length - 1 })).toMatch(/^the tarball is larger than/);
  });

  it('reads much in little up to one mebibyte, and any amount of what hardly packs', async () => {
    const zeros = (length: number) =>
      gzipSync(mintTar([{ name: 'package/a', content: Buffer.alloc(length) }]));
    const most = 1024 * 1024 - 512 - 1024;
    expect(await reasonOf(zeros(most))).toBe('read /a');
    expect(await reasonOf(zeros(most + 1))).toBe('the tarball unpacks to more than 250 times its size');
    expect(await reasonOf(mintTarball({ '/a': randomBytes(most + 1) }))).toBe('read /a');
  });

  it('reads an archive of ten thousand files in well under two seconds of processor time', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 10_000; index += 1)
      files[`/src/f${index}.js`] = `export const f = ${index};\n`;
    const bytes = mintTarball(files);
    const before = process.cpuUsage();
    expect((await readTarball(bytes)).status).toBe('read');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

describe('refuses, and names the entry', () => {
  const cases: readonly (readonly [string, readonly MintedEntry[], RegExp])[] = [
    [
      'a symbolic link',
      [{ name: 'package/l', type: '2', linkTo: '/etc/passwd' }],
      /"package\/l".*symbolic link/,
    ],
    ['a hard link', [{ name: 'package/l', type: '1', linkTo: 'package/m' }], /"package\/l".*hard link/],
    ['a device', [{ name: 'package/d', type: '3' }], /"package\/d".*character device/],
    ['a pipe', [{ name: 'package/p', type: '6' }], /"package\/p".*pipe/],
    ['a folder entry', [{ name: 'package/f/', type: '5' }], /"package\/f\/".*folder/],
    [
      'a PAX header that renames the next entry',
      [{ name: 'x', type: 'x', content: '22 path=package/evil.js\n' }, file('package/mod.js')],
      /extended header/,
    ],
    [
      'a global PAX header',
      [{ name: 'g', type: 'g', content: '12 size=100\n' }, file('package/mod.js')],
      /global extended header/,
    ],
    [
      'a GNU long name',
      [{ name: '././@LongLink', type: 'L', content: 'package/evil.js\0' }, file('package/mod.js')],
      /long name/,
    ],
    ['a GNU sparse file', [{ name: 'package/s', type: 'S' }], /sparse/],
    ['an unknown type', [{ name: 'package/v', type: 'V' }], /not a regular file/],
    ['an absolute path', [file('/package/mod.js')], /"\/package\/mod\.js" is not under package/],
    ['another root folder', [file('other/mod.js')], /"other\/mod\.js" is not under package/],
    ['a path that escapes', [file('package/../evil.js')], /steps out of its folder/],
    ['a path that escapes from the start', [file('../package/mod.js')], /not under package/],
    ['a backslash', [file('package/a\\b.js')], /character that JSR does not allow/],
    ['a newline in a name', [file('package/a\nb.js')], /character that JSR does not allow/],
    ['bytes that are not UTF-8', [file('package/\xe9.js')], /is ambiguous/],
    ['an empty part', [file('package//mod.js')], /empty part/],
    ['a Windows device', [file('package/nul.txt')], /device name/],
    ['a trailing dot', [file('package/a./mod.js')], /ends with a dot/],
    ['a .git folder', [file('package/.GIT/config')], /reaches into \.git/],
    [
      'the same path twice',
      [file('package/mod.js', 'one'), file('package/mod.js', 'two')],
      /is a duplicate|duplicate key/,
    ],
    [
      'the same path twice, once with ./',
      [file('package/mod.js', 'one'), file('./package/mod.js', 'two')],
      /is a duplicate|duplicate key/,
    ],
    ['paths that differ in case', [file('package/mod.js'), file('package/Mod.js')], /differ in case only/],
    ['a file that is also a folder', [file('package/a'), file('package/a/b.js')], /a file and a folder/],
    [
      'a size in base 256',
      [{ name: 'package/b', sizeField: '\x80\0\0\0\0\0\0\0\0\0\x02\0' }],
      /no readable size/,
    ],
    ['a size beyond the archive', [{ name: 'package/b', sizeField: '00077777777\0' }], /cut short/],
    ['a negative size', [{ name: 'package/b', sizeField: '-0000000001\0' }], /no readable size/],
    [
      'a size that goes on behind its digits',
      [{ name: 'package/b', sizeField: '00000000001x' }],
      /^the entry "package\/b" has no readable size$/,
    ],
    ['a file by the name of a folder', [file('package/f/', '')], /^the entry "package\/f\/" is ambiguous$/],
    [
      'a folder before the first, in a header that knows none',
      [{ name: 'package/mod.js', prefix: 'other', magic: '' }],
      /^the entry "other\/package\/mod\.js" is ambiguous: its header holds bytes where none belong$/,
    ],
    [
      'another folder before the first in the header of GNU, which keeps times there',
      [{ name: 'package/mod.js', prefix: 'other', magic: 'ustar  \0' }],
      /is ambiguous/,
    ],
  ];
  it.each(cases)('%s', async (_, entries, reason) => {
    expect(await refuse(entries)).toMatch(reason);
  });

  it('a path longer or deeper than the bounds', async () => {
    const long = gzipSync(mintTar([file(`package/${'a'.repeat(60)}.js`)]));
    expect(await reasonOf(long, { pathLength: 50 })).toMatch(/longer than 50/);
    const deep = gzipSync(mintTar([file(`package/${'a/'.repeat(20)}b.js`)]));
    expect(await reasonOf(deep, { pathDepth: 10 })).toMatch(/deeper than 10/);
  });

  it('too many entries', async () => {
    const bytes = mintTarball({ '/a': '', '/b': '', '/c': '' });
    expect(await reasonOf(bytes, { entries: 3 })).toBe('read /a /b /c');
    expect(await reasonOf(bytes, { entries: 2 })).toMatch(/more than 2 entries/);
  });
});

describe('refuses the container', () => {
  const good = mintTarball({ '/mod.js': 'export {};\n' });
  const tar = mintTar([file('package/mod.js')]);

  it('two gzip members one after the other', async () => {
    const second = gzipSync(mintTar([file('package/evil.js')]));
    expect(await reasonOf(Buffer.concat([good, second]))).toBe('data follows the gzip member');
  });

  it('garbage after the gzip member', async () => {
    expect(await reasonOf(Buffer.concat([good, Buffer.from('PK')]))).toBe('data follows the gzip member');
  });

  it('a gzip header with a name in it', async () => {
    const named = Buffer.concat([
      good.subarray(0, 3),
      Buffer.from([8]),
      good.subarray(4, 10),
      Buffer.from('n\0'),
      good.subarray(10),
    ]);
    expect(await reasonOf(named)).toBe('the gzip header has optional fields');
  });

  it('a wrong checksum', async () => {
    const damaged = Buffer.from(good);
    damaged.writeUInt32LE(0, damaged.length - 8);
    expect(await reasonOf(damaged)).toBe('the gzip checksum does not match its data');
    const longer = Buffer.from(good);
    longer.writeUInt32LE(good.readUInt32LE(good.length - 4) + 1, good.length - 4);
    expect(await reasonOf(longer)).toBe('the gzip checksum does not match its data');
  });

  it('every truncation of an honest tarball', async () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(await reasonOf(good.subarray(0, length))).toBe(
        length < 18
          ? 'the tarball is not gzip'
          : length < good.length - 8
            ? 'the gzip data is damaged'
            : 'the gzip data is cut short',
      );
    }
  });

  it('entries hidden behind the end of the archive', async () => {
    const hidden = Buffer.concat([tar, mintTar([file('package/evil.js')])]);
    expect(await reasonOf(gzipSync(hidden))).toBe('data follows the end of the archive');
  });

  it('an archive without its end marker', async () => {
    expect(await reasonOf(gzipSync(tar.subarray(0, -1024)))).toBe('the archive has no end marker');
    expect(await reasonOf(gzipSync(tar.subarray(0, -512)))).toBe('the archive has no end marker');
  });

  it('a damaged header checksum', async () => {
    const damaged = Buffer.from(tar);
    damaged.writeUInt8(0x37, 148);
    expect(await reasonOf(gzipSync(damaged))).toBe(
      'the archive is malformed: TAR_ENTRY_INVALID: checksum failure',
    );
  });

  const places: readonly (readonly [string, number, RegExp])[] = [
    ['a name', 99, /"package\/mod\.js" is ambiguous: its header holds bytes where none belong/],
    ['what a regular file would link to', 157, /is ambiguous/],
    ['a folder that is none', 346, /is ambiguous/],
    ['a header', 511, /is ambiguous/],
    ['a file', 514, /^data follows the entry "package\/mod\.js"$/],
  ];
  it.each(places)('bytes behind the end of %s', async (_, at, reason) => {
    const hiding = Buffer.from(tar);
    hiding.writeUInt8(0x41, at);
    hiding.write('        ', 148, 'latin1');
    const sum = hiding.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    hiding.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(await reasonOf(gzipSync(hiding))).toMatch(reason);
  });

  it('a decompression bomb, by size and by ratio', async () => {
    const bomb = gzipSync(mintTar([{ name: 'package/zeros', content: Buffer.alloc(8 * 1024 * 1024) }]));
    expect(await reasonOf(bomb)).toBe('the tarball unpacks to more than 250 times its size');
    expect(await reasonOf(bomb, { uncompressed: 1024 * 1024 })).toBe(
      'the tarball unpacks to more than 1048576 bytes',
    );
  });

  it('more compressed bytes than allowed, before anything is unpacked', async () => {
    expect(await reasonOf(good, { compressed: 20 })).toBe('the tarball is larger than 20 bytes');
  });

  it('what is not gzip at all', async () => {
    expect(await reasonOf(tar)).toBe('the tarball is not gzip');
    expect(await reasonOf(new Uint8Array())).toBe('the tarball is not gzip');
    for (const at of [0, 1, 2]) {
      const other = Buffer.from(good);
      other.writeUInt8(9, at);
      expect(await reasonOf(other)).toBe('the tarball is not gzip');
    }
  });

  it('data that is no deflate stream', async () => {
    const damaged = Buffer.from(good);
    damaged.writeUInt8(0xff, 10);
    expect(await reasonOf(damaged)).toBe('the gzip data is damaged');
  });

  it('an archive that is a second gzip member as well, which the library would unpack beyond all bounds', async () => {
    // The name is a gzip header that skips the rest of the tar header, and the content goes on with it.
    const inner = mintTarball({ '/evil.js': 'evil();\n' });
    const header = '\x1f\x8b\x08\x04\x01\x01\x01\x01\x01\x03\xf4\x01';
    const twice = mintTar([{ name: header, content: inner.subarray(10) }]);
    expect(gunzipSync(twice.subarray(0, 512 + inner.length - 10))).toEqual(gunzipSync(inner));
    expect(await reasonOf(gzipSync(twice))).toMatch(/ is not under package\/$/);
  });
});

describe('hostile bytes', () => {
  it('never throws, whatever bytes are flipped', async () => {
    const archive = mintTar([
      file('package/mod.js', 'export const a = 1;\n'),
      file('package/b.ts', 'y'.repeat(700)),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (flips) => {
          const bytes = Buffer.from(archive);
          for (const [offset, value] of flips) bytes.writeUInt8(value, offset);
          const outcome = await readTarball(gzipSync(bytes));
          expect(['read', 'failed']).toContain(outcome.status);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const hostile = resolve(process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real', 'F-hostile/tar');

describe.skipIf(!existsSync(hostile))(
  `archives of other tar libraries${existsSync(hostile) ? '' : ' (skipped, no real data)'}`,
  () => {
    // What each archive is, and therefore why a package may not hold it.
    const expected: Readonly<Record<string, string>> = {
      'node-tar/body-byte-counts.tar': '"1024-bytes.txt" is not under package/',
      'node-tar/dir-normalization.tar': '"fixtures/" is a folder',
      'node-tar/emptypax.tar': 'an extended header (PAX)',
      'node-tar/global-header.tar': 'a global extended header (PAX)',
      'node-tar/links-strip.tar': '"strip-dir/" is a folder',
      'node-tar/long-paths.tar': 'an extended header (PAX)',
      'node-tar/next-file-has-long.tar': 'a long name (GNU)',
      'node-tar/path-missing.tar': '"" is not under package/',
      'node-tar/utf8.tar': 'an extended header (PAX)',
      'tar-rs/biguid_gnu.tar': '"./test.txt" is not under package/',
      'tar-rs/empty_filename.tar': '"" is a folder',
      'tar-rs/pax_size.tar': 'an extended header (PAX)',
      'tar-rs/spaces.tar': '"a" is not under package/',
      // The GNU header keeps times where ustar keeps a prefix, so the name depends on the reader.
      'tar-stream/gnu-incremental.tar': 'is ambiguous',
      'tar-stream/incomplete.tar': 'does not end on a block',
      'tar-stream/latin1.tar': 'is not under package/',
      'tar-stream/types.tar': '"directory" is a folder',
      'tar-stream/v7.tar': '"test.txt" is not under package/',
      'tokio-tar/diff-024-pending-pax-boundary.tar': 'an extended header (PAX)',
      'tokio-tar/pax-header-precedence.tar': 'an extended header (PAX)',
      'tokio-tar/pax-overrides-extension-header.tar': 'an extended header (PAX)',
    };

    it('are all refused for the reason they are hostile or foreign', async () => {
      const seen: string[] = [];
      for (const family of readdirSync(hostile)) {
        for (const name of readdirSync(join(hostile, family))) {
          const id = `${family}/${name}`;
          seen.push(id);
          const outcome = await readTarball(gzipSync(readFileSync(join(hostile, id))));
          expect(outcome.status, id).toBe('failed');
          if (outcome.status === 'failed')
            expect(outcome.reason, id).toContain(expected[id] ?? 'an archive that this test knows');
        }
      }
      expect(seen.sort()).toEqual(Object.keys(expected).sort());
    });
  },
);
