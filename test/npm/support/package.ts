import { readModuleGraph } from '../../../src/npm/tarball/graph.ts';
import type { RederivationInput } from '../../../src/npm/tarball/rederive.ts';
import { toExports } from '../../../src/wire/exports.ts';

/** Attested files by path, and how the package exports them. */
export interface MintedPackage {
  readonly scope?: string;
  readonly name?: string;
  readonly version?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly exports: string | Readonly<Record<string, string>>;
}

/** The same with the module graph as the manifest has it, for changing. */
export interface MintedInput extends RederivationInput {
  readonly moduleGraph2: Readonly<Record<string, unknown>>;
}

/** What `rederive` is given for a minted package and a tarball with these files. */
export function mintInput(
  minted: MintedPackage,
  tarball: Readonly<Record<string, string | Uint8Array>>,
): MintedInput {
  const { moduleGraph2, exports } = mintManifest(minted);
  const { scope = 'scope', name = 'foo', version = '1.0.0' } = minted;
  return {
    package: { scope, name, version },
    attested: bytesOf(minted.files),
    moduleGraph2,
    graph: readModuleGraph({ moduleGraph2 }),
    exports: toExports(exports) ?? new Map(),
    tarball: bytesOf(tarball),
    registryUrl: 'http://jsr.test',
  };
}

/** What the registry would write into the version manifest: the graph of what the exports reach, and the exports. */
function mintManifest({ files, exports }: MintedPackage) {
  const targets = typeof exports === 'string' ? { '.': exports } : exports;
  const moduleGraph2: Record<string, unknown> = {};
  const pending = Object.values(targets).map((target) => target.replace(/^\./, ''));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const source = files[path];
    if (source === undefined || Object.hasOwn(moduleGraph2, path) || !/\.[mc]?[jt]sx?$/.test(path)) continue;
    const facts = analyse(source);
    moduleGraph2[path] = facts;
    const texts = JSON.stringify(facts).matchAll(/"(?:specifier|text|argument)":"(\.[^"]*)"/g);
    for (const [, text = ''] of texts) pending.push(new URL(text, `file://${path}`).pathname);
  }
  return { moduleGraph2, exports: targets };
}

// Enough of deno_graph's module analysis for sources that are written one statement a line.
function analyse(source: string): unknown {
  const dependencies: unknown[] = [];
  const tsReferences: unknown[] = [];
  const jsdocImports: unknown[] = [];
  let selfTypesSpecifier: unknown;
  for (const [line, text] of source.split('\n').entries()) {
    const range = (specifier: string, quotes: number) => {
      const column = [...text.slice(0, text.indexOf(specifier) - quotes)].length;
      return [
        [line, column],
        [line, column + [...specifier].length + 2 * quotes],
      ];
    };
    const reference = /\/\/\/\s*<reference\s+(path|types)\s*=\s*"([^"]+)"/.exec(text);
    const selfTypes = /^\/\/ @ts-self-types="([^"]+)"/.exec(text)?.[1];
    if (selfTypes !== undefined) selfTypesSpecifier = { text: selfTypes, range: range(selfTypes, 1) };
    if (reference?.[2] !== undefined) {
      tsReferences.push({ type: reference[1], text: reference[2], range: range(reference[2], 1) });
      continue;
    }
    for (const [, quote, specifier = ''] of text.matchAll(
      /(?:\bfrom\s*|\bimport\s*|\bimport\()(["'])([^"']+)\1/g,
    )) {
      if (quote === undefined) continue;
      if (/^\s*(?:\/\*)?\*/.test(text)) {
        jsdocImports.push({ text: specifier, range: range(specifier, 1) });
      } else if (text.includes(`await import(${quote}${specifier}`) && !/<external>/.test(text)) {
        dependencies.push({ type: 'dynamic', argument: specifier, argumentRange: range(specifier, 1) });
      } else {
        const kind =
          /^\s*(import|export) type\b/.test(text) || text.includes(`import(${quote}`)
            ? 'importType'
            : 'import';
        dependencies.push({ type: 'static', kind, specifier, specifierRange: range(specifier, 1) });
      }
    }
  }
  return {
    ...(dependencies.length === 0 ? {} : { dependencies }),
    ...(tsReferences.length === 0 ? {} : { tsReferences }),
    ...(jsdocImports.length === 0 ? {} : { jsdocImports }),
    ...(selfTypesSpecifier === undefined ? {} : { selfTypesSpecifier }),
  };
}

function bytesOf(files: Readonly<Record<string, string | Uint8Array>>): Map<string, Uint8Array> {
  return new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? Buffer.from(content) : content,
    ]),
  );
}
