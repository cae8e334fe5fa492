import { join } from 'node:path';
import { fromNpmName, isVersion, splitAt } from '../../lockfile/parts/name.ts';
import type { PackageName, PackageVersion } from '../../model/package.ts';
import { at, isRecord, parseJson, textAt } from '../../wire/json.ts';
import type { InstalledDisk } from '../disk.ts';

/** What a `package.json` says it belongs to. */
export interface Claim {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The JSR package that the name means. */
  readonly package: PackageName | undefined;
  /** `_jsr_revision`, which only JSR writes. */
  readonly isJsr: boolean;
}

const maxPackageJson = 1024 * 1024;
const maxLockfile = 50 * 1024 * 1024;
const npmLockfiles = ['package-lock.json', 'npm-shrinkwrap.json', 'node_modules/.package-lock.json'];

/** Reads what the `package.json` in a folder says of it; `undefined` when that has nothing to do with JSR. */
export async function readClaim(disk: InstalledDisk, folder: string): Promise<Claim | undefined> {
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  if (read.state !== 'present') return undefined;
  const text = Buffer.from(read.value.buffer, read.value.byteOffset, read.value.length);
  // Most packages of a project are not from JSR; looking is far cheaper than parsing.
  if (!text.includes('@jsr/') && !text.includes('_jsr_revision') && !text.includes('\\u')) return undefined;
  const parsed = parseJson(read.value);
  if (!parsed.ok) return undefined;
  const name = textAt(parsed.value, 'name');
  const revision = at(parsed.value, '_jsr_revision');
  return {
    name,
    version: textAt(parsed.value, 'version'),
    package: name === undefined ? undefined : fromNpmName(name),
    isJsr: revision !== undefined,
  };
}

/** The version that a `package.json` states, whatever else it says. */
export async function readVersion(disk: InstalledDisk, folder: string): Promise<string | undefined> {
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  if (read.state !== 'present') return undefined;
  const parsed = parseJson(read.value);
  return parsed.ok ? textAt(parsed.value, 'version') : undefined;
}

/** What a project asks for by name, as its `package.json` tells. */
export interface Asked {
  /** JSR packages by the name they are installed under. */
  readonly jsr: ReadonlyMap<string, PackageName>;
  /** Names that surely mean something else. */
  readonly others: ReadonlySet<string>;
}

/** Reads what the project in a folder asks for. */
export async function readAsked(disk: InstalledDisk, folder: string): Promise<Asked> {
  const jsr = new Map<string, PackageName>();
  const others = new Set<string>();
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  const parsed = read.state === 'present' ? parseJson(read.value) : undefined;
  if (parsed?.ok !== true) return { jsr, others };
  for (const section of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const listed = at(parsed.value, section);
    for (const [name, spec] of isRecord(listed) ? Object.entries(listed) : []) {
      if (typeof spec !== 'string') continue;
      const means = meaning(name, spec);
      if (means !== undefined) jsr.set(name, means);
      // Catalogs and workspaces keep the range elsewhere.
      else if (!/^(?:catalog|workspace):/.test(spec)) others.add(name);
    }
  }
  return { jsr, others };
}

/** What npm's lockfiles say lies where below a project: package versions from JSR by absolute path. */
export async function readNpmPlaces(
  disk: InstalledDisk,
  folder: string,
): Promise<ReadonlyMap<string, PackageVersion>> {
  const places = new Map<string, PackageVersion>();
  for (const file of npmLockfiles) {
    const read = await disk.read(join(folder, file), maxLockfile);
    const parsed = read.state === 'present' ? parseJson(read.value) : undefined;
    const listed = parsed?.ok === true ? at(parsed.value, 'packages') : undefined;
    for (const [key, entry] of isRecord(listed) ? Object.entries(listed) : []) {
      const parts = key.split('/');
      const cut = key.lastIndexOf('node_modules/');
      if (cut === -1 || parts.includes('..') || parts.includes('')) continue;
      const named = fromNpmName(textAt(entry, 'name') ?? key.slice(cut + 'node_modules/'.length));
      const version = textAt(entry, 'version');
      const path = join(folder, ...parts);
      // The lockfile of the project comes first, because the hidden one lies among what is to be checked.
      if (named !== undefined && version !== undefined && isVersion(version) && !places.has(path))
        places.set(path, { ...named, version });
    }
  }
  return places;
}

/** The JSR package that a dependency means: `npm:@jsr/scope__name@…`, `jsr:@scope/name@…`, or `jsr:…` under its own name. */
function meaning(name: string, spec: string): PackageName | undefined {
  if (spec.startsWith('npm:')) return fromNpmName(splitAt(spec.slice('npm:'.length))[0]);
  if (!spec.startsWith('jsr:')) return fromNpmName(name);
  const full = spec.startsWith('jsr:@') ? splitAt(spec.slice('jsr:'.length))[0] : name;
  const [, scope, own] = /^@([^/]+)\/(.+)$/.exec(full) ?? [];
  return scope === undefined || own === undefined ? undefined : fromNpmName(`@jsr/${scope}__${own}`);
}
