import type { Entry } from '../text/value.ts';
import type { Unpinned } from './integrity.ts';
import { isVersion, splitAt } from './name.ts';

/** Which packages a project changes by patches of its own. */
export class Patches {
  readonly #ids = new Set<string>();
  /** Patched in every version, or in a range of them. */
  readonly #names = new Set<string>();

  /** `entries` are the `patchedDependencies` of a lockfile: by `name@version`, by `name@range` or by name alone. */
  constructor(entries: Iterable<Entry>) {
    for (const { key } of entries) {
      const [name, version] = splitAt(key);
      // A range is taken for all versions: to tell of a patch too often does no harm.
      if (version !== undefined && isVersion(version)) this.#ids.add(key);
      else this.#names.add(name);
    }
  }

  /** An entry that says itself that it is patched, by its id. */
  add(id: string): void {
    this.#ids.add(id);
  }

  has(id: string, name: string, version: string | undefined): boolean {
    return this.#ids.has(id) || this.#ids.has(`${name}@${version}`) || this.#names.has(name);
  }
}

/** Why a digest says nothing about a package that a client changes before it installs it. */
export function changedByPatch(client: string): Unpinned {
  return { why: `${client} changes it with a patch of the project`, patched: true };
}
