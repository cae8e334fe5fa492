import { npmNameOf } from '../../model/package.ts';
import { UnknownVersion } from '../format.ts';
import type { Collector, NpmMention } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import type { Unpinned } from '../parts/integrity.ts';
import { fromJsrId, isJsrScoped, splitAt } from '../parts/name.ts';
import { changedByPatch } from '../parts/patches.ts';
import { mismatchReason, otherThan, requestedFromJsr } from '../parts/request.ts';
import { type Entry, get, type MapTree, sectionOf, TreeError, textAt, textOf } from '../text/value.ts';
import { readYaml } from '../text/yaml.ts';

/** Supported versions of the lockfile: Yarn 2 started with 4, Yarn 4.18 writes 10. */
const versions = { oldest: 4, newest: 10 };

/** Number of nested patches that are followed. */
const maxPatches = 16;

/** Number of entries that one version may have: `jsr:` and the npm entry, each for some ranges. */
const maxEntriesOfVersion = 8;

/** Yarn's checksum covers the zip file that Yarn creates. */
const ownZip: Unpinned = { why: "Yarn's checksum is of its own archive, not of the tarball" };

/** The reason why an entry may differ from what its dependents ask for, in every version of Yarn. */
export const resolutions = 'which only "resolutions" of the project can cause';

/** Reads a `yarn.lock` of Yarn 2 and later. Throws as `LockfileFormat.read` does. */
export function readYarnBerry(text: string, into: Collector): void {
  const [root, ...more] = readYaml(text);
  if (root === undefined || more.length > 0)
    throw new TreeError('does not contain exactly one document', more[0]?.at ?? 0);
  if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
  refuseVersion(root);
  const blocks = [...root.entries.values()].filter(({ key }) => key !== '__metadata').map(toBlock);
  // Only the root workspace is in every lockfile.
  if (!blocks.some(({ reference }) => reference === 'workspace:.')) {
    throw new TreeError('has no entry for the project itself', root.at, 'the file was cut short; restore it');
  }
  new BerryLock(blocks, into).read();
}

interface Block extends Entry {
  readonly descriptors: readonly string[];
  /** Name and reference that the entry resolves to; empty when it has no resolution. */
  readonly ident: string;
  readonly reference: string;
  /** Whether the entry is a workspace of the project, which is not fetched. */
  readonly workspace: boolean;
}

class BerryLock {
  readonly #blocks: readonly Block[];
  readonly #into: Collector;
  readonly #byDescriptor = new Map<string, Block>();
  /** By the name of a descriptor: the packages of its entries. */
  readonly #names = new Map<string, Set<string>>();
  /** By the name of a descriptor: its entries. */
  readonly #byName = new Map<string, Set<Block>>();
  /** Direct dependencies whose entry is ambiguous. */
  readonly #perhapsDirect = new Set<string>();
  readonly #dependents = new Dependents();

