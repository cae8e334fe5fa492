/** A JSON text as a tree that can hold what no value can: keys that stand twice, numbers of any length, broken scalars. */
export type JsonTree =
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly JsonTree[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: JsonTree])[] }
  /** JSON inside a base64 text, as the log keeps its entries. */
  | { readonly kind: 'encoded'; readonly inside: JsonTree };

/** One change of a tree; the numbers choose the place and what is done there, whatever the tree looks like. */
export interface TreeEdit {
  readonly at: number;
  readonly what: number;
  readonly choice: number;
}

/** The tree of a JSON text, or `undefined` where it is none. */
export function treeOf(text: string): JsonTree | undefined {
  try {
    return fromValue(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The tree as text. */
export function printTree(tree: JsonTree): string {
  switch (tree.kind) {
    case 'raw':
      return tree.text;
    case 'list':
      return `[${tree.items.map(printTree).join(',')}]`;
    case 'map':
      return `{${tree.entries.map(([key, value]) => `${key}:${printTree(value)}`).join(',')}}`;
    case 'encoded':
      return JSON.stringify(Buffer.from(printTree(tree.inside)).toString('base64'));
  }
}

/** The tree with one thing changed. */
export function editTree(tree: JsonTree, edit: TreeEdit): JsonTree {
  const nodes = [...walk(tree)];
  const target = nodes[edit.at % nodes.length] ?? tree;
  const other = nodes[edit.choice % nodes.length] ?? tree;
  return replaced(tree, target, changed(target, other, edit));
}

/** All keys and scalars of a tree, as JSON texts: the words a near-valid document is made of. */
export function wordsOf(tree: JsonTree): {
  readonly keys: readonly string[];
  readonly leaves: readonly string[];
} {
  const keys = new Set<string>();
  const leaves = new Set<string>();
  for (const node of walk(tree)) {
    if (node.kind === 'map') for (const [key] of node.entries) keys.add(key);
    if (node.kind === 'raw' || node.kind === 'encoded') leaves.add(printTree(node));
  }
  return { keys: [...keys], leaves: [...leaves] };
}

/** Keys that some readers trip over, as JSON texts. */
export const oddKeys: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'valueOf'],
  ...['', ' ', '0', '-1', 'length', '..', '/', 'a\u0000b', '\ud800', '\ufeff', 'ſ', 'İ', '\u202e'],
].map((key) => JSON.stringify(key));

/** Values that some readers trip over; not all of them are JSON. */
export const oddValues: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1e1',
    '00',
    '0x10',
    'NaN',
  ],
  ...[
    '9007199254740991',
    '9007199254740993',
    '18446744073709551616',
    '1'.repeat(400),
    '{}',
    '[]',
    '""',
    '" "',
  ],
  ...['"__proto__"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ufeff"', '"\\u202e"', '"\\/"', '"ǆ"'],
  ...[
    '"\u0000"',
    '"\n"',
    '"\\x"',
    '"1"',
    '"-1"',
    '" 1"',
    '"1e3"',
    '"99999999999999999999"',
    '"AA=="',
    '"AB=="',
  ],
  ...['"A-_="', '"!"', `"${'A'.repeat(2000)}"`, `"${'/..'.repeat(300)}"`, `"${' '.repeat(2000)}"`, '"*"'],
  ...[
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"toJSON":1,"then":2}',
  ],
  ...[
    '{"length":1e9}',
    '[[]]',
    '[null]',
    `${'['.repeat(63)}${']'.repeat(63)}`,
    `${'['.repeat(65)}${']'.repeat(65)}`,
  ],
  ...[
    `${'{"a":'.repeat(62)}1${'}'.repeat(62)}`,
    `${'['.repeat(9000)}`,
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '',
  ],
];

function* walk(tree: JsonTree): Iterable<JsonTree> {
  yield tree;
  if (tree.kind === 'list') for (const item of tree.items) yield* walk(item);
  if (tree.kind === 'map') for (const [, value] of tree.entries) yield* walk(value);
  if (tree.kind === 'encoded') yield* walk(tree.inside);
}

function fromValue(value: unknown): JsonTree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(fromValue) };
  if (typeof value === 'object' && value !== null) {
    return {
      kind: 'map',
      entries: Object.entries(value).map(([key, one]) => [JSON.stringify(key), fromValue(one)] as const),
    };
  }
  const inside = typeof value === 'string' && value.length > 20 ? encodedIn(value) : undefined;
  return inside === undefined ? { kind: 'raw', text: JSON.stringify(value) } : { kind: 'encoded', inside };
}

function encodedIn(text: string): JsonTree | undefined {
  const decoded = Buffer.from(text, 'base64');
  return decoded.toString('base64') === text && decoded[0] === 0x7b
    ? treeOf(decoded.toString('utf8'))
    : undefined;
}

function changed(target: JsonTree, other: JsonTree, { what, choice }: TreeEdit): JsonTree {
  const odd: JsonTree = { kind: 'raw', text: oddValues[choice % oddValues.length] ?? '' };
  const oddKey = oddKeys[choice % oddKeys.length] ?? '""';
  if (target.kind === 'map' && target.entries.length > 0) {
    const index = choice % target.entries.length;
    const entries = [...target.entries];
    const [key, value] = entries[index] ?? [oddKey, odd];
    switch (what % 8) {
      case 0:
        entries.splice(index, 1);
        return { kind: 'map', entries };
      case 1:
        return { kind: 'map', entries: [...entries, [key, other]] };
      case 2:
        return { kind: 'map', entries: [[oddKey, value], ...entries] };
      case 3:
        entries[index] = [oddKey, value];
        return { kind: 'map', entries };
      case 4:
        return { kind: 'list', items: entries.map(([, one]) => one) };
      case 5:
        return { kind: 'map', entries: entries.toReversed() };
    }
  }
  if (target.kind === 'list') {
    if (what % 4 === 0) return { kind: 'list', items: [...target.items, ...target.items] };
    if (what % 4 === 1) return { kind: 'list', items: target.items.slice(1) };
    if (what % 4 === 2) return { kind: 'list', items: [odd, ...target.items] };
  }
  switch (what % 6) {
    case 0:
      return { kind: 'list', items: [target] };
    case 1:
      return { kind: 'map', entries: [[oddKey, target]] };
    case 2:
      return other;
    case 3:
      return target.kind === 'raw' ? scrambled(target.text, choice) : odd;
    default:
      return odd;
  }
}

// A string stays one most of the time; what is in it changes.
function scrambled(text: string, choice: number): JsonTree {
  const at = 1 + (choice % Math.max(1, text.length - 1));
  const pieces = [
    '',
    '/',
    '..',
    '@',
    '-',
    '%2f',
    '\\u0000',
    '\\ud83d',
    '🦕',
    ' ',
    '\\n',
    '0',
    '=',
    '#',
    '"',
    'É',
  ];
  const piece = pieces[choice % pieces.length] ?? '';
  return { kind: 'raw', text: text.slice(0, at) + piece + text.slice(at + (choice % 3)) };
}

function replaced(tree: JsonTree, target: JsonTree, by: JsonTree): JsonTree {
  if (tree === target) return by;
  switch (tree.kind) {
    case 'raw':
      return tree;
    case 'list':
      return { kind: 'list', items: tree.items.map((item) => replaced(item, target, by)) };
    case 'map':
      return {
        kind: 'map',
        entries: tree.entries.map(([key, value]) => [key, replaced(value, target, by)] as const),
      };
    case 'encoded':
      return { kind: 'encoded', inside: replaced(tree.inside, target, by) };
  }
}
