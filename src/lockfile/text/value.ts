/** A lockfile as a tree of values with positions; `at` is the offset in UTF-16 units from the start of the text. */
export type Tree = MapTree | ListTree | LeafTree;

/** Keys are in a `Map`, so that `__proto__` and `constructor` are ordinary keys. */
export interface MapTree {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface ListTree {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly Tree[];
}

/** YAML and Yarn scalars are always text; only JSON has other types. */
export interface LeafTree {
  readonly kind: 'leaf';
  readonly at: number;
  readonly value: string | number | boolean | null;
}

/** One key and its value; `at` is the position of the key. */
export interface Entry {
  readonly key: string;
  readonly at: number;
  readonly value: Tree;
}

/** Number of values in one lockfile; 200,000 packages have fewer. */
export const maxValues = 2_000_000;
/** How deep values may be nested; npm's oldest trees reach about 40. */
export const maxDepth = 256;

/** A text cannot be parsed: the reason and the position. Thrown by parsers; `readLockfile` converts it to `JsrVerifyError`. */
export class TreeError extends Error {
  override readonly name = 'TreeError';
  readonly at: number;
  readonly hint: string | undefined;

  constructor(message: string, at: number, hint?: string) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

/** The value under a key, or `undefined`; anything but a map has no keys. */
export function get(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
}

/** The text of a leaf, or `undefined`. */
export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'leaf' && typeof tree.value === 'string' ? tree.value : undefined;
}

/** The text under a key, or `undefined`. */
export function textAt(tree: Tree | undefined, key: string): string | undefined {
  return textOf(get(tree, key));
}

/** Like `textAt`; throws `TreeError` when the key has a value that is not text. */
export function wordAt(tree: Tree | undefined, key: string): string | undefined {
  const value = get(tree, key);
  const text = textOf(value);
  if (value !== undefined && text === undefined)
    throw new TreeError(`has a "${key}" that is not text`, value.at);
  return text;
}

/**
 * The items of the list under a key; empty when the key is missing.
 * Throws `TreeError` when the value is not a list: a section that cannot be read must not count as empty.
 */
export function listOf(tree: Tree | undefined, key: string): readonly Tree[] {
  const section = get(tree, key);
  if (section !== undefined && section.kind !== 'list')
    throw new TreeError(`has a "${key}" that is not a list`, section.at);
  return itemsOf(section);
}

/** Whether the value under a key is true, as a boolean or as text. */
export function isTrue(tree: Tree | undefined, key: string): boolean {
  const value = get(tree, key);
  return value?.kind === 'leaf' && (value.value === true || value.value === 'true');
}

/** The entries of a map; empty for other values. */
export function entriesOf(tree: Tree | undefined): Iterable<Entry> {
  return tree?.kind === 'map' ? tree.entries.values() : [];
}

/** The items of a list; empty for other values. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

/**
 * The entries of the map under a key; empty when the key is missing.
 * Throws `TreeError` when the value is not a map: a section that cannot be read must not count as empty.
 */
export function sectionOf(tree: Tree | undefined, key: string): Iterable<Entry> {
  const section = get(tree, key);
  if (section !== undefined && section.kind !== 'map')
    throw new TreeError(`has a "${key}" that is not a map`, section.at);
  return entriesOf(section);
}
