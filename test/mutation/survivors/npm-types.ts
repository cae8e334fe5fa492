import type { Reason } from '../survivors.ts';

const narrowing = 'tells the compiler of types what is never so in a tree of swc or acorn';
const noText = 'a text where trees are listed matches no tree, and nothing has that name';

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
    why: 'a member of an enum without a value has none, whether or not it may lose it',
  },
  {
    file: 'declarations/declare.ts',
    code: 'default: return false;',
    to: 'default:',
    why: 'nothing is as false as `false` here',
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
    why: 'other patterns have no elements, and may say so',
  },

  { file: 'declarations/members.ts', code: "binding?.['left']", why: narrowing },
  { file: 'declarations/members.ts', code: "binding?.['optional']", why: narrowing },

  {
    file: 'declarations/declarations.ts',
    code: /error instanceof RangeError|^'is too deep or too long to be compared'$/,
    why: 'how deep is too deep depends on the stack that is left',
  },
  { file: 'declarations/declarations.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  { file: 'declarations/declarations.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'declarations/declarations.ts',
    code: 'found < expected.length',
    to: 'found <= expected.length',
    why: 'behind the last statement is none, which is passed over',
  },
  { file: 'declarations/declarations.ts', code: 'candidate !== undefined', to: 'true', why: narrowing },
  { file: 'declarations/declarations.ts', code: 'candidate === undefined', to: 'false', why: narrowing },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:expected\.type === '(ExportDeclaration|TsModuleDeclaration)' && )?(?:expected|actual)\.type === '(?:ExportDeclaration|TsModuleDeclaration)'$/,
    to: /^true$| \|\| /,
    why: 'no other statement has a declaration or a block of a module in it, and what is of two types differs all the same',
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
    why: 'what is of two types differs in them at the end',
  },
  {
    file: 'declarations/declarations.ts',
    code: 'known !== undefined',
    to: 'false',
    why: 'what is known is only not worked out again',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:name|node) (?:!==|===) undefined$/,
    to: /^(?:true|false)$/,
    why: 'nothing is ever asked for by no name, and no statement is without a tree',
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
    why: 'both sides count downwards then',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:token\.\w+|'\/\/'|'\/\*'|'\*\/')/,
    why: 'a tree that can be printed has no comment without an end, and what stands in its strings is compared with the source',
  },
  {
    file: 'declarations/declarations.ts',
    code: /^(?:\/\[\\p\{ID_Continue\}\$#\]\+\|\[\^\\s;\]\/gu|' '|'\\n')$/,
    why: 'words that run together, or fall apart, do so in both texts; a line break more or less is a blank more or less',
  },

  { file: 'script/enums.ts', code: "''", to: '"Stryker was here!"', why: noText },
  { file: 'script/enums.ts', code: '[]', to: '["Stryker was here"]', why: noText },
  { file: 'script/enums.ts', code: /^declarator\?\.\['(?:id|init)'\]$/, why: narrowing },
  {
    file: 'script/enums.ts',
    code: "'itself'",
    to: '""',
    why: 'any word does that is none of the other two, if both sides say it',
  },

  { file: 'script/typescript.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'script/typescript.ts',
    code: 'isTree(value)',
    to: 'true',
    why: 'what has no type is none of the types that are asked for',
  },
  {
    file: 'script/typescript.ts',
    mutator: 'Regex',
    code: '/^Class(?:Declaration|Expression)$/',
    why: 'no type of acorn is a longer word with one of these in it',
  },

  { file: 'script/fields.ts', code: "!isNode(node['body'])", to: 'false', why: narrowing },
  { file: 'script/fields.ts', code: /^(?:method|lowered) === undefined$/, to: 'false', why: narrowing },
  { file: 'script/fields.ts', code: "!isNode(method) || !isNode(method['body'])", why: narrowing },
  {
    file: 'script/fields.ts',
    code: 'classes.length !== parameterProperties.length',
    to: 'false',
    why: 'no source is known that leaves more or fewer classes than it declares; a wrong guess explains no honest file',
  },
  {
    file: 'script/fields.ts',
    code: '{ start: value.start, end: value.end }',
    why: 'where it stands is only told where it differs, and then by what stands there',
  },
];
