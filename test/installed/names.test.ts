import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { npmNameOf, type PackageName } from '../../src/model/package.ts';
import type { Publication } from '../support/publication.ts';
import {
  base,
  judge,
  link,
  lockfileIn,
  lockfileOf,
  newFolder,
  targetOf,
  unpack,
  widget,
  world,
  write,
} from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const resolved = `${world.urls.npm}/~/11/@jsr/acme__base/0.2.0.tgz`;

/** Lockfiles in which a package from elsewhere has one of JSR under two names that are not its own. */
const lockfiles: readonly (readonly [file: string, text: string])[] = [
  [
    'pnpm-lock.yaml',
    `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      left: {specifier: ^1.0.0, version: 1.0.0}
packages:
  '@jsr/acme__base@0.2.0': {resolution: {integrity: ${integrity}, tarball: '${resolved}'}}
  left@1.0.0: {resolution: {integrity: ${integrity}}}
  right@1.0.0: {resolution: {integrity: ${integrity}}}
snapshots:
  '@jsr/acme__base@0.2.0': {}
  left@1.0.0: {dependencies: {inner: '@jsr/acme__base@0.2.0', right: 1.0.0}}
  right@1.0.0: {dependencies: {other: '@jsr/acme__base@0.2.0'}}
`,
  ],
  [
    'package-lock.json',
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { left: '1' } },
        'node_modules/left': { version: '1.0.0', integrity, dependencies: { inner: '*', other: '*' } },
        ...Object.fromEntries(
          ['inner', 'other'].map((name) => [
            `node_modules/${name}`,
            { name: '@jsr/acme__base', version: '0.2.0', resolved, integrity },
          ]),
        ),
      },
    }),
  ],
  [
    'npm-shrinkwrap.json',
    JSON.stringify({
      lockfileVersion: 1,
      dependencies: Object.fromEntries(
        ['inner', 'other'].map((name) => [
          name,
          { version: 'npm:@jsr/acme__base@0.2.0', resolved, integrity },
        ]),
      ),
    }),
  ],
  [
    'yarn.lock',
    `# yarn lockfile v1

"inner@npm:@jsr/acme__base@^0.2.0", "other@npm:@jsr/acme__base@^0.2.0":
  version "0.2.0"
  resolved "${resolved}"
  integrity ${integrity}
`,
  ],
  [
    'yarn.lock',
    `__metadata:
  version: 10

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."

"inner@npm:@jsr/acme__base@^0.2.0, other@npm:@jsr/acme__base@^0.2.0":
  version: 0.2.0
  resolution: "@jsr/acme__base@npm:0.2.0"
`,
  ],
  [
    'bun.lock',
    JSON.stringify({
      lockfileVersion: 1,
      workspaces: { '': { name: 'app' } },
      packages: Object.fromEntries(
        ['left/inner', 'other'].map((key) => [key, ['@jsr/acme__base@0.2.0', resolved, {}, integrity]]),
      ),
    }),
  ],
  [
    'vlt-lock.json',
    JSON.stringify({
      lockfileVersion: 1,
      options: {},
      nodes: { '~jsr~@jsr+acme____base@0.2.0': [0, '@jsr/acme__base', integrity, resolved] },
      edges: {
        '~npm~left@1.0.0 inner': 'prod npm:@jsr/acme__base@^0.2.0 ~jsr~@jsr+acme____base@0.2.0',
        '~npm~right@1.0.0 other': 'prod npm:@jsr/acme__base@^0.2.0 ~jsr~@jsr+acme____base@0.2.0',
      },
    }),
  ],
  [
    'deno.lock',
    JSON.stringify({
      version: '5',
      npm: {
        '@jsr/acme__base@0.2.0': { integrity, tarball: resolved },
        'left@1.0.0': {
          integrity,
          dependencies: ['inner@npm:@jsr/acme__base@0.2.0', 'other@npm:@jsr/acme__base@0.2.0'],
        },
      },
    }),
  ],
];

let project = '';
beforeEach(() => {
  project = newFolder();
});
const at = (...path: readonly string[]) => join(project, ...path);

