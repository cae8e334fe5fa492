import type { Reason } from '../survivors.ts';

/** Mutants of what judges, in `src/policy`, that no unit test needs to notice. */
export const policy: readonly Reason[] = [
  {
    file: 'claim.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'equivalent: neither list has a second element, which alone is read',
  },
  {
    file: 'claim.ts',
    code: "typeof value === 'number'",
    to: 'true',
    why: 'for the compiler: `Number.isSafeInteger`, asked next, is false for all that is no number',
  },
  {
    file: 'claim.ts',
    mutator: 'Regex',
    code: '/^\\d{4}-\\d{2}-\\d{2}$/',
    to: '/^\\d{4}-\\d{2}-\\d{2}/',
    why: 'equivalent: no date is read from a day with more behind it, once a time is put behind that',
  },
  {
    file: 'claim.ts',
    mutator: 'Regex',
    code: /^\/\^\\d\{4\}-\\d\{2\}-\\d\{2\}T/,
    to: /^\/\\d\{4\}-\\d\{2\}-\\d\{2\}T.*\$\/$/,
    why: 'equivalent: the first ten characters, asked next, are no day where anything stands before the day',
  },
  {
    file: 'claim.ts',
    mutator: 'Regex',
    code: /^\/\^\\d\{4\}-\\d\{2\}-\\d\{2\}T/,
    to: /^\/\^\\d\{4\}-\\d\{2\}-\\d\{2\}T.*Z\/$/,
    why: 'equivalent: no date is read from a moment with more behind it, which is asked next',
  },
  {
    file: 'judge-changes.ts',
    code: "change.kind === 'relocked'",
    to: 'false',
    why: 'for the compiler: a version that is locked anew has no doubt, which is asked next',
  },
  {
    file: 'judge-changes.ts',
    mutator: 'StringLiteral',
    code: "'relocked'",
    why: 'for the compiler: a version that is locked anew has no doubt, which is asked next',
  },
  {
    file: 'judge.ts',
    code: 'exempted !== undefined',
    to: 'true',
    why: 'equivalent: a finding without the mark of an exemption is compared with its reason next, and has none',
  },
  {
    file: 'judge.ts',
    mutator: 'OptionalChaining',
    code: 'exempted?.reason',
    why: 'for the compiler: only findings that carry the mark of an exemption are left',
  },
  {
    file: 'judge.ts',
    code: "expected.provenance === 'optional' || !expected.pinned",
    to: 'true',
    why: 'defence in depth: `require-provenance` rejects a pinned package without attestation, or is exempted, before this is asked',
  },
  {
    file: 'override.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: '"Stryker was here!"',
    why: 'equivalent: any text that is no range of versions keeps the entries without one apart',
  },
  {
    file: 'rules/conflicting-attestations.ts',
    code: 'other === undefined',
    to: 'false',
    why: 'for the compiler: where one attestation counts there is a first one',
  },
  {
    file: 'rules/pinned-identity.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'for the compiler: this is asked where at least one alternative holds',
  },
  {
    file: 'rules/pinned-identity.ts',
    mutator: 'OptionalChaining',
    code: 'closest?.text',
    why: 'for the compiler: there is at least one alternative, `{}` where nothing is pinned',
  },
  {
    file: 'rules/pinned-identity.ts',
    code: 'compared.every((one) => breaksFlag(one, flags))',
    to: 'compared.some(one => breaksFlag(one, flags))',
    why: 'equivalent: flags are laid over each alternative, so all break them or none does',
  },
  {
    file: 'rules/pinned-identity.ts',
    code: 'left > right',
    why: 'equivalent: sorting asks only whether one comes before the other',
  },
  {
    file: 'rules/pinned-identity.ts',
    code: 'left < right',
    to: 'left <= right',
    why: 'equivalent: which of two alternatives is told makes no difference where their texts are the same',
  },
  {
    file: 'rules/provenance-lost.ts',
    code: /^change\.kind === '(?:removed|relocked)'/,
    why: 'for the compiler: neither kind of change says anything of provenance, which is asked next',
  },
  {
    file: 'rules/provenance-lost.ts',
    mutator: 'StringLiteral',
    code: /^'(?:removed|relocked)'$/,
    why: 'for the compiler: neither kind of change says anything of provenance, which is asked next',
  },
  {
    file: 'rules/publisher-changed.ts',
    code: "change.kind === 'removed'",
    to: 'false',
    why: 'for the compiler: `judgeChanges` asks no rule about a package that is gone',
  },
  {
    file: 'rules/publisher-changed.ts',
    mutator: 'StringLiteral',
    code: "'removed'",
    why: 'for the compiler: `judgeChanges` asks no rule about a package that is gone',
  },
  {
    file: 'rules/publisher-changed.ts',
    code: 'version === undefined',
    to: 'false',
    why: 'for the compiler: `judgeChanges` asks no rule about a version that is not known',
  },
];
