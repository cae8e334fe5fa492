import type { Reason } from '../survivors.ts';

const narrowing =
  'tells the compiler of types what is never so; what follows answers the same for `undefined`';
const oneList =
  'a list in place of none: of it only what the next line asks for is read, and that it has not';
const stack = 'how deep is too deep depends on the stack that is left';
const caution = 'nothing is known that the library reads in another way than the walk over its headers';

/** Mutants of `src/npm` that no unit test needs to notice. */
export const npm: readonly Reason[] = [
  {
    file: 'tar.ts',
    code: 'error instanceof Refusal',
    why: 'nothing else is thrown; what were, would be a defect',
  },
  {
    file: 'tar.ts',
    code: 'buffer.length > bounds.ratio * bytes.length',
    to: 'buffer.length >= bounds.ratio * bytes.length',
    why: 'a rule of thumb: the very ratio may fall to either side',
  },
  {
    file: 'tar.ts',
    code: /^(?:\{ reject\(new Refusal\()?`the archive is malformed: \$\{String\(error\)\}`(?:\)\); \})?$/,
    why: 'the library tells of what it cannot read by an event; should it throw, it is no stack trace either',
  },
  { file: 'tar.ts', code: "'the archive can be read in two ways'", why: caution },
  { file: 'tar.ts', code: 'entries.length !== headers.length', to: 'false', why: caution },
  { file: 'tar.ts', code: 'entry?.type', to: 'entry.type', why: caution },
  { file: 'tar.ts', code: 'entry.bytes.length !== size', to: 'false', why: caution },
  {
    file: 'upload.ts',
    code: "'error'",
    why: 'an error that nobody listens for is thrown, which is refused as well',
  },

  { file: 'package-json.ts', code: "'*'", why: 'who asks for a package asks by one range or more' },
  {
    file: 'package-json.ts',
    code: "typeof revision !== 'number'",
    to: 'false',
    why: 'what is no number is no safe integer either',
  },
  {
    file: 'package-json.ts',
    code: 'path !== undefined',
    to: 'true',
    why: 'no file of a tarball has `undefined` for a path',
  },
  { file: 'package-json.ts', code: 'a < b', to: 'a <= b', why: 'no two packages have one name' },
  {
    file: 'package-json.ts',
    code: "typeof range === 'string'",
    to: 'true',
    why: 'only texts are among the ranges',
  },
  {
    file: 'package-json.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'a key more that has no value is not written',
  },
  {
    file: 'package-json.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },

  { file: 'graph.ts', code: "''", why: 'no comment, and one that names no types, name none' },
  { file: 'graph.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  { file: 'specifiers.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  { file: 'specifiers.ts', code: "''", why: 'no name, and one that is not of JSR, are of no registry' },
  {
    file: 'specifiers.ts',
    code: /^(?:resolved|specifier|scope|short) === undefined(?: \|\| short === undefined)?$/,
    why: narrowing,
  },
  { file: 'specifiers.ts', code: 'typesSpecifier !== undefined', to: 'true', why: narrowing },
  {
    file: 'specifiers.ts',
    code: '{ code: undefined, type: undefined }',
    why: 'a field that is `undefined` reads as one that is missing',
  },
  {
    file: 'specifiers.ts',
    code: '/^@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    to: '/@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    why: 'the expression before it lets an `@` stand in front only',
  },
  {
    file: 'specifiers.ts',
    code: '/^\\.*\\/*/',
    to: '/\\.*\\/*/',
    why: 'it fits where it is first tried, be it nothing that it fits',
  },

  { file: 'program.ts', code: /RangeError|nested too deeply to be compared/, why: stack },
  {
    file: 'program.ts',
    code: /its source compiles to no script|^!wanted\.ok$/,
    why: 'nothing is known that the compiler prints and the parser does not read',
  },
  {
    file: 'program.ts',
    code: "typeof source['value'] === 'string'",
    to: 'true',
    why: 'what is no text is no specifier of a graph, and is not rewritten',
  },
  {
    file: 'program.ts',
    code: '/^\\/\\*[@#]__PURE__\\*\\/$/',
    to: '/^\\/\\*[@#]__PURE__\\*\\//',
    why: 'a comment ends where it is closed',
  },
  {
    file: 'program.ts',
    mutator: 'EqualityOperator',
    code: /^(?:helper\.start <= start|end <= helper\.end)$/,
    to: /^(?:helper\.start < start|end < helper\.end)$/,
    why: 'a statement neither begins nor ends with a comment',
  },
  { file: 'syntax.ts', code: "'syntax error'", why: 'the parser throws errors only' },
  { file: 'syntax.ts', code: "'undefined'", why: 'no field of a tree is `undefined`' },
  {
    file: 'syntax.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
  {
    file: 'syntax.ts',
    code: "value.type === 'MemberExpression'",
    to: 'true',
    why: 'no other node has both a property and a word on whether it is computed',
  },
  {
    file: 'syntax.ts',
    code: 'blanks.exec(code)?.[0]',
    why: 'it fits everywhere, be it nothing that it fits',
  },
  {
    file: 'syntax.ts',
    code: 'value !== null',
    to: 'true',
    why: 'the parser leaves `regex` out where there is none',
  },
  {
    file: 'compare.ts',
    code: 'found === undefined',
    to: 'false',
    why: 'what follows ends with `undefined` too',
  },
  {
    file: 'compare.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'a text in place of a tree is no tree',
  },
  {
    file: 'compare.ts',
    code: "expected.type === 'EnumBody'",
    to: 'true',
    why: 'no other node has a field of that name',
  },
  {
    file: 'forms.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'a bare `var` says the same anywhere in its function',
  },
  {
    file: 'forms.ts',
    code: 'hoisted.sort()',
    to: 'hoisted',
    why: 'only the fingerprints of helpers ask for an order',
  },
  {
    file: 'forms.ts',
    code: "statement.type === 'ExportNamedDeclaration'",
    to: 'true',
    why: 'no other statement has the fields that are asked for beside it',
  },
  {
    file: 'forms.ts',
    code: 'name === undefined',
    to: 'false',
    why: 'a pattern without a value is no script',
  },
  {
    file: 'helpers.ts',
    code: /^statements\.filter\(mayBeHelper\)$|^type === 'FunctionDeclaration' \|\| type === 'VariableDeclaration'$/,
    why: 'spares the fingerprints of statements that are no helper',
  },
  { file: 'helpers.ts', code: "''", why: 'no helper has either fingerprint' },
  {
    file: 'tree.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'both that have candidates are made here',
  },

  {
    file: 'compiler.ts',
    code: /^loading \?\?= /,
    why: 'all mutants of a run share the one compiler that is loaded before the first of them',
  },
  {
    file: 'compiler.ts',
    code: /^\((?:source, media|tree)\) => attempt\(\(\) => swc\./,
    to: '() => undefined',
    why: 'the same: it is made together with that compiler',
  },
  {
    file: 'compiler.ts',
    code: /^\{ (?:jsc: \{ )?target: 'esnext' \}(?: \})?$/,
    to: '{}',
    why: 'declarations hold nothing that an older form would write in another way',
  },
  { file: 'compiler.ts', code: "'syntax error'", why: 'the compiler always has something to say' },
  { file: 'compiler.ts', code: '/[^\\sx×][^\\n]*/.exec(String(error))?.[0]', why: 'the same' },
  {
    file: 'compiler.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'compiled to WebAssembly it sees no files, and so no configuration',
  },
  {
    file: 'explain.ts',
    code: "'declarations'",
    to: '""',
    why: 'whatever is no script is a declaration file',
  },
  { file: 'explain.ts', code: "''", why: 'neither text is a path' },
  {
    file: 'explain.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
  {
    file: 'rederive.ts',
    code: /^first === undefined$|^\{ class: 'unexplained', reason: 'follows from no attested file' \}$|^'unexplained'$|^'follows from no attested file'$|^'cannot be generated'$|^originals\.slice\(0, 1\)$/,
    why: 'there is at least one way to read the graph, and all name the same scripts',
  },
  {
    file: 'rederive.ts',
    code: /^found\.class !== 'verbatim'$|^'verbatim'$/,
    why: 'when others get their turn says nothing of the answer',
  },
  {
    file: 'rederive.ts',
    code: 'parseRequirement(text)?.npmName === own',
    to: 'true',
    why: 'a package that does not import itself reads the same in both ways',
  },
  { file: 'rederive.ts', code: "'file'", why: 'whatever is not `package` leads to files' },
  { file: 'rederive.ts', code: 'url === undefined', to: 'false', why: narrowing },
  {
    file: 'rederive.ts',
    code: "'package'",
    why: 'without exports, no import of the package itself leads to a file',
  },
  {
    file: 'rederive.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'no bytes, and those of no JSON, state nothing',
  },
  { file: 'rederive.ts', code: 'known !== undefined', to: 'false', why: 'spares doing it again' },
  {
    file: 'sourcemap.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
];
