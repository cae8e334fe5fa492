import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/model/check.ts';
import { absent, type FileDigest, type Gathered, present, unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { checkFiles } from '../../src/verify/files.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as [Sha256, Sha256];
const manifest: Facts['manifest'] = {
  source: 'served',
  digest: a,
  files: new Map([
    ['/mod.ts', { sha256: a, size: 10 }],
    ['/b.ts', { sha256: b, size: 20 }],
  ]),
  exports: new Map(),
};

const honest: readonly (readonly [string, Gathered<FileDigest>])[] = [
  ['/mod.ts', present({ sha256: a, size: 10 }, 'x')],
  ['/b.ts', present({ sha256: b, size: 20 }, 'x')],
];
const check = (...changed: readonly (readonly [string, Gathered<FileDigest>])[]) =>
  checkFiles(new Map([...honest, ...changed]), manifest);

describe('files', () => {
  it('that all have size and checksum of the manifest pass, and are counted', () => {
    expect(check()).toEqual({ status: 'passed', fact: { compared: 2, bytes: 30 } });
  });

  it('that nobody asked for are skipped, which is not passed', () => {
    expect(checkFiles(undefined, manifest)).toEqual({
      status: 'skipped',
      why: 'not checked at this depth; add --depth files',
    });
  });

  it('are unknown where the manifest is only the digest of a lockfile', () => {
    expect(checkFiles(new Map(), { ...manifest, source: 'locked', files: new Map() })).toEqual({
      status: 'unknown',
      why: 'the registry did not answer, so the expected files are unknown',
    });
  });

  it.each([
    ['another checksum', present({ sha256: b, size: 10 }, 'x'), `/mod.ts: SHA-256 ${b}, expected ${a}`],
    [
      'another size under the same checksum',
      present({ sha256: a, size: 11 }, 'x'),
      '/mod.ts: 11 bytes, expected 10',
    ],
    ['no bytes', absent('x'), '/mod.ts: the registry does not have it'],
  ])('of which one has %s fail', (_, file, line) => {
    expect(check(['/mod.ts', file])).toEqual({
      status: 'failed',
      reason: `1 file is not what the manifest says: ${line.split(':')[0]}`,
      details: [line],
    });
  });

  it('of which one cannot be had are unknown', () => {
    expect(
      check(['/mod.ts', unavailable('x', { kind: 'status', status: 500, why: 'answered 500' })]),
    ).toEqual({
      status: 'unknown',
      why: '1 file is not available',
      details: ['/mod.ts: answered 500'],
    });
  });

  it('of which one was never asked for are unknown, not passed', () => {
    const only = new Map(honest.slice(0, 1));
    expect(checkFiles(only, manifest)).toMatchObject({
      status: 'unknown',
      details: ['/b.ts: not fetched'],
    });
    expect(checkFiles(new Map(), manifest)).toMatchObject({
      status: 'unknown',
      why: '2 files are not available',
    });
  });

  it('that are wrong outrank those that cannot be had', () => {
    expect(
      check(['/mod.ts', unavailable('x', { kind: 'timeout', why: 'down' })], ['/b.ts', absent('x')]),
    ).toMatchObject({
      status: 'failed',
      details: ['/b.ts: the registry does not have it'],
    });
  });

  it.each([
    [20, []],
    [30, ['and 10 more']],
  ])('are named up to twenty, and then counted: %d', (length, rest) => {
    const many = Array.from({ length }, (_, index): [string, { sha256: Sha256; size: number }] => [
      `/${index}.ts`,
      { sha256: a, size: 1 },
    ]);
    const outcome = checkFiles(new Map(many.map(([path]) => [path, absent('x')])), {
      ...manifest,
      files: new Map(many),
    });
    const named = many.slice(0, 20).map(([path]) => `${path}: the registry does not have it`);
    expect(outcome).toEqual({
      status: 'failed',
      reason: `${length} files are not what the manifest says: /0.ts (and ${length - 1} more)`,
      details: [...named, ...rest],
    });
  });
});
