import { parseSync, visitorKeys } from 'oxc-parser';

/** A node of the ESTree; only the fields that are read have types. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** A node with its parent and the key in the parent: `{ parent: call, key: 'callee' }`. */
export interface Place {
  readonly node: Syntax;
  readonly parent: Syntax | undefined;
  readonly key: string;
}

/** One place where a module imports another. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every node of a piece of TypeScript, parents first. Throws when it cannot be parsed. */
export function syntaxOf(path: string, text: string): readonly Place[] {
  const { program, errors } = parseSync(path, text, { sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  return [...walk({ node: program as unknown as Syntax, parent: undefined, key: '' })];
}

/**
 * Every module that a piece of TypeScript names: `import` and `export … from` (of types too), `import()` as a value
 * and as a type, `require()`. A specifier that is not a plain string is reported as `<computed>`.
 */
export function importsOf(path: string, text: string): readonly Import[] {
  const imports: Import[] = [];
  for (const { node } of syntaxOf(path, text)) {
    const source = sourceOf(node);
    if (source !== undefined) imports.push({ specifier: stringOf(source), line: lineAt(text, node.start) });
  }
  return imports;
}

/** The line, counted from 1, of an offset into a text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Whether a value in the tree is a node. */
export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Whether a node is the identifier of this name. */
export function isNamed(value: unknown, name: string): boolean {
  return isSyntax(value) && value.type === 'Identifier' && value['name'] === name;
}

function* walk(place: Place): Generator<Place> {
  yield place;
  for (const key of visitorKeys[place.node.type] ?? []) {
    for (const child of [place.node[key]].flat()) {
      if (isSyntax(child)) yield* walk({ node: child, parent: place.node, key });
    }
  }
}

function sourceOf(node: Syntax): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node['source'];
    case 'ExportNamedDeclaration':
      return node['source'] ?? undefined;
    case 'TSExternalModuleReference':
      return node['expression'];
    case 'CallExpression': {
      const [first] = [node['arguments']].flat();
      return isNamed(node['callee'], 'require') ? first : undefined;
    }
    default:
      return undefined;
  }
}

function stringOf(source: unknown): string {
  return isSyntax(source) && source.type === 'Literal' && typeof source['value'] === 'string'
    ? source['value']
    : '<computed>';
}
