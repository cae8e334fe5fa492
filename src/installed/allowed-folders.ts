import { sep } from 'node:path';
import { isWithin, seenFrom } from '../model/disk-path.ts';
import type { InstalledDisk } from './disk.ts';

/** Where a path leads: into the allowed folders, out of them, or to nothing. */
export type ResolvedPath =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'outside'; readonly to: string }
  | { readonly kind: 'nowhere' };

/**
 * The folders that may be read: projects, the `node_modules` above them, and other folders that the user gave. Links out
 * of them are not followed.
 */
export class AllowedFolders {
  readonly #disk: InstalledDisk;
  readonly #roots: readonly string[];
  readonly #labels: ReadonlyMap<string, string>;

  private constructor(disk: InstalledDisk, roots: readonly string[], labels: ReadonlyMap<string, string>) {
    this.#disk = disk;
    this.#roots = roots;
    this.#labels = labels;
  }

  /** `labels` replace the paths of some folders in messages, for example `DENO_DIR`. */
  static async of(
    disk: InstalledDisk,
    folders: readonly string[],
    labels: ReadonlyMap<string, string> = new Map(),
  ): Promise<AllowedFolders> {
    const roots: string[] = [];
    for (const folder of folders) roots.push((await disk.real(folder)) ?? folder);
    const real = new Map<string, string>();
    for (const [folder, label] of labels) real.set((await disk.real(folder)) ?? folder, label);
    return new AllowedFolders(disk, roots, real);
  }

  /** Follows all links of a path. */
  async enter(path: string): Promise<ResolvedPath> {
    const real = await this.#disk.real(path);
    if (real === undefined) return { kind: 'nowhere' };
    return this.contains(real) ? { kind: 'inside', path: real } : { kind: 'outside', to: real };
  }

  contains(path: string): boolean {
    return this.#roots.some((root) => isWithin(path, root));
  }

  /** The folders above a path that are still allowed, nearest first. */
  *above(path: string): Iterable<string> {
    for (let cut = path.lastIndexOf(sep); cut > 0; cut = path.lastIndexOf(sep, cut - 1)) {
      const folder = path.slice(0, cut);
      if (!this.contains(folder)) return;
      yield folder;
    }
  }

  /** A path for messages: relative to the folder of the disk, with `/`. */
  shown(path: string): string {
    for (const [folder, label] of this.#labels) {
      if (path === folder) return label;
      if (isWithin(path, folder)) return `${label}/${seenFrom(folder, path)}`;
    }
    return seenFrom(this.#disk.folder, path);
  }
}
