import { describe, expect, test } from 'vitest';
import type { PackagePolicy } from '../../src/model/policy.ts';
import {
  jurisdictionsOf,
  layerPackages,
  normalisePath,
  policyForLockfile,
} from '../../src/policy/override.ts';
import { occurrence, policy, target } from './assessments.ts';

const entry = (pattern: string, owner: string, versions?: string): PackagePolicy => ({
  pattern,
  ...(versions !== undefined && { versions }),
  expect: [{ owner }],
});

describe('the policy of a lockfile', () => {
  const under = policy({
    rules: { yanked: 'off', unpinned: 'note' },
    packages: [entry('*', 'lower'), entry('@acme/*', 'kept')],
    overrides: [
      { lockfile: 'tools/deno.lock', rules: { yanked: 'error' }, packages: [entry('*', 'upper')] },
      { lockfile: 'web/deno.lock', provenance: 'optional', rules: {}, packages: [] },
    ],
  });

  test('is the override laid over the rest', () => {
    expect(policyForLockfile(under, 'tools/deno.lock')).toStrictEqual({
      ...under,
      rules: { yanked: 'error', unpinned: 'note' },
      packages: [entry('*', 'upper'), entry('@acme/*', 'kept')],
    });
    expect(policyForLockfile(under, 'web/deno.lock').provenance).toBe('optional');
    expect(policyForLockfile(under, 'deno.lock')).toBe(under);
  });

  test('is in force for the places in that file, and for no other', () => {
    const places = ['deno.lock', 'tools/deno.lock', 'web/deno.lock', 'other.lock'].map((file, line) => ({
      file,
      line,
    }));
    const occurrences = places.map((at) => occurrence({ at }));
    const foreign = places.map((at) => ({ at, package: target, host: 'npm.example' }));
    const of = (...indexes: readonly number[]) => ({
      occurrences: occurrences.filter((_, index) => indexes.includes(index)),
      foreign: foreign.filter((_, index) => indexes.includes(index)),
    });
    expect(jurisdictionsOf(under, occurrences, foreign)).toStrictEqual([
      { policy: under, ...of(0, 3) },
      { policy: policyForLockfile(under, 'tools/deno.lock'), ...of(1) },
      { policy: policyForLockfile(under, 'web/deno.lock'), ...of(2) },
    ]);
    // A package that no lockfile names is held to the policy itself; one that only overridden ones name is not.
    expect(jurisdictionsOf(under, [], [])).toStrictEqual([{ policy: under, ...of() }]);
    expect(jurisdictionsOf(under, of(1).occurrences, [])).toStrictEqual([
      { policy: policyForLockfile(under, 'tools/deno.lock'), ...of(1), foreign: [] },
    ]);
  });
});

test('an entry replaces only the one for the same pattern and the same versions', () => {
  const lower = [entry('*', 'a'), entry('*', 'b', '<2'), entry('*', 'c', '>=2'), entry('@acme/*', 'd', '<2')];
  const upper = [entry('*', 'new', '<2')];
  expect(layerPackages(lower, upper)).toStrictEqual([...upper, lower[0], lower[2], lower[3]]);
  expect(layerPackages(lower, [entry('*', 'new')])).toStrictEqual([entry('*', 'new'), ...lower.slice(1)]);
});

test.each([
  ['a/b.lock', 'a/b.lock'],
  ['./a/./b.lock', 'a/b.lock'],
  ['a//b.lock', 'a/b.lock'],
  ['a\\b.lock', 'a/b.lock'],
  ['a/x/../b.lock', 'a/b.lock'],
  ['a/x/y/../../b.lock', 'a/b.lock'],
  ['x/../a/b.lock', 'a/b.lock'],
  ['../b.lock', '../b.lock'],
  ['../../b.lock', '../../b.lock'],
  ['a/../../../b.lock', '../../b.lock'],
  ['/a/b.lock', '/a/b.lock'],
  ['\\a\\b.lock', '/a/b.lock'],
])('the path %s is %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal);
});
