import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import type { InstalledDisk } from '../../src/installed/disk.ts';
import { unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import {
  base,
  copiesOf,
  judge,
  knownOf,
  link,
  lockfileIn,
  lockfileOf,
  look,
  newFolder,
  oldBase,
  targetOf,
  unpack,
  widget,
  write,
} from './support.ts';

const packageJson = (dependencies: Readonly<Record<string, string>>) =>
  [['package.json', JSON.stringify({ name: 'app', dependencies })]] as const;
const installedBase = 'node_modules/@jsr/acme__base';
const installedWidget = 'node_modules/@acme/widget';

/** A project as npm and others lay it out: one package under its own name, one under an alias. */
async function flat(): Promise<string> {
  const folder = newFolder();
  write(folder, packageJson({ '@acme/widget': 'npm:@jsr/acme__widget@^1.4.0', '@jsr/acme__base': '^0.2.0' }));
  await unpack(base, join(folder, installedBase));
  await unpack(widget, join(folder, installedWidget));
  return folder;
}

/** A project with a virtual store, as pnpm, bun and Deno make them: links lead to the only copy. */
async function virtual(): Promise<string> {
  const folder = newFolder();
  write(folder, packageJson({ '@acme/widget': 'jsr:^1.4.0' }));
  const store = join(folder, 'node_modules/.store');
  await unpack(base, join(store, 'base/node_modules/@jsr/acme__base'));
  await unpack(widget, join(store, 'widget/node_modules/@jsr/acme__widget'));
  link(join(store, 'widget/node_modules/@jsr/acme__base'), '../../../base/node_modules/@jsr/acme__base');
  link(join(folder, installedWidget), '../.store/widget/node_modules/@jsr/acme__widget');
  return folder;
}

let project = '';
beforeEach(async () => {
  project = await flat();
});
const at = (path: string) => join(project, path);

describe('an honest copy', () => {
  test('passes under its own name and under an alias, file by file', async () => {
    expect(await judge(project, base)).toEqual({
      status: 'passed',
      fact: { places: [installedBase], compared: 5 },
    });
    const outcome = await judge(project, widget);
    expect(outcome).toMatchObject({ status: 'passed', fact: { places: [installedWidget] } });
    const { tarball } = await knownOf(widget);
    expect(outcome.status === 'passed' && outcome.fact.compared).toBe(tarball.size);
  });

  test('passes in a virtual store, where links lead to it and to what it depends on', async () => {
    const folder = await virtual();
    for (const [publication, name] of [
      [base, 'base'],
      [widget, 'widget'],
    ] as const) {
      expect(await judge(folder, publication)).toMatchObject({
        status: 'passed',
        fact: { places: [`node_modules/.store/${name}/node_modules/@jsr/acme__${name}`] },
      });
    }
  });

  test('passes as npm unpacks it, with .gitignore under the name .npmignore', async () => {
    renameSync(at(`${installedWidget}/.gitignore`), at(`${installedWidget}/.npmignore`));
    rmSync(at(`${installedWidget}/sub/.gitignore`));
    expect(await judge(project, widget)).toMatchObject({ status: 'passed' });
    writeFileSync(at(`${installedWidget}/.npmignore`), 'other\n');
    expect(await judge(project, widget)).toMatchObject({ status: 'failed' });
  });

  test('passes with other packages installed inside of it, and each of these is a copy of its own', async () => {
    const nested = `${installedWidget}/node_modules/@jsr/acme__base`;
    await unpack(base, at(nested));
    write(at(`${installedWidget}/node_modules/left`), [
      ['package.json', '{}'],
      ['evil.js', '1'],
    ]);
    expect(await judge(project, widget)).toMatchObject({ status: 'passed' });
    expect(await judge(project, base)).toMatchObject({ fact: { places: [installedBase, nested] } });
    appendFileSync(at(`${nested}/mod.js`), '//');
    expect(await judge(project, base)).toMatchObject({ status: 'failed' });
  });

  test('with packages that the tarball itself brings is not called compared', async () => {
    const { manifest, tarball } = await knownOf(base);
    const bundling = new Map([
      ...tarball,
      ['/node_modules/in/x.js', { sha256: '0'.repeat(64) as Sha256, size: 1 }],
    ]);
    const judged = async () => checkInstalled(copiesOf(await look(project), base), manifest, [bundling]);
    // Yarn leaves them out.
    expect(await judged()).toMatchObject({ status: 'passed' });
    write(at(`${installedBase}/node_modules/in`), [['x.js', 'evil']]);
    expect(await judged()).toMatchObject({
      status: 'unknown',
      details: [
        `${installedBase}/node_modules/ contains packages from JSR's tarball, which were not compared`,
      ],
    });
  });

  test('is found in the folders of a workspace', async () => {
    await unpack(base, at('packages/a/node_modules/@jsr/acme__base'));
    expect(await judge(project, base)).toMatchObject({
      fact: { places: [installedBase, 'packages/a/node_modules/@jsr/acme__base'] },
    });
  });

  test('passes when it equals any of the tarballs that lockfiles pin', async () => {
    const { manifest, tarball } = await knownOf(base);
    const older = new Map([...tarball].filter(([path]) => path !== '/mod.js.map'));
    const copies = copiesOf(await look(project), base);
    expect(checkInstalled(copies, manifest, [older, tarball])).toMatchObject({ status: 'passed' });
    expect(checkInstalled(copies, manifest, [older])).toMatchObject({ status: 'failed' });
  });
});

describe('a copy that was tampered with is named with its file:', () => {
  const attacks: readonly (readonly [string, (copy: string, version: string) => void, string | RegExp])[] = [
    [
      'one byte',
      (copy) => {
        const bytes = readFileSync(`${copy}/mod.js`);
        bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3);
        writeFileSync(`${copy}/mod.js`, bytes);
      },
      /\/mod\.js: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    ],
    ['one byte more', (copy) => appendFileSync(`${copy}/mod.ts`, ' '), /\/mod\.ts: \d+ bytes, expected \d+$/],
    ['an empty file', (copy) => writeFileSync(`${copy}/mod.js`, ''), /\/mod\.js: 0 bytes, expected/],
    ['a file more', (copy) => writeFileSync(`${copy}/x.js`, ''), '/x.js: not a file of the package'],
    ['a file in a new folder', (copy) => write(copy, [['y/z.js', '']]), '/y/z.js: not a file of the package'],
    ['a hidden file', (copy) => writeFileSync(`${copy}/.x`, ''), '/.x: not a file of the package'],
    ['a file less', (copy) => rmSync(`${copy}/mod.js`), '/mod.js: missing'],
    [
      'a package where only the package itself resolves it',
      (copy) => write(copy, [['sub/node_modules/base/index.js', '']]),
      '/sub/node_modules/base/index.js: not a file of the package',
    ],
    [
      'a link in the place of a file',
      (copy) => {
        renameSync(`${copy}/mod.js`, `${copy}/../real.js`);
        symlinkSync('../real.js', `${copy}/mod.js`);
      },
      '/mod.js: is a symbolic link',
    ],
    ['a link to a folder', (copy) => symlinkSync('/etc', `${copy}/etc`), '/etc: is a symbolic link'],
    [
      'a folder in the place of a file',
      (copy) => {
        rmSync(`${copy}/mod.js`);
        mkdirSync(`${copy}/mod.js`);
      },
      '/mod.js: missing',
    ],
    [
      'scripts in its package.json',
      (copy) => {
        const json = JSON.parse(readFileSync(`${copy}/package.json`, 'utf8')) as object;
        writeFileSync(
          `${copy}/package.json`,
          JSON.stringify({ ...json, scripts: { postinstall: 'x' } }, null, 2),
        );
      },
      /\/package\.json: \d+ bytes, expected/,
    ],
    [
      'another name in its package.json',
      (copy, version) => writeFileSync(`${copy}/package.json`, JSON.stringify({ name: 'innocent', version })),
      /\/package\.json: /,
    ],
    [
      'another spelling of a file',
      (copy) => renameSync(`${copy}/mod.js`, `${copy}/MOD.js`),
      '/MOD.js: not a file of the package',
    ],
  ];

  test.each(attacks)('%s', async (_, attack, detail) => {
    for (const [publication, copy] of [
      [base, installedBase],
      [widget, installedWidget],
    ] as const) {
      attack(at(copy), publication.version);
      const outcome = await judge(project, publication);
      expect(outcome, copy).toMatchObject({ status: 'failed' });
      const details = outcome.status === 'failed' ? outcome.details : [];
      const wanted = typeof detail === 'string' ? `${copy}${detail}` : expect.stringMatching(detail);
      expect(details).toContainEqual(wanted);
    }
  });

  test.skipIf(process.platform === 'win32')('a file that is replaced by a pipe', async () => {
    rmSync(at(`${installedBase}/mod.js`));
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', at(`${installedBase}/mod.js`)]);
    expect(await judge(project, base)).toMatchObject({
      details: [`${installedBase}/mod.js: is not a regular file`],
    });
  });

  test('more differences than anybody wants to read are counted', async () => {
    write(
      at(installedBase),
      Array.from({ length: 50 }, (_, index) => [`extra/${index}.js`, ''] as const),
    );
    const outcome = await judge(project, base);
    const details = outcome.status === 'failed' ? outcome.details : undefined;
    expect(details).toHaveLength(21);
    expect(details?.at(-1)).toBe('and 30 more');
  });

  test('the only copy in a virtual store', async () => {
    const folder = await virtual();
    appendFileSync(join(folder, 'node_modules/.store/base/node_modules/@jsr/acme__base/mod.js'), '//');
    expect(await judge(folder, base)).toMatchObject({ status: 'failed' });
    expect(await judge(folder, widget)).toMatchObject({ status: 'passed' });
  });
});

