import { posix } from 'node:path';

/** One import of a module, where and how. */
export interface Dependency {
  readonly type: 'static' | 'dynamic';
  readonly kind?: 'import' | 'export' | 'importType' | 'exportType';
  readonly specifier: string;
  /** Position of the specifier with its quotes: line and column from zero, in UTF-16 units. */
  readonly range: readonly [readonly [number, number], readonly [number, number]];
  /** Offsets of the specifier with its quotes in the text. */
  readonly start: number;
  readonly end: number;
}

/** Whether JSR would look for imports in a file of that name. */
export const isModule = (path: string): boolean => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path);

/**
 * The imports of a module, found by a simple scan: enough for tests that write simple modules; it does not know
 * comments or strings.
 */
export function dependenciesOf(text: string): readonly Dependency[] {
  const found: Dependency[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const { keyword, type, bare, argument, from } = match.groups ?? {};
    const literal = bare ?? argument ?? from ?? '';
    const start = match.index + match[0].lastIndexOf(literal);
    const end = start + literal.length;
    const base = keyword === 'export' ? 'export' : 'import';
    found.push({
      ...(argument === undefined
        ? { type: 'static', kind: type === undefined ? base : `${base}Type` }
        : { type: 'dynamic' }),
      specifier: literal.slice(1, -1),
      range: [position(text, start), position(text, end)],
      start,
      end,
    });
  }
  return found;
}

/** Paths of the local modules that the exports reach, themselves included. */
export function reachable(files: ReadonlyMap<string, string>, roots: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const text = files.get(path);
    if (text === undefined || seen.has(path)) continue;
    seen.add(path);
    if (!isModule(path)) continue;
    for (const { specifier } of dependenciesOf(text)) {
      const next = resolveLocal(path, specifier);
      if (next !== undefined) queue.push(next);
    }
  }
  return seen;
}

/** The path a relative specifier leads to; nothing for any other specifier. */
export const resolveLocal = (from: string, specifier: string): string | undefined =>
  /^\.\.?\//.test(specifier) ? posix.join(posix.dirname(from), specifier) : undefined;

/** `moduleGraph2` of a version manifest: what every module of the graph imports. */
export function moduleGraph(files: ReadonlyMap<string, string>, modules: Iterable<string>) {
  return Object.fromEntries(
    [...modules].filter(isModule).map((path) => {
      const dependencies = dependenciesOf(files.get(path) ?? '');
      return [path, dependencies.length === 0 ? {} : { dependencies: dependencies.map(graphEntry) }];
    }),
  );
}

function graphEntry({ type, kind, specifier, range }: Dependency) {
  return type === 'static'
    ? { type, kind, specifier, specifierRange: range }
    : { type, argument: specifier, argumentRange: range };
}

function position(text: string, offset: number): readonly [number, number] {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return [line, offset - (before.lastIndexOf('\n') + 1)];
}

/** import "x", import("x"), import … from "x" and export … from "x". */
const IMPORT = new RegExp(
  [
    String.raw`\b(?<keyword>import|export)\b(?:\s+(?<type>type)\b(?!\s+from))?`,
    String.raw`(?:\s*(?<bare>"[^"\n]*"|'[^'\n]*')`,
    String.raw`|\s*\(\s*(?<argument>"[^"\n]*"|'[^'\n]*')\s*\)`,
    String.raw`|(?:(?!\b(?:import|export)\b)[\w$*{}\s,])*?\bfrom\s*(?<from>"[^"\n]*"|'[^'\n]*'))`,
  ].join(''),
  'g',
);
