import { readFile } from 'node:fs/promises';

/** What the build reads of a `package.json`. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly description?: string;
}

/** Reads a `package.json`; throws when it has no name or version. */
export async function readPackage(path: string): Promise<PackageJson> {
  const json: Partial<PackageJson> = JSON.parse(await readFile(path, 'utf8'));
  if (typeof json.name !== 'string' || typeof json.version !== 'string') {
    throw new Error(`${path} has no name or version`);
  }
  return { ...json, name: json.name, version: json.version };
}