describe('what stands in the place of a copy', () => {
  test('a link to another folder of the project is followed, and what is there compared', async () => {
    renameSync(at(installedBase), at('moved'));
    symlinkSync('../../moved', at(installedBase));
    expect(await judge(project, base)).toEqual({
      status: 'passed',
      fact: { places: ['moved'], compared: 5 },
    });
    writeFileSync(at('moved/mod.js'), 'evil');
    expect(await judge(project, base)).toMatchObject({ status: 'failed' });
  });

  test('a link out of the project is reported and not followed', async () => {
    const outside = newFolder();
    await unpack(base, join(outside, 'base'));
    rmSync(at(installedBase), { recursive: true });
    symlinkSync(join(outside, 'base'), at(installedBase));
    const outcome = await judge(project, base);
    expect(outcome).toEqual({
      status: 'unknown',
      why: 'some installed files could not be compared',
      details: [
        `${installedBase} is a symbolic link out of the project, to ${join(outside, 'base')}, and was not followed`,
      ],
    });
    expect(await judge(project, widget)).toMatchObject({ status: 'passed' });
    expect(await judge(project, base, { places: { stores: [outside] } })).toMatchObject({ status: 'passed' });
  });

  test('a folder whose name merely starts like that of the project is out of it', async () => {
    const outside = `${project}-evil`;
    renameSync(at(installedBase), outside);
    symlinkSync(outside, at(installedBase));
    expect(await judge(project, base)).toMatchObject({ status: 'unknown' });
    rmSync(outside, { recursive: true });
  });

  test.each(['node_modules', 'node_modules/@jsr'])(
    'a link of %s out of the project hides nothing',
    async (path) => {
      const outside = newFolder();
      renameSync(at(path), join(outside, 'moved'));
      symlinkSync(join(outside, 'moved'), at(path));
      expect(await judge(project, base)).toMatchObject({ status: 'unknown' });
    },
  );

  test('a link of another package out of the project matters where nothing else was found', async () => {
    symlinkSync(newFolder(), at('node_modules/linked'));
    expect(await judge(project, base)).toMatchObject({ status: 'passed' });
    expect(await judge(project, oldBase, { targets: [targetOf(oldBase)] })).toMatchObject({
      status: 'failed',
    });
    rmSync(at(installedBase), { recursive: true });
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: [expect.stringContaining('node_modules/linked is a symbolic link out of the project')],
    });
  });

  test('a file that Node would load instead of the folder', async () => {
    rmSync(at(installedBase), { recursive: true });
    writeFileSync(at(`${installedBase}.js`), 'evil');
    expect(await judge(project, base)).toMatchObject({
      status: 'failed',
      details: [`${installedBase}.js is a file, but should be the folder of the package`],
    });
  });

  test('another name in package.json does not hide an alias that the project asks for', async () => {
    writeFileSync(at(`${installedWidget}/package.json`), '{"name":"@acme/widget","version":"1.4.0"}');
    expect(await judge(project, widget)).toMatchObject({ status: 'failed' });
  });

  test('nor one that only the lockfile knows of', async () => {
    write(project, packageJson({ '@acme/widget': 'catalog:' }));
    writeFileSync(at(`${installedWidget}/package.json`), '{"name":"@acme/widget","version":"1.4.0"}');
    const jsr = new Map([['@acme/widget', [widget]]]);
    const places = { lockfiles: [lockfileOf(project, { jsr })] };
    expect(await judge(project, widget, { places })).toMatchObject({ status: 'failed' });
  });

  const npmLock = (packages: Readonly<Record<string, object>>) => {
    write(project, [['package-lock.json', JSON.stringify({ lockfileVersion: 3, packages })]]);
    return { lockfiles: [lockfileIn(project, 'package-lock.json')] };
  };

  test('nor one deep down, where the lockfile of npm names the place', async () => {
    const deep = 'node_modules/other/node_modules/hidden';
    await unpack(base, at(deep));
    const places = npmLock({ [deep]: { name: '@jsr/acme__base', version: '0.2.0' } });
    expect(await judge(project, base, { places })).toMatchObject({ fact: { places: [installedBase, deep] } });
    writeFileSync(at(`${deep}/package.json`), '{"name":"hidden"}');
    writeFileSync(at(`${deep}/mod.js`), 'evil');
    expect(await judge(project, base, { places })).toMatchObject({
      status: 'failed',
      details: expect.arrayContaining([expect.stringContaining(`${deep}/mod.js`)]) as unknown,
    });
  });

  test('another version of the package than the lockfile of npm has at the place', async () => {
    rmSync(at(installedBase), { recursive: true });
    await unpack(oldBase, at(installedBase));
    const places = npmLock({ [installedBase]: { version: '0.2.0' } });
    expect(await judge(project, base, { places })).toMatchObject({ status: 'failed' });
    expect(await judge(project, oldBase, { places })).toMatchObject({ status: 'skipped' });
  });

  test('what npm wrote into node_modules names no folder', async () => {
    rmSync(at(installedWidget), { recursive: true });
    await unpack(base, at(installedWidget));
    const packages = { [installedWidget]: { name: '@jsr/acme__base', version: '0.2.0' } };
    const hidden = JSON.stringify({ lockfileVersion: 3, packages });
    write(project, [['node_modules/.package-lock.json', hidden]]);
    expect(await judge(project, widget)).toMatchObject({ status: 'failed' });
    const places = { lockfiles: [lockfileIn(join(project, 'node_modules'), '.package-lock.json')] };
    expect(await judge(project, widget, { places })).toMatchObject({ status: 'failed' });
  });

  test('a name that a project gives to something else is left alone', async () => {
    write(project, packageJson({ '@acme/widget': '^3.0.0' }));
    rmSync(at(installedWidget), { recursive: true });
    write(at(installedWidget), [['package.json', '{"name":"@acme/widget","version":"3.0.0"}']]);
    const jsr = new Map([['@acme/widget', [widget]]]);
    const judged = (others: readonly string[]) =>
      judge(project, widget, {
        places: {
          lockfiles: [{ ...lockfileOf(project, { jsr, others: new Set(others) }), file: 'another' }],
        },
      });
    expect(await judged(['@acme/widget'])).toMatchObject({ status: 'skipped' });
    // Where no lockfile has another package of that name, it may have been replaced.
    expect(await judged([])).toMatchObject({
      status: 'unknown',
      details: [expect.stringMatching(/^node_modules\/@acme\/widget may be @acme\/widget: /)],
    });
    write(project, packageJson({ '@acme/widget': 'file:../widget' }));
    expect(await judged([])).toMatchObject({ status: 'skipped' });
  });

  test('a mark of JSR under another name keeps the question open', async () => {
    await unpack(base, at('node_modules/strange'));
    writeFileSync(at('node_modules/strange/package.json'), '{"name":"strange","_jsr_revision":11}');
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: ['node_modules/strange is marked as a JSR package but has another name'],
    });
  });
});

