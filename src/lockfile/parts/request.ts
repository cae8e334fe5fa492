import { isJsrScoped, splitAt } from './name.ts';

/** A dependency on a JSR package, and the entry of the lockfile that it resolves to. */
export interface JsrRequest {
  /** Position of the dependency in the text. */
  readonly at: number;
  /** The key of the dependency in the lockfile. */
  readonly entry: string;
  /** The npm name that it asks for, from `requestedFromJsr`. */
  readonly asks: string;
  /** Position of the entry that it resolves to; `undefined` when it is not an entry, such as a folder. */
  readonly resolvesTo: number | undefined;
  /** The name of that entry for messages. */
  readonly as: string;
  /** A legitimate reason for another package here, as the end of a sentence; then it is a remark. */
  readonly override?: string | undefined;
}

/**
 * The npm name of the JSR package that a dependency asks for: with `npm:@jsr/scope__name@…`, `jsr:@scope/name@…`, `jsr:…`
 * under the package's own name, or a name in JSR's scope with any range. `undefined` when it does not ask for a JSR
 * package. A request that is not valid gives a name that no package has, so that it never matches.
 */
export function requestedFromJsr(name: string, range: string): string | undefined {
  if (isJsrScoped(name)) return name;
  // Some clients ignore case and spaces, so this parser ignores them too.
  const [, scheme, rest = ''] = /^\s*(npm|jsr):(.*)$/is.exec(range) ?? [];
  if (scheme === undefined) return undefined;
  const asked = splitAt(rest.trim())[0];
  if (scheme.toLowerCase() === 'npm') return isJsrScoped(asked) ? asked : undefined;
  const [, scope, own] = /^@([^/]+)\/(.+)$/s.exec(asked.startsWith('@') ? asked : name) ?? [];
  return scope === undefined || own === undefined ? range : `@jsr/${scope}__${own}`;
}

/** The message for a request that resolves to another package. */
export function mismatchReason(asks: string, as: string): string {
  return `it is requested from JSR as ${asks} but resolves to ${as}`;
}

/** The first of several names that differs from the requested one, if any. */
export function otherThan(asks: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (name !== asks) return name;
  return undefined;
}
