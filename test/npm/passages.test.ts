import { expect, it } from 'vitest';
import { Passages } from '../../src/npm/passages.ts';

const words = /[a-z]+/g;

it('finds a word of the text without a search, and nothing else once the budget is spent', () => {
  const text = new Passages('ab cd', words, 0);
  expect(['ab', 'cd', 'b c', 'ef'].map((passage) => text.has(passage))).toEqual([true, true, false, false]);
});

it('finds a passage by a search that the budget just allows, and remembers it', () => {
  const text = new Passages('ab cd', words, 5);
  expect(['b c', 'b c', ' cd'].map((passage) => text.has(passage))).toEqual([true, true, false]);
});

it('finds nothing that does not stand in the text', () => {
  const text = new Passages('ab cd', words);
  expect(['ef', 'ab  cd', 'cd ab'].map((passage) => text.has(passage))).toEqual([false, false, false]);
});
