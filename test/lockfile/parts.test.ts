import { describe, expect, test } from 'vitest';
import { lockedBy } from '../../src/lockfile/parts/integrity.ts';
import { fromJsrId, fromNpmName, isJsrScoped, isVersion, splitAt } from '../../src/lockfile/parts/name.ts';
import { Lines } from '../../src/lockfile/parts/place.ts';
import { addressOf, packageAtPath, tarballAddressOf } from '../../src/lockfile/parts/registry-address.ts';

describe('names', () => {
  test.each([
    ['@jsr/std__path', 'std', 'path'],
    ['@jsr/ryoppippi__vite-plugin-cloudflare-redirect', 'ryoppippi', 'vite-plugin-cloudflare-redirect'],
  ])('%s is @%s/%s', (text, scope, name) => {
    expect(fromNpmName(text)).toEqual({ scope, name });
  });

  test.each([
    '@jsr/std',
    '@jsr/std__',
    '@jsr/__path',
    '@jsr/std__pa__th',
    '@jsr/Std__path',
    '@jsr/std__path/x',
    '@jsr/std_path',
    '@JSR/std__path',
    'jsr/std__path',
    '@jsr/-std__path',
    '@jsr/s__path',
    '@jsr/std__path ',
    '@jsr/std__p\u0430th',
  ])('%j is no JSR package', (text) => {
    expect(fromNpmName(text)).toBeUndefined();
  });

  test('what looks like the scope of JSR is noticed, however it is spelled', () => {
    expect(['@jsr/x', '@JSR/x', '@Jsr/'].every(isJsrScoped)).toBe(true);
    expect(['@jsr', 'jsr/x', '@jsrx/y', ''].some(isJsrScoped)).toBe(false);
  });

  test.each(['1.0.8', '0.11.4-dev.8+6e2874ce', '1.0.0-rc.1', '1.0.0+001'])(
    '%s is an exact version',
    (text) => {
      expect(isVersion(text)).toBe(true);
    },
  );

  test.each([
    '',
    '1',
    '1.0',
    'v1.0.8',
    '=1.0.8',
    ' 1.0.8',
    '1.0.8 ',
    '01.0.8',
    '^1.0.8',
    '1.0.8-01',
    'latest',
    '1.0.99999999999999999999',
    `1.0.0-${'a'.repeat(300)}`,
  ])('%j is no exact version', (text) => {
    expect(isVersion(text)).toBe(false);
  });

  test('an id is cut at the @ that is not the one of the scope', () => {
    expect(splitAt('@std/path@1.0.8')).toEqual(['@std/path', '1.0.8']);
    expect(splitAt('a@npm:@b/c@1')).toEqual(['a', 'npm:@b/c@1']);
    expect(splitAt('@std/path')).toEqual(['@std/path', undefined]);
    expect(splitAt('')).toEqual(['', undefined]);
  });

  test('only whole ids name a package version', () => {
    expect(fromJsrId('@std/path@1.0.8')).toEqual({ scope: 'std', name: 'path', version: '1.0.8' });
    for (const text of [
      '@std/path',
      'std/path@1.0.8',
      '@std@1.0.8',
      '@std/path@1',
      '@std/a/b@1.0.0',
      '@/path@1.0.0',
      '',
    ])
      expect(fromJsrId(text)).toBeUndefined();
  });
});

