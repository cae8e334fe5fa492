import type { PackageName } from '../../model/package.ts';
import { fromNpmName, isVersion } from './name.ts';

/**
 * What an address in a lockfile points at.
 *
 * - `registry`: below the configured registry, by exact origin and path; `path` is the rest, decoded.
 * - `foreign`: somewhere else; `host` is spelled as in the lockfile, without any user name or password.
 * - `unclear`: nothing that every client reads the same way.
 */
export type Address =
  | { readonly kind: 'registry'; readonly url: string; readonly path: string }
  | { readonly kind: 'foreign'; readonly host: string; readonly path: string }
  | { readonly kind: 'unclear'; readonly why: string };

// Blanks, backslashes and controls are dropped or turned by some readers and not by others.
const odd = /[\s\\]|\p{Cc}/u;
const notPlain = { kind: 'unclear', why: 'its address is not a plain URL' } as const;

/** Compares an address with a registry: scheme, host and port exactly as parsed, no user name, the path below. */
export function addressOf(text: string, registry: string): Address {
  if (odd.test(text)) return notPlain;
  if (!URL.canParse(text)) return { kind: 'unclear', why: 'its address is not a URL' };
  const url = new URL(text);
  const base = new URL(registry.endsWith('/') ? registry : `${registry}/`);
  const same = url.protocol === base.protocol && url.host === base.host;
  if (!same || url.username !== '' || url.password !== '' || !url.pathname.startsWith(base.pathname)) {
    return { kind: 'foreign', host: hostAsWritten(text, url), path: decoded(url.pathname) ?? '' };
  }
  if (url.search !== '') return { kind: 'unclear', why: 'its address carries a query' };
  const path = decoded(url.pathname.slice(base.pathname.length));
  if (path === undefined) return { kind: 'unclear', why: 'its address is not a URL' };
  url.hash = '';
  return { kind: 'registry', url: url.href, path };
}

/** An address of a tarball, seen from several npm registries. */
export type TarballAddress =
  | {
      readonly kind: 'registry';
      /** Where to fetch it; only the first registry is ever asked, and never with a query. */
      readonly url: string | undefined;
      readonly path: string;
      readonly hasQuery: boolean;
    }
  | Exclude<Address, { kind: 'registry' }>;

/** Compares an address with npm registries; it is at home below any of them. */
export function tarballAddressOf(text: string, registries: readonly string[]): TarballAddress {
  const [plain = ''] = text.split('?', 1);
  const hasQuery = plain !== text;
  const found = registries.map((registry) => addressOf(odd.test(text) ? text : plain, registry));
  const home = found.find((address) => address.kind === 'registry');
  if (home === undefined) return found.find((address) => address.kind !== 'registry') ?? notPlain;
  return {
    kind: 'registry',
    url: home === found[0] && !hasQuery ? home.url : undefined,
    path: home.path,
    hasQuery,
  };
}

/** What the path of a tarball tells: the npm name, the version, and whether it ends in a hash that could be anything. */
export interface Told {
  readonly name?: string;
  readonly version?: string;
  readonly isHash: boolean;
}

/** The forms of addresses that tell which package a tarball is of, for messages. */
export const understoodForms =
  '…/@jsr/<name>/<version>.tgz, …/-/<version>.tgz, …/-/<name>-<version>.tgz and, with an integrity, a hash or a query';

/**
 * Reads the path of a tarball below its registry: `@jsr/std__path/1.0.8.tgz` (JSR), `@jsr/std__path/-/` with
 * `std__path-1.0.8.tgz` (npm, JSR's coming layout, Azure, CodeArtifact), `1.0.8.tgz` (Verdaccio, Nexus) or
 * `@jsr/std__path-1.0.8.tgz` (Artifactory), and `@jsr/std__path/1.0.8/<hash>` (GitHub Packages). Packages that are not
 * from JSR are told as well, so that none of them passes for one that is.
 */
export function toldByPath(path: string): Told {
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
  // Without a scope, only the dash tells which part is the name.
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

/** The JSR package version that a tarball's path names, if it names one. */
export function packageAtPath(path: string): (PackageName & { readonly version: string }) | undefined {
  const { name: npmName = '', version } = toldByPath(path);
  const name = fromNpmName(npmName);
  return name === undefined || version === undefined ? undefined : { ...name, version };
}

function hostAsWritten(text: string, url: URL): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1] ?? url.host;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const user = authority.includes('@') ? '…@' : '';
  const shown = `${user}${host}`;
  return url.protocol === 'https:' && shown !== '' ? shown : `${url.protocol}//${shown}`;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
