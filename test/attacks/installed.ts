import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { packageLock, pinned, pnpmLock } from '../support/lockfiles.ts';
import { npmName } from '../support/npm.ts';
import type { Publication } from '../support/publication.ts';
import type { Area, Row, Scene } from './row.ts';

/** A project of which everything is installed before the first run, and changed before the second. */
interface Project extends Pick<Row, 'publish' | 'verdict' | 'code' | 'id' | 'says'> {
  /** What else is asked for. */
  readonly flags?: readonly string[];
  readonly lock: (scene: Scene) => Readonly<Record<string, string>>;
  readonly install: (scene: Scene, at: (...path: readonly string[]) => string) => void;
  readonly attack?: (scene: Scene, at: (...path: readonly string[]) => string) => void;
  /** The folder of the project, below that of the row. */
  readonly below?: string;
}

const project = (
  promise: string,
  { lock, install, attack, below = '.', flags = ['--strict'], ...row }: Project,
): Row => {
  const laid = new WeakSet<Scene>();
  const at =
    (scene: Scene) =>
    (...path: readonly string[]) =>
      join(scene.folder, below, ...path);
  return {
    promise,
    ...row,
    project: (scene) => {
      if (!laid.has(scene)) install(scene, at(scene));
      laid.add(scene);
      return Object.fromEntries(Object.entries(lock(scene)).map(([name, text]) => [join(below, name), text]));
    },
    ...(attack !== undefined && { attack: (scene: Scene) => attack(scene, at(scene)) }),
    argv: () => ['audit', below, '--depth', 'installed', ...flags],
  };
};

