import { describe, expect, test } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import type { Locked } from '../../src/model/target.ts';
import { brief, casesOf, packagesIn, publicRegistries } from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const read = (file: string, text: string) => readLockfile(file, text, publicRegistries);
const packageLock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
const fixture = (format: string, name: string) => {
  const one = casesOf(format).find((other) => other.name === name);
  if (one === undefined) throw new Error(`no fixture ${format}/${name}`);
  return readLockfile(one.file, one.text, one.options);
};
const lockedIn = (format: string, name: string): readonly Locked['kind'][] => [
  ...new Set(
    fixture(format, name).targets.flatMap(({ occurrences }) => occurrences.map(({ locked }) => locked.kind)),
  ),
];

describe('what does not pin the tarball is not said to', () => {
  test('the checksum of Yarn, which is of its own archive', () => {
    expect(lockedIn('yarn', 'berry')).toEqual(['nothing']);
    expect(lockedIn('yarn', 'berry-6')).toEqual(['nothing']);
  });

  test('an entry without integrity, a SHA-1, a Brotli archive', () => {
    const text = packageLock({ 'node_modules/@jsr/std__path': { version: '1.0.8' } });
    expect(read('package-lock.json', text).targets[0]?.occurrences[0]?.locked).toEqual({
      kind: 'nothing',
      why: 'the lockfile has no integrity for it',
    });
  });

  test('a missing address leaves the integrity, which pins all the same', () => {
    expect(lockedIn('pnpm', 'v9-no-tarball')).toEqual(['tarball']);
  });

  test('single files of a version that was imported by address', () => {
    expect(lockedIn('deno', 'v1')).toEqual(['nothing']);
  });
});

describe('each client has its ways', () => {
  test('a jsr: dependency and its companion, which Yarn lists both, are one mention of one package', () => {
    const { targets } = fixture('yarn', 'berry');
    expect(packagesIn(fixture('yarn', 'berry'))).toEqual(['@std/internal@1.0.5', '@std/path@1.0.8']);
    expect(targets.map(({ occurrences }) => occurrences.length)).toEqual([1, 1]);
  });

  test('trailing commas are no damage in bun.lock, and are damage in package-lock.json', () => {
    expect(fixture('bun', 'v1').targets).not.toEqual([]);
    expect(() => read('package-lock.json', '{"lockfileVersion":3,"packages":{},}')).toThrow(
      ':1: is not valid JSON',
    );
  });

  test('Deno locks the manifest, npm the tarball, in one and the same deno.lock', () => {
    expect(lockedIn('deno', 'v5')).toEqual(['manifest', 'tarball']);
  });

  test('npm 6 reads a different tree than npm 7, so a lockfile that shows each of them another version shows us both', () => {
    expect(packagesIn(fixture('npm', 'v2-trees-that-differ'))).toEqual([
      '@std/path@1.0.7',
      '@std/path@1.0.8',
    ]);
    expect(fixture('npm', 'v2').targets.every(({ occurrences }) => occurrences.length === 1)).toBe(true);
  });
});

describe('keys that stand twice are refused, because the other reader may take the other one', () => {
  test.each([
    ['package-lock.json', '{"lockfileVersion":3,"packages":{"":{}},"packages":{}}'],
    [
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0","vers\\u0069on":"2.0.0"}}}',
    ],
    ['package-lock.json', '{"lockfileVersion":3,"packages":{"__proto__":{},"__proto__":{}}}'],
    ['bun.lock', '{"lockfileVersion":1,"workspaces":{},"workspaces":{}}'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  '.': {}\n"],
    ['pnpm-lock.yaml', 'lockfileVersion: \'9.0\'\nimporters: {.: {a: b, "a": c}}\n'],
    ['yarn.lock', '__metadata:\n  version: 8\n  "version": 8\n'],
  ])('%s: %s', (file, text) => {
    expect(() => read(file, text)).toThrow('duplicate key');
  });
});

describe('a foreign address', () => {
  const addresses = ['http://npm.jsr.io', 'https://evil.example', 'https://me:secret@npm.jsr.io'];
  const contents = read(
    'package-lock.json',
    packageLock(
      Object.fromEntries(
        addresses.map((base, index) => [
          `node_modules/${index}/node_modules/@jsr/std__path`,
          { version: '1.0.8', resolved: `${base}/~/11/@jsr/std__path/1.0.8.tgz`, integrity },
        ]),
      ),
    ),
  );

  test('is reported, its package still judged, and its digest kept to be compared', () => {
    expect(contents.foreign).toHaveLength(3);
    expect(packagesIn(contents)).toEqual(['@std/path@1.0.8']);
    expect(contents.targets[0]?.occurrences.map(({ locked }) => locked)).toEqual(
      addresses.map(() => ({ kind: 'tarball', integrity })),
    );
  });

  test('never leaves the lockfile, so that nothing can ask it, nor does a password', () => {
    expect(JSON.stringify(contents.targets)).not.toMatch(/http|evil|secret/);
    expect(JSON.stringify(contents)).not.toContain('secret');
  });
});

test('a package that is called one thing and fetched as another is no package at all', () => {
  const { targets, unreadable } = fixture('npm', 'address-of-something-else');
  // One address has a query, which is never sent: the integrity has to say which bytes are meant.
  expect(targets).toHaveLength(2);
  expect(unreadable).toHaveLength(5);
});

test('names of the language are names like any other', () => {
  for (const [format, name] of [
    ['deno', 'hostile-keys'],
    ['npm', 'bad-entries'],
    ['bun', 'odd-entries'],
  ] as const) {
    fixture(format, name);
    expect(({} as Record<string, unknown>)['jsr']).toBeUndefined();
  }
});

test('what is kept of a lockfile is bounded, however long its texts and its lists of dependents are', () => {
  const long = 'x'.repeat(100_000);
  const dependents = Array.from({ length: 1000 }, (_, i) => [
    `node_modules/d${i}`,
    { version: '1.0.0', dependencies: { '@jsr/std__path': '1' } },
  ]);
  const contents = read(
    'package-lock.json',
    packageLock({
      'node_modules/@jsr/std__path': { version: '1.0.8' },
      'node_modules/@jsr/std__fs': { version: long },
      'node_modules/long': { name: `@jsr/std__${long}`, version: '1.0.0' },
      ...(Object.fromEntries(dependents) as object),
    }),
  );
  expect(contents.targets[0]?.occurrences[0]?.dependents).toHaveLength(50);
  expect(contents.unreadable).toHaveLength(2);
  expect(JSON.stringify(brief(contents)).length).toBeLessThan(10_000);
});
