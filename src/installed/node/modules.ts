import { join } from 'node:path';
import { fromNpmName } from '../../lockfile/parts/name.ts';
import { nameOf, npmNameOf, type PackageName } from '../../model/package.ts';
import type { Standing } from '../../model/stray.ts';
import type { DiskEntry, InstalledDisk } from '../disk.ts';
import type { Territory } from '../territory.ts';
import type { Names } from './names.ts';
import { type Asked, readAsked, readClaim, readVersion } from './package-identity.ts';
import { type Importer, leaving, outranks } from './search.ts';

/** A folder or archive that is, or should be, a copy of a JSR package. */
export interface FoundPackage {
  /** Absolute: a folder, or a file of Yarn's with the package below `prefix`. */
  readonly path: string;
  readonly prefix?: string;
  /** What programs that load it take it for. */
  readonly package: PackageName;
  /** The version it has to be, or else says it is. */
  readonly version: string | undefined;
  readonly standing: Standing;
}

/** What lies in the `node_modules` of some projects. */
export interface FoundPackages {
  readonly found: readonly FoundPackage[];
  /** Files where the folder of a package should be: Node would load them. */
  readonly imposters: readonly Pick<FoundPackage, 'path' | 'package' | 'standing'>[];
  readonly unseen: readonly Unseen[];
}

/** What could not be looked into; `why` is a sentence. */
export interface Unseen {
  /** The package that must lie there; without one it can be anything. */
  readonly package?: PackageName;
  /** Whether it is merely some other package, in which one from JSR may be. */
  readonly beyond?: true;
  readonly why: string;
}

const maxPackages = 200_000;

/**
 * Finds the JSR packages that programs of a project can load: what lies in its `node_modules`, what that can load in
 * turn, and so on, as Node resolves names. So it needs no knowledge of where npm, pnpm, Yarn, bun, vlt and Deno put
 * things, and whatever nothing leads to, such as old versions in a virtual store, does not count.
 *
 * A folder is a package of JSR when a lockfile says so about this place, when it is named `@jsr/…`, when the project
 * asks for JSR under that name, when a lockfile has a package from JSR under that name at any level, or when it says so
 * itself, in this order.
 */
