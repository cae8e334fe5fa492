import { join } from 'node:path';
import { tgzOf } from '../support/archive.ts';
import type { Role } from '../support/http.ts';
import { bun, deno, npm11, npm12, pnpm10, pnpm11, pnpm12, vlt, yarn1, yarn4 } from './clients.ts';
import type { Client } from './install.ts';

type Urls = Readonly<Record<Role, string>>;

/** A way in which a client lays out what it installs. */
export interface InstalledLayout {
  readonly title: string;
  readonly client: Client;
  readonly files: (urls: Urls) => Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
  readonly lockfile: string;
  /** Where copies of `@acme/core` are, as a report names them. */
  readonly core: readonly RegExp[];
  /** Whether files that nobody imported may be missing, and whether the copy is one file. */
  readonly partial?: true;
  readonly archive?: true;
}

/** What every project asks for: a package that brings `@acme/core`, under an alias, and one under its own name. */
const dependencies = { '@acme/widget': 'npm:@jsr/acme__widget@^1.4.0', '@jsr/acme__dots': '^1.0.0' };
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A package from elsewhere that brings `@acme/core` under a name which means another package to the project. */
const middle = {
  'middle-1.0.0.tgz': tgzOf([
    {
      path: 'package/package.json',
      content: json({
        name: 'middle',
        version: '1.0.0',
        license: 'MIT',
        dependencies: { renamed: 'npm:@jsr/acme__core@^1.2.0' },
      }),
    },
  ]),
};
const withMiddle = {
  ...dependencies,
  middle: 'file:./middle-1.0.0.tgz',
  renamed: 'npm:@jsr/acme__dots@^1.0.0',
};

const npmrc = ({ npm }: Urls, settings = '') => `@jsr:registry=${npm}\nregistry=${npm}\n${settings}`;
const app = { name: 'app', version: '1.0.0', private: true, license: 'MIT' };
const nodeProject = (urls: Urls, settings = '') => ({
  ...middle,
  'package.json': json({ ...app, dependencies: withMiddle }),
  '.npmrc': npmrc(urls, settings),
});
const pnpmProject = (urls: Urls, settings = '') => ({
  ...nodeProject(urls),
  'pnpm-workspace.yaml': `minimumReleaseAge: 0\nenableGlobalVirtualStore: false\n${settings}`,
});
const yarnProject = (urls: Urls, linker: string, ...settings: readonly string[]) => ({
  ...middle,
  'package.json': json({ ...app, dependencies: { ...withMiddle, '@acme/widget': 'catalog:' } }),
  '.yarnrc.yml': [
    `npmRegistryServer: "${urls.npm}"`,
    `npmScopes: { jsr: { npmRegistryServer: "${urls.npm}" } }`,
    'unsafeHttpWhitelist: [localhost, 127.0.0.1]',
    'enableTelemetry: false',
    'enableImmutableInstalls: false',
    `nodeLinker: ${linker}`,
    'catalog: { "@acme/widget": "jsr:^1.4.0" }',
    ...settings,
  ].join('\n'),
  // Else Yarn would look for a project further up.
  'yarn.lock': '',
});
const denoProject = (config: object, main: string) => ({
  'deno.json': json({ minimumDependencyAge: 0, ...config }),
  'main.ts': main,
});
const jsrImports =
  'import { widget } from "jsr:@acme/widget@^1.4.0";\nimport "jsr:@acme/dots@^1.0.0";\nconsole.log(widget);\n';
const npmImports =
  'import { widget } from "npm:@jsr/acme__widget@^1.4.0";\nimport "npm:@jsr/acme__dots@^1.0.0";\nconsole.log(widget);\n';
const flat = [/^node_modules\/@jsr\/acme__core$/, /^node_modules\/middle\/node_modules\/renamed$/];
const inPnpm = [/^node_modules\/\.pnpm\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/];
const inVlt = /^node_modules\/\.vlt\/[^/]+\/node_modules\/@jsr\/acme__core$/;
const inDeno = [
  /^node_modules\/\.deno\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/,
  /^DENO_DIR\/npm\/\d+\/@jsr\/acme__core\/1\.2\.0$/,
];

