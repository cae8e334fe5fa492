import { createHash } from 'node:crypto';

/** Deno's own names for things it keeps, as its cache makes them out of addresses (denoland/deno: libs/cache_dir). */

/** The folders in `vendor/` that may hold what comes from a registry. */
export function vendorHosts(registry: string): readonly string[] {
  const { protocol } = new URL(registry);
  const scheme = protocol === 'https:' ? '' : `${protocol.slice(0, -1)}_`;
  return authorities(registry, '_').map((authority) => vendoredPart(`${scheme}${authority}`));
}

/** The folders below `remote/` (Deno 2) and `deps/` (Deno 1) of Deno's cache that may hold what comes from a registry. */
export function cacheHosts(registry: string): readonly string[] {
  const { protocol } = new URL(registry);
  return authorities(registry, '_PORT').map((authority) => `${protocol.slice(0, -1)}/${authority}`);
}

/** The file of an address in Deno's cache, below the folder of its host. */
export function cachedName(address: URL): string {
  return sha256(address.pathname);
}

/** The folder below `npm/` of Deno's cache that holds what comes from an npm registry. */
export function npmCacheHost(npmRegistry: string): string {
  const { hostname, port } = new URL(npmRegistry);
  // Deno asks for the domain, which an address of numbers has none of.
  const domain = /^(?:[0-9.]+|\[.*\])$/.test(hostname) ? [] : [hostname];
  return [...domain, ...(port === '' ? [] : [port])].join('_');
}

/** The name of a folder on the way to a vendored file. */
export function vendoredPart(part: string): string {
  return mustHash(part) || hasKnownEnding(part) || reserved.test(part) ? hashedPart(part, '') : part;
}

/** Every name that Deno may give a vendored file, depending on the media type it was served with. */
export function vendoredNames(part: string): readonly string[] {
  const names = endings.map((ending) =>
    mustHash(part) || !hasKnownEnding(part) || !part.endsWith(ending) ? hashedPart(part, ending) : part,
  );
  return [...new Set(names)];
}

/** For every place in `vendor/` that Deno may give one of these paths of a package, the paths it can stand for. */
export function vendoredPlaces(paths: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const path of paths) {
    const parts = new URL(`https://jsr.io${path}`).pathname.slice(1).split('/');
    const folder = parts.slice(0, -1).map((part) => `/${vendoredPart(part)}`);
    for (const name of vendoredNames(parts.at(-1) ?? '')) {
      const place = `${folder.join('')}/${name}`;
      places.set(place, [...(places.get(place) ?? []), path]);
    }
  }
  return places;
}

const endings = [
  ...['.js', '.jsx', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.d.ts', '.d.mts', '.d.cts', '.tsx', '.css'],
  ...['.json', '.jsonc', '.json5', '.md', '.wasm', '.html', '.sql'],
];
const knownEnding = /\.(?:js|ts|jsx|tsx|mts|mjs|json|wasm)$/i;
const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
const longestPart = 30;

// Older versions put the port behind a mark of their own and leave an underscore in a host as it is.
function authorities(address: string, mark: '_' | '_PORT'): readonly string[] {
  const { hostname, port } = new URL(address);
  const behind = (separator: string) => (port === '' ? '' : `${separator}${port}`);
  const spelled = [`${hostname}${behind(mark)}`, `${hostname.replaceAll('_', '%5f')}${behind('_port_')}`];
  return [...new Set(spelled)];
}

function hasKnownEnding(part: string): boolean {
  return knownEnding.test(part);
}

// What a case-insensitive disk or Windows could not hold, and what is too long for it.
function mustHash(part: string): boolean {
  return (
    part === '' ||
    part.length > longestPart ||
    part.startsWith('#') ||
    part.endsWith('.') ||
    /[A-Z?<>:*|\\"'/]/.test(part)
  );
}

function hashedPart(part: string, ending: string): string {
  const hash = sha256(part);
  const start = part
    .slice(0, 20)
    .replace(/[?].*$/s, '')
    .replace(/[<>:*|\\"'/]/g, '_')
    .toLowerCase();
  const stem = ending !== '' && start.endsWith(ending) ? start.slice(0, -ending.length) : start;
  return stem === '' ? `#${hash.slice(0, 7)}${ending}` : `#${stem}_${hash.slice(0, 5)}${ending}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
