import { join, resolve, sep } from 'node:path';
import { fromNpmName } from '../../lockfile/parts/name.ts';
import type { PackageName } from '../../model/package.ts';
import { at, parseJson, textAt } from '../../wire/json.ts';
import type { InstalledDisk } from '../disk.ts';

/** Where Yarn's Plug'n'Play loads a JSR package from. */
export interface PnpPackage {
  readonly package: PackageName;
  readonly version: string | undefined;
  /** Absolute: a folder, or an archive with the package below `prefix`. */
  readonly path: string;
  readonly prefix?: string;
}

const maxBytes = 200 * 1024 * 1024;
const maxPackages = 100_000;

/** Reads from Yarn's own table, as data and without running it, where JSR packages are loaded from; or says why not. */
export async function readPnp(
  disk: InstalledDisk,
  folder: string,
): Promise<readonly PnpPackage[] | { readonly why: string }> {
  const table = await readTable(disk, folder);
  if ('why' in table) return table;
  const registry = at(table.value, 'packageRegistryData');
  if (!Array.isArray(registry) || registry.length > maxPackages)
    return { why: 'it has no packageRegistryData' };
  const found: PnpPackage[] = [];
  for (const named of registry) {
    const ident = textAt(named, 0);
    const references = at(named, 1);
    for (const entry of Array.isArray(references) ? references : []) {
      const location = textAt(entry, 1, 'packageLocation');
      if (location === undefined) continue;
      const one = toPackage(folder, ident ?? '', textAt(entry, 0) ?? '', location);
      if (one !== undefined) found.push(one);
    }
  }
  return found;
}

async function readTable(
  disk: InstalledDisk,
  folder: string,
): Promise<{ readonly value: unknown } | { readonly why: string }> {
  const data = await disk.read(join(folder, '.pnp.data.json'), maxBytes);
  if (data.state === 'present') return parsed(data.value);
  for (const name of ['.pnp.cjs', '.pnp.js']) {
    const script = await disk.read(join(folder, name), maxBytes);
    if (script.state === 'unavailable') return { why: script.why };
    if (script.state === 'absent') continue;
    const text = Buffer.from(script.value).toString('utf8');
    const quoted = quotedText(text, '\nconst RAW_RUNTIME_STATE =\n');
    if (quoted === undefined) return { why: 'it has no RAW_RUNTIME_STATE' };
    const unquoted = quoted.replace(/\\(.)/gs, '$1');
    return parsed(Buffer.from(unquoted));
  }
  return { why: 'it is not there' };
}

// A text in single quotes over many lines; a backslash keeps whatever follows, line breaks too.
function quotedText(script: string, before: string): string | undefined {
  const start = script.indexOf(`${before}'`);
  if (start === -1) return undefined;
  const first = start + before.length + 1;
  for (let at = first; at < script.length; at += 1) {
    if (script[at] === '\\') at += 1;
    else if (script[at] === "'") return script.slice(first, at);
  }
  return undefined;
}

function parsed(bytes: Uint8Array): { readonly value: unknown } | { readonly why: string } {
  const outcome = parseJson(bytes);
  return outcome.ok ? { value: outcome.value } : { why: outcome.why };
}

function toPackage(
  folder: string,
  ident: string,
  reference: string,
  location: string,
): PnpPackage | undefined {
  const inArchive = /^(.*\.zip)\/(node_modules\/(?:@[^/]+\/)?[^/]+\/)$/.exec(location);
  const inside = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/?$/.exec(location)?.[1];
  const named = fromNpmName(ident) ?? fromNpmName(inside ?? '');
  if (named === undefined) return undefined;
  const version = /^(?:virtual:[^#]*#)?(?:npm|jsr):([^:]+?)(?:::.*)?$/.exec(reference)?.[1];
  const path = resolve(folder, (inArchive?.[1] ?? location).replaceAll('/', sep));
  const prefix = inArchive?.[2];
  return { package: named, version, path, ...(prefix === undefined ? {} : { prefix }) };
}
