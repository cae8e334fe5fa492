/** Which packages a project needs in production and which only for development, by the ids of the lockfile. */
export class Production {
  readonly #asked = { production: new Set<string>(), development: new Set<string>() };
  readonly #needs = new Map<string, Set<string>>();
  #reached: Readonly<Record<'production' | 'development', ReadonlySet<string>>> | undefined;

  /** Adds a dependency of the project itself or of one of its workspaces. */
  ask(dependency: string, when: 'production' | 'development'): void {
    this.#asked[when].add(dependency);
    this.#reached = undefined;
  }

  /** Adds a dependency of a package. */
  need(dependent: string, dependency: string): void {
    const known = this.#needs.get(dependent);
    if (known === undefined) this.#needs.set(dependent, new Set([dependency]));
    else known.add(dependency);
    this.#reached = undefined;
  }

  /** Whether the package is needed only for development; `undefined` when nothing depends on it. */
  isDev(id: string): boolean | undefined {
    this.#reached ??= {
      production: this.#from(this.#asked.production),
      development: this.#from(this.#asked.development),
    };
    if (this.#reached.production.has(id)) return false;
    return this.#reached.development.has(id) ? true : undefined;
  }

  #from(roots: ReadonlySet<string>): ReadonlySet<string> {
    // The loop also visits ids that are added to the set while it runs.
    const reached = new Set(roots);
    for (const id of reached) for (const next of this.#needs.get(id) ?? []) reached.add(next);
    return reached;
  }
}
