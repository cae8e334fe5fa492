import type { Reason } from '../survivors.ts';

/** Mutants of `src/tlog` that no unit test needs to notice. */
export const tlog: readonly Reason[] = [
  {
    file: 'batch.ts',
    code: "answer.state === 'absent'",
    to: 'false',
    why: 'for the compiler: an answer without bytes is not JSON, so it brings no entry either way',
  },
  {
    file: 'batch.ts',
    code: "'absent'",
    to: '""',
    why: 'for the compiler: an answer without bytes is not JSON, so it brings no entry either way',
  },
  {
    file: 'checkpoint.ts',
    code: "''",
    to: '"Stryker was here!"',
    why: 'stands for a line that is missing, or for the compiler; neither text is a size, a root or a signature',
  },
  {
    file: 'checkpoint.ts',
    code: 'body === undefined',
    to: 'false',
    why: 'for the compiler: `split` gives one part at least',
  },
  {
    file: 'checkpoint.ts',
    code: 'name === undefined',
    to: 'false',
    why: 'for the compiler: a line without a name has no signature either, so its bytes are too few',
  },
  {
    file: 'checkpoint.ts',
    code: 'default: return false;',
    to: 'default:',
    why: 'for the compiler: `undefined` is no yes, either',
  },
  {
    file: 'checkpoint.ts',
    mutator: 'BlockStatement',
    code: '{ return false; }',
    to: '{}',
    why: 'for the compiler: `undefined` is no yes, either',
  },
  {
    file: 'follow.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: '"Stryker was here!"',
    why: 'for the compiler: `split` gives one part at least',
  },
  {
    file: 'follow.ts',
    code: "{ kind: 'held' }",
    to: '{}',
    why: 'only what is forked and what is a gap is asked for: whatever is neither is held',
  },
  {
    file: 'follow.ts',
    code: "'held'",
    to: '""',
    why: 'only what is forked and what is a gap is asked for: whatever is neither is held',
  },
  {
    file: 'follow.ts',
    code: "{ state: 'known', note: undefined }",
    to: '{}',
    why: 'without a memory there is no note, and only a memory that is unavailable is told apart',
  },
  {
    file: 'follow.ts',
    code: "'known'",
    to: '""',
    why: 'without a memory there is no note, and only a memory that is unavailable is told apart',
  },
  {
    file: 'follow.ts',
    code: "recalled.state === 'known'",
    to: 'true',
    why: 'for the compiler: a memory that is unavailable has no note to open',
  },
  {
    file: 'follow.ts',
    code: 'broken === undefined',
    to: 'false',
    why: 'what is neither forked nor a gap is held, and a break that is none adds nothing to it',
  },
  {
    file: 'follow.ts',
    code: 'stray.signed !== undefined',
    to: 'false',
    why: 'for the compiler: only a head that is not signed is looked for',
  },
  {
    file: 'fork.ts',
    code: 'older.value.size <= newer.value.size',
    to: 'older.value.size < newer.value.size',
    why: 'of two trees of one size either may be called the older: the judgement is the same',
  },
  {
    file: 'merkle.ts',
    code: 'first === undefined',
    to: 'false',
    why: 'for the compiler: without a hash to start with, none follows, and the newer root is not reached',
  },
  {
    file: 'merkle.ts',
    code: 'at !== 0n',
    to: 'true',
    why: 'as the RFC writes it: where `at` is 0 here, `last` is as well, and the loop has ended before',
  },
  {
    file: 'rekor.ts',
    code: 'only === undefined',
    to: 'false',
    why: 'for the compiler: no entry is not one entry, which is asked next',
  },
  {
    file: 'rekor.ts',
    code: 'logId === undefined',
    to: 'false',
    why: 'for the compiler: the text of `undefined` is no hash, which is asked next',
  },
  {
    file: 'rekor.ts',
    code: "''",
    to: '"Stryker was here!"',
    why: 'stands for a body that is missing: one that is not base64 is refused in the same words as an empty one',
  },
];
