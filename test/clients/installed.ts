import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import { collectInstalled } from '../../src/installed/installed.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import type { InstalledFact, ManifestFact, Outcome } from '../../src/model/check.ts';
import { type FileDigest, fileDigest, present } from '../../src/model/evidence.ts';
import type { Purl } from '../../src/model/package.ts';
import { readTarball } from '../../src/npm/tarball/tar.ts';
import { treeAt } from '../../src/source/file-tree.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { builtProgram, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { deno } from './clients.ts';
import { type Command, commandOf } from './install.ts';
import { environmentOf, type InstalledLayout } from './layouts.ts';
import { openRegistry, type Registry } from './world.ts';

/** One registry for all: what a client keeps from one project must serve the next. */
let registry: Registry;
let dots: Publication;
const known = new Map<string, { manifest: ManifestFact; tarball: ReadonlyMap<string, FileDigest> }>();

/** A project with what a client installed, and the home with the client's caches. */
interface Installation {
  readonly project: string;
  readonly home: string;
}

/** Installs with each client and looks at what lies on the disk then, also with something changed. */
export function describeInstalled(layouts: readonly InstalledLayout[]): void {
  const commands = new Map(
    [...new Set(layouts.map(({ client }) => client))].map((client) => [client, commandOf(client)]),
  );
  beforeAll(async () => {
    registry = await openRegistry();
    dots = registry.world.publish({
      ...{ scope: 'acme', name: 'dots', version: '1.0.0' },
      files: {
        '/mod.ts': 'import { up } from "./src/Upper.ts";\nexport const dots = up;\n',
        '/src/Upper.ts': 'export const up = 1;\n',
        '/.gitignore': 'a\n',
        '/sub/.gitignore': 'b\n',
        '/sub/.npmignore': 'c\n',
        '/.npmrc': 'd=e\n',
        '/.DS_Store': 'f',
        '/package-lock.json': '{}\n',
        '/data/x[y]$(z)+~@.json': '{}\n',
      },
    });
    for (const publication of [registry.packages.core, registry.packages.widget, dots]) {
      const manifest = checkManifest(present(publication.manifest, 'the world'), []);
      const tarball = await readTarball(publication.npmTarball(registry.server.urls.registry));
      if (manifest.status !== 'passed' || tarball.status !== 'read') throw new Error('the world is broken');
      const files = [...tarball.files].map(([path, bytes]) => [path, fileDigest(bytes)] as const);
      known.set(publication.purl, { manifest: manifest.fact, tarball: new Map(files) });
    }
  });
  afterAll(() => registry.server.close());

  describe.each(layouts)('installed by $title', (layout) => {
    let command: Command;
    let installation: Installation;

    beforeAll(async () => {
      command = (await commands.get(layout.client)) ?? { missing: 'nobody asked for it' };
      if (!('missing' in command)) installation = await install(layout, command.command);
    });
    beforeEach(({ skip }) => {
      if ('missing' in command) skip(command.missing);
    });

    test('every file of every package is compared, and is as it should be', async () => {
      const { places } = passed(await look(layout, installation, registry.packages.core));
      expect(places).toHaveLength(layout.core.length);
      for (const [index, pattern] of layout.core.entries()) expect(places[index]).toMatch(pattern);
      for (const publication of [registry.packages.core, registry.packages.widget, dots]) {
        const { compared, places: all } = passed(await look(layout, installation, publication));
        const files = known.get(publication.purl)?.tarball.size ?? 0;
        // Deno has the modules and the metadata; npm has one of two files to ignore files by.
        if (layout.partial) expect(compared).toBe(publication === dots ? 3 : 2);
        else expect(compared).toBeGreaterThanOrEqual(all.length * (publication === dots ? files - 1 : files));
      }
    });

    test('one byte is found', async () => {
      for (const index of layout.core.keys()) {
        const copy = copyOf(installation);
        const file = moduleIn(await placeOf(layout, copy, index));
        const bytes = readFileSync(file);
        bytes.write('core = 2', bytes.lastIndexOf('core = 1'));
        writeFileSync(file, bytes);
        failedWith(await look(layout, copy, registry.packages.core), /SHA-256 [0-9a-f]{64}, expected/);
        passed(await look(layout, copy, registry.packages.widget));
      }
    });

    test.skipIf(layout.archive === true || layout.title === 'deno: global cache')(
      'one file more is found',
      async () => {
        const copy = copyOf(installation);
        writeFileSync(join(await placeOf(layout, copy), 'evil.js'), '');
        failedWith(
          await look(layout, copy, registry.packages.core),
          /\/evil\.js: not a file of the package$/,
        );
      },
    );

    test.skipIf(layout.archive === true)(
      'one file less is found, except where Deno fetches it again',
      async () => {
        const copy = copyOf(installation);
        rmSync(moduleIn(await placeOf(layout, copy)));
        const outcome = await look(layout, copy, registry.packages.core);
        if (layout.partial) passed(outcome);
        else failedWith(outcome, /: missing$/);
      },
    );

    test('a link in the place of a file is found, wherever it leads', async () => {
      const copy = copyOf(installation);
      const file = moduleIn(await placeOf(layout, copy));
      const away = join(copy.home, 'away');
      renameSync(file, away);
      symlinkSync(away, file);
      const outcome = await look(layout, copy, registry.packages.core);
      if (layout.archive) expect(outcome).toMatchObject({ status: 'unknown' });
      else failedWith(outcome, /is a symbolic link$/);
    });

    /** Deno installs no package from a file, and what is in archives has no folder. */
    const hasAlias = layout.client !== deno && layout.archive !== true;

    test.skipIf(!hasAlias)('another package in the place of an alias one level down is found', async () => {
      const copy = copyOf(installation);
      const place = aliasIn(copy);
      expect(readFileSync(join(place, 'package.json'), 'utf8')).toContain('@jsr/acme__core');
      rmSync(place, { recursive: true });
      writePackage(place, 'evil');
      expect((await look(layout, copy, registry.packages.core)).status).not.toBe('passed');
    });

    test.skipIf(!hasAlias)('another package one level down that shadows this one is found', async () => {
      const copy = copyOf(installation);
      const { places } = passed(await look(layout, copy, registry.packages.widget));
      writePackage(join(copy.project, places[0] ?? '', 'node_modules/@jsr/acme__core'), 'evil');
      expect((await look(layout, copy, registry.packages.core)).status).not.toBe('passed');
    });

    test.skipIf(layout.core.some((pattern) => /DENO_DIR|berry/.test(pattern.source)))(
      'a link out of the project in the place of the copy is reported and not followed',
      async () => {
        const copy = copyOf(installation);
        const place = await placeOf(layout, copy);
        const away = join(mkdtempSync(join(registry.server.folder, 'away-')), 'away');
        renameSync(place, away);
        symlinkSync(away, place);
        expect(await look(layout, copy, registry.packages.core)).toMatchObject({
          status: 'unknown',
          details: expect.arrayContaining([
            expect.stringMatching(/symbolic link out of the project|outside of the project/),
          ]) as unknown,
        });
      },
    );

    test('the program says so, too, also from its cache: verified, and rejected with one byte changed', async () => {
      const honest = await audit(layout, installation);
      expect(honest.installed).toEqual({
        '@acme/core@1.2.0': 'passed',
        '@acme/dots@1.0.0': 'passed',
        '@acme/widget@1.4.0': 'passed',
      });
      expect(honest.code).toBe(0);
      const requests = registry.world.requests.length;
      expect(await audit(layout, installation, '--offline')).toEqual(honest);
      expect(registry.world.requests.length).toBe(requests);
      const copy = copyOf(installation);
      const file = moduleIn(await placeOf(layout, copy));
      const bytes = readFileSync(file);
      bytes.write('core = 2', bytes.lastIndexOf('core = 1'));
      writeFileSync(file, bytes);
      const tampered = await audit(layout, copy);
      expect(tampered.installed).toEqual({ ...honest.installed, '@acme/core@1.2.0': 'failed' });
      expect(tampered.code).toBe(1);
    });
  });
}

