import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { builtProgram, type Exited, runProcess } from '../support/process.ts';
import { bun, deno, npm11, npm12 } from './clients.ts';
import { commandOf } from './install.ts';
import {
  binaryBunProject,
  denoProject,
  type Lockable,
  npmProject,
  type Project,
  type patchedProjects,
  type Said,
} from './projects.ts';
import { openRegistry, type Registry, replace } from './world.ts';

/** The parts of a report that the tests read. */
interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly packages: readonly {
    readonly purl: string;
    readonly name: string;
    readonly verdict: string;
    readonly checks: Readonly<Record<string, { readonly status: string }>>;
    readonly findings: readonly { readonly id: string }[];
    readonly occurrences: readonly (Omit<Said, 'locked'> & {
      readonly at: { readonly file: string; readonly line: number };
      readonly locked: { readonly kind: string; readonly url?: string };
    })[];
  }[];
}

const names = ['core', 'extra', 'tool', 'widget'] as const;

/** Locks each project with its client, and audits it. */
export function describeLockfiles(projects: readonly Project[]): void {
  describe.each(projects)('the lockfile of $title', (project) => {
    let missing: string | undefined;
    let registry: Registry;
    let place: Place;

    beforeAll(async () => {
      registry = await openRegistry();
      const command = await commandOf(project.client);
      if ('missing' in command) missing = command.missing;
      else place = await lock(project, command.command, registry);
    });
    afterAll(() => registry.server.close());
    beforeEach(({ skip }) => {
      if (missing !== undefined) skip(missing);
    });

    test('names every package once, where it stands and who asked for it, and each is verified with its tarball', async () => {
      const { code, report } = await audit(place, registry, '--depth=tarball');
      expect(report.packages.map(({ purl, verdict }) => [purl, verdict]).sort()).toEqual(
        names.map((name) => [registry.packages[name].purl, 'verified']),
      );
      expect(report.summary).toMatchObject({ total: 4, verified: 4 });
      expect(code).toBe(0);
      const lines = (await readFile(join(place.folder, project.lockfile), 'utf8')).split('\n');
      for (const name of names) {
        const { occurrences = [], findings = [] } = report.packages.find((one) => one.name === name) ?? {};
        const { locked: kind, ...said } = project.says[name];
        expect(
          occurrences.map(({ at, locked, ...rest }) => ({ ...rest, dependents: rest.dependents.toSorted() })),
          name,
        ).toEqual([said]);
        for (const { at, locked } of occurrences) {
          expect(locked.kind, name).toBe(kind);
          expect(at.file).toBe(project.lockfile);
          expect(lines[at.line - 1]).toMatch(new RegExp(`\\bacme(?:/|_+)${name}\\b`));
        }
        expect(findings.map(({ id }) => id)).toEqual(kind === 'nothing' ? ['unpinned'] : []);
      }
    });

    // The last test of this world, which is not the same afterwards.
    test('is rejected for a package that the registry replaced since, and for no other', async () => {
      replace(registry.world, registry.packages.core);
      const { code, report } = await audit(place, registry);
      expect(rejections(report)).toEqual(['@acme/core@1.2.0']);
      expect(report.summary).toMatchObject({ total: 4, verified: 3, rejected: 1 });
      expect(code).toBe(1);
    });
  });
}

/** Patches a package in the way of each client, and audits what it did. */
export function describePatches(projects: typeof patchedProjects): void {
  describe('with clients of their own', () => {
    let registry: Registry;
    beforeAll(async () => {
      registry = await openRegistry();
    });
    afterAll(() => registry.server.close());

    for (const project of projects) {
      test(`a patch by ${project.title} holds its package to nothing, and excuses no other`, async ({
        skip,
      }) => {
        const command = await commandOf(project.client);
        if ('missing' in command) return skip(command.missing);
        const place = await lock(project, command.command, registry);
        const modules = join(place.folder, 'node_modules/@jsr');
        expect(await readFile(join(modules, 'acme__extra/README.md'), 'utf8')).toBe('# Test\nmore\n');
        const files =
          project.client === npm12 ? ['package-lock.json', 'node_modules/.package-lock.json'] : ['.'];
        for (const file of files) {
          const { code, report } = await audit(place, registry, '--depth=installed', file);
          expect(verdicts(report)).toEqual({
            '@acme/core@1.2.0': 'verified',
            '@acme/extra@2.0.0': 'inconclusive',
            '@acme/widget@1.4.0': 'verified',
          });
          const patched = report.packages.find(({ name }) => name === 'extra');
          const why = expect.stringMatching(/^\S+ changes it with a patch of the project$/) as unknown;
          expect(patched).toMatchObject({
            checks: { installed: { status: 'unknown' } },
            occurrences: expect.arrayContaining([
              expect.objectContaining({
                locked: expect.objectContaining({ kind: 'nothing', why }) as unknown,
              }),
            ]) as unknown,
          });
          expect(new Set(patched?.findings.map(({ id }) => id))).toEqual(new Set(['unpinned']));
          expect(code).toBe(3);
        }
        await writeFile(join(await realpath(join(place.folder, 'node_modules/@acme/widget')), 'mod.js'), '');
        const { code, report } = await audit(place, registry, '--depth=installed');
        expect(rejections(report)).toEqual(['@acme/widget@1.4.0']);
        expect(code).toBe(1);
      });
    }
  });
}

