import type { Role } from '../support/http.ts';
import { bun, deno, npm11, npm12, pnpm10, pnpm12, vlt, yarn1, yarn4 } from './clients.ts';
import type { Client } from './install.ts';
import { namedRegistry } from './layouts.ts';
import type { Registry } from './world.ts';

type Urls = Readonly<Record<Role, string>>;

/** What a report says of one place in a lockfile, apart from the place. */
export interface Said {
  readonly locked: 'manifest' | 'tarball' | 'nothing';
  readonly dependents: readonly string[];
  readonly direct?: boolean;
  readonly alias?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** The files of a project, and how its client is told to lock it. */
export interface Lockable {
  readonly client: Client;
  readonly files: (urls: Urls) => Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly env?: (urls: Urls) => Readonly<Record<string, string>>;
}

/** A project that asks for three packages, and what its lockfile tells of them. */
export interface Project extends Lockable {
  readonly title: string;
  readonly lockfile: string;
  readonly says: Readonly<Record<keyof Registry['packages'], Said>>;
}

const asked = { widget: '@acme/widget', tool: '@acme/tool' };
const manifest = { locked: 'manifest', dependents: [] } as const;
const tarball = { locked: 'tarball', dependents: [] } as const;
const nothing = { locked: 'nothing', dependents: [] } as const;

/** package.json with an alias, one for developers and something optional, and the way to the npm mirror. */
function nodeProject(urls: Urls, widget = 'npm:@jsr/acme__widget@^1.4.0'): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name: 'app',
      version: '1.0.0',
      private: true,
      license: 'MIT',
      dependencies: { '@acme/widget': widget },
      devDependencies: { '@acme/tool': 'npm:@jsr/acme__tool@^0.3.0' },
      optionalDependencies: { '@jsr/acme__extra': '^2.0.0' },
    }),
    // Whatever else a client would ask for, it does not find here, instead of somewhere else.
    '.npmrc': `@jsr:registry=${urls.npm}\nregistry=${urls.npm}\n`,
  };
}

const denoImports = {
  '@acme/widget': 'jsr:@acme/widget@^1.4.0',
  '@acme/tool': 'jsr:@acme/tool@^0.3.0',
  '@acme/extra': 'jsr:@acme/extra@^2.0.0',
};
const denoConfig = (imports: Readonly<Record<string, string>>): string =>
  json({ imports, minimumDependencyAge: 0 });
const denoEnv = ({ registry }: Urls) => ({ JSR_URL: registry, DENO_NO_UPDATE_CHECK: '1' });
/** Deno locks tarballs of the mirror wherever it installs into `node_modules`. */
const denoNpmSays = {
  core: { ...tarball, direct: false, dependents: ['@jsr/acme__widget@1.4.0'] },
  widget: { ...tarball, direct: true },
  tool: { ...tarball, direct: true },
  extra: { ...tarball, direct: true },
} as const;
const pnpmSays = {
  core: { ...tarball, direct: false, dependents: ['@jsr/acme__widget@1.4.0'], dev: false, optional: false },
  widget: { ...tarball, direct: true, alias: asked.widget, dev: false, optional: false },
  tool: { ...tarball, direct: true, alias: asked.tool, dev: true, optional: false },
  extra: { ...tarball, direct: true, dev: false, optional: true },
} as const;

const npmSays = {
  core: {
    ...tarball,
    direct: false,
    dependents: ['node_modules/@acme/widget'],
    dev: false,
    optional: false,
  },
  widget: { ...tarball, direct: true, alias: asked.widget, dev: false, optional: false },
  tool: { ...tarball, direct: true, alias: asked.tool, dev: true, optional: false },
  extra: { ...tarball, direct: true, dev: false, optional: true },
} as const;

