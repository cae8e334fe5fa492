import nodePath, { join, posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fromNpmName } from '../../lockfile/parts/name.ts';
import { type PathRules, slashed } from '../../model/disk-path.ts';
import { npmNameOf, type PackageName } from '../../model/package.ts';
import { at, parseJson, textAt } from '../../wire/json.ts';
import type { InstalledDisk } from '../disk.ts';
import type { Names } from './names.ts';

/** A JSR package in Yarn's Plug'n'Play table, and the location that it is loaded from. */
export interface PnpPackage {
  readonly package: PackageName;
  readonly version: string | undefined;
  /** Absolute path of a folder, or of an archive with the package below `prefix`. */
  readonly path: string;
  readonly prefix?: string;
}

const maxBytes = 200 * 1024 * 1024;
const maxPackages = 100_000;
const marker = '\nconst RAW_RUNTIME_STATE =\n';

/**
 * Reads the JSR packages in Yarn's table as data, without running it; or returns the reason why it cannot be read. A
 * dependency under a JSR name, or under a name that a lockfile uses for a JSR package, must resolve to that package.
 */
export async function readPnp(
  disk: InstalledDisk,
  folder: string,
  names: Names,
): Promise<readonly PnpPackage[] | { readonly why: string }> {
  const table = await readTable(disk, folder);
  if ('why' in table) return table;
  const registry = at(table.value, 'packageRegistryData');
  if (!Array.isArray(registry) || registry.length > maxPackages)
    return { why: 'it has no packageRegistryData' };
  const asked = new Map<string, PackageName[]>();
  const entries: { ident: string; reference: string; location: string }[] = [];
  for (const named of registry) {
    const ident = textAt(named, 0) ?? '';
    const references = at(named, 1);
    for (const entry of Array.isArray(references) ? references : []) {
      const reference = textAt(entry, 0) ?? '';
      const location = textAt(entry, 1, 'packageLocation');
      if (location !== undefined) entries.push({ ident, reference, location });
      const dependencies = at(entry, 1, 'packageDependencies');
      for (const one of Array.isArray(dependencies) ? dependencies : []) addDependency(one, names, asked);
    }
  }
  const found: PnpPackage[] = [];
  for (const { ident, reference, location } of entries) {
    const meant = asked.get(keyOf(ident, reference)) ?? [];
    found.push(...toPackages(folder, ident, reference, location, meant));
  }
  return found;
}

/** Adds the JSR package of a dependency `[name, reference]` or `[name, [ident, reference]]`, by the entry it resolves to. */
function addDependency(dependency: unknown, names: Names, asked: Map<string, PackageName[]>): void {
  const name = textAt(dependency, 0) ?? '';
  const own = fromNpmName(name);
  // A name that also means another package is ambiguous here.
  const meant = own !== undefined ? [own] : names.isShared(name) ? [] : names.jsr(name);
  if (meant.length === 0) return;
  const answer = at(dependency, 1);
  const ident = Array.isArray(answer) ? (textAt(answer, 0) ?? '') : name;
  const reference = Array.isArray(answer) ? textAt(answer, 1) : answer;
  const key = keyOf(ident, typeof reference === 'string' ? reference : '');
  const known = asked.get(key) ?? [];
  // When the name means several JSR packages, the entry must be one of them.
  const matching = meant.filter((one) => npmNameOf(one) === ident);
  for (const one of matching.length > 0 ? matching : meant)
    if (!known.some((other) => npmNameOf(other) === npmNameOf(one))) known.push(one);
  asked.set(key, known);
}

function keyOf(ident: string, reference: string): string {
  return `${ident}\0${reference}`;
}

// Yarn writes the table into the script or beside it, never both.
async function readTable(
  disk: InstalledDisk,
  folder: string,
): Promise<{ readonly value: unknown } | { readonly why: string }> {
  const tables: { readonly value: unknown }[] = [];
  for (const name of ['.pnp.data.json', '.pnp.cjs', '.pnp.js']) {
    const file = await disk.read(join(folder, name), maxBytes);
    if (file.state === 'unavailable') return { why: file.why };
    if (file.state === 'absent') continue;
    const table = name.endsWith('.json') ? parsed(file.value) : inlined(file.value);
    if (table === undefined) continue;
    if ('why' in table) return table;
    tables.push(table);
  }
  const [first, ...others] = tables;
  if (first === undefined) return { why: 'it has no RAW_RUNTIME_STATE, and there is no .pnp.data.json' };
  return others.every((other) => isDeepStrictEqual(first.value, other.value))
    ? first
    : { why: 'it has two tables that differ' };
}

/** The table in a script, if there is one. */
function inlined(script: Uint8Array): { readonly value: unknown } | { readonly why: string } | undefined {
  const text = Buffer.from(script).toString('utf8');
  const start = text.indexOf(marker);
  if (start === -1) return undefined;
  if (text.indexOf(marker, start + 1) !== -1) return { why: 'it has RAW_RUNTIME_STATE twice' };
  const quoted = quotedText(text, marker);
  if (quoted === undefined) return { why: 'its RAW_RUNTIME_STATE is not terminated' };
  return parsed(Buffer.from(quoted.replace(/\\(.)/gs, '$1')));
}

// A single-quoted text over many lines; a backslash escapes the next character, also a line break.
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

/** Resolves a location in Yarn's table against the folder of the table; Yarn writes drive `D:` as the folder `/D:`. */
export function yarnPlace(folder: string, location: string, rules: PathRules = nodePath): string {
  const onDrive = /^[a-z]:/i.test(rules.parse(folder).root);
  const place = onDrive ? posix.resolve(`/${slashed(folder, rules)}`, location) : '';
  return /^\/[a-z]:(?:\/|$)/i.test(place)
    ? rules.resolve(`${place.slice(1)}/`)
    : rules.resolve(folder, location.replaceAll('/', rules.sep));
}

function toPackages(
  folder: string,
  ident: string,
  reference: string,
  location: string,
  asked: readonly PackageName[],
): readonly PnpPackage[] {
  const inArchive = /^(.*\.zip)\/(node_modules\/(?:@[^/]+\/)?[^/]+\/)$/.exec(location);
  const inside = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/?$/.exec(location)?.[1];
  const own = fromNpmName(ident) ?? (asked.length > 0 ? undefined : fromNpmName(inside ?? ''));
  const others = asked.filter((one) => own === undefined || npmNameOf(one) !== npmNameOf(own));
  const version = /^(?:virtual:[^#]*#)?(?:npm|jsr):([^:]+?)(?:::.*)?$/.exec(reference)?.[1];
  const path = yarnPlace(folder, inArchive?.[1] ?? location);
  const prefix = inArchive?.[2];
  return [...(own === undefined ? [] : [own]), ...others].map((named) => ({
    ...{ package: named, version, path },
    ...(prefix === undefined ? {} : { prefix }),
  }));
}
