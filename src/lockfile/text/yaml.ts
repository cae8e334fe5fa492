import {
  Composer,
  type CST,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  Parser,
  type Scalar,
} from 'yaml';
import { asClause } from '../../model/words.ts';
import { type Entry, maxDepth, maxValues, type Tree, TreeError } from './value.ts';

/** Longest YAML text that is read, in characters: its parser needs about 30 times as much memory. */
const maxLength = 20 * 1024 * 1024;

/**
 * The documents of a YAML text as trees, every scalar as text.
 * Throws `TreeError` for invalid YAML, for anchors, aliases and tags, which no lockfile needs, for duplicate keys and
 * when a bound of `value.ts` is exceeded.
 */
export function readYaml(text: string): readonly Tree[] {
  if (text.length > maxLength)
    throw new TreeError('is larger than 20 MB', 0, 'no client writes a lockfile of that size');
  const tokens = [...new Parser().parse(text)];
  for (const token of tokens) refuseDepth(token);
  // The parser's own check for duplicate keys takes quadratic time; `toTree` uses a map.
  const composer = new Composer({
    schema: 'failsafe',
    uniqueKeys: false,
    strict: true,
    merge: false,
    logLevel: 'silent',
  });
  const budget = { left: maxValues };
  const trees: Tree[] = [];
  for (const document of composer.compose(tokens)) {
    // Yarn 2 writes and reads keys that are longer than YAML allows without a question mark.
    const errors = document.errors.filter(({ code }) => code !== 'KEY_OVER_1024_CHARS');
    const error = errors[0] ?? document.warnings[0];
    if (error !== undefined) throw refused(error.message, error.pos[0], text);
    if (document.contents !== null) trees.push(toTree(document.contents, budget));
  }
  if (trees.length === 0) throw new TreeError('contains no value', 0);
  return trees;
}

// The composer recurses, so depth is measured on the flat tokens first, without recursion.
function refuseDepth(token: CST.Token): void {
  const waiting: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = [
    { token, depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token: here, depth } = next;
    if (here === null || here === undefined) continue;
    if (depth > maxDepth) throw new TreeError(`is nested deeper than ${maxDepth}`, here.offset);
    if (here.type === 'document') waiting.push({ token: here.value, depth });
    if (!('items' in here)) continue;
    for (const item of here.items) {
      waiting.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    }
  }
}

function toTree(node: Node | ParsedNode, budget: { left: number }): Tree {
  const at = node.range?.[0] ?? 0;
  budget.left -= 1;
  if (budget.left < 0) throw new TreeError(`has more than ${maxValues} values`, at);
  if (('anchor' in node && node.anchor !== undefined) || node.tag !== undefined) {
    throw new TreeError('has an anchor or a tag, which no lockfile needs', at);
  }
  if (isScalar(node)) return { kind: 'leaf', at, value: textOfScalar(node) };
  if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => toTree(item as Node, budget)) };
  if (!isMap(node)) throw new TreeError('has an alias, which no lockfile needs', at);
  const entries = new Map<string, Entry>();
  for (const { key, value } of node.items) {
    if (!isScalar(key)) throw new TreeError('has a key that is not text', at);
    const name = textOfScalar(key) ?? '';
    const keyAt = key.range?.[0] ?? at;
    if (entries.has(name)) {
      throw new TreeError('has a duplicate key', keyAt, 'different parsers could read it differently');
    }
    const tree: Tree =
      value === null ? { kind: 'leaf', at: keyAt, value: null } : toTree(value as Node, budget);
    entries.set(name, { key: name, at: keyAt, value: tree });
  }
  return { kind: 'map', at, entries };
}

// Without a schema, every scalar is text; an empty one, `~` and `null` stay null.
function textOfScalar({ value, type }: Scalar): string | null {
  if (typeof value !== 'string') return null;
  return type === 'PLAIN' && /^(?:~|null)?$/.test(value) ? null : value;
}

function refused(message: string, at: number, text: string): TreeError {
  if (at >= text.trimEnd().length) {
    return new TreeError('ends unexpectedly', at, 'the file was cut short; restore it or regenerate it');
  }
  return new TreeError(`is not valid YAML: ${asClause(message).replace(/\.$/, '')}`, at);
}
