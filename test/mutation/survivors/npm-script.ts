import type { Reason } from '../survivors.ts';

const narrowing = 'type narrowing: the other case does not occur in a tree of acorn';
const noText = 'equivalent: the inserted text is not a tree node, and no identifier has it as its name';
const noType = 'equivalent: no node type of acorn contains one of these in a longer name';
const always = 'type narrowing: the expression also matches the empty string, so it always matches';
const shortcut = 'optimisation: the code that follows gives the same answer, with more work';

/** Mutants of what compares scripts, in `src/npm`, that no unit test needs to notice. */
export const npmScript: readonly Reason[] = [
  { file: 'passages.ts', code: '[]', to: '["Stryker was here"]', why: noText },

  { file: 'script/mentions.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  {
    file: 'script/mentions.ts',
    code: 'isNode(value)',
    to: 'true',
    why: 'equivalent: a list has no type, and so assigns to nothing',
  },
  { file: 'script/mentions.ts', mutator: 'Regex', code: /^\/\^\(\?:Property\|/, why: noType },

  { file: 'script/scopes.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  {
    file: 'script/scopes.ts',
    code: 'default: return [];',
    to: 'default:',
    why: 'equivalent: no identifier has the name `undefined` in a declaration, and no other pattern can be declared',
  },
  {
    file: 'script/scopes.ts',
    mutator: 'Regex',
    code: '/Function|^Class|^StaticBlock$/',
    why: noType,
  },
  {
    file: 'script/scopes.ts',
    code: "part.type === 'VariableDeclaration'",
    to: 'true',
    why: 'equivalent: no other node has the kind `var`',
  },

  {
    file: 'script/enums.ts',
    code: "declaration['kind'] !== 'var'",
    to: 'false',
    why: 'harmless: a `let` still differs from the `var` of an enum, and one in the source ends the rule for its name',
  },
  { file: 'script/enums.ts', code: 'name === undefined', to: 'false', why: narrowing },
  {
    file: 'script/enums.ts',
    code: "type === 'EnumBody'",
    to: 'true',
    why: 'equivalent: no other statement has a name, and no enum is named `undefined`',
  },

  { file: 'script/fields.ts', code: 'classes.size === 0', to: 'false', why: shortcut },
  { file: 'script/fields.ts', code: 'captured.length === 0', to: 'false', why: shortcut },
  {
    file: 'script/fields.ts',
    code: 'hoistedNames(node).map(other).sort()',
    to: 'hoistedNames(node).map(other)',
    why: 'equivalent: the names are compared as a multiset',
  },

  { file: 'script/forms.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  {
    file: 'script/forms.ts',
    code: 'hoisted.names.sort()',
    to: 'hoisted.names',
    why: 'equivalent: the names are compared as a multiset, and only a helper that declares them in another order is no longer recognised',
  },
  {
    file: 'script/forms.ts',
    code: 'marks !== undefined',
    to: 'true',
    why: 'equivalent: a field `marks` that is `undefined` reads like a missing field',
  },
  {
    file: 'script/forms.ts',
    code: '!exported',
    to: 'true',
    why: 'harmless: a second `var` without a value does not change an exported variable',
  },

  {
    file: 'script/helpers.ts',
    code: "statement.type === 'VariableDeclaration'",
    to: 'true',
    why: 'optimisation: a statement of another type has the fingerprint of no helper',
  },

  {
    file: 'script/marks.ts',
    code: /^(?:comments|loose|own)\.length > 0$/,
    to: /^true$|>=/,
    why: 'optimisation: without comments, the code that follows finds nothing to place',
  },
  { file: 'script/marks.ts', code: 'blanks.exec(code)?.[0]', why: always },
  {
    file: 'script/marks.ts',
    code: 'b.end - a.end',
    to: 'b.end + a.end',
    why: 'equivalent: a comment stands in the longer of two nodes that begin at one offset, whichever comes first',
  },
  {
    file: 'script/marks.ts',
    code: 'mark.start < child.start',
    to: 'mark.start <= child.start',
    why: 'equivalent: no node begins where a comment begins',
  },
  {
    file: 'script/marks.ts',
    mutator: 'Regex',
    code: '/^\\/\\*\\s*[@#]__PURE__\\s*\\*\\/$/',
    to: '/^\\/\\*\\s*[@#]__PURE__\\s*\\*\\//',
    why: 'equivalent: a block comment ends at its first `*/`',
  },

  { file: 'script/program.ts', code: 'declared.enums.size === 0', to: 'false', why: shortcut },
  { file: 'script/program.ts', code: 'found === undefined', to: 'false', why: shortcut },
  {
    file: 'script/program.ts',
    code: 'isNode(value)',
    to: 'true',
    why: 'equivalent: only nodes have comments',
  },
  {
    file: 'script/program.ts',
    mutator: 'Regex',
    code: '/^\\/\\*[@#]__PURE__\\*\\/$/',
    to: '/\\/\\*[@#]__PURE__\\*\\/$/',
    why: 'defence in depth: a longer comment with this mark in it is one that tools obey, which is checked first',
  },

  {
    file: 'script/program-difference.ts',
    mutator: 'Regex',
    code: /^\/\^\(\?:Call\|New\|/,
    why: noType,
  },
  { file: 'script/program-difference.ts', code: 'added.length > 0', to: /^true$|>=/, why: shortcut },

  {
    file: 'script/syntax.ts',
    code: /^own\.length (?:> 0|=== 0)$/,
    to: /^true$|^false$|>=/,
    why: 'equivalent: an empty list of comments reads like a missing one',
  },

  { file: 'script/typescript.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  {
    file: 'script/typescript.ts',
    code: "statement.type === 'ExportDeclaration'",
    to: 'true',
    why: 'equivalent: no other statement of a module has the field `declaration`',
  },

  {
    file: 'declarations/declarations.ts',
    code: /^\/\^\(\?:#!/,
    why: always,
  },
  {
    file: 'tarball/derivation.ts',
    code: 'path !== undefined',
    to: 'true',
    why: 'type narrowing: no attested file has the path `undefined`',
  },
];
