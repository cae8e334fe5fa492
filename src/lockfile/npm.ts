import type { Collector } from './collector.ts';
import { Dependents } from './dependents.ts';
import { Folders, nearest } from './folders.ts';
import { type LockfileFormat, UnknownVersion } from './format.ts';
import { readJson } from './json.ts';
import { isJsrScoped, splitAt } from './name.ts';
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
} from './tree.ts';

/** `package-lock.json`, `npm-shrinkwrap.json` and the hidden lockfile of `node_modules`, versions 1 to 3. */
export const npm = {
  id: 'npm',
  title: 'npm',
  writtenBy: 'npm install --package-lock-only',
  fileNames: ['npm-shrinkwrap.json', 'package-lock.json', '.package-lock.json'],
  recognises: (text) =>
    /^\s*\{/.test(text) && /"lockfileVersion"\s*:\s*[123]\b/.test(text) && !/"nodes"\s*:/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    const version = versionOf(root);
    if (version > 1 && get(root, 'packages') === undefined) throw new TreeError('has no packages', root.at);
    if (version > 1) new Packages([...sectionOf(root, 'packages')], into).read();
    // npm 6 reads nothing but the older tree, which version 2 keeps beside the newer one.
    if (version < 3) new OldTree(root, into, version === 2 ? get(root, 'packages') : undefined).read();
  },
} as const satisfies LockfileFormat;

function versionOf(root: MapTree): number {
  const version = get(root, 'lockfileVersion');
  if (version === undefined)
    throw new TreeError('has no lockfileVersion, so it is not a lockfile of npm', root.at);
  if (version.kind !== 'leaf' || !Number.isInteger(version.value) || Number(version.value) < 1) {
    throw new TreeError('has a lockfileVersion that is no number', version.at);
  }
  if (Number(version.value) > 3)
    throw new UnknownVersion(String(version.value), 'versions 1 to 3', version.at);
  return Number(version.value);
}

/** Sections whose dependencies are installed; a missing peer or optional one is no damage. */
const required = ['dependencies', 'devDependencies'];
const allowedMissing = ['optionalDependencies', 'peerDependencies'];

/** Bounds for a folder, in characters and in steps; npm nests ten levels at most. */
const maxPath = { length: 1024, steps: 128 };

/** The `packages` of versions 2 and 3: one flat map from folder to package. */
class Packages {
  readonly #entries: readonly Entry[];
  readonly #folders = new Folders();
  readonly #into: Collector;
  readonly #dependents = new Dependents();
  readonly #hasRoot: boolean;

  constructor(entries: readonly Entry[], into: Collector) {
    this.#entries = entries;
    this.#into = into;
    this.#hasRoot = entries.some(({ key }) => key === '');
    for (const { key, at } of entries) {
      refuseLong(key, at);
      const name = folderName(key);
      if (name === undefined) continue;
      this.#folders.put(key.slice(0, Math.max(0, key.length - name.length - mark.length - 1)), name, key);
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
    if (isTrue(value, 'link')) {
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
      unpinned: bundledWithout(value),
      installedAs,
      direct: this.#hasRoot ? this.#dependents.isDirect(key) : undefined,
      dependents,
      ...flagsOf(value),
    });
  }

  #relate({ key, value }: Entry): void {
    const own = folderName(key) === undefined;
    const reach = this.#folders.through(upward(key));
    for (const section of [...required, ...allowedMissing]) {
      // A package from the registry does not bring its devDependencies.
      if (section === 'devDependencies' && !own) continue;
      for (const dependency of entriesOf(get(value, section))) {
        const found = nearest(reach, dependency.key);
        if (found === undefined) {
          if (isJsrDependency(dependency) && required.includes(section)) this.#missing(dependency, key);
          continue;
        }
        if (own) this.#dependents.addDirect(found);
        if (key !== '') this.#dependents.add(found, key);
      }
    }
  }

  #missing({ key, at }: Entry, dependent: string): void {
    const who = dependent === '' ? 'the project' : dependent;
    this.#into.unreadable(at, key, `a dependency of ${who} that is not in the lockfile`);
  }
}

const mark = 'node_modules/';

/** The name of the folder in `node_modules`, or `undefined` for the project and its workspaces. */
function folderName(path: string): string | undefined {
  const cut = path.lastIndexOf(mark);
  return cut === 0 || path[cut - 1] === '/' ? path.slice(cut + mark.length) : undefined;
}

/** A folder and those above it, as Node searches them. */
function* upward(folder: string): Iterable<string> {
  for (let cut = folder.length; cut > 0; cut = Math.max(0, folder.lastIndexOf('/', cut - 1)))
    yield folder.slice(0, cut);
  yield '';
}

function refuseLong(path: string, at: number): void {
  if (path.length > maxPath.length || path.split('/', maxPath.steps + 1).length > maxPath.steps) {
    throw new TreeError('has a path that is too long to be a folder', at);
  }
}

function isJsrDependency({ key, value }: Entry): boolean {
  return isJsrScoped(key) || (textOf(value) ?? '').startsWith('npm:@jsr/');
}

// What another package brings inside itself does not come from JSR.
function bundledWithout(value: Tree): string | undefined {
  const bundled = isTrue(value, 'inBundle') || isTrue(value, 'bundled');
  return bundled && textAt(value, 'integrity') === undefined
    ? 'another package brings it inside itself'
    : undefined;
}

function flagsOf(value: Tree): { readonly dev: boolean; readonly optional: boolean } {
  // `devOptional`: wanted for development, and optional for everybody else.
  return { dev: isTrue(value, 'dev'), optional: isTrue(value, 'optional') || isTrue(value, 'devOptional') };
}

/** The nested `dependencies` of version 1, which version 2 repeats for npm 6. */
class OldTree {
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
