import type { Role } from '../support/http.ts';
import { bun, deno, npm11, pnpm10, vlt, yarn1, yarn4 } from './clients.ts';
import type { Client } from './install.ts';
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

const denoConfig = (imports: Readonly<Record<string, string>>): string =>
  json({ imports, minimumDependencyAge: 0 });
const denoEnv = ({ registry }: Urls) => ({ JSR_URL: registry, DENO_NO_UPDATE_CHECK: '1' });
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
    'deno.json': denoConfig({
      '@acme/widget': 'jsr:@acme/widget@^1.4.0',
      '@acme/tool': 'jsr:@acme/tool@^0.3.0',
      '@acme/extra': 'jsr:@acme/extra@^2.0.0',
    }),
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

/** Bun without the text lockfile that is its default today. */
export const binaryBunProject: Lockable = {
  client: bun,
  files: (urls) => ({ ...nodeProject(urls), 'bunfig.toml': '[install]\nsaveTextLockfile = false\n' }),
  args: ['install'],
};

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
    says: {
      core: { ...tarball, direct: false, dependents: ['@jsr/acme__widget@1.4.0'] },
      widget: { ...tarball, direct: true },
      tool: { ...tarball, direct: true },
      extra: { ...tarball, direct: true },
    },
  },
  npmProject,
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
    // Both entries that Yarn writes for a `jsr:` dependency are the same package.
    says: {
      core: {
        ...nothing,
        direct: false,
        dependents: ['@acme/widget@jsr:@acme/widget@^1.4.0', '@acme/widget@npm:@jsr/acme__widget@^1.4.0'],
      },
      widget: { ...nothing, direct: true, alias: asked.widget, dependents: ['app@workspace:.'] },
      tool: { ...nothing, direct: true, alias: asked.tool, dependents: ['app@workspace:.'] },
      extra: { ...nothing, direct: true, dependents: ['app@workspace:.'] },
    },
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

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
