import type { Entry } from '../text/value.ts';
import type { Unpinned } from './integrity.ts';
import { isVersion, splitAt } from './name.ts';

/** The packages that a project patches. */
export class Patches {
  readonly #ids = new Set<string>();
  /** Names of packages that are patched in every version or in a range. */
  readonly #names = new Set<string>();

  /** `entries` are the `patchedDependencies` of a lockfile: by `name@version`, by `name@range` or by name alone. */
  constructor(entries: Iterable<Entry>) {
    for (const { key } of entries) {
      const [name, version] = splitAt(key);
      // A range counts as all versions: a false alarm is safe here.
      if (version !== undefined && isVersion(version)) this.#ids.add(key);
      else this.#names.add(name);
    }
  }

  /** Adds the id of an entry that is marked as patched. */
  add(id: string): void {
    this.#ids.add(id);
  }

  has(id: string, name: string, version: string | undefined): boolean {
    return this.#ids.has(id) || this.#ids.has(`${name}@${version}`) || this.#names.has(name);
  }
}

/** The reason why the digest of a patched package does not cover its installed files. */
export function changedByPatch(client: string): Unpinned {
  return { why: `${client} changes it with a patch of the project`, patched: true };
}
