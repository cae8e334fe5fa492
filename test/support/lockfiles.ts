import { createHash } from 'node:crypto';
import { npmName } from './npm.ts';
import type { Publication } from './publication.ts';

/** Where the packages of a lockfile come from. */
export interface LockSources {
  readonly registry: string;
  readonly npm: string;
}

/** deno.lock version 5, which pins the version manifests. */
export function denoLock(packages: readonly Publication[]): string {
  const specifiers = packages.map(({ fullName, version }) => [`jsr:${fullName}@${version}`, version]);
  return text({
    version: '5',
    specifiers: Object.fromEntries(specifiers) as unknown,
    jsr: Object.fromEntries(packages.map(({ spec, digest }) => [spec, { integrity: digest }])) as unknown,
    workspace: { dependencies: specifiers.map(([specifier]) => specifier) },
  });
}

/** package-lock.json version 3, which pins the tarballs of the npm mirror; packages are installed by alias. */
export function packageLock(packages: readonly Publication[], sources: LockSources): string {
  const entries = packages.map((publication) => {
    const { fullName, scope, name, version } = publication;
    const { resolved, integrity } = pinned(publication, sources);
    return [`node_modules/${fullName}`, { name: npmName(scope, name), version, resolved, integrity }];
  });
  const dependencies = packages.map(({ fullName, scope, name, version }) => [
    fullName,
    `npm:${npmName(scope, name)}@^${version}`,
  ]);
  return text({
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'app', version: '1.0.0', dependencies: Object.fromEntries(dependencies) as unknown },
      ...(Object.fromEntries(entries) as object),
    },
  });
}

/** pnpm-lock.yaml version 9. */
export function pnpmLock(packages: readonly Publication[], sources: LockSources): string {
  const lines = (render: (publication: Publication, id: string) => string): string =>
    packages.map((publication) => render(publication, npmId(publication))).join('');
  return `lockfileVersion: '9.0'

importers:
  .:
    dependencies:
${lines(
  ({ fullName, version }, id) =>
    `      '${fullName}':\n        specifier: jsr:^${version}\n        version: '${id}'\n`,
)}
packages:
${lines((publication, id) => {
  const { resolved, integrity } = pinned(publication, sources);
  return `\n  '${id}':\n    resolution: {integrity: ${integrity}, tarball: ${resolved}}\n`;
})}
snapshots:
${lines((_, id) => `\n  '${id}': {}\n`)}`;
}

/** yarn.lock version 1, whose fragment is the SHA-1 in capitals. */
export function yarnLock(packages: readonly Publication[], sources: LockSources): string {
  const entries = packages.map((publication) => {
    const { resolved, integrity, shasum } = pinned(publication, sources);
    const { fullName, scope, name, version } = publication;
    return `
"${fullName}@npm:${npmName(scope, name)}@^${version}":
  version "${version}"
  resolved "${resolved}#${shasum}"
  integrity ${integrity}
`;
  });
  return `# yarn lockfile v1\n\n${entries.join('')}`;
}

/** bun.lock version 1, with its trailing commas. */
export function bunLock(packages: readonly Publication[], sources: LockSources): string {
  const entries = packages.map((publication) => {
    const { resolved, integrity } = pinned(publication, sources);
    const pin = JSON.stringify([npmId(publication), resolved, {}, integrity]);
    return `    ${JSON.stringify(publication.fullName)}: ${pin},\n`;
  });
  return `{\n  "lockfileVersion": 1,\n  "workspaces": { "": { "name": "app", }, },\n  "packages": {\n${entries.join('\n')}  }\n}\n`;
}

/** CycloneDX 1.6: each package as a component of JSR, with the digest of its manifest, and as the npm tarball that is installed. */
export function cycloneDxBom(packages: readonly Publication[], sources: LockSources): string {
  const components = packages.flatMap((publication) => {
    const { scope, name, version, digest } = publication;
    const { resolved, integrity } = pinned(publication, sources);
    const sha512 = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
    const reference = (url: string, alg: string, content: string) => [
      { type: 'distribution', url, hashes: [{ alg, content }] },
    ];
    return [
      {
        ...{ type: 'library', 'bom-ref': `jsr-${name}`, group: `@${scope}`, name, version },
        purl: `pkg:jsr/%40${scope}/${name}@${version}`,
        externalReferences: reference(
          `${sources.registry}/@${scope}/${name}/${version}_meta.json`,
          ...(['SHA-256', digest] as const),
        ),
      },
      {
        ...{ type: 'library', 'bom-ref': `npm-${name}`, group: '@jsr', name: `${scope}__${name}`, version },
        purl: `pkg:npm/%40jsr/${scope}__${name}@${version}`,
        externalReferences: reference(resolved, 'SHA-512', sha512),
      },
    ];
  });
  return text({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components });
}

/** SPDX 2.3: each package as the npm tarball that is installed. */
export function spdxDocument(packages: readonly Publication[], sources: LockSources): string {
  const listed = packages.map((publication) => {
    const { scope, name, version } = publication;
    const { resolved, integrity } = pinned(publication, sources);
    const checksumValue = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
    const referenceLocator = `pkg:npm/%40jsr/${scope}__${name}@${version}`;
    return {
      ...{ SPDXID: `SPDXRef-${name}`, name: npmName(scope, name), versionInfo: version },
      ...{ downloadLocation: resolved, checksums: [{ algorithm: 'SHA512', checksumValue }] },
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }],
    };
  });
  return text({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'app', packages: listed });
}

/** What an npm-style lockfile pins: address and digests of the tarball. */
export function pinned(publication: Publication, { registry, npm }: LockSources) {
  const { scope, name, version, npmRevision } = publication;
  const bytes = publication.npmTarball(registry);
  return {
    resolved: `${npm}/~/${npmRevision}/${npmName(scope, name)}/${version}.tgz`,
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    shasum: createHash('sha1').update(bytes).digest('hex').toUpperCase(),
  };
}

const npmId = ({ scope, name, version }: Publication): string => `${npmName(scope, name)}@${version}`;

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
