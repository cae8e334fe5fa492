import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../support/http.ts';
import { bunLock, denoLock, packageLock, pinned, pnpmLock, yarnLock } from '../support/lockfiles.ts';
import { npmName } from '../support/npm.ts';
import type { Area, Row, Scene } from './row.ts';

const audit = (): readonly string[] => ['audit'];

/** An attack on deno.lock: the honest one, edited. */
const deno = (
  promise: string,
  change: (text: string, scene: Scene) => string,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
): Row => ({
  promise,
  project: (scene) => ({ 'deno.lock': change(denoLock([scene.widget]), scene) }),
  argv: audit,
  ...end,
});

/** An attack on package-lock.json. */
const npm = (
  promise: string,
  change: (text: string, scene: Scene) => string,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
): Row => ({
  promise,
  project: (scene) => ({ 'package-lock.json': change(packageLock([scene.widget], scene.world.urls), scene) }),
  argv: audit,
  ...end,
});

/** An attack on the lockfile of another client. */
const other = (
  [file, lock]: Client,
  promise: string,
  change: (text: string, scene: Scene) => string,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
): Row => ({
  promise,
  project: (scene) => ({ [file]: change(lock(scene), scene) }),
  argv: audit,
  ...end,
});

type Client = readonly [file: string, lock: (scene: Scene) => string];

const pnpm: Client = ['pnpm-lock.yaml', ({ widget, world }) => pnpmLock([widget], world.urls)];
const pnpm13: Client = [
  'pnpm-lock.yaml',
  ({ widget, world, name }) => {
    const { resolved, integrity } = pinned(widget, world.urls);
    const id = `${npmName('acme', name)}@1.0.0`;
    return `{
\t"lockfileVersion": "13.0",
\t"projects": {
\t\t".": { "dependencies": { "@acme/${name}": { "specifier": "jsr:^1.0.0", "version": "${id}", }, }, },
\t},
\t"packages": {
\t\t"${id}": { "resolution": { "tarball": "${resolved}" }, "integrity": "${integrity}", },
\t},
}
`;
  },
];
const yarn1: Client = ['yarn.lock', ({ widget, world }) => yarnLock([widget], world.urls)];
const bun: Client = [
  'bun.lock',
  ({ widget, world, name }) =>
    bunLock([widget], world.urls).replace(
      '"name": "app",',
      `"name": "app", "dependencies": { "@acme/${name}": "npm:${npmName('acme', name)}@^1.0.0" },`,
    ),
];
const yarn4: Client = [
  'yarn.lock',
  ({ widget, world, name }) => {
    const address = encodeURIComponent(pinned(widget, world.urls).resolved);
    return `__metadata:
  version: 10

"@acme/${name}@npm:${npmName('acme', name)}@^1.0.0":
  version: 1.0.0
  resolution: "${npmName('acme', name)}@npm:1.0.0::__archiveUrl=${address}"

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    "@acme/${name}": "npm:${npmName('acme', name)}@^1.0.0"
`;
  },
];
const vlt: Client = [
  'vlt-lock.json',
  ({ widget, world, name }) => {
    const { resolved, integrity } = pinned(widget, world.urls);
    const id = `~jsr~@jsr+acme____${name}@1.0.0`;
    return JSON.stringify({
      lockfileVersion: 1,
      options: {},
      nodes: { [id]: [0, npmName('acme', name), integrity, resolved] },
      edges: { [`file~_d @acme/${name}`]: `prod npm:${npmName('acme', name)}@^1.0.0 ${id}` },
    });
  },
];

/** An attack on a package-lock.json that leads to a proxy of the npm registry. */
const throughProxy = (
  promise: string,
  change: (text: string) => string,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
): Row => ({
  ...npm(
    promise,
    (text, { name }) =>
      change(
        text.replace(
          /"resolved": "[^"]+"/,
          `"resolved": "https://proxy.example/@jsr/acme__${name}/-/1.0.0.tgz"`,
        ),
      ),
    end,
  ),
  argv: ({ world }) => [
    ...['audit', '--depth', 'tarball', '--npm-registry', world.urls.npm],
    ...['--npm-registry', 'https://proxy.example/'],
  ],
});