  constructor(blocks: readonly Block[], into: Collector) {
    this.#blocks = blocks;
    this.#into = into;
    for (const block of blocks) {
      const as = inWords(block);
      for (const descriptor of block.descriptors) {
        if (this.#byDescriptor.has(descriptor)) {
          throw new TreeError(
            'has a duplicate entry',
            block.at,
            'different parsers could read it differently',
          );
        }
        this.#byDescriptor.set(descriptor, block);
        const name = splitAt(descriptor)[0];
        const known = this.#names.get(name);
        if (known === undefined) this.#names.set(name, new Set([as]));
        else known.add(as);
        this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(block));
      }
    }
  }

  read(): void {
    for (const block of this.#blocks) this.#relate(block);
    // A `jsr:` dependency also has an npm entry for the same package; both become one mention.
    const groups = new Map<string, NpmMention[]>();
    for (const block of this.#blocks) {
      const mention = this.#mention(block);
      if (mention === undefined) continue;
      const id = `${mention.name}@${mention.version} ${mention.address} ${mention.unpinned?.why}`;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [mention]);
      else group.push(mention);
    }
    for (const group of groups.values()) this.#addGroup(group);
  }

  #addGroup(group: readonly NpmMention[]): void {
    const main = group.find(({ entry }) => entry.includes('@jsr:')) ?? group[0];
    if (main === undefined) return;
    this.#into.npm({
      ...main,
      names: group.flatMap(({ names = [] }) => [...names]),
      direct: this.#isDirect(group),
      dependents: group.flatMap(({ entry }) => [...this.#dependents.of(entry)]),
    });
  }

  #isDirect(group: readonly NpmMention[]): boolean | undefined {
    if (group.some(({ entry }) => this.#dependents.isDirect(entry))) return true;
    const names = group.flatMap(({ installedAs = '' }) => installedAs);
    return names.some((name) => this.#perhapsDirect.has(name)) ? undefined : false;
  }

  /** Relates by name only: `catalog:` and `resolutions` hide the range, but with one version the name is sufficient. */
  #relateByName(name: string, dependent: string, workspace: boolean): void {
    const entries = this.#byName.get(name) ?? new Set();
    const [first] = entries;
    const isOne =
      entries.size <= maxEntriesOfVersion &&
      [...entries].every((block) => first !== undefined && identityOf(block) === identityOf(first));
    if (!isOne && workspace) this.#perhapsDirect.add(name);
    if (!isOne) return;
    for (const { key } of entries) {
      this.#dependents.add(key, dependent);
      if (workspace) this.#dependents.addDirect(key);
    }
  }

  #relate({ key: dependent, value, workspace }: Block): void {
    for (const { key: name, at, value: range } of sectionOf(value, 'dependencies')) {
      const asked = textOf(range) ?? '';
      const asks = requestedFromJsr(name, asked);
      const entry = `${name}@${asked}`;
      // Before version 8, `npm:` was omitted.
      const found =
        this.#byDescriptor.get(`${name}@${asked}`) ?? this.#byDescriptor.get(`${name}@npm:${asked}`);
      if (found !== undefined) {
        this.#dependents.add(found.key, dependent);
        if (found.workspace && asks !== undefined)
          this.#into.unreadable(at, entry, mismatchReason(asks, inWords(found)));
        if (workspace) this.#dependents.addDirect(found.key);
        continue;
      }
      // With `resolutions` or `catalog:`, an entry has a different range than its dependents ask for.
      const listed = this.#names.get(name);
      if (listed !== undefined) {
        const as = asks === undefined ? undefined : otherThan(asks, listed);
        if (asks !== undefined && as !== undefined)
          this.#into.request({ at, entry, asks, resolvesTo: undefined, as, override: resolutions });
        this.#relateByName(name, dependent, workspace);
        continue;
      }
      if (asks === undefined) {
        throw new TreeError(
          'refers to a package that is not in the lockfile',
          at,
          'the file was cut short; restore it',
        );
      }
      this.#into.unreadable(at, entry, `a dependency of ${dependent} that is not in the lockfile`);
    }
  }

  #mention(block: Block): NpmMention | undefined {
    const { key, at, value, ident, reference, descriptors, workspace } = block;
    if (value.kind !== 'map' || reference === '') {
      this.#into.unreadable(at, key, 'it has no resolution');
      return undefined;
    }
    if (workspace) {
      this.#into.installs(ident, undefined);
      return undefined;
    }
    const found = locate(ident, reference);
    const written = textAt(value, 'version');
    if (found === undefined) {
      if (isJsrScoped(ident) || descriptors.some((one) => asksFor(one) !== undefined)) {
        this.#into.unreadable(at, key, `it does not come from a registry: ${reference}`);
      } else {
        for (const one of descriptors) this.#into.installs(splitAt(one)[0], undefined);
      }
      return undefined;
    }
    const { name, version = written, address, unpinned = ownZip } = found;
    if (name === undefined) {
      this.#into.unreadable(at, key, `its resolution is not a JSR package version: ${reference}`);
      return undefined;
    }
    const asks = descriptors.map((one) => asksFor(one)).find((one) => one !== undefined && one !== name);
    if (asks !== undefined) {
      this.#into.unreadable(at, key, mismatchReason(asks, `${ident}@${reference}`));
      return undefined;
    }
    if (isJsrScoped(name) && version !== written) {
      this.#into.unreadable(at, key, `its version is ${written}, but its resolution is ${version}`);
      return undefined;
    }
    return {
      at,
      entry: key,
      name,
      version,
      address,
      unpinned,
      installedAs: splitAt(descriptors[0] ?? '')[0],
      names: descriptors.map((one) => splitAt(one)[0]),
    };
  }
}

