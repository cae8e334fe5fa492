import { vendorHosts } from '../../src/installed/deno/deno-paths.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Area, Row, Scene } from './row.ts';

/** A deno.lock with one more section, beside a package that it locks as it should. */
const locked = (scene: Scene, sections: object): string => {
  const lock: unknown = JSON.parse(denoLock([scene.widget]));
  return JSON.stringify({ ...(lock as object), ...sections }, null, 2);
};

const module = (scene: Scene): string => `${scene.world.urls.registry}/@acme/${scene.name}/1.0.0/mod.ts`;

/** A redirect of deno.lock that begins at an address of the package, whose entry is honest. */
const redirect = (
  promise: string,
  from: (scene: Scene) => string,
  to: string,
  argv: readonly string[] = ['audit'],
): Row => ({
  promise,
  project: (scene) => ({ 'deno.lock': locked(scene, { redirects: { [from(scene)]: to } }) }),
  argv: () => argv,
  verdict: 'rejected',
  code: 1,
  id: 'lockfile',
  says: /the client runs something else instead of the package: "redirects" maps .* to /,
});

const code = 'data:application/typescript,export%20const%20x%20%3D%201%3B';

const hash = 'a'.repeat(64);

/** A module of the package that another host hands on. */
const packageOnCdn = (promise: string, address: string, sections: (address: string) => object): Row => ({
  promise,
  project: (scene) => ({ 'deno.lock': locked(scene, sections(address.replace('NAME', scene.name))) }),
  argv: () => ['audit'],
  verdict: 'rejected',
  code: 1,
  id: 'foreign-registry',
  says: /the lockfile fetches @acme\/row-\d+@1\.0\.0 from [\w.]+, which is not a configured registry/,
});

/** A project of Deno whose lockfile is honest and whose configuration leads elsewhere. */
const configured = (
  promise: string,
  files: (scene: Scene) => Readonly<Record<string, unknown>>,
  says: RegExp | undefined,
): Row => ({
  promise,
  project: (scene) => ({
    'deno.lock': locked(scene, {}),
    ...Object.fromEntries(
      Object.entries(files(scene)).map(([path, json]) => [path, JSON.stringify(json, null, 2)]),
    ),
  }),
  argv: () => ['audit', '--strict'],
  verdict: 'verified',
  code: says === undefined ? 0 : 1,
  ...(says !== undefined && { id: 'lockfile', says }),
});

/** A project of Deno that runs what lies in `vendor/`. */
const vendored = (scene: Scene, change: (text: string) => string): Readonly<Record<string, string>> => ({
  'deno.json': '{"vendor":true}',
  'deno.lock': locked(scene, {}),
  [`vendor/${vendorHosts(scene.world.urls.registry)[0]}/@acme/${scene.name}/1.0.0/mod.ts`]: change(
    Buffer.from(scene.widget.files.get('/mod.ts') ?? '').toString(),
  ),
});

