import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { byCodeUnit } from '../../src/model/order.ts';
import { type PackageJson, readPackage } from './package.ts';

/** One version of a third-party package of which at least one byte is inside the program. */
export interface InsidePackage extends PackageJson {
  /** Where it is installed, relative to the root: `node_modules/tar`; the first path if there are several. */
  readonly path: string;
  /** The hash of its tarball in the lockfile: `sha512-<base64>`. */
  readonly integrity: string;
  /** The package URL that `imports` uses. */
  readonly purl: string;
}

/** The packages inside the program, and what the program and each package import, by purl; the program itself is `''`. */
export interface Inside {
  readonly packages: readonly InsidePackage[];
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The packages inside the program, from the output of the bundler, not from package.json.
 * Throws when one of them is not the version that the lockfile names.
 */
export async function packagesInside(root: string, metafile: Metafile): Promise<Inside> {
  const files = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) files.add(file);
  }
  const lock: Lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const paths = [...new Set([...files].map(packagePath))].filter((path) => path !== '').sort();
  const byPath = new Map<string, InsidePackage>();
  for (const path of paths) byPath.set(path, await identify(root, path, lock));

  const purlAt = (file: string) => byPath.get(packagePath(file))?.purl ?? '';
  const imports = new Map<string, Set<string>>();
  for (const file of files) {
    const importer = purlAt(file);
    const known = imports.get(importer) ?? new Set();
    imports.set(importer, known);
    for (const { path, external } of metafile.inputs[file]?.imports ?? []) {
      const imported = external ? '' : purlAt(path);
      if (imported !== '' && imported !== importer) known.add(imported);
    }
  }
  // One version may be at several paths of the tree; it counts as one package.
  const byPurl = new Map([...byPath.values()].reverse().map((inside) => [inside.purl, inside]));
  return { packages: [...byPurl.values()].sort(byNameAndVersion), imports };
}

/** The package URL of an npm package. */
export function npmPurl({ name, version }: PackageJson): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
}

function packagePath(file: string): string {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? '';
}

async function identify(root: string, path: string, lock: Lock): Promise<InsidePackage> {
  const installed = await readPackage(join(root, path, 'package.json'));
  const locked = lock.packages[path];
  if (locked?.version !== installed.version || locked.integrity === undefined) {
    throw new Error(`${path} is ${installed.version}, the lockfile says ${locked?.version}: run npm ci`);
  }
  return { ...installed, path, integrity: locked.integrity, purl: npmPurl(installed) };
}

function byNameAndVersion(a: InsidePackage, b: InsidePackage): number {
  return byCodeUnit(a.name, b.name) || byCodeUnit(a.version, b.version);
}