async function install(
  { files, args, client }: InstalledLayout,
  command: readonly [string, ...string[]],
): Promise<Installation> {
  const folder = mkdtempSync(join(registry.server.folder, 'installed-'));
  const project = join(folder, 'project');
  const home = join(folder, 'home');
  mkdirSync(project);
  mkdirSync(home);
  for (const [name, text] of Object.entries(files(registry.server.urls)))
    writeFileSync(join(project, name), text);
  const ended = await runProcess([...command, ...args], {
    cwd: project,
    env: environmentOf(home, registry.server.urls),
  });
  expect(ended.code, `${client.name} ${args.join(' ')}:\n${ended.stdout}${ended.stderr}`).toBe(0);
  return { project, home };
}

/** Another one just like it, to be tampered with; of the home, only the caches that are looked into. */
function copyOf({ project, home }: Installation): Installation {
  const folder = mkdtempSync(join(registry.server.folder, 'copy-'));
  const copy = { project: join(folder, 'project'), home: join(folder, 'home') };
  cpSync(project, copy.project, { recursive: true, verbatimSymlinks: true });
  mkdirSync(copy.home);
  // Clients may still be writing elsewhere in there.
  for (const cache of ['deno', '.yarn']) {
    if (existsSync(join(home, cache))) cpSync(join(home, cache), join(copy.home, cache), { recursive: true });
  }
  return copy;
}

