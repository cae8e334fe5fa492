import { join } from 'node:path';
import { npmNameOf, type PackageName, type PackageVersion, type Purl, purlOf } from '../model/package.ts';
import { foldPath } from '../model/path.ts';
import type { Standing, StrayPackage } from '../model/stray.ts';
import type { Occurrence, Target } from '../model/target.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import type { Installed, InstalledCopies, InstalledCopy, NpmCopy } from './copies.ts';
import { findCached, findNpmCached, findVendored, readVendorHeaders } from './deno/deno-copies.ts';
import type { InstalledDisk } from './disk.ts';
import { hashFolder } from './hash.ts';
import { type Installation, whyExpected } from './node/missing.ts';
import type { FoundPackage, FoundPackages } from './node/modules.ts';
import type { Names } from './node/names.ts';
import { readPnp } from './node/pnp.ts';
import { type Locations, linkOutside } from './node/search.ts';

/** Base addresses in Deno's cache, without a trailing slash. */
interface Registries {
  readonly registry: string;
  readonly npmRegistry: string;
  readonly otherNpmRegistries?: readonly string[] | undefined;
}

interface Draft {
  readonly about: PackageVersion;
  readonly occurrences: readonly Occurrence[];
  readonly copies: InstalledCopy[];
  readonly strays: string[];
  /** Copies of other versions, in folders that programs search only when the project has no copy. */
  readonly distant: StrayPackage[];
  readonly unseen: string[];
  readonly searched: string[];
  /** The reason why a copy was expected. */
  missing?: string;
}

/** The copies that were found so far, by target; each `take…` method adds those of one kind of location. */
export class Collection {
  readonly #disk: InstalledDisk;
  readonly #allowed: AllowedFolders;
  readonly #drafts = new Map<Purl, Draft>();
  readonly #versions = new Map<string, Draft[]>();
  readonly #strays: StrayPackage[] = [];
  readonly #unseen: string[] = [];
  readonly #beyond: string[] = [];
  readonly #copies = new Map<string, Promise<NpmCopy | { readonly unread: string } | undefined>>();

  constructor(
    disk: InstalledDisk,
    allowed: AllowedFolders,
    targets: readonly Target[],
    searched: readonly string[],
  ) {
    this.#disk = disk;
    this.#allowed = allowed;
    for (const { package: about, occurrences } of targets) {
      const draft: Draft = {
        ...{ about, occurrences, copies: [], strays: [], distant: [], unseen: [] },
        searched: [...searched],
      };
      this.#drafts.set(purlOf(about), draft);
      const versions = this.#versions.get(npmNameOf(about));
      if (versions === undefined) this.#versions.set(npmNameOf(about), [draft]);
      else versions.push(draft);
    }
  }

  unseen(why: string): void {
    this.#unseen.push(why);
  }

