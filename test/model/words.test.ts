import { expect, it } from 'vitest';
import { asClause } from '../../src/model/words.ts';

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
