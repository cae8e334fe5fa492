import type { Reason } from '../survivors.ts';

const narrowing =
  'tells the compiler of types what is never so; what follows answers the same for `undefined`';
const oneList =
  'a list in place of none: of it only what the next line asks for is read, and that it has not';
const stack = 'how deep is too deep depends on the stack that is left';
const caution = 'nothing is known that the library reads in a different way than the walk over its headers';

/** Mutants of `src/npm` that no unit test needs to notice. */
export const npm: readonly Reason[] = [
  {
    file: 'tarball/tar.ts',
    code: 'error instanceof Refusal',
    why: 'nothing else is thrown; what were, would be a defect',
  },
  {
    file: 'tarball/tar.ts',
    code: 'buffer.length > bounds.ratio * bytes.length',
    to: 'buffer.length >= bounds.ratio * bytes.length',
    why: 'a rule of thumb: the very ratio may fall to either side',
  },
  {
    file: 'tarball/tar.ts',
    code: /^(?:\{ reject\(new Refusal\()?`the archive is malformed: \$\{String\(error\)\}`(?:\)\); \})?$/,
    why: 'the library tells of what it cannot read by an event; should it throw, it is no stack trace either',
  },
  { file: 'tarball/tar.ts', code: "'the archive is ambiguous'", why: caution },
  { file: 'tarball/tar.ts', code: 'entries.length !== headers.length', to: 'false', why: caution },
  { file: 'tarball/tar.ts', code: 'entry?.type', to: 'entry.type', why: caution },
  { file: 'tarball/tar.ts', code: 'entry.bytes.length !== size', to: 'false', why: caution },
  {
    file: 'tarball/upload.ts',
    code: "'error'",
    why: 'an error that nobody listens for is thrown, which is refused as well',
  },

  { file: 'tarball/package-json.ts', code: "'*'", why: 'who asks for a package asks by one range or more' },
  {
    file: 'tarball/package-json.ts',
    code: "typeof revision !== 'number'",
    to: 'false',
    why: 'what is not a number is no safe integer either',
  },
  {
    file: 'tarball/package-json.ts',
    code: 'path !== undefined',
    to: 'true',
    why: 'no file of a tarball has `undefined` for a path',
  },
  { file: 'tarball/package-json.ts', code: 'a < b', to: 'a <= b', why: 'no two packages have one name' },
  {
    file: 'tarball/package-json.ts',
    code: "typeof range === 'string'",
    to: 'true',
    why: 'only texts are among the ranges',
  },
  {
    file: 'tarball/package-json.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'a key more that has no value is not written',
  },
  {
    file: 'tarball/package-json.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },

  { file: 'tarball/graph.ts', code: "''", why: 'no comment, and one that names no types, name none' },
  { file: 'tarball/graph.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  { file: 'tarball/specifiers.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  {
    file: 'tarball/specifiers.ts',
    code: "''",
    why: 'no name, and one that is not of JSR, are of no registry',
  },
  {
    file: 'tarball/specifiers.ts',
    code: /^(?:resolved|specifier|scope|short) === undefined(?: \|\| short === undefined)?$/,
    why: narrowing,
  },
  { file: 'tarball/specifiers.ts', code: 'typesSpecifier !== undefined', to: 'true', why: narrowing },
  {
    file: 'tarball/specifiers.ts',
    code: '{ code: undefined, type: undefined }',
    why: 'a field that is `undefined` reads as one that is missing',
  },
  {
    file: 'tarball/specifiers.ts',
    code: '/^@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    to: '/@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    why: 'the expression before it lets an `@` stand in front only',
  },
  {
    file: 'tarball/specifiers.ts',
    code: '/^\\.*\\/*/',
    to: '/\\.*\\/*/',
    why: 'it fits where it is first tried, be it nothing that it fits',
  },

  { file: 'script/program.ts', code: /RangeError|nested too deeply to be compared/, why: stack },
  {
    file: 'script/program.ts',
    code: /its source compiles to no script|^!wanted\.ok$/,
    why: 'nothing is known that the compiler prints and the parser does not read',
  },
  {
    file: 'script/program.ts',
    code: "typeof source['value'] === 'string'",
    to: 'true',
    why: 'what is no text is no specifier of a graph, and is not rewritten',
  },
  {
    file: 'script/program.ts',
    code: '/^\\/\\*[@#]__PURE__\\*\\/$/',
    to: '/^\\/\\*[@#]__PURE__\\*\\//',
    why: 'a comment ends where it is closed',
  },
  {
    file: 'script/program.ts',
    mutator: 'EqualityOperator',
    code: /^(?:helper\.start <= start|end <= helper\.end)$/,
    to: /^(?:helper\.start < start|end < helper\.end)$/,
    why: 'a statement neither begins nor ends with a comment',
  },
  { file: 'script/syntax.ts', code: "'syntax error'", why: 'the parser throws errors only' },
  { file: 'script/syntax.ts', code: "'undefined'", why: 'no field of a tree is `undefined`' },
  {
    file: 'script/syntax.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
  {
    file: 'script/syntax.ts',
    code: "value.type === 'MemberExpression'",
    to: 'true',
    why: 'no other node has both a property and a word on whether it is computed',
  },
  {
    file: 'script/syntax.ts',
    code: 'blanks.exec(code)?.[0]',
    why: 'it fits everywhere, be it nothing that it fits',
  },
  {
    file: 'script/syntax.ts',
    code: 'value !== null',
    to: 'true',
    why: 'the parser leaves `regex` out where there is none',
  },
  {
    file: 'script/program-difference.ts',
    code: 'found === undefined',
    to: 'false',
    why: 'what follows ends with `undefined` too',
  },
  {
    file: 'script/program-difference.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'a text in place of a tree is no tree',
  },
  {
    file: 'script/program-difference.ts',
    code: "expected.type === 'EnumBody'",
    to: 'true',
    why: 'no other node has a field of that name',
  },
  {
    file: 'script/forms.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'a bare `var` says the same anywhere in its function',
  },
  {
    file: 'script/forms.ts',
    code: 'hoisted.sort()',
    to: 'hoisted',
    why: 'only the fingerprints of helpers ask for an order',
  },
  {
    file: 'script/forms.ts',
    code: "statement.type === 'ExportNamedDeclaration'",
    to: 'true',
    why: 'no other statement has the fields that are asked for beside it',
  },
  {
    file: 'script/forms.ts',
    code: 'name === undefined',
    to: 'false',
    why: 'a pattern without a value is no script',
  },
  {
    file: 'script/helpers.ts',
    code: /^statements\.filter\(mayBeHelper\)$|^type === 'FunctionDeclaration' \|\| type === 'VariableDeclaration'$/,
    why: 'spares the fingerprints of statements that are no helper',
  },
  { file: 'script/helpers.ts', code: "''", why: 'no helper has either fingerprint' },
  {
    file: 'declarations/declaration-tree.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'both that have candidates are made here',
  },

  {
    file: 'script/compiler.ts',
    code: /^loading \?\?= /,
    why: 'all mutants of a run share the one compiler that is loaded before the first of them',
  },
  {
    file: 'script/compiler.ts',
    code: /^\((?:source, media|tree)\) => attempt\(\(\) => swc\./,
    to: '() => undefined',
    why: 'the same: it is made together with that compiler',
  },
  {
    file: 'script/compiler.ts',
    code: /^\{ (?:jsc: \{ )?target: 'esnext' \}(?: \})?$/,
    to: '{}',
    why: 'declarations hold nothing that an older form would write in another way',
  },
  { file: 'script/compiler.ts', code: "'syntax error'", why: 'the compiler always has something to say' },
  { file: 'script/compiler.ts', code: '/[^\\sx×][^\\n]*/.exec(String(error))?.[0]', why: 'the same' },
  {
    file: 'script/compiler.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'compiled to WebAssembly it sees no files, and so no configuration',
  },
  {
    file: 'tarball/derivation.ts',
    code: "'declarations'",
    to: '""',
    why: 'whatever is no script is a declaration file',
  },
  { file: 'tarball/derivation.ts', code: "''", why: 'neither text is a path' },
  {
    file: 'tarball/derivation.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
  {
    file: 'tarball/rederive.ts',
    code: /^first === undefined$|^\{ class: 'unexplained', reason: 'is not derived from any attested file' \}$|^'unexplained'$|^'is not derived from any attested file'$|^'cannot be generated'$|^originals\.slice\(0, 1\)$/,
    why: 'there is at least one way to read the graph, and all name the same scripts',
  },
  {
    file: 'tarball/rederive.ts',
    code: /^found\.class !== 'verbatim'$|^'verbatim'$/,
    why: 'when others get their turn says nothing of the answer',
  },
  {
    file: 'tarball/rederive.ts',
    code: 'parseRequirement(text)?.npmName === own',
    to: 'true',
    why: 'a package that does not import itself reads the same in both ways',
  },
  { file: 'tarball/rederive.ts', code: "'file'", why: 'whatever is not `package` leads to files' },
  { file: 'tarball/rederive.ts', code: 'url === undefined', to: 'false', why: narrowing },
  {
    file: 'tarball/rederive.ts',
    code: "'package'",
    why: 'without exports, no import of the package itself leads to a file',
  },
  {
    file: 'tarball/rederive.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'no bytes, and those of no JSON, state nothing',
  },
  { file: 'tarball/rederive.ts', code: 'known !== undefined', to: 'false', why: 'spares doing it again' },
  {
    file: 'tarball/sourcemap.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that ends returns `undefined`',
  },
];
