import type { Collector } from './collector.ts';
import { Dependents } from './dependents.ts';
import { splitAt } from './name.ts';
import { bundledWithout, flagsOf, folderName, isJsrDependency, refuseLong } from './npm-entry.ts';
import { type Entry, entriesOf, get, type MapTree, sectionOf, type Tree, textAt } from './tree.ts';

/** The nested `dependencies` of version 1, which version 2 repeats for npm 6. */
export class OldTree {
  readonly #root: MapTree;
  readonly #into: Collector;
  /** What the newer tree says, so that only what differs is mentioned again. */
  readonly #newer: Tree | undefined;
  readonly #dependents = new Dependents();

  constructor(root: MapTree, into: Collector, newer: Tree | undefined) {
    this.#root = root;
    this.#into = into;
    this.#newer = newer;
  }

  read(): void {
    const top = [...sectionOf(this.#root, 'dependencies')];
    this.#walk(top, '', (entry, path, scopes) => this.#relate(entry, path, scopes), [namesOf(top)]);
    this.#walk(top, '', (entry, path) => this.#package(entry, path), []);
  }

  #walk(entries: readonly Entry[], prefix: string, visit: Visit, scopes: readonly Scope[]): void {
    for (const entry of entries) {
      const path = `${prefix}node_modules/${entry.key}`;
      refuseLong(path, entry.at);
      const nested = [...sectionOf(entry.value, 'dependencies')];
      const inner = [...scopes, { prefix: `${path}/`, names: new Set(nested.map(({ key }) => key)) }];
      visit(entry, path, inner);
      if (nested.length > 0) this.#walk(nested, `${path}/`, visit, inner);
    }
  }

  #relate({ key, value }: Entry, path: string, scopes: readonly Scope[]): void {
    for (const dependency of entriesOf(get(value, 'requires'))) {
      const scope = scopes.findLast(({ names }) => names.has(dependency.key));
      if (scope !== undefined) this.#dependents.add(`${scope.prefix}node_modules/${dependency.key}`, path);
      else if (isJsrDependency(dependency)) {
        this.#into.unreadable(
          dependency.at,
          dependency.key,
          `a dependency of ${key} that is not in the lockfile`,
        );
      }
    }
  }

  #package({ key, at, value }: Entry, path: string) {
    if (value.kind !== 'map') return this.#into.unreadable(at, key, 'it is not a map');
    const spec = textAt(value, 'version');
    const alias = spec?.startsWith('npm:') === true ? splitAt(spec.slice('npm:'.length)) : undefined;
    const name = alias?.[0] ?? key;
    const version = alias === undefined ? spec : alias[1];
    if (this.#repeats(path, name, version, value)) return;
    // A version of the old tree can be an address: a tarball, a folder or a repository.
    const elsewhere = version?.includes(':') === true ? version : undefined;
    this.#into.npm({
      at,
      entry: key,
      name,
      version: elsewhere === undefined ? version : undefined,
      address: textAt(value, 'resolved') ?? elsewhere,
      integrity: textAt(value, 'integrity'),
      unpinned: bundledWithout(value),
      installedAs: key,
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
      textAt(newer, 'integrity') === textAt(value, 'integrity')
    );
  }
}

interface Scope {
  readonly prefix: string;
  readonly names: ReadonlySet<string>;
}

type Visit = (entry: Entry, path: string, scopes: readonly Scope[]) => void;

function namesOf(entries: readonly Entry[]): Scope {
  return { prefix: '', names: new Set(entries.map(({ key }) => key)) };
}
