/** A family of inputs of any size that a slow reader would be slow with. */
export interface Family {
  readonly name: string;
  readonly make: (size: number) => string | Buffer;
  /** Where to begin, for what grows slowly at first beside other work. */
  readonly smallest?: number;
  /** The largest size that is measured at the small end, where the reader has a bound of its own. */
  readonly largest?: number;
}

const repeated = (piece: string, before = '', after = '') => ({
  make: (size: number) => before + piece.repeat(size) + after,
});

/** So many different pieces, with something between them. */
export function many(size: number, piece: (index: number) => string, between = ','): string {
  return Array.from({ length: size }, (_, index) => piece(index)).join(between);
}

/** What any reader of JSON can be given. */
export const jsonFamilies: readonly Family[] = [
  { name: 'lists in lists', ...repeated('[') },
  { name: 'objects in objects', ...repeated('{"a":') },
  { name: 'lists in lists, closed', make: (size) => '['.repeat(size) + ']'.repeat(size) },
  { name: 'many keys', make: (size) => `{${many(size, (index) => `"k${index}":${index}`)}}` },
  { name: 'the same key many times', ...repeated('"a":1,', '{', '"a":1}') },
  { name: 'many strange keys', make: (size) => `{${many(size, (index) => `"__proto__${index}":{}`)}}` },
  { name: 'a long text', ...repeated('a', '"', '"') },
  { name: 'a long text without an end', ...repeated('a', '"') },
  { name: 'a text of escapes', ...repeated('\\u0041\\n', '"', '"') },
  { name: 'many empty texts without commas', ...repeated('"" ') },
  { name: 'a long number', ...repeated('1') },
  { name: 'many numbers', ...repeated('1e9,', '[', '1]') },
  { name: 'many blanks', ...repeated(' \n\t', '[', ']') },
  { name: 'many blanks at the end', ...repeated(' ', '{}') },
  { name: 'many commas', ...repeated(',', '[', ']') },
  { name: 'many colons', ...repeated(':') },
  { name: 'many comments', ...repeated('/* */', '{', '}') },
  { name: 'many comments without an end', ...repeated('/* ', '{') },
  { name: 'many line comments', ...repeated('// \n', '{', '}') },
  { name: 'many quotes', ...repeated('"') },
  { name: 'many backslashes', ...repeated('\\', '"') },
];

/** What any reader of one line of text can be given. */
export const lineFamilies: readonly Family[] = [
  'a',
  ' ',
  '/',
  '@',
  '-',
  '.',
  '../',
  '%40',
  ':',
  '=',
  '+',
  '#',
  '0',
  '\ud800',
  '\n',
  '`',
  '"',
].flatMap((piece): Family[] => [
  { name: `much of ${JSON.stringify(piece)}`, ...repeated(piece) },
  { name: `much of ${JSON.stringify(piece)} between others`, ...repeated(piece, 'https://a', '!b') },
]);

/** What any reader of lines can be given. */
export const textFamilies: readonly Family[] = [
  { name: 'empty lines', ...repeated('\n', 'a: b', 'c: d\n') },
  { name: 'lines of blanks', ...repeated('  \n', 'a: b\n', 'c: d\n') },
  { name: 'one line of blanks', ...repeated(' ', 'a:\n', 'b') },
  { name: 'comments', ...repeated('# a\n', '', 'a: b\n') },
  { name: 'lines that are nothing', ...repeated('!\n') },
  {
    name: 'lines that are nothing, and blanks',
    smallest: 2000,
    make: (size) => `${'!\n'.repeat(size)}a: b\n${' '.repeat(size * 20)}`,
  },
  { name: 'keys', make: (size) => many(size, (index) => `k${index}: v`, '\n') },
  { name: 'one long key', ...repeated('a', '"', '": b\n') },
  { name: 'one long key of blanks', smallest: 10_000, ...repeated(' ', '? "a', 'b"\n: c\n') },
  { name: 'one long value', ...repeated('a', 'a: ', '\n') },
  { name: 'one long value of words', ...repeated('a b ', 'a: ', '\n') },
  { name: 'one value of many lines', ...repeated('  a\n', 'a: |\n', '\n') },
  {
    name: 'one key of many names',
    make: (size) => `"${many(size, (index) => `a@${index}`, ', ')}":\n  version: 1\n`,
  },
  { name: 'quotes', ...repeated('"') },
  { name: 'single quotes', ...repeated("'") },
  { name: 'dashes', ...repeated('- ') },
  { name: 'question marks', ...repeated('? ') },
  { name: 'colons', ...repeated(': ') },
  { name: 'documents', ...repeated('---\na: b\n') },
  {
    name: 'anchors and aliases',
    make: (size) => many(size, (index) => `k${index}: &a${index} [*a${Math.max(0, index - 1)}]`, '\n'),
  },
  { name: 'lists in lists', ...repeated('[', 'a: ') },
  { name: 'maps in maps', ...repeated('{a: ', 'a: ') },
  {
    name: 'steps inwards',
    make: (size) => many(Math.ceil(Math.sqrt(size)), (index) => `${' '.repeat(index)}a:`, '\n'),
  },
  { name: 'lists in lines', ...repeated('- a\n') },
  { name: 'conflict markers without a blank', ...repeated('<<<<<<<a\n') },
];
