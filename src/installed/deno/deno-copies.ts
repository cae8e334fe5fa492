import { join } from 'node:path';
import { npmNameOf, type PackageVersion } from '../../model/package.ts';
import { foldPath } from '../../model/path.ts';
import { at, field, isRecord, parseJson, textAt } from '../../wire/json.ts';
import type { AllowedFolders } from '../allowed-folders.ts';
import type { CacheCopy, VendorCopy, VersionMetadata } from '../copies.ts';
import type { InstalledDisk, OnDisk } from '../disk.ts';
import { hashFolder } from '../hash.ts';
import {
  cachedName,
  cacheHosts,
  npmCacheHost,
  vendoredNames,
  vendoredPart,
  vendorHosts,
} from './deno-paths.ts';
import { readVersionMetadata } from './metadata.ts';

const maxMetadata = 32 * 1024 * 1024;
const maxTrailer = 64 * 1024;
const trailer = Buffer.from('\n// denoCacheMetadata=');
/** Headers that make Deno load something else than the requested address; the registry does not send them. */
const redirectHeaders = ['location', 'x-typescript-types'];

/** The headers in `vendor/manifest.json`, by address. */
export type VendorHeaders = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/**
 * Reads the headers that Deno stores for vendored files: empty when the file does not exist, a reason when it cannot be
 * read.
 */
export async function readVendorHeaders(
  disk: InstalledDisk,
  vendor: string,
): Promise<VendorHeaders | { readonly why: string }> {
  const read = await disk.read(join(vendor, 'manifest.json'), maxMetadata);
  if (read.state === 'unavailable') return { why: read.why };
  if (read.state === 'absent') return new Map();
  const parsed = parseJson(read.value);
  if (!parsed.ok) return { why: parsed.why };
  const headers = new Map<string, Readonly<Record<string, unknown>>>();
  const modules = at(parsed.value, 'modules');
  for (const [address, entry] of isRecord(modules) ? Object.entries(modules) : []) {
    const kept = field(entry, 'headers');
    headers.set(address, isRecord(kept) ? kept : {});
  }
  return headers;
}

/** The copies in a `vendor/` folder, and the links out of the project that were not followed. */
export interface Vendored {
  readonly copies: readonly VendorCopy[];
  readonly linksOutside: readonly { readonly path: string; readonly to: string }[];
}

/** Finds the copies of a package version in Deno's `vendor/` folder; links are followed only inside the project. */
export async function findVendored(
  disk: InstalledDisk,
  allowed: AllowedFolders,
  vendor: string,
  { scope, name, version }: PackageVersion,
  { registry, headers }: { readonly registry: string; readonly headers: VendorHeaders },
): Promise<Vendored> {
  const copies: VendorCopy[] = [];
  const linksOutside: { path: string; to: string }[] = [];
  const follow = async (path: string): Promise<string | undefined> => {
    const entered = await allowed.enter(path);
    if (entered.kind === 'outside') linksOutside.push({ path, to: entered.to });
    return entered.kind === 'inside' ? entered.path : undefined;
  };
  const base = `${registry}/@${scope}/${name}/${version}`;
  const parts = new URL(`${registry}/@${scope}/${name}`).pathname.slice(1).split('/');
  for (const host of vendorHosts(registry)) {
    const above = await follow(join(vendor, host, ...parts.map(vendoredPart)));
    if (above === undefined) continue;
    const folder = await follow(join(above, vendoredPart(version)));
    const metadata = await readVendored(disk, above, `${version}_meta.json`);
    if (folder === undefined && metadata === undefined) continue;
    copies.push({
      kind: 'vendor',
      place: allowed.shown(folder ?? above),
      files: folder === undefined ? new Map() : (await hashFolder(disk, folder, 'files')).files,
      metadata,
      rerouted: [...headers]
        .filter(([address]) => address.startsWith(`${base}/`) || address === `${base}_meta.json`)
        .flatMap(([address, kept]) => reroutes(address.slice(base.length), kept)),
    });
  }
  return { copies, linksOutside };
}

