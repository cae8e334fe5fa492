import { join } from 'node:path';
import { fromNpmName, splitAt } from '../../lockfile/parts/name.ts';
import type { PackageName } from '../../model/package.ts';
import { at, isRecord, parseJson, textAt } from '../../wire/json.ts';
import type { InstalledDisk } from '../disk.ts';

/** The package that a `package.json` claims to be. */
export interface Claim {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The JSR package with this npm name. */
  readonly package: PackageName | undefined;
  /** `_jsr_revision`, which only JSR writes. */
  readonly isJsr: boolean;
}

const maxPackageJson = 1024 * 1024;

/** Reads the identity in the `package.json` of a folder; `undefined` when it does not mention JSR. */
export async function readClaim(disk: InstalledDisk, folder: string): Promise<Claim | undefined> {
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  if (read.state !== 'present') return undefined;
  const text = Buffer.from(read.value.buffer, read.value.byteOffset, read.value.length);
  // Most packages of a project are not from JSR, and this search is much cheaper than parsing.
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

/** Reads the version in the `package.json` of a folder. */
export async function readVersion(disk: InstalledDisk, folder: string): Promise<string | undefined> {
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  if (read.state !== 'present') return undefined;
  const parsed = parseJson(read.value);
  return parsed.ok ? textAt(parsed.value, 'version') : undefined;
}

/** The dependencies in a `package.json`, by name. */
export interface Asked {
  /** JSR packages by the name under which they are installed. */
  readonly jsr: ReadonlyMap<string, PackageName>;
  /** Names of other dependencies; a lockfile may still replace a range with a JSR package. */
  readonly others: ReadonlyMap<string, 'a range' | 'an address'>;
}

/** Reads the dependencies in the `package.json` of a folder. */
export async function readAsked(disk: InstalledDisk, folder: string): Promise<Asked> {
  const jsr = new Map<string, PackageName>();
  const others = new Map<string, 'a range' | 'an address'>();
  const read = await disk.read(join(folder, 'package.json'), maxPackageJson);
  const parsed = read.state === 'present' ? parseJson(read.value) : undefined;
  if (parsed?.ok !== true) return { jsr, others };
  for (const section of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const listed = at(parsed.value, section);
    for (const [name, spec] of isRecord(listed) ? Object.entries(listed) : []) {
      if (typeof spec !== 'string') continue;
      const means = meaning(name, spec);
      if (means !== undefined) jsr.set(name, means);
      // The range of a catalog is in another file.
      else if (!spec.startsWith('catalog:')) others.set(name, /[:/]/.test(spec) ? 'an address' : 'a range');
    }
  }
  return { jsr, others };
}

/** The JSR package that a dependency means: `npm:@jsr/scope__name@…`, `jsr:@scope/name@…`, or `jsr:…` under its own name. */
function meaning(name: string, spec: string): PackageName | undefined {
  if (spec.startsWith('npm:')) return fromNpmName(splitAt(spec.slice('npm:'.length))[0]);
  if (!spec.startsWith('jsr:')) return fromNpmName(name);
  const full = spec.startsWith('jsr:@') ? splitAt(spec.slice('jsr:'.length))[0] : name;
  const [, scope, own] = /^@([^/]+)\/(.+)$/.exec(full) ?? [];
  return scope === undefined || own === undefined ? undefined : fromNpmName(`@jsr/${scope}__${own}`);
}
