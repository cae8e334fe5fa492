import type { Reason } from '../survivors.ts';

/** Mutants of `src/verify` that no unit test needs to notice. */
export const verify: readonly Reason[] = [
  {
    file: 'lockfile.ts',
    mutator: 'OptionalChaining',
    code: 'statement?.subjects[0]?.sha256',
    to: 'statement?.subjects[0].sha256',
    why: 'for the compiler: a statement without a subject does not pass `checkStatement`',
  },
  {
    file: 'manifest.ts',
    code: "typeof size !== 'number'",
    to: 'false',
    why: 'for the compiler: `Number.isSafeInteger`, asked next, is false for all that is not a number',
  },
  {
    file: 'manifest.ts',
    code: "locked.kind === 'manifest'",
    to: 'true',
    why: 'for the compiler: no other kind has a digest, so the answer is `undefined` either way',
  },
  {
    file: 'statement.ts',
    code: "typeof type !== 'string'",
    to: 'false',
    why: 'for the compiler: what is no text is not among the known types, which is asked next',
  },
  {
    file: 'statement.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: '"Stryker was here!"',
    why: 'neither text is a SHA-256, so no digest is read from it',
  },
  {
    file: 'subject.ts',
    code: 'subject === undefined',
    to: 'false',
    why: 'for the compiler: no subject is not one subject, which is asked next',
  },
  {
    file: 'subject.ts',
    mutator: 'OptionalChaining',
    code: 'subject?.sha256',
    to: 'subject.sha256',
    why: 'for the compiler: there is exactly one subject, which is asked before',
  },
  {
    file: 'one-tarball.ts',
    code: 'revision !== undefined',
    to: 'true',
    why: 'for the compiler: `rederive` reads `undefined` as it reads nothing',
  },
  {
    file: 'one-tarball.ts',
    code: "'is not derived from any attested file'",
    to: '""',
    why: 'for the compiler: `rederive` gives a reason for every unexplained file',
  },
  {
    file: 'verify.ts',
    code: "statement.status === 'passed'",
    to: 'true',
    why: 'for the compiler: an outcome that is not passed has no fact, so it is `undefined` either way',
  },
  {
    file: 'verify.ts',
    code: "proven.status === 'passed'",
    to: 'true',
    why: 'for the compiler: `after` is the gate, and what it holds back has no fact, so it is `undefined` either way',
  },
];
