import type { SyntaxNode } from './syntax.ts';

/** What a TypeScript source declares that compilers lower in more than one way. */
export interface LoweredNames {
  /** Enums, and how often each name is declared (an enum, namespace, class or function of that name). */
  readonly enums: ReadonlyMap<string, number>;
  readonly constEnums: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** For every class in textual order: does its constructor declare parameter properties? */
  readonly parameterProperties: readonly boolean[];
}

/** Nothing that is lowered: what plain JavaScript declares. */
export const nothingLowered: LoweredNames = {
  enums: new Map(),
  constEnums: new Set(),
  namespaces: new Set(),
  parameterProperties: [],
};

interface Declared {
  readonly counts: Map<string, number>;
  readonly enums: Set<string>;
  readonly constEnums: Set<string>;
  readonly namespaces: Set<string>;
  readonly classes: { readonly start: number; readonly lowered: boolean }[];
}

/** Reads the lowered names out of swc's tree of a TypeScript module; ambient declarations leave nothing behind. */
export function loweredNames(tree: unknown): LoweredNames {
  const declared: Declared = {
    counts: new Map(),
    enums: new Set(),
    constEnums: new Set(),
    namespaces: new Set(),
    classes: [],
  };
  visit(tree, declared);
  declared.classes.sort((a, b) => a.start - b.start);
  return {
    enums: new Map([...declared.enums].map((name) => [name, declared.counts.get(name) ?? 0])),
    constEnums: declared.constEnums,
    namespaces: declared.namespaces,
    parameterProperties: declared.classes.map(({ lowered }) => lowered),
  };
}

type Tree = Readonly<Record<string, unknown>>;

function visit(value: unknown, declared: Declared): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, declared);
    return;
  }
  if (!isTree(value) || value['declare'] === true) return;
  record(value, declared);
  for (const field of Object.values(value)) {
    if (typeof field === 'object' && field !== null) visit(field, declared);
  }
}

function record(node: Tree, declared: Declared): void {
  const name = nameOf(node['id'] ?? node['identifier']);
  switch (node['type']) {
    case 'TsEnumDeclaration':
      if (name === undefined) return;
      declared.enums.add(name);
      if (node['isConst'] === true) declared.constEnums.add(name);
      count(declared, name);
      return;
    case 'TsModuleDeclaration':
      recordNamespace(node, declared);
      return;
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (name !== undefined) count(declared, name);
      declared.classes.push({ start: startOf(node), lowered: hasParameterProperties(node) });
      return;
    case 'FunctionDeclaration':
      if (name !== undefined) count(declared, name);
      return;
  }
}

// `namespace A.B {}` nests without a declaration of its own for B.
function recordNamespace(node: Tree, declared: Declared): void {
  for (let here: unknown = node; isTree(here); here = here['body']) {
    const name = nameOf(here['id']);
    if (name === undefined) return;
    declared.namespaces.add(name);
    count(declared, name);
  }
}

function count(declared: Declared, name: string): void {
  declared.counts.set(name, (declared.counts.get(name) ?? 0) + 1);
}

function hasParameterProperties(node: Tree): boolean {
  const members = Array.isArray(node['body']) ? node['body'].filter(isTree) : [];
  return members.some(
    (member) =>
      member['type'] === 'Constructor' &&
      Array.isArray(member['params']) &&
      member['params'].some((param) => isTree(param) && param['type'] === 'TsParameterProperty'),
  );
}

function nameOf(value: unknown): string | undefined {
  return isTree(value) && typeof value['value'] === 'string' ? value['value'] : undefined;
}

function startOf(node: Tree): number {
  return isTree(node['span']) && typeof node['span']['start'] === 'number' ? node['span']['start'] : 0;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All classes of a script in textual order. */
export function classesOf(program: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (isTree(value)) {
      if (value['type'] === 'ClassDeclaration' || value['type'] === 'ClassExpression') {
        found.push(value as unknown as SyntaxNode);
      }
      for (const field of Object.values(value)) if (typeof field === 'object' && field !== null) walk(field);
    }
  };
  walk(program);
  return found.sort((a, b) => a.start - b.start);
}
