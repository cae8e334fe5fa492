/** Dependents told per package; who else there is can be read in the lockfile. */
export const maxDependents = 50;

/** Who depends on what, as the lockfile names both. */
export class Dependents {
  readonly #of = new Map<string, Set<string>>();
  /** What was told before: a package can be asked about as often as it has dependents. */
  readonly #told = new Map<string, readonly string[]>();
  readonly #direct = new Set<string>();

  add(dependency: string, dependent: string): void {
    const known = this.#of.get(dependency);
    if (known === undefined) this.#of.set(dependency, new Set([dependent]));
    else known.add(dependent);
    this.#told.delete(dependency);
  }

  /** The project itself, or a workspace of it, asks for the dependency. */
  addDirect(dependency: string): void {
    this.#direct.add(dependency);
  }

  /** The first by name. */
  of(dependency: string): readonly string[] {
    const told =
      this.#told.get(dependency) ?? [...(this.#of.get(dependency) ?? [])].sort().slice(0, maxDependents);
    this.#told.set(dependency, told);
    return told;
  }

  isDirect(dependency: string): boolean {
    return this.#direct.has(dependency);
  }
}
