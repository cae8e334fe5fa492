/** Which packages a project needs in production, told by who asks for what; ids are the lockfile's own. */
export class Production {
  readonly #asked = { production: new Set<string>(), development: new Set<string>() };
  readonly #needs = new Map<string, Set<string>>();
  #reached: Readonly<Record<'production' | 'development', ReadonlySet<string>>> | undefined;

  /** The project, or a workspace of it, asks for the dependency. */
  ask(dependency: string, when: 'production' | 'development'): void {
    this.#asked[when].add(dependency);
    this.#reached = undefined;
  }

  /** A package needs the dependency, whenever it is needed itself. */
  need(dependent: string, dependency: string): void {
    const known = this.#needs.get(dependent);
    if (known === undefined) this.#needs.set(dependent, new Set([dependency]));
    else known.add(dependency);
    this.#reached = undefined;
  }

  /** Whether nothing but development leads to the package; `undefined` when nothing at all does. */
  isDev(id: string): boolean | undefined {
    this.#reached ??= {
      production: this.#from(this.#asked.production),
      development: this.#from(this.#asked.development),
    };
    if (this.#reached.production.has(id)) return false;
    return this.#reached.development.has(id) ? true : undefined;
  }

  #from(roots: ReadonlySet<string>): ReadonlySet<string> {
    // A set that grows while it is walked: what is added is walked, too, and nothing twice.
    const reached = new Set(roots);
    for (const id of reached) for (const next of this.#needs.get(id) ?? []) reached.add(next);
    return reached;
  }
}
