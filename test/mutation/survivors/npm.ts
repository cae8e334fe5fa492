import type { Reason } from '../survivors.ts';

const narrowing =
  'type narrowing: the value is never `undefined`, and the code that follows gives the same answer for it';
const oneList = 'equivalent: the inserted text has none of the fields that are read next';
const stack = 'not testable: how deep is too deep depends on the stack that is left';
const caution =
  'defence in depth: no archive is known that the library and the walk over its headers read differently';

/** Mutants of `src/npm` that no unit test needs to notice. */
export const npm: readonly Reason[] = [
  {
    file: 'tarball/tar.ts',
    code: 'error instanceof Refusal',
    why: 'defence in depth: nothing else is thrown; anything else would be a defect and not a rejected archive',
  },
  {
    file: 'tarball/tar.ts',
    code: 'buffer.length > bounds.ratio * bytes.length',
    to: 'buffer.length >= bounds.ratio * bytes.length',
    why: 'harmless: the limit is a rule of thumb, and the exact ratio may fall on either side',
  },
  {
    file: 'tarball/tar.ts',
    code: /^(?:\{ reject\(new Refusal\()?`the archive is malformed: \$\{String\(error\)\}`(?:\)\); \})?$/,
    why: 'defence in depth: the library reports an unreadable archive by an event; if it throws, the archive is still rejected',
  },
  { file: 'tarball/tar.ts', code: "'the archive is ambiguous'", why: caution },
  { file: 'tarball/tar.ts', code: 'entries.length !== headers.length', to: 'false', why: caution },
  { file: 'tarball/tar.ts', code: 'entry?.type', to: 'entry.type', why: caution },
  { file: 'tarball/tar.ts', code: 'entry.bytes.length !== size', to: 'false', why: caution },
  {
    file: 'tarball/upload.ts',
    code: "'error'",
    why: 'equivalent: an error event without a listener is thrown, and the archive is rejected as well',
  },

  {
    file: 'tarball/package-json.ts',
    code: "'*'",
    why: 'type narrowing: a package that is required has at least one range',
  },
  {
    file: 'tarball/package-json.ts',
    code: "typeof revision !== 'number'",
    to: 'false',
    why: 'type narrowing: `Number.isSafeInteger`, which is checked next, is false for everything that is not a number',
  },
  {
    file: 'tarball/package-json.ts',
    code: 'path !== undefined',
    to: 'true',
    why: 'type narrowing: no file of a tarball has the path `undefined`',
  },
  {
    file: 'tarball/package-json.ts',
    code: 'a < b',
    to: 'a <= b',
    why: 'equivalent: no two packages have the same name',
  },
  {
    file: 'tarball/package-json.ts',
    code: "typeof range === 'string'",
    to: 'true',
    why: 'type narrowing: ranges are always strings',
  },
  {
    file: 'tarball/package-json.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'equivalent: a key whose value is `undefined` is not written',
  },
  {
    file: 'tarball/package-json.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },

  { file: 'tarball/graph.ts', code: "''", why: 'equivalent: neither text names types' },
  { file: 'tarball/graph.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  { file: 'tarball/specifiers.ts', mutator: 'ArrayDeclaration', code: '[]', why: oneList },
  {
    file: 'tarball/specifiers.ts',
    code: "''",
    why: 'equivalent: a name that is not of JSR is treated like a missing name',
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
    why: 'equivalent: a field that is `undefined` reads like a missing field',
  },
  {
    file: 'tarball/specifiers.ts',
    code: '/^@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    to: '/@([a-z0-9-]+)\\/([a-z0-9-]+)$/',
    why: 'equivalent: the expression that is applied before allows an `@` only at the start',
  },
  {
    file: 'tarball/specifiers.ts',
    code: '/^\\.*\\/*/',
    to: '/\\.*\\/*/',
    why: 'equivalent: an expression that matches the empty string always matches at the start',
  },

  { file: 'script/program.ts', code: /RangeError|nested too deeply to be compared/, why: stack },
  {
    file: 'script/program.ts',
    code: /its source compiles to no script|^!wanted\.ok$/,
    why: 'defence in depth: no source is known whose compiled form the parser cannot read',
  },
  {
    file: 'script/program.ts',
    code: "typeof source['value'] === 'string'",
    to: 'true',
    why: 'type narrowing: a value that is not a string is no specifier of the graph, and is not rewritten',
  },
  {
    file: 'script/program.ts',
    code: '/^\\/\\*[@#]__PURE__\\*\\/$/',
    to: '/^\\/\\*[@#]__PURE__\\*\\//',
    why: 'equivalent: a block comment ends at its first `*/`',
  },
  {
    file: 'script/program.ts',
    mutator: 'EqualityOperator',
    code: /^(?:helper\.start <= start|end <= helper\.end)$/,
    to: /^(?:helper\.start < start|end < helper\.end)$/,
    why: 'equivalent: a statement neither begins nor ends with a comment',
  },
  {
    file: 'script/syntax.ts',
    code: "'syntax error'",
    why: 'type narrowing: the parser throws nothing but errors',
  },
  { file: 'script/syntax.ts', code: "'undefined'", why: 'type narrowing: no field of a tree is `undefined`' },
  {
    file: 'script/syntax.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
  {
    file: 'script/syntax.ts',
    code: "value.type === 'MemberExpression'",
    to: 'true',
    why: 'equivalent: no other node has both the fields `property` and `computed`',
  },
  {
    file: 'script/program-difference.ts',
    code: 'found === undefined',
    to: 'false',
    why: 'equivalent: the code that follows returns `undefined` as well',
  },
  {
    file: 'script/program-difference.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'equivalent: the inserted text is not a tree node',
  },
  {
    file: 'script/program-difference.ts',
    code: "expected.type === 'EnumBody'",
    to: 'true',
    why: 'equivalent: no other node has a field of that name',
  },
  {
    file: 'script/forms.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'equivalent: a `var` without a value means the same anywhere in its function',
  },
  {
    file: 'script/forms.ts',
    code: "statement.type === 'ExportNamedDeclaration'",
    to: 'true',
    why: 'equivalent: no other statement has the fields that are checked with it',
  },
  {
    file: 'script/forms.ts',
    code: 'name === undefined',
    to: 'false',
    why: 'type narrowing: a pattern without a value is a syntax error',
  },
  { file: 'script/helpers.ts', code: "''", why: 'equivalent: neither text is the fingerprint of a helper' },
  {
    file: 'declarations/declaration-tree.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'equivalent: both lists of candidates are made in this module',
  },

  {
    file: 'script/compiler.ts',
    code: /^loading \?\?= /,
    why: 'not testable: all mutants share the compiler that is loaded before the first of them',
  },
  {
    file: 'script/compiler.ts',
    code: /^\((?:source, media|tree)\) => attempt\(\(\) => swc\./,
    to: '() => undefined',
    why: 'not testable: the function is made when the shared compiler is loaded, before the first mutant',
  },
  {
    file: 'script/compiler.ts',
    code: /^\{ (?:jsc: \{ )?target: 'esnext' \}(?: \})?$/,
    to: '{}',
    why: 'equivalent: declarations have no syntax that is written differently for an older target',
  },
  {
    file: 'script/compiler.ts',
    code: "'syntax error'",
    why: 'type narrowing: an error of the compiler always has a message',
  },
  {
    file: 'script/compiler.ts',
    code: '/[^\\sx×][^\\n]*/.exec(String(error))?.[0]',
    why: 'type narrowing: an error of the compiler always has a message',
  },
  {
    file: 'script/compiler.ts',
    mutator: 'BooleanLiteral',
    code: 'false',
    to: 'true',
    why: 'equivalent: the compiler runs as WebAssembly and cannot read a configuration file',
  },
  {
    file: 'tarball/derivation.ts',
    code: "'declarations'",
    to: '""',
    why: 'equivalent: only `script` is compared, so every other text means a declaration file',
  },
  { file: 'tarball/derivation.ts', code: "''", why: 'equivalent: neither text is a path' },
  {
    file: 'tarball/derivation.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
  {
    file: 'tarball/rederive.ts',
    code: /^first === undefined$|^\{ class: 'unexplained', reason: 'is not derived from any attested file' \}$|^'unexplained'$|^'is not derived from any attested file'$|^'cannot be generated'$|^originals\.slice\(0, 1\)$/,
    why: 'type narrowing: there is always at least one way to read the graph, and all of them name the same scripts',
  },
  {
    file: 'tarball/rederive.ts',
    code: /^found\.class !== 'verbatim'$|^'verbatim'$/,
    why: 'optimisation: the order in which the originals are tried does not change the answer',
  },
  {
    file: 'tarball/rederive.ts',
    code: 'parseRequirement(text)?.npmName === own',
    to: 'true',
    why: 'optimisation: a package that does not import itself reads the same in both ways',
  },
  {
    file: 'tarball/rederive.ts',
    code: "'file'",
    why: 'equivalent: only `package` is compared, so every other text means files',
  },
  { file: 'tarball/rederive.ts', code: 'url === undefined', to: 'false', why: narrowing },
  {
    file: 'tarball/rederive.ts',
    code: "'package'",
    why: 'equivalent: without exports, no import of the package itself resolves to a file',
  },
  {
    file: 'tarball/rederive.ts',
    mutator: 'ArrayDeclaration',
    code: '[]',
    why: 'equivalent: bytes that are not JSON state as little as no bytes',
  },
  {
    file: 'tarball/rederive.ts',
    code: 'known !== undefined',
    to: 'false',
    why: 'optimisation: without the cache, the same answer is computed again',
  },
  {
    file: 'tarball/sourcemap.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
];
