import { type Inside, type InsidePackage, npmPurl } from './contents.ts';
import type { PackageJson } from './package.ts';

/**
 * A CycloneDX 1.6 document of what is inside the program, as JSON. No clock and no serial number: the same
 * contents give the same bytes.
 */
export function renderSbom(self: PackageJson, { packages, imports }: Inside): string {
  const dependsOn = (purl: string) => [...(imports.get(purl) ?? [])].sort();
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', ...described(self) },
    },
    components: packages.map((inside) => ({
      type: 'library',
      ...described(inside),
      hashes: [hashOf(inside)],
    })),
    dependencies: [
      { ref: npmPurl(self), dependsOn: dependsOn('') },
      ...packages.map(({ purl }) => ({ ref: purl, dependsOn: dependsOn(purl) })),
    ],
    compositions: [{ aggregate: 'complete', assemblies: [npmPurl(self)] }],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function described({ name, version, description, license }: PackageJson) {
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = npmPurl({ name, version });
  return {
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name: short,
    version,
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
    purl,
  };
}

function hashOf({ name, integrity }: InsidePackage): { alg: 'SHA-512'; content: string } {
  const [algorithm, digest] = integrity.split('-', 2);
  if (algorithm !== 'sha512' || digest === undefined) throw new Error(`${name} is not locked by sha512`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