/** Lockfiles of Deno that put something else in the place of a package of JSR. */
export const denoAddresses: Area = {
  area: 'addresses in deno.lock',
  rows: [
    {
      promise: 'redirects that have nothing to do with JSR change nothing',
      project: (scene) => ({
        'deno.lock': locked(scene, {
          redirects: { 'https://cdn.example/a': 'https://cdn.example/a@1.0.0' },
          remote: { 'https://cdn.example/a@1.0.0': 'a'.repeat(64) },
        }),
      }),
      argv: () => ['audit', '--strict'],
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an entry of deno.lock without integrity holds nothing, and with --strict is turned away',
      project: (scene) => ({
        'deno.lock': locked(scene, { jsr: { [`@acme/${scene.name}@1.0.0`]: {} } }),
      }),
      argv: () => ['audit', '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'unpinned',
      says: /does not pin the bytes of @acme\/row-\d+@1\.0\.0: its entry has no "integrity"/,
    },
    redirect('a module of JSR that a redirect replaces by a data address is rejected', module, code),
    redirect(
      'a module of JSR that a redirect replaces by one of another host is rejected',
      module,
      'https://cdn.example/mod.ts',
    ),
    redirect('a module of JSR that a redirect replaces is rejected at depth files', module, code, [
      'audit',
      '--depth',
      'files',
    ]),
    redirect('a module of JSR that a redirect replaces is rejected at depth installed', module, code, [
      'audit',
      '--depth',
      'installed',
    ]),
    redirect(
      'a module that a redirect replaces by one of another package of JSR is rejected',
      module,
      'https://jsr.io/@acme/evil/1.0.0/mod.ts',
    ),
    redirect(
      'a manifest that a redirect replaces is rejected',
      (scene) => module(scene).replace('/mod.ts', '_meta.json'),
      code,
    ),
    redirect(
      'a list of versions that a redirect replaces is rejected',
      (scene) => module(scene).replace('1.0.0/mod.ts', 'meta.json'),
      code,
    ),
    redirect(
      'a specifier of JSR that a redirect replaces is rejected',
      ({ name }) => `jsr:@acme/${name}@1`,
      code,
    ),
    redirect(
      'a specifier of JSR with a slash that a redirect replaces is rejected',
      ({ name }) => `jsr:/@acme/${name}@1.0.0/mod.ts`,
      code,
    ),
    redirect(
      'a package under its npm name that a redirect replaces is rejected',
      ({ name }) => `npm:@jsr/acme__${name}@1`,
      code,
    ),
    ...Object.entries({
      'in capitals': (url: string) => url.replace('http:', 'HTTP:'),
      'with a user name': (url: string) => url.replace('//', '//me:secret@'),
      'with another scheme': (url: string) => url.replace('http:', 'https:'),
      'with a dot after its host': (url: string) => url.replace(/(\d):(\d)/, '$1.:$2'),
      'with an escaped sign': (url: string) => url.replace('/@', '/%40'),
      'with an escaped slash': (url: string) => url.replace('@acme/', '@acme%2f'),
      'with an escape of an escape': (url: string) => url.replace('/@', '/%2540'),
      'with double slashes': (url: string) => url.replace('/@', '//@').replace('/1.0.0/', '//1.0.0///'),
      'with dots in its path': (url: string) =>
        url.replace('/@', '/@evil/x/../../@').replace('/mod', '/./mod'),
      'with escaped dots in its path': (url: string) => url.replace('/@', '/@evil/x/%2e%2e/%252e./@'),
      'with a backslash': (url: string) => url.replace('/@', '\\@'),
      'with a query': (url: string) => `${url}?x`,
      'with a fragment': (url: string) => `${url}#x`,
    }).map(([how, spell]) =>
      redirect(
        `an address of JSR ${how} that a redirect replaces is rejected`,
        (scene) => spell(module(scene)),
        code,
      ),
    ),
    {
      ...redirect('a redirect that a pull request adds is rejected by diff', module, code, [
        'diff',
        'before',
        'after',
      ]),
      project: (scene) => ({
        'before/deno.lock': locked(scene, {}),
        'after/deno.lock': locked(scene, { redirects: { [module(scene)]: code } }),
      }),
    },
    {
      ...redirect(
        'a redirect away from a package of JSR that the lockfile does not lock is an error',
        () => '',
        code,
      ),
      project: (scene) => ({
        'deno.lock': locked(scene, {
          redirects: { [`${scene.world.urls.registry}/@acme/unheard/mod.ts`]: code },
        }),
      }),
      verdict: 'verified',
      code: 2,
      id: 'lockfile-entry',
      says: /"redirects" maps .*@acme\/unheard\/mod\.ts to data:.* not that package/,
    },
    ...Object.entries({
      'esm.sh': 'https://esm.sh/jsr/@acme/NAME@1.0.0/mod.ts',
      'esm.sh with a version of its build': 'https://esm.sh/v135/jsr/@acme/NAME@1.0.0/denonext/mod.mjs',
      'esm.sh with a stable build': 'https://esm.sh/stable/jsr/@acme/NAME@1.0.0&dev/mod.mjs?bundle',
      'esm.sh under the npm name': 'https://esm.sh/v135/@jsr/acme__NAME@1.0.0/es2022/mod.mjs',
      jspm: 'https://ga.jspm.io/jsr:@acme/NAME@1.0.0/mod.js',
      jsDelivr: 'https://cdn.jsdelivr.net/npm/@jsr/acme__NAME@1.0.0/+esm',
      unpkg: 'https://unpkg.com/@jsr/acme__NAME@1.0.0/mod.js',
      Skypack: 'https://cdn.skypack.dev/-/@jsr/acme__NAME@v1.0.0-yH0aYV1FOvoIPeKBbHxg/dist=es2020/mod.js',
      'a tarball': 'https://npm.other.example/~/11/@jsr/acme__NAME/1.0.0.tgz',
      'a proxy': 'https://proxy.example/https://jsr.io/@acme/NAME/1.0.0/mod.ts',
      'a query of a proxy': 'https://proxy.example/?url=https%3A%2F%2Fjsr.io%2F@acme%2FNAME%2F1.0.0%2Fmod.ts',
      'any host': 'https://cdn.example/jsr:@acme/NAME@1.0.0/mod.js',
      escapes: 'https://cdn.example/%6Asr/%40acme%2FNAME%401.0.0/mod.js',
    }).flatMap(([host, address]) => [
      packageOnCdn(`a package of JSR that is loaded through ${host} is rejected`, address, (at) => ({
        remote: { [at]: hash },
      })),
      packageOnCdn(`a redirect to a package of JSR through ${host} is rejected`, address, (at) => ({
        redirects: { 'https://x.example/': at },
      })),
      packageOnCdn(`a redirect from a package of JSR through ${host} is rejected`, address, (at) => ({
        redirects: { [at]: code },
      })),
    ]),
    {
      ...packageOnCdn('a package of JSR in no exact version at another host is an error', '', () => ({})),
      project: (scene) => ({
        'deno.lock': locked(scene, {
          remote: { [`https://esm.sh/jsr/@acme/${scene.name}@1/mod.ts`]: hash },
        }),
      }),
      verdict: 'verified',
      code: 2,
      id: 'lockfile-entry',
      says: /it fetches @acme\/row-\d+ from esm\.sh, without an exact version/,
    },
  ],
};

const evil = './evil.ts';

/** Configurations of Deno that put something else in the place of a package of JSR, beside an honest lockfile. */
export const denoConfigurations: Area = {
  area: 'configurations of Deno',
  rows: [
    configured(
      'an import map that leads to JSR is nothing to be told',
      ({ name }) => ({
        'deno.json': {
          imports: {
            [`@acme/${name}`]: `jsr:@acme/${name}@^1`,
            [`jsr:@acme/${name}@^1.0.0`]: `jsr:@acme/${name}@1.0.0`,
            './a.ts': './b.ts',
            'https://cdn.example/': './vendor/',
          },
          scopes: { './tests/': { assert: 'jsr:@std/assert@1' } },
          workspace: ['./other'],
        },
        'other/deno.json': { name: '@acme/other', version: '1.0.0', exports: './mod.ts' },
      }),
      undefined,
    ),
    configured(
      'an import map that sends a specifier of JSR elsewhere is told',
      ({ name }) => ({ 'deno.json': { imports: { [`jsr:@acme/${name}@^1`]: evil } } }),
      /"imports" maps jsr:@acme\/row-\d+@\^1 to \.\/evil\.ts, and Deno runs that/,
    ),
    configured(
      'an import map that sends one package of JSR to another is told',
      ({ name }) => ({ 'deno.json': { imports: { [`jsr:@acme/${name}@^1`]: 'jsr:@acme/evil@1' } } }),
      /"imports" maps jsr:@acme\/row-\d+@\^1 to jsr:@acme\/evil@1/,
    ),
    configured(
      'an import map that sends a package to another version of itself at the registry is nothing to be told',
      (scene) => ({
        'deno.json': {
          imports: {
            [`jsr:@acme/${scene.name}@^1`]: `jsr:@acme/${scene.name}@1.0.0`,
            [`jsr:@acme/${scene.name}@1`]: `npm:@jsr/acme__${scene.name}@^1.0.0`,
            [`jsr:/@acme/${scene.name}/`]: `jsr:/@acme/${scene.name}@1.0.0/`,
            [`jsr:@acme/${scene.name}@1.0`]: module(scene),
          },
        },
      }),
      undefined,
    ),
    ...Object.entries({
      'another port of the host of the registry': (url: string) => url.replace(/:\d+\//, ':81/'),
      'another scheme at the host of the registry': (url: string) => url.replace('http:', 'https:'),
      'a user name at the registry': (url: string) => url.replace('//', '//evil@'),
      'another folder of the registry': (url: string) => url.replace('/@', '/evil/@'),
      'a folder above the package': (url: string) => url.replace('/mod', '/../../evil/mod'),
      'escaped dots above the package': (url: string) => url.replace('/mod', '/..%2f..%2fevil/mod'),
    }).map(([where, change]) =>
      configured(
        `an import map that sends a package of JSR to ${where} is told`,
        (scene) => ({
          'deno.json': { imports: { [`jsr:@acme/${scene.name}@1`]: change(module(scene)) } },
        }),
        /"imports" maps jsr:@acme\/row-\d+@1 to http/,
      ),
    ),
    configured(
      'a deno.json by which Deno runs what lies in vendor/ is told',
      () => ({ 'deno.json': { vendor: true } }),
      /with "vendor": true, Deno runs the files in vendor\/ without comparing them with the lockfile/,
    ),
    {
      promise: 'a deno.json by which Deno runs what lies in vendor/ is met by depth installed',
      project: (scene) => vendored(scene, (text) => text),
      argv: () => ['audit', '--strict', '--depth', 'installed'],
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a changed module in vendor/ is rejected at depth installed',
      project: (scene) => vendored(scene, (text) => `${text}evil();`),
      argv: () => ['audit', '--depth', 'installed'],
      verdict: 'rejected',
      code: 1,
      id: 'installed',
      says: /mod\.ts/,
    },
    configured(
      'a deno.json that switches vendor/ off is nothing to be told',
      () => ({ 'deno.json': { vendor: false } }),
      undefined,
    ),
    configured(
      'an import map that sends a module of JSR elsewhere is told',
      (scene) => ({ 'deno.json': { imports: { [module(scene)]: evil } } }),
      /"imports" maps http.*mod\.ts to \.\/evil\.ts/,
    ),
    configured(
      'an import map that sends the beginning of every address elsewhere is told',
      () => ({ 'deno.json': { imports: { 'http://': './evil/' } } }),
      /"imports" maps http:\/\/ to \.\/evil\//,
    ),
    configured(
      'a scope that sends a specifier of JSR elsewhere is told',
      ({ name }) => ({ 'deno.json': { scopes: { './': { [`jsr:@acme/${name}@^1`]: evil } } } }),
      /"scopes" for \.\/ maps jsr:@acme\/row-\d+@\^1 to \.\/evil\.ts/,
    ),
    configured(
      'a scope that gives the modules of JSR other imports is told',
      ({ world }) => ({ 'deno.json': { scopes: { [`${world.urls.registry}/`]: { 'node:fs': evil } } } }),
      /"scopes" for http.* maps node:fs to \.\/evil\.ts/,
    ),
    configured(
      'an import map in a file of its own that sends a specifier of JSR elsewhere is told',
      ({ name }) => ({
        'deno.json': { importMap: './map.json' },
        'map.json': { imports: { [`jsr:@acme/${name}@^1`]: evil } },
      }),
      /"imports" maps jsr:@acme\/row-\d+@\^1 to/,
    ),
    configured(
      'an import map outside of the project is told and not read',
      () => ({ 'deno.json': { importMap: '../../../../map.json' } }),
      /the import map "\.\.\/.*map\.json" was not read/,
    ),
    configured(
      'a linked folder that stands in for a package of JSR is told',
      ({ name }) => ({
        'deno.json': { links: ['./evil'] },
        'evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "\.\/evil"/,
    ),
    configured(
      'a member of the workspace with the name of a locked package of JSR is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./evil'] },
        'evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "evil"/,
    ),
    configured(
      'a member of the workspace that the pattern packages/* leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./other', 'packages/*'] },
        'packages/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "packages\/evil"/,
    ),
    configured(
      'a member of the workspace that the pattern packages/** leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./other', 'packages/**'] },
        'packages/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "packages\/evil"/,
    ),
    configured(
      'a member of the workspace that the pattern p?ckages/e*l leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./other', 'p?ckages/e*l'] },
        'packages/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "packages\/evil"/,
    ),
    configured(
      'a member of the workspace that the pattern **/evil leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./other', '**/evil'] },
        'packages/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "packages\/evil"/,
    ),
    configured(
      'a member of the workspace that the pattern */../packages/* leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['./other', '*/../packages/*'] },
        'packages/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "packages\/evil"/,
    ),
    configured(
      'an import map of a member that a pattern leads to is told',
      ({ name }) => ({
        'deno.json': { workspace: ['packages/*'] },
        'packages/one/deno.json': { imports: { [`jsr:@acme/${name}@^1`]: evil } },
      }),
      /"imports" maps jsr:@acme\/row-\d+@\^1 to/,
    ),
    configured(
      'a member that package.json names is told',
      ({ name }) => ({
        'package.json': { workspaces: ['ev*'] },
        'evil/package.json': { name: 'evil' },
        'evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "evil"/,
    ),
    configured(
      'a member that is named after many others is told',
      ({ name }) => ({
        'deno.json': { workspace: [...Array.from({ length: 300 }, (_, at) => `./no-${at}`), './evil'] },
        'evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "evil"/,
    ),
    configured(
      'members that are too many to look at are told',
      () => ({ 'deno.json': { workspace: Array.from({ length: 3000 }, (_, at) => `./no-${at}`) } }),
      /a member of the workspace .* was not read/,
    ),
    configured(
      'a member of a linked workspace that stands in for a package of JSR is told',
      ({ name }) => ({
        'deno.json': { links: ['./linked'] },
        'linked/deno.json': { workspace: ['./evil'] },
        'linked/evil/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      /Deno loads @acme\/row-\d+ from the project folder "linked\/evil"/,
    ),
    {
      ...configured(
        'a deno.lock in a folder without a project is told where Deno reads the one above',
        () => ({ 'deno.json': {}, 'sub/deno.lock': { version: '5' } }),
        /Deno reads deno\.lock here instead; it was not audited/,
      ),
      argv: () => ['audit', 'sub', '--strict'],
    },
    {
      promise: 'an honest deno.lock in a folder without a project does not hide the one that Deno reads',
      project: (scene) => ({
        'deno.json': '{}',
        'deno.lock': locked(scene, { redirects: { [module(scene)]: code } }),
        'sub/deno.lock': locked(scene, {}),
      }),
      argv: () => ['audit', 'sub', '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'lockfile',
      says: /the client runs something else instead of the package: "redirects" maps .* to /,
    },
    {
      promise: 'a deno.lock in a folder with a deno.json of its own is the one that Deno reads',
      project: (scene) => ({
        'deno.json': '{}',
        'deno.lock': locked(scene, { redirects: { [module(scene)]: code } }),
        'sub/deno.json': '{}',
        'sub/deno.lock': locked(scene, {}),
      }),
      argv: () => ['audit', 'sub', '--strict'],
      verdict: 'verified',
      code: 0,
    },
    configured(
      'a folder that a pattern of the workspace excludes is nothing to be told',
      ({ name }) => ({
        'deno.json': { workspace: ['packages/*', '!packages/no'] },
        'packages/yes/deno.json': { name: '@acme/yes' },
        'packages/no/deno.json': { name: `@acme/${name}`, version: '1.0.0', exports: './mod.ts' },
      }),
      undefined,
    ),
    {
      ...configured(
        'an import map beside a lockfile that is named itself is told',
        ({ name }) => ({ 'deno.json': { imports: { [`jsr:@acme/${name}@^1`]: evil } } }),
        /"imports" maps jsr:@acme/,
      ),
      argv: () => ['audit', '--strict', 'deno.lock'],
    },
  ],
};
