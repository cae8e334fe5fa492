import fc from 'fast-check';
import {
  editTree,
  type JsonTree,
  oddKeys,
  oddValues,
  printTree,
  type TreeEdit,
  treeOf,
  wordsOf,
} from './json-tree.ts';

/** Bytes that stand for a lone surrogate, which UTF-8 cannot hold; `textFrom` puts it back. */
const loneHigh = '\uE000';
const loneLow = '\uE001';

/** The text that some bytes stand for. */
export function textFrom(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').replaceAll(loneHigh, '\ud800').replaceAll(loneLow, '\udc00');
}

/** Anything at all, sometimes behind the first bytes of something valid. */
export function noise(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array)),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc.string({ unit: fc.constantFrom(...pieces), maxLength: 60 }).map((text) => Buffer.from(text)),
    fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
  );
  return fc
    .tuple(fc.nat(samples.length - 1), fc.nat(64), bytes)
    .map(([index, length, rest]) =>
      Buffer.concat([(samples[index] ?? Buffer.alloc(0)).subarray(0, length % 3 === 0 ? length : 0), rest]),
    );
}

/** Documents made of the words of valid ones, or of their lines and blocks where they are no JSON. */
export function nearly(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const trees = samples.flatMap((sample) => treeOf(sample.toString('utf8')) ?? []);
  const blocks = samples.flatMap(blocksOf);
  const shuffled = fc
    .array(fc.nat(blocks.length - 1), { maxLength: 40 })
    .map((order) => Buffer.concat(order.map((index) => blocks[index] ?? Buffer.alloc(0))));
  return trees.length === 0
    ? shuffled
    : fc.oneof({ weight: 5, arbitrary: jsonOf(trees) }, { weight: 1, arbitrary: shuffled });
}

/** A valid document with a few things wrong with it. */
export function mutated(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const trees = samples.map((sample) => treeOf(sample.toString('utf8')));
  const number = fc.nat({ max: 1_000_000 });
  const treeEdit: fc.Arbitrary<TreeEdit> = fc.record({ at: number, what: number, choice: number });
  const byteEdit: fc.Arbitrary<ByteEdit> = fc.record({
    at: number,
    kind: fc.nat(9),
    length: fc.nat(40),
    choice: number,
  });
  return fc
    .record({
      sample: fc.nat(samples.length - 1),
      inTree: fc.array(treeEdit, { maxLength: 4 }),
      inBytes: fc.oneof(
        { weight: 2, arbitrary: fc.constant<ByteEdit[]>([]) },
        { weight: 3, arbitrary: fc.array(byteEdit, { minLength: 1, maxLength: 5 }) },
      ),
    })
    .map(({ sample, inTree, inBytes }) => {
      const tree = trees[sample];
      const start =
        tree === undefined
          ? (samples[sample] ?? Buffer.alloc(0))
          : Buffer.from(printTree(inTree.reduce<JsonTree>((so, edit) => editTree(so, edit), tree)));
      // Without a tree to change, the bytes have to do.
      const edits = tree === undefined && inBytes.length === 0 ? inTree.map(asByteEdit) : inBytes;
      return edits.reduce<Buffer>(editBytes, start);
    });
}

interface ByteEdit {
  readonly at: number;
  readonly kind: number;
  readonly length: number;
  readonly choice: number;
}

const asByteEdit = ({ at, what, choice }: TreeEdit): ByteEdit => ({
  at,
  kind: what % 10,
  length: what % 40,
  choice,
});

/** What is put in between: signs of all formats, and what is known to be read in two ways. */
const pieces: readonly string[] = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '"',
    "'",
    '`',
    ':',
    ',',
    ';',
    '.',
    '/',
    '\\',
    '@',
    '#',
    '&',
    '*',
    '!',
    '|',
    '-',
    '+',
    '?',
    '~',
    '_',
    '%',
    '=',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '\n\n',
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u202e',
    'İ',
    '🦕',
    loneHigh,
    loneLow,
  ],
  ...[
    '//',
    '/*',
    '*/',
    '/../',
    '../',
    './',
    '%2e%2e',
    '%2F',
    '%40',
    '%',
    '\\u0000',
    '\\ud800',
    '\\u005f',
    '::',
    '__',
    '@@',
    '@jsr/',
    'jsr:',
    'npm:',
  ],
  ...[
    '__proto__',
    'constructor',
    'null',
    'true',
    '0',
    '-0',
    '1e400',
    '9007199254740993',
    '"__proto__":{"polluted":1},',
    ',"a":1,"a":2',
  ],
  ...[
    'https://',
    'http://jsr.io',
    'file:///etc/passwd',
    '-----BEGIN CERTIFICATE-----',
    '\u2014 ',
    'AAAA',
    'A===',
    '- ',
    '? ',
    '<<: ',
    '&a ',
    '*a',
    '!!js ',
  ],
  ...[
    '['.repeat(70),
    '{"a":'.repeat(70),
    '['.repeat(5000),
    'a'.repeat(300),
    ' '.repeat(300),
    '1'.repeat(50),
    '  '.repeat(130),
  ],
];

