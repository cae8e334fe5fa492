import type { Reason } from '../survivors.ts';

const narrowing = 'type narrowing: the other case does not occur in a tree of swc or acorn';
const noText = 'equivalent: the inserted text is not a tree node, and nothing has it as its name';

/** Mutants of what reads and compares types, in `src/npm`, that no unit test needs to notice. */
export const npmTypes: readonly Reason[] = [
  { file: 'declarations/declare.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  { file: 'declarations/declare.ts', code: "''", to: '"Stryker was here!"', why: noText },
  { file: 'declarations/declare.ts', code: "node?.['body']", why: narrowing },
  { file: 'declarations/declare.ts', code: 'id?.type', why: narrowing },
  { file: 'declarations/declare.ts', code: 'expression?.type', why: narrowing },
  { file: 'declarations/declare.ts', code: 'declaration === undefined', to: 'false', why: narrowing },
  {
    file: 'declarations/declare.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'equivalent: a member of an enum without a value has no value to omit',
  },
  {
    file: 'declarations/declare.ts',
    code: 'default: return false;',
    to: 'default:',
    why: 'equivalent: the caller treats `undefined` as `false`',
  },

  { file: 'declarations/infer.ts', code: '[]', to: '["Stryker was here"]', why: narrowing },
  { file: 'declarations/infer.ts', code: 'pattern !== undefined', to: 'true', why: narrowing },
  { file: 'declarations/infer.ts', code: 'pattern === undefined', to: 'false', why: narrowing },
  { file: 'declarations/infer.ts', code: 'left === undefined', to: 'false', why: narrowing },
  { file: 'declarations/infer.ts', code: 'argument?.type', why: narrowing },
  { file: 'declarations/infer.ts', code: 'callee?.type', why: narrowing },
  {
    file: 'declarations/infer.ts',
    code: "typeof argument['value'] === 'number'",
    to: 'true',
    why: narrowing,
  },
  {
    file: 'declarations/infer.ts',
    code: "pattern.type === 'ArrayPattern'",
    to: 'true',
    why: 'equivalent: other patterns have no elements',
  },

  { file: 'declarations/members.ts', code: "binding?.['left']", why: narrowing },
  { file: 'declarations/members.ts', code: "binding?.['optional']", why: narrowing },

  {
    file: 'declarations/declarations.ts',
    code: /error instanceof RangeError|^'is too deep or too long to be compared'$/,
    why: 'not testable: how deep is too deep depends on the stack that is left',
  },
  { file: 'declarations/declarations.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  { file: 'declarations/declarations.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'declarations/declarations.ts',
    code: 'found < expected.length',
    to: 'found <= expected.length',
    why: 'equivalent: there is no statement after the last one, and a missing one is skipped',
  },
  { file: 'declarations/declarations.ts', code: 'candidate !== undefined', to: 'true', why: narrowing },
  { file: 'declarations/declarations.ts', code: 'candidate === undefined', to: 'false', why: narrowing },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:expected\.type === '(ExportDeclaration|TsModuleDeclaration)' && )?(?:expected|actual)\.type === '(?:ExportDeclaration|TsModuleDeclaration)'$/,
    to: /^true$| \|\| /,
    why: 'equivalent: no other statement has a declaration or a module block in it, and nodes of different types differ in any case',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:wanted === undefined)?(?: \|\| )?(?:given === undefined)?$/,
    why: narrowing,
  },
  { file: 'declarations/declarations.ts', code: "'different'", to: '""', why: narrowing },
  {
    file: 'declarations/declarations.ts',
    code: 'actual.type !== expected.type',
    to: 'false',
    why: 'equivalent: two nodes of different types differ in the field `type`, which is compared last',
  },
  {
    file: 'declarations/declarations.ts',
    code: 'known !== undefined',
    to: 'false',
    why: 'optimisation: without the cache, the same answer is computed again',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:name|node) (?:!==|===) undefined$/,
    to: /^(?:true|false)$/,
    why: 'type narrowing: no lookup is made without a name, and every statement has a tree',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^node\?\.(?:type|\['(?:id|identifier)'\])$/,
    why: narrowing,
  },
  {
    file: 'declarations/declarations.ts',
    code: '(counts.get(name) ?? 0) + 1',
    to: '(counts.get(name) ?? 0) - 1',
    why: 'equivalent: both sides count down, so equal counts stay equal',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:token\.\w+|'\/\/'|'\/\*'|'\*\/')/,
    why: 'equivalent: a text that can be parsed has no comment without an end, and the strings in it are compared with the source',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:\/\[\\p\{ID_Continue\}\$#\]\+\|\[\^\\s;\]\/gu|' '|'\\n')$/,
    why: 'equivalent: both texts are split into words in the same way; a line break counts as a blank',
  },

  { file: 'script/enums.ts', code: "''", to: '"Stryker was here!"', why: noText },
  { file: 'script/enums.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  { file: 'script/enums.ts', code: /^declarator\?\.\['(?:id|init)'\]$/, why: narrowing },
  {
    file: 'script/enums.ts',
    code: "'itself'",
    to: '""',
    why: 'equivalent: any text that is neither of the other two works, because both sides use it',
  },

  { file: 'script/typescript.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'script/typescript.ts',
    code: 'isTree(value)',
    to: 'true',
    why: 'equivalent: a value without a type has none of the types that are compared',
  },
  {
    file: 'script/typescript.ts',
    mutator: 'Regex',
    code: '/^Class(?:Declaration|Expression)$/',
    why: 'equivalent: no node type of acorn contains one of these in a longer name',
  },

  { file: 'script/fields.ts', code: "!isNode(node['body'])", to: 'false', why: narrowing },
  { file: 'script/fields.ts', code: /^(?:method|lowered) === undefined$/, to: 'false', why: narrowing },
  { file: 'script/fields.ts', code: "!isNode(method) || !isNode(method['body'])", why: narrowing },
  {
    file: 'script/fields.ts',
    code: 'classes.length !== parameterProperties.length',
    to: 'false',
    why: 'defence in depth: no source is known that is compiled to another number of classes than it declares',
  },
  {
    file: 'script/fields.ts',
    code: '{ start: value.start, end: value.end }',
    why: 'equivalent: the offset is shown only where trees differ, and is then the offset in the actual file',
  },
];
