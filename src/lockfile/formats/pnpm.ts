import { type LockfileFormat, UnknownVersion } from '../format.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { isJsrScoped, isVersion, namesJsrScope, splitAt } from '../parts/name.ts';
import { Overrides } from '../parts/overrides.ts';
import { Patches } from '../parts/patches.ts';
import { Production } from '../parts/production.ts';
import { requestedFromJsr } from '../parts/request.ts';
import {
  type Entry,
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

/** `pnpm-lock.yaml`, versions 6 (pnpm 8) and 9 (pnpm 9 to 11); several documents are read as one. */
export const pnpm = {
  id: 'pnpm',
  title: 'pnpm',
  writtenBy: 'pnpm install --lockfile-only',
  fileNames: ['pnpm-lock.yaml'],
  recognises: (text) => /^(?:---\s*\n)?lockfileVersion\s*:/.test(text),
  read: (text, into) => {
    for (const document of readYaml(text)) {
      if (document.kind !== 'map') throw new TreeError('is not a map', document.at);
      new PnpmLock(document, into).read();
    }
  },
} as const satisfies LockfileFormat;

const dependencySections = ['dependencies', 'optionalDependencies'];
const projectSections = [
  ...dependencySections,
  'devDependencies',
  // pnpm 10 and later keep what they need themselves in a document of its own.
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
  /** What the digests are of: the `.tgz`, or since pnpm 12 the uncompressed tar. */
  readonly #target: string;
  readonly #dependents = new Dependents();
  readonly #production = new Production();
  /** By package key: the folder name where the project or another package gives it one of its own. */
  readonly #aliases = new Map<string, string>();

  constructor(root: MapTree, into: Collector) {
    this.#root = root;
    this.#into = into;
    this.#version = versionOf(root);
    this.#target = targetOf(root);
    this.#packages = [...sectionOf(root, 'packages')];
    this.#known = new Map(this.#packages.map((entry) => [bare(entry.key), entry]));
    this.#patches = new Patches(sectionOf(root, 'patchedDependencies'));
    this.#overrides = new Overrides(sectionOf(root, 'overrides'));
  }

  read(): void {
    const importers = [...sectionOf(this.#root, 'importers')];
    if (this.#version === 9 && importers.length === 0) {
      throw new TreeError('has no importers', this.#root.at, 'the file was cut short; restore it');
    }
    // Version 6 has the only project at the top.
    for (const section of projectSections) this.#ask(section, [...sectionOf(this.#root, section)], '');
    for (const { key, at, value } of importers) {
      refuseTorn(at, value);
      for (const section of projectSections) this.#ask(section, [...sectionOf(value, section)], key);
    }
    const snapshots = this.#version === 6 ? this.#packages : [...sectionOf(this.#root, 'snapshots')];
    const resolved = new Set(snapshots.map(({ key }) => bare(key)));
    const lost = this.#packages.find(({ key }) => !resolved.has(bare(key)));
    if (lost !== undefined) {
      throw new TreeError('has a package without a snapshot', lost.at, 'the file was cut short; restore it');
    }
    for (const { key, at, value } of snapshots) {
      refuseTorn(at, value);
      if (isPatched(key)) this.#patches.add(bare(key));
      for (const section of dependencySections) {
        for (const dependency of sectionOf(value, section)) this.#depend(dependency, key);
      }
    }
    const optional = optionalOnly(snapshots);
    for (const entry of this.#packages) this.#package(entry, optional);
  }

  #package({ key, at, value }: Entry, optional: ReadonlyMap<string, boolean>) {
    if (value.kind !== 'map') return this.#into.unreadable(at, key, 'it is not a map');
    const id = bare(key);
    const [host, named] = this.#hostOf(id);
    const [nameInKey, reference] = splitAt(named);
    const name = textAt(value, 'name') ?? nameInKey;
    if (name !== nameInKey && (isJsrScoped(name) ? isVersion(reference ?? '') : isJsrScoped(nameInKey))) {
      return this.#into.unreadable(at, key, `it is called ${name} inside`);
    }
    const resolution = get(value, 'resolution');
    // A key may hold an address instead of a version.
    const version = textAt(value, 'version') ?? reference;
    const tarball = textAt(resolution, 'tarball') ?? host;
    // With a type, pnpm minds no tarball that stands beside it.
    const elsewhere = ['type', 'repo', 'directory'].some((one) => get(resolution, one) !== undefined);
    if (elsewhere) {
      if (isJsrScoped(name) || namesJsrScope(tarball ?? ''))
        this.#into.unreadable(at, key, 'it comes from a folder or a repository, not from JSR');
      return;
    }
    this.#into.npm({
      at,
      entry: key,
      name,
      version,
      address: tarball,
      integrity: textAt(resolution, 'integrity'),
      integrityOf: this.#target === 'tar' ? 'tar' : undefined,
      unpinned: this.#unpinned(id, name, version),
      installedAs: this.#aliases.get(id),
      direct: this.#dependents.isDirect(id),
      dependents: this.#dependents.of(id),
      // Version 9 no longer says it of each package, only what the project asks for and why.
      dev: this.#version === 6 ? isTrue(value, 'dev') : this.#production.isDev(id),
      optional: optional.get(id) ?? false,
    });
  }

  #unpinned(id: string, name: string, version: string | undefined): string | undefined {
    if (this.#patches.has(id, name, version)) return 'pnpm changes it with a patch of the project';
    if (this.#target === 'tarball' || this.#target === 'tar') return undefined;
    return `its integrity is of ${JSON.stringify(this.#target)} (integrityTarget), which this program does not know`;
  }

  /** Version 6 puts the host in front where it is not the default registry: `npm.example/@jsr/std__path@1.0.8`. */
  #hostOf(id: string): readonly [address: string | undefined, named: string] {
    if (id.startsWith('/')) return [undefined, id.slice(1)];
    const cut = id.indexOf('/@jsr/');
    if (this.#version !== 6 || cut === -1) return [undefined, id];
    const [name, version] = splitAt(id.slice(cut + 1));
    const address = `https://${id.slice(0, cut)}/${name}/${version ?? ''}.tgz`;
    // At home, the key does not say the whole address of the tarball.
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
    // A snapshot does not repeat what was asked for, only under which name.
    const id = this.#refer(dependency, '', textOf(dependency.value), dependent);
    if (id === undefined) return;
    this.#dependents.add(id, dependent);
    this.#production.need(bare(dependent), id);
  }

  /** What a project asks for; with `catalog:`, the lockfile says elsewhere what that is. */
  #rangeOf({ key, value }: Entry): string {
    const range = textAt(value, 'specifier') ?? '';
    if (!range.startsWith('catalog:')) return range;
    const catalog = get(get(this.#root, 'catalogs'), range.slice('catalog:'.length).trim() || 'default');
    return textAt(get(catalog, key), 'specifier') ?? '';
  }

  /** The package key that a dependency means: `1.0.8` of that name, or another name and version in full. */
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
      const excuse =
        range.startsWith('jsr:') && version === `link:${range}`
          ? `a folder of that name: ${unknownToPnpm}`
          : this.#overrides.excuse(key, version);
      if (asks !== undefined)
        this.#into.asked({ at, entry: key, asks, leadsTo: undefined, as: version, excuse });
      return undefined;
    }
    const reference = bare(version);
    const lead = this.#version === 6 ? '/' : '';
    const found = [reference, `${lead}${key}@${reference}`, `${lead}${reference}`].find((id) =>
      this.#known.has(id),
    );
    if (found !== undefined) {
      if (!this.#aliases.has(found)) this.#aliases.set(found, key);
      const as = found.replace(/^\//, '');
      const leadsTo = this.#known.get(found)?.at;
      if (asks !== undefined)
        this.#into.asked({ at, entry: key, asks, leadsTo, as, excuse: this.#overrides.excuse(key, as) });
      return found;
    }
    if (asks === undefined && !isJsrScoped(reference.replace(/^\//, ''))) {
      throw new TreeError('refers to a package that is not there', at, 'the file was cut short; restore it');
    }
    this.#into.unreadable(at, key, `a dependency of ${dependent} that is not in the lockfile`);
    return undefined;
  }
}

const unknownToPnpm = 'the pnpm that wrote it did not know what the request means';

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
  if (major === 6 || major === 9) return major;
  const hint = major < 9 ? 'write it anew with pnpm 8 or later: `pnpm install --lockfile-only`' : undefined;
  throw new UnknownVersion(text, 'versions 6 and 9', version.at, hint);
}

function targetOf(root: MapTree): string {
  const target = get(get(root, 'settings'), 'integrityTarget');
  return target === undefined ? 'tarball' : (textOf(target) ?? 'nothing');
}

// pnpm writes `{}` where there is nothing to say.
function refuseTorn(at: number, value: Tree): void {
  if (value.kind !== 'map')
    throw new TreeError('has an entry without content', at, 'the file was cut short; restore it');
}

/** A key without the peers it was resolved with: `a@1.0.0(b@2.0.0)`. */
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
