import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { Folders, nearest } from '../parts/folders.ts';
import type { Unpinned } from '../parts/integrity.ts';
import { isJsrScoped } from '../parts/name.ts';
import { type Entry, entriesOf, get, isTrue, itemsOf, type Tree, textAt } from '../text/value.ts';
import {
  askedOf,
  bundledBy,
  bundledReason,
  flagsOf,
  folderName,
  inWords,
  nodeModules,
  patchedBy,
  refuseLong,
} from './npm-entry.ts';

/** Dependencies in these sections must be in the lockfile; peer and optional ones may be missing. */
const required = ['dependencies', 'devDependencies'];
const allowedMissing = ['optionalDependencies', 'peerDependencies'];

/** Reads `packages` of versions 2 to 4: a flat map from folder to package. */
export class Packages {
  readonly #entries: readonly Entry[];
  readonly #byKey: ReadonlyMap<string, Entry>;
  readonly #folders = new Folders();
  readonly #into: Collector;
  readonly #dependents = new Dependents();
  readonly #hasRoot: boolean;
  /** By the key of a package in the store: the names of the links to it. */
  readonly #links = new Map<string, string[]>();

  constructor(entries: readonly Entry[], into: Collector) {
    this.#entries = entries;
    this.#byKey = new Map(entries.map((entry) => [entry.key, entry]));
    this.#into = into;
    this.#hasRoot = entries.some(({ key }) => key === '');
    for (const { key, at } of entries) {
      refuseLong(key, at);
      const name = folderName(key);
      if (name === undefined) continue;
      const target = this.#linkTarget(key);
      if (target !== key && this.#links.get(target)?.push(name) === undefined)
        this.#links.set(target, [name]);
      this.#folders.put(
        key.slice(0, Math.max(0, key.length - name.length - nodeModules.length - 1)),
        name,
        key,
      );
    }
  }

  read(): void {
    for (const entry of this.#entries) this.#relate(entry);
    for (const entry of this.#entries) this.#package(entry);
  }

  #package({ key, at, value }: Entry) {
    const installedAs = folderName(key);
    if (value.kind !== 'map') return this.#into.unreadable(at, key, 'it is not a map');
    if (installedAs === undefined) return;
    const name = textAt(value, 'name') ?? installedAs;
    if (isJsrScoped(installedAs) && name !== installedAs)
      return this.#into.unreadable(at, key, `the entry names another package: ${name}`);
    if (isTrue(value, 'link')) {
      const target = this.#linkTarget(key);
      // With `install-strategy=linked`, the target of a link has its own entry, which is read separately.
      if (target !== key && (!isJsrScoped(name) || packageName(this.#byKey.get(target)) === name)) return;
      this.#into.installs(installedAs, undefined);
      if (isJsrScoped(name))
        this.#into.unreadable(at, key, 'it is a link to a folder, not a package from JSR');
      return;
    }
    const dependents = [...this.#dependents.of(key)];
    this.#into.npm({
      at,
      entry: key,
      name,
      version: textAt(value, 'version'),
      address: textAt(value, 'resolved'),
      integrity: textAt(value, 'integrity'),
      unpinned: patchedBy(value) ?? this.#bundled(key, value),
      installedAs,
      names: this.#links.get(key) ?? [],
      folder: key,
      direct: this.#hasRoot ? this.#dependents.isDirect(key) : undefined,
      dependents,
      ...flagsOf(value),
    });
  }

  /** The key of the package in the store that a link leads to, if the lockfile has it; otherwise the key itself. */
  #linkTarget(key: string): string {
    const value = this.#byKey.get(key)?.value;
    if (value === undefined || !isTrue(value, 'link')) return key;
    const target = textAt(value, 'resolved') ?? '';
    const found = this.#byKey.get(target);
    if (found === undefined || folderName(target) === undefined || isTrue(found.value, 'link')) return key;
    return target;
  }

  /** With or without a mark, every entry inside a package that bundles others may be bundled. */
  #bundled(key: string, value: Tree): Unpinned | undefined {
    for (let above = parentOf(key); folderName(above) !== undefined; above = parentOf(above)) {
      const bundler = this.#byKey.get(above)?.value;
      const bundles = get(bundler, 'bundleDependencies') ?? get(bundler, 'bundledDependencies');
      if (itemsOf(bundles).length > 0 || (bundles?.kind === 'leaf' && bundles.value === true))
        return bundledReason;
    }
    return bundledBy(value, folderName(parentOf(key)) !== undefined);
  }

  #relate({ key, value }: Entry): void {
    const own = folderName(key) === undefined;
    const reach = this.#folders.through(upward(key));
    for (const section of [...required, ...allowedMissing]) {
      // npm does not install the devDependencies of a package from the registry.
      if (section === 'devDependencies' && !own) continue;
      for (const dependency of entriesOf(get(value, section))) {
        const nearby = nearest(reach, dependency.key);
        const found = nearby === undefined ? undefined : this.#linkTarget(nearby);
        const asks = askedOf(dependency);
        if (found === undefined) {
          if (asks !== undefined && required.includes(section)) this.#missing(dependency, key);
          continue;
        }
        if (asks !== undefined) this.#ask(dependency, asks, found);
        if (own) this.#dependents.addDirect(found);
        if (key !== '') this.#dependents.add(found, key);
      }
    }
  }

  #ask({ key, at }: Entry, asks: string, found: string): void {
    const entry = this.#byKey.get(found);
    const as = entry === undefined ? found : inWords(folderName(found) ?? found, entry.value);
    this.#into.request({ at, entry: key, asks, resolvesTo: entry?.at, as });
  }

  #missing({ key, at }: Entry, dependent: string): void {
    const who = dependent === '' ? 'the project' : dependent;
    this.#into.unreadable(at, key, `a dependency of ${who} that is not in the lockfile`);
  }
}

/** The package name of an entry: from its `name`, otherwise from its folder. */
function packageName(entry: Entry | undefined): string | undefined {
  return entry === undefined ? undefined : (textAt(entry.value, 'name') ?? folderName(entry.key));
}

/** The package or project that contains a folder. */
function parentOf(folder: string): string {
  return folder.slice(0, Math.max(0, folder.lastIndexOf(nodeModules) - 1));
}

/** A folder and those above it, as Node searches them. */
function* upward(folder: string): Iterable<string> {
  for (let cut = folder.length; cut > 0; cut = Math.max(0, folder.lastIndexOf('/', cut - 1)))
    yield folder.slice(0, cut);
  yield '';
}
