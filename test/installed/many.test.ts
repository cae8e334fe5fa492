import { appendFileSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkInstalled } from '../../src/installed/check.ts';
import { collectInstalled } from '../../src/installed/installed.ts';
import { fileDigest } from '../../src/model/evidence.ts';
import type { Purl } from '../../src/model/package.ts';
import { treeAt } from '../../src/source/file-tree.ts';
import { base, judge, knownOf, newFolder, targetOf, unpack, widget, world, write } from './support.ts';

const copy = 'node_modules/@jsr/acme__widget';

test('any one change of any file is found', async () => {
  const paths = [...(await knownOf(widget)).tarball.keys()];
  const path = fc.constantFrom(...paths);
  const change = fc.oneof(
    fc.record({ kind: fc.constant('flip'), path, at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constant('append'), path, text: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('remove'), path }),
    fc.record({ kind: fc.constant('rename'), path, text: fc.stringMatching(/^[a-z]{1,8}$/) }),
    fc.record({ kind: fc.constant('add'), path, text: fc.stringMatching(/^[a-z]{1,8}$/) }),
    fc.record({ kind: fc.constant('link'), path }),
  );
  const project = newFolder();
  await fc.assert(
    fc.asyncProperty(change, async (one) => {
      rmSync(join(project, copy), { recursive: true, force: true });
      await unpack(widget, join(project, copy));
      const file = join(project, copy, one.path);
      if ('by' in one) {
        const bytes = readFileSync(file);
        const index = one.at % bytes.length;
        bytes.writeUInt8((bytes.readUInt8(index) + one.by) % 256, index);
        writeFileSync(file, bytes);
      } else if (one.kind === 'append') appendFileSync(file, 'text' in one ? one.text : '');
      else if (one.kind === 'rename' && 'text' in one) renameSync(file, `${file}.${one.text}`);
      else if (one.kind === 'add' && 'text' in one) writeFileSync(join(dirname(file), one.text), '');
      else {
        renameSync(file, join(project, 'moved'));
        if (one.kind === 'link') symlinkSync(join(project, 'moved'), file);
      }
      expect(await judge(project, widget, { targets: [targetOf(widget)] })).toMatchObject({
        status: 'failed',
      });
    }),
    { numRuns: 200 },
  );
});

test('ten thousand files take no more than a few seconds of work', async () => {
  const project = newFolder();
  const text = 'export const value = 1;\n'.repeat(200);
  const known = new Map<string, ReadonlyMap<string, ReturnType<typeof fileDigest>>>();
  const targets = Array.from({ length: 100 }, (_, number) => ({
    package: { scope: 'acme', name: `p${number}`, version: '1.0.0' },
    occurrences: [],
  }));
  for (const { package: about } of targets) {
    const files = Array.from(
      { length: 99 },
      (_, number) => [`/src/f${number}.js`, `${text}// ${about.name}`] as const,
    );
    const all = [
      ...files,
      ['/package.json', `{"name":"@jsr/acme__${about.name}","version":"1.0.0"}`] as const,
    ];
    write(join(project, `node_modules/@jsr/acme__${about.name}`), all);
    known.set(about.name, new Map(all.map(([path, content]) => [path, fileDigest(Buffer.from(content))])));
  }
  const started = process.cpuUsage();
  const memory = process.memoryUsage().arrayBuffers;
  const { packages } = await collectInstalled(
    { projects: [project], registry: world.urls.registry, npmRegistry: world.urls.npm },
    targets,
    treeAt(project),
  );
  const { manifest } = await knownOf(base);
  for (const { package: about } of targets) {
    const copies = packages.get(`pkg:jsr/@acme/${about.name}@1.0.0` as Purl);
    const tarball = known.get(about.name);
    if (copies === undefined || tarball === undefined) throw new Error(`${about.name} was not looked for`);
    expect(checkInstalled(copies, manifest, [tarball])).toMatchObject({
      status: 'passed',
      fact: { compared: 100 },
    });
  }
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1_000_000).toBeLessThan(3);
  expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(16 * 1024 * 1024);
}, 60_000);
