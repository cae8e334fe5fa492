import { isPackageName, isScope, npmNameOf, type PackageVersion, toSha256 } from '../../model/package.ts';
import { type LockfileFormat, UnknownVersion } from '../format.ts';
import { packageOnCdn } from '../parts/cdn-package.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { withoutDigest } from '../parts/integrity.ts';
import { fromJsrId, fromNpmName, isJsrScoped, isVersion, splitAt } from '../parts/name.ts';
import { mismatchReason } from '../parts/request.ts';
import { readJson } from '../text/json.ts';
import {
  type Entry,
  entriesOf,
  get,
  itemsOf,
  type MapTree,
  sectionOf,
  type Tree,
  TreeError,
  textAt,
  textOf,
} from '../text/value.ts';
import { nameIn, Specifiers } from './deno-specifiers.ts';

/** `deno.lock`, versions 1 to 5 (Deno 1.0 to 2.x). */
export const deno = {
  id: 'deno',
  title: 'Deno',
  writtenBy: 'deno install',
  runtime: 'deno',
  fileNames: ['deno.lock'],
  // Version 1 contains only addresses and digests.
  recognises: (text) =>
    /^\s*\{\s*"(?:version"\s*:\s*"\d+"|https?:\/\/[^"]+"\s*:\s*"[0-9a-f]{64}")/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    new DenoLock(root, into).read();
  },
} as const satisfies LockfileFormat;

class DenoLock {
  readonly #into: Collector;
  /** The whole document; in version 1 it is the `remote` section. */
  readonly #root: MapTree;
  /** The map that contains `specifiers`, `jsr` and `npm`. */
  readonly #packages: Tree | undefined;
  readonly #flat: boolean;
  readonly #dependents = new Dependents();
  readonly #specifiers: Specifiers;
  /** Ids of the `npm` section by name, because a reference omits the version when it is unambiguous. */
  readonly #npmIds = new Map<string, string[]>();

  constructor(root: MapTree, into: Collector) {
    const version = versionOf(root);
    this.#into = into;
    this.#root = root;
    this.#flat = version === 1;
    this.#packages = version === 3 ? get(root, 'packages') : version === 2 ? get(root, 'npm') : root;
    this.#specifiers = new Specifiers(version < 3 ? [] : sectionOf(this.#packages, 'specifiers'));
  }

  read() {
    if (this.#flat) return this.#remote(this.#root.entries.values(), new Set());
    const jsr = [...sectionOf(this.#packages, 'jsr')];
    const npm = [
      ...sectionOf(this.#packages, get(this.#packages, 'packages') === undefined ? 'npm' : 'packages'),
    ];
    for (const { key } of npm) {
      const name = splitAt(key)[0];
      const ids = this.#npmIds.get(name);
      if (ids === undefined) this.#npmIds.set(name, [key]);
      else ids.push(key);
    }
    const known = new Set([...jsr.map(({ key }) => `jsr:${key}`), ...npm.map(({ key }) => `npm:${key}`)]);

    for (const entry of jsr) this.#relate(entry, known);
    for (const entry of npm) this.#relateNpm(entry, known);
    for (const specifier of directSpecifiers(get(this.#root, 'workspace'))) {
      const id = this.#specifiers.resolve(specifier) ?? this.#specifiers.resolve(asNpm(specifier));
      if (id !== undefined) this.#dependents.addDirect(id);
    }
    for (const entry of jsr) this.#jsr(entry);
    for (const entry of npm) this.#npm(entry);
    this.#resolvedOnly(known);
    this.#links();
    // Deno also records direct imports of https://jsr.io/@… under `jsr`, where the entry has a digest.
    this.#remote(sectionOf(this.#root, 'remote'), known);
    this.#redirects(known);
  }

  #jsr({ key, at, value }: Entry) {
    const version = fromJsrId(key);
    if (version === undefined)
      return this.#into.unreadable(at, key, 'it does not name a JSR package version');
    // Deno has written it since February 2024 (deno#22421).
    if (value.kind === 'map' && get(value, 'integrity') === undefined) {
      const locked = withoutDigest({ why: 'its entry has no "integrity"' });
      return this.#into.mention(at, version, locked, this.#relations(`jsr:${key}`));
    }
    const digest = toSha256(textAt(value, 'integrity') ?? '');
    if (digest === undefined) return this.#into.unreadable(at, key, 'its integrity is not a SHA-256 in hex');
    this.#into.mention(at, version, { kind: 'manifest', digest }, this.#relations(`jsr:${key}`));
  }

  #npm({ key, at, value }: Entry) {
    const [name, rest] = splitAt(key);
    this.#into.npm({
      at,
      entry: key,
      name,
      // Peer dependencies follow after `_`, which no version contains.
      version: rest?.split('_', 1)[0],
      address: textAt(value, 'tarball'),
      integrity: textAt(value, 'integrity'),
      ...this.#relations(`npm:${key}`),
    });
  }

  /** Deno records the version that a specifier resolves to before it loads it; a version that was never loaded has no entry. */
  #resolvedOnly(known: ReadonlySet<string>): void {
    const seen = new Set(known);
    for (const { key, at, id } of this.#specifiers) {
      if (mayBeJsr(key) && nameIn(asNpm(key)) !== nameIn(asNpm(id))) {
        this.#into.unreadable(at, key, mismatchReason(nameIn(key), id));
        continue;
      }
      if (seen.has(id) || !mayBeJsr(id)) continue;
      seen.add(id);
      const [name, version] = splitAt(id.slice(id.indexOf(':') + 1));
      const chosen = id.startsWith('npm:') ? fromNpmId(name, version) : fromJsrId(`${name}@${version}`);
      if (chosen === undefined)
        this.#into.unreadable(at, key, `it resolves to ${id}, which is not a JSR package version`);
      else
        this.#into.mention(
          at,
          chosen,
          withoutDigest({ why: 'the lockfile names this version without a digest' }),
          this.#relations(id),
        );
    }
  }

