import {
  absent,
  type FileDigest,
  type Gathered,
  type LinkedRepository,
  present,
  unavailable,
} from '../model/evidence.ts';
import { nameOf, npmNameOf, type PackageName, type PackageVersion, type Spec } from '../model/package.ts';
import type { Source, SourceRequest } from '../source/source.ts';
import type { Parsed } from '../wire/json.ts';
import type { Addresses } from './addresses.ts';
import { parseBadge, parseLink } from './api.ts';
import { chooseVersion, exactVersion, type PackageMeta, parseMeta } from './meta.ts';
import { type Dist, parsePackument } from './packument.ts';

const maxMetaBytes = 20_000_000;
const maxManifestBytes = 20_000_000;
const maxApiBytes = 1_000_000;
const maxUploadBytes = 100_000_000;
const maxPackumentBytes = 50_000_000;
const maxTarballBytes = 64_000_000;

/** What a spec resolves to: a version, nothing that exists, or a registry that could not be asked. */
export type Resolution =
  | { readonly kind: 'resolved'; readonly package: PackageVersion }
  | { readonly kind: 'unresolved'; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Whether what a cache kept for a minute is enough, or the answer of now is wanted, past every cache. */
export type Again = 'kept' | 'anew';

/** One file of a package version; `path` must have passed JSR's path rules, `size` is in bytes. */
export interface FileOfVersion {
  readonly package: PackageVersion;
  readonly path: string;
  readonly size: number;
}

/**
 * JSR's registry, its API and its npm registry, asked over one source. Nothing that they say is proof.
 *
 * No method rejects, except with the reason of an aborted signal of the source.
 */
export interface Registry {
  /** Base URL of the registry itself, without a slash at its end. */
  readonly address: string;
  /** Finds the version a spec asks for. An exact version needs no list, so it resolves even when the registry is down. */
  resolve(spec: Spec): Promise<Resolution>;
  /** The package's version list, `meta.json`; asked once per run however many versions are looked at. */
  meta(about: PackageName, again?: Again): Promise<Gathered<PackageMeta>>;
  /**
   * The version manifest's raw bytes: they are hashed, so nothing may change them. A version that was deleted can be
   * published again with other bytes. So a cached copy counts only where a lockfile pins the digest (`pinned`); otherwise
   * the registry is asked what it serves today.
   */
  manifest(about: PackageVersion, pinned: boolean): Promise<Gathered<Uint8Array>>;
  /**
   * The provenance badge: the global log index the registry keeps, or absent for "none".
   * An edge cache may hold a stale "none" for 30 days (contract 2.3), so "none" is asked once more, past every cache.
   */
  badge(about: PackageVersion): Promise<Gathered<string>>;
  /**
   * The GitHub repository linked to the package today, with its id; `null` when the API says that there is none, absent
   * when the API does not know the package.
   */
  link(about: PackageName, again?: Again): Promise<Gathered<LinkedRepository | null>>;
  /** Size and digest of a file, hashed as it streams past. */
  fileDigest(file: FileOfVersion): Promise<Gathered<FileDigest>>;
  /** The bytes of a file, for callers that have to read it. */
  fileBytes(file: FileOfVersion): Promise<Gathered<Uint8Array>>;
  /** The source tarball that the publisher uploaded; undocumented, and asked for only where a statement may be about it. */
  upload(about: PackageVersion): Promise<Gathered<Uint8Array>>;
  /** The npm tarball of a version today; absent when the npm registry does not list the version, as with yanked ones (contract 3.1). */
  dist(about: PackageVersion): Promise<Gathered<Dist>>;
  /** The bytes of an npm tarball; only the configured npm registry is asked, whatever address a packument or a lockfile names. */
  tarball(url: string): Promise<Gathered<Uint8Array>>;
}

/** The registry at these addresses. To look past what the source's cache kept, open it again over `source.fresh`. */
export function openRegistry(source: Source, addresses: Addresses): Registry {
  return new JsrRegistry(source, addresses);
}

/** Which of JSR's servers must have answered; the header is for debugging, so its absence says nothing (contract 1.1). */
type Backend = 'modules' | 'api' | 'npm';

class JsrRegistry implements Registry {
  readonly #source: Source;
  readonly #addresses: Addresses;

  constructor(source: Source, addresses: Addresses) {
    this.#source = source;
    this.#addresses = addresses;
  }

  get address(): string {
    return this.#addresses.registry;
  }

  async resolve(spec: Spec): Promise<Resolution> {
    const kept = await this.meta(spec);
    const { fresh } = this.#source;
    const meta =
      kept.state === 'unavailable' && fresh ? await openRegistry(fresh, this.#addresses).meta(spec) : kept;
    const exact = exactVersion(spec.range);
    if (meta.state === 'absent') {
      return {
        kind: 'unresolved',
        reason: 'does not exist, or is private',
        hint: `looked at ${meta.from}; check the spelling`,
      };
    }
    if (meta.state === 'unavailable') {
      if (exact === undefined)
        return {
          kind: 'unavailable',
          why: `the versions of ${nameOf(spec)} could not be listed: ${meta.why}`,
        };
      return { kind: 'resolved', package: { scope: spec.scope, name: spec.name, version: exact } };
    }
    const choice = chooseVersion(spec, meta.value);
    return choice.kind === 'chosen'
      ? { kind: 'resolved', package: choice.package }
      : { ...choice, kind: 'unresolved' };
  }

  async meta({ scope, name }: PackageName, again: Again = 'kept'): Promise<Gathered<PackageMeta>> {
    const answer = await this.#source.ask({
      ...asking('modules', 'json', maxMetaBytes),
      ...addressed(`${this.address}/@${scope}/${name}/meta.json`, again),
    });
    return read(answer, parseMeta);
  }

  manifest({ scope, name, version }: PackageVersion, pinned: boolean): Promise<Gathered<Uint8Array>> {
    return this.#source.ask({
      ...asking('modules', 'json', maxManifestBytes),
      url: `${this.address}/@${scope}/${name}/${version}_meta.json`,
      ...(pinned ? { lifetime: 'immutable' } : { lifetime: 'short', maxAgeSeconds: 0 }),
    });
  }

  async badge(about: PackageVersion): Promise<Gathered<string>> {
    const url = this.#apiOf(about);
    const ask = asking('api', 'json', maxApiBytes);
    const first = await this.#source.ask({ ...ask, url, lifetime: 'short', maxAgeSeconds: 30 });
    const badge = flatten(read(first, parseBadge));
    if (badge.state !== 'absent') return badge;
    return flatten(read(await this.#source.ask({ ...ask, ...addressed(url, 'anew') }), parseBadge));
  }

  async link(
    { scope, name }: PackageName,
    again: Again = 'kept',
  ): Promise<Gathered<LinkedRepository | null>> {
    const answer = await this.#source.ask({
      ...asking('api', 'json', maxApiBytes),
      ...addressed(`${this.#addresses.api}/scopes/${scope}/packages/${name}`, again),
    });
    return read(answer, parseLink);
  }

  fileDigest(file: FileOfVersion): Promise<Gathered<FileDigest>> {
    return this.#source.digest(this.#requestFor(file));
  }

  fileBytes(file: FileOfVersion): Promise<Gathered<Uint8Array>> {
    return this.#source.ask(this.#requestFor(file));
  }

  upload(about: PackageVersion): Promise<Gathered<Uint8Array>> {
    return this.#source.ask({
      ...asking('api', 'any', maxUploadBytes),
      url: `${this.#apiOf(about)}/tarball`,
      lifetime: 'immutable',
    });
  }

  async dist(about: PackageVersion): Promise<Gathered<Dist>> {
    const url = `${this.#addresses.npmRegistry}/${npmNameOf(about)}`;
    const ask = asking('npm', 'json', maxPackumentBytes);
    const answer = await this.#source.ask({ ...ask, url, lifetime: 'short' });
    return { ...flatten(read(answer, (bytes) => parsePackument(bytes, about.version))), from: url };
  }

  async tarball(url: string): Promise<Gathered<Uint8Array>> {
    if (!isOriginOf(this.#addresses.npmRegistry, url))
      return unavailable(url, { kind: 'refused', why: 'it is not on the npm registry that is configured' });
    return this.#source.ask({ ...asking('npm', 'any', maxTarballBytes), url, lifetime: 'immutable' });
  }

  #apiOf({ scope, name, version }: PackageVersion): string {
    return `${this.#addresses.api}/scopes/${scope}/packages/${name}/versions/${version}`;
  }

  #requestFor({ package: { scope, name, version }, path, size }: FileOfVersion): SourceRequest {
    return {
      // Room to see that a file is too large, without reading one that never ends.
      ...asking('modules', 'any', size + 1_000_000),
      url: `${this.address}/@${scope}/${name}/${version}${path}`,
      lifetime: 'immutable',
    };
  }
}

