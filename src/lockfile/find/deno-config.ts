import { nameOf, npmNameOf, type PackageName } from '../../model/package.ts';
import type { Remark } from '../../model/target.ts';
import { Lines } from '../parts/place.ts';
import { packageSentAway, unescaped } from '../parts/sent-away.ts';
import { readJson } from '../text/json.ts';
import { type Entry, entriesOf, get, itemsOf, type Tree, TreeError, textAt, textOf } from '../text/value.ts';

/** What a `deno.json` or an import map says about where Deno takes packages from. */
export interface DenoConfig {
  /** Where it puts something else in the place of JSR packages. */
  readonly remarks: readonly Remark[];
  /** The line of `"vendor": true`, by which Deno runs what lies in the folder `vendor` without comparing it with the lockfile. */
  readonly vendorLine: number | undefined;
  /** The name it gives its own folder, by which Deno takes the folder in place of a package. */
  readonly name: string | undefined;
  /** The import map that it names, as written. */
  readonly importMap: Named | undefined;
  /** Folders that stand in for packages, as written. */
  readonly links: readonly Named[];
  /** Folders of the workspace, as written. */
  readonly members: readonly Named[];
}

/** A path or address, and where it stands. */
export interface Named {
  readonly text: string;
  readonly line: number;
}

const hint = 'remove it, or review its target: that was not checked';

/**
 * Reads a `deno.json`, or an import map in a file of its own. Deno follows import maps also inside JSR packages, and with
 * `--frozen`; the lockfile shows nothing of that. `undefined` when the text cannot be read.
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
    message: `${where} sends ${clip(key)} to ${clip(textOf(value) ?? 'something else')}, and Deno runs that instead of what the lockfile locks`,
    hint,
  });
  const remarks = [...entriesOf(get(root, 'imports'))]
    .filter((entry) => replaces(entry, registry))
    .map((entry) => remark('"imports"', entry));
  for (const { key: scope, value } of entriesOf(get(root, 'scopes'))) {
    // Below an address of the registry, the modules of JSR packages themselves are given other imports.
    const inside = meansJsr(scope, registry);
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

/** An entry of an import map that leads a JSR package to something else; to another version of itself is no harm. */
function replaces({ key, value }: Entry, registry: string): boolean {
  const to = textOf(value);
  if (to === undefined || !meansJsr(key, registry)) return false;
  const asked = packageSentAway(key, registry);
  return typeof asked !== 'object' || !leadsTo(asked, to, registry);
}

/** Whether a target is the package at the registry itself. Read strictly, unlike keys: what leads elsewhere must be told. */
function leadsTo(wanted: PackageName, target: string, registry: string): boolean {
  if (/[%\\?#\p{Cc}]|\/\.\.?(?:\/|$)/u.test(target)) return false;
  const name = nameOf({ scope: wanted.scope, name: wanted.name });
  const npm = npmNameOf(wanted);
  const specs = [`jsr:${name}`, `jsr:/${name}`, `npm:${npm}`, `npm:/${npm}`];
  if (specs.some((spec) => target.startsWith(spec) && /^(?:[@/]|$)/.test(target.slice(spec.length))))
    return true;
  return (
    URL.canParse(target) &&
    new URL(target).href.startsWith(`${new URL(registry).href.replace(/\/+$/, '')}/${name}/`)
  );
}

/** Whether a key of an import map stands for a JSR package, for the registry, or for a beginning of its address. */
function meansJsr(key: string, registry: string): boolean {
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
