import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { PackageReport } from '../../model/report.ts';
import { toJson } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';

type JsonObject = { readonly [key: string]: Json };

/** What is added to a component: items of its lists and members of its objects, by key. */
export interface ComponentAddition {
  readonly externalReferences: readonly (JsonObject & { readonly type: string; readonly url: string })[];
  readonly properties: readonly Json[];
  readonly commits: readonly Json[];
  /** Only added where the component has no `evidence.identity`. */
  readonly identity: Json | undefined;
}

/** The prefix of the properties that this program writes; properties with this prefix from others are removed. */
export const propertyPrefix = 'jsr-verify:';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text of a CycloneDX document with additions to its JSR components. Everything else stays byte for byte, except that
 * properties with the name of this program are removed from every component: only this run may speak for it.
 *
 * `packages` are found by the place that the reader of lockfiles gave them.
 */
export function withAdditions(
  { file, text }: { readonly file: string; readonly text: string },
  packages: readonly PackageReport[],
  additionTo: (pkg: PackageReport, specVersion: string) => ComponentAddition,
): string {
  const root = parseTree(text, [], { disallowComments: true });
  if (root === undefined) return text;
  const byPlace = new Map(
    packages.flatMap((pkg) =>
      pkg.occurrences.filter(({ at }) => at.file === file).map(({ at }) => [`${at.line}:${at.column}`, pkg]),
    ),
  );
  const specVersion = String(findNodeAtLocation(root, ['specVersion'])?.value);
  const starts = lineStarts(text);
  const edits: Edit[] = [];
  for (const component of objectsIn(root)) {
    const named = member(component, 'bom-ref') ?? member(component, 'purl');
    const pkg = named === undefined ? undefined : byPlace.get(placeOf(starts, named.offset));
    const addition = pkg === undefined ? undefined : additionTo(pkg, specVersion);
    edits.push(...editsOf(text, component, addition));
  }
  return applied(text, edits);
}

function editsOf(text: string, component: Node, addition: ComponentAddition | undefined): readonly Edit[] {
  const { externalReferences = [], properties = [], commits = [], identity } = addition ?? {};
  const edits: Edit[] = [];
  const missing: string[] = [];
  const own = itemsOf(component, 'properties');
  const kept = own.filter((item) => !isOurs(item));
  if (properties.length > 0 || kept.length < own.length) {
    const items = [...kept.map((item) => rawOf(text, item)), ...properties.map((item) => toJson(item))];
    const list = memberValue(component, 'properties');
    if (list === undefined) missing.push(`"properties": [${items.join(', ')}]`);
    else edits.push({ from: list.offset, to: list.offset + list.length, text: `[${items.join(', ')}]` });
  }
  const known = new Set(
    itemsOf(component, 'externalReferences').map((item) =>
      JSON.stringify([memberValue(item, 'type')?.value, memberValue(item, 'url')?.value]),
    ),
  );
  const fresh = externalReferences.filter(({ type, url }) => !known.has(JSON.stringify([type, url])));
  extend(component, 'externalReferences', fresh);
  const pedigree = memberValue(component, 'pedigree');
  const uids = new Set(
    pedigree === undefined ? [] : itemsOf(pedigree, 'commits').map((item) => memberValue(item, 'uid')?.value),
  );
  const newCommits = commits.filter((commit) => !uids.has((commit as JsonObject)['uid']));
  if (pedigree === undefined) {
    if (newCommits.length > 0) missing.push(`"pedigree": {"commits": ${toJson(newCommits)}}`);
  } else if (pedigree.type === 'object') extend(pedigree, 'commits', newCommits);
  const evidence = memberValue(component, 'evidence');
  if (identity !== undefined) {
    if (evidence === undefined) missing.push(`"evidence": {"identity": ${toJson(identity)}}`);
    else if (evidence.type === 'object' && memberValue(evidence, 'identity') === undefined)
      edits.push(insertion(evidence, `"identity": ${toJson(identity)}`));
  }
  if (missing.length > 0) edits.push(insertion(component, missing.join(', ')));
  return edits;

  function extend(parent: Node, key: string, items: readonly Json[]): void {
    if (items.length === 0) return;
    const list = memberValue(parent, key);
    const texts = items.map((item) => toJson(item)).join(', ');
    if (list === undefined && parent === component) missing.push(`"${key}": [${texts}]`);
    else if (list === undefined) edits.push(insertion(parent, `"${key}": [${texts}]`));
    else if (list.type === 'array') edits.push(insertion(list, texts));
  }
}

/** Puts a text behind the last child of an object or a list. */
function insertion(parent: Node, text: string): Edit {
  const last = parent.children?.at(-1);
  const at = last === undefined ? parent.offset + 1 : last.offset + last.length;
  return { from: at, to: at, text: last === undefined ? text : `, ${text}` };
}

function applied(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from || a.to - b.to)) {
    parts.push(text.slice(done, edit.from), edit.text);
    done = edit.to;
  }
  return [...parts, text.slice(done)].join('');
}

/** Every object of the document that could be a component. */
function* objectsIn(root: Node): Iterable<Node> {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'object') yield node;
    open.push(...(node.children ?? []));
  }
}

function member(node: Node, key: string): Node | undefined {
  return node.type === 'object'
    ? node.children?.find(({ children }) => children?.[0]?.value === key)
    : undefined;
}

function memberValue(node: Node, key: string): Node | undefined {
  return member(node, key)?.children?.[1];
}

function itemsOf(node: Node, key: string): readonly Node[] {
  const list = memberValue(node, key);
  return list?.type === 'array' ? (list.children ?? []) : [];
}

function isOurs(property: Node): boolean {
  const name: unknown = memberValue(property, 'name')?.value;
  return typeof name === 'string' && name.startsWith(propertyPrefix);
}

function rawOf(text: string, { offset, length }: Node): string {
  return text.slice(offset, offset + length);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Line and column of a position, both from 1, as places have them. */
function placeOf(starts: readonly number[], at: number): string {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return `${low + 1}:${at - (starts[low] ?? 0) + 1}`;
}
