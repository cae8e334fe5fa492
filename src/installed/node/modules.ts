import { join } from 'node:path';
import { fromNpmName } from '../../lockfile/parts/name.ts';
import { nameOf, npmNameOf, type PackageName } from '../../model/package.ts';
import type { Standing } from '../../model/stray.ts';
import type { AllowedFolders } from '../allowed-folders.ts';
import type { DiskEntry, InstalledDisk } from '../disk.ts';
import type { Names } from './names.ts';
import { type Asked, readAsked, readClaim, readVersion } from './package-identity.ts';
import { type Importer, linkOutside, outranks } from './search.ts';

/** A folder or archive that is or should be a copy of a JSR package. */
export interface FoundPackage {
  /** Absolute path of a folder, or of a Yarn archive with the package below `prefix`. */
  readonly path: string;
  readonly prefix?: string;
  /** The package that programs load it as. */
  readonly package: PackageName;
  /** The version from the lockfile, otherwise from its package.json. */
  readonly version: string | undefined;
  readonly standing: Standing;
}

/** The JSR packages in the `node_modules` of some projects. */
export interface FoundPackages {
  readonly found: readonly FoundPackage[];
  /** Files at the path of a package folder, which Node would load. */
  readonly filesInPlace: readonly Pick<FoundPackage, 'path' | 'package' | 'standing'>[];
  readonly unseen: readonly Unseen[];
}

/** Something that could not be searched; `why` is a sentence. */
export interface Unseen {
  /** The package that must be there; `undefined` when it can be any package. */
  readonly package?: PackageName;
  /** Set for another package that may contain a JSR package. */
  readonly beyond?: true;
  readonly why: string;
}

const maxPackages = 200_000;

/**
 * Finds the JSR packages that programs of a project can load: those in its `node_modules`, those that these packages can
 * load, and so on, as Node resolves names. This works for every layout of npm, pnpm, Yarn, bun, vlt and Deno, and
 * unreachable packages, such as old versions in a virtual store, do not count.
 *
 * A folder is a JSR package when one of these is true, in this order: a lockfile says so for this path; its name is
 * `@jsr/…`; the project depends on a JSR package under that name; a lockfile has a JSR package under that name anywhere;
 * its own package.json says so.
 */
export async function findInModules(
  disk: InstalledDisk,
  allowed: AllowedFolders,
  importers: readonly Importer[],
  names: Names,
): Promise<FoundPackages> {
  const search = new Search(disk, allowed, names);
  for (const importer of importers) await search.enterImporter(importer);
  return search.finish();
}

/** One name in one `node_modules`. */
interface Step {
  readonly path: string;
  readonly name: string;
  readonly kind: DiskEntry['kind'];
  readonly standing: Standing;
  readonly asked: Asked | undefined;
}

/**
 * The JSR packages that a name can mean: `oneOf` when it means different JSR packages in different places, `maybe` when it
 * also means a package that is not from JSR.
 */
interface Meaning {
  readonly sure: readonly PackageName[];
  readonly oneOf: readonly PackageName[];
  readonly maybe: readonly PackageName[];
}

const noMeaning: Meaning = { sure: [], oneOf: [], maybe: [] };

/** A package folder that was reached, and the packages that it can be, by name. */
interface Reached {
  readonly sure: Map<string, PackageName>;
  /** By the name of its folder or link. */
  readonly oneOf: Map<string, readonly PackageName[]>;
  readonly maybe: Map<string, PackageName>;
  standing: Standing;
}

/** A dependency of a package under a name with several meanings. */
interface Request {
  readonly from: string;
  readonly name: string;
  readonly package: PackageName;
}

class Search {
  readonly #disk: InstalledDisk;
  readonly #allowed: AllowedFolders;
  readonly #names: Names;
  readonly #packages = new Map<string, Reached>();
  /** The folders of names with several meanings, by path; `undefined` when the path leads out of the project. */
  readonly #ambiguous = new Map<string, Reached | undefined>();
  readonly #requests: Request[] = [];
  readonly #entered = new Map<string, Standing>();
  readonly #filesInPlace: Pick<FoundPackage, 'path' | 'package' | 'standing'>[] = [];
  readonly #unseen: Unseen[] = [];
  readonly #queue: { readonly modules: string; readonly standing: Standing; readonly asked?: Asked }[] = [];

