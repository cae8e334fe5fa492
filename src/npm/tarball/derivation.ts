import { type DeclarationAnswer, sameDeclarations } from '../declarations/declarations.ts';
import { differenceInWords, firstDifference } from '../first-difference.ts';
import { isDeclaration, mediaTypeOf } from '../media.ts';
import type { Compiler } from '../script/compiler.ts';
import { sameProgram } from '../script/program.ts';
import type { ModuleGraph } from './graph.ts';
import type { Layout } from './layout.ts';
import { rewriteText } from './rewrite.ts';
import { checkSourceMap } from './sourcemap.ts';
import {
  type Dependencies,
  follow,
  type RewriteKind,
  relativeSpecifier,
  respell,
  rewriteSpecifier,
  toPath,
} from './specifiers.ts';

/** The attested files of a package, with the layout that its tarball should have. */
export interface Originals {
  readonly attested: ReadonlyMap<string, Uint8Array>;
  readonly graph: ModuleGraph;
  readonly layout: Layout;
  /** Paths of the modules the package exports. */
  readonly entries: ReadonlySet<string>;
  readonly dependencies: (path: string) => Dependencies;
}

/** How one file follows from the attested files, or why it does not. */
export type Classified =
  | { readonly class: 'verbatim' | 'rewritten' | 'derived'; readonly from: string }
  | { readonly class: 'not-derived'; readonly from: string; readonly reason: string }
  | { readonly class: 'unexplained'; readonly from?: string; readonly reason: string };

/** Explains one file of the tarball: first by the attested file with the same path, then as an emitted file. */
export function explain(
  path: string,
  tarball: ReadonlyMap<string, Uint8Array>,
  originals: Originals,
  revision: number,
  compiler: Compiler | undefined,
): Classified {
  const bytes = viewOf(tarball.get(path));
  const attested = originals.attested.get(path);
  if (attested !== undefined && bytes.equals(attested)) return { class: 'verbatim', from: path };
  const expected = attested === undefined ? undefined : rewritten(path, originals, revision);
  if (expected?.equals(bytes) === true) return { class: 'rewritten', from: path };

  let answer: Classified =
    attested === undefined
      ? { class: 'unexplained', reason: 'is not derived from any attested file' }
      : { class: 'unexplained', from: path, reason: unlike(bytes, expected ?? attested) };
  for (const emitted of emissionsOf(path, originals.layout)) {
    if (revision < 11) {
      return unexplained(
        emitted.from,
        `was emitted in the form of revision ${revision}, which is not re-derived`,
      );
    }
    if (compiler === undefined) break;
    answer = derive(emitted, bytes, tarball, originals, compiler);
    if (answer.class !== 'unexplained') return answer;
  }
  return answer;
}

function unlike(bytes: Uint8Array, expected: Uint8Array): string {
  const difference = firstDifference(bytes, expected);
  const where = difference === undefined ? '' : ` ${differenceInWords(difference)}`;
  return `differs from the attested file${where}`;
}

/** The attested file with its specifiers rewritten, or `undefined` if JSR copies it unchanged (contract 3.4). */
function rewritten(path: string, originals: Originals, revision: number): Buffer | undefined {
  const facts = originals.graph.get(path);
  const media = mediaTypeOf(path);
  if (facts === undefined || media === 'other' || media === 'jsx') return undefined;
  if (media === 'tsx' && revision < 12) return undefined;
  const kind: RewriteKind = isDeclaration(media) ? 'declaration' : 'source';
  const text = rewriteText(textOf(originals.attested, path), facts, kind, (specifier, as) =>
    rewriteSpecifier(specifier, as, originals.dependencies(path), originals.layout.tables, path),
  );
  return text === undefined ? undefined : Buffer.from(text);
}

interface Emission {
  readonly from: string;
  readonly kind: 'script' | 'declarations';
  /** The emitted file itself; for a source map, the file it maps. */
  readonly of: string;
  readonly isMap: boolean;
}

function emissionsOf(path: string, { scripts, declarations }: Layout): readonly Emission[] {
  const isMap = path.endsWith('.map');
  const of = isMap ? path.slice(0, -'.map'.length) : path;
  const emissions = (kind: Emission['kind'], outputs: ReadonlyMap<string, readonly string[]>) =>
    (outputs.get(of) ?? []).map((from) => ({ from, kind, of, isMap }));
  return [...emissions('script', scripts), ...emissions('declarations', declarations)];
}

function derive(
  { from, kind, of, isMap }: Emission,
  bytes: Buffer,
  tarball: ReadonlyMap<string, Uint8Array>,
  originals: Originals,
  compiler: Compiler,
): Classified {
  if (!originals.attested.has(from)) return unexplained(from, 'comes from a module that is not attested');
  const emitted = decode(bytes);
  if (emitted === undefined) return unexplained(from, 'is not UTF-8');
  const name = of.slice(of.lastIndexOf('/') + 1);
  const source = textOf(originals.attested, from);
  if (isMap) {
    const mapped = textOf(tarball, of);
    const map = { text: emitted, name, from: relativeSpecifier(of, from), source, emitted: mapped };
    return classify(from, checkSourceMap(map));
  }

  const media = mediaTypeOf(from);
  const { tables } = originals.layout;
  const dependencies = originals.dependencies(from);
  const rewrite = (specifier: string, as: RewriteKind) =>
    rewriteSpecifier(specifier, as, dependencies, tables, of);
  if (kind === 'script') {
    const script = {
      source,
      media,
      emitted,
      name,
      rewrite: (specifier: string) => rewrite(specifier, 'source'),
    };
    return classify(from, sameProgram(script, compiler));
  }
  const texts = (specifier: string) => {
    const rule = rewrite(specifier, 'declaration') ?? specifier;
    // Until 2026 servers kept a specifier whose file did not move, although the declarations were in another folder.
    // They also did not rewrite what fast check had already resolved to its types.
    const moved = respell(specifier, 'declaration', dependencies, tables, of);
    const { code, type } = dependencies.get(specifier) ?? {};
    // The types that a script names for itself are resolved relative to the importing module.
    const types = toPath(type ?? '');
    const own = toPath(follow(type ?? code ?? '', tables.declaration) ?? '');
    const named = [types, own].filter((path) => path !== undefined && originals.attested.has(path));
    return [rule, moved ?? rule, ...named.map((path = '') => relativeSpecifier(from, path))];
  };
  const entry = originals.entries.has(from);
  return classify(from, sameDeclarations({ source, media, emitted, name, entry, texts }, compiler));
}

function classify(from: string, answer: DeclarationAnswer): Classified {
  if (answer.same === true) return { class: 'derived', from };
  if (answer.same === 'open') return { class: 'not-derived', from, reason: answer.reason };
  return unexplained(from, answer.reason);
}

function unexplained(from: string, reason: string): Classified {
  return { class: 'unexplained', from, reason };
}

function viewOf(bytes: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// The registry decodes modules leniently: drops a byte order mark and replaces invalid bytes.
function textOf(files: ReadonlyMap<string, Uint8Array>, path: string): string {
  return new TextDecoder('utf-8').decode(files.get(path));
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