/** Every layout that the clients of today know. */
export const layouts: readonly InstalledLayout[] = [
  ...[npm11, npm12].map((client) => ({
    ...{ title: `npm ${client.version}`, client, lockfile: 'package-lock.json', core: flat },
    files: (urls: Urls) => nodeProject(urls),
    args: ['install'],
  })),
  ...[npm11, npm12].map((client) => ({
    ...{ title: `npm ${client.version}: linked`, client, lockfile: 'package-lock.json' },
    files: (urls: Urls) => nodeProject(urls),
    args: ['install', '--install-strategy=linked'],
    core: [/^node_modules\/\.store\/@jsr\/acme__core@1\.2\.0-[^/]+\/node_modules\/@jsr\/acme__core$/],
  })),
  ...[pnpm10, pnpm11, pnpm12].map((client) => ({
    ...{ title: `pnpm ${client.version}`, client, lockfile: 'pnpm-lock.yaml', core: inPnpm },
    files: (urls: Urls) => pnpmProject(urls),
    args: ['install', '--no-frozen-lockfile'],
  })),
  {
    ...{ title: 'pnpm: hoisted', client: pnpm10, lockfile: 'pnpm-lock.yaml', core: flat },
    files: (urls) => nodeProject(urls, 'node-linker=hoisted\n'),
    args: ['install', '--no-frozen-lockfile'],
  },
  {
    ...{ title: 'pnpm: integrity of the tar', client: pnpm12, lockfile: 'pnpm-lock.yaml', core: inPnpm },
    files: (urls) => pnpmProject(urls, 'lockfile: { integrityTarget: tar }\n'),
    args: ['install', '--no-frozen-lockfile'],
  },
  {
    ...{ title: 'pnpm: lockfile version 13', client: pnpm12, lockfile: 'pnpm-lock.yaml', core: inPnpm },
    files: (urls) => pnpmProject(urls, 'lockfile: { format: v13 }\n'),
    args: ['install', '--no-frozen-lockfile'],
  },
  {
    ...{ title: 'pnpm: a named registry', client: pnpm12, lockfile: 'pnpm-lock.yaml' },
    files: (urls) => ({
      ...pnpmProject(urls, namedRegistry(urls)),
      // A key has the name of the registry where that is not the default one.
      '.npmrc': `registry=${urls.registry}\n`,
    }),
    args: ['install', '--no-frozen-lockfile'],
    core: [/^node_modules\/\.pnpm\/@jsr\+acme__core@mirror\+1\.2\.0\/node_modules\/@jsr\/acme__core$/],
  },
  {
    ...{ title: 'yarn 1', client: yarn1, lockfile: 'yarn.lock', core: flat },
    files: (urls) => nodeProject(urls),
    args: ['install', '--non-interactive'],
  },
  {
    ...{ title: 'yarn 4: node-modules', client: yarn4, lockfile: 'yarn.lock', core: flat },
    files: (urls) => yarnProject(urls, 'node-modules'),
    args: ['install'],
  },
  {
    ...{ title: 'yarn 4: pnpm', client: yarn4, lockfile: 'yarn.lock' },
    files: (urls) => yarnProject(urls, 'pnpm'),
    args: ['install'],
    core: [/^node_modules\/\.store\/@jsr-acme__core-npm-1\.2\.0-[0-9a-f]+\/package$/],
  },
  {
    ...{ title: "yarn 4: Plug'n'Play", client: yarn4, lockfile: 'yarn.lock', archive: true },
    files: (urls) => yarnProject(urls, 'pnp', 'enableGlobalCache: false'),
    args: ['install'],
    core: [/^\.yarn\/cache\/@jsr-acme__core-npm-1\.2\.0-[0-9a-f-]+\.zip$/],
  },
  {
    ...{ title: "yarn 4: Plug'n'Play out of the global cache", client: yarn4, lockfile: 'yarn.lock' },
    files: (urls) => yarnProject(urls, 'pnp', 'enableGlobalCache: true'),
    args: ['install'],
    core: [/\/\.yarn\/berry\/cache\/@jsr-acme__core-npm-1\.2\.0-[0-9a-f-]+c0\.zip$/],
    archive: true,
  },
  {
    ...{ title: 'bun: hoisted', client: bun, lockfile: 'bun.lock', core: flat },
    files: (urls) => ({ ...nodeProject(urls), 'bunfig.toml': '[install]\nlinker = "hoisted"\n' }),
    args: ['install'],
  },
  {
    ...{ title: 'bun: isolated', client: bun, lockfile: 'bun.lock' },
    files: (urls) => ({ ...nodeProject(urls), 'bunfig.toml': '[install]\nlinker = "isolated"\n' }),
    args: ['install'],
    core: [/^node_modules\/\.bun\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/],
  },
  {
    ...{ title: 'vlt', client: vlt, lockfile: 'vlt-lock.json' },
    files: (urls) => ({
      ...nodeProject(urls),
      'vlt.json': json({
        config: { registry: `${urls.npm}/`, 'scope-registries': { '@jsr': `${urls.npm}/` } },
      }),
    }),
    args: ['install'],
    // Once as what the scope of `@jsr` leads to, and once as what an alias leads to.
    core: [inVlt, inVlt],
  },
  {
    ...{ title: 'deno: vendor', client: deno, lockfile: 'deno.lock', partial: true },
    files: () => denoProject({ vendor: true }, jsrImports),
    args: ['run', '-A', 'main.ts'],
    core: [/^vendor\/http_127\.0\.0\.1_(?:port_)?\d+\/@acme\/core\/1\.2\.0$/],
  },
  {
    ...{ title: 'deno: global cache', client: deno, lockfile: 'deno.lock', partial: true },
    files: () => denoProject({}, jsrImports),
    args: ['run', '-A', 'main.ts'],
    core: [/^DENO_DIR\/remote\/http\/127\.0\.0\.1_(?:PORT|port_)\d+$/],
  },
  {
    ...{ title: 'deno: packages of npm in the global cache', client: deno, lockfile: 'deno.lock' },
    files: (urls) => ({ ...denoProject({}, npmImports), '.npmrc': npmrc(urls) }),
    args: ['run', '-A', 'main.ts'],
    core: [/^DENO_DIR\/npm\/\d+\/@jsr\/acme__core\/1\.2\.0$/],
  },
  {
    ...{ title: 'deno: node_modules', client: deno, lockfile: 'deno.lock', core: inDeno },
    files: (urls) => ({ ...denoProject({ nodeModulesDir: 'auto' }, npmImports), '.npmrc': npmrc(urls) }),
    args: ['run', '-A', 'main.ts'],
  },
  {
    ...{ title: 'deno: jsr: in package.json', client: deno, lockfile: 'deno.lock', core: inDeno },
    files: (urls) => ({
      'deno.json': json({ minimumDependencyAge: 0 }),
      'package.json': json({
        ...app,
        dependencies: { '@acme/widget': 'jsr:^1.4.0', dots: 'jsr:@acme/dots@^1.0.0' },
      }),
      '.npmrc': npmrc(urls),
    }),
    args: ['install'],
  },
  {
    ...{ title: 'deno: jsr: imports in node_modules', client: deno, lockfile: 'deno.lock', core: inDeno },
    files: (urls) => ({
      'deno.json': json({
        imports: { '@acme/widget': 'jsr:@acme/widget@^1.4.0', '@acme/dots': 'jsr:@acme/dots@^1.0.0' },
        minimumDependencyAge: 0,
        nodeModulesDir: 'auto',
        jsrDepsInNodeModules: true,
      }),
      '.npmrc': npmrc(urls),
    }),
    args: ['install'],
  },
];

/** Settings of pnpm 12 that give the mirror a name. */
export const namedRegistry = ({ npm }: Urls): string =>
  `namedRegistries: { mirror: "${npm}/" }\nregistries: { "@jsr": "${npm}/" }\n`;

/** The environment of every client: an empty home, with the caches in it, and nothing of the machine. */
export function environmentOf(home: string, { registry }: Urls): Readonly<Record<string, string>> {
  return {
    HOME: home,
    NO_COLOR: '1',
    CI: 'true',
    JSR_URL: registry,
    DENO_DIR: join(home, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
  };
}
