import { compare, prerelease } from 'semver';
import { type Answer, answerOf, conditional, jsonAnswer, type WorldRequest } from './http.ts';
import { pinned } from './lockfiles.ts';
import { npmName, packageDependencies } from './npm.ts';
import type { Publication, Repository } from './publication.ts';
import type { RekorLog } from './rekor.ts';
import { rekorApi } from './rekor-api.ts';
import type { TufRepository } from './tuf.ts';

/** A package with all its versions, and the repository JSR shows for it. */
export interface Package {
  readonly scope: string;
  readonly name: string;
  readonly versions: ReadonlyMap<string, Publication>;
  readonly link: Repository | null;
}

/** All that the answers depend on. */
export interface Shelf {
  /** Package by `@scope/name`. */
  readonly packages: ReadonlyMap<string, Package>;
  readonly urls: { readonly registry: string; readonly npm: string };
}

/** The registry: modules for programs, an HTML page for everyone else. */
export function registryAnswer(shelf: Shelf, request: WorldRequest): Answer {
  const path = pathOf(request);
  if (path.startsWith('/api/')) return apiAnswer(shelf, { ...request, path: request.path.slice(4) });
  const match = /^\/(@[^/]+\/[^/]+)\/(?:(meta)\.json|(\d[^/]*)_meta\.json|(\d[^/]*)(\/.*))$/.exec(path);
  if (match === null || isBrowser(request)) return FRONTEND;
  const [, fullName = '', meta, manifestOf, fileOf, file = ''] = match;
  const known = shelf.packages.get(fullName);
  const bytes =
    meta !== undefined
      ? known && metaJson(known)
      : manifestOf !== undefined
        ? known?.versions.get(decoded(manifestOf))?.manifest
        : known?.versions.get(decoded(fileOf ?? ''))?.files.get(decoded(file));
  if (bytes === undefined) return conditional(notFound('modules'), request);
  const type = (meta ?? manifestOf) ? 'application/json' : contentType(file);
  return conditional(answerOf(200, type, bytes, stored('modules', meta === undefined)), request);
}

/** The management API. */
export function apiAnswer(shelf: Shelf, request: WorldRequest): Answer {
  const headers = { 'x-jsr-backend': 'api' };
  const [, scope = '', name = '', rest = ''] =
    /^\/scopes\/([^/]+)\/packages\/([^/]+)(?:\/(.+))?$/.exec(pathOf(request)) ?? [];
  const known = shelf.packages.get(`@${scope}/${name}`);
  if (known === undefined) return apiError('packageNotFound', 'The requested package was not found.');
  if (rest === '') return conditional(jsonAnswer(packageJson(known), headers), request);
  if (rest === 'versions') {
    const items = sorted(known).map((version) => versionJson(known, version, true));
    return conditional(jsonAnswer({ items, total: items.length }, { ...headers, ...edge(86_400) }), request);
  }
  const [, wanted = '', part] = /^versions\/([^/]+)(?:\/(.+))?$/.exec(rest) ?? [];
  const version = wanted === 'latest' ? latestOf(known) : known.versions.get(decoded(wanted));
  if (version === undefined) {
    return apiError('packageVersionNotFound', 'The requested package version was not found.');
  }
  if (part === undefined) {
    return conditional(
      jsonAnswer(versionJson(known, version, false), { ...headers, ...edge(2_592_000) }),
      request,
    );
  }
  return part === 'tarball'
    ? conditional(answerOf(200, 'application/gzip', version.uploaded, headers), request)
    : apiError('notFound', 'The requested path was not found.');
}

/** The npm mirror. */
export function npmAnswer(shelf: Shelf, request: WorldRequest): Answer {
  const path = pathOf(request).replace(/^\/@jsr%2f/i, '/@jsr/');
  const tarball = /^\/~\/(\d+)\/@jsr\/([^/]+?)__([^/]+)\/(.+)\.tgz$/.exec(path);
  if (tarball !== null) {
    const [, revision, scope, name, version = ''] = tarball;
    const publication = shelf.packages.get(`@${scope}/${name}`)?.versions.get(version);
    if (publication === undefined || String(publication.npmRevision) !== revision) return notFound('npm');
    const bytes = publication.npmTarball(shelf.urls.registry);
    return conditional(answerOf(200, 'application/octet-stream', bytes, stored('npm', true)), request);
  }
  const [, scope, name] = /^\/@jsr\/([^/]+?)__([^/]+)$/.exec(path) ?? [];
  const known = shelf.packages.get(`@${scope}/${name}`);
  if (known === undefined) return notFound('npm');
  const document = JSON.stringify(packument(shelf, known), null, 2);
  return conditional(answerOf(200, 'application/json', document, stored('npm', false)), request);
}

/** The log. */
export function rekorAnswer(log: RekorLog, request: WorldRequest): Answer {
  const { status, json, text } = rekorApi(log, request.method, request.path, request.body);
  return text === undefined ? jsonAnswer(json, {}, status) : answerOf(status, 'application/x-pem-file', text);
}

/** The TUF mirror. */
export function tufAnswer(tuf: TufRepository, request: WorldRequest): Answer {
  const bytes = tuf.get(decoded(pathOf(request).slice(1)));
  return bytes === undefined
    ? answerOf(404, 'text/plain', 'not found')
    : conditional(answerOf(200, 'application/octet-stream', bytes), request);
}

