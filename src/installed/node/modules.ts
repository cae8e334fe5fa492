import { join } from 'node:path';
import { fromNpmName } from '../../lockfile/parts/name.ts';
import { npmNameOf, type PackageName, type PackageVersion } from '../../model/package.ts';
import type { DiskEntry, InstalledDisk } from '../disk.ts';
import type { Territory } from '../territory.ts';
import { type Asked, readAsked, readClaim, readNpmPlaces, readVersion } from './package-identity.ts';
import { type Importer, leaving } from './search.ts';

/** A folder or archive that is, or should be, a copy of a JSR package. */
export interface Lying {
  /** Absolute: a folder, or a file of Yarn's with the package below `prefix`. */
  readonly path: string;
  readonly prefix?: string;
  /** What programs that load it take it for. */
  readonly package: PackageName;
  /** The version it has to be, or else says it is. */
  readonly version: string | undefined;
  /** Whether it belongs to a project that is audited, and not to one below with a lockfile of its own. */
  readonly ours: boolean;
}

/** What lies in the `node_modules` of some projects. */
export interface Lyings {
  readonly lying: readonly Lying[];
  /** Files where the folder of a package should be: Node would load them. */
  readonly imposters: readonly Pick<Lying, 'path' | 'package' | 'ours'>[];
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
 * A folder is a package of JSR when a lockfile of npm says so about this place, when it is named `@jsr/…`, when the
 * project asks for JSR under that name (`aliases` are those of the lockfiles), or when it says so itself, in this
 * order.
 */
export async function findInModules(
  disk: InstalledDisk,
  territory: Territory,
  importers: readonly Importer[],
  aliases: ReadonlyMap<string, PackageName>,
  projects: readonly string[],
): Promise<Lyings> {
  const search = new Search(disk, territory, aliases);
  for (const project of projects) await search.learn(project);
  for (const importer of importers) await search.enterImporter(importer);
  return search.finish();
}

/** One name in one `node_modules`. */
interface Step {
  readonly path: string;
  readonly name: string;
  readonly kind: DiskEntry['kind'];
  readonly ours: boolean;
  readonly asked: Asked | undefined;
}

/** A package folder on the way through `node_modules`, and what it is taken for. */
interface Reached {
  readonly means: Map<string, PackageName>;
  ours: boolean;
}

class Search {
  readonly #disk: InstalledDisk;
  readonly #territory: Territory;
  readonly #aliases: ReadonlyMap<string, PackageName>;
  readonly #places = new Map<string, PackageVersion>();
  readonly #packages = new Map<string, Reached>();
  readonly #entered = new Map<string, boolean>();
  readonly #imposters: Pick<Lying, 'path' | 'package' | 'ours'>[] = [];
  readonly #unseen: Unseen[] = [];
  readonly #queue: { readonly modules: string; readonly ours: boolean; readonly asked?: Asked }[] = [];

  constructor(disk: InstalledDisk, territory: Territory, aliases: ReadonlyMap<string, PackageName>) {
    this.#disk = disk;
    this.#territory = territory;
    this.#aliases = aliases;
  }

