import { describe, expect, it } from 'vitest';
import { absent, present, unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { foldPath, forbiddenInPath } from '../../src/model/path.ts';
import type { Locked, Occurrence } from '../../src/model/target.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { sha256Hex } from '../support/keys.ts';
import { reasonOf } from './chain.ts';

const checksum = `sha256-${'a'.repeat(64)}`;
const file = { size: 3, checksum };

function check(manifest: unknown, occurrences: readonly Occurrence[] = []) {
  const bytes = manifest instanceof Uint8Array ? manifest : Buffer.from(asText(manifest));
  return checkManifest(present(bytes, 'https://jsr.test/@a/b/1.0.0_meta.json'), occurrences);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const why = (manifest: unknown) => reasonOf(check(manifest));

describe('a version manifest', () => {
  it('gives the digest of its raw bytes, whatever white space is in them', () => {
    for (const text of [
      asText({ manifest: { '/mod.ts': file } }),
      JSON.stringify({ manifest: { '/mod.ts': file } }, null, 2),
      `\n ${asText({ manifest: { '/mod.ts': file } })}\r\n`,
    ])
      expect(check(text)).toMatchObject({
        status: 'passed',
        fact: { source: 'served', digest: sha256Hex(text) },
      });
  });

  it('gives size and digest of every file, and the exports', () => {
    const upper = `sha256-${'AB'.repeat(32)}`;
    expect(
      check({
        manifest: { '/mod.ts': file, '/a/b.ts': { size: 0, checksum: upper } },
        exports: { '.': './mod.ts' },
      }),
    ).toMatchObject({
      fact: {
        files: new Map([
          ['/mod.ts', { size: 3, sha256: 'a'.repeat(64) }],
          ['/a/b.ts', { size: 0, sha256: 'ab'.repeat(32) }],
        ]),
        exports: new Map([['.', './mod.ts']]),
      },
    });
  });

  it.each([
    ['no exports, as some have', { manifest: { '/a': file } }, new Map()],
    [
      'exports that are a text, as test registries send them',
      { manifest: { '/a': file }, exports: './mod.ts' },
      new Map([['.', './mod.ts']]),
    ],
    ['the older module graph', { manifest: { '/a': file }, moduleGraph1: {}, exports: {} }, new Map()],
    ['keys nobody knows yet', { manifest: { '/a': { ...file, mode: 7 } }, future: [1] }, new Map()],
  ])('may have %s', (_, manifest, exports) => {
    expect(check(manifest)).toMatchObject({ status: 'passed', fact: { exports } });
  });

  it.each([
    ['is not JSON', '{', /malformed: not JSON/],
    ['is a web page', '<!DOCTYPE html>', /malformed: not JSON/],
    ['starts with a byte order mark', `\uFEFF${asText({ manifest: { '/a': file } })}`, /byte order mark/],
    [
      'is not UTF-8',
      Buffer.concat([Buffer.from('{"manifest":{"/a'), Buffer.of(0xff), Buffer.from('":1}}')]),
      /not valid UTF-8/,
    ],
    ['is nested for ever', `${'['.repeat(100_000)}`, /nested deeper than 64/],
    ['names a file twice', `{"manifest":{"/a":${asText(file)},"/a":${asText(file)}}}`, /duplicate key "\/a"/],
    [
      'names a file twice, once in escapes',
      `{"manifest":{"/a":${asText(file)},"\\u002fa":${asText(file)}}}`,
      /is a duplicate|duplicate key/,
    ],
    ['names a key twice at the top', '{"manifest":{},"manifest":{}}', /duplicate key "manifest"/],
    [
      'names a size twice',
      `{"manifest":{"/a":{"size":1,"size":2,"checksum":"${checksum}"}}}`,
      /duplicate key "size"/,
    ],
    ['is a list', '[]', /lists no files/],
    ['is null', 'null', /lists no files/],
    ['lists nothing', { manifest: {} }, /lists no files/],
    ['has a list for a manifest', { manifest: [file] }, /lists no files/],
    ['lists files by inheritance only', '{"__proto__":{"manifest":{"/a":1}}}', /lists no files/],
    [
      'is a copy as Deno vendors it',
      { manifest: { '/a': file }, exports: {}, lockfileChecksum: 'abc' },
      /copy as Deno vendors it/,
    ],
    ['gives no checksum', { manifest: { '/a': { size: 1 } } }, /no SHA-256 checksum for "\/a"/],
    [
      'gives a checksum of another kind',
      { manifest: { '/a': { size: 1, checksum: `sha512-${'a'.repeat(128)}` } } },
      /no SHA-256 checksum/,
    ],
    [
      'gives a checksum of the right length under another name',
      { manifest: { '/a': { size: 1, checksum: `sha512-${'a'.repeat(64)}` } } },
      /no SHA-256 checksum/,
    ],
    [
      'gives a checksum in base64',
      { manifest: { '/a': { size: 1, checksum: `sha256-${Buffer.alloc(32).toString('base64')}` } } },
      /no SHA-256 checksum/,
    ],
    [
      'gives a checksum without its kind',
      { manifest: { '/a': { size: 1, checksum: 'a'.repeat(64) } } },
      /no SHA-256 checksum/,
    ],
    [
      'gives a checksum with an end of its own',
      { manifest: { '/a': { size: 1, checksum: `${checksum}\n` } } },
      /no SHA-256 checksum/,
    ],
    ['gives no size', { manifest: { '/a': { checksum } } }, /no size for "\/a"/],
    ['gives a size below zero', { manifest: { '/a': { size: -1, checksum } } }, /no size/],
    ['gives half a byte', { manifest: { '/a': { size: 0.5, checksum } } }, /no size/],
    [
      'gives a size beyond numbers',
      '{"manifest":{"/a":{"size":1e400,"checksum":"x"}}}',
      /no SHA-256|no size/,
    ],
    ['gives a size as text', { manifest: { '/a': { size: '3', checksum } } }, /no size/],
    ['has null for a file', { manifest: { '/a': null } }, /no SHA-256 checksum/],
    ['has exports that are a list', { manifest: { '/a': file }, exports: ['./a'] }, /malformed exports/],
    ['has an export that is none', { manifest: { '/a': file }, exports: { '.': 1 } }, /malformed exports/],
    [
      'names two files that differ in case only',
      { manifest: { '/Mod.ts': file, '/mod.ts': file } },
      /"\/mod.ts" and "\/Mod.ts", which differ in case only/,
    ],
    ['steps out of its folder', { manifest: { '/../../etc/passwd': file } }, /steps out of its folder/],
  ])('that %s is refused', (_, manifest, expected) => {
    expect(check(manifest).status).toBe('failed');
    expect(why(manifest)).toMatch(expected);
  });

  it('with more files than any package has is refused, quickly', () => {
    const files = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`/${index}`, 0]));
    expect(why({ manifest: files(50_001) })).toBe('the version manifest lists more than 50000 files');
    expect(why({ manifest: files(50_000) })).toBe('the version manifest gives no SHA-256 checksum for "/0"');
  });

  it('with more bytes than any package has is refused', () => {
    const [half, more] = [250_000_000, 250_000_001].map((size) => ({ size, checksum }));
    expect(check({ manifest: { '/a': half, '/b': half } }).status).toBe('passed');
    expect(why({ manifest: { '/a': half, '/b': more } })).toBe(
      'the version manifest lists more than 500 MB of files',
    );
  });

  it('never echoes a path of any length', () => {
    expect(why({ manifest: { [`/${'x'.repeat(100_000)}`]: file } }).length).toBeLessThan(400);
  });
});