describe('versions that nobody audits', () => {
  test('a copy of no locked version fails the versions that are locked', async () => {
    const outcome = await judge(project, oldBase, { targets: [targetOf(oldBase)] });
    expect(outcome).toEqual({
      status: 'failed',
      reason: `1 installed copy differs from the attested files: ${installedBase} has version 0.2.0, which is not in a lockfile`,
      details: [`${installedBase} has version 0.2.0, which is not in a lockfile`],
    });
  });

  test('a copy that does not say its version fails them, too', async () => {
    rmSync(at(`${installedBase}/package.json`));
    expect(await judge(project, base)).toMatchObject({
      details: [`${installedBase} has no version in its package.json, and no lockfile has this copy`],
    });
  });

  test('a package that is audited in no version is listed apart', async () => {
    const { strays } = await look(project, { targets: [targetOf(widget)] });
    expect(strays).toEqual([
      {
        place: installedBase,
        package: { scope: 'acme', name: 'base' },
        version: '0.2.0',
        standing: 'project',
      },
    ]);
  });

  test('what another lockfile further down speaks for is compared, but may be of other versions', async () => {
    await unpack(oldBase, at('examples/one/node_modules/@jsr/acme__base'));
    write(at('examples/one'), [['package-lock.json', '{}']]);
    const targets = [targetOf(base)];
    expect(await judge(project, base, { targets })).toMatchObject({ status: 'passed' });
    const { strays } = await look(project, { targets });
    expect(strays.map(({ place, version, standing }) => `${place} ${version} ${standing}`)).toEqual([
      `${installedWidget} 1.4.0 project`,
      'examples/one/node_modules/@jsr/acme__base 0.1.0 governed',
    ]);
    rmSync(at('examples/one/package-lock.json'));
    expect(await judge(project, base, { targets })).toMatchObject({ status: 'failed' });
  });

  test('what nothing leads to in a virtual store does not count', async () => {
    await unpack(oldBase, at('node_modules/.store/left/node_modules/@jsr/acme__base'));
    expect(await judge(project, base, { targets: [targetOf(base)] })).toMatchObject({ status: 'passed' });
  });

  test('an empty folder is no copy', async () => {
    mkdirSync(at('node_modules/@jsr/acme__gone/node_modules'), { recursive: true });
    rmSync(at(installedBase), { recursive: true });
    mkdirSync(at(installedBase));
    expect(await judge(project, base)).toEqual({
      status: 'skipped',
      why: 'it is not installed (searched: node_modules)',
    });
    expect((await look(project)).strays).toEqual([]);
  });
});