  async learn(project: string): Promise<void> {
    const folder = await this.#disk.real(project);
    if (folder === undefined) return;
    for (const [path, version] of await readNpmPlaces(this.#disk, folder)) this.#places.set(path, version);
  }

  async enterImporter({ folder, modules, governed }: Importer): Promise<void> {
    this.#queue.push({ modules, ours: !governed, asked: await readAsked(this.#disk, folder) });
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      await this.#enterModules(next.modules, next.ours, next.asked);
    }
  }

  async finish(): Promise<Lyings> {
    const lying: Lying[] = [];
    for (const [path, { means, ours }] of this.#packages) {
      const placed = this.#places.get(path);
      if (placed !== undefined) {
        lying.push({ path, package: placed, version: placed.version, ours });
        continue;
      }
      const claim = await readClaim(this.#disk, path);
      const taken =
        means.size > 0 ? [...means.values()] : claim?.package === undefined ? [] : [claim.package];
      if (taken.length === 0) {
        const place = this.#territory.shown(path);
        if (claim?.isJsr === true)
          this.#unseen.push({ why: `${place} bears the mark of JSR and another name` });
        continue;
      }
      const version = claim === undefined ? await readVersion(this.#disk, path) : claim.version;
      for (const one of taken) lying.push({ path, package: one, version, ours });
    }
    return { lying, imposters: this.#imposters, unseen: this.#unseen };
  }

  // Once as part of a project that is not audited, and once more if an audited one gets there as well.
  async #enterModules(modules: string, ours: boolean, asked?: Asked): Promise<void> {
    const before = this.#entered.get(modules);
    if (asked === undefined && (before === true || before === ours)) return;
    this.#entered.set(modules, ours || before === true);
    const listed = await this.#disk.list(modules);
    if (listed.state === 'unavailable')
      this.#unseen.push({ why: `${this.#territory.shown(modules)} cannot be read: ${listed.why}` });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      if (name.startsWith('.')) continue;
      const path = join(modules, name);
      if (!name.startsWith('@')) await this.#reach({ path, name, kind, ours, asked });
      else if (kind === 'folder' || kind === 'link') await this.#enterScope(path, name, ours, asked);
    }
  }

  async #enterScope(path: string, scope: string, ours: boolean, asked?: Asked): Promise<void> {
    const entered = await this.#territory.enter(path);
    if (entered.kind === 'outside') this.#unseen.push({ why: leaving(this.#territory, path, entered.to) });
    if (entered.kind !== 'inside') return;
    const listed = await this.#disk.list(entered.path);
    if (listed.state === 'unavailable')
      this.#unseen.push({ why: `${this.#territory.shown(path)} cannot be read: ${listed.why}` });
    if (listed.state !== 'present') return;
    for (const { name, kind } of listed.value) {
      await this.#reach({ path: join(entered.path, name), name: `${scope}/${name}`, kind, ours, asked });
    }
  }

  async #reach({ path, name, kind, ours, asked }: Step): Promise<void> {
    const means = this.#meaning(name, asked);
    let real = path;
    if (kind === 'link') {
      const entered = await this.#territory.enter(path);
      if (entered.kind === 'outside') {
        const why = leaving(this.#territory, path, entered.to);
        this.#unseen.push(means === undefined ? { beyond: true, why } : { package: means, why });
      }
      if (entered.kind !== 'inside') return;
      real = entered.path;
    }
    const isFile = kind === 'file' || kind === 'other' || (kind === 'link' && (await this.#isFile(real)));
    if (isFile) {
      const stem = means ?? this.#meaning(name.replace(/\.(?:[cm]?js|json|node)$/, ''), asked);
      if (stem !== undefined) this.#imposters.push({ path, package: stem, ours });
      return;
    }
    const known = this.#packages.get(real);
    if (known === undefined && this.#packages.size >= maxPackages) {
      this.#unseen.push({
        why: `more than ${maxPackages} packages are installed, and not all were looked at`,
      });
      return;
    }
    const reached = known ?? { means: new Map<string, PackageName>(), ours };
    this.#packages.set(real, reached);
    if (means !== undefined) reached.means.set(npmNameOf(means), means);
    if (known !== undefined && (known.ours || !ours)) return;
    reached.ours ||= ours;
    this.#queue.push({ modules: join(real, 'node_modules'), ours });
    for (const folder of this.#territory.above(real)) {
      const modules = folder.endsWith('node_modules') ? folder : join(folder, 'node_modules');
      if (!this.#entered.has(modules) || (ours && this.#entered.get(modules) !== true))
        this.#queue.push({ modules, ours });
    }
  }

  async #isFile(path: string): Promise<boolean> {
    return (await this.#disk.list(path)).state === 'absent';
  }

  #meaning(name: string, asked: Asked | undefined): PackageName | undefined {
    // A disk that folds case finds it however it is spelled.
    const own = fromNpmName(name.toLowerCase());
    if (own !== undefined || asked === undefined) return own;
    return asked.jsr.get(name) ?? (asked.others.has(name) ? undefined : this.#aliases.get(name));
  }
}