describe('an address', () => {
  const home = 'https://npm.jsr.io';
  const kindOf = (text: string, registry = home) => addressOf(text, registry).kind;

  test.each([
    'https://npm.jsr.io/x',
    'https://npm.jsr.io:443/x',
    'HTTPS://NPM.JSR.IO/x',
    'https://npm.jsr.io/x#7EE0BA',
    'https:npm.jsr.io/x',
  ])('%s is at home', (text) => {
    expect(kindOf(text)).toBe('registry');
  });

  test.each([
    ['http://npm.jsr.io/x', 'http://npm.jsr.io'],
    ['https://npm.jsr.io:8443/x', 'npm.jsr.io:8443'],
    ['https://npm.jsr.io./x', 'npm.jsr.io.'],
    ['https://npm.jsr.io.evil.example/x', 'npm.jsr.io.evil.example'],
    ['https://evil.example/npm.jsr.io/x', 'evil.example'],
    ['https://npm.jsr.io@evil.example/x', '…@evil.example'],
    ['https://token:secret@npm.jsr.io/x', '…@npm.jsr.io'],
    ['https://xn--npm-9o0a.example/x', 'xn--npm-9o0a.example'],
    ['https://NPM.jsr.IO.example/x', 'NPM.jsr.IO.example'],
    ['ftp://npm.jsr.io/x', 'ftp://npm.jsr.io'],
    ['git+ssh://git@npm.jsr.io/x', 'git+ssh://…@npm.jsr.io'],
    ['file:../x.tgz', 'file://'],
    ['data:text/plain,x', 'data://'],
  ])('%s is foreign, and shown as %s', (text, host) => {
    expect(addressOf(text, home)).toMatchObject({ kind: 'foreign', host });
  });

  test.each([
    '',
    'x',
    '../x',
    '//npm.jsr.io/x',
    'https://',
    ' https://npm.jsr.io/x',
    'https://npm.jsr.io/x\n',
    'https://npm.jsr\t.io/x',
    'https:\\\\npm.jsr.io\\x',
    'https://npm.jsr.io/x?y',
    'https://npm.jsr.io/%ff',
  ])('%j is not believed to be anything', (text) => {
    expect(kindOf(text)).toBe('unclear');
  });

  test('of a registry with a path is at home below that path only', () => {
    for (const registry of ['https://npm.example/jsr', 'https://npm.example/jsr/']) {
      expect(addressOf('https://npm.example/jsr/@jsr/a', registry)).toMatchObject({
        kind: 'registry',
        path: '@jsr/a',
      });
      expect(kindOf('https://npm.example/jsr-evil/@jsr/a', registry)).toBe('foreign');
      expect(kindOf('https://npm.example/jsr/../x', registry)).toBe('foreign');
      expect(kindOf('https://npm.example/jsr/%2e%2e/x', registry)).toBe('foreign');
    }
  });

  test('of several npm registries is at home below any, and fetched from the first only, without a query', () => {
    const seen = (text: string) =>
      tarballAddressOf(text, ['https://npm.jsr.io', 'https://proxy.example/npm/']);
    expect(seen('https://npm.jsr.io/a#B')).toEqual({
      kind: 'registry',
      url: 'https://npm.jsr.io/a',
      path: 'a',
      hasQuery: false,
    });
    expect(seen('https://proxy.example/npm/a')).toMatchObject({
      kind: 'registry',
      url: undefined,
      path: 'a',
    });
    expect(seen('https://npm.jsr.io/a?b')).toMatchObject({
      kind: 'registry',
      url: undefined,
      hasQuery: true,
    });
    expect(seen('https://proxy.example/else/a')).toMatchObject({ kind: 'foreign', host: 'proxy.example' });
    expect(seen('https://me@proxy.example/npm/a').kind).toBe('foreign');
    for (const odd of [
      'https://npm.jsr.io/a? b',
      'https://npm.jsr.io/\\a',
      'https://npm.jsr.io/%ff',
      '?a',
      '',
    ])
      expect(seen(odd).kind).toBe('unclear');
  });

  test.each([
    '~/11/@jsr/std__path/1.0.8.tgz',
    '@jsr/std__path/1.0.8.tgz',
    '@jsr/std__path/-/std__path-1.0.8.tgz',
    'api/npm/@jsr/std__path/-/@jsr/std__path-1.0.8.tgz',
    '@jsr/std__path/-/1.0.8.tgz',
    'groups/1/-/packages/npm/@jsr/std__path/-/@jsr/std__path-1.0.8.tgz',
    `download/@jsr/std__path/1.0.8/${'0a'.repeat(20)}`,
  ])('that ends in %s names @std/path@1.0.8', (path) => {
    expect(packageAtPath(path)).toEqual({ scope: 'std', name: 'path', version: '1.0.8' });
  });

  test.each([
    '',
    '@jsr/std__path',
    '@jsr/std__path/1.0.8',
    '@jsr/std__path/1.0.8.tgz/x',
    '@jsr/std__path/x/1.0.8.tgz',
    '@jsr/std__path/-/std__fs-1.0.8.tgz',
    '@jsr/std__path/-/std__path-1.tgz',
    '@JSR/std__path/1.0.8.tgz',
    'jsr/std__path/1.0.8.tgz',
    'evil/-/evil-1.0.8.tgz',
    '@jsr/std__path/-/evil/-/evil-1.0.8.tgz',
    '@jsr/std__path/-/@evil/x-1.0.8.tgz',
    `@jsr/std__path/${'0a'.repeat(20)}`,
    `@jsr/std__path/1.0.8/x/${'0a'.repeat(20)}`,
    '1.0.8.tgz',
  ])('that ends in %j names nothing', (path) => {
    expect(packageAtPath(path)).toBeUndefined();
  });
});

describe('an integrity', () => {
  const sha512 = `sha512-${'A'.repeat(86)}==`;
  const sha1 = `sha1-${'A'.repeat(27)}=`;

  test('of SHA-2 locks the tarball, as it is written', () => {
    for (const text of [sha512, `sha256-${'A'.repeat(43)}=`, `sha384-${'A'.repeat(64)}`, `${sha1} ${sha512}`])
      expect(lockedBy(text, undefined)).toEqual({ kind: 'tarball', integrity: text });
    expect(lockedBy(sha512, 'https://x')).toEqual({ kind: 'tarball', integrity: sha512, url: 'https://x' });
  });

  test('of SHA-1 alone locks nothing', () => {
    expect(lockedBy(sha1, undefined)).toMatchObject({ kind: 'nothing' });
  });

  test.each([
    '',
    'sha512-',
    'sha512-short',
    `sha512-${'A'.repeat(88)}x`,
    `md5-${'A'.repeat(22)}==`,
    `SHA512-${'A'.repeat(86)}==`,
    `sha512-${'!'.repeat(88)}`,
    `${sha512}?x`,
    `${sha512} x`,
    'A'.repeat(88),
  ])('%j is none', (text) => {
    expect(lockedBy(text, undefined)).toBeUndefined();
  });
});

test('lines and columns count from 1, and a position in a line break belongs to its line', () => {
  const lines = new Lines('ab\n\ncd');
  expect([0, 1, 2, 3, 4, 5, 99].map((at) => lines.of(at))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 2 },
    { line: 3, column: 96 },
  ]);
});