/** Unpacks the tarball of a package, as an npm client would. */
function unpack({ world }: Scene, publication: Publication, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(mkdtempSync(`${folder}.`), 'it.tgz');
  writeFileSync(file, publication.npmTarball(world.urls.registry));
  extract({ file, cwd: folder, strip: 1, sync: true });
  rmSync(dirname(file), { recursive: true });
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(path: string, to: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
}

/** Another program in the place of a package, with nothing of JSR in it. */
function replace(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  put(join(folder, 'package.json'), '{"name":"innocent","version":"1.0.0"}');
  put(join(folder, 'mod.js'), 'evil();\n');
}

/** The folder of the package under its own name, and under that which the project gives it. */
const own = ({ name }: Pick<Scene, 'name'>) => join('node_modules', npmName('acme', name));
const folder = ({ name }: Pick<Scene, 'name'>) => join('node_modules/@acme', name);
const npmLock = ({ widget, world }: Scene) => ({ 'package-lock.json': packageLock([widget], world.urls) });
const installOwn: Project['install'] = (scene, at) => unpack(scene, scene.widget, at(folder(scene)));
const npm = (promise: string, row: Omit<Project, 'lock' | 'install'> & Partial<Project>): Row =>
  project(promise, { lock: npmLock, install: installOwn, ...row });

/** A package from elsewhere that has one of JSR under a name of its own, as pnpm installs them. */
const aliased: Pick<Project, 'lock' | 'install'> = {
  lock: ({ widget, world, name }) => {
    const id = `${npmName('acme', name)}@1.0.0`;
    const { resolved, integrity } = pinned(widget, world.urls);
    return {
      'pnpm-lock.yaml': `lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      left:
        specifier: ^1.0.0
        version: 1.0.0

packages:

  '${id}':
    resolution: {integrity: ${integrity}, tarball: ${resolved}}

  left@1.0.0:
    resolution: {integrity: ${integrity}}

snapshots:

  '${id}': {}

  left@1.0.0:
    dependencies:
      inner: '${id}'
`,
    };
  },
  install: (scene, at) => {
    const id = `@jsr+acme__${scene.name}@1.0.0`;
    const store = join('node_modules/.pnpm', id, own(scene));
    unpack(scene, scene.widget, at(store));
    put(
      at('node_modules/.pnpm/left@1.0.0/node_modules/left/package.json'),
      '{"name":"left","version":"1.0.0"}',
    );
    link(at('node_modules/.pnpm/left@1.0.0/node_modules/inner'), join('../../../..', store));
    link(at('node_modules/left'), '.pnpm/left@1.0.0/node_modules/left');
  },
};

/** Yarn's table, in a script. */
const pnpOf = (table: string) =>
  `#!/usr/bin/env node\n\nconst RAW_RUNTIME_STATE =\n'${table.replaceAll('\n', '\\\n')}';\n`;
const tableOf = (name: string, folder: string) =>
  JSON.stringify({
    packageRegistryData: [[npmName('acme', name), [['npm:1.0.0', { packageLocation: folder }]]]],
  });

const rejected = { verdict: 'rejected', code: 1, id: 'installed' } as const;
const inconclusive = { verdict: 'inconclusive', code: 3, id: 'installed' } as const;

/** Whoever can write to the disk on which a project is installed. */
export const installations: Area = {
  area: 'what is installed',
  rows: [
    npm('what npm installed is verified', { verdict: 'verified', code: 0 }),
    npm('a byte of an installed file is found', {
      attack: (scene, at) => writeFileSync(at(folder(scene), 'mod.js'), 'evil();\n'),
      ...rejected,
      says: /mod\.js: \d+ bytes, expected/,
    }),
    project('a package under an alias of another package is known by the lockfile, whatever it says itself', {
      ...aliased,
      attack: (_, at) => replace(at('node_modules/.pnpm/left@1.0.0/node_modules/inner')),
      ...rejected,
      says: /inner has version 1\.0\.0|inner\/.*: |inner has no version/,
    }),
    npm('what npm wrote into node_modules cannot turn a folder into another package', {
      lock: (scene) => {
        const { world, widget } = scene;
        return { 'pnpm-lock.yaml': pnpmLock([widget, second(scene)], world.urls) };
      },
      install: (scene, at) => {
        for (const one of [scene.widget, second(scene)]) unpack(scene, one, at('node_modules', one.fullName));
      },
      attack: (scene, at) => {
        const { widget, world } = scene;
        const [place, other] = [join('node_modules', widget.fullName), second(scene)];
        rmSync(at(place), { recursive: true });
        cpSync(at('node_modules', other.fullName), at(place), { recursive: true });
        const hidden = packageLock([other], world.urls).replace(
          `"node_modules/${other.fullName}"`,
          `"node_modules/${widget.fullName}"`,
        );
        put(at('node_modules/.package-lock.json'), hidden);
      },
      ...rejected,
      says: /package\.json: \d+ bytes, expected/,
    }),
    npm('what npm installs with links into its store is verified', {
      install: (scene, at) => {
        const name = npmName('acme', scene.name);
        const store = `node_modules/.store/${name}@1.0.0-abc/node_modules/${name}`;
        unpack(scene, scene.widget, at(store));
        link(at(folder(scene)), join('../..', store));
        const packages = {
          [store]: { version: '1.0.0', ...pinned(scene.widget, scene.world.urls) },
          [join('node_modules/.store/other@1.0.0-abc', own(scene))]: { resolved: store, link: true },
          [folder(scene)]: { resolved: store, link: true },
        };
        put(at('node_modules/.package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
      },
      verdict: 'verified',
      code: 0,
    }),
    project("two tables of Yarn's Plug'n'Play that disagree prove nothing", {
      lock: ({ widget, world }) => ({ 'pnpm-lock.yaml': pnpmLock([widget], world.urls) }),
      install: (scene, at) => {
        unpack(scene, scene.widget, at('unplugged', own(scene)));
        put(at('.pnp.cjs'), pnpOf(tableOf(scene.name, `./unplugged/${own(scene)}/`)));
      },
      attack: (scene, at) => {
        const honest = tableOf(scene.name, `./unplugged/${own(scene)}/`);
        put(at('.pnp.data.json'), honest);
        replace(at('evil'));
        put(at('.pnp.cjs'), pnpOf(honest.replace(/\.\/unplugged[^"]*/, './evil/').replace(/@jsr[^"]*/, 'x')));
      },
      ...inconclusive,
      says: /\.pnp\.cjs is malformed: it has two tables that differ/,
    }),
    npm('a copy below a folder that begins with a dot is not passed over', {
      install: (scene, at) => {
        installOwn(scene, at);
        unpack(scene, scene.widget, at('.tools', folder(scene)));
      },
      attack: (scene, at) => put(at('.tools', folder(scene), 'mod.js'), 'evil();\n'),
      ...inconclusive,
      says: /\.tools\/node_modules\/.*mod\.js: \d+ bytes, expected/,
    }),
    npm('a copy in a folder behind a link is not passed over', {
      install: (scene, at) => {
        installOwn(scene, at);
        unpack(scene, scene.widget, at('.real/deep', folder(scene)));
        link(at('packages/a'), '../.real/deep');
      },
      attack: (scene, at) => {
        const away = join(scene.folder, '..', `${scene.name}-away`);
        renameSync(at('.real'), away);
        rmSync(at('packages/a'));
        link(at('packages/a'), join(away, 'deep'));
        put(join(away, 'deep', folder(scene), 'mod.js'), 'evil();\n');
      },
      ...inconclusive,
      says: /packages\/a is a symbolic link out of the project/,
    }),
    npm('a copy in the node_modules above the project, where Node looks next, is compared', {
      below: 'app',
      install: (scene) => unpack(scene, scene.widget, join(scene.folder, folder(scene))),
      attack: (scene) => put(join(scene.folder, folder(scene), 'mod.js'), 'evil();\n'),
      ...rejected,
      says: /\bnode_modules\/.*mod\.js: \d+ bytes, expected/,
    }),
    npm('another package in the node_modules above the project is not taken for one that is missing', {
      below: 'app',
      install: (scene) => unpack(scene, scene.widget, join(scene.folder, folder(scene))),
      attack: (scene) => {
        put(join(scene.folder, folder(scene), 'package.json'), '{"name":"innocent","version":"9.9.9"}');
      },
      ...rejected,
      says: /has version 9\.9\.9, which is not in a lockfile/,
    }),
    npm('a package that is locked and not found beside others is not called verified', {
      install: (scene, at) => {
        installOwn(scene, at);
        put(at('node_modules/other/package.json'), '{"name":"other","version":"1.0.0"}');
      },
      attack: (scene, at) => rmSync(at(folder(scene)), { recursive: true }),
      ...inconclusive,
      says: /package-lock\.json locks it and other packages are installed, but it was not found/,
    }),
    {
      ...npm('a copy is compared with a tarball that does not hold, and neither is called attested', {
        publish: { npm: { files: { '/evil.js': 'evil();\n' } } },
        ...rejected,
        says: /JSR's tarball is not valid \(the npm tarball does not match.*the copy is the same as that tarball/,
      }),
      twin: false,
    },
    npm('a copy that npm changes by a patch is said to be patched, and not called attested', {
      flags: [],
      attack: (scene, at) => put(at(folder(scene), 'mod.js'), 'patched();\n'),
      lock: (scene) => ({
        'package-lock.json': npmLock(scene)['package-lock.json'].replace(
          '"resolved"',
          '"patched": { "integrity": "sha512-AAAA", "path": "patches/a.patch" }, "resolved"',
        ),
      }),
      ...inconclusive,
      says: /npm changes it with a patch of the project/,
    }),
  ],
};

const seconds = new WeakMap<Scene, Publication>();

/** Another package that is attested as well. */
function second(scene: Scene): Publication {
  const known = seconds.get(scene) ?? scene.publish({ name: `${scene.name}-b` });
  seconds.set(scene, known);
  return known;
}
