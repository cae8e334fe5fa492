import { join } from 'node:path';
import type { Role } from '../support/http.ts';
import { bun, deno, npm11, pnpm10, vlt, yarn1, yarn4 } from './clients.ts';
import type { Client } from './install.ts';

type Urls = Readonly<Record<Role, string>>;

const { platform, arch } = process;
const pnpm11: Client = { ...pnpm10, version: '11.28.11', program: 'bin/pnpm.mjs', node: 24 };
const pnpm12: Client = {
  name: 'pnpm',
  package: `@pnpm/exe.${platform}-${arch}`,
  version: '12.20.0',
  program: 'pnpm',
  binary: true,
};

/** A way in which a client lays out what it installs. */
export interface InstalledLayout {
  readonly title: string;
  readonly client: Client;
  readonly files: (urls: Urls) => Readonly<Record<string, string>>;
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
const nodeProject = (urls: Urls, settings = '') => ({
  'package.json': json({ name: 'app', version: '1.0.0', private: true, license: 'MIT', dependencies }),
  '.npmrc': `@jsr:registry=${urls.npm}\nregistry=${urls.npm}\n${settings}`,
});
const yarnProject = (urls: Urls, linker: string, settings = '') => ({
  'package.json': json({
    name: 'app',
    version: '1.0.0',
    dependencies: { ...dependencies, '@acme/widget': 'jsr:^1.4.0' },
  }),
  '.yarnrc.yml': [
    `npmRegistryServer: "${urls.npm}"`,
    `npmScopes: { jsr: { npmRegistryServer: "${urls.npm}" } }`,
    'unsafeHttpWhitelist: ["127.0.0.1"]',
    'enableTelemetry: false',
    'enableImmutableInstalls: false',
    `nodeLinker: ${linker}`,
    settings,
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
const flat = /^node_modules\/@jsr\/acme__core$/;

/** Every layout that the clients of today know. */
export const layouts: readonly InstalledLayout[] = [
  {
    ...{ title: 'npm', client: npm11, lockfile: 'package-lock.json', core: [flat] },
    files: (urls) => nodeProject(urls),
    args: ['install'],
  },
  {
    ...{ title: 'npm: linked', client: npm11, lockfile: 'package-lock.json' },
    files: (urls) => nodeProject(urls),
    args: ['install', '--install-strategy=linked'],
    core: [/^node_modules\/\.store\/@jsr\/acme__core@1\.2\.0-[^/]+\/node_modules\/@jsr\/acme__core$/],
  },
  {
    ...{ title: 'pnpm', client: pnpm10, lockfile: 'pnpm-lock.yaml' },
    files: (urls) => nodeProject(urls),
    args: ['install', '--no-frozen-lockfile'],
    core: [/^node_modules\/\.pnpm\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/],
  },
  ...[pnpm11, pnpm12].map((client) => ({
    ...{ title: `pnpm ${client.version}`, client, lockfile: 'pnpm-lock.yaml' },
    files: (urls: Urls) => ({
      ...nodeProject(urls),
      'pnpm-workspace.yaml': 'minimumReleaseAge: 0\nenableGlobalVirtualStore: false\n',
    }),
    args: ['install', '--no-frozen-lockfile'],
    core: [/^node_modules\/\.pnpm\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/],
  })),
  {
    ...{ title: 'pnpm: hoisted', client: pnpm10, lockfile: 'pnpm-lock.yaml', core: [flat] },
    files: (urls) => nodeProject(urls, 'node-linker=hoisted\n'),
    args: ['install', '--no-frozen-lockfile'],
  },
  {
    ...{ title: 'yarn 1', client: yarn1, lockfile: 'yarn.lock', core: [flat] },
    files: (urls) => nodeProject(urls),
    args: ['install', '--non-interactive'],
  },
  {
    ...{ title: 'yarn 4: node-modules', client: yarn4, lockfile: 'yarn.lock', core: [flat] },
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
    ...{ title: 'bun: hoisted', client: bun, lockfile: 'bun.lock', core: [flat] },
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
    core: [/^node_modules\/\.vlt\/[^/]+\/node_modules\/@jsr\/acme__core$/],
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
    files: (urls) => ({ ...denoProject({}, npmImports), '.npmrc': nodeProject(urls)['.npmrc'] }),
    args: ['run', '-A', 'main.ts'],
    core: [/^DENO_DIR\/npm\/\d+\/@jsr\/acme__core\/1\.2\.0$/],
  },
  {
    ...{ title: 'deno: node_modules', client: deno, lockfile: 'deno.lock' },
    files: (urls) => ({
      ...denoProject({ nodeModulesDir: 'auto' }, npmImports),
      '.npmrc': nodeProject(urls)['.npmrc'],
    }),
    args: ['run', '-A', 'main.ts'],
    core: [
      /^node_modules\/\.deno\/@jsr\+acme__core@1\.2\.0\/node_modules\/@jsr\/acme__core$/,
      /^DENO_DIR\/npm\/\d+\/@jsr\/acme__core\/1\.2\.0$/,
    ],
  },
];

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
