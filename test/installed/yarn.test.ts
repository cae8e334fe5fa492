import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import { treeAt } from '../../src/source/file-tree.ts';
import { type ZipEntry, type ZipShape, zipOf } from './archive.ts';
import {
  base,
  copiesOf,
  judge,
  knownOf,
  look,
  newFolder,
  oldBase,
  tarballOf,
  targetOf,
  unpack,
  widget,
  write,
} from './support.ts';

const prefix = 'node_modules/@jsr/acme__base/';
const archive = '.yarn/cache/@jsr-acme__base-npm-0.2.0-0123456789-0123456789.zip';
let project = '';
const at = (path: string) => join(project, path);

/** The entries that Yarn writes for a package. */
async function entriesOf(publication: typeof base, below = prefix): Promise<readonly ZipEntry[]> {
  const files = [...(await tarballOf(publication))].map(([path, content]) => ({
    name: `${below}${path.slice(1)}`,
    content,
  }));
  return [{ name: 'node_modules/', mode: 0o40755 }, { name: below, mode: 0o40755 }, ...files];
}

/** Yarn's table, as the script that it writes holds it. */
function pnpOf(
  locations: readonly (readonly [ident: string, reference: string, location: string])[],
): string {
  const registry = [
    [null, [[null, { packageLocation: './' }]]],
    ...locations.map(([ident, reference, packageLocation]) => [ident, [[reference, { packageLocation }]]]),
  ];
  const json = JSON.stringify({ __info: ["Don't \\ touch"], packageRegistryData: registry }, null, 2);
  const quoted = json.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\\n');
  return `#!/usr/bin/env node\n"use strict";\n\nconst RAW_RUNTIME_STATE =\n'${quoted}';\n\nfunction $$SETUP_STATE() {}\n`;
}

const ours = ['@jsr/acme__base', 'npm:0.2.0', `./${archive}/${prefix}`] as const;
const zip = async (entries?: readonly ZipEntry[], shape?: ZipShape) =>
  write(project, [[archive, zipOf(entries ?? (await entriesOf(base)), shape)]]);

beforeEach(async () => {
  project = newFolder();
  await zip();
  write(project, [['.pnp.cjs', pnpOf([ours])]]);
});