describe('without an answer of the registry', () => {
  const digest = 'd'.repeat(64) as Sha256;
  const at = { file: 'deno.lock', line: 1 };
  const lockedAt = (locked: Locked): Occurrence => ({ at, locked, dependents: [] });
  const down = unavailable('https://jsr.test', { kind: 'status', status: 503, why: 'answered 503' });

  it('the manifest is unknown', () => {
    expect(checkManifest(down, [])).toEqual({
      status: 'unknown',
      why: 'the version manifest could not be fetched: answered 503',
    });
  });

  it('a digest that every lockfile agrees on stands in for it, without any file', () => {
    const occurrences = [lockedAt({ kind: 'manifest', digest }), lockedAt({ kind: 'manifest', digest })];
    expect(checkManifest(down, occurrences)).toEqual({
      status: 'passed',
      fact: { source: 'locked', digest, files: new Map(), exports: new Map(), graph: new Map() },
    });
  });

  it('digests that lockfiles disagree on do not', () => {
    const other = 'e'.repeat(64) as Sha256;
    const occurrences = [
      lockedAt({ kind: 'manifest', digest }),
      lockedAt({ kind: 'manifest', digest: other }),
    ];
    expect(checkManifest(down, occurrences).status).toBe('unknown');
  });

  it('a digest that only one of two mentions pins does not', () => {
    const loose = lockedAt({ kind: 'nothing', why: 'no integrity' });
    expect(checkManifest(down, [lockedAt({ kind: 'manifest', digest }), loose]).status).toBe('unknown');
  });

  it('the integrity of a tarball does not', () => {
    const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
    expect(checkManifest(down, [lockedAt({ kind: 'tarball', integrity })]).status).toBe('unknown');
  });

  it('"there is none" leaves open whether a package is private where the registry lists no such version', () => {
    const outcome = checkManifest(absent('https://jsr.test/m'), [lockedAt({ kind: 'manifest', digest })], {
      unlisted: true,
    });
    expect(outcome).toEqual({
      status: 'unknown',
      why: 'the registry has no version manifest at https://jsr.test/m, and no list that names the version: it was deleted or never published, or the package is private',
    });
  });

  it('"there is none" is an answer, which no lockfile overrules', () => {
    const outcome = checkManifest(absent('https://jsr.test/m'), [lockedAt({ kind: 'manifest', digest })]);
    expect(outcome).toEqual({
      status: 'absent',
      why: 'the registry has no version manifest at https://jsr.test/m',
    });
  });
});