describe.each(lockfiles)('%s', (file, text) => {
  test('names a package by every name that another package gives it', () => {
    const options = { registry: world.urls.registry, npmRegistry: world.urls.npm };
    const { installs, unreadable } = readLockfile(file, text, options);
    expect(unreadable).toEqual([]);
    const named = [...installs.jsr].map(([name, packages]) => [name, packages.map(npmNameOf)]);
    expect(Object.fromEntries(named)).toEqual({ inner: ['@jsr/acme__base'], other: ['@jsr/acme__base'] });
  });

  test('finds it one level down, whatever its package.json says', async () => {
    await unpack(base, at('store/base'));
    write(at('store/left/node_modules/left'), [['package.json', '{"name":"left","version":"1.0.0"}']]);
    link(at('store/left/node_modules/inner'), '../../base');
    link(at('node_modules/left'), '../store/left/node_modules/left');
    write(project, [[file, text]]);
    const places = { lockfiles: [lockfileIn(project, file)] };
    const look = { places, targets: [targetOf(base)] };
    expect(await judge(project, base, look)).toMatchObject({ status: 'passed' });
    rmSync(at('store/left/node_modules/inner'));
    write(at('store/left/node_modules/inner'), [['package.json', '{"name":"inner","version":"0.2.0"}']]);
    writeFileSync(at('store/left/node_modules/inner/mod.js'), 'evil');
    expect(await judge(project, base, look)).toMatchObject({ status: 'failed' });
  });
});

/** Lockfiles in which a name stands for a package of JSR to one package, and for one that lies in a file to another. */
const local: readonly (readonly [file: string, text: string])[] = [
  [
    'pnpm-lock.yaml',
    `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      inner: {specifier: 'file:inner.tgz', version: 'file:inner.tgz'}
      left: {specifier: ^1.0.0, version: 1.0.0}
packages:
  '@jsr/acme__base@0.2.0': {resolution: {integrity: ${integrity}, tarball: '${resolved}'}}
  inner@file:inner.tgz: {resolution: {integrity: ${integrity}, tarball: 'file:inner.tgz'}, version: 1.0.0}
  left@1.0.0: {resolution: {integrity: ${integrity}}}
snapshots:
  '@jsr/acme__base@0.2.0': {}
  inner@file:inner.tgz: {}
  left@1.0.0: {dependencies: {inner: '@jsr/acme__base@0.2.0'}}
`,
  ],
  [
    'package-lock.json',
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { inner: 'file:inner.tgz', left: '1' } },
        'node_modules/inner': { version: '1.0.0', resolved: 'file:inner.tgz', integrity },
        'node_modules/left': { version: '1.0.0', integrity, dependencies: { inner: '*' } },
        'node_modules/left/node_modules/inner': {
          ...{ name: '@jsr/acme__base', version: '0.2.0', resolved, integrity },
        },
      },
    }),
  ],
  [
    'npm-shrinkwrap.json',
    JSON.stringify({
      lockfileVersion: 1,
      dependencies: {
        inner: { version: 'file:inner.tgz', integrity },
        left: {
          version: '1.0.0',
          integrity,
          dependencies: { inner: { version: 'npm:@jsr/acme__base@0.2.0', resolved, integrity } },
        },
      },
    }),
  ],
  [
    'yarn.lock',
    `# yarn lockfile v1

"inner@file:inner.tgz":
  version "1.0.0"
  resolved "file:inner.tgz"

"inner@npm:@jsr/acme__base@^0.2.0":
  version "0.2.0"
  resolved "${resolved}"
  integrity ${integrity}
`,
  ],
  [
    'yarn.lock',
    `__metadata:
  version: 10

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."

"inner@file:./inner.tgz::locator=app%40workspace%3A.":
  version: 1.0.0
  resolution: "inner@file:./inner.tgz#./inner.tgz::hash=2b5b2b&locator=app%40workspace%3A."

"inner@npm:@jsr/acme__base@^0.2.0":
  version: 0.2.0
  resolution: "@jsr/acme__base@npm:0.2.0"
`,
  ],
  [
    'bun.lock',
    JSON.stringify({
      lockfileVersion: 1,
      workspaces: { '': { name: 'app' } },
      packages: {
        inner: ['inner@inner.tgz', {}, integrity],
        'left/inner': ['@jsr/acme__base@0.2.0', resolved, {}, integrity],
      },
    }),
  ],
  [
    'vlt-lock.json',
    JSON.stringify({
      lockfileVersion: 1,
      options: {},
      nodes: {
        '~jsr~@jsr+acme____base@0.2.0': [0, '@jsr/acme__base', integrity, resolved],
        'file~inner.tgz': [0, 'inner', null, 'inner.tgz'],
      },
      edges: {
        'file~_d inner': 'prod file:./inner.tgz file~inner.tgz',
        '~npm~left@1.0.0 inner': 'prod npm:@jsr/acme__base@^0.2.0 ~jsr~@jsr+acme____base@0.2.0',
      },
    }),
  ],
];

