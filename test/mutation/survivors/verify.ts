import type { Reason } from '../survivors.ts';

/** Mutants of `src/verify` that no unit test needs to notice. */
export const verify: readonly Reason[] = [
  {
    file: 'lockfile.ts',
    mutator: 'OptionalChaining',
    code: 'statement?.subjects[0]?.sha256',
    to: 'statement?.subjects[0].sha256',
    why: 'type narrowing: a statement without a subject does not pass `checkStatement`',
  },
  {
    file: 'manifest.ts',
    code: "typeof size !== 'number'",
    to: 'false',
    why: 'type narrowing: `Number.isSafeInteger`, checked next, is false for all that is not a number',
  },
  {
    file: 'manifest.ts',
    code: "locked.kind === 'manifest'",
    to: 'true',
    why: 'type narrowing: no other kind has a digest, so the answer is `undefined` either way',
  },
  {
    file: 'statement.ts',
    code: "typeof type !== 'string'",
    to: 'false',
    why: 'type narrowing: what is no text is not among the known types, which is checked next',
  },
  {
    file: 'statement.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: '"Stryker was here!"',
    why: 'equivalent: neither text is a SHA-256, so no digest is read from it',
  },
  {
    file: 'subject.ts',
    code: 'subject === undefined',
    to: 'false',
    why: 'type narrowing: no subject is not one subject, which is checked next',
  },
  {
    file: 'subject.ts',
    mutator: 'OptionalChaining',
    code: 'subject?.sha256',
    to: 'subject.sha256',
    why: 'type narrowing: there is exactly one subject, which is checked before',
  },
  {
    file: 'one-tarball.ts',
    code: 'revision !== undefined',
    to: 'true',
    why: 'type narrowing: `rederive` treats `undefined` like a missing field',
  },
  {
    file: 'one-tarball.ts',
    code: "'is not derived from any attested file'",
    to: '""',
    why: 'type narrowing: `rederive` gives a reason for every unexplained file',
  },
  {
    file: 'verify.ts',
    code: "statement.status === 'passed'",
    to: 'true',
    why: 'type narrowing: an outcome that is not passed has no fact, so it is `undefined` either way',
  },
  {
    file: 'verify.ts',
    code: "proven.status === 'passed'",
    to: 'true',
    why: 'type narrowing: `after` is the gate, and what it holds back has no fact, so it is `undefined` either way',
  },
  {
    file: 'verify.ts',
    code: "attestation.state === 'present'",
    to: 'true',
    why: 'type narrowing: this is read only after `bundle` has passed, which needs an attestation',
  },
];
