import type { PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion } from './name.ts';

/**
 * Where an address in a lockfile points to.
 *
 * - `registry`: below a configured registry, compared by exact origin and path; `path` is the rest, decoded.
 * - `foreign`: another host; `host` is spelled as in the lockfile, without user name and password.
 * - `unclear`: clients could read the address differently.
 */
export type Address =
  | { readonly kind: 'registry'; readonly url: string; readonly path: string }
  | { readonly kind: 'foreign'; readonly host: string; readonly path: string }
  | { readonly kind: 'unclear'; readonly why: string };

// Some parsers drop or convert spaces, backslashes and control characters, and others do not.
const ambiguous = /[\s\\]|\p{Cc}/u;
const notPlain = { kind: 'unclear', why: 'its address is not a plain URL' } as const;

/** Compares an address with a registry: scheme, host and port exactly as parsed, no user name, the path below. */
export function addressOf(text: string, registry: string): Address {
  if (ambiguous.test(text)) return notPlain;
  if (!URL.canParse(text)) return { kind: 'unclear', why: 'its address is not a URL' };
  const url = new URL(text);
  const base = new URL(registry.endsWith('/') ? registry : `${registry}/`);
  const same = url.protocol === base.protocol && url.host === base.host;
  if (!same || url.username !== '' || url.password !== '' || !url.pathname.startsWith(base.pathname)) {
    return { kind: 'foreign', host: hostAsWritten(text, url), path: decoded(url.pathname) ?? '' };
  }
  if (url.search !== '') return { kind: 'unclear', why: 'its address has a query' };
  const path = decoded(url.pathname.slice(base.pathname.length));
  if (path === undefined) return { kind: 'unclear', why: 'its address is not a URL' };
  url.hash = '';
  return { kind: 'registry', url: url.href, path };
}

/** The address of a tarball, compared with several npm registries. */
export type TarballAddress =
  | {
      readonly kind: 'registry';
      /** The address to fetch it from; `undefined` unless it is at the first registry and has no query. */
      readonly url: string | undefined;
      readonly path: string;
      readonly hasQuery: boolean;
    }
  | Exclude<Address, { kind: 'registry' }>;

/** Compares an address with npm registries; it may be below any of them. */
export function tarballAddressOf(text: string, registries: readonly string[]): TarballAddress {
  const [plain = ''] = text.split('?', 1);
  const hasQuery = plain !== text;
  const found = registries.map((registry) => addressOf(ambiguous.test(text) ? text : plain, registry));
  const match = found.find((address) => address.kind === 'registry');
  if (match === undefined) return found.find((address) => address.kind !== 'registry') ?? notPlain;
  return {
    kind: 'registry',
    url: match === found[0] && !hasQuery ? match.url : undefined,
    path: match.path,
    hasQuery,
  };
}

/** The npm name and version in the path of a tarball, and whether the path ends in a hash, which identifies no version. */
export interface TarballPath {
  readonly name?: string;
  readonly version?: string;
  readonly isHash: boolean;
}

/** The supported forms of tarball addresses, for messages. */
export const supportedForms =
  '…/@jsr/<name>/<version>.tgz, …/-/<version>.tgz, …/-/<name>-<version>.tgz and, with an integrity, a hash or a query';

/**
 * Parses the path of a tarball below its registry: `@jsr/std__path/1.0.8.tgz` (JSR), `@jsr/std__path/-/` with
 * `std__path-1.0.8.tgz` (npm, JSR's coming layout, Azure, CodeArtifact), `1.0.8.tgz` (Verdaccio, Nexus) or
 * `@jsr/std__path-1.0.8.tgz` (Artifactory), and `@jsr/std__path/1.0.8/<hash>` (GitHub Packages). Names outside of JSR's
 * scope are returned as well, so that another package cannot be mistaken for a JSR package.
 */
export function parseTarballPath(path: string): TarballPath {
  const parts = path.split('/');
  const isHash = /^(?:[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.tgz)?$/i.test(
    parts.at(-1) ?? '',
  );
  // The file follows the dash, alone or with the scope before it.
  const dash =
    [parts.length - 2, parts.length - 3].find(
      (at, gap) => parts[at] === '-' && (gap === 0 || parts.at(-2)?.startsWith('@')),
    ) ?? -1;
  const scope = dash === -1 ? parts.findLastIndex((part) => part.startsWith('@')) : dash - 2;
  const isScoped = parts[scope]?.startsWith('@') === true;
  // Without a scope, only the dash shows which part is the name.
  if (!isScoped && dash < 1) return { isHash };
  const nameAt = isScoped ? scope + 1 : dash - 1;
  const own = parts[nameAt];
  if (own === undefined || own === '') return { isHash };
  const name = isScoped ? `${parts[scope]}/${own}` : own;
  const version = versionIn(parts.slice(nameAt + 1), name, own, isHash);
  return version === undefined ? { name, isHash } : { name, version, isHash };
}

function versionIn(file: readonly string[], name: string, own: string, isHash: boolean): string | undefined {
  const text = file.join('/');
  const [first = ''] = file;
  if (isHash && file.length === 2 && isVersion(first)) return first;
  if (!text.endsWith('.tgz')) return undefined;
  const stem = text.slice(0, -'.tgz'.length);
  const lead = [`-/${own}-`, `-/${name}-`, '-/'].find((start) => stem.startsWith(start)) ?? '';
  const version = stem.slice(lead.length);
  return isVersion(version) ? version : undefined;
}

/** The JSR package version in the path of a tarball, if any. */
export function packageAtPath(path: string): (PackageName & { readonly version: string }) | undefined {
  const { name: npmName = '', version } = parseTarballPath(path);
  const name = fromNpmName(npmName);
  return name === undefined || version === undefined ? undefined : { ...name, version };
}

function hostAsWritten(text: string, url: URL): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1] ?? url.host;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const user = authority.includes('@') ? '…@' : '';
  const withUser = `${user}${host}`;
  return url.protocol === 'https:' && withUser !== '' ? withUser : `${url.protocol}//${withUser}`;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