const npmClient: Client = ['package-lock.json', ({ widget, world }) => packageLock([widget], world.urls)];
const denoNpm: Client = [
  'deno.lock',
  ({ widget, world, name }) => {
    const { resolved, integrity } = pinned(widget, world.urls);
    const npmNamed = npmName('acme', name);
    return JSON.stringify({
      version: '5',
      specifiers: { [`npm:${npmNamed}@1`]: '1.0.0' },
      npm: { [`${npmNamed}@1.0.0`]: { integrity, tarball: resolved } },
    });
  },
];

/** A tarball of other code than the attested one, which the lockfile of a client pins: no depth is asked for. */
const installs = ([promise, client]: readonly [string, Client]): Row => ({
  promise: `${promise} is rejected by an audit that asks for no depth`,
  publish: { npm: { files: { '/mod.js': 'export const row = evil();\n//# sourceMappingURL=mod.js.map' } } },
  project: (scene) => ({ [client[0]]: client[1](scene) }),
  argv: audit,
  verdict: 'rejected',
  code: 1,
  id: 'tarball',
  says: /\/mod\.js/,
});

const unheardOf = {
  verdict: 'inconclusive',
  code: 3,
  id: 'manifest',
  says: /it was deleted or never published, or the package is private$/,
} as const;
const hash = 'a'.repeat(64);
const foreign = `sha512-${'A'.repeat(86)}==`;
const refused = (says: RegExp) => ({ verdict: 'refused', code: 2, id: 'error', says }) as const;
const entry = (says: RegExp) => ({ verdict: 'nothing', code: 2, id: 'lockfile-entry', says }) as const;

