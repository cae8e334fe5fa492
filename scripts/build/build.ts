import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packagesInside } from './contents.ts';
import { declarations } from './declarations.ts';
import { licensesOf, renderLicenses } from './licenses.ts';
import { readPackage } from './package.ts';
import { policySchema } from './policy-schema.ts';
import { program } from './program.ts';
import { renderSbom } from './sbom.ts';

/**
 * Builds the program of `root` and writes `dist/`, `THIRD_PARTY_LICENSES.md` and `sbom.cdx.json` below `into`.
 * The same sources and the same installed packages give the same bytes. Throws before anything is replaced.
 */
export async function build(root: string, into: string): Promise<{ bytes: number; packages: number }> {
  const self = await readPackage(join(root, 'package.json'));
  const [{ files, metafile }, types, shipped, schema] = await Promise.all([
    program(root, self.version),
    declarations(root),
    shippedAsTheyAre(root),
    policySchema(root),
  ]);
  shipped.set('policy.schema.json', Buffer.from(`${JSON.stringify(schema, undefined, 2)}\n`));
  const inside = await packagesInside(root, metafile);
  const licensed = await licensesOf(root, inside.packages);

  const next = join(into, 'dist.next');
  await rm(next, { recursive: true, force: true });
  for (const [path, contents] of [...files, ...types, ...shipped]) {
    await mkdir(dirname(join(next, path)), { recursive: true });
    await writeFile(join(next, path), contents);
  }
  await rm(join(into, 'dist'), { recursive: true, force: true });
  await rename(next, join(into, 'dist'));
  await writeFile(join(into, 'THIRD_PARTY_LICENSES.md'), renderLicenses(licensed));
  await writeFile(join(into, 'sbom.cdx.json'), renderSbom(self, inside));

  return {
    bytes: [...files.values()].reduce((sum, contents) => sum + contents.byteLength, 0),
    packages: inside.packages.length,
  };
}

/** The JSON Schema of the report and the pages that `explain` prints, by the name they are shipped under. */
async function shippedAsTheyAre(root: string): Promise<Map<string, Uint8Array>> {
  const found = await Promise.all([
    list(root, 'schemas', 'report.schema.json', ''),
    list(root, 'docs/checks', '.md', 'docs/checks/'),
    list(root, 'docs/rules', '.md', 'docs/rules/'),
  ]);
  return new Map(found.flat());
}

async function list(root: string, folder: string, ending: string, into: string) {
  const names = (await readdir(join(root, folder)).catch(() => []))
    .filter((name) => name.endsWith(ending))
    .sort();
  return Promise.all(
    names.map(async (name) => [`${into}${name}`, await readFile(join(root, folder, name))] as const),
  );
}
