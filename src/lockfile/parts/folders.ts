/** Packages by folder, to resolve a dependency as Node does: first in the own folder, then in the folders above. */
export class Folders {
  readonly #keys = new Map<string, Map<string, string>>();

  put(folder: string, name: string, key: string): void {
    const names = this.#keys.get(folder);
    if (names === undefined) this.#keys.set(folder, new Map([[name, key]]));
    else names.set(name, key);
  }

  /** The packages in these folders, nearest first: for each folder that has any, the keys by name. */
  through(folders: Iterable<string>): readonly ReadonlyMap<string, string>[] {
    const found = [];
    for (const folder of folders) {
      const names = this.#keys.get(folder);
      if (names !== undefined) found.push(names);
    }
    return found;
  }
}

/** The key of the nearest package with this name, or `undefined`. */
export function nearest(reach: readonly ReadonlyMap<string, string>[], name: string): string | undefined {
  for (const names of reach) {
    const key = names.get(name);
    if (key !== undefined) return key;
  }
  return undefined;
}