/** What single clients do, and no others. */
export function describeSingleClients(): void {
  describe('with clients of their own', () => {
    let registry: Registry;
    beforeAll(async () => {
      registry = await openRegistry();
    });
    afterAll(() => registry.server.close());

    test('the binary lockfile that Bun used to write is refused, and the hint works', async ({ skip }) => {
      const command = await commandOf(bun);
      if ('missing' in command) return skip(command.missing);
      const place = await lock(binaryBunProject, command.command, registry);
      const refused = await runAudit(place, registry);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(/bun\.lockb[\s\S]*bun install --save-text-lockfile/);
      const hint = [...command.command, 'install', '--save-text-lockfile'] as const;
      const done = await runProcess(hint, { cwd: place.folder, env: { HOME: place.home, CI: 'true' } });
      expect(done.code, done.stderr).toBe(0);
      expect((await audit(place, registry)).report.summary).toMatchObject({ total: 4, verified: 4 });
    });

    test('a tarball that the mirror did not make of the attested files is rejected, though npm locked it', async ({
      skip,
    }) => {
      const command = await commandOf(npm11);
      if ('missing' in command) return skip(command.missing);
      const mirror = await openRegistry({
        core: { files: { '/mod.js': 'export const core = globalThis;\n' } },
      });
      onTestFinished(() => mirror.server.close());
      const place = await lock(npmProject, command.command, mirror);
      expect((await audit(place, mirror, '--depth=attestation')).code).toBe(0);
      const { code, report } = await audit(place, mirror);
      expect(rejections(report)).toEqual(['@acme/core@1.2.0']);
      expect(code).toBe(1);
    });

    test('a lockfile that Deno writes after a package was replaced pins the wrong bytes, and is rejected', async ({
      skip,
    }) => {
      const command = await commandOf(deno);
      if ('missing' in command) return skip(command.missing);
      replace(registry.world, registry.packages.core);
      const { code, report } = await audit(await lock(denoProject, command.command, registry), registry);
      expect(rejections(report)).toEqual(['@acme/core@1.2.0']);
      expect(code).toBe(1);
    });
  });
}

const rejections = ({ packages }: Report): readonly string[] =>
  packages.filter(({ verdict }) => verdict === 'rejected').map(({ purl }) => purl.replace('pkg:jsr/', ''));

const verdicts = ({ packages }: Report): Readonly<Record<string, string>> =>
  Object.fromEntries(packages.map(({ purl, verdict }) => [purl.replace('pkg:jsr/', ''), verdict]));

/** A project that was locked, and the home of the user who did. */
interface Place {
  readonly folder: string;
  readonly home: string;
}

/** Lets the client lock the project from nothing: with an empty home, and no settings but the project's own. */
async function lock(
  { client, files, args, env }: Lockable,
  command: readonly [string, ...string[]],
  { server }: Registry,
): Promise<Place> {
  const folder = await mkdtemp(join(server.folder, 'project-'));
  for (const [name, text] of Object.entries(files(server.urls))) await writeFile(join(folder, name), text);
  const home = await mkdtemp(join(server.folder, 'home-'));
  const ended = await runProcess([...command, ...args], {
    cwd: folder,
    env: { HOME: home, NO_COLOR: '1', CI: 'true', ...env?.(server.urls) },
  });
  expect(ended.code, `${client.name} ${args.join(' ')}:\n${ended.stdout}${ended.stderr}`).toBe(0);
  return { folder, home };
}

/** Audits a project with the built program, keeping nothing from one run to the next. */
function runAudit(
  { folder, home }: Place,
  { server }: Registry,
  ...options: readonly string[]
): Promise<Exited> {
  const command = [
    ...builtProgram(),
    'audit',
    '--no-cache',
    '--no-progress',
    '--format',
    'json',
    ...options,
  ] as const;
  return runProcess(command, { cwd: folder, env: { ...server.env({ cache: false }), HOME: home } });
}

async function audit(
  place: Place,
  registry: Registry,
  ...options: readonly string[]
): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await runAudit(place, registry, ...options);
  expect(stderr).toBe('');
  expectReport(stdout);
  return { code, report: JSON.parse(stdout) };
}