export const denoProject: Project = {
  title: 'deno: jsr: imports',
  client: deno,
  files: () => ({
    'deno.json': denoConfig(denoImports),
  }),
  args: ['install'],
  env: denoEnv,
  lockfile: 'deno.lock',
  says: {
    core: { ...manifest, direct: false, dependents: ['@acme/widget@1.4.0'] },
    widget: { ...manifest, direct: true },
    tool: { ...manifest, direct: true },
    extra: { ...manifest, direct: true },
  },
};

export const npmProject: Project = {
  title: 'npm',
  client: npm11,
  files: (urls) => nodeProject(urls),
  args: ['install'],
  lockfile: 'package-lock.json',
  says: npmSays,
};

/** Both entries that Yarn writes for a `jsr:` dependency are the same package. */
const yarnSays = (widget: string): Project['says'] => ({
  core: { ...nothing, direct: false, dependents: [widget, '@acme/widget@npm:@jsr/acme__widget@^1.4.0'] },
  widget: { ...nothing, direct: true, alias: asked.widget, dependents: ['app@workspace:.'] },
  tool: { ...nothing, direct: true, alias: asked.tool, dependents: ['app@workspace:.'] },
  extra: { ...nothing, direct: true, dependents: ['app@workspace:.'] },
});

/** Bun without the text lockfile that is its default today. */
export const binaryBunProject: Lockable = {
  client: bun,
  files: (urls) => ({ ...nodeProject(urls), 'bunfig.toml': '[install]\nsaveTextLockfile = false\n' }),
  args: ['install'],
};

/** A patch of the file that says what `@acme/extra` is. */
const patchFile = `diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1 +1,2 @@
 # Test
+more
`;

/** Projects that patch `@acme/extra`, each in the way of its client. */
export const patchedProjects: readonly (Lockable & { readonly title: string })[] = [
  {
    title: 'npm 12',
    client: npm12,
    files: (urls) => patchedProject(urls, { patchedDependencies }),
    args: ['install'],
  },
  ...[pnpm10, pnpm12].map((client) => ({
    title: `pnpm ${client.version}`,
    client,
    files: (urls: Urls) => ({
      ...patchedProject(urls),
      'pnpm-workspace.yaml': `minimumReleaseAge: 0\npatchedDependencies: ${JSON.stringify(patchedDependencies)}\n`,
    }),
    args: ['install', '--no-frozen-lockfile'],
  })),
  {
    title: 'yarn 4',
    client: yarn4,
    files: (urls) => ({
      ...yarnProject(urls, 'jsr:^1.4.0'),
      ...patchedProject(urls, {
        dependencies: {
          ...patchedBase,
          '@jsr/acme__extra': 'patch:@jsr/acme__extra@npm%3A2.0.0#./extra.patch',
        },
      }),
    }),
    args: ['install'],
  },
  {
    title: 'bun',
    client: bun,
    files: (urls) => patchedProject(urls, { patchedDependencies }),
    args: ['install'],
  },
];