function editBytes(bytes: Buffer, { at, kind, length, choice }: ByteEdit): Buffer {
  const start = at % (bytes.length + 1);
  const end = Math.min(bytes.length, start + length);
  const piece = Buffer.from(pieces[choice % pieces.length] ?? '');
  switch (kind) {
    case 0:
    case 1: {
      const copy = Buffer.from(bytes);
      if (start < copy.length) copy[start] = (copy[start] ?? 0) ^ (1 << (choice % 8));
      return copy;
    }
    case 2: {
      const copy = Buffer.from(bytes);
      if (start < copy.length)
        copy[start] = [0x00, 0xff, 0x80, 0x7f, 0x20, 0x0a, 0x30, 0xc0][choice % 8] ?? 0;
      return copy;
    }
    case 3:
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    case 4:
      return bytes.subarray(0, start);
    case 5:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
    case 6:
      return Buffer.concat([piece, bytes]);
    case 7:
      return Buffer.concat([bytes, choice % 2 === 0 ? piece : bytes.subarray(start)]);
    default:
      return Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(kind === 8 ? start : end)]);
  }
}

function jsonOf(trees: readonly JsonTree[]): fc.Arbitrary<Buffer> {
  const words = trees.map(wordsOf);
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('"a"', ...words.flatMap(({ keys }) => keys)) },
    { weight: 1, arbitrary: fc.constantFrom(...oddKeys) },
  );
  const leaf = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('1', ...words.flatMap(({ leaves }) => leaves)) },
    { weight: 1, arbitrary: fc.constantFrom(...oddValues) },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => JSON.stringify(text)) },
  );
  const { tree } = fc.letrec<{ tree: JsonTree; map: JsonTree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthIdentifier: 'json' },
      leaf.map((text): JsonTree => ({ kind: 'raw', text })),
      tie('map'),
      fc
        .array(tie('tree'), { maxLength: 4, depthIdentifier: 'json' })
        .map((items): JsonTree => ({ kind: 'list', items })),
      tie('tree').map((inside): JsonTree => ({ kind: 'encoded', inside })),
    ),
    map: fc
      .array(fc.tuple(key, tie('tree')), { maxLength: 6, depthIdentifier: 'json' })
      .map((entries): JsonTree => ({ kind: 'map', entries })),
  }));
  const beside = fc.constantFrom(...trees);
  return fc.tuple(beside, tree, fc.nat(5)).map(([whole, part, how]) => {
    // What is new goes into an otherwise valid document most of the time, or else nothing behind the first key is reached.
    const mixed = how === 0 ? part : editedWith(whole, part, how);
    return Buffer.from(printTree(mixed));
  });
}

function editedWith(whole: JsonTree, part: JsonTree, seed: number): JsonTree {
  if (whole.kind !== 'map' || part.kind !== 'map') return part;
  const given = new Map(part.entries);
  const kept = whole.entries.map(([key, value], index) => {
    const other = given.get(key);
    return [key, other === undefined || (index + seed) % 2 === 0 ? value : other] as const;
  });
  const known = new Set(kept.map(([key]) => key));
  return { kind: 'map', entries: [...kept, ...part.entries.filter(([key]) => !known.has(key))] };
}

function blocksOf(sample: Buffer): readonly Buffer[] {
  const text = sample.toString('utf8');
  if (Buffer.from(text).equals(sample) && text.includes('\n')) {
    return text.split(/(?<=\n)/).map((line) => Buffer.from(line));
  }
  const size = sample.length % 512 === 0 ? 512 : 16;
  return Array.from({ length: Math.ceil(sample.length / size) }, (_, index) =>
    sample.subarray(index * size, (index + 1) * size),
  );
}
