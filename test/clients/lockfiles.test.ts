import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { builtProgram, type Exited, runProcess } from '../support/process.ts';
import { bun, deno } from './clients.ts';
import { commandOf } from './install.ts';
import { binaryBunProject, denoProject, type Lockable, projects, type Said } from './projects.ts';
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

describe.each(projects)('the lockfile of $title', (project) => {
  let missing: string | undefined;
  let registry: Registry;
  let folder: string;

  beforeAll(async () => {
    registry = await openRegistry();
    const command = await commandOf(project.client);
    if ('missing' in command) missing = command.missing;
    else folder = await lock(project, command.command, registry);
  });
  afterAll(() => registry.server.close());
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  test('names every package once, where it stands and who asked for it, and each is verified', async () => {
    const { code, report } = await audit(folder, registry);
    expect(report.packages.map(({ purl, verdict }) => [purl, verdict]).sort()).toEqual(
      names.map((name) => [registry.packages[name].purl, 'verified']),
    );
    expect(report.summary).toMatchObject({ total: 4, verified: 4 });
    expect(code).toBe(0);
    const lines = (await readFile(join(folder, project.lockfile), 'utf8')).split('\n');
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
    const { code, report } = await audit(folder, registry);
    expect(rejections(report)).toEqual(['@acme/core@1.2.0']);
    expect(report.summary).toMatchObject({ total: 4, verified: 3, rejected: 1 });
    expect(code).toBe(1);
  });
});

describe('with clients of their own', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await openRegistry();
  });
  afterAll(() => registry.server.close());

  test('the binary lockfile that Bun used to write is refused, and the hint works', async ({ skip }) => {
    const command = await commandOf(bun);
    if ('missing' in command) return skip(command.missing);
    const folder = await lock(binaryBunProject, command.command, registry);
    const refused = await runAudit(folder, registry);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/bun\.lockb[\s\S]*bun install --save-text-lockfile/);
    const hint = [...command.command, 'install', '--save-text-lockfile'] as const;
    const done = await runProcess(hint, { cwd: folder, env: { HOME: folder, CI: 'true' } });
    expect(done.code, done.stderr).toBe(0);
    expect((await audit(folder, registry)).report.summary).toMatchObject({ total: 4, verified: 4 });
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

const rejections = ({ packages }: Report): readonly string[] =>
  packages.filter(({ verdict }) => verdict === 'rejected').map(({ purl }) => purl.replace('pkg:jsr/', ''));

/** Lets the client lock the project from nothing: with an empty home, and no settings but the project's own. */
async function lock(
  { client, files, args, env }: Lockable,
  command: readonly [string, ...string[]],
  { server }: Registry,
): Promise<string> {
  const folder = await mkdtemp(join(server.folder, 'project-'));
  for (const [name, text] of Object.entries(files(server.urls))) await writeFile(join(folder, name), text);
  const home = `${folder}-home`;
  await mkdir(home);
  const ended = await runProcess([...command, ...args], {
    cwd: folder,
    env: { HOME: home, NO_COLOR: '1', CI: 'true', ...env?.(server.urls) },
  });
  expect(ended.code, `${client.name} ${args.join(' ')}:\n${ended.stdout}${ended.stderr}`).toBe(0);
  return folder;
}

/** Audits a folder with the built program, keeping nothing from one run to the next. */
function runAudit(folder: string, { server }: Registry): Promise<Exited> {
  const command = [...builtProgram(), 'audit', '--no-cache', '--format', 'json'] as const;
  return runProcess(command, { cwd: folder, env: server.env({ cache: false }) });
}

async function audit(folder: string, registry: Registry): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await runAudit(folder, registry);
  expect(stderr).toBe('');
  expectReport(stdout);
  return { code, report: JSON.parse(stdout) };
}
