import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { isJsrScoped, splitAt } from '../parts/name.ts';
import { type Entry, entriesOf, get, type MapTree, sectionOf, type Tree, textAt } from '../text/value.ts';
import { askedOf, bundledBy, flagsOf, folderName, nodeModules, patchedBy, refuseLong } from './npm-entry.ts';

/** Reads the nested `dependencies` of version 1, which version 2 repeats for npm 6. */
export class OldTree {
  readonly #root: MapTree;
  readonly #into: Collector;
  /** The `packages` of version 2, so that only differences are reported again. */
  readonly #newer: Tree | undefined;
  readonly #dependents = new Dependents();

  constructor(root: MapTree, into: Collector, newer: Tree | undefined) {
    this.#root = root;
    this.#into = into;
    this.#newer = newer;
  }

  read(): void {
    const top = [...sectionOf(this.#root, 'dependencies')];
    this.#walk(top, '', (entry, path, scopes) => this.#relate(entry, path, scopes), [
      { prefix: '', entries: byName(top) },
    ]);
    this.#walk(top, '', (entry, path) => this.#package(entry, path), []);
  }

  #walk(entries: readonly Entry[], prefix: string, visit: Visit, scopes: readonly Scope[]): void {
    for (const entry of entries) {
      const path = `${prefix}node_modules/${entry.key}`;
      refuseLong(path, entry.at);
      const nested = [...sectionOf(entry.value, 'dependencies')];
      const inner = [...scopes, { prefix: `${path}/`, entries: byName(nested) }];
      visit(entry, path, inner);
      if (nested.length > 0) this.#walk(nested, `${path}/`, visit, inner);
    }
  }

  #relate({ key, value }: Entry, path: string, scopes: readonly Scope[]): void {
    for (const dependency of entriesOf(get(value, 'requires'))) {
      const scope = scopes.findLast(({ entries }) => entries.has(dependency.key));
      const asks = askedOf(dependency);
      const found = scope?.entries.get(dependency.key);
      if (scope !== undefined && found !== undefined) {
        const folder = `${scope.prefix}node_modules/${dependency.key}`;
        this.#dependents.add(folder, path);
        if (asks !== undefined) this.#ask(dependency, asks, found, folder);
      } else if (asks !== undefined) {
        this.#into.unreadable(
          dependency.at,
          dependency.key,
          `a dependency of ${key} that is not in the lockfile`,
        );
      }
    }
  }

  #ask({ key, at }: Entry, asks: string, found: Entry, folder: string): void {
    const { name, version } = nameAndVersion(found.key, found.value);
    // An entry that the newer tree repeats was checked there.
    const newer = this.#repeats(folder, name, version, found.value) ? this.#newer : undefined;
    const entry = newer?.kind === 'map' ? newer.entries.get(folder) : found;
    this.#into.request({ at, entry: key, asks, resolvesTo: entry?.at, as: `${name}@${version ?? ''}` });
  }

  #package({ key, at, value }: Entry, path: string) {
    if (value.kind !== 'map') return this.#into.unreadable(at, key, 'it is not a map');
    const { name, version } = nameAndVersion(key, value);
    if (this.#repeats(path, name, version, value)) return;
    if (isJsrScoped(key) && name !== key)
      return this.#into.unreadable(at, key, `the entry names another package: ${name}`);
    // In the old tree, a version can be an address: a tarball, a folder or a repository.
    const elsewhere = version?.includes(':') === true ? version : undefined;
    this.#into.npm({
      at,
      entry: key,
      name,
      version: elsewhere === undefined ? version : undefined,
      address: textAt(value, 'resolved') ?? elsewhere,
      integrity: textAt(value, 'integrity'),
      unpinned: patchedBy(value) ?? bundledBy(value, path.lastIndexOf(nodeModules) > 0),
      installedAs: key,
      folder: path,
      dependents: this.#dependents.of(path),
      ...flagsOf(value),
    });
  }

  #repeats(path: string, name: string, version: string | undefined, value: Tree): boolean {
    const newer = get(this.#newer, path);
    return (
      newer !== undefined &&
      (textAt(newer, 'name') ?? folderName(path)) === name &&
      textAt(newer, 'version') === version &&
      textAt(newer, 'resolved') === textAt(value, 'resolved') &&
      textAt(newer, 'integrity') === textAt(value, 'integrity') &&
      patchedBy(newer) === patchedBy(value)
    );
  }
}

/** Name and version of an entry; the version of an alias holds both. */
function nameAndVersion(
  key: string,
  value: Tree,
): { readonly name: string; readonly version: string | undefined } {
  const version = textAt(value, 'version');
  if (version?.startsWith('npm:') !== true) return { name: key, version };
  const [name, own] = splitAt(version.slice('npm:'.length));
  return { name, version: own };
}

interface Scope {
  readonly prefix: string;
  readonly entries: ReadonlyMap<string, Entry>;
}

type Visit = (entry: Entry, path: string, scopes: readonly Scope[]) => void;

function byName(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [entry.key, entry]));
}
