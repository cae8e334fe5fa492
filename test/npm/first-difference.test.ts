import { describe, expect, it } from 'vitest';
import { differenceInWords, firstDifference } from '../../src/npm/first-difference.ts';

const between = (actual: string | Uint8Array, expected: string) => {
  const found = firstDifference(Buffer.from(actual), Buffer.from(expected));
  return found && differenceInWords(found);
};

describe('where two files begin to differ', () => {
  it.each([
    ['in the middle of a line', 'a\nbad\nc\n', 'a\nbed\nc\n', 'at line 2: "bad", expected "bed"'],
    ['where a line is added', 'a\nb\nevil\n', 'a\nb\n', 'at line 3: "evil", expected nothing'],
    ['where a line is missing', 'a\n', 'a\nb\n', 'at line 2: nothing, expected "b"'],
    ['where only the line break is missing', 'a', 'a\n', 'at line 1: "a", expected "a"'],
    ['at a mark in front of the text', '\ufeffa\n', 'a\n', 'at line 1: "\ufeffa", expected "a"'],
    [
      'in long lines',
      'x'.repeat(200),
      `${'x'.repeat(100)}y`,
      `at line 1: "${'x'.repeat(80)}…", expected "${'x'.repeat(80)}…"`,
    ],
    [
      'in long lines of wide characters',
      'é'.repeat(100),
      '',
      `at line 1: "${'é'.repeat(40)}…", expected nothing`,
    ],
  ])('%s', (_, actual, expected, words) => {
    expect(between(actual, expected)).toBe(words);
  });

  it('is not told of bytes that are no text', () => {
    expect(between(Buffer.from([1, 0, 2]), 'a')).toBeUndefined();
    expect(between(Buffer.from([0xff, 0xfe]), 'a')).toBeUndefined();
  });
});
