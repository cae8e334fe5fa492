import { isPackageName, isScope, type PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion, splitAt } from './name.ts';

/** What is sent elsewhere: one version of a package, or every version of it where none is named. */
export type SentAway = PackageName & { readonly version?: string };

/**
 * The JSR package that an address stands for when something else is put in its place: `https://jsr.io/@scope/name/…`,
 * `jsr:@scope/name`, `npm:@jsr/scope__name`. `undefined` where it stands for none, `unclear` where nobody can tell which.
 *
 * Read as loosely as any client reads it, since a client decides whether the address is the one it asks for: the host in any
 * case, with any port, user name or trailing dot, the path with its escapes undone. To suspect an address too often does no harm.
 */
export function packageSentAway(text: string, registry: string): SentAway | 'unclear' | undefined {
  const plain = text.replace(/[\s\p{Cc}]/gu, '').replaceAll('\\', '/');
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(plain) ?? [];
  if (/^(?:jsr|npm)$/i.test(scheme)) return packageAsked(scheme.toLowerCase(), unescaped(rest));
  if (!URL.canParse(plain)) return /jsr\.io|@jsr\b/i.test(unescaped(plain)) ? 'unclear' : undefined;
  const url = new URL(plain);
  const base = new URL(registry);
  if (bare(url.hostname) !== bare(base.hostname)) return undefined;
  const path = steps(url.pathname);
  const [scope, name, ...file] = path.slice(path.findIndex((step) => step.startsWith('@')));
  if (scope === undefined || !scope.startsWith('@')) return undefined;
  return packageCalled(scope, name, file[0]?.replace(/_meta\.json$/, ''));
}

// A client may allow slashes after `jsr:`.
function packageAsked(scheme: string, rest: string): SentAway | 'unclear' | undefined {
  const [scope, name, ...path] = steps(rest);
  if (scope === undefined || !scope.startsWith('@')) return undefined;
  const [own, range] = splitAt(`${name ?? ''}`);
  if (scheme === 'jsr') return packageCalled(scope, own, range ?? path[0]);
  if (scope.toLowerCase() !== '@jsr') return undefined;
  const jsr = fromNpmName(`${scope}/${own}`);
  return jsr === undefined ? 'unclear' : packageCalled(`@${jsr.scope}`, jsr.name, range);
}

function packageCalled(
  scoped: string,
  name: string | undefined,
  version: string | undefined,
): SentAway | 'unclear' {
  const scope = scoped.slice(1);
  if (name === undefined || !isScope(scope) || !isPackageName(name)) return 'unclear';
  return version !== undefined && isVersion(version) ? { scope, name, version } : { scope, name };
}

/** The steps of a path, dots resolved after escapes were undone; empty ones left out. */
function steps(path: string): readonly string[] {
  const steps: string[] = [];
  for (const step of unescaped(path).replaceAll('\\', '/').split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step.replace(/[?#].*$/s, ''));
  }
  return steps;
}

/** ASCII escapes undone, also where they were escaped again; three times is more than any client does. */
export function unescaped(text: string): string {
  let plain = text;
  for (let times = 0; times < 3; times++)
    plain = plain.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return plain;
}

function bare(host: string): string {
  return host.toLowerCase().replace(/\.+$/, '');
}
