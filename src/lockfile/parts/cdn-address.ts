import { isPackageName, isScope, type PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion } from './name.ts';
import { packageAtPath } from './registry-address.ts';
import { unescaped } from './sent-away.ts';

/** A JSR package that another host hands on; `version` is missing where the address names no exact one. */
export type HandedOn = PackageName & { readonly version?: string };

/** `jsr/@scope/name@1.0.0` (esm.sh), `jsr:@scope/name@1.0.0` (jspm), `jsr.io/@scope/name/1.0.0/…` (a proxy). */
const byJsrName = /(?:^|[/*,=&?:+])(?:jsr[/:]|jsr\.io\/)\/*@([^/@]+)\/+([^/@?#,&]+)(?:[@/]+([^/?#,&]+))?/i;
/** `@jsr/scope__name@1.0.0` or `@jsr/scope__name/1.0.0/…`, as what serves npm packages spells it. */
const byNpmName = /(?:^|[/*,=&?:+])@jsr\/+([^/@?#,&]+)(?:[@/]+([^/?#,&]+))?/i;

/**
 * The JSR package that an address of some other host hands on, whoever the host is: it serves bytes of its own making under the
 * name of a package that was verified elsewhere. `undefined` when the address names none, `unclear` when the name is none
 * that JSR allows.
 */
export function handedOn(text: string): HandedOn | 'unclear' | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // The code inside a data address is no address.
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

function called(name: PackageName | undefined, version: string | undefined): HandedOn | 'unclear' {
  if (name === undefined || !isScope(name.scope) || !isPackageName(name.name)) return 'unclear';
  const exact = version?.replace(/\.tgz$/, '').replace(/^v(\d.*?)(?:-[A-Za-z0-9]{20})?$/, '$1');
  return exact !== undefined && isVersion(exact) ? { ...name, version: exact } : name;
}
