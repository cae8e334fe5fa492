import { expect, it } from 'vitest';
import { asClause, firstDetails } from '../../src/model/words.ts';

it.each([
  ['Certificate expired', 'certificate expired'],
  ['A key is missing', 'a key is missing'],
  ['SCT verification failed', 'SCT verification failed'],
  ['TLS1.3 is wanted', 'TLS1.3 is wanted'],
  ['--repo has no value', '--repo has no value'],
  ['', ''],
])('%j goes on in a sentence as %j', (message, clause) => {
  expect(asClause(message)).toBe(clause);
});

it('names 20 details, and counts the others', () => {
  const lines = Array.from({ length: 23 }, (_, at) => `line ${at}`);
  expect(firstDetails(lines.slice(0, 20))).toEqual(lines.slice(0, 20));
  expect(firstDetails(lines)).toEqual([...lines.slice(0, 20), 'and 3 more']);
});
