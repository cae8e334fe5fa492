import { parseSyml } from '@yarnpkg/parsers';
import { isRecord } from '../../wire/json.ts';
import { type Entry, maxValues, type Tree, TreeError } from './value.ts';

/** One entry of a Yarn 1 lockfile: the descriptors in its head, and its body, or why it cannot be read. */
export interface YarnBlock {
  /** Its descriptors, joined by commas; the line itself when they cannot be parsed. */
  readonly head: string;
  readonly at: number;
  readonly descriptors: readonly string[];
  readonly body: Tree | undefined;
}

/**
 * The entries of a Yarn 1 lockfile. Yarn's own parser returns no positions and merges duplicate keys, so it gets one entry
 * at a time; each entry starts in the first column.
 * Throws `TreeError` when the text ends within an entry or does not consist of entries.
 */
export function readSyml(text: string): readonly YarnBlock[] {
  const blocks: YarnBlock[] = [];
  const lastEnd = text.trimEnd().length;
  for (const { start, end } of blockRanges(text)) {
    const block = readBlock(text.slice(start, end), start);
    if (block.body === undefined && end >= lastEnd) {
      throw new TreeError(
        'ends with an entry that cannot be read',
        start,
        'the file may be cut short; restore it',
      );
    }
    blocks.push(block);
    if (blocks.length > maxValues) throw new TreeError(`has more than ${maxValues} entries`, start);
  }
  return blocks;
}

function* blockRanges(text: string): Iterable<{ readonly start: number; readonly end: number }> {
  const head = /^[^\s#].*$/gm;
  const first = head.exec(text);
  const before = /^[ \t]+[^\s#]/m.exec(text.slice(0, first?.index ?? text.length));
  if (before !== null) throw new TreeError('begins in the middle of an entry', before.index);
  let start = first?.index;
  while (start !== undefined) {
    const next = head.exec(text)?.index;
    yield { start, end: next ?? text.length };
    start = next;
  }
}

function readBlock(text: string, at: number): YarnBlock {
  // Entries have three levels at most; the parser recurses.
  const parsed = /^ {64}/m.test(text) ? undefined : parseBlock(text);
  const descriptors = parsed === undefined ? [] : Object.keys(parsed);
  const value = parsed?.[descriptors[0] ?? ''];
  const body = isRecord(value) && Object.keys(value).length > 0 ? toTree(value, at) : undefined;
  const head = descriptors.join(', ') || (text.split('\n', 1)[0] ?? '').trim().replace(/:$/, '');
  return { head, at, descriptors, body };
}

function parseBlock(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = parseSyml(`# yarn lockfile v1\n\n${text.trimEnd()}\n`);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    // The parser throws on every text that it cannot parse.
    return undefined;
  }
}

// The parser gives no positions inside an entry, so every value gets the position of its head.
function toTree(value: unknown, at: number): Tree {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => toTree(item, at)) };
  if (!isRecord(value)) return { kind: 'leaf', at, value: toLeaf(value) };
  const entries = Object.keys(value).map((key): [string, Entry] => [
    key,
    { key, at, value: toTree(value[key], at) },
  ]);
  return { kind: 'map', at, entries: new Map(entries) };
}

function toLeaf(value: unknown): string | boolean | null {
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
