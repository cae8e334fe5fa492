import { createHash } from 'node:crypto';

/** File names that Deno's cache derives from addresses (denoland/deno: libs/cache_dir). */

/** The folders in `vendor/` that may contain files from a registry. */
export function vendorHosts(registry: string): readonly string[] {
  const { protocol } = new URL(registry);
  const scheme = protocol === 'https:' ? '' : `${protocol.slice(0, -1)}_`;
  return authorities(registry, '_').map((authority) => vendoredPart(`${scheme}${authority}`));
}

/** The folders below `remote/` (Deno 2) and `deps/` (Deno 1) in Deno's cache that may contain files from a registry. */
export function cacheHosts(registry: string): readonly string[] {
  const { protocol } = new URL(registry);
  return authorities(registry, '_PORT').map((authority) => `${protocol.slice(0, -1)}/${authority}`);
}

/** The file name of an address in Deno's cache, below the folder of its host. */
export function cachedName(address: URL): string {
  return sha256(address.pathname);
}

/** The folder below `npm/` in Deno's cache with packages from an npm registry. */
export function npmCacheHost(npmRegistry: string): string {
  const { hostname, port } = new URL(npmRegistry);
  // Deno uses the domain of the URL, which is empty for an IP address.
  const domain = /^(?:[0-9.]+|\[.*\])$/.test(hostname) ? [] : [hostname];
  return [...domain, ...(port === '' ? [] : [port])].join('_');
}

/** The name of a folder in the path of a vendored file. */
export function vendoredPart(part: string): string {
  return mustHash(part) || hasKnownEnding(part) || reserved.test(part) ? hashedPart(part, '') : part;
}

/** Every name that Deno may give a vendored file, depending on its media type. */
export function vendoredNames(part: string): readonly string[] {
  const names = endings.map((ending) =>
    mustHash(part) || !hasKnownEnding(part) || !part.endsWith(ending) ? hashedPart(part, ending) : part,
  );
  return [...new Set(names)];
}

/** Each path in `vendor/` that Deno may use for one of these paths of a package, with the paths that it can mean. */
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

// Older versions use another separator before the port and do not escape an underscore in a host.
function authorities(address: string, mark: '_' | '_PORT'): readonly string[] {
  const { hostname, port } = new URL(address);
  const behind = (separator: string) => (port === '' ? '' : `${separator}${port}`);
  const spelled = [`${hostname}${behind(mark)}`, `${hostname.replaceAll('_', '%5f')}${behind('_port_')}`];
  return [...new Set(spelled)];
}

function hasKnownEnding(part: string): boolean {
  return knownEnding.test(part);
}

// Names that are not possible on a case-insensitive disk or on Windows, and names that are too long.
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