  /** Folders of the project that replace packages; older versions call them patches. */
  #links(): void {
    for (const section of ['links', 'patches']) {
      for (const { key, at } of entriesOf(get(get(this.#root, 'workspace'), section))) {
        if (!mayBeJsr(key)) continue;
        const message = `Deno loads ${key} from a folder of the project instead ("${section}")`;
        this.#into.remark(at, message, 'review that folder, which was not checked');
      }
    }
  }

  /** Files of JSR packages that were imported by URL: the lockfile has the version, but not the digest of its manifest. */
  #remote(entries: Iterable<Entry>, known: ReadonlySet<string>): void {
    const seen = new Set<string>();
    for (const { key, at } of entries) {
      this.#module(at, key, known, seen, 'the lockfile has only digests of single files of this version');
    }
  }

  #redirects(known: ReadonlySet<string>): void {
    const seen = new Set<string>();
    for (const { key, at, value } of sectionOf(this.#root, 'redirects')) {
      const target = textOf(value);
      // Deno loads the target of the redirect and does not compare it with a manifest, also with --frozen.
      this.#into.redirected(at, key, target ?? 'no address', 'redirects');
      if (target === undefined) this.#into.unreadable(value.at, key, 'its redirect target is not an address');
      else {
        this.#module(value.at, target, known, seen, 'the lockfile names this version only in a redirect');
        this.#redirectFromCdn(at, key, target);
      }
    }
  }

  /** A redirect that starts at another host. Most only select the newest version, and their target is reported by itself. */
  #redirectFromCdn(at: number, from: string, to: string): void {
    const address = this.#into.moduleAddress(from);
    if (address.kind !== 'foreign') return;
    const [asked, given] = [packageOnCdn(from), packageOnCdn(to)];
    const isSamePackage =
      typeof asked === 'object' && typeof given === 'object' && npmNameOf(asked) === npmNameOf(given);
    if (!isSamePackage || (asked.version !== undefined && asked.version !== given.version))
      this.#into.fromCdn(at, from, asked, address.host);
  }

