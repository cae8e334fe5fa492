/** Who depends on what, as the lockfile names both. */
export class Dependents {
  readonly #of = new Map<string, Set<string>>();
  readonly #direct = new Set<string>();

  add(dependency: string, dependent: string): void {
    const known = this.#of.get(dependency);
    if (known === undefined) this.#of.set(dependency, new Set([dependent]));
    else known.add(dependent);
  }

  /** The project itself, or a workspace of it, asks for the dependency. */
  addDirect(dependency: string): void {
    this.#direct.add(dependency);
  }

  of(dependency: string): Iterable<string> {
    return this.#of.get(dependency) ?? [];
  }

  isDirect(dependency: string): boolean {
    return this.#direct.has(dependency);
  }
}
