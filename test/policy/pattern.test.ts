import { describe, expect, test } from 'vitest';
import { rankOf, selects } from '../../src/policy/pattern.ts';

describe('a range of versions', () => {
  test.each([
    ['1.0.0', '1.0.0', true],
    [' 1.0.0 ', '1.0.0', true],
    ['v1.0.0', '1.0.0', true],
    ['1.0.0', '1.0.1', false],
    // Another build of the version that somebody looked at is not what they looked at.
    ['1.0.0', '1.0.0+other', false],
    ['1.0.0+other', '1.0.0+other', true],
    [' 1.0.0+other ', '1.0.0+other', true],
    ['1.0.0+other', '1.0.0+another', false],
    ['1.0.0+other', '1.0.0', false],
    ['^1.0.0', '1.0.1+build', true],
    ['>=1.0.0+build', '1.0.1', true],
    ['^1.0.0', '2.0.0', false],
    ['^1.0.0', '1.1.0-rc.1', true],
  ])('%s, for version %s', (versions, version, isMeant) => {
    expect(selects({ pattern: '*', versions }, { scope: 'std', name: 'path', version })).toBe(isMeant);
  });
});

test('the closer an entry looks, the higher it ranks', () => {
  const closer = [
    { pattern: '*' },
    { pattern: '*', versions: '1.0.0' },
    { pattern: '@std/*' },
    { pattern: '@std/*', versions: '1.0.0' },
    { pattern: '@std/path' },
    { pattern: '@std/path', versions: '1.0.0' },
  ].map(rankOf);
  expect(closer).toEqual([...new Set(closer)].sort((a, b) => a - b));
});
