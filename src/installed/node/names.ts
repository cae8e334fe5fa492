import { join } from 'node:path';
import { npmNameOf, type PackageName, type PackageVersion } from '../../model/package.ts';
import { foldPath } from '../../model/path.ts';
import type { InstalledNames, Runtime } from '../../model/target.ts';
import type { InstalledDisk } from '../disk.ts';

/** A lockfile that is audited, and what it says about names. */
export interface InstalledLockfile {
  /** As the occurrences of targets name it. */
  readonly file: string;
  readonly format: string;
  readonly runtime: Runtime;
  /** The folder of its project; absolute. */
  readonly folder: string;
  readonly installs: InstalledNames;
}

/** What the audited lockfiles call the packages that they install. */
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
      // Where a lockfile lies among what it describes, whoever changes the one can change the other.
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

  /** The packages from JSR that are installed under a name which is not their own. */
  jsr(name: string): readonly PackageName[] {
    // A disk that folds case finds it however it is spelled.
    return this.#jsr.get(name) ?? this.#folded.get(foldPath(name)) ?? [];
  }

  /** Whether there is a name that stands for one package from JSR here, and for another there. */
  get areAmbiguous(): boolean {
    return this.#areAmbiguous;
  }

  /** Whether a package from elsewhere is installed under the name, too. */
  isShared(name: string): boolean {
    return this.#others.has(name);
  }

  /** What a lockfile says lies at a path; `elsewhere` is a package that is not from JSR. */
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
