import { join } from 'node:path';
import { npmNameOf, type PackageName, type PackageVersion } from '../../model/package.ts';
import { foldPath } from '../../model/path.ts';
import type { InstalledNames, Runtime } from '../../model/target.ts';
import type { InstalledDisk } from '../disk.ts';

/** An audited lockfile, with the names under which it installs packages. */
export interface InstalledLockfile {
  /** Its name as in the occurrences of targets. */
  readonly file: string;
  readonly format: string;
  readonly runtime: Runtime;
  /** Absolute path of its project folder. */
  readonly folder: string;
  readonly installs: InstalledNames;
}

/** The names under which the audited lockfiles install packages. */
export class Names {
  readonly #jsr = new Map<string, PackageName[]>();
  readonly #folded = new Map<string, PackageName[]>();
  #areAmbiguous = false;
  readonly #others = new Set<string>();
  readonly #folders = new Map<string, PackageVersion | undefined>();

  static async of(disk: InstalledDisk, lockfiles: readonly InstalledLockfile[]): Promise<Names> {
    const names = new Names();
    for (const { folder, installs } of lockfiles) {
      const real = await disk.real(folder);
      // A lockfile inside `node_modules` can be changed together with the packages that it describes.
      if (real === undefined || real.split(/[\\/]/).includes('node_modules')) continue;
      names.#add(real, installs);
    }
    return names;
  }

  #add(folder: string, { jsr, others, folders }: InstalledNames): void {
    for (const [name, packages] of jsr) {
      const known = [addTo(this.#jsr, name, packages), addTo(this.#folded, foldPath(name), packages)];
      if (known.some(({ length }) => length > 1)) this.#areAmbiguous = true;
    }
    for (const name of others) this.#others.add(name);
    for (const [key, version] of folders) {
      const parts = key.split('/');
      if (!parts.includes('..') && !parts.includes('')) this.#folders.set(join(folder, ...parts), version);
    }
  }

  /** The JSR packages that are installed under an alias. */
  jsr(name: string): readonly PackageName[] {
    // A case-insensitive disk finds the folder in any case.
    return this.#jsr.get(name) ?? this.#folded.get(foldPath(name)) ?? [];
  }

  /** Whether some name means different JSR packages in different places. */
  get areAmbiguous(): boolean {
    return this.#areAmbiguous;
  }

  /** Whether a package that is not from JSR is also installed under the name. */
  isShared(name: string): boolean {
    return this.#others.has(name);
  }

  /** The package at a path according to a lockfile; `elsewhere` when it is not from JSR. */
  at(path: string): PackageVersion | 'elsewhere' | undefined {
    return this.#folders.has(path) ? (this.#folders.get(path) ?? 'elsewhere') : undefined;
  }
}

function addTo(
  names: Map<string, PackageName[]>,
  name: string,
  packages: readonly PackageName[],
): readonly PackageName[] {
  const known = names.get(name) ?? [];
  const more = packages.filter((one) => known.every((other) => npmNameOf(other) !== npmNameOf(one)));
  names.set(name, [...known, ...more]);
  return [...known, ...more];
}