  constructor(disk: InstalledDisk, allowed: AllowedFolders, names: Names) {
    this.#disk = disk;
    this.#allowed = allowed;
    this.#names = names;
  }

  async enterImporter({ folder, modules, standing }: Importer): Promise<void> {
    this.#queue.push({ modules, standing, asked: await readAsked(this.#disk, folder) });
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      await this.#enterModules(next.modules, next.standing, next.asked);
    }
  }

  async finish(): Promise<FoundPackages> {
    const found: FoundPackage[] = [];
    for (const request of this.#requests) this.#applyRequest(request);
    for (const [path, { sure, oneOf, maybe, standing }] of this.#packages) {
      const placed = this.#names.at(path);
      if (placed !== undefined && placed !== 'elsewhere') {
        found.push({ path, package: placed, version: placed.version, standing });
        continue;
      }
      const claim = await readClaim(this.#disk, path);
      const claimed = claim?.package === undefined ? [] : [claim.package];
      for (const group of oneOf.values())
        for (const one of chosen(group, [...sure.values(), ...claimed])) sure.set(npmNameOf(one), one);
      const taken = placed === undefined && sure.size > 0 ? [...sure.values()] : claimed;
      if (taken.length === 0) {
        const place = this.#allowed.shown(path);
        if (claim?.isJsr === true)
          this.#addUnseen(standing, { why: `${place} is marked as a JSR package but has another name` });
        else if (placed === undefined)
          for (const one of maybe.values())
            this.#addUnseen(standing, {
              package: one,
              why: `${place} may be ${nameOf({ scope: one.scope, name: one.name })}: in the lockfile, this name means that package and also another one`,
            });
        continue;
      }
      const version = claim === undefined ? await readVersion(this.#disk, path) : claim.version;
      for (const one of taken) found.push({ path, package: one, version, standing });
    }
    return { found, filesInPlace: this.#filesInPlace, unseen: this.#unseen };
  }

  // The name means one of several packages; the package.json of the dependent says which one.
  #applyRequest({ from, name, package: one }: Request): void {
    for (const folder of [from, ...this.#allowed.above(from)]) {
      const path = join(modulesIn(folder), name);
      if (!this.#ambiguous.has(path)) continue;
      this.#ambiguous.get(path)?.sure.set(npmNameOf(one), one);
      return;
    }
  }

  // Node searches above a project only for packages that it does not find in the project.
  #addUnseen(standing: Standing, unseen: Unseen): void {
    this.#unseen.push(standing === 'above' ? { beyond: true, why: unseen.why } : unseen);
  }

  // A folder is entered again when it is reached with a higher relation, for example from an audited project.
  async #enterModules(modules: string, standing: Standing, asked?: Asked): Promise<void> {
    const before = this.#entered.get(modules);
    if (asked === undefined && before !== undefined && !outranks(standing, before)) return;
    if (before === undefined || outranks(standing, before)) this.#entered.set(modules, standing);
    const listed = await this.#disk.list(modules);
    if (listed.state === 'unavailable')
      this.#addUnseen(standing, { why: `${this.#allowed.shown(modules)} cannot be read: ${listed.why}` });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      // Not a package name; `searchProjects` walks these folders as parts of the project.
      if (name.startsWith('.')) continue;
      const path = join(modules, name);
      if (!name.startsWith('@')) await this.#reach({ path, name, kind, standing, asked });
      else if (kind === 'folder' || kind === 'link') await this.#enterScope(path, name, standing, asked);
    }
  }

  async #enterScope(path: string, scope: string, standing: Standing, asked?: Asked): Promise<void> {
    const entered = await this.#allowed.enter(path);
    if (entered.kind === 'outside')
      this.#addUnseen(standing, { why: linkOutside(this.#allowed, path, entered.to) });
    if (entered.kind !== 'inside') return;
    const listed = await this.#disk.list(entered.path);
    if (listed.state === 'unavailable')
      this.#addUnseen(standing, { why: `${this.#allowed.shown(path)} cannot be read: ${listed.why}` });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      await this.#reach({ path: join(entered.path, name), name: `${scope}/${name}`, kind, standing, asked });
    }
  }

  async #reach({ path, name, kind, standing, asked }: Step): Promise<void> {
    const means = this.#meaning(name, standing, asked);
    if (means.oneOf.length > 0) this.#ambiguous.set(path, undefined);
    let real = path;
    if (kind === 'link') {
      const entered = await this.#allowed.enter(path);
      if (entered.kind === 'outside') {
        const why = linkOutside(this.#allowed, path, entered.to);
        const meant = [...means.sure, ...means.oneOf, ...means.maybe];
        for (const one of meant) this.#addUnseen(standing, { package: one, why });
        if (meant.length === 0) this.#unseen.push({ beyond: true, why });
      }
      if (entered.kind !== 'inside') return;
      real = entered.path;
    }
    const isFile = kind === 'file' || kind === 'other' || (kind === 'link' && (await this.#isFile(real)));
    if (isFile) {
      const stem = this.#meaning(name.replace(/\.(?:[cm]?js|json|node)$/, ''), standing, asked);
      const meant = [...means.sure, ...means.oneOf];
      for (const one of meant.length > 0 ? meant : [...stem.sure, ...stem.oneOf])
        this.#filesInPlace.push({ path, package: one, standing });
      return;
    }
    const known = this.#packages.get(real);
    if (known === undefined && this.#packages.size >= maxPackages) {
      this.#unseen.push({
        why: `more than ${maxPackages} packages are installed, and not all were checked`,
      });
      return;
    }
    const reached: Reached = known ?? { sure: new Map(), oneOf: new Map(), maybe: new Map(), standing };
    this.#packages.set(real, reached);
    for (const one of means.sure) reached.sure.set(npmNameOf(one), one);
    if (means.oneOf.length > 0) {
      reached.oneOf.set(name, means.oneOf);
      this.#ambiguous.set(path, reached);
    }
    for (const one of means.maybe) reached.maybe.set(npmNameOf(one), one);
    if (known !== undefined && !outranks(standing, known.standing)) return;
    reached.standing = standing;
    if (known === undefined && this.#names.areAmbiguous) await this.#readRequests(real);
    this.#queue.push({ modules: join(real, 'node_modules'), standing });
    for (const folder of this.#allowed.above(real)) {
      const modules = modulesIn(folder);
      const before = this.#entered.get(modules);
      if (before === undefined || outranks(standing, before)) this.#queue.push({ modules, standing });
    }
  }

  async #readRequests(from: string): Promise<void> {
    const { jsr } = await readAsked(this.#disk, from);
    for (const [name, one] of jsr)
      if (this.#names.jsr(name).length > 1) this.#requests.push({ from, name, package: one });
  }

  async #isFile(path: string): Promise<boolean> {
    return (await this.#disk.list(path)).state === 'absent';
  }

  #meaning(name: string, standing: Standing, asked: Asked | undefined): Meaning {
    // A case-insensitive disk finds the folder in any case.
    const own = fromNpmName(name.toLowerCase()) ?? asked?.jsr.get(name);
    if (own !== undefined) return { ...noMeaning, sure: [own] };
    // Another lockfile applies there.
    const listed = standing === 'governed' ? [] : this.#names.jsr(name);
    const other = asked?.others.get(name);
    const shared = this.#names.isShared(name);
    if (listed.length === 0 || other === 'an address' || (other === 'a range' && shared)) return noMeaning;
    if (shared || other !== undefined) return { ...noMeaning, maybe: listed };
    return listed.length === 1 ? { ...noMeaning, sure: listed } : { ...noMeaning, oneOf: listed };
  }
}

/** The packages of a group that a folder is known to be; otherwise all of them, because it must be one of them. */
function chosen(group: readonly PackageName[], known: readonly PackageName[]): readonly PackageName[] {
  const names = new Set(known.map(npmNameOf));
  const found = group.filter((one) => names.has(npmNameOf(one)));
  return found.length > 0 ? found : group;
}

const modulesIn = (folder: string): string =>
  folder.endsWith('node_modules') ? folder : join(folder, 'node_modules');