async function look(
  layout: InstalledLayout,
  { project, home }: Installation,
  publication: Publication,
): Promise<Outcome<InstalledFact>> {
  const { lockfile } = layout;
  const { registry: address, npm } = registry.server.urls;
  const registries = { registry: address, npmRegistry: npm };
  const { targets, ...contents } = readLockfile(
    lockfile,
    readFileSync(join(project, lockfile), 'utf8'),
    registries,
  );
  const { packages, strays } = await collectInstalled(
    {
      projects: [project],
      lockfiles: [{ ...contents, file: lockfile, folder: project }],
      ...(layout.client === deno && { deno: { folder: join(home, 'deno'), lockfiles: [lockfile] } }),
      stores: [join(home, '.yarn/berry/cache')],
      ...registries,
    },
    targets,
    treeAt(project),
  );
  expect(strays).toEqual([]);
  const copies = packages.get(publication.purl as Purl);
  const facts = known.get(publication.purl);
  if (copies === undefined || facts === undefined)
    throw new Error(`${publication.purl} is not in the lockfile`);
  return checkInstalled(copies, facts.manifest, [facts.tarball]);
}

function passed(outcome: Outcome<InstalledFact>): InstalledFact {
  if (outcome.status !== 'passed') throw new Error(JSON.stringify(outcome, null, 2));
  return outcome.fact;
}

function failedWith(outcome: Outcome<InstalledFact>, detail: RegExp): void {
  expect(outcome).toMatchObject({ status: 'failed', details: [expect.stringMatching(detail)] });
}

/** The absolute path of a copy of `@acme/core`. */
async function placeOf(layout: InstalledLayout, { project, home }: Installation, index = 0): Promise<string> {
  const { places } = passed(await look(layout, { project, home }, registry.packages.core));
  const place = places[index] ?? '';
  return place.startsWith('DENO_DIR')
    ? join(home, 'deno', place.slice('DENO_DIR/'.length))
    : join(project, place);
}

/** Where `middle` finds `@acme/core`, under the name that it gives it. */
function aliasIn({ project }: Installation): string {
  const middle = realpathSync(join(project, 'node_modules/middle'));
  const places = ['node_modules/renamed', '../renamed', '../node_modules/renamed'];
  const found = places.map((place) => join(middle, place)).find((place) => existsSync(place));
  if (found === undefined) throw new Error(`nothing is installed as "renamed" for ${middle}`);
  return found;
}

function writePackage(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.0', main: 'mod.js' }));
  writeFileSync(join(folder, 'mod.js'), 'exports.core = 2;\n');
}

/** The file below a path, or at it, that holds the module of `@acme/core`. */
function moduleIn(place: string): string {
  const files = place.endsWith('.zip')
    ? [place]
    : readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
  const found = files.find(
    (file) => readFileSync(file).includes('core = 1') || readFileSync(file).includes('core: number = 1'),
  );
  if (found === undefined) throw new Error(`the module is not in ${place}`);
  return found;
}

/** Audits a project with the built program, and tells what came of the check of each package. */
async function audit(
  { lockfile }: InstalledLayout,
  { project, home }: Installation,
  ...more: readonly string[]
) {
  const { server } = registry;
  const args = [
    'audit',
    lockfile,
    '--depth',
    'installed',
    '--no-progress',
    '--format',
    'json',
    '--cache-dir',
    join(home, 'cache'),
  ];
  const { code, stdout, stderr } = await runProcess([...builtProgram(), ...args, ...more], {
    cwd: project,
    env: { ...environmentOf(home, server.urls), ...server.env({ cache: false }) },
  });
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as {
    packages: readonly { purl: string; checks: { installed: { status: string } } }[];
  };
  const installed = report.packages.map(({ purl, checks }) => [
    purl.replace('pkg:jsr/', ''),
    checks.installed.status,
  ]);
  return { code, installed: Object.fromEntries(installed.sort()) as Readonly<Record<string, string>> };
}
