import { posix } from 'node:path';
import { transformSync } from 'esbuild';
import { type ArchiveEntry, tgzOf } from './archive.ts';
import { dependenciesOf, isModule, reachable, resolveLocal } from './module-graph.ts';

/** What the npm package of a version is made from. */
export interface NpmSource {
  readonly scope: string;
  readonly name: string;
  readonly version: string;
  readonly files: ReadonlyMap<string, Buffer>;
  /** Names of the package to the files behind them, such as `.` to `./mod.ts`. */
  readonly exports: Readonly<Record<string, string>>;
  /** Address of the registry, for the `homepage`. */
  readonly registry: string;
  readonly builtAt: Date;
}

/** How the npm tarball may differ from what JSR would build. */
export interface NpmChanges {
  readonly revision?: number;
  /** Files added or replaced, by path in the package; `null` takes one away. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Declarations as fast-check would have written them, by the path of their source. */
  readonly declarations?: Readonly<Record<string, string>>;
  /** Changes of the generated package.json, on top of its fields. */
  readonly packageJson?: Readonly<Record<string, unknown>>;
  /** Last word on the entries of the archive. */
  readonly entries?: (entries: readonly ArchiveEntry[]) => readonly ArchiveEntry[];
  readonly mode?: number;
}

/** Revision of JSR's tarball rules that is imitated here. */
const NPM_REVISION = 11;

/** The tarball of a version on JSR's npm mirror: files by JSR's rules of revision 11, as a .tgz. */
export function npmTarball(source: NpmSource, changes: NpmChanges = {}): Buffer {
  const files = npmFiles(source, changes);
  const entries = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => ({
      path: `package${path}`,
      content,
      mode: changes.mode ?? 0o644,
      mtime: source.builtAt,
    }));
  return tgzOf(changes.entries?.(entries) ?? entries);
}

/** The files in the tarball by path, `/package.json` among them. */
function npmFiles(source: NpmSource, changes: NpmChanges = {}): ReadonlyMap<string, Buffer> {
  const texts = new Map([...source.files].map(([path, bytes]) => [path, bytes.toString('utf8')]));
  const graph = reachable(texts, Object.values(source.exports).map(absolute));
  const emitted = new Map([...graph].flatMap((path) => (EMITTED.test(path) ? [[path, scriptOf(path)]] : [])));
  const declared = new Map(
    Object.keys(changes.declarations ?? {}).map((path) => [path, `/_dist${path.replace(EMITTED, '.d.ts')}`]),
  );

  const files = new Map(source.files);
  for (const path of graph) {
    const text = texts.get(path);
    if (text === undefined || !/\.(?:m?[jt]s)$/.test(path)) continue;
    const rewritten = rewrite(path, text, emitted);
    files.set(path, Buffer.from(rewritten));
    const script = emitted.get(path);
    if (script !== undefined)
      for (const [name, bytes] of emit(path, script, rewritten)) files.set(name, bytes);
  }
  for (const [path, text] of Object.entries(changes.declarations ?? {})) {
    const target = declared.get(path);
    if (target !== undefined) files.set(target, Buffer.from(text));
  }
  const manifest = packageJson(source, changes, {
    emitted,
    declared,
    dependencies: packageDependencies(graph, texts),
  });
  files.set('/package.json', Buffer.from(JSON.stringify(manifest, null, 2)));
  for (const [path, content] of Object.entries(changes.files ?? {})) {
    if (content === null) files.delete(path);
    else files.set(path, Buffer.from(content as string));
  }
  return files;
}

/** Packages that the modules of a version import, as its package.json lists them. */
export function packageDependencies(
  graph: Iterable<string>,
  texts: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of graph) {
    if (!isModule(path)) continue;
    for (const { specifier } of dependenciesOf(texts.get(path) ?? '')) {
      const parsed = packageSpecifier(specifier);
      if (parsed !== undefined) found[parsed.name] = parsed.range;
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The npm mirror's name of a JSR package. */
export const npmName = (scope: string, name: string): string => `@jsr/${scope}__${name}`;

function packageJson(
  source: NpmSource,
  changes: NpmChanges,
  built: {
    readonly emitted: ReadonlyMap<string, string>;
    readonly declared: ReadonlyMap<string, string>;
    readonly dependencies: Readonly<Record<string, string>>;
  },
): Readonly<Record<string, unknown>> {
  const exports = Object.entries(source.exports).map(([name, target]) => {
    const path = absolute(target);
    const types = built.declared.get(path);
    const script = built.emitted.get(path) ?? path;
    return [name, { ...(types === undefined ? {} : { types: `.${types}` }), default: `.${script}` }];
  });
  return {
    name: npmName(source.scope, source.name),
    version: source.version,
    homepage: `${source.registry}/@${source.scope}/${source.name}`,
    type: 'module',
    dependencies: built.dependencies,
    exports: Object.fromEntries(exports) as unknown,
    _jsr_revision: changes.revision ?? NPM_REVISION,
    ...changes.packageJson,
  };
}

/** Specifiers as Node reads them: packages by npm name, local modules by their emitted file. */
function rewrite(path: string, text: string, emitted: ReadonlyMap<string, string>): string {
  let result = '';
  let done = 0;
  for (const { specifier, start, end } of dependenciesOf(text)) {
    const quote = text.charAt(start);
    result += `${text.slice(done, start)}${quote}${rewritten(path, specifier, emitted)}${quote}`;
    done = end;
  }
  return result + text.slice(done);
}

function rewritten(path: string, specifier: string, emitted: ReadonlyMap<string, string>): string {
  const parsed = packageSpecifier(specifier);
  if (parsed !== undefined) return parsed.name + parsed.subpath;
  const local = resolveLocal(path, specifier);
  const script = local === undefined ? undefined : emitted.get(local);
  if (script === undefined) return specifier;
  const relative = posix.relative(posix.dirname(path), script);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

function packageSpecifier(specifier: string) {
  const match =
    /^(?<kind>jsr|npm):\/?(?<name>(?:@[^/@]+\/)?[^/@]+)(?:@(?<range>[^/]+))?(?<subpath>\/.*)?$/.exec(
      specifier,
    );
  const { kind, name, range = '*', subpath = '' } = match?.groups ?? {};
  if (name === undefined) return undefined;
  return { name: kind === 'jsr' ? `@jsr/${name.slice(1).replace('/', '__')}` : name, range, subpath };
}

const emissions = new Map<string, readonly (readonly [string, Buffer])[]>();

/** Script and source map; remembered, since the compiler is another process each time. */
function emit(path: string, script: string, text: string): readonly (readonly [string, Buffer])[] {
  const key = `${path}\n${text}`;
  const known = emissions.get(key);
  if (known !== undefined) return known;
  const file = posix.basename(script);
  const { code, map } = transformSync(text, {
    loader: 'ts',
    target: 'esnext',
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: `./${posix.basename(path)}`,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  });
  const { sources, names, mappings } = JSON.parse(map) as Record<string, unknown>;
  const shaped = { version: 3, file, sources, names, mappings };
  const made = [
    [script, Buffer.from(`${code.trimEnd()}\n//# sourceMappingURL=${file}.map`)],
    [`${script}.map`, Buffer.from(JSON.stringify(shaped))],
  ] as const;
  emissions.set(key, made);
  return made;
}

/** TypeScript that JSR turns into a script. */
const EMITTED = /(?<!\.d)\.m?ts$/;
const scriptOf = (path: string): string => path.replace(EMITTED, '.js');
const absolute = (path: string): string => path.replace(/^\.?\/?/, '/');
