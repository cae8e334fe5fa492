import { type Entry, textOf } from '../text/value.ts';
import { splitAt } from './name.ts';

/** What a project wants in place of what its dependencies ask for, as the lockfile says. */
export class Overrides {
  /** By the name of a dependency: the names of packages, and `folder`. */
  readonly #wanted = new Map<string, Set<string>>();

  /** `entries` are the `overrides` of a lockfile: by `name`, `name@range` or `dependent>name`. */
  constructor(entries: Iterable<Entry>) {
    for (const { key, value } of entries) {
      const name = splitAt(key.slice(key.lastIndexOf('>') + 1))[0];
      const wanted = wantedBy(textOf(value) ?? '');
      if (wanted === undefined) continue;
      const known = this.#wanted.get(name);
      if (known === undefined) this.#wanted.set(name, new Set([wanted]));
      else known.add(wanted);
    }
  }

  /** Why a dependency may have led to `as`, if an override asks for that. */
  excuse(name: string, as: string): string | undefined {
    const local = /^(?:@?[^@]+@)?(?:link|file|workspace):/.test(as);
    const wanted = this.#wanted.get(name)?.has(local ? folder : splitAt(as)[0]) ?? false;
    return wanted ? 'as "overrides" of the lockfile say' : undefined;
  }
}

// No package is called so.
const folder = ':';

function wantedBy(range: string): string | undefined {
  if (range.startsWith('npm:')) return splitAt(range.slice('npm:'.length))[0];
  return /^(?:link|file|workspace):/.test(range) ? folder : undefined;
}
