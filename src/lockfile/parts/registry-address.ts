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

/** Compares an address with a registry: scheme, host and port exactly as parsed, no user name, the path below. */
export function addressOf(text: string, registry: string): Address {
  // Blanks, backslashes and controls are dropped or turned by some readers and not by others.
  if (/[\s\\]|\p{Cc}/u.test(text)) return { kind: 'unclear', why: 'its address is not a plain URL' };
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

/** The package version a tarball's path names, in JSR's own form or the one other npm registries use. */
export function packageAtPath(path: string): (PackageName & { readonly version: string }) | undefined {
  const parts = path.split('/');
  const scope = parts.lastIndexOf('@jsr', parts.length - 3);
  const rest = parts.slice(scope + 1);
  const [npmName, ...file] = rest;
  if (scope === -1 || npmName === undefined) return undefined;
  const name = fromNpmName(`@jsr/${npmName}`);
  const version = versionIn(file.join('/'), npmName);
  return name === undefined || version === undefined ? undefined : { ...name, version };
}

// `1.0.8.tgz`, `-/std__path-1.0.8.tgz`, `-/@jsr/std__path-1.0.8.tgz`.
function versionIn(file: string, npmName: string): string | undefined {
  if (!file.endsWith('.tgz')) return undefined;
  const stem = file.slice(0, -'.tgz'.length);
  const lead = [`-/${npmName}-`, `-/@jsr/${npmName}-`].find((start) => stem.startsWith(start)) ?? '';
  const version = stem.slice(lead.length);
  return isVersion(version) ? version : undefined;
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