  #module(at: number, text: string, known: ReadonlySet<string>, seen: Set<string>, why: string) {
    const address = this.#into.moduleAddress(text);
    if (address.kind === 'unclear') {
      if (/@jsr|jsr\.io/i.test(text)) this.#into.unreadable(at, text, address.why);
      return;
    }
    const version = moduleAt(address.path.replace(/^\//, ''));
    if (address.kind === 'foreign') {
      const exact = typeof version === 'string' ? undefined : version;
      return this.#into.fromCdn(at, text, exact ?? packageOnCdn(text), address.host);
    }
    if (version === 'none') return;
    if (version === 'unclear')
      return this.#into.unreadable(at, text, 'it does not name an exact version of a JSR package');
    const id = `${version.scope}/${version.name}@${version.version}`;
    if (seen.has(id)) return;
    seen.add(id);
    if (!known.has(`jsr:@${id}`)) this.#into.mention(at, version, withoutDigest({ why }), {});
  }

  #relate({ key, value }: Entry, known: ReadonlySet<string>): void {
    for (const dependency of itemsOf(get(value, 'dependencies'))) {
      const specifier = textOf(dependency);
      const id = specifier === undefined ? undefined : this.#specifiers.resolve(specifier);
      // A version that was resolved but never loaded has a specifier and no entry with a digest.
      if (id !== undefined && (known.has(id) || mayBeJsr(id))) this.#dependents.add(id, key);
      else if (specifier === undefined || mayBeJsr(specifier)) {
        this.#into.unreadable(
          dependency.at,
          specifier ?? key,
          `a dependency of ${key} that is not in the lockfile`,
        );
      }
    }
  }

  #relateNpm({ key, value }: Entry, known: ReadonlySet<string>): void {
    for (const section of ['dependencies', 'optionalDependencies', 'optionalPeers']) {
      const dependencies = get(value, section);
      // Version 5 has a list, an alias as `alias@npm:name@1.0.0`; earlier versions have a map with the alias as key.
      const references = [
        ...itemsOf(dependencies).map((value) => ({ alias: splitAt(textOf(value) ?? '')[0], value })),
        ...[...entriesOf(dependencies)].map(({ key: alias, value }) => ({ alias, value })),
      ];
      for (const { alias, value: reference } of references) {
        const text = textOf(reference)?.replace(/^.+@npm:/, '');
        if (text === undefined) continue;
        const [name, rest] = splitAt(text);
        if (isJsrScoped(alias) && alias !== name)
          this.#into.unreadable(reference.at, alias, mismatchReason(alias, text));
        if (!isJsrScoped(text)) continue;
        const id = rest === undefined ? this.#npmIds.get(name)?.[0] : text;
        const jsr = id === undefined ? undefined : fromNpmId(name, splitAt(id)[1]);
        if (jsr !== undefined) this.#into.installs(alias, jsr);
        if (id !== undefined && known.has(`npm:${id}`)) this.#dependents.add(`npm:${id}`, key);
        else if (section === 'dependencies') {
          this.#into.unreadable(reference.at, text, `a dependency of ${key} that is not in the lockfile`);
        }
      }
    }
  }

  #relations(id: string): { readonly direct: boolean | undefined; readonly dependents: readonly string[] } {
    const dependents = [...this.#dependents.of(id)];
    const workspace = get(this.#root, 'workspace') !== undefined;
    const direct = this.#dependents.isDirect(id) || (workspace && dependents.length > 0 ? false : undefined);
    return { direct, dependents };
  }
}

function versionOf(root: MapTree): number {
  const version = get(root, 'version');
  if (version === undefined) {
    const entries = [...root.entries.values()];
    const flat =
      entries.length > 0 && entries.every(({ key, value }) => key.includes('://') && textOf(value));
    if (flat) return 1;
    throw new TreeError('has no version, so it is not a deno.lock', root.at);
  }
  const text = textOf(version);
  if (text === undefined || !/^[1-9]\d{0,3}$/.test(text))
    throw new TreeError('has a version that is not a number', version.at);
  if (Number(text) > 5) throw new UnknownVersion(text, 'versions 1 to 5', version.at);
  return Number(text);
}

function fromNpmId(name: string, version: string | undefined): PackageVersion | undefined {
  const jsr = fromNpmName(name);
  const exact = version?.split('_', 1)[0] ?? '';
  return jsr !== undefined && isVersion(exact) ? { ...jsr, version: exact } : undefined;
}

function mayBeJsr(id: string): boolean {
  return id.startsWith('jsr:') || isJsrScoped(id.replace(/^npm:/, ''));
}

// With JSR packages in node_modules, the workspace asks for `jsr:` and the lockfile resolves `npm:@jsr/…`.
function asNpm(specifier: string): string {
  return specifier.replace(/^jsr:@([^/]+)\//, 'npm:@jsr/$1__');
}

/** All specifiers that the project and its workspaces depend on directly. */
function* directSpecifiers(workspace: Tree | undefined): Iterable<string> {
  const members = [...entriesOf(get(workspace, 'members')), ...entriesOf(get(workspace, 'links'))];
  for (const place of [workspace, ...members.map(({ value }) => value)]) {
    for (const list of [get(place, 'dependencies'), get(get(place, 'packageJson'), 'dependencies')]) {
      for (const item of itemsOf(list)) yield textOf(item) ?? '';
    }
  }
}

/** The package version in a module path `@scope/name/1.0.0/file`; `unclear` when only the start has that form. */
function moduleAt(path: string): PackageVersion | 'none' | 'unclear' {
  const [scoped, name = '', version = '', ...file] = path.split('/');
  if (scoped === undefined || !scoped.startsWith('@') || scoped === '@jsr') return 'none';
  const scope = scoped.slice(1);
  const exact = isScope(scope) && isPackageName(name) && isVersion(version) && file.join('/') !== '';
  return exact ? { scope, name, version } : 'unclear';
}