describe("an archive of Yarn's Plug'n'Play", () => {
  const passes = { status: 'passed', fact: { places: [archive], compared: 5 } };

  test('passes where the table of Yarn names it, stored or compressed', async () => {
    expect(await judge(project, base)).toEqual(passes);
    await zip((await entriesOf(base)).map((entry) => ({ ...entry, deflate: true })));
    expect(await judge(project, base)).toEqual(passes);
  });

  test.each([
    'jsr:0.2.0::__archiveUrl=https%3A%2F%2Fnpm.jsr.test%2F~%2F11%2F%40jsr%2Facme__base%2F0.2.0.tgz',
    'virtual:0123#npm:0.2.0',
  ])('passes under the reference %s and any name', async (reference) => {
    write(project, [['.pnp.cjs', pnpOf([['based', reference, ours[2]]])]]);
    expect(await judge(project, base)).toEqual(passes);
  });

  test('is known by the name in the table, wherever it lies', async () => {
    await unpack(base, at('elsewhere'));
    writeFileSync(at('elsewhere/package.json'), '{"name":"innocent"}');
    write(project, [['.pnp.cjs', pnpOf([[ours[0], ours[1], './elsewhere/']])]]);
    expect(await judge(project, base)).toMatchObject({
      status: 'failed',
      details: [expect.stringMatching(/^elsewhere\/package\.json: /)],
    });
  });

  test('passes with the table in a file of its own, and as a folder that Yarn unplugged', async () => {
    const folder = '.yarn/unplugged/base/node_modules/@jsr/acme__base/';
    await unpack(base, at(folder));
    rmSync(at(archive));
    const data = { packageRegistryData: [[ours[0], [[ours[1], { packageLocation: `./${folder}` }]]]] };
    write(project, [
      ['.pnp.data.json', JSON.stringify(data)],
      ['.pnp.cjs', 'require("./.pnp.data.json");\n'],
    ]);
    expect(await judge(project, base)).toMatchObject({
      status: 'passed',
      fact: { places: [folder.slice(0, -1)] },
    });
    writeFileSync(at(`${folder}mod.js`), '');
    expect(await judge(project, base)).toMatchObject({ status: 'failed' });
  });

  test('is compared before Yarn has a table, too, since the next install takes it', async () => {
    rmSync(at('.pnp.cjs'));
    expect(await judge(project, base)).toEqual(passes);
    await zip([...(await entriesOf(base)), { name: `${prefix}evil.js` }]);
    expect(await judge(project, base)).toMatchObject({ status: 'failed' });
  });

  test('counts for the version that the table says, whatever the file is called', async () => {
    write(project, [['.pnp.cjs', pnpOf([['@jsr/acme__base', 'npm:0.1.0', ours[2]]])]]);
    const targets = [targetOf(oldBase)];
    expect(await judge(project, oldBase, { targets })).toMatchObject({ status: 'failed' });
    expect(await judge(project, base, { targets: [targetOf(base)] })).toMatchObject({
      details: [`${archive} has version 0.1.0, which is not in a lockfile`],
    });
  });

  test('outside of the project is reported, and looked at only where that was allowed', async () => {
    const store = newFolder();
    renameSync(at(archive), join(store, 'base.zip'));
    write(project, [['.pnp.cjs', pnpOf([['@jsr/acme__base', 'npm:0.2.0', `${store}/base.zip/${prefix}`]])]]);
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: [expect.stringContaining('which is outside of the project and was not checked')],
    });
    expect(await judge(project, base, { places: { stores: [store] } })).toMatchObject({ status: 'passed' });
    expect(await judge(project, widget)).toMatchObject({ status: 'skipped' });
  });

  test.each([
    ['nothing', 'const x = 1;'],
    ['a cut text', '\nconst RAW_RUNTIME_STATE =\n\'{"a":1'],
    ['no JSON', "\nconst RAW_RUNTIME_STATE =\n'{';\n"],
    ['no table', "\nconst RAW_RUNTIME_STATE =\n'{}';\n"],
  ])('a script with %s keeps the check open', async (_, text) => {
    write(project, [['.pnp.cjs', text]]);
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: [expect.stringMatching(/^\.pnp\.cjs is malformed: /)],
    });
  });
});

