import { isPackageName, isScope, type PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion } from './name.ts';
import { unescaped } from './package-reference.ts';
import { packageAtPath } from './registry-address.ts';

/** A JSR package that another host serves; `version` is `undefined` when the address has no exact version. */
export type CdnPackage = PackageName & { readonly version?: string };

/** `jsr/@scope/name@1.0.0` (esm.sh), `jsr:@scope/name@1.0.0` (jspm), `jsr.io/@scope/name/1.0.0/…` (a proxy). */
const byJsrName = /(?:^|[/*,=&?:+])(?:jsr[/:]|jsr\.io\/)\/*@([^/@]+)\/+([^/@?#,&]+)(?:[@/]+([^/?#,&]+))?/i;
/** `@jsr/scope__name@1.0.0` or `@jsr/scope__name/1.0.0/…`, as npm CDNs spell it. */
const byNpmName = /(?:^|[/*,=&?:+])@jsr\/+([^/@?#,&]+)(?:[@/]+([^/?#,&]+))?/i;

/**
 * The JSR package that an address of another host serves. Such a host may serve any bytes under the name of a package, and
 * they are not covered by the attestation. `undefined` when the address names no JSR package, `unclear` when the name is
 * not valid at JSR.
 */
export function packageOnCdn(text: string): CdnPackage | 'unclear' | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // A data URL contains code, not an address.
  if (!/^(?:https?|git\+https?|git|ssh|ftp):$/.test(url.protocol)) return undefined;
  const path = unescaped(url.pathname);
  const tarball = packageAtPath(path);
  if (tarball !== undefined) return tarball;
  const rest = path + unescaped(url.search) + unescaped(url.hash);
  const jsr = byJsrName.exec(rest);
  if (jsr !== null) return called({ scope: jsr[1] ?? '', name: jsr[2] ?? '' }, jsr[3]);
  const npm = byNpmName.exec(rest);
  return npm === null ? undefined : called(fromNpmName(`@jsr/${npm[1] ?? ''}`), npm[2]);
}

function called(name: PackageName | undefined, version: string | undefined): CdnPackage | 'unclear' {
  if (name === undefined || !isScope(name.scope) || !isPackageName(name.name)) return 'unclear';
  const exact = version?.replace(/\.tgz$/, '').replace(/^v(\d.*?)(?:-[A-Za-z0-9]{20})?$/, '$1');
  return exact !== undefined && isVersion(exact) ? { ...name, version: exact } : name;
}
