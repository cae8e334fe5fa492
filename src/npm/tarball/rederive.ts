import { setImmediate as nextTurn } from 'node:timers/promises';
import { npmNameOf, type PackageVersion } from '../../model/package.ts';
import { loadCompiler } from '../script/compiler.ts';
import { type Classified, explain, type Originals } from './derivation.ts';
import type { ModuleGraph } from './graph.ts';
import { type Layout, layOut } from './layout.ts';
import { checkPackageJson } from './package-json.ts';
import {
  type Dependencies,
  dependenciesOf,
  exportPath,
  parseRequirement,
  type ResolutionContext,
  selfTypesOf,
} from './specifiers.ts';

/**
 * How a file of the tarball follows from the attested files: equal bytes; rewritten specifiers; the same program,
 * declarations or a matching source map; the generated `package.json`; a declaration file that could not be proved;
 * or not at all.
 */
export type FileClass = 'verbatim' | 'rewritten' | 'derived' | 'generated' | 'not-derived' | 'unexplained';

/** One file of the tarball and its class. */
export interface RederivedFile {
  readonly path: string;
  readonly class: FileClass;
  /** The attested file that it comes from, if there is one. */
  readonly from?: string;
  /** Completes "the file …"; present for `not-derived` and `unexplained`. */
  readonly reason?: string;
}

/** All files of the tarball, and those that are missing. */
export interface Rederivation {
  /** The revision of the tarball format that was used. */
  readonly revision: number;
  readonly files: readonly RederivedFile[];
  /** Attested files, and files that JSR makes from them, that the tarball lacks. */
  readonly missing: readonly string[];
  readonly counts: Readonly<Record<FileClass, number>>;
}

/** All inputs of a re-derivation. Everything except the tarball is attested. */
export interface RederivationInput {
  readonly package: PackageVersion;
  /** The bytes of every file in the version manifest, by path, already compared with their checksums. */
  readonly attested: ReadonlyMap<string, Uint8Array>;
  /** The module graph of the version manifest. */
  readonly graph: ModuleGraph;
  /** The `exports` of the version manifest, path by name. */
  readonly exports: ReadonlyMap<string, string>;
  readonly tarball: ReadonlyMap<string, Uint8Array>;
  /** The registry that `homepage` points to, such as `https://jsr.io`. */
  readonly registryUrl: string;
  /** The revision in the tarball's address; without it, the revision that the tarball states is used. */
  readonly revision?: number;
}

// The current tarball format of JSR (contract 3.2).
const currentRevision = 11;

/**
 * Derives JSR's npm tarball again from the attested files and classifies every file (contract 3). Nothing is
 * executed. A file that is not proved is `unexplained`, except a declaration file with types that had to be inferred,
 * which is `not-derived`.
 */
export async function rederive(input: RederivationInput): Promise<Rederivation> {
  const { graph, exports } = input;
  const revision = input.revision ?? statedRevision(input.tarball) ?? currentRevision;
  const inTarball = (path: string) => input.tarball.has(path);
  const originals = contextsOf(input, graph, exports).map((context): Originals => {
    const layout = layOut(graph, inTarball, context, revision);
    return {
      attested: input.attested,
      graph,
      layout,
      entries: new Set([...exports.values()].map(exportPath)),
      dependencies: memoise((path) => dependenciesOf(path, graph.get(path) ?? noFacts, context)),
    };
  });
  const [first] = originals;
  const compiler =
    first === undefined || !needsCompiler(input, first.layout) ? undefined : await loadCompiler();

  const files: RederivedFile[] = [];
  for (const [path, bytes] of input.tarball) {
    if (path === '/package.json') {
      files.push(packageJson(bytes, input, exports, originals, revision));
      continue;
    }
    let found: Classified = { class: 'unexplained', reason: 'is not derived from any attested file' };
    for (const candidate of originals) {
      found = explain(path, input.tarball, candidate, revision, compiler);
      if (found.class !== 'unexplained') break;
    }
    files.push({ path, ...found });
    // A package may take seconds, so other work in this process runs between two compiled files.
    if (found.class !== 'verbatim') await nextTurn();
  }
  return { revision, files, missing: missingFiles(input, originals), counts: count(files) };
}