/** Lockfiles that somebody else wrote. */
export const lockfiles: Area = {
  area: 'lockfiles',
  rows: [
    deno('an honest deno.lock is verified', (text) => text, { verdict: 'verified', code: 0 }),
    npm('an honest package-lock.json is verified', (text) => text, { verdict: 'verified', code: 0 }),
    ...(
      [
        ['deno.lock', ({ widget }) => denoLock([widget])],
        ['package-lock.json', ({ widget, world }) => packageLock([widget], world.urls)],
      ] satisfies readonly Client[]
    ).flatMap(([file, lock]): readonly Row[] => [
      {
        promise: `a package in ${file} of which the registry says nothing may be private`,
        project: (scene) => ({ [file]: lock(scene) }),
        attack: ({ edit, name }) => {
          for (const role of ['registry', 'api', 'npm'] as const)
            edit({ role, path: new RegExp(name) }, () => answerOf(404, 'text/plain', '404 - Not Found'));
        },
        argv: audit,
        ...unheardOf,
      },
      {
        promise: `a version in ${file} that the registry took away leaves the question open`,
        project: (scene) => ({ [file]: lock(scene) }),
        attack: ({ world, widget }) => world.remove(widget),
        argv: () => ['audit', '--allow-unattested'],
        ...unheardOf,
      },
      {
        promise: `a version in ${file} that the registry lists and does not have is rejected`,
        project: (scene) => ({ [file]: lock(scene) }),
        attack: ({ edit, name }) =>
          edit({ role: 'registry', path: `/@acme/${name}/1.0.0_meta.json` }, () =>
            answerOf(404, 'text/plain', '404 - Not Found'),
          ),
        argv: audit,
        verdict: 'rejected',
        code: 1,
        id: 'manifest',
        says: /has no version manifest at http\S+$/,
      },
    ]),
    ...(
      [
        [
          'a package-lock.json through a proxy that is named is verified',
          (text) => text,
          { verdict: 'verified', code: 0 },
        ],
        [
          'another package at a proxy does not pass for one of JSR',
          (text) => text.replace(/proxy\.example\/[^"]+/, 'proxy.example/evil/-/evil-1.0.0.tgz'),
          entry(/its address is of another package, evil@1\.0\.0/),
        ],
        [
          'another package of JSR at a proxy does not pass for the one that is named',
          (text) => text.replace('/-/', '-evil/-/'),
          entry(/its address is of another package, @jsr\/acme__row-\d+-evil@1\.0\.0/),
        ],
        [
          'an address that does not tell its package is held to the integrity',
          (text) =>
            text
              .replace(/proxy\.example\/[^"]+/, `proxy.example/${hash}`)
              .replace(/"sha512-[^"]+"/, `"${foreign}"`),
          {
            verdict: 'rejected',
            code: 1,
            id: 'tarball',
            says: /not the one that package-lock\.json:\d+ names/,
          },
        ],
        [
          'an address that does not tell its package, without an integrity, is not passed over',
          (text) =>
            text
              .replace(/proxy\.example\/[^"]+/, `proxy.example/${hash}`)
              .replace(/,\s*"integrity": "sha512-[^"]+"/, ''),
          entry(/its address does not say which package it is/),
        ],
      ] satisfies Parameters<typeof throughProxy>[]
    ).map(([promise, change, end]) => throughProxy(promise, change, end)),
    deno(
      'a digest of other bytes than are attested is told',
      (text, { widget }) => text.replace(widget.digest, '0'.repeat(64)),
      {
        verdict: 'rejected',
        code: 1,
        id: 'lockfile',
        says: /a different version manifest than the registry serves.*deno\.lock:\d+ locks 0{64}/,
      },
    ),
    deno(
      'a digest that is none is not passed over',
      (text, { widget }) => text.replace(widget.digest, 'sha512-x'),
      entry(/integrity is not a SHA-256 in hex/),
    ),
    deno(
      'a package that is named by stepping out of its folder is none',
      (text, { name }) => text.replaceAll(`@acme/${name}@`, '@acme/../../evil@'),
      entry(/could not be understood/),
    ),
    deno(
      'a package in capitals is none',
      (text, { name }) => text.replaceAll(`@acme/${name}@`, `@ACME/${name}@`),
      entry(/could not be understood/),
    ),
    deno(
      'a version that is none is not passed over',
      (text) => text.replaceAll('1.0.0', '1.0.0/../2.0.0'),
      entry(/could not be understood/),
    ),
    deno(
      'a section that stands twice is read in no way',
      (text) => text.replace('"jsr": {', '"jsr": {}, "jsr": {'),
      refused(/deno\.lock:\d+: has a duplicate key/),
    ),
    deno(
      'a lockfile with a conflict in it is read in no way',
      (text) => `<<<<<<< ours\n${text}`,
      refused(/git conflict marker/),
    ),
    deno(
      'a lockfile cut short is no shorter list',
      (text) => text.slice(0, -40),
      refused(/ends unexpectedly/),
    ),
    deno(
      'a lockfile nested without end is refused',
      (text) => text.replace('"jsr": {', `"x": ${'['.repeat(100_000)}, "jsr": {`),
      refused(/nested deeper/),
    ),
    deno(
      'a lockfile of a version nobody knows is refused',
      (text) => text.replace('"version": "5"', '"version": "99"'),
      refused(/deno\.lock:\d+: /),
    ),
    deno('a lockfile without JSR packages is nothing to be content with', () => '{"version":"5"}', {
      verdict: 'nothing',
      code: 4,
      id: 'log',
      says: /not-checked no log entry was seen/,
    }),
    npm(
      'an address on another host is told and never asked',
      (text, { world }) => text.replace(world.urls.npm, 'https://npm.evil.example'),
      {
        verdict: 'rejected',
        code: 1,
        id: 'foreign-registry',
        says: /from npm\.evil\.example, which is not a configured registry/,
      },
    ),
    npm(
      'an address that hides its host behind a user name is told',
      (text, { world }) => text.replace(world.urls.npm, 'https://npm.jsr.io@evil.example'),
      { verdict: 'rejected', code: 1, id: 'foreign-registry', says: /from …@evil\.example/ },
    ),
    npm(
      'an address that begins like the registry is another one',
      (text, { world }) => text.replace(world.urls.npm, 'http://127.0.0.1.evil.example'),
      { verdict: 'rejected', code: 1, id: 'foreign-registry', says: /evil\.example/ },
    ),
    npm(
      'a package that is called one thing and fetched as another is none',
      (text, { name }) => text.replace(`/@jsr/acme__${name}/`, '/@jsr/evil__evil/'),
      entry(/could not be understood/),
    ),
    npm(
      'an integrity that is none is not passed over',
      (text) => text.replace(/sha512-[^"]+/, 'sha512-short'),
      entry(/could not be understood/),
    ),
    {
      ...npm(
        'a SHA-1 holds nothing, is told, and with --strict turned away',
        (text) => text.replace(/sha512-[^"]+/, `sha1-${'A'.repeat(27)}=`),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /SHA-1/ },
      ),
      argv: () => ['audit', '--strict'],
    },
    {
      ...npm(
        'a package held to no bytes is told, and with --strict turned away',
        (text) => text.replace(/,\s*"integrity": "[^"]+"/, ''),
        {
          verdict: 'rejected',
          code: 1,
          id: 'unpinned',
          says: /does not pin the bytes of @acme\/row-\d+@1\.0\.0/,
        },
      ),
      argv: () => ['audit', '--strict'],
    },
  ],
};

const mismatchReason = (to: string) =>
  entry(
    new RegExp(
      `could not be understood: it is requested from JSR as @jsr/acme__row-\\d+ but resolves to ${to}`,
    ),
  );
const honest = { verdict: 'verified', code: 0 } as const;

/** Lockfiles that say of what was asked for from JSR that it is something else; every client installs that. */
export const requests: Area = {
  area: 'requests for JSR in lockfiles',
  rows: [
    npm('a package of JSR that npm resolved to one is verified', (text) => text, honest),
    npm(
      'a package asked for from JSR and resolved by npm to another one is none',
      (text) =>
        text
          .replace(/"name": "@jsr[^"]+"/, '"name": "is-number"')
          .replace(
            /"resolved": "[^"]+"/,
            '"resolved": "https://registry.npm.example/is-number/-/is-number-1.0.0.tgz"',
          ),
      mismatchReason('is-number@1'),
    ),
    npm(
      'a package asked for from JSR and linked by npm to a folder is none',
      (text) => text.replace(/"name": "@jsr[^}]+/, '"resolved": "evil", "link": true'),
      mismatchReason('the folder evil'),
    ),
    npm(
      'a package of npm in the folder of one of JSR is none',
      (text, { name }) =>
        text
          .replace(`"@acme/${name}": "npm:@jsr/acme__${name}@`, `"@jsr/acme__${name}": "`)
          .replace(`node_modules/@acme/${name}`, `node_modules/@jsr/acme__${name}`)
          .replace(/"name": "@jsr[^"]+"/, '"name": "is-number"'),
      entry(/the entry names another package: is-number/),
    ),
    other(pnpm, 'a package of JSR that pnpm resolved to one is verified', (text) => text, honest),
    other(
      pnpm,
      'a package asked for from JSR and resolved by pnpm to another one is none',
      (text) =>
        text
          .replaceAll(/'@jsr[^']+'/g, 'is-number@7.0.0')
          .replace(/\{integrity: [^}]+\}/, `{integrity: ${foreign}}`),
      mismatchReason('is-number@7'),
    ),
    other(
      pnpm,
      'a package asked for from JSR and linked by pnpm to a folder is none',
      (text) =>
        `${text.slice(0, text.indexOf('packages:')).replace(/version: '@jsr[^']+'/, 'version: link:../evil')}packages: {}\nsnapshots: {}\n`,
      mismatchReason('link:../evil'),
    ),
    other(bun, 'a package of JSR that bun resolved to one is verified', (text) => text, honest),
    other(
      bun,
      'a package asked for from JSR and resolved by bun to another one is none',
      (text) => text.replace(/\["@jsr[^\]]+\]/, `["is-number@7.0.0", "", {}, "${foreign}"]`),
      mismatchReason('is-number@7'),
    ),
    other(yarn1, 'a package of JSR that Yarn 1 resolved to one is verified', (text) => text, honest),
    other(
      yarn1,
      'a package of npm under the name of one of JSR in Yarn 1 is none',
      (text, { name }) =>
        text
          .replace(`@acme/${name}@npm:@jsr/acme__${name}@^1`, `@jsr/acme__${name}@npm:is-number@^7`)
          .replace(
            /resolved "[^"]+"/,
            'resolved "https://registry.npm.example/is-number/-/is-number-7.0.0.tgz#A"',
          ),
      mismatchReason('is-number'),
    ),
    ...(
      [
        ['a tarball of other code that npm installs', npmClient],
        ['a tarball of other code that pnpm installs', pnpm],
        ['a tarball of other code that Yarn 1 installs', yarn1],
        ['a tarball of other code that Yarn 4 installs', yarn4],
        ['a tarball of other code that bun installs', bun],
        ['a tarball of other code that vlt installs', vlt],
        ['a tarball of other code that Deno installs', denoNpm],
      ] as const
    ).map(installs),
    other(
      denoNpm,
      'a package of JSR that Deno installs as an npm package is verified',
      (text) => text,
      honest,
    ),
    other(yarn4, 'a package of JSR that Yarn 4 resolved to one is verified', (text) => text, honest),
    other(
      yarn4,
      'a package asked for from JSR and resolved by Yarn 4 to another one is none',
      (text) => text.replace(/resolution: "@jsr[^"]+"/, 'resolution: "is-number@npm:1.0.0"'),
      mismatchReason('is-number@npm:1'),
    ),
    other(vlt, 'a package of JSR that vlt resolved to one is verified', (text) => text, honest),
    other(
      vlt,
      'a package asked for from JSR and resolved by vlt to another one is none',
      (text) =>
        text
          .replaceAll(/~jsr~[^"]+/g, '~npm~is-number@7.0.0')
          .replace(/"@jsr[^\]]+\]/, `"is-number","${foreign}"]`),
      mismatchReason('is-number@7'),
    ),
    deno(
      'a package asked for from JSR and resolved by Deno to one of npm is none',
      (_, { name }) =>
        JSON.stringify({ version: '5', specifiers: { [`jsr:@acme/${name}@1`]: 'npm:is-number@7.0.0' } }),
      entry(/it is requested from JSR as jsr:@acme\/row-\d+ but resolves to npm:is-number@7/),
    ),
    other(
      pnpm,
      'a package asked for from JSR and resolved to another one of JSR is none',
      (text, { name }) => text.replace(`specifier: jsr:^`, `specifier: npm:@jsr/acme__not-${name}@^`),
      {
        verdict: 'verified',
        code: 2,
        id: 'lockfile-entry',
        says: /requested from JSR as @jsr\/acme__not-row-\d+ but resolves to @jsr\/acme__row-\d+@1/,
      },
    ),
    {
      ...other(
        pnpm,
        'a package that pnpm patches is held to no bytes, and with --strict turned away',
        (text) =>
          text
            .replace(/version: '(@jsr[^']+)'/, `version: '$1(patch_hash=${hash})'`)
            .replace(/'(@jsr[^']+)': \{\}/, `'$1(patch_hash=${hash})': {}`),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /pnpm changes it with a patch of the project/ },
      ),
      argv: () => ['audit', '--strict'],
    },
    {
      ...other(
        bun,
        'a package that bun patches is held to no bytes, and with --strict turned away',
        (text, { name }) =>
          text.replace(
            '"packages"',
            `"patchedDependencies": { "@jsr/acme__${name}@1.0.0": "p.patch" },\n  "packages"`,
          ),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /bun changes it with a patch of the project/ },
      ),
      argv: () => ['audit', '--strict'],
    },
    ...[3, 4].map((version) => ({
      ...npm(
        `a package that npm patches is held to no bytes in version ${version} of its lockfile, and with --strict turned away`,
        (text) =>
          text
            .replace('"lockfileVersion": 3', `"lockfileVersion": ${version}`)
            .replace(
              '"integrity"',
              '"patched": { "path": "p.patch", "integrity": "sha512-A" },\n      "integrity"',
            ),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /npm changes it with a patch of the project/ },
      ),
      argv: () => ['audit', '--strict'],
    })),
    {
      ...other(
        pnpm13,
        'a package that pnpm patches is held to no bytes in version 13 of its lockfile, and with --strict turned away',
        (text, { name }) =>
          text.replace(
            '"projects"',
            `"settings": { "patchedDependencies": { "@jsr/acme__${name}": "${hash}" } }, "projects"`,
          ),
        { verdict: 'rejected', code: 1, id: 'unpinned', says: /pnpm changes it with a patch of the project/ },
      ),
      argv: () => ['audit', '--strict'],
    },
    other(pnpm13, 'a package that pnpm 12 locked in version 13 is verified', (text) => text, honest),
    ...[true, false].map(
      (isHome): Row => ({
        ...other(
          pnpm,
          `a package from a registry that the project named is ${isHome ? 'verified where that is the one of JSR' : 'foreign where that is another one'}`,
          (text) => text.replaceAll(/(@jsr[^@']+)@1\.0\.0'/g, "$1@jm:1.0.0'").replace(/, tarball: [^}]+/, ''),
          isHome ? honest : { verdict: 'rejected', code: 1, id: 'foreign-registry', says: /evil\.example/ },
        ),
        env: ({ folder, world }) => {
          const url = isHome ? world.urls.npm : 'https://evil.example/';
          writeFileSync(join(folder, 'pnpm-workspace.yaml'), `namedRegistries:\n  jm: ${url}\n`);
          return {};
        },
      }),
    ),
    {
      ...other(pnpm, 'a lockfile that pnpm reads instead on a branch is told', (text) => text, {
        verdict: 'verified',
        code: 1,
        id: 'lockfile',
        says: /pnpm installs from "pnpm-lock\.main\.yaml" on its branch; it was not audited/,
      }),
      project: (scene) => ({
        'pnpm-lock.yaml': pnpm[1](scene),
        'pnpm-lock.main.yaml': 'lockfileVersion: 9.0',
      }),
      argv: () => ['audit', '--strict'],
    },
  ],
};

/** A lockfile of npm and whatever leads npm, or somebody else, away from it. */
const beside = (
  promise: string,
  more: (scene: Scene) => Readonly<Record<string, string>>,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
  [file, lock]: Client = ['package-lock.json', ({ widget, world }) => packageLock([widget], world.urls)],
): Row => ({
  promise,
  project: (scene) => ({ [file]: lock(scene), 'package.json': '{}', ...more(scene) }),
  argv: () => ['audit', '--strict'],
  ...end,
});
const passed = (says: RegExp) => ({ verdict: 'verified', code: 1, id: 'lockfile', says }) as const;

/** A lockfile of pnpm that leads what was asked for from JSR to something else. */
const evilPnpm = (scene: Scene): string =>
  pnpm[1](scene)
    .replaceAll(/'@jsr[^']+'/g, 'is-number@7.0.0')
    .replace(/\{integrity: [^}]+\}/, `{integrity: ${foreign}}`);

/** Projects whose clients install from something else than the lockfile that anybody would audit. */
export const places: Area = {
  area: 'lockfiles that clients read instead',
  rows: [
    beside(
      'a project with settings that lead nowhere else is verified',
      () => ({ '.npmrc': 'package-lock=true\n', 'bunfig.toml': '[install.lockfile]\nsave = false\n' }),
      honest,
    ),
    beside(
      'npm without a lockfile is told',
      () => ({ '.npmrc': 'package-lock=false\n' }),
      passed(/npm.* uses no lockfile/),
    ),
    beside(
      'npm without a shrinkwrap is told',
      () => ({ '.npmrc': 'shrinkwrap=false\n' }),
      passed(/npm uses no lockfile/),
    ),
    beside(
      'pnpm without a lockfile is told',
      () => ({ 'pnpm-workspace.yaml': 'lockfile: false\n' }),
      passed(/pnpm uses no lockfile/),
      pnpm,
    ),
    beside(
      'Yarn 1 without a lockfile is told',
      () => ({ '.yarnrc': '--install.no-lockfile true\n' }),
      passed(/Yarn uses no lockfile/),
      yarn1,
    ),
    {
      ...beside(
        'Yarn that may change its lockfile is told',
        () => ({ '.yarnrc.yml': 'enableImmutableInstalls: false\n' }),
        { ...passed(/Yarn may change the lockfile/), code: 0 },
        yarn4,
      ),
      argv: audit,
    },
    beside(
      'bun without a lockfile is told',
      () => ({ 'bunfig.toml': '[install.lockfile]\nsave = false\n' }),
      passed(/bun uses no lockfile/),
      bun,
    ),
    beside(
      'a lockfile that pnpm takes from another folder is the one that is audited',
      (scene) => ({
        'pnpm-workspace.yaml': 'lockfileDir: locks\n',
        'locks/pnpm-lock.yaml': evilPnpm(scene),
      }),
      entry(/resolves to is-number@7/),
      pnpm,
    ),
    {
      ...beside(
        'a lockfile that Yarn takes by another name is audited',
        (scene) => ({
          '.yarnrc.yml': 'lockfileFilename: other.lock\n',
          'other.lock': yarn4[1](scene).replace(
            /resolution: "@jsr[^"]+"/,
            'resolution: "is-number@npm:1.0.0"',
          ),
        }),
        { ...entry(/resolves to is-number@npm:1/), verdict: 'verified' },
        yarn4,
      ),
      argv: audit,
    },
    beside(
      'a lockfile outside of the repository is told and not read',
      () => ({ '.git/HEAD': '', 'pnpm-workspace.yaml': 'lockfileDir: ../..\n' }),
      passed(/outside of the repository, so it was not audited/),
      pnpm,
    ),
    beside(
      'settings that cannot be read are told',
      () => ({ 'pnpm-workspace.yaml': 'a: [\n' }),
      passed(/cannot be read, so it is unknown whether it chooses another lockfile/),
      pnpm,
    ),
    beside(
      'the lockfile of the branch counts, not the one that everybody looks at',
      (scene) => ({
        '.git/HEAD': 'ref: refs/heads/feat/x\n',
        'pnpm-workspace.yaml': 'gitBranchLockfile: true\n',
        'pnpm-lock.feat!x.yaml': evilPnpm(scene),
      }),
      entry(/resolves to is-number@7/),
      pnpm,
    ),
    beside(
      'a lockfile that looks like that of the branch does not push out the one that counts',
      (scene) => ({
        '.git/HEAD': 'ref: refs/heads/main\n',
        'pnpm-lock.main.yaml': pnpm[1](scene),
        'pnpm-lock.yaml': evilPnpm(scene),
      }),
      { ...entry(/resolves to is-number@7/), verdict: 'verified' },
      pnpm,
    ),
    beside(
      'a lockfile further down is told',
      ({ widget }) => ({ 'supabase/functions/deno.lock': denoLock([widget]) }),
      passed(/a lockfile below this folder; it was not audited/),
    ),
  ],
};

/** The policy of the project, as somebody wrote it who wants a green tick. */
const policy = (
  promise: string,
  content: string | ((scene: Scene) => object),
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'> & Partial<Row>,
): Row => ({
  promise,
  project: (scene) => ({
    'jsr-verify.json': typeof content === 'string' ? content : JSON.stringify(content(scene)),
  }),
  ...end,
});

const bare = { provenance: 'none' } as const;
const exemption = { package: '*', rule: 'require-provenance', reason: 'by hand', until: '2099-01-01' };

/** Policies that would let something pass. */
export const policies: Area = {
  area: 'policies',
  rows: [
    policy(
      'an honest policy is met',
      ({ name }) => ({ packages: { [`@acme/${name}`]: { repository: `acme/${name}`, event: 'push' } } }),
      { verdict: 'verified', code: 0 },
    ),
    policy(
      'a check has no severity',
      '{"rules":{"signature":"off"}}',
      refused(/"signature" is a check, not a rule/),
    ),
    policy(
      'a check has no exemption',
      JSON.stringify({ exemptions: [{ ...exemption, rule: 'inclusion' }] }),
      refused(/"inclusion" is a check, not a rule/),
    ),
    policy(
      'a rule that does not exist switches nothing off',
      '{"rules":{"pinned-identiy":"off"}}',
      refused(/there is no rule "pinned-identiy"/),
    ),
    policy(
      'a claim that is misspelt pins nothing in silence',
      '{"packages":{"@acme/*":{"repositroy":"acme/widget"}}}',
      refused(/"repositroy"/),
    ),
    policy(
      'a policy with a key twice is read in no way',
      '{"packages":{},"packages":{"@acme/*":{"owner":"evil"}}}',
      refused(/"packages"/),
    ),
    policy(
      'a pattern is no repository',
      '{"packages":{"@acme/*":{"repository":"*/*"}}}',
      refused(/is not owner\/name/),
    ),
    policy(
      'a pattern names packages by scope, and nothing wider',
      '{"packages":{"@ac*/*":{"owner":"evil"}}}',
      refused(/names no package/),
    ),
    policy(
      'a policy extends no address',
      '{"extends":"https://evil.example/policy.json"}',
      refused(/jsr-verify\.json:1/),
    ),
    policy(
      'a policy that extends itself ends',
      '{"extends":"./jsr-verify.json"}',
      refused(/jsr-verify\.json:1/),
    ),
    policy(
      'an exemption without an end is none',
      JSON.stringify({ exemptions: [{ ...exemption, until: undefined }] }),
      refused(/needs "until"/),
    ),
    policy(
      'an exemption without a reason is none',
      JSON.stringify({ exemptions: [{ ...exemption, reason: undefined }] }),
      refused(/needs "reason"/),
    ),
    policy(
      'an exemption for a day that does not exist is none',
      JSON.stringify({ exemptions: [{ ...exemption, until: '2099-02-30' }] }),
      refused(/is not a day/),
    ),
    policy(
      'an exemption that is over spares nothing',
      () => ({ exemptions: [{ ...exemption, until: '2020-01-01' }] }),
      {
        publish: bare,
        verdict: 'rejected',
        code: 1,
        id: 'require-provenance',
        says: /the exemption expired on 2020-01-01/,
      },
    ),
    policy('an exemption in force never makes a package verified', () => ({ exemptions: [exemption] }), {
      publish: bare,
      verdict: 'exempt',
      code: 0,
      id: 'require-provenance',
      says: /no attestation/,
    }),
    policy('an exemption from provenance spares no wrong provenance', () => ({ exemptions: [exemption] }), {
      publish: { provenance: { statement: { typeKey: 'none' } } },
      verdict: 'rejected',
      code: 1,
      id: 'statement',
      says: /not an in-toto statement/,
    }),
    policy(
      'a rule that is off never makes a package verified',
      () => ({ rules: { 'require-provenance': 'off' } }),
      { publish: bare, verdict: 'unattested', code: 0, id: 'bundle', says: /the registry names none/ },
    ),
    policy(
      'a pin cannot be lowered by a severity where provenance is missing',
      ({ name }) => ({
        rules: { 'require-provenance': 'off' },
        packages: { [`@acme/${name}`]: { owner: 'acme' } },
      }),
      {
        publish: bare,
        verdict: 'rejected',
        code: 1,
        id: 'require-provenance',
        says: /a pin implies provenance/,
      },
    ),
    policy(
      'a name in new hands passes under no severity',
      ({ name }) => ({
        rules: { 'pinned-identity': 'off' },
        packages: { [`@acme/${name}`]: { repository: `acme/${name}`, repositoryId: 1 } },
      }),
      {
        verdict: 'rejected',
        code: 1,
        id: 'pinned-identity',
        says: /the same name now belongs to someone else/,
      },
    ),
    policy('a flag passes under no severity', () => ({ rules: { 'pinned-identity': 'off' } }), {
      argv: ({ widget }) => [widget.spec, '--repo', 'evil/evil'],
      verdict: 'rejected',
      code: 1,
      id: 'pinned-identity',
      says: /expected evil\/evil \(--repo\)/,
    }),
    {
      promise: 'a repository in letters that look alike is no flag',
      argv: ({ widget }) => [widget.spec, '--repo', '\u0430cme/widget'],
      ...refused(/is not owner\/name/),
    },
  ],
};
