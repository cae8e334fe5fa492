import { describe, expect, test } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { publicRegistries } from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const digest = 'a'.repeat(64);
const tarball = (name: string) => `https://npm.jsr.io/~/11/@jsr/${name}/1.0.8.tgz`;
const each = (count: number, line: (index: number, next: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index, (index + 1) % count)).join('');

/** A lockfile of so many packages, each of which depends on the next; all of them are asked for. */
const makers: Readonly<Record<string, (count: number) => string>> = {
  'deno.lock': (count) =>
    JSON.stringify({
      version: '5',
      specifiers: Object.fromEntries(Array.from({ length: count }, (_, i) => [`jsr:@std/p${i}@1`, '1.0.8'])),
      jsr: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `@std/p${i}@1.0.8`,
          { integrity: digest, dependencies: [`jsr:@std/p${(i + 1) % count}`] },
        ]),
      ),
      npm: Object.fromEntries(Array.from({ length: count }, (_, i) => [`same@1.0.${i}`, { integrity }])),
      workspace: { dependencies: Array.from({ length: count }, (_, i) => `jsr:@std/p${i}@1`) },
    }),
  'package-lock.json': (count) =>
    JSON.stringify({
      lockfileVersion: 3,
      packages: Object.fromEntries([
        [
          '',
          {
            dependencies: Object.fromEntries(
              Array.from({ length: count }, (_, i) => [`@jsr/std__p${i}`, '1']),
            ),
          },
        ],
        ...Array.from({ length: count }, (_, i) => [
          `node_modules/@jsr/std__p${i}`,
          {
            version: '1.0.8',
            resolved: tarball(`std__p${i}`),
            integrity,
            dependencies: { [`@jsr/std__p${(i + 1) % count}`]: '1' },
          },
        ]),
      ]),
    }),
  'pnpm-lock.yaml': (count) =>
    `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n${each(count, (i) => `      '@jsr/std__p${i}':\n        specifier: '1'\n        version: 1.0.8\n`)}
packages:\n\n${each(count, (i) => `  '@jsr/std__p${i}@1.0.8':\n    resolution: {integrity: ${integrity}, tarball: ${tarball(`std__p${i}`)}}\n\n`)}
snapshots:\n\n${each(count, (i, next) => `  '@jsr/std__p${i}@1.0.8':\n    dependencies:\n      '@jsr/std__p${next}': 1.0.8\n\n`)}`,
  'yarn.lock': (count) =>
    `# yarn lockfile v1\n\n\n${each(count, (i, next) => `"@jsr/std__p${i}@1":\n  version "1.0.8"\n  resolved "${tarball(`std__p${i}`)}#ABC"\n  integrity ${integrity}\n  dependencies:\n    "@jsr/std__p${next}" "1"\n\n`)}`,
  'yarn.lock of Yarn 4': (count) =>
    `__metadata:\n  version: 8\n\n${each(count, (i, next) => `"@jsr/std__p${i}@npm:1":\n  version: 1.0.8\n  resolution: "@jsr/std__p${i}@npm:1.0.8"\n  dependencies:\n    "@jsr/std__p${next}": "npm:1"\n\n`)}"app@workspace:.":\n  version: 0.0.0\n  resolution: "app@workspace:."\n`,
  'bun.lock': (count) =>
    `{ "lockfileVersion": 1, "workspaces": { "": {}, },\n"packages": {\n${each(count, (i, next) => `"@jsr/std__p${i}": ["@jsr/std__p${i}@1.0.8", "${tarball(`std__p${i}`)}", { "dependencies": { "@jsr/std__p${next}": "1" } }, "${integrity}"],\n`)}} }`,
  'bom.json': (count) =>
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: Array.from({ length: count }, (_, i) => ({
        ...{ type: 'library', 'bom-ref': `p${i}`, name: `p${i}`, purl: `pkg:jsr/@std/p${i}@1.0.8` },
      })),
      dependencies: Array.from({ length: count }, (_, i) => ({
        ...{ ref: `p${i}`, dependsOn: [`p${(i + 1) % count}`] },
      })),
    }),
  'app.spdx.json': (count) =>
    JSON.stringify({
      spdxVersion: 'SPDX-2.3',
      packages: Array.from({ length: count }, (_, i) => ({
        ...{ SPDXID: `SPDXRef-${i}`, name: `p${i}` },
        externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:jsr/@std/p${i}@1.0.8` }],
      })),
      relationships: Array.from({ length: count }, (_, i) => ({
        ...{ spdxElementId: `SPDXRef-${i}`, relationshipType: 'DEPENDS_ON' },
        relatedSpdxElement: `SPDXRef-${(i + 1) % count}`,
      })),
    }),
  'vlt-lock.json': (count) =>
    JSON.stringify({
      lockfileVersion: 1,
      nodes: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`~jsr~@jsr+std____p${i}@1.0.8`, [0, 'x', integrity]]),
      ),
      edges: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `~jsr~@jsr+std____p${i}@1.0.8 x`,
          `prod 1 ~jsr~@jsr+std____p${(i + 1) % count}@1.0.8`,
        ]),
      ),
    }),
};

describe.each(Object.keys(makers))('%s', (name) => {
  const make = makers[name] ?? (() => '');
  const file = name.split(' ')[0] ?? name;

  test('ten times the packages take about ten times as long, not a hundred times', () => {
    const timeOf = (count: number) => {
      const text = make(count);
      const before = performance.now();
      const { targets, unreadable } = readLockfile(file, text, publicRegistries);
      const spent = performance.now() - before;
      expect(targets).toHaveLength(count);
      expect(unreadable).toEqual([]);
      expect(targets[0]?.occurrences[0]?.dependents).toHaveLength(1);
      return spent;
    };
    // The first run pays for the compiler, and the smallest of several for nobody else's work.
    timeOf(600);
    const small = Math.min(timeOf(600), timeOf(600), timeOf(600));
    const large = Math.min(timeOf(6000), timeOf(6000));
    expect(large / small).toBeLessThan(40);
  }, 60_000);
});