// Servers differ in how a package imports itself by its own `jsr:` name; other packages need only one attempt.
function contextsOf(
  input: RederivationInput,
  graph: ModuleGraph,
  exports: ReadonlyMap<string, string>,
): readonly ResolutionContext[] {
  const own = npmNameOf(input.package);
  const importsItself = [...graph.values()].some((facts) =>
    [...facts.imports, ...facts.jsdocImports, ...facts.references].some(
      ({ text }) => parseRequirement(text)?.npmName === own,
    ),
  );
  const base = { package: input.package, exports };
  const file: ResolutionContext = { ...base, selfImports: 'file' };
  return importsItself ? [file, { ...base, selfImports: 'package' }] : [file];
}

const noFacts = {
  imports: [],
  references: [],
  jsdocImports: [],
  selfTypes: undefined,
  jsxImportSource: undefined,
};

function needsCompiler({ tarball }: RederivationInput, { scripts, declarations }: Layout): boolean {
  return [...scripts.keys(), ...declarations.keys()].some((path) => tarball.has(path));
}

function packageJson(
  bytes: Uint8Array,
  input: RederivationInput,
  exports: ReadonlyMap<string, string>,
  originals: readonly Originals[],
  revision: number,
): RederivedFile {
  const path = '/package.json';
  let reason = 'cannot be generated';
  for (const { layout, graph, dependencies } of originals) {
    const answer = checkPackageJson(Buffer.from(bytes).toString('utf8'), {
      package: input.package,
      registryUrl: input.registryUrl,
      revision: input.revision === undefined ? undefined : revision,
      exports,
      dependencies: requirementsOf(graph, dependencies, input.package),
      layout,
      inTarball: (wanted) => input.tarball.has(wanted),
    });
    if (answer.same) return { path, class: 'generated' };
    reason = answer.reason;
  }
  return { path, class: 'unexplained', reason };
}

/** Every package that the modules depend on, with the requested ranges. */
function requirementsOf(
  graph: ModuleGraph,
  dependencies: (path: string) => Dependencies,
  self: PackageVersion,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (url: string | undefined) => {
    const requirement = url === undefined ? undefined : parseRequirement(url);
    if (requirement === undefined || requirement.npmName === npmNameOf(self)) return;
    const ranges = found.get(requirement.npmName) ?? new Set();
    found.set(requirement.npmName, ranges.add(requirement.range));
  };
  for (const [path, facts] of graph) {
    for (const { code, type } of dependencies(path).values()) {
      add(code);
      add(type);
    }
    add(selfTypesOf(path, facts, { package: self, exports: new Map(), selfImports: 'package' }));
  }
  return found;
}

function missingFiles(
  { attested, tarball }: RederivationInput,
  originals: readonly Originals[],
): readonly string[] {
  const wanted = new Set(attested.keys());
  for (const { layout } of originals.slice(0, 1)) {
    for (const [path, sources] of layout.scripts) {
      if (!sources.some((source) => attested.has(source))) continue;
      wanted.add(path).add(`${path}.map`);
    }
    for (const path of layout.declarations.keys()) wanted.add(`${path}.map`);
  }
  wanted.add('/package.json');
  return [...wanted].filter((path) => !tarball.has(path)).sort();
}

function count(files: readonly RederivedFile[]): Readonly<Record<FileClass, number>> {
  const counts: Record<FileClass, number> = {
    verbatim: 0,
    rewritten: 0,
    derived: 0,
    generated: 0,
    'not-derived': 0,
    unexplained: 0,
  };
  for (const file of files) counts[file.class] += 1;
  return counts;
}

function statedRevision(tarball: ReadonlyMap<string, Uint8Array>): number | undefined {
  const bytes = tarball.get('/package.json');
  const stated = /"_jsr_revision": ([0-9]{1,6})\n\}$/.exec(Buffer.from(bytes ?? []).toString('utf8'))?.[1];
  // JSR's own test files state revision 0.
  return stated === undefined || stated === '0' ? undefined : Number(stated);
}

function memoise<T>(make: (path: string) => T): (path: string) => T {
  const made = new Map<string, T>();
  return (path) => {
    const known = made.get(path);
    if (known !== undefined) return known;
    const value = make(path);
    made.set(path, value);
    return value;
  };
}