export async function findInModules(
  disk: InstalledDisk,
  territory: Territory,
  importers: readonly Importer[],
  names: Names,
): Promise<FoundPackages> {
  const search = new Search(disk, territory, names);
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
 * JSR packages that a name stands for; `oneOf` where it stands for one here and for another there, and `maybe` where it
 * also stands for a package from elsewhere.
 */
interface Meaning {
  readonly sure: readonly PackageName[];
  readonly oneOf: readonly PackageName[];
  readonly maybe: readonly PackageName[];
}

const nothing: Meaning = { sure: [], oneOf: [], maybe: [] };

/** A package folder on the way through `node_modules`, and what it is taken for, by name. */
interface Reached {
  readonly sure: Map<string, PackageName>;
  /** By the name that leads to it. */
  readonly oneOf: Map<string, readonly PackageName[]>;
  readonly maybe: Map<string, PackageName>;
  standing: Standing;
}

/** What a package asks for by a name that has several meanings. */
interface Request {
  readonly from: string;
  readonly name: string;
  readonly package: PackageName;
}

class Search {
  readonly #disk: InstalledDisk;
  readonly #territory: Territory;
  readonly #names: Names;
  readonly #packages = new Map<string, Reached>();
  /** Where names that have several meanings lead to, by path; `undefined` is no package of this project. */
  readonly #ambiguous = new Map<string, Reached | undefined>();
  readonly #requests: Request[] = [];
  readonly #entered = new Map<string, Standing>();
  readonly #imposters: Pick<FoundPackage, 'path' | 'package' | 'standing'>[] = [];
  readonly #unseen: Unseen[] = [];
  readonly #queue: { readonly modules: string; readonly standing: Standing; readonly asked?: Asked }[] = [];

  constructor(disk: InstalledDisk, territory: Territory, names: Names) {
    this.#disk = disk;
    this.#territory = territory;
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
    for (const request of this.#requests) this.#answer(request);
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
        const place = this.#territory.shown(path);
        if (claim?.isJsr === true)
          this.#see(standing, { why: `${place} is marked as a JSR package but has another name` });
        else if (placed === undefined)
          for (const one of maybe.values())
            this.#see(standing, {
              package: one,
              why: `${place} may be ${nameOf({ scope: one.scope, name: one.name })}: the lockfile gives this name to it and to another package`,
            });
        continue;
      }
      const version = claim === undefined ? await readVersion(this.#disk, path) : claim.version;
      for (const one of taken) found.push({ path, package: one, version, standing });
    }
    return { found, imposters: this.#imposters, unseen: this.#unseen };
  }

  // The lockfile says that a name stands for one package or another; whoever asks says for which.
  #answer({ from, name, package: one }: Request): void {
    for (const folder of [from, ...this.#territory.above(from)]) {
      const path = join(modulesIn(folder), name);
      if (!this.#ambiguous.has(path)) continue;
      this.#ambiguous.get(path)?.sure.set(npmNameOf(one), one);
      return;
    }
  }

  // Node looks above a project only for what it does not find in it.
  #see(standing: Standing, unseen: Unseen): void {
    this.#unseen.push(standing === 'above' ? { beyond: true, why: unseen.why } : unseen);
  }

  // Once as part of a project that is not audited, and once more if an audited one gets there as well.
  async #enterModules(modules: string, standing: Standing, asked?: Asked): Promise<void> {
    const before = this.#entered.get(modules);
    if (asked === undefined && before !== undefined && !outranks(standing, before)) return;
    if (before === undefined || outranks(standing, before)) this.#entered.set(modules, standing);
    const listed = await this.#disk.list(modules);
    if (listed.state === 'unavailable')
      this.#see(standing, { why: `${this.#territory.shown(modules)} cannot be read: ${listed.why}` });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      // No client gives a package such a name; whoever asks for the folders below walks them as parts of the project.
      if (name.startsWith('.')) continue;
      const path = join(modules, name);
      if (!name.startsWith('@')) await this.#reach({ path, name, kind, standing, asked });
      else if (kind === 'folder' || kind === 'link') await this.#enterScope(path, name, standing, asked);
    }
  }

  async #enterScope(path: string, scope: string, standing: Standing, asked?: Asked): Promise<void> {
    const entered = await this.#territory.enter(path);
    if (entered.kind === 'outside') this.#see(standing, { why: leaving(this.#territory, path, entered.to) });
    if (entered.kind !== 'inside') return;
    const listed = await this.#disk.list(entered.path);
    if (listed.state === 'unavailable')
      this.#see(standing, { why: `${this.#territory.shown(path)} cannot be read: ${listed.why}` });
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
      const entered = await this.#territory.enter(path);
      if (entered.kind === 'outside') {
        const why = leaving(this.#territory, path, entered.to);
        const meant = [...means.sure, ...means.oneOf, ...means.maybe];
        for (const one of meant) this.#see(standing, { package: one, why });
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
        this.#imposters.push({ path, package: one, standing });
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
    for (const folder of this.#territory.above(real)) {
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
    // A disk that folds case finds it however it is spelled.
    const own = fromNpmName(name.toLowerCase()) ?? asked?.jsr.get(name);
    if (own !== undefined) return { ...nothing, sure: [own] };
    // Another lockfile speaks there.
    const listed = standing === 'governed' ? [] : this.#names.jsr(name);
    const other = asked?.others.get(name);
    const shared = this.#names.isShared(name);
    if (listed.length === 0 || other === 'an address' || (other === 'a range' && shared)) return nothing;
    if (shared || other !== undefined) return { ...nothing, maybe: listed };
    return listed.length === 1 ? { ...nothing, sure: listed } : { ...nothing, oneOf: listed };
  }
}

/** The packages of a group that a folder is known as, or else all of them, since it has to be one. */
function chosen(group: readonly PackageName[], known: readonly PackageName[]): readonly PackageName[] {
  const names = new Set(known.map(npmNameOf));
  const found = group.filter((one) => names.has(npmNameOf(one)));
  return found.length > 0 ? found : group;
}

const modulesIn = (folder: string): string =>
  folder.endsWith('node_modules') ? folder : join(folder, 'node_modules');
