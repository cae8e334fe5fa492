import type { Reason } from '../survivors.ts';

const noted =
  'type narrowing: what is missing or not understood was noted as a problem, and no policy is made';
const parsed = 'type narrowing: a text that was parsed without error has these, or the key was just found';

/** Mutants of what reads and writes the policy file, in `src/policy`, that no unit test needs to notice. */
export const policyFile: readonly Reason[] = [
  {
    file: 'parse/parse.ts',
    code: /^(?:base === undefined( \|\| )?)?(?:basePath === undefined)?$/,
    to: /^(?:false|base === undefined && basePath === undefined)$/,
    why: 'type narrowing: without `extends` there is no path, and an `extends` without a path was noted as a problem',
  },
  {
    file: 'parse/parse.ts',
    code: 'hint === undefined',
    to: 'false',
    why: 'type narrowing: an error with an undefined hint equals one without a hint',
  },
  {
    file: 'pin/pin-coverage.ts',
    mutator: 'StringLiteral',
    code: "''",
    why: 'type narrowing: what has a verdict has a version',
  },
  {
    file: 'pin/pin-facts.ts',
    mutator: 'StringLiteral',
    code: "'not stated'",
    why: 'type narrowing: a name is in new hands only where the certificate states the other id',
  },
  {
    file: 'pin/pin-facts.ts',
    code: 'repository !== undefined',
    to: 'true',
    why: 'type narrowing: no pin is written for a build without a repository',
  },
  {
    file: 'pin/pin-facts.ts',
    mutator: 'EqualityOperator',
    code: 'a < b',
    why: 'equivalent: no two keys of an object are the same, and descending order works as well',
  },
  {
    file: 'pin/pin-plan.ts',
    mutator: 'StringLiteral',
    code: "''",
    why: 'type narrowing: what has a verdict has a version',
  },
  {
    file: 'pin/pin-plan.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'type narrowing: an entry has expectations and there is a group; no package has that name; a text for a pin covers nothing, so the step is not taken',
  },
  {
    file: 'pin/pin-plan.ts',
    code: /^(?:entry|before|after) === undefined$/,
    to: 'false',
    why: 'type narrowing: only entries with an expectation are brought up to date, and only for what is verified',
  },
  {
    file: 'pin/pin-plan.ts',
    mutator: 'OptionalChaining',
    code: /^entry(?:\.at)?\?\./,
    why: 'type narrowing: there is an entry, and all that was read from a file knows its place',
  },
  {
    file: 'pin/pin-plan.ts',
    code: '!fresh.ok',
    to: 'false',
    why: 'defence in depth: a pin that names nobody covers nothing, so the step would not be taken',
  },
  {
    file: 'pin/pin-text.ts',
    code: "typeof key !== 'string'",
    to: 'false',
    why: 'type narrowing: what is set in a list is there already, which is checked first',
  },
  { file: 'pin/pin-text.ts', code: 'node === undefined', to: 'false', why: parsed },
  { file: 'pin/pin-text.ts', mutator: 'OptionalChaining', code: 'node.children?.at', why: parsed },
  {
    file: 'pin/pin-text.ts',
    code: 'this.#tree?.of !== this.#text',
    to: 'true',
    why: 'optimisation: without the cache, the same text is parsed again',
  },
  {
    file: 'pin/pin-text.ts',
    code: 'last !== undefined',
    to: 'true',
    why: 'equivalent: what is put into an empty object is formatted already',
  },
  {
    file: 'pin/pin-text.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: /Stryker/,
    why: 'equivalent: a comment gives way to a text without comma; and the white space of a line is always found',
  },
  {
    file: 'pin/pin-text.ts',
    mutator: 'OptionalChaining',
    code: /^\/\^\[ \\t\]\*\/\.exec/,
    why: 'type narrowing: the expression also matches the empty string, so it always matches',
  },
  {
    file: 'pin/pin-text.ts',
    mutator: 'Regex',
    code: '/^[ \\t]*/',
    why: 'equivalent: an expression that matches the empty string always matches at the start',
  },
  {
    file: 'parse/sections.ts',
    code: /^pattern === undefined(?: \|\| (?:rule|reason|until) === undefined){0,3}$|^(?:rule|reason|until) === undefined$/,
    to: /^false$|&&/,
    why: noted,
  },
  { file: 'parse/sections.ts', code: 'severity !== undefined', to: 'true', why: noted },
  {
    file: 'parse/sections.ts',
    code: /^read\.not(?:Before|After) !== undefined/,
    to: /^true$|\|\|/,
    why: 'type narrowing: no moment is later than none',
  },
  {
    file: 'parse/sections.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    to: /Stryker/,
    why: 'type narrowing: an object has members, a text that is no pattern has no scope either way, and no exemption is kept of a file with problems',
  },
  {
    file: 'parse/sections.ts',
    mutator: 'StringLiteral',
    code: "''",
    to: /Stryker/,
    why: 'equivalent: this is neither a scope nor a name',
  },
  {
    file: 'parse/policy-tree.ts',
    code: 'this.#text.length > limits.characters',
    to: /^this\.#text\.length >= /,
    why: 'harmless: this is one character of four million; a test with a text of that length would be slow',
  },
  {
    file: 'parse/policy-tree.ts',
    code: 'node === undefined',
    to: 'false',
    why: 'type narrowing: an error was noted where there is no tree, which is checked next',
  },
  {
    file: 'parse/policy-tree.ts',
    code: 'hint !== undefined',
    to: 'true',
    why: 'type narrowing: the first hint that is defined is shown',
  },
  {
    file: 'parse/policy-tree.ts',
    code: /^(?:key === undefined( \|\| )?)?(?:member === undefined)?$/,
    to: /^(?:false|key === undefined && member === undefined)$/,
    why: parsed,
  },
  { file: 'parse/policy-tree.ts', code: "typeof name !== 'string'", to: 'false', why: parsed },
  { file: 'parse/policy-tree.ts', mutator: 'ArrayDeclaration', code: '[]', to: /Stryker/, why: parsed },
];