test.each(local)(
  '%s: a name of a package from JSR that is also one of a file is known as both',
  (file, text) => {
    const options = { registry: world.urls.registry, npmRegistry: world.urls.npm };
    const { installs, unreadable } = readLockfile(file, text, options);
    expect(unreadable).toEqual([]);
    expect([...installs.jsr.keys()]).toEqual(['inner']);
    expect([...installs.others]).toContain('inner');
  },
);

describe('a name that stands for one package from JSR here, and for another there', () => {
  const names = new Map([['inner', [base, widget] as readonly PackageName[]]]);
  /** `left` asks for one under that name; `right` is what the project has under it. */
  async function install(one: Publication, asks = '@jsr/acme__base'): Promise<void> {
    const left = { name: 'left', version: '1.0.0', dependencies: { inner: `npm:${asks}@^0.2.0` } };
    write(at('node_modules/left'), [['package.json', JSON.stringify(left)]]);
    await unpack(one, at('node_modules/left/node_modules/inner'));
    await unpack(widget, at('node_modules/inner'));
  }
  const judged = (one: Publication) =>
    judge(project, one, { places: { lockfiles: [lockfileOf(project, { jsr: names })] } });

  test('passes where each is what is asked for', async () => {
    await install(base);
    expect(await judged(base)).toMatchObject({ status: 'passed' });
    expect(await judged(widget)).toMatchObject({ status: 'passed' });
  });

  test('fails where the one lies in the place of the other', async () => {
    await install(widget);
    expect(await judged(base)).toMatchObject({ status: 'failed' });
  });

  test('fails where neither lies there', async () => {
    await install(base);
    write(at('node_modules/left/node_modules/inner'), [
      ['package.json', '{"name":"inner","version":"0.2.0"}'],
    ]);
    writeFileSync(at('node_modules/left/package.json'), '{"name":"left"}');
    expect(await judged(base)).toMatchObject({ status: 'failed' });
    expect(await judged(widget)).toMatchObject({ status: 'failed' });
  });
});

describe('a locked package that is not found beside others', () => {
  const dev = (says: object = {}) => ({
    ...targetOf(base, { at: { file: 'package-lock.json', line: 1 }, dev: true, ...says }),
  });
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: { 'node_modules/inner': { name: '@jsr/acme__base', version: '0.2.0', resolved, integrity } },
  });
  const judged = (target = dev()) =>
    judge(project, base, {
      places: { lockfiles: [lockfileIn(project, 'package-lock.json')] },
      targets: [target],
    });
  beforeEach(() => write(project, [['package-lock.json', lock]]));

  test('is unknown, and where nothing is installed it is skipped', async () => {
    expect(await judged()).toMatchObject({ status: 'skipped' });
    write(at('node_modules/.cache'), [['x', '']]);
    expect(await judged()).toMatchObject({ status: 'skipped' });
    write(at('node_modules/left'), [['package.json', '{}']]);
    expect(await judged()).toMatchObject({
      status: 'unknown',
      details: [expect.stringMatching(/^package-lock\.json locks it .* but it was not found/)],
    });
  });

  test('is skipped where the lockfile allows it and npm says that it was left out', async () => {
    const record = (packages: object) =>
      write(at('node_modules'), [['.package-lock.json', JSON.stringify({ lockfileVersion: 3, packages })]]);
    write(at('node_modules/left'), [['package.json', '{}']]);
    record({ 'node_modules/left': { version: '1.0.0' } });
    expect(await judged()).toMatchObject({ status: 'skipped' });
    expect(await judged(dev({ dev: false }))).toMatchObject({ status: 'unknown' });
    record({ 'node_modules/inner': { name: '@jsr/acme__base', version: '0.2.0' } });
    expect(await judged()).toMatchObject({ status: 'unknown' });
  });
});
