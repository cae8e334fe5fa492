import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import { denoDirOf } from '../../src/installed/deno/deno-dir.ts';
import {
  cachedName,
  cacheHosts,
  npmCacheHost,
  vendoredNames,
  vendoredPart,
  vendorHosts,
} from '../../src/installed/deno/deno-paths.ts';
import { readVersionMetadata } from '../../src/installed/deno/metadata.ts';
import { yarnCacheOf } from '../../src/installed/node/yarn-cache.ts';
import { unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import {
  base,
  copiesOf,
  judge,
  knownOf,
  look,
  newFolder,
  targetOf,
  unpack,
  widget,
  write,
} from './support.ts';

/** The names that Deno 2.9 gives these files in `vendor/`, as seen there. */
const vendored: Readonly<Record<string, string>> = {
  '/mod.ts': '/mod.ts',
  '/src/Upper.ts': '/src/#upper_6e6ba.ts',
  '/Folder.ts/b.ts': '/#folder.ts_10e87/b.ts',
  '/a_very_long_file_name_that_is_longer_than_thirty.ts': '/#a_very_long_file_nam_1726b.ts',
  '/notes.txt': '/#notes.txt_e3953.js',
  '/data/x[y]$(z)+~@.json': '/data/x[y]$(z)+~@.json',
};
const place = 'vendor/jsr.test/@acme/widget/1.4.0';
const metadata = `${place}_meta.json`;

let project = '';
const at = (path: string) => join(project, path);
const verdict = () => judge(project, widget);
const details = async () => {
  const outcome = await verdict();
  return outcome.status === 'failed' ? outcome.details : outcome;
};

/** A target as deno.lock gives it. */
const locked = (publication: typeof widget) =>
  targetOf(publication, { locked: { kind: 'manifest', digest: publication.digest as Sha256 } });

/** The manifest as Deno vendors it. */
function vendoredMetadata(): Record<string, unknown> {
  const { moduleGraph2: _, ...kept } = JSON.parse(widget.manifest.toString()) as Record<string, unknown>;
  return { ...kept, lockfileChecksum: widget.digest };
}

describe('a vendor folder of Deno', () => {
  beforeEach(() => {
    project = newFolder();
    write(
      at(place),
      Object.entries(vendored).map(([path, name]) => [name, widget.files.get(path) ?? ''] as const),
    );
    write(project, [
      [metadata, JSON.stringify(vendoredMetadata())],
      ['vendor/jsr.test/@acme/widget/meta.json', '{}'],
      ['vendor/manifest.json', '{"modules":{"https://jsr.test/@acme/widget/1.4.0/notes.txt":{}}}'],
    ]);
  });

  test('passes with the files that were imported, whatever Deno calls them', async () => {
    expect(await verdict()).toEqual({ status: 'passed', fact: { places: [place], compared: 7 } });
  });

  test('passes with the metadata as the registry sends it, as older versions of Deno keep it', async () => {
    writeFileSync(at(metadata), widget.manifest);
    expect(await verdict()).toMatchObject({ status: 'passed' });
    writeFileSync(at(metadata), widget.manifest.toString().replace('"./mod.ts"', '"./src/Upper.ts"'));
    expect(await details()).toEqual([
      expect.stringMatching(`^${place}: _meta.json: SHA-256 .* expected ${widget.digest}`),
    ]);
  });

  test('passes where only files lie, and no metadata', async () => {
    rmSync(at(metadata));
    expect(await verdict()).toMatchObject({ status: 'passed', fact: { compared: 6 } });
  });

  const hashed = `${place}/src/#upper_6e6ba.ts`;
  test.each<readonly [string, () => void, RegExp | string]>([
    ['one byte', () => appendFileSync(at(`${place}/mod.ts`), ' '), /\/mod\.ts: \d+ bytes, expected/],
    [
      'one byte of a file under a hashed name',
      () => appendFileSync(at(hashed), ' '),
      /\/src\/#upper_6e6ba\.ts: /,
    ],
    ['a file more', () => write(at(place), [['evil.ts', '']]), `${place}/evil.ts: not a file of the package`],
    [
      'a file of the package under the name of another',
      () => writeFileSync(at(hashed), widget.files.get('/mod.ts') ?? ''),
      /\/src\/#upper_6e6ba\.ts: /,
    ],
    [
      'a file under a name that Deno would not give it',
      () => renameSync(at(hashed), at(`${place}/src/Upper.ts`)),
      `${place}/src/Upper.ts: not a file of the package`,
    ],
    [
      'a link in the place of a file',
      () => {
        rmSync(at(`${place}/mod.ts`));
        symlinkSync('../../base', at(`${place}/mod.ts`));
      },
      /mod\.ts: is a symbolic link$/,
    ],
    [
      'a redirect in vendor/manifest.json',
      () =>
        write(project, [
          [
            'vendor/manifest.json',
            '{"modules":{"https://jsr.test/@acme/widget/1.4.0/mod.ts":{"headers":{"location":"https://evil.test/x.ts"}}}}',
          ],
        ]),
      `${place}/mod.ts leads to https://evil.test/x.ts`,
    ],
  ])('fails for %s', async (_, attack, detail) => {
    attack();
    expect(await details()).toEqual([typeof detail === 'string' ? detail : expect.stringMatching(detail)]);
  });

  test.each<readonly [string, (json: Record<string, unknown>) => unknown, string]>([
    [
      'another lockfileChecksum',
      (json) => ({ ...json, lockfileChecksum: '0'.repeat(64) }),
      'its lockfileChecksum is 000',
    ],
    [
      'a lockfileChecksum that is no text',
      (json) => ({ ...json, lockfileChecksum: 1 }),
      'its lockfileChecksum is not a string',
    ],
    [
      'a module graph',
      (json) => ({ ...json, moduleGraph2: {} }),
      'has the key "moduleGraph2", which Deno removes',
    ],
    [
      'another export',
      (json) => ({ ...json, exports: { '.': './src/Upper.ts' } }),
      'exports ./src/Upper.ts as ".", expected ./mod.ts',
    ],
    [
      'an export more',
      (json) => ({ ...json, exports: { '.': './mod.ts', './x': './x.ts' } }),
      'exports ./x.ts as "./x", expected nothing',
    ],
    ['no files', (json) => ({ ...json, manifest: undefined }), 'it lists no files'],
    [
      'another checksum',
      (json) =>
        JSON.parse(
          JSON.stringify(json).replace(/("\/mod\.ts":.*?sha256-)./, '$1x'.replace('x', '0')),
        ) as unknown,
      'has another digest or size for /mod.ts',
    ],
    [
      'a file more',
      (json) => ({
        ...json,
        manifest: {
          ...(json['manifest'] as object),
          '/evil.ts': { size: 1, checksum: `sha256-${'0'.repeat(64)}` },
        },
      }),
      'lists /evil.ts',
    ],
    [
      'a file less',
      (json) => ({ ...json, manifest: { ...(json['manifest'] as object), '/notes.txt': undefined } }),
      'does not list /notes.txt',
    ],
  ])('does not believe metadata with %s', async (_, edit, detail) => {
    writeFileSync(at(metadata), JSON.stringify(edit(vendoredMetadata())));
    expect(await details()).toEqual([expect.stringContaining(`${place}: _meta.json: ${detail}`)]);
  });

  test.each(['not json', '[]', '{"manifest":{},"manifest":{}}'])(
    'does not believe %s as metadata',
    async (text) => {
      writeFileSync(at(metadata), text);
      expect(await verdict()).toMatchObject({ status: 'failed' });
    },
  );

  test('does not read metadata without end', () => {
    const entry = { size: 1, checksum: `sha256-${'0'.repeat(64)}` };
    const files = Object.fromEntries(Array.from({ length: 50_001 }, (_, index) => [`/${index}`, entry]));
    expect(readVersionMetadata(Buffer.from(JSON.stringify({ manifest: files })))).toEqual({
      state: 'malformed',
      why: 'it lists more than 50000 files',
    });
  });

  test('a manifest.json that cannot be understood keeps the check open', async () => {
    writeFileSync(at('vendor/manifest.json'), '{"modules":{},"modules":{}}');
    expect(await verdict()).toMatchObject({
      status: 'unknown',
      details: ['vendor/manifest.json is malformed: ambiguous: duplicate key "modules"'],
    });
  });

  test.each(['vendor', 'vendor/jsr.test', 'vendor/jsr.test/@acme', place])(
    'a link of %s out of the project is reported and not followed',
    async (path) => {
      const outside = newFolder();
      renameSync(at(path), join(outside, 'moved'));
      symlinkSync(join(outside, 'moved'), at(path));
      expect(await verdict()).toMatchObject({
        status: 'unknown',
        details: expect.arrayContaining([
          expect.stringContaining('is a symbolic link out of the project'),
        ]) as unknown,
      });
    },
  );

  test('when the registry does not answer, the locked digest alone does not tell the files', async () => {
    const locked = checkManifest(unavailable('https://jsr.test', { kind: 'timeout', why: 'timeout' }), [
      {
        at: { file: 'deno.lock', line: 1 },
        dependents: [],
        locked: { kind: 'manifest', digest: (await knownOf(widget)).manifest.digest },
      },
    ]);
    if (locked.status !== 'passed') throw new Error('the locked digest should stand in');
    const copies = copiesOf(await look(project), widget);
    expect(checkInstalled(copies, locked.fact, [])).toMatchObject({
      status: 'unknown',
      details: [`${place}: the registry did not answer, so the expected files are unknown`],
    });
    // The registry's own bytes, which have the locked digest, do.
    writeFileSync(at(metadata), widget.manifest);
    expect(checkInstalled(copiesOf(await look(project), widget), locked.fact, [])).toMatchObject({
      status: 'passed',
    });
    appendFileSync(at(`${place}/mod.ts`), ' ');
    expect(checkInstalled(copiesOf(await look(project), widget), locked.fact, [])).toMatchObject({
      status: 'failed',
    });
  });
});

describe('the global cache of Deno', () => {
  let denoDir = '';
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const fileOf = (path: string) =>
    join(denoDir, 'remote/https/jsr.test', sha256(`/@acme/widget/1.4.0${path}`));
  const trailer = (headers: Readonly<Record<string, string>> = {}) =>
    `\n// denoCacheMetadata=${JSON.stringify({ headers: { 'content-type': 'text/typescript', ...headers }, url: 'https://jsr.test', time: 1 })}`;
  const store = (path: string, bytes: Uint8Array | string, end = trailer()) =>
    write('/', [[fileOf(path), Buffer.concat([Buffer.from(bytes as string), Buffer.from(end)])]]);
  const cached = { places: {}, targets: [locked(base), locked(widget)] };

  beforeEach(() => {
    project = newFolder();
    denoDir = newFolder();
    cached.places = { deno: { folder: denoDir, lockfiles: ['lock'] } };
    store('_meta.json', widget.manifest);
    for (const path of ['/mod.ts', '/src/Upper.ts', '/data/x[y]$(z)+~@.json'])
      store(path, widget.files.get(path) ?? '');
  });

  test('passes with the files that were fetched, and names a place that says nothing of the machine', async () => {
    expect(await judge(project, widget, cached)).toEqual({
      status: 'passed',
      fact: { places: ['DENO_DIR/remote/https/jsr.test'], compared: 4 },
    });
    expect(await judge(project, widget)).toEqual({ status: 'skipped', why: 'it is not installed' });
  });

  test('passes as Deno 1 keeps it, with the headers beside the file', async () => {
    rmSync(join(denoDir, 'remote'), { recursive: true });
    const folder = join(denoDir, 'deps/https/jsr.test');
    for (const [path, bytes] of [
      ['_meta.json', widget.manifest],
      ['/mod.ts', widget.files.get('/mod.ts') ?? ''],
    ] as const) {
      const name = sha256(`/@acme/widget/1.4.0${path}`);
      write(folder, [
        [name, bytes],
        [`${name}.metadata.json`, '{"headers":{},"url":""}'],
      ]);
    }
    expect(await judge(project, widget, cached)).toMatchObject({
      status: 'passed',
      fact: { places: ['DENO_DIR/deps/https/jsr.test'], compared: 2 },
    });
  });

  test.each<readonly [string, () => void, string | RegExp]>([
    ['one byte', () => store('/mod.ts', 'evil'), /\/mod\.ts: 4 bytes, expected/],
    [
      'a byte behind the content',
      () => store('/mod.ts', `${String(widget.files.get('/mod.ts'))}\n`),
      /\/mod\.ts: /,
    ],
    ['other metadata', () => store('_meta.json', '{"manifest":{}}'), /: _meta\.json: SHA-256 .* expected/],
    ['metadata that is none', () => store('_meta.json', 'x'), /: _meta\.json: not JSON/],
    [
      'a redirect',
      () => store('/mod.ts', widget.files.get('/mod.ts') ?? '', trailer({ location: 'https://evil.test/' })),
      /\/mod\.ts leads to https:\/\/evil\.test\/$/,
    ],
    [
      'a link in the place of a file',
      () => {
        renameSync(fileOf('/mod.ts'), join(denoDir, 'moved'));
        symlinkSync(join(denoDir, 'moved'), fileOf('/mod.ts'));
      },
      /\/mod\.ts: is a symbolic link$/,
    ],
    [
      'a folder in the place of a file',
      () => {
        rmSync(fileOf('/mod.ts'));
        mkdirSync(fileOf('/mod.ts'));
      },
      /\/mod\.ts: is not a regular file$/,
    ],
  ])('fails for %s', async (_, attack, detail) => {
    attack();
    const outcome = await judge(project, widget, cached);
    expect(outcome).toMatchObject({ status: 'failed' });
    expect(outcome.status === 'failed' && outcome.details).toContainEqual(expect.stringMatching(detail));
  });

  test('a file without the mark of Deno is none that Deno would load', async () => {
    store('/notes.txt', 'evil', '');
    expect(await judge(project, widget, cached)).toMatchObject({ status: 'passed' });
  });

  test('holds packages of the npm mirror, too', async () => {
    const folder = join(denoDir, 'npm/npm.jsr.test/@jsr/acme__base/0.2.0');
    await unpack(base, folder);
    await unpack(base, `${folder}_1`);
    const targets = [targetOf(base, { locked: { kind: 'tarball', integrity: 'sha512-' } })];
    const options = { ...cached, targets };
    const place = 'DENO_DIR/npm/npm.jsr.test/@jsr/acme__base/0.2.0';
    expect(await judge(project, base, options)).toMatchObject({
      status: 'passed',
      fact: { places: [place, `${place}_1`] },
    });
    appendFileSync(`${folder}_1/mod.js`, '//');
    expect(await judge(project, base, options)).toMatchObject({ status: 'failed' });
  });

  test('is that of all projects, and counts only for what a lockfile of Deno names', async () => {
    store('/mod.ts', 'evil');
    const npm = [targetOf(widget, { locked: { kind: 'tarball', integrity: 'sha512-' } })];
    expect(await judge(project, widget, { ...cached, targets: npm })).toMatchObject({ status: 'skipped' });
    const other = { deno: { folder: denoDir, lockfiles: ['other/deno.lock'] } };
    expect(await judge(project, widget, { ...cached, places: other })).toEqual({
      status: 'skipped',
      why: 'it is not installed',
    });
    expect(await judge(project, widget, cached)).toMatchObject({ status: 'failed' });
  });

  test('an edited copy of one package says nothing of another', async () => {
    store('/mod.ts', 'evil');
    expect(await judge(project, base, cached)).toEqual({
      status: 'skipped',
      why: 'it is not installed (searched: DENO_DIR)',
    });
  });
});

describe("Deno's own names", () => {
  test.each([
    ['https://deno.land/x/foo.ts', '2c0a064891b9e3fbe386f5d4a833bce5076543f5404613656042107213a7bbc8'],
    ['https://deno.land/', '8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1'],
  ])('%s is cached as %s', (address, name) => {
    expect(cachedName(new URL(address))).toBe(name);
  });

  test.each([
    ['https://jsr.io', ['https/jsr.io'], ['jsr.io']],
    [
      'http://127.0.0.1:4250',
      ['http/127.0.0.1_PORT4250', 'http/127.0.0.1_port_4250'],
      ['http_127.0.0.1_4250', 'http_127.0.0.1_port_4250'],
    ],
    ['http://api_8080', ['http/api_8080', 'http/api%5f8080'], ['http_api_8080', 'http_api%5f8080']],
  ])('%s lies in the folders of its host', (registry, cached, inVendor) => {
    expect(cacheHosts(registry)).toEqual(cached);
    expect(vendorHosts(registry)).toEqual(inVendor);
  });

  test('what a disk could mistake is hashed, and what it cannot is not', () => {
    expect(vendoredPart('Folder.ts')).toBe('#folder.ts_10e87');
    expect(vendoredPart('folder')).toBe('folder');
    expect(vendoredPart('con')).toMatch(/^#con_/);
    expect(vendoredPart('folder.ts')).toMatch(/^#folder\.ts_/);
    expect(vendoredNames('mod.ts')).toContain('mod.ts');
    expect(vendoredNames('notes.txt')).toContain('#notes.txt_e3953.js');
    expect(vendoredNames('Upper.ts')).not.toContain('Upper.ts');
    expect(vendoredNames('1.0.0-rc.1_meta.json')).toContain('1.0.0-rc.1_meta.json');
  });

  test('the npm mirror has a folder by its domain and port', () => {
    expect(npmCacheHost('https://npm.jsr.io')).toBe('npm.jsr.io');
    expect(npmCacheHost('http://localhost:4873')).toBe('localhost_4873');
    expect(npmCacheHost('http://127.0.0.1:4873')).toBe('4873');
  });

  test("Yarn's cache of all projects is where Yarn says it is", () => {
    expect(yarnCacheOf({}, '/project', 'linux', '/home/a')).toBe('/home/a/.yarn/berry/cache');
    expect(yarnCacheOf({ YARN_GLOBAL_FOLDER: 'all' }, '/project', 'linux', '/home/a')).toBe(
      '/project/all/cache',
    );
    expect(yarnCacheOf({ LOCALAPPDATA: '/local' }, '/project', 'win32', '/home/a')).toBe(
      '/local/Yarn/Berry/cache',
    );
    expect(yarnCacheOf({}, '/project', 'linux', undefined)).toBeUndefined();
  });

  test('the cache folder is where Deno says it is', () => {
    expect(denoDirOf({ DENO_DIR: 'cache' }, '/project', 'linux', '/home/a')).toBe('/project/cache');
    expect(denoDirOf({ XDG_CACHE_HOME: '/xdg' }, '/project', 'linux', '/home/a')).toBe('/xdg/deno');
    expect(denoDirOf({}, '/project', 'linux', '/home/a')).toBe('/home/a/.cache/deno');
    expect(denoDirOf({}, '/project', 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/deno');
    expect(denoDirOf({ LOCALAPPDATA: '/local' }, '/project', 'win32', undefined)).toBe('/local/deno');
    expect(denoDirOf({}, '/project', 'linux', undefined)).toBeUndefined();
  });
});
