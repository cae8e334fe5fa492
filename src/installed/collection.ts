import { join } from 'node:path';
import { npmNameOf, type PackageName, type PackageVersion, type Purl, purlOf } from '../model/package.ts';
import { foldPath } from '../model/path.ts';
import type { Standing, StrayPackage } from '../model/stray.ts';
import type { Occurrence, Target } from '../model/target.ts';
import type { Installed, InstalledCopies, InstalledCopy, NpmCopy } from './copies.ts';
import { findCached, findNpmCached, findVendored, readVendorHeaders } from './deno/deno-copies.ts';
import type { InstalledDisk } from './disk.ts';
import { hashFolder } from './hash.ts';
import { type Installation, whyExpected } from './node/missing.ts';
import type { FoundPackage, FoundPackages } from './node/modules.ts';
import type { Names } from './node/names.ts';
import { readPnp } from './node/pnp.ts';
import { type Grounds, leaving } from './node/search.ts';
import type { Territory } from './territory.ts';

/** Addresses, without a slash at their end, under which Deno keeps what it fetched. */
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
  /** Of other versions, where programs of the project look only if they find none in it. */
  readonly distant: StrayPackage[];
  readonly unseen: string[];
  readonly searched: string[];
  /** Why it should have been found. */
  missing?: string;
}

/** What was found so far, by target; each `take` adds what one kind of place holds. */
export class Collection {
  readonly #disk: InstalledDisk;
  readonly #territory: Territory;
  readonly #drafts = new Map<Purl, Draft>();
  readonly #versions = new Map<string, Draft[]>();
  readonly #strays: StrayPackage[] = [];
  readonly #unseen: string[] = [];
  readonly #beyond: string[] = [];
  readonly #copies = new Map<string, Promise<NpmCopy | { readonly unread: string } | undefined>>();

  constructor(
    disk: InstalledDisk,
    territory: Territory,
    targets: readonly Target[],
    searched: readonly string[],
  ) {
    this.#disk = disk;
    this.#territory = territory;
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

  async takeFound({ found, imposters, unseen }: FoundPackages): Promise<void> {
    for (const one of found) await this.#take(one);
    for (const { path, package: about, standing } of imposters) {
      const why = `${this.#territory.shown(path)} is a file where the package should be`;
      for (const { strays, unseen: open } of this.#versionsOf(about))
        (standing === 'project' ? strays : open).push(why);
    }
    for (const { package: about, beyond, why } of unseen) {
      if (beyond === true) this.#beyond.push(why);
      else if (about === undefined) this.unseen(why);
      else for (const draft of this.#versionsOf(about)) draft.unseen.push(why);
    }
  }

  async takePnp({ pnp, archives }: Grounds, names: Names): Promise<void> {
    for (const folder of pnp) {
      const packages = await readPnp(this.#disk, folder, names);
      if ('why' in packages) {
        this.unseen(
          `${this.#territory.shown(join(folder, '.pnp.cjs'))} cannot be understood: ${packages.why}`,
        );
        continue;
      }
      for (const { path, ...one } of packages) {
        const entered = await this.#territory.enter(path);
        if (entered.kind === 'inside') await this.#take({ ...one, path: entered.path, standing: 'project' });
        else if (entered.kind === 'outside') {
          const why = `${this.#territory.shown(entered.to)} is where Yarn loads the package from; it is outside of the project and was not checked`;
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
      const found = await findVendored(this.#disk, this.#territory, vendor, about, {
        registry,
        headers: known,
      });
      copies.push(...found.copies);
      for (const { path, to } of found.leaving) unseen.push(leaving(this.#territory, path, to));
      if ('why' in headers && found.copies.length > 0)
        unseen.push(
          `${this.#territory.shown(join(vendor, 'manifest.json'))} cannot be understood: ${headers.why}`,
        );
    }
  }

  // The cache is that of all projects, so only what a lockfile of these makes Deno load from it counts.
  async takeDenoDir(
    folder: string,
    lockfiles: ReadonlySet<string>,
    { registry, npmRegistry, otherNpmRegistries = [] }: Registries,
  ): Promise<void> {
    for (const draft of this.#drafts.values()) {
      const { about, copies, occurrences } = draft;
      const kinds = occurrences.filter(({ at }) => lockfiles.has(at.file)).map(({ locked }) => locked.kind);
      if (kinds.length === 0) continue;
      draft.searched.push('DENO_DIR');
      if (kinds.includes('manifest'))
        copies.push(...(await findCached(this.#disk, this.#territory, folder, about, registry)));
      if (kinds.every((kind) => kind === 'manifest' || kind === 'replaced')) continue;
      for (const one of [npmRegistry, ...otherNpmRegistries])
        for (const path of await findNpmCached(this.#disk, folder, about, one))
          await this.#take({ path, package: about, version: about.version, standing: 'project' });
    }
  }

  /** Notes which packages were not found although a lockfile was installed from that has them. */
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
    const place = this.#territory.shown(path);
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

  // Several names can lead to one folder.
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
    const place = this.#territory.shown(path);
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

  // npm leaves the folder of an optional package behind when others are installed in it.
  async #isEmpty(path: string): Promise<boolean> {
    const listed = await this.#disk.list(path);
    return listed.state === 'present' && listed.value.every(({ name }) => name === 'node_modules');
  }

  // Without Plug'n'Play nothing loads them from here, but the next install takes them.
  async #takeArchives(folder: string): Promise<void> {
    const listed = await this.#disk.list(folder);
    if (listed.state === 'unavailable')
      this.unseen(`${this.#territory.shown(folder)} cannot be read: ${listed.why}`);
    if (listed.state !== 'present') return;
    for (const { about } of this.#drafts.values()) {
      const { scope, name, version } = about;
      const starts = [`@jsr-${scope}__${name}-npm-${version}-`, `@${scope}-${name}-jsr-${version}-`];
      for (const entry of listed.value) {
        // A disk that folds case finds it however it is spelled.
        const spelled = foldPath(entry.name);
        if (!spelled.endsWith('.zip') || !starts.some((start) => spelled.startsWith(foldPath(start))))
          continue;
        const path = join(folder, entry.name);
        const entered = await this.#territory.enter(path);
        const prefix = `node_modules/@jsr/${scope}__${name}/`;
        if (entered.kind === 'inside')
          await this.#take({ path: entered.path, prefix, package: about, version, standing: 'project' });
        else if (entered.kind === 'outside')
          for (const draft of this.#versionsOf(about))
            draft.unseen.push(leaving(this.#territory, path, entered.to));
      }
    }
  }

  #versionsOf(about: PackageName): readonly Draft[] {
    return this.#versions.get(npmNameOf(about)) ?? [];
  }
}

function strayInWords({ place, version }: StrayPackage): string {
  const says = version === undefined ? 'does not say its version' : `says it is version ${version}`;
  return `${place} ${says}, which no lockfile names`;
}