describe('a path', () => {
  it.each([
    '/mod.ts',
    '/a/b/c.d.ts',
    '/$id/[slug]/(group)/{x}~y@1+2_3-4.ts',
    '/_dist2/x',
    '/.github/x',
    '/con2.ts',
    `/${'a'.repeat(59)}/${'b'.repeat(95)}`,
  ])('%s is one that JSR takes', (path) => {
    expect(forbiddenInPath(path)).toBeUndefined();
  });

  it.each([
    ['mod.ts', /slash/],
    ['', /slash/],
    ['/', /empty part|character/],
    ['//mod.ts', /empty part/],
    ['/a//b', /empty part/],
    ['/a/', /empty part/],
    ['/./a', /steps out/],
    ['/a/..', /steps out/],
    ['/../a', /steps out/],
    ['/a/../../b', /steps out/],
    ['/a.', /ends with a dot/],
    ['/a./b', /ends with a dot/],
    ['/...', /ends with a dot/],
    ['/a b', /character/],
    ['/a\\b', /character/],
    ['/a\u0000b', /character/],
    ['/a\nb', /character/],
    ['/a%2e%2e/b', /character/],
    ['/a?b', /character/],
    ['/a#b', /character/],
    ['/ä', /character/],
    ['/\u202Egnp.exe', /character/],
    ['/C:/x', /character/],
    ['/con', /device/],
    ['/a/NUL.txt', /device/],
    ['/com1.ts', /device/],
    ['/LPT9', /device/],
    ['/.git/config', /\.git/],
    ['/a/.GIT/hooks/x', /\.git/],
    [`/${'a'.repeat(96)}`, /last part/],
    [`/${'a/'.repeat(80)}b`, /longer than 155/],
  ])('%j is none', (path, expected) => {
    expect(forbiddenInPath(path)).toMatch(expected);
  });

  it('folds to the same text as every other spelling of its letters', () => {
    expect(foldPath('/README.md')).toBe(foldPath('/readme.MD'));
  });
});
