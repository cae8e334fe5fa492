import { mediaTypeOf, withExtension } from '../media.ts';
import type { ModuleGraph } from './graph.ts';
import { type ResolutionContext, type RewriteTables, selfTypesOf, toFileUrl } from './specifiers.ts';

/** Where a package's modules are in its npm tarball, and how specifiers refer to them. */
export interface Layout {
  readonly tables: RewriteTables;
  /** Emitted scripts by their path in the tarball, each with the attested modules that it may come from. */
  readonly scripts: ReadonlyMap<string, readonly string[]>;
  /** The same for emitted declarations; only those that are in the tarball. */
  readonly declarations: ReadonlyMap<string, readonly string[]>;
}

/** Folders of emitted files, by revision of the tarball format (contract 3.2). */
function foldersOf(revision: number): { readonly scripts: string; readonly declarations: string } {
  if (revision < 10) return { scripts: '', declarations: '' };
  return { scripts: revision === 10 ? '/_dist' : '', declarations: '/_dist' };
}

/**
 * Computes the layout of a package's tarball (contract 3.4). Whether a module has declarations depends on a type
 * analysis of the whole package (fast check), so that is read from the tarball: the file is present or not.
 */
export function layOut(
  graph: ModuleGraph,
  inTarball: (path: string) => boolean,
  context: ResolutionContext,
  revision: number,
): Layout {
  const folders = foldersOf(revision);
  const source = new Map<string, string>();
  const declaration = new Map<string, string>();
  const scripts = new Map<string, string[]>();
  const declarations = new Map<string, string[]>();
  const add = (outputs: Map<string, string[]>, output: string, path: string) => {
    const paths = outputs.get(output);
    if (paths === undefined) outputs.set(output, [path]);
    else paths.push(path);
  };

  for (const [path, facts] of graph) {
    const url = toFileUrl(path);
    const media = mediaTypeOf(path);
    if (media === 'js' || media === 'mjs' || media === 'jsx') {
      const types = selfTypesOf(path, facts, context);
      if (types !== undefined) declaration.set(url, types);
    }
    if (media === 'ts' || media === 'mts' || media === 'jsx' || (media === 'tsx' && revision >= 12)) {
      const script = folders.scripts + withExtension(path, 'js');
      source.set(url, toFileUrl(script));
      add(scripts, script, path);
      const types = folders.declarations + withExtension(path, 'd.ts');
      if (media !== 'jsx' && inTarball(types)) {
        declaration.set(url, toFileUrl(types));
        add(declarations, types, path);
      } else if (media !== 'jsx' || revision >= 12) {
        if (!declaration.has(url)) declaration.set(url, toFileUrl(script));
      }
    }
  }
  return { tables: { source, declaration }, scripts, declarations };
}
