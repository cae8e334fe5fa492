import { type LockfileFormat, UnknownVersion } from '../format.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import type { Unpinned } from '../parts/integrity.ts';
import { isJsrScoped, isVersion, namesJsrScope, splitAt } from '../parts/name.ts';
import { Overrides } from '../parts/overrides.ts';
import { changedByPatch, Patches } from '../parts/patches.ts';
import { Production } from '../parts/production.ts';
import { requestedFromJsr } from '../parts/request.ts';
import { readJson } from '../text/json.ts';
import {
  type Entry,
  entriesOf,
  get,
  isTrue,
  type MapTree,
  sectionOf,
  type Tree,
  TreeError,
  textAt,
  textOf,
} from '../text/value.ts';
import { readYaml } from '../text/yaml.ts';

/** `pnpm-lock.yaml`, versions 6 (pnpm 8), 9 (pnpm 9 to 12) and 13 (pnpm 12); all documents in one file are read. */
export const pnpm = {
  id: 'pnpm',
  title: 'pnpm',
  writtenBy: 'pnpm install --lockfile-only',
  runtime: 'node',
  fileNames: ['pnpm-lock.yaml'],
  beside: ['pnpm-workspace.yaml'],
  recognises: (text) => /^(?:---\s*\n)?(?:lockfileVersion\s*:|\{\s*"lockfileVersion"\s*:\s*")/.test(text),
  read: (text, into) => {
    for (const document of documentsIn(text)) {
      if (document.kind !== 'map') throw new TreeError('is not a map', document.at);
      new PnpmLock(document, into).read();
    }
  },
} as const satisfies LockfileFormat;

/** The documents of a lockfile: YAML, and last, in version 13, JSON with trailing commas. */
function documentsIn(text: string): readonly Tree[] {
  const json = /(?:^|\n---[ \t]*\r?\n)\s*(?=\{\s*"lockfileVersion")/.exec(text);
  if (json === null) return readYaml(text);
  const begin = json.index + json[0].length;
  const before = text.slice(0, json.index);
  // Spaces in place of the earlier documents keep the positions.
  const last = readJson(' '.repeat(begin) + text.slice(begin), { relaxed: true });
  return before.trim() === '' ? [last] : [...readYaml(before), last];
}

const dependencySections = ['dependencies', 'optionalDependencies'];
const projectSections = [
  ...dependencySections,
  'devDependencies',
  // pnpm 10 and later keep their own dependencies in a separate document.
  'configDependencies',
  'packageManagerDependencies',
];

class PnpmLock {
  readonly #root: MapTree;
  readonly #into: Collector;
  readonly #version: number;
  readonly #packages: readonly Entry[];
  /** By key without peers. */
  readonly #known: ReadonlyMap<string, Entry>;
  readonly #patches: Patches;
  readonly #overrides: Overrides;
  /** What the digests cover: the `.tgz`, or since pnpm 12 the uncompressed tar. */
  readonly #target: string;
  /** Addresses of the registries that the project named, by prefix; read when first needed. */
  #named: ReadonlyMap<string, string> | undefined;
  readonly #dependents = new Dependents();
  readonly #production = new Production();
  /** By package key: the names that the project and other packages use for it, in file order. */
  readonly #aliases = new Map<string, Set<string>>();

  constructor(root: MapTree, into: Collector) {
    this.#root = root;
    this.#into = into;
    this.#version = versionOf(root);
    this.#target = targetOf(root);
    this.#packages = [...sectionOf(root, 'packages')];
    this.#known = new Map(this.#packages.map((entry) => [bare(entry.key), entry]));
    this.#patches = new Patches(this.#setting('patchedDependencies'));
    this.#overrides = new Overrides(this.#setting('overrides'));
  }

  read(): void {
    const named = this.#version === 13 ? 'projects' : 'importers';
    const importers = [...sectionOf(this.#root, named)];
    if (this.#version !== 6 && importers.length === 0) {
      throw new TreeError(`has no ${named}`, this.#root.at, 'the file was cut short; restore it');
    }
    // In version 6, a single project has its dependencies at the top.
    for (const section of projectSections) this.#ask(section, [...sectionOf(this.#root, section)], '');
    for (const { key, at, value } of importers) {
      refuseTruncated(at, value);
      for (const section of projectSections) this.#ask(section, [...sectionOf(value, section)], key);
    }
    const snapshots = this.#version === 9 ? [...sectionOf(this.#root, 'snapshots')] : this.#packages;
    const resolved = new Set(snapshots.map(({ key }) => bare(key)));
    const orphan = this.#packages.find(({ key }) => !resolved.has(bare(key)));
    if (orphan !== undefined) {
      throw new TreeError(
        'has a package without a snapshot',
        orphan.at,
        'the file was cut short; restore it',
      );
    }
    for (const { key, at, value } of snapshots) {
      refuseTruncated(at, value);
      if (isPatched(key)) this.#patches.add(bare(key));
      for (const section of dependencySections) {
        for (const dependency of sectionOf(value, section)) this.#depend(dependency, key);
      }
      // Version 13 has the version of a peer beside its range; earlier versions list it with the dependencies.
      if (this.#version === 13)
        for (const peer of sectionOf(value, 'peerDependencies'))
          if (get(peer.value, 'version') !== undefined) this.#depend(peer, key);
    }
    const optional = optionalOnly(snapshots);
    for (const entry of this.#packages) this.#package(entry, optional);
  }

  /** A section that version 13 has under `settings`; both places are read, so that neither can hide an entry. */
  #setting(name: string): readonly Entry[] {
    return [...sectionOf(this.#root, name), ...sectionOf(get(this.#root, 'settings'), name)];
  }

  #package({ key, at, value }: Entry, optional: ReadonlyMap<string, boolean>) {
    if (value.kind !== 'map') return this.#into.unreadable(at, key, 'it is not a map');
    const id = bare(key);
    const [host, named] = this.#hostOf(id);
    const [nameInKey, full] = splitAt(named);
    const { prefix, reference } = prefixIn(full);
    const name = textAt(value, 'name') ?? nameInKey;
    if (name !== nameInKey && (isJsrScoped(name) ? isVersion(reference ?? '') : isJsrScoped(nameInKey))) {
      return this.#into.unreadable(at, key, `the entry names another package: ${name}`);
    }
    const resolution = get(value, 'resolution');
    // A key may hold an address instead of a version.
    const version = textAt(value, 'version') ?? reference;
    const written = textAt(resolution, 'tarball') ?? host;
    const implied =
      written === undefined && prefix !== undefined && isJsrScoped(name)
        ? this.#implied(prefix, name, version)
        : undefined;
    const tarball = written ?? implied?.address;
    // With a type, pnpm ignores a tarball beside it.
    const elsewhere = ['type', 'repo', 'directory'].some((one) => get(resolution, one) !== undefined);
    if (elsewhere) {
      if (isJsrScoped(name) || namesJsrScope(tarball ?? ''))
        this.#into.unreadable(at, key, elsewhereReason(resolution));
      return;
    }
    if (implied?.unknown === true)
      return this.#into.unreadable(
        at,
        key,
        `its registry "${prefix}" has no address: neither here nor in ${workspaceFile}`,
      );
    this.#into.npm({
      at,
      entry: key,
      name,
      version,
      address: tarball,
      integrity:
        textAt(resolution, 'integrity') ?? (this.#version === 13 ? textAt(value, 'integrity') : undefined),
      integrityOf: this.#target === 'tar' ? 'tar' : undefined,
      unpinned: this.#unpinned(id, name, version),
      installedAs: this.#aliases.get(id)?.values().next().value,
      names: this.#aliases.get(id),
      direct: this.#dependents.isDirect(id),
      dependents: this.#dependents.of(id),
      // Version 9 has no flag on each package, only the sections of the project.
      dev: this.#version === 6 ? isTrue(value, 'dev') : this.#production.isDev(id),
      optional: optional.get(id) ?? false,
    });
  }

  #unpinned(id: string, name: string, version: string | undefined): Unpinned | undefined {
    if (this.#patches.has(id, name, version)) return changedByPatch('pnpm');
    if (this.#target === 'tarball' || this.#target === 'tar') return undefined;
    const target = JSON.stringify(this.#target);
    return { why: `its integrity is of ${target} (integrityTarget), which this program does not support` };
  }

  /** Without a tarball, pnpm fetches from the registry that the project gave this prefix. */
  #implied(prefix: string, name: string, version: string | undefined): Implied {
    this.#named ??= namedRegistries(this.#into.beside[workspaceFile]);
    const base = this.#named.get(prefix);
    if (base === undefined || !URL.canParse(base)) return { address: undefined, unknown: true };
    const address = `${base.replace(/\/+$/, '')}/${name}/${version ?? ''}.tgz`;
    // At our own registry, the tarball has another address than the prefix implies.
    const isOwn = this.#into.npmAddress(address).kind === 'registry';
    return { address: isOwn ? undefined : address, unknown: false };
  }

  /** In version 6, a key starts with the host when that is not the default registry: `npm.example/@jsr/std__path@1.0.8`. */
  #hostOf(id: string): readonly [address: string | undefined, named: string] {
    if (id.startsWith('/')) return [undefined, id.slice(1)];
    const cut = id.indexOf('/@jsr/');
    if (this.#version !== 6 || cut === -1) return [undefined, id];
    const [name, version] = splitAt(id.slice(cut + 1));
    const address = `https://${id.slice(0, cut)}/${name}/${version ?? ''}.tgz`;
    // At our own registry, the tarball has another address than the key implies.
    return [this.#into.npmAddress(address).kind === 'registry' ? undefined : address, id.slice(cut + 1)];
  }

  #ask(section: string, dependencies: readonly Entry[], project: string): void {
    for (const dependency of dependencies) {
      const version = textOf(dependency.value) ?? textAt(dependency.value, 'version');
      const id = this.#refer(
        dependency,
        this.#rangeOf(dependency),
        version,
        project === '' || project === '.' ? 'the project' : project,
      );
      if (id === undefined) continue;
      this.#dependents.addDirect(id);
      this.#production.ask(id, section === 'devDependencies' ? 'development' : 'production');
      if (project !== '' && project !== '.') this.#dependents.add(id, project);
    }
  }

  #depend(dependency: Entry, dependent: string): void {
    // A snapshot has the names of its dependencies, but not their ranges.
    const version = textOf(dependency.value) ?? textAt(dependency.value, 'version');
    const id = this.#refer(dependency, '', version, dependent);
    if (id === undefined) return;
    this.#dependents.add(id, dependent);
    this.#production.need(bare(dependent), id);
  }

  /** The range of a dependency of the project; a `catalog:` range is resolved with the catalog in the lockfile. */
  #rangeOf({ key, value }: Entry): string {
    const range = textAt(value, 'specifier') ?? '';
    // `jm:@jsr/std__path@^1` means that package at the registry with the prefix `jm`, like `npm:`.
    if (!range.startsWith('catalog:')) return range.replace(/^[A-Za-z][\w.-]*:(?=@jsr\/)/i, 'npm:');
    const catalogs = get(this.#root, 'catalogs') ?? get(get(this.#root, 'settings'), 'catalogs');
    const catalog = get(catalogs, range.slice('catalog:'.length).trim() || 'default');
    return textAt(get(catalog, key), 'specifier') ?? textAt(catalog, key) ?? '';
  }

  /** The package key of a dependency: its version is `1.0.8`, or another name with a version. */
  #refer(
    { key, at }: Entry,
    range: string,
    version: string | undefined,
    dependent: string,
  ): string | undefined {
    const asks = requestedFromJsr(key, range);
    if (version === undefined) {
      throw new TreeError('has a dependency without a version', at, 'the file was cut short; restore it');
    }
    if (/^(?:link|workspace):/.test(version)) {
      this.#into.installs(key, undefined);
      const override =
        range.startsWith('jsr:') && version === `link:${range}`
          ? `a folder of that name: ${unknownToPnpm}`
          : this.#overrides.explain(key, version);
      if (asks !== undefined)
        this.#into.request({ at, entry: key, asks, resolvesTo: undefined, as: version, override });
      return undefined;
    }
    const reference = bare(version);
    const lead = this.#version === 6 ? '/' : '';
    const found = [reference, `${lead}${key}@${reference}`, `${lead}${reference}`].find((id) =>
      this.#known.has(id),
    );
    if (found !== undefined) {
      const aliases = this.#aliases.get(found);
      if (aliases === undefined) this.#aliases.set(found, new Set([key]));
      else aliases.add(key);
      const as = found.replace(/^\//, '');
      const resolvesTo = this.#known.get(found)?.at;
      if (asks !== undefined)
        this.#into.request({
          at,
          entry: key,
          asks,
          resolvesTo,
          as,
          override: this.#overrides.explain(key, as),
        });
      return found;
    }
    if (asks === undefined && !isJsrScoped(reference.replace(/^\//, ''))) {
      throw new TreeError(
        'refers to a package that is not in the lockfile',
        at,
        'the file was cut short; restore it',
      );
    }
    this.#into.unreadable(at, key, `a dependency of ${dependent} that is not in the lockfile`);
    return undefined;
  }
}

const unknownToPnpm = 'the pnpm version that wrote the lockfile does not support "jsr:"';

/** Whether a key says that the package is changed by a patch: `a@1.0.0(patch_hash=…)(b@2.0.0)`. */
function isPatched(key: string): boolean {
  return key.startsWith('(patch_hash=', bare(key).length);
}

function versionOf(root: MapTree): number {
  const version = get(root, 'lockfileVersion');
  const text = textOf(version);
  if (version === undefined || text === undefined || !/^\d{1,3}(?:\.\d{1,3})?$/.test(text)) {
    throw new TreeError('has no lockfileVersion, so it is not a lockfile of pnpm', version?.at ?? root.at);
  }
  const major = Number.parseInt(text, 10);
  if (major === 6 || major === 9 || major === 13) return major;
  const hint = major < 9 ? 'regenerate it with pnpm 8 or later: `pnpm install --lockfile-only`' : undefined;
  throw new UnknownVersion(text, 'versions 6, 9 and 13', version.at, hint);
}

interface Implied {
  /** `undefined` for our own registry. */
  readonly address: string | undefined;
  readonly unknown: boolean;
}

// Prefixes with a fixed meaning; pnpm does not read them as the prefix of a registry.
const reserved = /^(?:file|link|portal|workspace|catalog|git|https?|npm|jsr)$/i;

const workspaceFile = 'pnpm-workspace.yaml';

/** Splits `jm:1.0.8` into the prefix of a registry and the version; any other reference is returned unchanged. */
function prefixIn(reference: string | undefined): { readonly prefix?: string; readonly reference?: string } {
  if (reference === undefined) return {};
  const [, prefix = '', version = ''] = /^([A-Za-z][\w.-]*):(.+)$/s.exec(reference) ?? [];
  const isPrefix = isVersion(version) && !reserved.test(prefix);
  return isPrefix ? { prefix, reference: version } : { reference };
}

/** The registries with a prefix in a pnpm-workspace.yaml; `registries` wins over the older `namedRegistries`. */
function namedRegistries(text: string | undefined): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  const [root] = text === undefined ? [] : settingsIn(text);
  for (const { key, value } of entriesOf(get(root, 'namedRegistries'))) named.set(key, textOf(value) ?? '');
  for (const { key, value } of entriesOf(get(root, 'registries'))) {
    const prefix = textAt(value, 'prefix');
    if (prefix !== undefined) named.set(prefix, key);
  }
  return named;
}

// Without readable settings, entries that need a prefix are reported as unreadable.
function settingsIn(text: string): readonly Tree[] {
  try {
    return readYaml(text);
  } catch (error) {
    if (error instanceof TreeError) return [];
    throw error;
  }
}

function elsewhereReason(resolution: Tree | undefined): string {
  return textAt(resolution, 'type') === 'variations'
    ? 'it has a tarball for each platform, but JSR packages have only one'
    : 'it comes from a folder or a repository, not from JSR';
}

function targetOf(root: MapTree): string {
  const target = get(get(root, 'settings'), 'integrityTarget');
  return target === undefined ? 'tarball' : (textOf(target) ?? 'nothing');
}

// pnpm writes `{}` for an entry without content.
function refuseTruncated(at: number, value: Tree): void {
  if (value.kind !== 'map')
    throw new TreeError('has an entry without content', at, 'the file was cut short; restore it');
}

/** A key without the resolved peers: `a@1.0.0` of `a@1.0.0(b@2.0.0)`. */
function bare(key: string): string {
  const cut = key.indexOf('(');
  return cut === -1 ? key : key.slice(0, cut);
}

/** By package key: whether every one of its snapshots is optional. */
function optionalOnly(snapshots: readonly Entry[]): ReadonlyMap<string, boolean> {
  const optional = new Map<string, boolean>();
  for (const { key, value } of snapshots) {
    optional.set(bare(key), isTrue(value, 'optional') && optional.get(bare(key)) !== false);
  }
  return optional;
}