describe('an archive that was tampered with', () => {
  const mod = `${prefix}mod.js`;
  const without = (entries: readonly ZipEntry[]) => entries.filter(({ name }) => name !== mod);
  const edits: readonly (readonly [string, (entries: readonly ZipEntry[]) => readonly ZipEntry[], string])[] =
    [
      ['one byte', (all) => [...without(all), { name: mod, content: 'evil' }], '/mod.js: 4 bytes, expected'],
      ['a file more', (all) => [...all, { name: `${prefix}x.js` }], '/x.js: not a file of the package'],
      ['a file less', without, '/mod.js: missing'],
      [
        'a link',
        (all) => [...without(all), { name: mod, content: '/etc/passwd', mode: 0o120777 }],
        '/mod.js: is a symbolic link',
      ],
      [
        'a file twice',
        (all) => [...all, { name: mod, content: 'evil' }],
        '/mod.js: is a duplicate in the archive',
      ],
      [
        'a package more',
        (all) => [...all, { name: 'node_modules/x/y.js' }],
        ': node_modules/x/y.js: not a file of the package',
      ],
      [
        'packages in the package',
        (all) => [...all, { name: `${prefix}node_modules/x/y.js` }],
        '/node_modules/x/y.js: not a file of the package',
      ],
      [
        'an encrypted file',
        (all) => [...without(all), { name: mod, flags: 1, deflate: true }],
        '/mod.js: is encrypted',
      ],
      [
        'a path out of it',
        (all) => [...all, { name: '../x.js' }],
        ': it is not a valid archive of Yarn: invalid relative path: ../x.js',
      ],
      [
        'a lie about a size',
        (all) => [...without(all), { name: mod, content: 'evil', deflate: true, size: 3 }],
        ': it is not a valid archive of Yarn: ',
      ],
    ];

  test.each(edits)('%s is named', async (_, edit, detail) => {
    await zip(edit(await entriesOf(base)));
    expect(await judge(project, base)).toMatchObject({
      status: 'failed',
      details: [expect.stringContaining(`${archive}${detail}`)],
    });
  });

  test('a directory that goes on behind the last counted entry is refused', async () => {
    await zip([...(await entriesOf(base)), { name: `${prefix}x.js` }], { hidden: 1 });
    expect(await judge(project, base)).toMatchObject({
      details: [`${archive}: it is not a valid archive of Yarn: its directory is longer than its entries`],
    });
  });

  test.each(['', 'no archive', 'PK\x05\x06'])('%j is no archive', async (text) => {
    write(project, [[archive, text]]);
    expect(await judge(project, base)).toMatchObject({
      details: [`${archive}: it is not a valid archive of Yarn: it does not end as a zip archive`],
    });
  });

  test('a comment behind the end is refused', async () => {
    await zip(undefined, { comment: 'PK' });
    expect(await judge(project, base)).toMatchObject({ status: 'failed' });
  });

  test('one that is ambiguous keeps the check open', async () => {
    await zip([...(await entriesOf(base)), { name: `${prefix}inner.zip`, content: zipOf([]) }]);
    expect(await judge(project, base)).toMatchObject({
      status: 'unknown',
      details: [`${archive} cannot be read: it is ambiguous`],
    });
  });

  test('a link in its place is followed inside of the project only', async () => {
    renameSync(at(archive), at('moved.zip'));
    symlinkSync('../../moved.zip', at(archive));
    expect(await judge(project, base)).toMatchObject({ status: 'passed', fact: { places: ['moved.zip'] } });
    const outside = newFolder();
    renameSync(at('moved.zip'), join(outside, 'moved.zip'));
    rmSync(at(archive));
    symlinkSync(join(outside, 'moved.zip'), at(archive));
    expect(await judge(project, base)).toMatchObject({ status: 'unknown' });
  });
});

test('an archive that unpacks to far more than a package has is not unpacked', async () => {
  const bomb = zipOf([{ name: `${prefix}x`, content: Buffer.alloc(80 * 1024 * 1024), deflate: true }]);
  write(project, [[archive, bomb]]);
  const started = process.cpuUsage();
  expect(await treeAt(project).unzip(at(archive), prefix)).toEqual({
    state: 'read',
    files: new Map([['/x', { odd: 'is larger than 64 MB' }]]),
  });
  expect(process.cpuUsage(started).user).toBeLessThan(500_000);
});

test('damage to an archive is found, and never brings the program down', async () => {
  const bytes = zipOf(await entriesOf(base));
  const { manifest, tarball } = await knownOf(base);
  // The bytes of every file, stored as they are.
  const bodies = [...(await tarballOf(base))].map(([path, content]) => {
    const start = bytes.indexOf(`${prefix}${path.slice(1)}`) + prefix.length + path.length - 1;
    return { start, end: start + content.length };
  });
  const inFile = (place: number) => bodies.some(({ start, end }) => place >= start && place < end);
  const damage = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(40));
  await fc.assert(
    fc.asyncProperty(damage, async ([index, by, cut]) => {
      const damaged = Buffer.from(bytes.subarray(0, bytes.length - (cut > 30 ? cut : 0)));
      const where = index % damaged.length;
      damaged.writeUInt8((damaged.readUInt8(where) + by) % 256, where);
      write(project, [[archive, damaged]]);
      const outcome = checkInstalled(copiesOf(await look(project), base), manifest, [tarball]);
      // A byte of a file is found; a date in a header is nobody's file.
      expect(['passed', 'failed', 'unknown', 'skipped']).toContain(outcome.status);
      if (inFile(where)) expect(outcome.status).not.toBe('passed');
    }),
    { numRuns: 200 },
  );
});
