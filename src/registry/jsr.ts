import type { FileDigest, Gathered, LinkedRepository } from '../model/evidence.ts';
import { absent, present, unavailable } from '../model/evidence.ts';
import type { PackageName, PackageVersion, Spec } from '../model/package.ts';
import { nameOf } from '../model/package.ts';
import type { Source, SourceRequest } from '../source/source.ts';
import { field, type Parsed, parseJson } from '../wire/json.ts';
import type { Addresses } from './addresses.ts';
import { chooseVersion, exactVersion, type PackageMeta, parseMeta, toLink } from './meta.ts';

const maxMetaBytes = 20_000_000;
const maxManifestBytes = 20_000_000;
const maxApiBytes = 1_000_000;

/** What a spec resolves to: a version, nothing that exists, or a registry that could not be asked. */
export type Resolution =
  | { readonly kind: 'resolved'; readonly package: PackageVersion }
  | { readonly kind: 'unresolved'; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Finds the version a spec asks for. An exact version needs no list: a registry that is down does not stand in its way. */
export async function resolve(spec: Spec, source: Source, addresses: Addresses): Promise<Resolution> {
  const kept = await collectMeta(spec, source, addresses);
  const meta =
    kept.state === 'unavailable' && source.fresh ? await collectMeta(spec, source.fresh, addresses) : kept;
  const exact = exactVersion(spec.range);
  if (meta.state === 'absent') {
    return {
      kind: 'unresolved',
      reason: `${nameOf(spec)} does not exist, or is private`,
      hint: `looked at ${meta.from}; check the spelling`,
    };
  }
  if (meta.state === 'unavailable') {
    if (exact === undefined)
      return { kind: 'unavailable', why: `the versions of ${nameOf(spec)} could not be listed: ${meta.why}` };
    return { kind: 'resolved', package: { scope: spec.scope, name: spec.name, version: exact } };
  }
  const choice = chooseVersion(spec, meta.value);
  return choice.kind === 'chosen'
    ? { kind: 'resolved', package: choice.package }
    : { ...choice, kind: 'unresolved' };
}

/** The package's version list, `meta.json`; asked once per run however many versions are looked at. */
export async function collectMeta(
  about: PackageName,
  source: Source,
  { registry }: Addresses,
  again: Again = 'kept',
): Promise<Gathered<PackageMeta>> {
  const answer = await source.ask({
    method: 'GET',
    ...askedAt(`${registry}/@${about.scope}/${about.name}/meta.json`, again),
    maxBytes: maxMetaBytes,
    backend: 'modules',
    expect: 'json',
  });
  return read(answer, parseMeta);
}

/** Whether what a cache kept for a minute will do, or the answer of now is wanted, past every cache. */
export type Again = 'kept' | 'anew';

function askedAt(url: string, again: Again): Pick<SourceRequest, 'url' | 'lifetime' | 'pastEdge'> {
  return again === 'kept'
    ? { url, lifetime: 'short' }
    : { url: `${url}?again=1`, lifetime: 'never', pastEdge: true };
}

/**
 * The version manifest's raw bytes: they are hashed, so nothing may touch them. A version that was deleted can be
 * published anew with other bytes, so what a cache kept counts only where a lockfile pins the digest; else the
 * registry is asked what it serves today.
 */
export function collectManifest(
  about: PackageVersion,
  pinned: boolean,
  source: Source,
  { registry }: Addresses,
): Promise<Gathered<Uint8Array>> {
  return source.ask({
    method: 'GET',
    url: `${registry}/@${about.scope}/${about.name}/${about.version}_meta.json`,
    maxBytes: maxManifestBytes,
    ...(pinned ? { lifetime: 'immutable' } : { lifetime: 'short', maxAgeSeconds: 0 }),
    backend: 'modules',
    expect: 'json',
  });
}

/**
 * The provenance badge: the global log index the registry keeps, or absent for "none".
 * An edge cache may hold a stale "none" for 30 days (contract 2.3), so "none" is asked once more, past every cache.
 */
export async function collectBadge(
  about: PackageVersion,
  source: Source,
  { api }: Addresses,
): Promise<Gathered<string>> {
  const url = `${api}/scopes/${about.scope}/packages/${about.name}/versions/${about.version}`;
  const ask = { method: 'GET', maxBytes: maxApiBytes, backend: 'api', expect: 'json' } as const;
  const first = read(await source.ask({ ...ask, url, lifetime: 'short', maxAgeSeconds: 30 }), parseBadge);
  const badge = flatten(first);
  if (badge.state !== 'absent') return badge;
  return flatten(read(await source.ask({ ...ask, ...askedAt(url, 'anew') }), parseBadge));
}

/**
 * The GitHub repository linked to the package today, with its id; `null` when the API says that there is none, absent
 * when the API does not know the package.
 */
export async function collectLink(
  about: PackageName,
  source: Source,
  { api }: Addresses,
  again: Again = 'kept',
): Promise<Gathered<LinkedRepository | null>> {
  const answer = await source.ask({
    method: 'GET',
    ...askedAt(`${api}/scopes/${about.scope}/packages/${about.name}`, again),
    maxBytes: maxApiBytes,
    backend: 'api',
    expect: 'json',
  });
  return read(answer, parseLink);
}

/** Size and digest of one file of a version. `path` must have passed JSR's path rules. */
export function collectFile(
  about: PackageVersion,
  path: string,
  size: number,
  source: Source,
  { registry }: Addresses,
): Promise<Gathered<FileDigest>> {
  return source.digest(fileRequest(about, path, size, registry));
}

/** The bytes of one file of a version, for whoever has to read it. `path` must have passed JSR's path rules. */
export function collectFileBytes(
  about: PackageVersion,
  path: string,
  size: number,
  source: Source,
  { registry }: Addresses,
): Promise<Gathered<Uint8Array>> {
  return source.ask(fileRequest(about, path, size, registry));
}

/** The source tarball that the publisher uploaded; undocumented, and asked for only where a statement may be about it. */
export function collectUpload(
  about: PackageVersion,
  source: Source,
  { api }: Addresses,
): Promise<Gathered<Uint8Array>> {
  return source.ask({
    method: 'GET',
    url: `${api}/scopes/${about.scope}/packages/${about.name}/versions/${about.version}/tarball`,
    maxBytes: 100_000_000,
    lifetime: 'immutable',
    backend: 'api',
    expect: 'any',
  });
}

function fileRequest(
  { scope, name, version }: PackageVersion,
  path: string,
  size: number,
  registry: string,
): SourceRequest {
  return {
    method: 'GET',
    url: `${registry}/@${scope}/${name}/${version}${path}`,
    // Room to see that a file is too large, without reading one that never ends.
    maxBytes: size + 1_000_000,
    lifetime: 'immutable',
    backend: 'modules',
    expect: 'any',
  };
}

function parseBadge(bytes: Uint8Array): Parsed<string | undefined> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the registry's answer is ${parsed.why}` };
  const badge = field(parsed.value, 'rekorLogId');
  if (badge === null) return { ok: true, value: undefined };
  if (typeof badge === 'string' && /^(?:0|[1-9][0-9]{0,18})$/.test(badge)) return { ok: true, value: badge };
  return { ok: false, why: 'the registry does not say whether there is provenance' };
}

function parseLink(bytes: Uint8Array): Parsed<LinkedRepository | null> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the registry's answer is ${parsed.why}` };
  const linked = field(parsed.value, 'githubRepository');
  if (linked === null) return { ok: true, value: null };
  const link = toLink(linked);
  return link === undefined
    ? { ok: false, why: 'the registry does not say whether a repository is linked' }
    : { ok: true, value: link };
}

function read<T>(answer: Gathered<Uint8Array>, parse: (bytes: Uint8Array) => Parsed<T>): Gathered<T> {
  if (answer.state !== 'present') return answer;
  const parsed = parse(answer.value);
  return parsed.ok ? present(parsed.value, answer.from) : unavailable(answer.from, parsed.why);
}

function flatten<T>(answer: Gathered<T | undefined>): Gathered<T> {
  if (answer.state !== 'present') return answer;
  return answer.value === undefined ? absent(answer.from) : present(answer.value, answer.from);
}
