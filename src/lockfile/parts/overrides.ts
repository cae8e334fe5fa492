import { type Entry, textOf } from '../text/value.ts';
import { splitAt } from './name.ts';

/** The `overrides` of a lockfile: packages that replace what dependencies ask for. */
export class Overrides {
  /** By the name of a dependency: the names of packages, and `folder`. */
  readonly #replacements = new Map<string, Set<string>>();

  /** `entries` are the `overrides` of a lockfile: by `name`, `name@range` or `dependent>name`. */
  constructor(entries: Iterable<Entry>) {
    for (const { key, value } of entries) {
      const name = splitAt(key.slice(key.lastIndexOf('>') + 1))[0];
      const replacement = replacementIn(textOf(value) ?? '');
      if (replacement === undefined) continue;
      const known = this.#replacements.get(name);
      if (known === undefined) this.#replacements.set(name, new Set([replacement]));
      else known.add(replacement);
    }
  }

  /** The override that makes a dependency resolve to `as`, as the end of a sentence; `undefined` when there is none. */
  explain(name: string, as: string): string | undefined {
    const local = /^(?:@?[^@]+@)?(?:link|file|workspace):/.test(as);
    const isOverridden = this.#replacements.get(name)?.has(local ? folder : splitAt(as)[0]) ?? false;
    return isOverridden ? 'because of "overrides" in the lockfile' : undefined;
  }
}

// Not a valid package name, so it cannot collide with one.
const folder = ':';

function replacementIn(range: string): string | undefined {
  if (range.startsWith('npm:')) return splitAt(range.slice('npm:'.length))[0];
  return /^(?:link|file|workspace):/.test(range) ? folder : undefined;
}
