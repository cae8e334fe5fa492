import { isRecord } from '../../wire/json.ts';
import { sameOrigin } from './enums.ts';
import { isNeeded, isObeyed, pure } from './marks.ts';
import { mentionsIn } from './mentions.ts';
import { fieldsOf, hoistedNames, isNode, marksAt, type SyntaxNode } from './syntax.ts';
import type { LoweredNames } from './typescript.ts';

/** Differences that are allowed between two trees. */
export interface Equivalence {
  readonly names: LoweredNames;
  /** Other trees that may replace an expected node; all are made from the attested source. */
  readonly alternatives: ReadonlyMap<SyntaxNode, readonly SyntaxNode[]>;
}

/** The first difference, as an offset in the text of the actual tree. */
export interface Difference {
  readonly at: number;
  readonly what: string;
}

/**
 * Compares both trees and returns the first difference, or `undefined`. Every field of every node counts;
 * `Equivalence` names the only allowed differences.
 */
export function difference(
  expected: SyntaxNode,
  actual: SyntaxNode,
  equivalence: Equivalence,
): Difference | undefined {
  const found = nodeDifference(expected, actual, equivalence);
  if (found === undefined) return undefined;
  for (const other of equivalence.alternatives.get(expected) ?? []) {
    if (nodeDifference(other, actual, equivalence) === undefined) return undefined;
  }
  return found;
}

function nodeDifference(
  expected: SyntaxNode,
  actual: SyntaxNode,
  equivalence: Equivalence,
): Difference | undefined {
  const at = actual.start;
  if (expected.type !== actual.type) return { at, what: `${actual.type} in place of ${expected.type}` };
  const marked = markDifference(expected, actual);
  if (marked !== undefined) return marked;
  for (const field of new Set([...fieldsOf(expected), ...fieldsOf(actual)])) {
    const found =
      field === 'hoisted'
        ? hoistedDifference(expected, actual, equivalence)
        : expected.type === 'EnumBody' && field === 'onto'
          ? originDifference(expected, actual, equivalence)
          : valueDifference(
              expected[field],
              actual[field],
              { at, what: `${field} of ${actual.type}` },
              equivalence,
            );
    if (found !== undefined) return found;
  }
  return undefined;
}

// Some tools obey comments for the node they precede. Most such comments may be missing, but none may move.
function markDifference(expected: SyntaxNode, actual: SyntaxNode): Difference | undefined {
  for (const field of ['marks', 'dropped'] as const) {
    const wanted = marksAt(expected, field).map(({ text }) => text);
    if (expected.type === 'EnumBody' && !hasCall(expected['body'])) wanted.push(pure);
    for (const { text, start } of marksAt(actual, field)) {
      const index = wanted.indexOf(text);
      if (index !== -1) wanted.splice(index, 1);
      else if (isObeyed(text)) return { at: start, what: 'a comment that tools obey' };
    }
    if (wanted.some(isNeeded)) return { at: actual.start, what: 'missing a comment that bundlers obey' };
  }
  return undefined;
}

// Until 2026 swc marked all enums as pure, but an enum whose values contain a call must not be dropped.
function hasCall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isNode(value) && /^(?:Call|New|TaggedTemplate|Import|Await|Yield)Expression$/.test(value.type))
    return true;
  return Object.values(value).some(hasCall);
}

function valueDifference(
  expected: unknown,
  actual: unknown,
  here: Difference,
  equivalence: Equivalence,
): Difference | undefined {
  if (Array.isArray(expected) && Array.isArray(actual))
    return listDifference(expected, actual, here, equivalence);
  if (isNode(expected) && isNode(actual)) return difference(expected, actual, equivalence);
  if (isRecord(expected) && isRecord(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = valueDifference(expected[key], actual[key], here, equivalence);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return Object.is(expected, actual) ? undefined : here;
}

function listDifference(
  expected: readonly unknown[],
  actual: readonly unknown[],
  here: Difference,
  equivalence: Equivalence,
): Difference | undefined {
  for (const [index, item] of actual.entries()) {
    const at = isNode(item) ? item.start : here.at;
    if (index >= expected.length) return { at, what: `added ${isNode(item) ? item.type : here.what}` };
    const found = valueDifference(expected[index], item, { at, what: here.what }, equivalence);
    if (found !== undefined) return found;
  }
  const missing = expected[actual.length];
  if (actual.length === expected.length) return undefined;
  return { at: here.at, what: `missing ${isNode(missing) ? missing.type : here.what}` };
}

// Until 2024 a constant enum left an empty `var`. It is accepted only if no other code mentions the name.
function hoistedDifference(
  expected: SyntaxNode,
  actual: SyntaxNode,
  { names }: Equivalence,
): Difference | undefined {
  const left = new Map<string, number>();
  for (const name of hoistedNames(actual)) left.set(name, (left.get(name) ?? 0) + 1);
  for (const name of hoistedNames(expected)) {
    const count = left.get(name) ?? 0;
    if (count === 0) return { at: actual.start, what: `missing var ${name}` };
    left.set(name, count - 1);
  }
  const added = [...left].flatMap(([name, count]) => (count > 0 ? [name] : []));
  const empty = expected.type === 'Program' && added.length > 0 ? emptyNames(expected, names) : new Set();
  const strange = added.find((name) => !empty.has(name));
  return strange === undefined ? undefined : { at: actual.start, what: `added var ${strange}` };
}

function emptyNames(program: SyntaxNode, { constEnums }: LoweredNames): ReadonlySet<string> {
  const mentions = mentionsIn(program);
  return mentions.has('eval') ? new Set() : new Set([...constEnums].filter((name) => !mentions.has(name)));
}

function originDifference(
  expected: SyntaxNode,
  actual: SyntaxNode,
  { names }: Equivalence,
): Difference | undefined {
  return sameOrigin(expected['onto'], actual['onto'], actual['name'], names)
    ? undefined
    : { at: actual.start, what: 'what the enum starts from' };
}
