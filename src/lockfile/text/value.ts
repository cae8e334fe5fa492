/** A lockfile as a tree of values that know where they stand; `at` counts characters from the start of the text. */
export type Tree = MapTree | ListTree | LeafTree;

/** Keys live in a `Map`, so that `__proto__` and `constructor` are names like any other. */
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

/** YAML and Yarn scalars are always text; only JSON has the other kinds. */
export interface LeafTree {
  readonly kind: 'leaf';
  readonly at: number;
  readonly value: string | number | boolean | null;
}

/** One key and its value; `at` is where the key stands. */
export interface Entry {
  readonly key: string;
  readonly at: number;
  readonly value: Tree;
}

/** Values one lockfile may hold in all; 200,000 packages have fewer. */
export const maxValues = 2_000_000;
/** How deep values may be nested; npm's oldest trees reach about 40. */
export const maxDepth = 256;

/** Why a text could not become a tree, and where; the readers of texts throw it, `readLockfile` turns it into words. */
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

/** Whether the value under a key says yes. */
export function isTrue(tree: Tree | undefined, key: string): boolean {
  const value = get(tree, key);
  return value?.kind === 'leaf' && (value.value === true || value.value === 'true');
}

/** The entries of a map, or none. */
export function entriesOf(tree: Tree | undefined): Iterable<Entry> {
  return tree?.kind === 'map' ? tree.entries.values() : [];
}

/** The items of a list, or none. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

/**
 * The entries of the map under a key; none when the key is missing.
 * Throws `TreeError` when something else stands there: a section that cannot be read must not pass for an empty one.
 */
export function sectionOf(tree: Tree | undefined, key: string): Iterable<Entry> {
  const section = get(tree, key);
  if (section !== undefined && section.kind !== 'map')
    throw new TreeError(`has a "${key}" that is not a map`, section.at);
  return entriesOf(section);
}
