import { satisfies } from 'semver';
import { npmNameOf, type PackageVersion } from '../../model/package.ts';
import { isDeclaration, mediaTypeOf, withExtension } from '../media.ts';
import type { ModuleFacts } from './graph.ts';

/** How a specifier is resolved: for code or for types (contract 3.5). */
export type RewriteKind = 'source' | 'declaration';

/** Where a module's code and declarations are in the tarball, by the module's `file:` URL, if that differs. */
export interface RewriteTables {
  readonly source: ReadonlyMap<string, string>;
  readonly declaration: ReadonlyMap<string, string>;
}

/** The package a specifier is resolved in. */
export interface ResolutionContext {
  readonly package: PackageVersion;
  readonly exports: ReadonlyMap<string, string>;
  /** Whether `jsr:` imports of the package itself become files (servers since 2025) or stay package imports. */
  readonly selfImports: 'file' | 'package';
}

/** What a specifier of one module resolves to, as URLs. */
export interface Dependency {
  readonly code: string | undefined;
  readonly type: string | undefined;
}

/** The dependencies of one module by the text of their specifier. */
export type Dependencies = ReadonlyMap<string, Dependency>;

const maxHops = 10;

/**
 * The specifier that JSR writes into the file at `output` instead of `specifier`, or `undefined` if it keeps the text
 * (contract 3.5).
 */
export function rewriteSpecifier(
  specifier: string,
  kind: RewriteKind,
  dependencies: Dependencies,
  tables: RewriteTables,
  output: string,
): string | undefined {
  const resolved = resolutionOf(dependencies.get(specifier), kind);
  const target = targetOf(resolved, kind, tables);
  return target === resolved ? undefined : spell(target, output);
}

/** The same, also if the target does not move: its path relative to `output` may still differ. */
export function respell(
  specifier: string,
  kind: RewriteKind,
  dependencies: Dependencies,
  tables: RewriteTables,
  output: string,
): string | undefined {
  return spell(targetOf(resolutionOf(dependencies.get(specifier), kind), kind, tables), output);
}

function resolutionOf(dependency: Dependency | undefined, kind: RewriteKind): string | undefined {
  return kind === 'source' ? dependency?.code : (dependency?.type ?? dependency?.code);
}

function targetOf(
  resolved: string | undefined,
  kind: RewriteKind,
  tables: RewriteTables,
): string | undefined {
  const target = resolved === undefined ? undefined : follow(resolved, tables[kind]);
  if (target === undefined) return resolved;
  const packageImport = toPackageImport(target);
  if (packageImport !== undefined) return packageImport;
  // TypeScript does not import a declaration file by its name (TS2846), but finds it next to the `.js` file.
  const path = toPath(target);
  return kind === 'declaration' && path !== undefined && isDeclaration(mediaTypeOf(path))
    ? toFileUrl(withExtension(path, 'js'))
    : target;
}

function spell(target: string | undefined, output: string): string | undefined {
  const path = target === undefined ? undefined : toPath(target);
  return path === undefined ? target : relativeSpecifier(output, path);
}

/** Follows a rewrite table from a URL; `undefined` after more than ten steps. */
export function follow(url: string, table: ReadonlyMap<string, string>): string | undefined {
  let here = url;
  for (let hops = 0; hops <= maxHops; hops += 1) {
    const next = table.get(here);
    if (next === undefined) return here;
    here = next;
  }
  return undefined;
}

/** The specifier of `target` relative to the file `from`; it starts with `./` or `../`. */
export function relativeSpecifier(from: string, target: string): string {
  const base = from.split('/').slice(0, -1);
  const parts = target.split('/');
  let shared = 0;
  while (shared < parts.length - 1 && base[shared] === parts[shared]) shared += 1;
  const up = base.slice(shared).map(() => '..');
  const down = parts.slice(shared);
  return up.length === 0 ? `./${down.join('/')}` : [...up, ...down].join('/');
}

/** The URL for a path in the package. */
export function toFileUrl(path: string): string {
  return `file://${path}`;
}

/** The path of a URL from `toFileUrl`; `undefined` for other URLs. */
export function toPath(url: string): string | undefined {
  return url.startsWith('file:///') ? url.slice('file://'.length) : undefined;
}

