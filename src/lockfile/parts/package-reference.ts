import { isPackageName, isScope, type PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion, splitAt } from './name.ts';

/** One version of a package, or every version when `version` is `undefined`. */
export type PackageReference = PackageName & { readonly version?: string };

/**
 * The JSR package that a redirected address means: `https://jsr.io/@scope/name/…`, `jsr:@scope/name`,
 * `npm:@jsr/scope__name`. `undefined` when it is not a JSR package, `unclear` when the package cannot be determined.
 *
 * Parsed as loosely as the most tolerant client does: the host in any case, with any port, user name or trailing dot, the
 * path with its escapes decoded. A false alarm is safe here, a missed redirect is not.
 */
export function packageNamedBy(text: string, registry: string): PackageReference | 'unclear' | undefined {
  const plain = text.replace(/[\s\p{Cc}]/gu, '').replaceAll('\\', '/');
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(plain) ?? [];
  if (/^(?:jsr|npm)$/i.test(scheme)) return packageInSpecifier(scheme.toLowerCase(), unescaped(rest));
  if (!URL.canParse(plain)) return /jsr\.io|@jsr\b/i.test(unescaped(plain)) ? 'unclear' : undefined;
  const url = new URL(plain);
  const base = new URL(registry);
  if (bare(url.hostname) !== bare(base.hostname)) return undefined;
  const path = steps(url.pathname);
  const [scope, name, ...file] = path.slice(path.findIndex((step) => step.startsWith('@')));
  if (scope === undefined || !scope.startsWith('@')) return undefined;
  return referenceTo(scope, name, file[0]?.replace(/_meta\.json$/, ''));
}

// A client may accept slashes after `jsr:`.
function packageInSpecifier(scheme: string, rest: string): PackageReference | 'unclear' | undefined {
  const [scope, name, ...path] = steps(rest);
  if (scope === undefined || !scope.startsWith('@')) return undefined;
  const [own, range] = splitAt(`${name ?? ''}`);
  if (scheme === 'jsr') return referenceTo(scope, own, range ?? path[0]);
  if (scope.toLowerCase() !== '@jsr') return undefined;
  const jsr = fromNpmName(`${scope}/${own}`);
  return jsr === undefined ? 'unclear' : referenceTo(`@${jsr.scope}`, jsr.name, range);
}

function referenceTo(
  scoped: string,
  name: string | undefined,
  version: string | undefined,
): PackageReference | 'unclear' {
  const scope = scoped.slice(1);
  if (name === undefined || !isScope(scope) || !isPackageName(name)) return 'unclear';
  return version !== undefined && isVersion(version) ? { scope, name, version } : { scope, name };
}

/** The steps of a path: escapes decoded first, then dots resolved, empty steps removed. */
function steps(path: string): readonly string[] {
  const steps: string[] = [];
  for (const step of unescaped(path).replaceAll('\\', '/').split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step.replace(/[?#].*$/s, ''));
  }
  return steps;
}

/** Decodes ASCII escapes up to three times, for escapes that were escaped again; no client decodes more often. */
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
