import { cycloneDxBom, spdxDocument } from '../support/lockfiles.ts';
import type { Area, Row, Scene } from './row.ts';

type Edit = (text: string, scene: Scene) => string;
type End = Pick<Row, 'verdict' | 'code' | 'id' | 'says'>;

const honest = { verdict: 'verified', code: 0 } as const;
const refused = (says: RegExp): End => ({ verdict: 'refused', code: 2, id: 'error', says });
const unreadable = (says: RegExp): End => ({ verdict: 'verified', code: 2, id: 'lockfile-entry', says });
const keep: Edit = (text) => text;

/** A row about a CycloneDX document; `file` is its name. */
const cyclonedx = (promise: string, change: Edit, end: End, file = 'sbom.cdx.json'): Row => ({
  promise,
  project: (scene) => ({ [file]: change(cycloneDxBom([scene.widget], scene.world.urls), scene) }),
  argv: () => ['audit', file],
  ...end,
});

/** A row about an SPDX document. */
const spdx = (promise: string, change: Edit, end: End, file = 'sbom.spdx.json'): Row => ({
  promise,
  project: (scene) => ({ [file]: change(spdxDocument([scene.widget], scene.world.urls), scene) }),
  argv: () => ['audit', file],
  ...end,
});

/** A component of another name and purl, beside the honest ones. */
const added = (component: object): Edit => {
  const text = JSON.stringify({ type: 'library', 'bom-ref': 'added', ...component });
  return (bom) => bom.replace('"components": [', `"components": [${text},`);
};

/** Bills of materials (SBOMs) that somebody else wrote. */
export const sboms: Area = {
  area: 'SBOMs',
  rows: [
    cyclonedx('an honest CycloneDX document is verified', keep, honest),
    cyclonedx('an honest CycloneDX document in sbom.json is verified', keep, honest, 'sbom.json'),
    spdx('an honest SPDX document is verified', keep, honest),
    spdx('an honest SPDX document in sbom.json is verified', keep, honest, 'sbom.json'),
    cyclonedx(
      'an SBOM with the digest of another manifest is rejected',
      (text, { widget }) => text.replace(widget.digest, '0'.repeat(64)),
      { verdict: 'rejected', code: 1, id: 'lockfile', says: /locks 0{64}/ },
    ),
    cyclonedx(
      'an SBOM with the digest of another tarball is rejected',
      (text) => text.replace(/[0-9a-f]{128}/, '0'.repeat(128)),
      { verdict: 'rejected', code: 1, id: 'tarball', says: /sbom\.cdx\.json:\d+/ },
    ),
    spdx(
      'an SPDX document with the digest of another tarball is rejected',
      (text) => text.replace(/[0-9a-f]{128}/, '0'.repeat(128)),
      { verdict: 'rejected', code: 1, id: 'tarball', says: /sbom\.spdx\.json:\d+/ },
    ),
    {
      ...cyclonedx(
        'a SHA-256 of an SBOM that is not said to be of the manifest locks nothing, and --strict rejects it',
        (text) => text.replace('_meta.json', '/mod.ts'),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /its digest is of the version manifest/ },
      ),
      argv: () => ['audit', 'sbom.cdx.json', '--strict'],
    },
    cyclonedx(
      'a purl with a foreign registry is reported and never fetched from there',
      (text, { name }) =>
        text.replace(`/${name}@1.0.0"`, `/${name}@1.0.0?repository_url=https%3A%2F%2Fjsr.evil.example"`),
      { verdict: 'rejected', code: 1, id: 'foreign-registry', says: /from jsr\.evil\.example/ },
    ),
    spdx(
      'an SPDX package from a foreign address is reported and never fetched from there',
      (text, { world }) => text.replace(world.urls.npm, 'https://npm.evil.example'),
      { verdict: 'rejected', code: 1, id: 'foreign-registry', says: /from npm\.evil\.example/ },
    ),
    ...(
      [
        ['with an encoded slash', 'pkg:jsr/%40acme%2Fevil@1.0.0'],
        ['encoded twice', 'pkg:jsr/%2540acme/evil@1.0.0'],
        ['with a needless escape', 'pkg:j%73r/@acme/evil@1.0.0'],
        ['with a repeated qualifier', 'pkg:jsr/@acme/evil@1.0.0?repository_url=a&repository_url=b'],
        ['in capitals', 'PKG:JSR/@acme/evil@1.0.0'],
        ['without a version', 'pkg:jsr/@acme/evil'],
        ['that steps out of its scope', 'pkg:jsr/@acme/../evil@1.0.0'],
      ] as const
    ).map(([how, purl]) =>
      cyclonedx(
        `a purl ${how} is an error and not passed over`,
        added({ name: 'evil', purl }),
        unreadable(/could not be understood/),
      ),
    ),
    cyclonedx(
      "a component with the name of JSR's npm scope and the purl of another package is an error",
      added({ name: '@jsr/acme__evil', version: '1.0.0', purl: 'pkg:npm/lodash@4.17.21' }),
      unreadable(/its name is @jsr\/acme__evil, but no purl says so/),
    ),
    cyclonedx(
      'a component of one version with the purl of another is an error',
      added({ name: 'evil', version: '2.0.0', purl: 'pkg:jsr/@acme/evil@1.0.0' }),
      unreadable(/its version is 2\.0\.0, but its purl has 1\.0\.0/),
    ),
    cyclonedx(
      'a package in a nested component is audited',
      (text) =>
        added({
          name: 'app',
          components: [{ type: 'library', name: 'x', purl: 'pkg:jsr/@acme/evil@1.0.0' }],
        })(text, {} as Scene),
      // The honest package is verified, and the one that nobody published is inconclusive.
      { verdict: 'verified', code: 3 },
    ),
    cyclonedx(
      'an SBOM with two lists of components is refused',
      (text) => text.replace('"components": [', '"components": [], "components": ['),
      refused(/sbom\.cdx\.json:\d+: has a duplicate key/),
    ),
    cyclonedx(
      'an SBOM that could be a lockfile too is refused',
      (text) => text.replace('{', '{"lockfileVersion": 3, "packages": {},'),
      refused(/could be a lockfile of several formats: npm, cyclonedx/),
      'sbom.json',
    ),
    cyclonedx(
      'an SBOM of an unknown version is refused',
      (text) => text.replace('"1.6"', '"9.9"'),
      refused(/has version "9\.9", but this program reads CycloneDX 1\.4 to 1\.7/),
    ),
    spdx(
      'an SPDX document of an unknown version is refused',
      (text) => text.replace('SPDX-2.3', 'SPDX-9.9'),
      refused(/has version "SPDX-9\.9", but this program reads SPDX-2\.3/),
    ),
    cyclonedx(
      'an SBOM that was cut short is refused',
      (text) => text.slice(0, -40),
      refused(/ends unexpectedly/),
    ),
    cyclonedx(
      'an SBOM with endless nesting is refused',
      (text) => text.replace('{', `{"x": ${'['.repeat(100_000)},`),
      refused(/nested deeper/),
    ),
    cyclonedx(
      'an SBOM without JSR packages is not success',
      () => '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}',
      { verdict: 'nothing', code: 4, id: 'log', says: /not-checked/ },
    ),
  ],
};
