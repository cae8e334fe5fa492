/** A place in a text: zero-based line, and column in Unicode code points, as deno_graph counts. */
export type Position = readonly [line: number, column: number];

/** A specifier in a module, with the positions of its quotes. */
export interface Mention {
  readonly text: string;
  readonly range: readonly [start: Position, end: Position];
}

/** One import or export of a module. */
export interface Import extends Mention {
  /** `import type` and `export type`: resolved for types only. */
  readonly typeOnly: boolean;
  /** The specifier for types from `@ts-types` or `@deno-types`. */
  readonly typesSpecifier: string | undefined;
}

/** A `/// <reference path|types="…" />` comment. */
export interface Reference extends Mention {
  readonly kind: 'path' | 'types';
}

/** What the version manifest says about one module; it is part of the attested bytes. */
export interface ModuleFacts {
  readonly imports: readonly Import[];
  readonly references: readonly Reference[];
  readonly jsdocImports: readonly Mention[];
  readonly selfTypes: string | undefined;
  readonly jsxImportSource: string | undefined;
}

/** The modules of a package by path, as the registry analysed them on publication. */
export type ModuleGraph = ReadonlyMap<string, ModuleFacts>;

/**
 * The module graph in a parsed `<version>_meta.json` (contract 1.4): `moduleGraph2`, or `moduleGraph1` for versions
 * published before May 2024. Malformed entries are left out: their specifiers are then not rewritten, and files that
 * depend on them cannot be explained.
 */
export function readModuleGraph(manifest: unknown): ModuleGraph {
  const { moduleGraph1, moduleGraph2 } = record(manifest);
  const graph = new Map<string, ModuleFacts>();
  for (const [path, facts] of Object.entries(record(moduleGraph2 ?? moduleGraph1))) {
    const module = record(facts);
    graph.set(path, {
      imports: list(module['dependencies']).flatMap(readImport),
      references: list(module['tsReferences']).flatMap(readReference),
      jsdocImports: list(module['jsdocImports'] ?? module['jsDocImports']).flatMap((mention) =>
        readMention(mention, 'text', 'range'),
      ),
      selfTypes: textOf(module['selfTypesSpecifier']),
      jsxImportSource: textOf(module['jsxImportSource']),
    });
  }
  return graph;
}

function readImport(value: unknown): Import[] {
  const entry = record(value);
  const dynamic = entry['type'] === 'dynamic';
  return readMention(
    entry,
    dynamic ? 'argument' : 'specifier',
    dynamic ? 'argumentRange' : 'specifierRange',
  ).map((mention) => ({
    ...mention,
    typeOnly: entry['kind'] === 'importType' || entry['kind'] === 'exportType',
    typesSpecifier: textOf(entry['typesSpecifier']) ?? denoTypes(entry['leadingComments']),
  }));
}

// Version 1 graphs contain the comments; the last one may name types (deno_graph: src/analysis.rs).
function denoTypes(comments: unknown): string | undefined {
  const comment = textOf(list(comments).at(-1));
  const match = /^\s*@deno-types\s*=\s*(?:["']([^"']+)["']|(\S+))/i.exec(comment ?? '');
  return match?.[1] ?? match?.[2];
}

function readReference(value: unknown): Reference[] {
  const kind = record(value)['type'];
  if (kind !== 'path' && kind !== 'types') return [];
  return readMention(value, 'text', 'range').map((mention) => ({ ...mention, kind }));
}

function readMention(value: unknown, textKey: string, rangeKey: string): Mention[] {
  const entry = record(value);
  const text = entry[textKey];
  const [start, end] = list(entry[rangeKey]).map(readPosition);
  return typeof text === 'string' && start && end ? [{ text, range: [start, end] }] : [];
}

function readPosition(value: unknown): Position | undefined {
  const [line, column] = list(value);
  return isIndex(line) && isIndex(column) ? [line, column] : undefined;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function textOf(value: unknown): string | undefined {
  const text = record(value)['text'];
  return typeof text === 'string' ? text : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
