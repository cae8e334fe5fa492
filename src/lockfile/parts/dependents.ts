/** Number of dependents that are reported for one package. */
export const maxDependents = 50;

/** Which entries of a lockfile depend on which, by their keys. */
export class Dependents {
  readonly #of = new Map<string, Set<string>>();
  /** Sorted dependents, cached, because a package can be looked up once per dependent. */
  readonly #sorted = new Map<string, readonly string[]>();
  readonly #direct = new Set<string>();

  add(dependency: string, dependent: string): void {
    const known = this.#of.get(dependency);
    if (known === undefined) this.#of.set(dependency, new Set([dependent]));
    else known.add(dependent);
    this.#sorted.delete(dependency);
  }

  /** Marks a dependency of the project itself or of one of its workspaces. */
  addDirect(dependency: string): void {
    this.#direct.add(dependency);
  }

  /** The dependents, sorted by name, at most `maxDependents`. */
  of(dependency: string): readonly string[] {
    const sorted =
      this.#sorted.get(dependency) ?? [...(this.#of.get(dependency) ?? [])].sort().slice(0, maxDependents);
    this.#sorted.set(dependency, sorted);
    return sorted;
  }

  isDirect(dependency: string): boolean {
    return this.#direct.has(dependency);
  }
}
