/** Packages by the folder they lie in, to find what another package loads: its own folder first, then those above. */
export class Folders {
  readonly #keys = new Map<string, Map<string, string>>();

  put(folder: string, name: string, key: string): void {
    const names = this.#keys.get(folder);
    if (names === undefined) this.#keys.set(folder, new Map([[name, key]]));
    else names.set(name, key);
  }

  /** What can be loaded through these folders, nearest first: the keys by name, for each folder that holds any. */
  through(folders: Iterable<string>): readonly ReadonlyMap<string, string>[] {
    const found = [];
    for (const folder of folders) {
      const names = this.#keys.get(folder);
      if (names !== undefined) found.push(names);
    }
    return found;
  }
}

/** The key that a name leads to, or `undefined`. */
export function nearest(reach: readonly ReadonlyMap<string, string>[], name: string): string | undefined {
  for (const names of reach) {
    const key = names.get(name);
    if (key !== undefined) return key;
  }
  return undefined;
}
