import { isJsrScoped, splitAt } from './name.ts';

/** A dependency on a JSR package, and the entry of the lockfile that it leads to. */
export interface JsrRequest {
  /** Where the dependency stands. */
  readonly at: number;
  /** The dependency as the lockfile names it. */
  readonly entry: string;
  /** What it asks for, as `requestedFromJsr` tells. */
  readonly asks: string;
  /** Where the entry stands; `undefined` where it is no entry, like a folder. */
  readonly leadsTo: number | undefined;
  /** The entry in words. */
  readonly as: string;
  /** Why somebody who means no harm could want another package here. */
  readonly excuse?: string | undefined;
}

/**
 * The JSR package that a dependency asks for, by its npm name: `npm:@jsr/scope__name@…`, `jsr:@scope/name@…`, `jsr:…`
 * under the package's own name, or a name in JSR's scope, whatever its range. `undefined` when it asks for no JSR package.
 * A request that no JSR package can meet is answered with a name that none has.
 */
export function requestedFromJsr(name: string, range: string): string | undefined {
  if (isJsrScoped(name)) return name;
  // Clients differ in whether they mind capitals and blanks; the reader that minds least is the one to fear.
  const [, scheme, rest = ''] = /^\s*(npm|jsr):(.*)$/is.exec(range) ?? [];
  if (scheme === undefined) return undefined;
  const asked = splitAt(rest.trim())[0];
  if (scheme.toLowerCase() === 'npm') return isJsrScoped(asked) ? asked : undefined;
  const [, scope, own] = /^@([^/]+)\/(.+)$/s.exec(asked.startsWith('@') ? asked : name) ?? [];
  return scope === undefined || own === undefined ? range : `@jsr/${scope}__${own}`;
}

/** Why a request and what it led to do not fit. */
export function astray(asks: string, as: string): string {
  return `it is asked for from JSR as ${asks} and resolved to ${as}`;
}

/** The first of several names that is not the one asked for, if any. */
export function otherThan(asks: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (name !== asks) return name;
  return undefined;
}