function asking(backend: Backend, expect: SourceRequest['expect'], maxBytes: number) {
  return {
    method: 'GET',
    maxBytes,
    expect,
    answeredBy: { header: 'x-jsr-backend', value: backend },
  } as const satisfies Partial<SourceRequest>;
}

function addressed(url: string, again: Again): Pick<SourceRequest, 'url' | 'lifetime' | 'pastEdge'> {
  return again === 'kept'
    ? { url, lifetime: 'short' }
    : { url: `${url}?again=1`, lifetime: 'never', pastEdge: true };
}

function read<T>(answer: Gathered<Uint8Array>, parse: (bytes: Uint8Array) => Parsed<T>): Gathered<T> {
  if (answer.state !== 'present') return answer;
  const parsed = parse(answer.value);
  return parsed.ok
    ? present(parsed.value, answer.from)
    : unavailable(answer.from, { kind: 'unreadable', why: parsed.why });
}

function flatten<T>(answer: Gathered<T | undefined>): Gathered<T> {
  if (answer.state !== 'present') return answer;
  return answer.value === undefined ? absent(answer.from) : present(answer.value, answer.from);
}

function isOriginOf(npmRegistry: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, username, password } = new URL(url);
  return origin === new URL(npmRegistry).origin && username === '' && password === '';
}