function metaJson({ scope, name, versions, link }: Package): string {
  const listed = [...versions.values()].map(({ version, yanked, createdAt }) => [
    version,
    { ...(yanked ? { yanked } : {}), createdAt: nanoseconds(createdAt) },
  ]);
  return JSON.stringify({
    scope,
    name,
    latest: latestOf({ versions })?.version ?? null,
    ...(link === null ? {} : { githubRepository: { owner: link.owner, name: link.name } }),
    versions: Object.fromEntries(listed) as unknown,
  });
}

function packageJson(known: Package) {
  const { scope, name, versions, link } = known;
  const dates = [...versions.values()].map(({ createdAt }) => createdAt.toISOString()).sort();
  const [createdAt = '', updatedAt = ''] = [dates[0], dates.at(-1)];
  return {
    scope,
    name,
    description: '',
    githubRepository: link && {
      id: Number(link.id),
      owner: link.owner,
      name: link.name,
      updatedAt: createdAt,
      createdAt,
    },
    runtimeCompat: {},
    updatedAt,
    createdAt,
    versionCount: versions.size,
    dependencyCount: 0,
    dependentCount: 0,
    score: 100,
    latestVersion: latestOf(known)?.version ?? null,
    whenFeatured: null,
    isArchived: false,
    readmeSource: 'readme',
  };
}

function versionJson(known: Package, publication: Publication, inList: boolean) {
  const { scope, name, version, yanked, rekorLogId, createdAt } = publication;
  const at = createdAt.toISOString();
  return {
    scope,
    package: name,
    version,
    yanked,
    usesNpm: false,
    ...(inList ? {} : { newerVersionsCount: newerThan(known, publication) }),
    rekorLogId,
    ...(inList ? {} : { license: 'MIT' }),
    readmePath: publication.files.has('/README.md') ? '/README.md' : null,
    updatedAt: at,
    createdAt: at,
    ...(inList ? { user: null } : {}),
  };
}

function packument({ urls }: Shelf, known: Package) {
  const { scope, name, link } = known;
  const full = npmName(scope, name);
  const shown = sorted(known).filter(({ yanked }) => !yanked);
  const versions = shown.map((publication) => {
    const { version } = publication;
    const { resolved: tarball, shasum, integrity } = pinned(publication, urls);
    const dist = { tarball, shasum, integrity };
    const dependencies = packageDependencies(publication.graph(), publication.texts());
    return [version, { name: full, version, description: '', dist, dependencies }];
  });
  const times = shown.map(({ version, createdAt }) => [version, createdAt.toISOString()]);
  const dates = times.map(([, at = '']) => at).sort();
  const latest = shown[0]?.version;
  return {
    name: full,
    description: '',
    ...(link === null
      ? {}
      : { repository: { type: 'git', url: `git+https://github.com/${link.owner}/${link.name}.git` } }),
    'dist-tags': latest === undefined ? {} : { latest },
    versions: Object.fromEntries(versions) as unknown,
    time: { created: dates[0], modified: dates.at(-1), ...(Object.fromEntries(times) as object) },
  };
}

/** Newest version first. */
const sorted = ({ versions }: Pick<Package, 'versions'>): readonly Publication[] =>
  [...versions.values()].sort((a, b) => compare(b.version, a.version));

const latestOf = (known: Pick<Package, 'versions'>): Publication | undefined =>
  sorted(known).find(({ version, yanked }) => !yanked && prerelease(version) === null);

const newerThan = (known: Package, { version }: Publication): number =>
  sorted(known).filter((other) => compare(other.version, version) > 0).length;

/** Percent escapes undone where they make sense. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const pathOf = ({ path }: WorldRequest): string => path.split('?')[0] ?? '';

/** Who gets the frontend: whoever prefers HTML, comes from a page, or previews links. */
function isBrowser({ method, headers }: WorldRequest): boolean {
  const destination = headers['sec-fetch-dest'] ?? 'empty';
  return (
    (method !== 'GET' && method !== 'HEAD') ||
    (headers['accept'] ?? '').startsWith('text/html') ||
    (destination !== '' && destination !== 'empty') ||
    /^(?:Slack|Iframely|Twitter|WhatsApp|Discordbot)/.test(headers['user-agent'] ?? '')
  );
}

function stored(backend: 'modules' | 'npm', immutable: boolean): Readonly<Record<string, string>> {
  return {
    'x-jsr-backend': backend,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=60, s-maxage=60',
    'content-security-policy': "default-src 'none'; script-src 'none'; style-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    'access-control-allow-origin': '*',
  };
}

const edge = (seconds: number): Readonly<Record<string, string>> => ({
  'cache-control': `public, max-age=30, s-maxage=${seconds}, stale-while-revalidate=86400`,
});

const notFound = (backend: 'modules' | 'npm'): Answer =>
  answerOf(404, 'text/plain', '404 - Not Found', { 'x-jsr-backend': backend });

const apiError = (code: string, message: string): Answer =>
  jsonAnswer({ code, message }, { 'x-jsr-backend': 'api', 'x-deno-ray': '0123456789abcdef' }, 404);

const FRONTEND = answerOf(
  200,
  'text/html; charset=utf-8',
  '<!DOCTYPE html><html><head><title>JSR</title></head><body></body></html>',
  { 'x-jsr-backend': 'frontend' },
);

/** JSR writes nine digits of a second. */
const nanoseconds = (date: Date): string => date.toISOString().replace('Z', '487057Z');

function contentType(path: string): string {
  const types: Readonly<Record<string, string>> = {
    ts: 'text/typescript',
    mts: 'text/typescript',
    tsx: 'text/tsx',
    js: 'text/javascript',
    mjs: 'text/javascript',
    json: 'application/json',
    md: 'text/markdown',
    wasm: 'application/wasm',
  };
  return types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