/** Finds the copies of a package version in Deno's global cache, where the name of a file is a hash of its address. */
export async function findCached(
  disk: InstalledDisk,
  allowed: AllowedFolders,
  denoDir: string,
  { scope, name, version }: PackageVersion,
  registry: string,
): Promise<readonly CacheCopy[]> {
  const copies: CacheCopy[] = [];
  for (const folder of ['remote', 'deps'].flatMap((kind) =>
    cacheHosts(registry).map((host) => join(denoDir, kind, ...host.split('/'))),
  )) {
    const pathOf = (path: string) =>
      join(folder, cachedName(new URL(`${registry}/@${scope}/${name}/${version}${path}`)));
    const stored = await findStored(disk, pathOf('_meta.json'));
    // Without the metadata, Deno cannot load any file of the package.
    if (stored === undefined) continue;
    const metadata = await readStored(disk, pathOf('_meta.json'), stored);
    const rerouted = reroutes('_meta.json', stored.headers);
    const files = new Map<string, OnDisk>();
    for (const path of metadata.state === 'read' ? metadata.files.keys() : []) {
      const file = await findStored(disk, pathOf(path));
      if (file === undefined) continue;
      const found = await disk.digest(pathOf(path), file.length);
      if (found !== undefined) files.set(path, found);
      rerouted.push(...reroutes(path, file.headers));
    }
    copies.push({ kind: 'cache', place: allowed.shown(folder), files, metadata, rerouted });
  }
  return copies;
}

/** The folders in Deno's cache with a package version from the npm registry; several when peer dependencies differ. */
export async function findNpmCached(
  disk: InstalledDisk,
  denoDir: string,
  about: PackageVersion,
  npmRegistry: string,
): Promise<readonly string[]> {
  const folder = join(denoDir, 'npm', npmCacheHost(npmRegistry), ...npmNameOf(about).split('/'));
  const listed = await disk.list(folder);
  if (listed.state !== 'present') return [];
  // A case-insensitive disk finds the folder in any case.
  const version = foldPath(about.version);
  return listed.value
    .filter(({ kind, name }) => kind === 'folder' && foldPath(name.replace(/_\d+$/, '')) === version)
    .map(({ name }) => join(folder, name));
}

async function readVendored(
  disk: InstalledDisk,
  folder: string,
  name: string,
): Promise<VersionMetadata | undefined> {
  for (const spelled of vendoredNames(name)) {
    const read = await disk.read(join(folder, spelled), maxMetadata);
    if (read.state === 'present') return readVersionMetadata(read.value);
    if (read.state === 'unavailable') return { state: 'unread', why: read.why };
  }
  return undefined;
}

/** A cached file: the length of its content in bytes, if known, and its headers. */
interface Stored {
  readonly length?: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

// Deno 2 writes the headers after the content, Deno 1 into another file; without headers it ignores the file.
async function findStored(disk: InstalledDisk, path: string): Promise<Stored | undefined> {
  const end = await disk.tail(path, maxTrailer);
  if (end.state === 'absent') return undefined;
  // The error is reported when the file is hashed.
  if (end.state === 'unavailable') return { headers: {} };
  const { bytes, size } = end.value;
  const text = Buffer.from(bytes);
  const cut = text.lastIndexOf('\n');
  if (cut !== -1 && text.subarray(cut, cut + trailer.length).equals(trailer)) {
    return { length: size - text.length + cut, headers: headersOf(text.subarray(cut + trailer.length)) };
  }
  const beside = await disk.read(`${path}.metadata.json`, maxTrailer);
  return beside.state === 'present' ? { length: size, headers: headersOf(beside.value) } : undefined;
}

function headersOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const parsed = parseJson(bytes);
  const headers = parsed.ok ? field(parsed.value, 'headers') : undefined;
  return isRecord(headers) ? headers : {};
}

async function readStored(disk: InstalledDisk, path: string, { length }: Stored): Promise<VersionMetadata> {
  const read = await disk.read(path, maxMetadata);
  if (read.state !== 'present')
    return { state: 'unread', why: read.state === 'absent' ? 'it was removed while it was read' : read.why };
  return readVersionMetadata(read.value.subarray(0, length));
}

function reroutes(path: string, headers: Readonly<Record<string, unknown>>): string[] {
  return redirectHeaders.flatMap((name) => {
    const to = textAt(headers, name);
    return to === undefined ? [] : [`${path} leads to ${to}`];
  });
}
