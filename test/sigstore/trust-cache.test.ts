import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeptTuf, tufCache } from '../../src/sigstore/tuf-cache.ts';

const mirror = new URL('https://tuf.test:8443/mirror/');
const kept: KeptTuf = {
  state: {
    roots: new Map([
      [2, Buffer.from('root 2')],
      [10, Buffer.from('root 10')],
    ]),
    roles: new Map([['timestamp.json', Buffer.from('timestamp')]]),
    trustedRoot: Buffer.from('trusted root'),
  },
  confirmedAt: new Date('2026-01-02T03:04:05.678Z'),
};
const newer: KeptTuf = { ...kept, confirmedAt: new Date('2026-02-02') };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsr-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = () => tufCache(folder, mirror).read();
const file = async (): Promise<string> => join(folder, 'tuf', (await readdir(join(folder, 'tuf')))[0] ?? '');

describe('a cache', () => {
  test('keeps a state in one file, under the name of its mirror', async () => {
    expect(await read()).toBeUndefined();
    await tufCache(folder, mirror).write(kept);
    expect(await read()).toEqual(kept);
    expect(await readdir(join(folder, 'tuf'))).toEqual([
      expect.stringMatching(/^tuf\.test_8443-[0-9a-f]{16}\.json$/),
    ]);
  });

  test('keeps mirrors apart, of which one may be below the other', async () => {
    await tufCache(folder, mirror).write(kept);
    expect(await tufCache(folder, new URL('other/', mirror)).read()).toBeUndefined();
    expect(await tufCache(folder, new URL('https://tuf.test:8444/mirror/')).read()).toBeUndefined();
  });

  test('without a folder keeps nothing', async () => {
    const cache = tufCache(undefined, mirror);
    await cache.write(kept);
    expect(await cache.read()).toBeUndefined();
  });

  test('replaces what it has read', async () => {
    await tufCache(folder, mirror).write(kept);
    const cache = tufCache(folder, mirror);
    await cache.read();
    await cache.write(newer);
    expect(await read()).toEqual(newer);
  });

  test('leaves alone what another process has kept since', async () => {
    const early = tufCache(folder, mirror);
    expect(await early.read()).toBeUndefined();
    await tufCache(folder, mirror).write(newer);
    await early.write(kept);
    expect(await read()).toEqual(newer);
    const late = tufCache(folder, mirror);
    await late.read();
    await rm(await file());
    await late.write(kept);
    expect(await read()).toBeUndefined();
  });
});

describe('what lies in a cache', () => {
  const edits: readonly (readonly [what: string, change: object])[] = [
    ['of another version', { version: 2 }],
    ['of no version', { version: undefined }],
    ['with roots that are a list', { roots: [] }],
    ['without roots', { roots: undefined }],
    ['with a root that is no base64', { roots: { 2: '?' } }],
    ['with a root that is no text', { roots: { 2: 7 } }],
    ['with a root of no version', { roots: { x: 'AAAA' } }],
    ['with a root of a version and more', { roots: { '2x': 'AAAA' } }],
    ['with a root of more than a version', { roots: { x2: 'AAAA' } }],
    ['with a root of a version beyond all counting', { roots: { 1234567890: 'AAAA' } }],
    ['without roles', { roles: undefined }],
    ['with a role that is a path', { roles: { '../x.json': 'AAAA' } }],
    ['with a role that is a path of another system', { roles: { '..\\x.json': 'AAAA' } }],
    ['with a role that is no JSON file', { roles: { 'x.json.exe': 'AAAA' } }],
    ['with a role that has no name', { roles: { '.json': 'AAAA' } }],
    ['with a role whose dot is none', { roles: { 'x-json': 'AAAA' } }],
    ['with a role of an endless name', { roles: { [`${'x'.repeat(201)}.json`]: 'AAAA' } }],
    ['without a trusted root', { trustedRoot: undefined }],
    ['with a trusted root that is no base64', { trustedRoot: '?' }],
    ['without a date', { confirmedAt: undefined }],
    ['with a date that is none', { confirmedAt: 'yesterday' }],
  ];
  test.each(edits)('%s is nothing', async (_, change) => {
    await tufCache(folder, mirror).write(kept);
    const document = JSON.parse(await readFile(await file(), 'utf8'));
    await writeFile(await file(), JSON.stringify({ ...document, ...change }));
    expect(await read()).toBeUndefined();
  });

  test.each(['', '{', '[]', 'null', '\0'])('as %j is nothing', async (text) => {
    await tufCache(folder, mirror).write(kept);
    await writeFile(await file(), text);
    expect(await read()).toBeUndefined();
  });

  test.each<readonly [what: string, change: object, at: string, length: number]>([
    ['a root of a large version', { roots: { 999999999: 'AAAA' } }, 'roots', 1],
    ['no roots', { roots: {} }, 'roots', 0],
    ['a role of a long name', { roles: { [`${'%'.repeat(200)}.json`]: 'AAAA' } }, 'roles', 1],
  ])('with %s is something', async (_, change, at, length) => {
    await tufCache(folder, mirror).write(kept);
    const document = JSON.parse(await readFile(await file(), 'utf8'));
    await writeFile(await file(), JSON.stringify({ ...document, ...change }));
    expect((await read())?.state[at as 'roots' | 'roles'].size).toBe(length);
  });

  test('and has more than twenty megabytes is nothing', async () => {
    await tufCache(folder, mirror).write(kept);
    const bytes = Buffer.alloc(20_000_001, ' ');
    (await readFile(await file())).copy(bytes);
    await writeFile(await file(), bytes);
    expect(await read()).toBeUndefined();
  });
});
