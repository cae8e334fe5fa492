import { expect, test } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { nameOf } from '../../src/model/package.ts';
import { publicRegistries } from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const names = ['app', 'tool', 'both', 'deep', 'peer'];

/** The project needs `app` and develops with `tool`; both lead to `both`, only `tool` to `deep`; nothing to `peer`. */
const texts = {
  'pnpm-lock.yaml': `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      '@jsr/acme__app': { specifier: 1.0.0, version: 1.0.0 }
    devDependencies:
      '@jsr/acme__tool': { specifier: 1.0.0, version: 1.0.0(left@1.0.0) }
packages:
${names.map((name) => `  '@jsr/acme__${name}@1.0.0':\n    resolution: {integrity: ${integrity}}\n`).join('')}
  left@1.0.0:
    resolution: {integrity: ${integrity}}
snapshots:
  '@jsr/acme__app@1.0.0':
    dependencies: { '@jsr/acme__both': 1.0.0 }
  '@jsr/acme__tool@1.0.0(left@1.0.0)':
    dependencies: { '@jsr/acme__both': 1.0.0, '@jsr/acme__deep': 1.0.0 }
  '@jsr/acme__both@1.0.0': {}
  '@jsr/acme__deep@1.0.0':
    dependencies: { '@jsr/acme__tool': 1.0.0(left@1.0.0) }
  '@jsr/acme__peer@1.0.0': {}
  left@1.0.0: {}
`,
  'bun.lock': JSON.stringify({
    lockfileVersion: 1,
    workspaces: {
      '': {
        name: 'project',
        dependencies: { '@jsr/acme__app': '1.0.0' },
        devDependencies: { '@jsr/acme__tool': '1.0.0' },
      },
    },
    packages: Object.fromEntries(
      names.map((name) => {
        const needs: Readonly<Record<string, readonly string[]>> = { app: ['both'], tool: ['both', 'deep'] };
        const dependencies = Object.fromEntries(
          (needs[name] ?? []).map((need) => [`@jsr/acme__${need}`, '1.0.0']),
        );
        return [
          `@jsr/acme__${name}`,
          [
            `@jsr/acme__${name}@1.0.0`,
            `https://npm.jsr.io/~/11/@jsr/acme__${name}/1.0.0.tgz`,
            { dependencies },
            integrity,
          ],
        ];
      }),
    ),
  }),
};

test.each(Object.entries(texts))('%s tells what only development leads to', (file, text) => {
  const { targets, unreadable } = readLockfile(file, text, publicRegistries);
  expect(unreadable).toEqual([]);
  const dev = targets.map(({ package: about, occurrences }) => [nameOf(about), occurrences[0]?.dev]);
  expect(Object.fromEntries(dev)).toEqual({
    '@acme/app@1.0.0': false,
    '@acme/tool@1.0.0': true,
    // In production as well.
    '@acme/both@1.0.0': false,
    '@acme/deep@1.0.0': true,
    '@acme/peer@1.0.0': undefined,
  });
});
