import type { Reason } from '../survivors.ts';

/** Mutants of `src/tlog` that no unit test needs to notice. */
export const tlog: readonly Reason[] = [
  {
    file: 'batch.ts',
    code: "answer.state === 'absent'",
    to: 'false',
    why: 'type narrowing: an answer without bytes is not JSON, so it brings no entry either way',
  },
  {
    file: 'batch.ts',
    code: "'absent'",
    to: '""',
    why: 'type narrowing: an answer without bytes is not JSON, so it brings no entry either way',
  },
  {
    file: 'checkpoint.ts',
    code: "''",
    to: '"Stryker was here!"',
    why: 'equivalent: it replaces a missing line, and neither text is a size, a root or a signature',
  },
  {
    file: 'checkpoint.ts',
    code: 'body === undefined',
    to: 'false',
    why: 'type narrowing: `split` gives one part at least',
  },
  {
    file: 'checkpoint.ts',
    code: 'name === undefined',
    to: 'false',
    why: 'type narrowing: a line without a name has no signature either, so its bytes are too few',
  },
  {
    file: 'checkpoint.ts',
    code: 'default: return false;',
    to: 'default:',
    why: 'equivalent: the caller treats `undefined` as `false`',
  },
  {
    file: 'checkpoint.ts',
    mutator: 'BlockStatement',
    code: '{ return false; }',
    to: '{}',
    why: 'equivalent: the caller treats `undefined` as `false`',
  },
  {
    file: 'follow.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: '"Stryker was here!"',
    why: 'type narrowing: `split` gives one part at least',
  },
  {
    file: 'follow.ts',
    code: "{ kind: 'held' }",
    to: '{}',
    why: 'equivalent: only forks and gaps are compared; every other kind counts as held',
  },
  {
    file: 'follow.ts',
    code: "'held'",
    to: '""',
    why: 'equivalent: only forks and gaps are compared; every other kind counts as held',
  },
  {
    file: 'follow.ts',
    code: "{ state: 'known', note: undefined }",
    to: '{}',
    why: 'equivalent: without a memory there is no note, and only the state `unavailable` is compared',
  },
  {
    file: 'follow.ts',
    code: "'known'",
    to: '""',
    why: 'equivalent: without a memory there is no note, and only the state `unavailable` is compared',
  },
  {
    file: 'follow.ts',
    code: "recalled.state === 'known'",
    to: 'true',
    why: 'type narrowing: a memory that is unavailable has no note to open',
  },
  {
    file: 'follow.ts',
    code: 'broken === undefined',
    to: 'false',
    why: 'equivalent: what is neither a fork nor a gap is held, and an undefined break adds nothing to it',
  },
  {
    file: 'follow.ts',
    code: 'stray.signed !== undefined',
    to: 'false',
    why: 'type narrowing: only a head that is not signed is looked for',
  },
  {
    file: 'fork.ts',
    code: 'older.value.size <= newer.value.size',
    to: 'older.value.size < newer.value.size',
    why: 'equivalent: of two trees of the same size, either may be called the older one',
  },
  {
    file: 'merkle.ts',
    code: 'first === undefined',
    to: 'false',
    why: 'type narrowing: without a hash to start with, none follows, and the newer root is not reached',
  },
  {
    file: 'merkle.ts',
    code: 'at !== 0n',
    to: 'true',
    why: 'equivalent: this follows the RFC; where `at` is 0, `last` is 0 too, and the loop has ended before',
  },
  {
    file: 'rekor.ts',
    code: 'only === undefined',
    to: 'false',
    why: 'type narrowing: no entry is not one entry, which is checked next',
  },
  {
    file: 'rekor.ts',
    code: 'logId === undefined',
    to: 'false',
    why: 'type narrowing: the text of `undefined` is no hash, which is checked next',
  },
  {
    file: 'rekor.ts',
    code: "''",
    to: '"Stryker was here!"',
    why: 'equivalent: a body that is not base64 is rejected with the same message as a missing one',
  },
];