/** One project for every lockfile that a client in use today writes. */
export const projects: readonly Project[] = [
  denoProject,
  {
    title: 'deno: npm: imports of the mirror',
    client: deno,
    files: ({ npm }) => ({
      'deno.json': denoConfig({
        '@acme/widget': 'npm:@jsr/acme__widget@^1.4.0',
        '@acme/tool': 'npm:@jsr/acme__tool@^0.3.0',
        '@acme/extra': 'npm:@jsr/acme__extra@^2.0.0',
      }),
      '.npmrc': `@jsr:registry=${npm}\nregistry=${npm}\n`,
    }),
    args: ['install'],
    env: denoEnv,
    lockfile: 'deno.lock',
    says: denoNpmSays,
  },
  {
    title: 'deno: jsr: in package.json',
    client: deno,
    files: ({ npm }) => ({
      'package.json': json({
        name: 'app',
        dependencies: { '@acme/widget': 'jsr:^1.4.0', '@acme/extra': 'jsr:@acme/extra@^2.0.0' },
        devDependencies: { '@acme/tool': 'jsr:^0.3.0' },
      }),
      'deno.json': denoConfig({}),
      '.npmrc': `@jsr:registry=${npm}\nregistry=${npm}\n`,
    }),
    args: ['install'],
    env: denoEnv,
    lockfile: 'deno.lock',
    says: denoNpmSays,
  },
  {
    title: 'deno: jsr: imports in node_modules',
    client: deno,
    files: ({ npm }) => ({
      'deno.json': json({
        imports: denoImports,
        minimumDependencyAge: 0,
        nodeModulesDir: 'auto',
        jsrDepsInNodeModules: true,
      }),
      '.npmrc': `@jsr:registry=${npm}\nregistry=${npm}\n`,
    }),
    args: ['install'],
    env: denoEnv,
    lockfile: 'deno.lock',
    says: denoNpmSays,
  },
  npmProject,
  { ...npmProject, title: 'npm 12', client: npm12 },
  {
    title: 'npm: lockfile version 1',
    client: npm11,
    files: (urls) => nodeProject(urls),
    args: ['install', '--lockfile-version=1'],
    lockfile: 'package-lock.json',
    // This version does not tell what the project itself asks for, only what asks for what else.
    says: {
      core: { ...tarball, dependents: npmSays.core.dependents, dev: false, optional: false },
      widget: { ...tarball, alias: asked.widget, dev: false, optional: false },
      tool: { ...tarball, alias: asked.tool, dev: true, optional: false },
      extra: { ...tarball, dev: false, optional: true },
    },
  },
  {
    title: 'npm: without addresses',
    client: npm11,
    files: (urls) => nodeProject(urls),
    args: ['install', '--omit-lockfile-registry-resolved'],
    lockfile: 'package-lock.json',
    says: npmSays,
  },
  {
    title: 'pnpm: npm: aliases',
    client: pnpm10,
    files: (urls) => nodeProject(urls),
    args: ['install', '--no-frozen-lockfile'],
    lockfile: 'pnpm-lock.yaml',
    says: pnpmSays,
  },
  {
    title: 'pnpm: jsr: dependencies',
    client: pnpm10,
    files: (urls) => nodeProject(urls, 'jsr:^1.4.0'),
    args: ['install', '--no-frozen-lockfile'],
    lockfile: 'pnpm-lock.yaml',
    says: pnpmSays,
  },
  ...Object.entries({
    'pnpm 12': '',
    'pnpm 12: integrity of the tar': 'lockfile: { integrityTarget: tar }\n',
    'pnpm 12: lockfile version 13': 'lockfile: { format: v13 }\n',
  }).map(
    ([title, settings]): Project => ({
      title,
      client: pnpm12,
      files: (urls) => ({
        ...nodeProject(urls, 'jsr:^1.4.0'),
        'pnpm-workspace.yaml': `minimumReleaseAge: 0\n${settings}`,
      }),
      args: ['install', '--no-frozen-lockfile'],
      lockfile: 'pnpm-lock.yaml',
      says: pnpmSays,
    }),
  ),
  {
    title: 'pnpm 12: a named registry',
    client: pnpm12,
    files: (urls) => ({
      ...nodeProject(urls, 'jsr:^1.4.0'),
      'pnpm-workspace.yaml': `minimumReleaseAge: 0\n${namedRegistry(urls)}`,
      // A key has the name of the registry where that is not the default one.
      '.npmrc': `registry=${urls.registry}\n`,
    }),
    args: ['install', '--no-frozen-lockfile'],
    lockfile: 'pnpm-lock.yaml',
    says: { ...pnpmSays, core: { ...pnpmSays.core, dependents: ['@jsr/acme__widget@mirror:1.4.0'] } },
  },
  {
    title: 'yarn 1',
    client: yarn1,
    files: (urls) => nodeProject(urls),
    args: ['install', '--non-interactive'],
    lockfile: 'yarn.lock',
    // Its lockfile does not tell what the project itself asks for.
    says: {
      core: { ...tarball, dependents: ['@acme/widget@npm:@jsr/acme__widget@^1.4.0'] },
      widget: { ...tarball, alias: asked.widget },
      tool: { ...tarball, alias: asked.tool },
      extra: tarball,
    },
  },
  {
    title: 'yarn 4: jsr: dependencies',
    client: yarn4,
    files: (urls) => yarnProject(urls, 'jsr:@acme/widget@^1.4.0'),
    args: ['install'],
    lockfile: 'yarn.lock',
    says: yarnSays('@acme/widget@jsr:@acme/widget@^1.4.0'),
  },
  {
    title: 'yarn 4: a catalog',
    client: yarn4,
    files: (urls) => {
      const { '.yarnrc.yml': settings, ...files } = yarnProject(urls, 'catalog:');
      return { ...files, '.yarnrc.yml': `${settings}\ncatalog: { "@acme/widget": "jsr:^1.4.0" }\n` };
    },
    args: ['install'],
    lockfile: 'yarn.lock',
    says: yarnSays('@acme/widget@jsr:^1.4.0'),
  },
  {
    title: 'bun',
    client: bun,
    files: (urls) => nodeProject(urls),
    args: ['install'],
    lockfile: 'bun.lock',
    says: {
      core: { ...tarball, direct: false, dependents: ['@acme/widget'], dev: false },
      widget: { ...tarball, direct: true, alias: asked.widget, dev: false },
      tool: { ...tarball, direct: true, alias: asked.tool, dev: true },
      extra: { ...tarball, direct: true, dev: false },
    },
  },
  {
    title: 'vlt: a JSR registry of another name',
    client: vlt,
    files: (urls) => ({
      'package.json': json({
        name: 'app',
        version: '1.0.0',
        dependencies: { '@acme/widget': 'minted:@acme/widget@^1.4.0' },
        devDependencies: { '@acme/tool': 'npm:@jsr/acme__tool@^0.3.0' },
        optionalDependencies: { '@jsr/acme__extra': '^2.0.0' },
      }),
      'vlt.json': json({
        config: {
          registry: `${urls.npm}/`,
          'scope-registries': { '@jsr': `${urls.npm}/` },
          'jsr-registries': { minted: `${urls.npm}/` },
        },
      }),
    }),
    args: ['install'],
    lockfile: 'vlt-lock.json',
    says: {
      core: {
        ...tarball,
        direct: false,
        dependents: ['~minted~@jsr+acme____widget@1.4.0'],
        dev: false,
        optional: false,
      },
      widget: { ...tarball, direct: true, alias: asked.widget, dev: false, optional: false },
      tool: { ...tarball, direct: true, alias: asked.tool, dev: true, optional: false },
      extra: { ...tarball, direct: true, dev: false, optional: true },
    },
  },
];

function yarnProject(urls: Urls, widget: string): Readonly<Record<string, string>> {
  return {
    ...nodeProject(urls, widget),
    '.yarnrc.yml': [
      `npmRegistryServer: "${urls.npm}"`,
      `npmScopes: { jsr: { npmRegistryServer: "${urls.npm}" } }`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
      'enableTelemetry: false',
      'enableImmutableInstalls: false',
      'nodeLinker: node-modules',
    ].join('\n'),
    // Else Yarn would look for a project further up.
    'yarn.lock': '',
  };
}

const patchedDependencies = { '@jsr/acme__extra@2.0.0': 'extra.patch' };
const patchedBase = { '@acme/widget': 'npm:@jsr/acme__widget@^1.4.0', '@jsr/acme__extra': '^2.0.0' };

function patchedProject(urls: Urls, fields: object = {}): Readonly<Record<string, string>> {
  return {
    ...nodeProject(urls),
    'package.json': json({ name: 'app', version: '1.0.0', dependencies: patchedBase, ...fields }),
    'extra.patch': patchFile,
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
