/** A node of swc's syntax tree as plain data, without positions and formatting. */
export interface Tree {
  readonly type: string;
  readonly [field: string]: unknown;
}

// Positions, the spelling of literals, and `declare`, which is implied in declaration files.
const ignored = new Set(['span', 'ctxt', 'raw', 'declare', 'interpreter']);

/** Copies swc's tree without positions, spelling and parentheses around types. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  // A spread (`...`) is only a position in swc's tree; its presence is what counts.
  if (!('type' in value) && 'start' in value && 'end' in value) return true;
  if ('type' in value && value.type === 'TsParenthesizedType' && 'typeAnnotation' in value) {
    return plain(value.typeAnnotation);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => !ignored.has(field))
      .map(([field, child]) => [field, plain(child)]),
  );
}

/** Narrows a field to a node. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** A field of a node as a node, or `undefined`. */
export function treeAt(node: Tree, field: string): Tree | undefined {
  const value = node[field];
  return isTree(value) ? value : undefined;
}

/** A field of a node as a list of nodes. */
export function treesAt(node: Tree, field: string): readonly Tree[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** The text of an identifier, a string or the identifier in a private name. */
export function textOf(node: unknown): string | undefined {
  if (!isTree(node)) return undefined;
  if (node.type !== 'Identifier' && node.type !== 'StringLiteral') return undefined;
  return typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** A place where JSR infers a type: a match with one of `candidates` proves it, any other type leaves it open. */
export interface Hole extends Tree {
  readonly type: 'Hole';
  readonly candidates: readonly unknown[];
}

/** Makes a hole; without candidates its content can never be proved. */
export function hole(...candidates: readonly unknown[]): Hole {
  return { type: 'Hole', candidates };
}

/** A place where exactly one of several trees is expected. */
export function oneOf(...candidates: readonly unknown[]): Tree {
  return { type: 'OneOf', candidates };
}

/** The result of comparing two trees. */
export type Match = 'same' | 'open' | 'different';

/** Compares an expected tree, which may contain holes, with an actual one. */
export function match(expected: unknown, actual: unknown): Match {
  if (isTree(expected) && expected.type === 'Hole') return matchHole(expected, actual);
  if (isTree(expected) && expected.type === 'OneOf') return best(candidatesOf(expected), actual);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return 'different';
    return worst(expected.map((item, index) => () => match(item, actual[index])));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return 'different';
    const fields = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return worst(
      [...fields].map((field) => () => match(Reflect.get(expected, field), Reflect.get(actual, field))),
    );
  }
  return Object.is(expected, actual) ? 'same' : 'different';
}

// A hole stands for a type; a missing node, or a node that is not a type, does not match.
function matchHole(expected: Tree, actual: unknown): Match {
  const found = best(candidatesOf(expected), actual);
  if (found !== 'different') return found;
  return isTree(actual) && actual.type.startsWith('Ts') ? 'open' : 'different';
}

function candidatesOf(node: Tree): readonly unknown[] {
  const { candidates } = node;
  return Array.isArray(candidates) ? candidates : [];
}

function best(candidates: readonly unknown[], actual: unknown): Match {
  let found: Match = 'different';
  for (const candidate of candidates) {
    const next = match(candidate, actual);
    if (next === 'same') return next;
    if (next === 'open') found = next;
  }
  return found;
}

function worst(matches: readonly (() => Match)[]): Match {
  let found: Match = 'same';
  for (const next of matches) {
    const result = next();
    if (result === 'different') return result;
    if (result === 'open') found = result;
  }
  return found;
}
