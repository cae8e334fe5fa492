import { parse } from 'semver';
import { isPackageName, isScope, type PackageName, type PackageVersion } from '../../model/package.ts';

/** Whether a name is in JSR's scope on npm registries, in any case. */
export function isJsrScoped(npmName: string): boolean {
  return npmName.slice(0, 5).toLowerCase() === '@jsr/';
}

/** Whether an address contains that scope, in any spelling. */
export function namesJsrScope(address: string): boolean {
  return /(?:@|%40)jsr\b/i.test(address);
}

/** The JSR package of `@jsr/scope__name`, or `undefined`; split at the first `__`, because scopes contain no `_`. */
export function fromNpmName(npmName: string): PackageName | undefined {
  const cut = npmName.indexOf('__');
  if (!npmName.startsWith('@jsr/') || cut === -1) return undefined;
  const scope = npmName.slice(5, cut);
  const name = npmName.slice(cut + 2);
  return isScope(scope) && isPackageName(name) ? { scope, name } : undefined;
}

/** Parses `@scope/name@1.2.3`; `undefined` when it is not valid. */
export function fromJsrId(id: string): PackageVersion | undefined {
  const [full, version] = splitAt(id);
  const cut = full.indexOf('/');
  if (!full.startsWith('@') || cut === -1 || version === undefined) return undefined;
  const scope = full.slice(1, cut);
  const name = full.slice(cut + 1);
  return isScope(scope) && isPackageName(name) && isVersion(version) ? { scope, name, version } : undefined;
}

/** Whether the text is one exact version in its normal spelling, as JSR publishes it (build metadata included). */
export function isVersion(text: string): boolean {
  const version = text.length <= 256 ? parse(text) : null;
  if (version === null) return false;
  const build = version.build.length === 0 ? '' : `+${version.build.join('.')}`;
  return `${version.version}${build}` === text;
}

/** `name@rest` cut at the `@` that is not the one of a scope. */
export function splitAt(text: string): readonly [name: string, rest: string | undefined] {
  const cut = text.indexOf('@', 1);
  return cut === -1 ? [text, undefined] : [text.slice(0, cut), text.slice(cut + 1)];
}
