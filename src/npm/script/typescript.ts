import { isTree, type Tree, textOf, treeAt, treesAt } from '../declarations/declaration-tree.ts';
import { isNode, type SyntaxNode } from './syntax.ts';

/** Declarations in a TypeScript source that compilers lower in several ways. */
export interface LoweredNames {
  /** Enums, and how often each name is declared (as an enum, namespace, class or function). */
  readonly enums: ReadonlyMap<string, number>;
  /** How many enums of each name are top-level statements of the module, including constant ones. */
  readonly moduleEnums: ReadonlyMap<string, number>;
  /** Constant enums that are top-level and not exported. */
  readonly constEnums: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** For every class, in textual order: how many parameter properties its constructor declares. */
  readonly parameterProperties: readonly number[];
}

/** No lowered names, as in plain JavaScript. */
export const nothingLowered: LoweredNames = {
  enums: new Map(),
  moduleEnums: new Map(),
  constEnums: new Set(),
  namespaces: new Set(),
  parameterProperties: [],
};

interface Declared {
  readonly counts: Map<string, number>;
  readonly enums: Set<string>;
  readonly namespaces: Set<string>;
  readonly classes: { readonly start: number; readonly properties: number }[];
}

/** Collects the lowered names from swc's tree of a TypeScript module; ambient declarations emit no code. */
export function loweredNames(tree: unknown): LoweredNames {
  const declared: Declared = {
    counts: new Map(),
    enums: new Set(),
    namespaces: new Set(),
    classes: [],
  };
  visit(tree, declared);
  declared.classes.sort((a, b) => a.start - b.start);
  return {
    enums: new Map([...declared.enums].map((name) => [name, declared.counts.get(name) ?? 0])),
    ...moduleEnums(tree),
    namespaces: declared.namespaces,
    parameterProperties: declared.classes.map(({ properties }) => properties),
  };
}

// Compilers write these as `var`, and all others as `let`.
function moduleEnums(tree: unknown): Pick<LoweredNames, 'moduleEnums' | 'constEnums'> {
  const counts = new Map<string, number>();
  const constEnums = new Set<string>();
  for (const statement of isTree(tree) ? treesAt(tree, 'body') : []) {
    const exported = statement.type === 'ExportDeclaration' ? treeAt(statement, 'declaration') : undefined;
    const node = exported ?? statement;
    if (node.type !== 'TsEnumDeclaration' || node['declare'] === true) continue;
    const name = textOf(node['id']) ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (node['isConst'] === true && exported === undefined) constEnums.add(name);
  }
  return { moduleEnums: counts, constEnums };
}

function visit(value: unknown, declared: Declared): void {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'declare') === true) return;
  if (isTree(value)) record(value, declared);
  for (const field of Object.values(value)) visit(field, declared);
}

function record(node: Tree, declared: Declared): void {
  const name = textOf(node['id'] ?? node['identifier']) ?? '';
  switch (node.type) {
    case 'TsEnumDeclaration':
      declared.enums.add(name);
      count(declared, name);
      return;
    case 'TsModuleDeclaration':
      recordNamespace(node, declared);
      return;
    case 'ClassDeclaration':
    case 'ClassExpression':
      count(declared, name);
      declared.classes.push({ start: startOf(node), properties: parameterProperties(node) });
      return;
    case 'FunctionDeclaration':
      count(declared, name);
      return;
  }
}

// `namespace A.B {}` has no separate declaration for B.
function recordNamespace(node: Tree, declared: Declared): void {
  for (let here: unknown = node; isTree(here) && here.type !== 'TsModuleBlock'; here = here['body']) {
    const name = textOf(here['id']) ?? '';
    declared.namespaces.add(name);
    count(declared, name);
  }
}

function count(declared: Declared, name: string): void {
  declared.counts.set(name, (declared.counts.get(name) ?? 0) + 1);
}

function parameterProperties(node: Tree): number {
  const parameters = treesAt(node, 'body').flatMap((member) => treesAt(member, 'params'));
  return parameters.filter(({ type }) => type === 'TsParameterProperty').length;
}

function startOf(node: Tree): number {
  return (node['span'] as { readonly start: number }).start;
}

/** All classes of a script in textual order. */
export function classesOf(program: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value) && /^Class(?:Declaration|Expression)$/.test(value.type)) found.push(value);
    for (const field of Object.values(value)) walk(field);
  };
  walk(program);
  return found.sort((a, b) => a.start - b.start);
}