describe('what cannot be looked into', () => {
  const failing =
    (method: 'list' | 'digest', about: string) =>
    (disk: InstalledDisk): InstalledDisk => ({
      ...disk,
      list: (path) =>
        method === 'list' && path.endsWith(about)
          ? Promise.resolve(unavailable(path, { kind: 'unreadable', why: 'EACCES' }))
          : disk.list(path),
      digest: (path, length) =>
        method === 'digest' && path.endsWith(about)
          ? Promise.resolve({ unread: 'EACCES' })
          : disk.digest(path, length),
    });

  test.each([
    ['a file', failing('digest', 'acme__base/mod.js')],
    ['a folder of the package', failing('list', 'acme__base')],
    ['the scope', failing('list', '@jsr')],
    ['node_modules', failing('list', 'node_modules')],
    ['the project', failing('list', 'packages')],
  ])('%s keeps the check open', async (_, disk) => {
    mkdirSync(at('packages'));
    expect(await judge(project, base, { disk })).toMatchObject({
      status: 'unknown',
      details: [expect.stringContaining('EACCES')],
    });
  });

  test('a tampered copy outweighs what cannot be read', async () => {
    appendFileSync(at(`${installedBase}/mod.ts`), ' ');
    expect(await judge(project, base, { disk: failing('digest', 'mod.js') })).toMatchObject({
      status: 'failed',
    });
  });

  test('without the tarball there is nothing to compare with', async () => {
    const { manifest } = await knownOf(base);
    expect(checkInstalled(copiesOf(await look(project), base), manifest, [])).toMatchObject({
      status: 'unknown',
      details: [`${installedBase}: JSR's tarball could not be fetched, so there is nothing to compare with`],
    });
  });

  test('nothing installed is said to be so, with the places that were looked at', async () => {
    expect(await judge(newFolder(), base)).toEqual({ status: 'skipped', why: 'it is not installed' });
    write(project, [['vendor/x', '']]);
    rmSync(at('node_modules/@jsr'), { recursive: true });
    expect(await judge(project, base)).toEqual({
      status: 'skipped',
      why: 'it is not installed (searched: node_modules, vendor)',
    });
  });

  test('a copy that is larger than any package is not hashed to its end', async () => {
    let hashed = 0;
    const disk = (real: InstalledDisk): InstalledDisk => ({
      ...real,
      digest: () => {
        hashed += 1;
        return Promise.resolve({ sha256: '0'.repeat(64) as Sha256, size: 60 * 1024 * 1024 });
      },
    });
    const many = Array.from({ length: 100 }, (_, index) => [`${index}`, ''] as const);
    write(at(`${installedBase}/a`), many);
    expect(await judge(project, base, { disk, targets: [targetOf(base)] })).toMatchObject({
      status: 'failed',
    });
    expect(hashed).toBe(9);
  });

  test('folders without end are not walked to the end, and that is said', async () => {
    let deep = project;
    for (let depth = 0; depth < 14; depth += 1) deep = join(deep, 'd');
    mkdirSync(deep, { recursive: true });
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: [`${'d/'.repeat(13).slice(0, -1)} is nested deeper than 12 folders and was not searched`],
    });
  });
});