/** A parsed `jsr:` or `npm:` specifier. */
export interface Requirement {
  readonly registry: 'jsr' | 'npm';
  /** The name in a `package.json`: `@jsr/scope__name` or the npm name. */
  readonly npmName: string;
  /** The version range as written; `*` if there is none. */
  readonly range: string;
  readonly subpath: string | undefined;
}

/** Parses `jsr:@scope/name@range/sub` and `npm:name@range/sub`; `undefined` for other specifiers. */
export function parseRequirement(url: string): Requirement | undefined {
  const match = /^(jsr|npm):\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?(?:\/(.*))?$/s.exec(url);
  const [, registry, name = '', range, subpath] = match ?? [];
  const rest = { range: range ?? '*', subpath: subpath === '' ? undefined : subpath };
  if (registry === 'npm') return { registry, npmName: name, ...rest };
  const jsr = /^@([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(name);
  const [, scope, short] = jsr ?? [];
  if (scope === undefined || short === undefined) return undefined;
  return { registry: 'jsr', npmName: npmNameOf({ scope, name: short }), ...rest };
}

/** Resolves every specifier of a module as the registry does, for code and for types. */
export function dependenciesOf(path: string, facts: ModuleFacts, context: ResolutionContext): Dependencies {
  const found = new Map<string, { code: string | undefined; type: string | undefined }>();
  const entry = (specifier: string) => {
    const known = found.get(specifier) ?? { code: undefined, type: undefined };
    found.set(specifier, known);
    return known;
  };
  const untyped = isUntyped(path);

  for (const { kind, text } of facts.references) {
    // In a script this comment names the types of the script itself, not a dependency.
    if (kind === 'types' && untyped) continue;
    entry(text).type ??= resolve(text, path, context);
  }
  if (facts.jsxImportSource !== undefined) {
    const specifier = `${facts.jsxImportSource}/jsx-runtime`;
    entry(specifier).code ??= resolve(specifier, path, context);
  }
  for (const { text } of facts.jsdocImports) entry(text).type ??= resolve(text, path, context);
  for (const { text, typeOnly, typesSpecifier } of facts.imports) {
    const known = entry(text);
    if (typesSpecifier !== undefined) known.type ??= resolve(typesSpecifier, path, context);
    if (typeOnly) known.type ??= resolve(text, path, context);
    else known.code ??= resolve(text, path, context);
  }
  return found;
}

/** The URL of the declarations that a script names for itself, with `@ts-self-types` or a reference comment. */
export function selfTypesOf(
  path: string,
  facts: ModuleFacts,
  context: ResolutionContext,
): string | undefined {
  const reference = facts.references.find(({ kind }) => kind === 'types');
  const specifier = facts.selfTypes ?? (isUntyped(path) ? reference?.text : undefined);
  return specifier === undefined ? undefined : resolve(specifier, path, context);
}

function isUntyped(path: string): boolean {
  return ['js', 'mjs', 'jsx', 'other'].includes(mediaTypeOf(path));
}

function resolve(specifier: string, from: string, context: ResolutionContext): string | undefined {
  if (/^\.{0,2}\//.test(specifier)) {
    if (specifier.startsWith('//')) return undefined;
    return URL.canParse(specifier, toFileUrl(from)) ? new URL(specifier, toFileUrl(from)).href : undefined;
  }
  return resolveSelf(specifier, context) ?? (URL.canParse(specifier) ? specifier : undefined);
}

// `jsr:@scope/name@^1/sub` in a version of @scope/name that satisfies the range is a file of that version.
function resolveSelf(specifier: string, context: ResolutionContext): string | undefined {
  if (context.selfImports === 'package') return undefined;
  const requirement = parseRequirement(specifier);
  if (requirement?.registry !== 'jsr' || requirement.npmName !== npmNameOf(context.package)) return undefined;
  if (!satisfies(context.package.version, requirement.range)) return undefined;
  const target = context.exports.get(requirement.subpath === undefined ? '.' : `./${requirement.subpath}`);
  return target === undefined ? undefined : toFileUrl(exportPath(target));
}

/** The package path of an export target such as `./mod.ts`. */
export function exportPath(target: string): string {
  return `/${target.replace(/^\.*\/*/, '')}`;
}

function toPackageImport(url: string): string | undefined {
  const requirement = parseRequirement(url);
  if (requirement === undefined) return undefined;
  const { npmName, subpath } = requirement;
  return subpath === undefined ? npmName : `${npmName}/${subpath}`;
}
