import { type LockfileFormat, UnknownVersion } from '../format.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { Folders, nearest } from '../parts/folders.ts';
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
  itemsOf,
  type MapTree,
  sectionOf,
  type Tree,
  TreeError,
  textAt,
  textOf,
} from '../text/value.ts';

/** `bun.lock`, the text form, versions 0 to 2: JSON with trailing commas. */
export const bun = {
  id: 'bun',
  title: 'bun',
  writtenBy: 'bun install --lockfile-only',
  runtime: 'node',
  fileNames: ['bun.lock', 'bun.lockb'],
  recognises: (text) =>
    /^\s*\{\s*"lockfileVersion"\s*:\s*\d+\s*,/.test(text) && /"workspaces"\s*:/.test(text),
  read: (text, into) => {
    const root = readJson(text, { relaxed: true });
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    refuseVersion(root);
    if (get(root, 'workspaces') === undefined) throw new TreeError('has no workspaces', root.at);
    new BunLock(root, into).read();
  },
} as const satisfies LockfileFormat;

function refuseVersion(root: MapTree): void {
  const version = get(root, 'lockfileVersion');
  if (version === undefined)
    throw new TreeError('has no lockfileVersion, so it is not a lockfile of bun', root.at);
  if (version.kind !== 'leaf' || !Number.isInteger(version.value) || Number(version.value) < 0) {
    throw new TreeError('has a lockfileVersion that is not a number', version.at);
  }
  if (Number(version.value) > 2)
    throw new UnknownVersion(String(version.value), 'versions 0 to 2', version.at);
}

const required = ['dependencies', 'devDependencies'];
const allowedMissing = ['optionalDependencies', 'peerDependencies'];

/** Bounds for a key, in characters and in names. */
const maxKey = 2048;
const maxNested = 64;

class BunLock {
  readonly #into: Collector;
  readonly #workspaces: readonly Entry[];
  readonly #packages: readonly Entry[];
  readonly #root: MapTree;
  readonly #byKey: ReadonlyMap<string, Entry>;
  readonly #overrides: Overrides;
  readonly #patches: Patches;
  readonly #folders = new Folders();
  readonly #dependents = new Dependents();
  readonly #production = new Production();

  constructor(root: MapTree, into: Collector) {
    this.#into = into;
    this.#workspaces = [...sectionOf(root, 'workspaces')];
    this.#packages = [...sectionOf(root, 'packages')];
    this.#root = root;
    this.#byKey = new Map(this.#packages.map((entry) => [entry.key, entry]));
    this.#overrides = new Overrides(sectionOf(root, 'overrides'));
    this.#patches = new Patches(sectionOf(root, 'patchedDependencies'));
    for (const { key, at } of this.#packages) {
      const names = namesIn(key);
      if (key.length > maxKey || names.length > maxNested)
        throw new TreeError('has a key that is too long', at);
      this.#folders.put(names.slice(0, -1).join('/'), names.at(-1) ?? '', key);
    }
  }

  read(): void {
    for (const { key, value } of this.#workspaces) {
      // Packages of a workspace are below its name, those of the root project at the top.
      this.#relate(value, key === '' ? '' : nameOf(value), key, true);
    }
    for (const { key, value } of this.#packages) this.#relate(infoOf(value), key, key, false);
    for (const entry of this.#packages) this.#package(entry);
  }

  #package({ key, at, value }: Entry) {
    const [id, second, third, fourth] = itemsOf(value);
    const text = textOf(id);
    if (value.kind !== 'list' || text === undefined)
      return this.#into.unreadable(at, key, 'it does not name a package');
    const [name, reference = ''] = splitAt(text);
    const installedAs = namesIn(key).at(-1) ?? key;
    if (isJsrScoped(installedAs) && name !== installedAs)
      return this.#into.unreadable(at, key, `the entry names another package: ${name}`);
    // [id, address, about, integrity] from a registry; [id, about, …] from anywhere else.
    const fromRegistry = textOf(second) !== undefined;
    const isAddress = /^https?:/.test(reference);
    if (!fromRegistry && !isAddress) {
      if (isJsrScoped(name)) this.#into.unreadable(at, key, `it does not come from a registry: ${reference}`);
      else this.#into.installs(installedAs, undefined);
      return;
    }
    const address = isAddress ? reference : textOf(second) || undefined;
    // bun uses the text after the name; it never fetches an address beside a folder.
    if (!isAddress && !isJsrScoped(name) && !isVersion(reference)) {
      if (namesJsrScope(address ?? ''))
        this.#into.unreadable(at, key, `it does not come from a registry: ${reference}`);
      else this.#into.installs(installedAs, undefined);
      return;
    }
    this.#into.npm({
      at,
      entry: key,
      name,
      version: isAddress ? undefined : reference,
      address,
      integrity: textOf(fromRegistry ? fourth : third),
      unpinned: this.#isPatched(text, name, installedAs, reference) ? changedByPatch('bun') : undefined,
      installedAs,
      direct: this.#dependents.isDirect(key),
      dependents: this.#dependents.of(key),
      dev: this.#production.isDev(key),
    });
  }

  #isPatched(id: string, name: string, installedAs: string, version: string): boolean {
    return this.#patches.has(id, name, version) || this.#patches.has(id, installedAs, version);
  }

  /** The range of a dependency; a `catalog:` range is resolved with the catalog in the lockfile. */
  #rangeOf(name: string, value: Tree): string {
    const range = textOf(value) ?? '';
    if (!range.startsWith('catalog:')) return range;
    const catalog = range.slice('catalog:'.length).trim();
    const listed = catalog === '' ? get(this.#root, 'catalog') : get(get(this.#root, 'catalogs'), catalog);
    return textAt(listed, name) ?? '';
  }

  #ask(at: number, name: string, asks: string, found: string): void {
    const entry = this.#byKey.get(found);
    const as = textOf(itemsOf(entry?.value)[0]) ?? found;
    const override = this.#overrides.explain(name, as);
    this.#into.request({ at, entry: name, asks, resolvesTo: entry?.at, as, override });
  }

  #relate(from: Tree | undefined, folder: string, dependent: string, own: boolean): void {
    const reach = this.#folders.through(upward(folder));
    for (const section of [...required, ...allowedMissing]) {
      for (const { key: name, at, value: range } of entriesOf(get(from, section))) {
        const found = nearest(reach, name);
        const asks = requestedFromJsr(name, this.#rangeOf(name, range));
        if (found !== undefined) {
          if (asks !== undefined) this.#ask(at, name, asks, found);
          if (own) {
            this.#dependents.addDirect(found);
            this.#production.ask(found, section === 'devDependencies' ? 'development' : 'production');
          } else this.#production.need(dependent, found);
          if (dependent !== '') this.#dependents.add(found, dependent);
        } else if (required.includes(section) && asks !== undefined) {
          const who = dependent === '' ? 'the project' : dependent;
          this.#into.unreadable(at, name, `a dependency of ${who} that is not in the lockfile`);
        }
      }
    }
  }
}

function nameOf(workspace: Tree): string {
  const name = textAt(workspace, 'name') ?? '';
  return name.length > maxKey ? '' : name;
}

/** The part of an entry with its dependencies: the first map in it. */
function infoOf(value: Tree): Tree | undefined {
  return itemsOf(value).find(({ kind }) => kind === 'map');
}

/** The names in a key, outermost first: `a/@b/c` is `c` of the scope `b`, nested in `a`. */
function namesIn(key: string): readonly string[] {
  return key.match(/@[^/]*\/[^/]*|[^/]+/g) ?? [key];
}

/** The folder itself, the folders around it, and the top. */
function* upward(folder: string): Iterable<string> {
  const names = folder === '' ? [] : namesIn(folder);
  for (let depth = names.length; depth >= 0; depth -= 1) yield names.slice(0, depth).join('/');
}