  async takeFound({ found, filesInPlace, unseen }: FoundPackages): Promise<void> {
    for (const one of found) await this.#take(one);
    for (const { path, package: about, standing } of filesInPlace) {
      const why = `${this.#allowed.shown(path)} is a file, but should be the folder of the package`;
      for (const { strays, unseen: open } of this.#versionsOf(about))
        (standing === 'project' ? strays : open).push(why);
    }
    for (const { package: about, beyond, why } of unseen) {
      if (beyond === true) this.#beyond.push(why);
      else if (about === undefined) this.unseen(why);
      else for (const draft of this.#versionsOf(about)) draft.unseen.push(why);
    }
  }

  async takePnp({ pnp, archives }: Locations, names: Names): Promise<void> {
    for (const folder of pnp) {
      const packages = await readPnp(this.#disk, folder, names);
      if ('why' in packages) {
        this.unseen(`${this.#allowed.shown(join(folder, '.pnp.cjs'))} is malformed: ${packages.why}`);
        continue;
      }
      for (const { path, ...one } of packages) {
        const entered = await this.#allowed.enter(path);
        if (entered.kind === 'inside') await this.#take({ ...one, path: entered.path, standing: 'project' });
        else if (entered.kind === 'outside') {
          const why = `Yarn loads the package from ${this.#allowed.shown(entered.to)}, which is outside of the project and was not checked`;
          for (const draft of this.#versionsOf(one.package)) draft.unseen.push(why);
        }
      }
    }
    for (const folder of archives) await this.#takeArchives(folder);
  }

  async takeVendor(vendor: string, registry: string): Promise<void> {
    const headers = await readVendorHeaders(this.#disk, vendor);
    for (const { about, copies, unseen } of this.#drafts.values()) {
      const known = 'why' in headers ? new Map() : headers;
      const found = await findVendored(this.#disk, this.#allowed, vendor, about, {
        registry,
        headers: known,
      });
      copies.push(...found.copies);
      for (const { path, to } of found.linksOutside) unseen.push(linkOutside(this.#allowed, path, to));
      if ('why' in headers && found.copies.length > 0)
        unseen.push(`${this.#allowed.shown(join(vendor, 'manifest.json'))} is malformed: ${headers.why}`);
    }
  }

  // All projects share the cache, so only packages count that a lockfile of these projects makes Deno load from it.
  async takeDenoDir(
    folder: string | undefined,
    lockfiles: ReadonlySet<string>,
    { registry, npmRegistry, otherNpmRegistries = [] }: Registries,
  ): Promise<void> {
    for (const draft of this.#drafts.values()) {
      const { about, copies, occurrences } = draft;
      const kinds = occurrences.filter(({ at }) => lockfiles.has(at.file)).map(({ locked }) => locked.kind);
      if (kinds.length === 0) continue;
      if (folder === undefined) {
        // Deno prefers `vendor/`, and for npm packages `node_modules`.
        const isFound = copies.some(({ kind }) => kind === 'vendor' || !kinds.includes('manifest'));
        if (!isFound && kinds.some((kind) => kind !== 'replaced')) draft.unseen.push(unknownDenoDir);
        continue;
      }
      draft.searched.push('DENO_DIR');
      if (kinds.includes('manifest'))
        copies.push(...(await findCached(this.#disk, this.#allowed, folder, about, registry)));
      if (kinds.every((kind) => kind === 'manifest' || kind === 'replaced')) continue;
      for (const one of [npmRegistry, ...otherNpmRegistries])
        for (const path of await findNpmCached(this.#disk, folder, about, one))
          await this.#take({ path, package: about, version: about.version, standing: 'project' });
    }
  }

  /** Records for each package whether a lockfile that was installed from makes a copy expected. */
  async explainMissing(installations: ReadonlyMap<string, Installation>): Promise<void> {
    for (const draft of this.#drafts.values()) {
      const why = whyExpected(draft.about, draft.occurrences, installations);
      if (why !== undefined) draft.missing = why;
    }
  }

  result(): Installed {
    const packages = new Map<Purl, InstalledCopies>();
    const strayPackages = new Set(this.#strays);
    for (const [purl, draft] of this.#drafts) {
      const { copies, occurrences, strays, distant, unseen, missing, searched } = draft;
      const has = (...standings: readonly Standing[]) =>
        copies.some((copy) => copy.kind === 'npm' && standings.includes(copy.standing));
      const isFromNpm = occurrences.some(({ locked: { kind } }) => kind === 'tarball' || kind === 'nothing');
      const isElsewhere = isFromNpm && !has('project');
      if (!isElsewhere) for (const stray of distant) strayPackages.add(stray);
      const [patched] = occurrences.flatMap(({ locked }) =>
        locked.kind === 'nothing' && locked.patched === true ? [locked.why] : [],
      );
      packages.set(purl, {
        copies,
        strays: isElsewhere ? [...strays, ...distant.map(strayInWords)] : strays,
        ...(missing !== undefined && !has('project', 'above') && { missing }),
        ...(patched !== undefined && { patched }),
        unseen: [...new Set([...unseen, ...this.#unseen])],
        beyond: this.#beyond,
        searched,
      });
    }
    return { packages, strays: [...strayPackages] };
  }

  async #take({ path, prefix, package: about, version, standing }: FoundPackage): Promise<void> {
    const draft = version === undefined ? undefined : this.#drafts.get(purlOf({ ...about, version }));
    if (draft === undefined && (await this.#isEmpty(path))) return;
    const place = this.#allowed.shown(path);
    if (draft === undefined) {
      const siblings = standing === 'governed' ? [] : this.#versionsOf(about);
      const stray = { place, package: about, standing, ...(version === undefined ? {} : { version }) };
      if (siblings.length === 0) this.#strays.push(stray);
      for (const { strays, distant } of siblings) {
        if (standing === 'project') strays.push(strayInWords(stray));
        else distant.push(stray);
      }
      return;
    }
    const copy = await this.#copy(path, prefix, standing);
    if (copy === undefined || draft.copies.some((known) => known.place === place)) return;
    if ('unread' in copy) draft.unseen.push(`${place} cannot be read: ${copy.unread}`);
    else draft.copies.push(copy);
  }

  // Cached, because several names can lead to one folder.
  #copy(
    path: string,
    prefix: string | undefined,
    standing: Standing,
  ): Promise<NpmCopy | { readonly unread: string } | undefined> {
    const known = this.#copies.get(path) ?? this.#hash(path, prefix, standing);
    this.#copies.set(path, known);
    return known;
  }

  async #hash(
    path: string,
    prefix: string | undefined,
    standing: Standing,
  ): Promise<NpmCopy | { readonly unread: string } | undefined> {
    const place = this.#allowed.shown(path);
    if (prefix === undefined) {
      const hashed = await hashFolder(this.#disk, path, 'npm package');
      return hashed.files.size === 0 ? undefined : { kind: 'npm', place, standing, ...hashed };
    }
    const unzipped = await this.#disk.unzip(path, prefix);
    switch (unzipped.state) {
      case 'read':
        return { kind: 'npm', place, standing, files: unzipped.files, nests: false };
      case 'refused':
        return { kind: 'npm', place, standing, files: new Map(), refused: unzipped.why, nests: false };
      case 'unread':
        return { unread: unzipped.why };
      case 'absent':
        return undefined;
    }
  }

  // When npm removes an optional package that contains others, it keeps the folder.
  async #isEmpty(path: string): Promise<boolean> {
    const listed = await this.#disk.list(path);
    return listed.state === 'present' && listed.value.every(({ name }) => name === 'node_modules');
  }

  // Without Plug'n'Play, programs do not load from this cache, but the next installation uses it.
  async #takeArchives(folder: string): Promise<void> {
    const listed = await this.#disk.list(folder);
    if (listed.state === 'unavailable')
      this.unseen(`${this.#allowed.shown(folder)} cannot be read: ${listed.why}`);
    if (listed.state !== 'present') return;
    for (const { about } of this.#drafts.values()) {
      const { scope, name, version } = about;
      const starts = [`@jsr-${scope}__${name}-npm-${version}-`, `@${scope}-${name}-jsr-${version}-`];
      for (const entry of listed.value) {
        // A case-insensitive disk finds the file in any case.
        const spelled = foldPath(entry.name);
        if (!spelled.endsWith('.zip') || !starts.some((start) => spelled.startsWith(foldPath(start))))
          continue;
        const path = join(folder, entry.name);
        const entered = await this.#allowed.enter(path);
        const prefix = `node_modules/@jsr/${scope}__${name}/`;
        if (entered.kind === 'inside')
          await this.#take({ path: entered.path, prefix, package: about, version, standing: 'project' });
        else if (entered.kind === 'outside')
          for (const draft of this.#versionsOf(about))
            draft.unseen.push(linkOutside(this.#allowed, path, entered.to));
      }
    }
  }

  #versionsOf(about: PackageName): readonly Draft[] {
    return this.#versions.get(npmNameOf(about)) ?? [];
  }
}

const unknownDenoDir = "Deno's cache (DENO_DIR) was not searched, because its folder is not known";

function strayInWords({ place, version }: StrayPackage): string {
  return version === undefined
    ? `${place} has no version in its package.json, and no lockfile has this copy`
    : `${place} has version ${version}, which is not in a lockfile`;
}
