import { splitAt } from '../parts/name.ts';
import { type Entry, TreeError, textOf } from '../text/value.ts';

/** The map from specifiers to the ids that they resolve to: `jsr:@scope/name@1.0.0` and `npm:name@1.0.0`. */
export class Specifiers {
  readonly #ids = new Map<string, { readonly key: string; readonly at: number; readonly id: string }>();
  readonly #byName = new Map<string, Set<string>>();

  constructor(entries: Iterable<Entry>) {
    for (const { key, at, value } of entries) {
      const text = textOf(value);
      if (text === undefined) throw new TreeError('has a specifier without a version', at);
      const name = nameIn(key);
      // Version 3 repeats scheme and name in the value.
      const id = text.includes(':') ? text : `${name}@${text}`;
      this.#ids.set(key, { key, at, id });
      const ids = this.#byName.get(name);
      if (ids === undefined) this.#byName.set(name, new Set([id]));
      else ids.add(id);
    }
  }

  [Symbol.iterator]() {
    return this.#ids.values();
  }

  /** A dependency has no range when all its specifiers resolve to one version. */
  resolve(specifier: string): string | undefined {
    const exact = this.#ids.get(specifier)?.id;
    if (exact !== undefined) return exact;
    const ids = this.#byName.get(specifier);
    return ids?.size === 1 ? [...ids][0] : undefined;
  }
}

/** `jsr:@std/path` of `jsr:@std/path@^1`. */
export function nameIn(specifier: string): string {
  const cut = specifier.indexOf(':') + 1;
  return specifier.slice(0, cut) + splitAt(specifier.slice(cut))[0];
}
