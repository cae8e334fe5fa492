import { nameOf, npmNameOf, type PackageName } from '../../model/package.ts';
import type { Remark } from '../../model/target.ts';
import { packageNamedBy, unescaped } from '../parts/package-reference.ts';
import { Lines } from '../parts/place.ts';
import { readJson } from '../text/json.ts';
import { type Entry, entriesOf, get, itemsOf, type Tree, TreeError, textAt, textOf } from '../text/value.ts';

/** What a `deno.json` or an import map says about where Deno loads packages from. */
export interface DenoConfig {
  /** Remarks about entries that replace JSR packages with something else. */
  readonly remarks: readonly Remark[];
  /** The line of `"vendor": true`, which makes Deno run the files in `vendor` without comparing them with the lockfile. */
  readonly vendorLine: number | undefined;
  /** The package name of its own folder; Deno may load the folder instead of the package with that name. */
  readonly name: string | undefined;
  /** The path of the import map, as written. */
  readonly importMap: Named | undefined;
  /** Folders that replace packages, as written. */
  readonly links: readonly Named[];
  /** Members of the workspace, as written. */
  readonly members: readonly Named[];
}

/** A path or address, and its line. */
export interface Named {
  readonly text: string;
  readonly line: number;
}

const hint = 'remove it, or review its target, which was not checked';

/**
 * Reads a `deno.json` or a separate import map. Deno applies import maps also inside JSR packages and with `--frozen`, and
 * the lockfile does not record it. `undefined` when the text cannot be parsed.
 */
export function readDenoConfig(file: string, text: string, registry: string): DenoConfig | undefined {
  const clean = text.replace(/^\uFEFF/, '');
  let root: Tree;
  try {
    root = readJson(clean, { relaxed: true });
  } catch (cause) {
    if (cause instanceof TreeError) return undefined;
    throw cause;
  }
  const lines = new Lines(clean);
  const vendor = get(root, 'vendor');
  const named = (tree: Tree | undefined): readonly Named[] => {
    const path = textOf(tree);
    return tree === undefined || path === undefined ? [] : [{ text: path, line: lines.of(tree.at).line }];
  };
  const remark = (where: string, { key, at, value }: Entry): Remark => ({
    at: { file, line: lines.of(at).line },
    message: `${where} maps ${clip(key)} to ${clip(textOf(value) ?? 'something else')}, and Deno runs that instead of the locked package`,
    hint,
  });
  const remarks = [...entriesOf(get(root, 'imports'))]
    .filter((entry) => replaces(entry, registry))
    .map((entry) => remark('"imports"', entry));
  for (const { key: scope, value } of entriesOf(get(root, 'scopes'))) {
    // A scope below the registry's address changes the imports of JSR packages themselves.
    const inside = isJsrAddress(scope, registry);
    for (const entry of entriesOf(value))
      if (replaces(entry, registry) || (inside && textOf(entry.value) !== undefined))
        remarks.push(remark(`"scopes" for ${clip(scope)}`, entry));
  }
  return {
    remarks,
    vendorLine: vendor?.kind === 'leaf' && vendor.value === true ? lines.of(vendor.at).line : undefined,
    name: textAt(root, 'name'),
    importMap: named(get(root, 'importMap'))[0],
    links: [...itemsOf(get(root, 'links')), ...itemsOf(get(root, 'patch'))].flatMap(named),
    members: [...membersIn(get(root, 'workspace')), ...membersIn(get(root, 'workspaces'))].flatMap(named),
  };
}

/** Members of a workspace; `package.json` may call them `packages`. */
export function membersIn(workspace: Tree | undefined): readonly Tree[] {
  if (workspace?.kind !== 'map') return itemsOf(workspace);
  return [...itemsOf(get(workspace, 'members')), ...itemsOf(get(workspace, 'packages'))];
}

/** Whether an import map entry replaces a JSR package with something else; another version of the same package is allowed. */
function replaces({ key, value }: Entry, registry: string): boolean {
  const to = textOf(value);
  if (to === undefined || !isJsrAddress(key, registry)) return false;
  const asked = packageNamedBy(key, registry);
  return typeof asked !== 'object' || !isSamePackage(asked, to, registry);
}

/** Whether a target is the same package at the registry. Parsed strictly, unlike keys: every other target must be reported. */
function isSamePackage(asked: PackageName, target: string, registry: string): boolean {
  if (/[%\\?#\p{Cc}]|\/\.\.?(?:\/|$)/u.test(target)) return false;
  const name = nameOf({ scope: asked.scope, name: asked.name });
  const npm = npmNameOf(asked);
  const specs = [`jsr:${name}`, `jsr:/${name}`, `npm:${npm}`, `npm:/${npm}`];
  if (specs.some((spec) => target.startsWith(spec) && /^(?:[@/]|$)/.test(target.slice(spec.length))))
    return true;
  return (
    URL.canParse(target) &&
    new URL(target).href.startsWith(`${new URL(registry).href.replace(/\/+$/, '')}/${name}/`)
  );
}

/** Whether a key of an import map means a JSR package, the registry, or a prefix of its address. */
function isJsrAddress(key: string, registry: string): boolean {
  const plain = unescaped(key.replace(/[\s\p{Cc}]/gu, '')).toLowerCase();
  if (/^(?:jsr:|npm:\/*@jsr\/)/.test(plain)) return true;
  if (plain.endsWith('/') && new URL(registry).href.startsWith(plain)) return true;
  return URL.canParse(plain) && new URL(plain).hostname !== '' && sameHost(plain, registry);
}

function sameHost(one: string, other: string): boolean {
  const host = (text: string) => new URL(text).hostname.replace(/\.+$/, '');
  return host(one) === host(other);
}

function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