interface Located {
  /** `undefined` for an invalid `jsr:` reference. */
  readonly name: string | undefined;
  /** `undefined` when the reference does not repeat it. */
  readonly version?: string | undefined;
  readonly address?: string | undefined;
  readonly unpinned?: Unpinned;
}

/** The package that a resolution `ident@reference` installs; `undefined` when it is neither from a registry nor an address. */
function locate(ident: string, reference: string, depth = 0): Located | undefined {
  const [protocol, rest] = cutAt(reference, ':');
  const [selector, bindings] = cutAt(rest, '::');
  const address = new URLSearchParams(bindings).get('__archiveUrl') ?? undefined;
  switch (protocol) {
    case 'npm': {
      const [name, version] = selector.startsWith('@') ? splitAt(selector) : [ident, selector];
      return { name, version, address };
    }
    case 'jsr': {
      const version = fromJsrId(selector.startsWith('@') ? selector : `${ident}@${selector}`);
      return {
        name: version && npmNameOf(version),
        version: version?.version,
        address,
      };
    }
    case 'patch': {
      const [name, inner] = splitAt(decoded(cutAt(rest, '#')[0]));
      const original = inner === undefined || depth > maxPatches ? undefined : locate(name, inner, depth + 1);
      return original && { name: original.name, unpinned: changedByPatch('Yarn') };
    }
    case 'http':
    case 'https':
      return { name: ident, address: cutAt(reference, '::')[0] };
    default:
      return undefined;
  }
}

/** The JSR package that a descriptor asks for, if any; a patch asks for the package that it changes. */
function asksFor(descriptor: string, depth = 0): string | undefined {
  const [name, range = ''] = splitAt(descriptor);
  if (!range.startsWith('patch:')) return requestedFromJsr(name, range);
  const inner = decoded(cutAt(range.slice('patch:'.length), '#')[0]);
  return requestedFromJsr(name, '') ?? (depth > maxPatches ? undefined : asksFor(inner, depth + 1));
}

/** The name of an entry for messages: the name of its package, or its whole resolution. */
function inWords({ ident, reference }: Block): string {
  return locate(ident, reference)?.name ?? `${ident}@${reference}`;
}

/** Name and version of an entry; a `jsr:` entry and its npm entry have the same. */
function identityOf({ ident, reference, value }: Block): string {
  const { name = ident, version = textAt(value, 'version') } = locate(ident, reference) ?? {};
  return `${name}@${version}`;
}

function toBlock(entry: Entry): Block {
  const [ident, reference = ''] = splitAt(textAt(entry.value, 'resolution') ?? '');
  const descriptors = entry.key.split(',').map((descriptor) => descriptor.trim());
  return { ...entry, ident, reference, descriptors, workspace: reference.startsWith('workspace:') };
}

function refuseVersion(root: MapTree): void {
  const version = get(get(root, '__metadata'), 'version');
  const text = textOf(version) ?? '';
  if (version === undefined || !/^\d{1,4}$/.test(text)) {
    throw new TreeError('has no version in its __metadata', version?.at ?? root.at);
  }
  const known = `versions ${versions.oldest} to ${versions.newest}`;
  if (Number(text) > versions.newest) throw new UnknownVersion(text, known, version.at);
  if (Number(text) < versions.oldest) {
    throw new UnknownVersion(text, known, version.at, 'regenerate it with a newer Yarn: `yarn install`');
  }
}

function cutAt(text: string, mark: string): readonly [string, string] {
  const cut = text.indexOf(mark);
  return cut === -1 ? [text, ''] : [text.slice(0, cut), text.slice(cut + mark.length)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
