import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock, packageLock, pnpmLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let project: Project;
let widget: Publication;
let gadget: Publication;

beforeAll(async () => {
  stage = await openStage((world) => {
    widget = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
    gadget = world.publish({ scope: 'acme', name: 'gadget', version: '1.0.0', files: files('// other\n') });
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  project = openProject(stage);
});

const npm = (...publications: readonly Publication[]) => packageLock(publications, stage.server.urls);
const lower = 'supabase/functions/deno.lock';

/** What is said about lockfiles, as `severity file: message`. */
const said = async (...argv: readonly string[]) => {
  const { code, json } = await project.report(argv);
  return [
    code,
    ...json.findings
      .filter(({ id }) => id === 'lockfile')
      .map(({ severity, at, message }) => `${severity} ${at?.file}: ${message}`),
  ];
};

describe('a lockfile below the folder of an audit', () => {
  it('is told, with the command that audits it, and turned away with --strict', async () => {
    project.write('package-lock.json', npm(widget));
    project.write(lower, denoLock([gadget]));
    const { code, json, verdicts } = await project.report(['audit']);
    expect([code, Object.keys(verdicts)]).toEqual([0, ['@acme/widget@1.0.0']]);
    expect(json.findings).toEqual([
      {
        id: 'lockfile',
        severity: 'warning',
        message: 'a lockfile below this folder; it was not audited',
        hint: `to audit it: jsr-verify audit ${lower}`,
        at: { file: lower, line: 1 },
      },
    ]);
    expect((await project.report(['audit', '--strict'])).code).toBe(1);
    const both = await project.report(['audit', '.', lower]);
    expect([both.code, both.json.findings, Object.keys(both.verdicts)]).toEqual([
      0,
      [],
      ['@acme/widget@1.0.0', '@acme/gadget@1.0.0'],
    ]);
  });

  it('is told where none above it is missed, and by the error where one is', async () => {
    project.write(lower, denoLock([gadget]));
    project.write('.git/HEAD', '');
    expect(await said('audit', '--allow-empty')).toEqual([
      0,
      `warning ${lower}: a lockfile below this folder; it was not audited`,
    ]);
    expect(await project.run(['audit'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`give the path ${lower} to audit it`),
    });
  });

  it('has a name that a shell and a terminal take for what it is', async () => {
    project.write('package-lock.json', npm(widget));
    project.write("it's; $(x)\u001b[2J/deno.lock", denoLock([gadget]));
    const { stdout, stderr } = await project.run(['audit']);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b[2J');
    const { json } = await project.report(['audit']);
    expect(json.findings[0]?.hint).toBe(`to audit it: jsr-verify audit 'it'\\''s; $(x)\u001b[2J/deno.lock'`);
  });
});

describe('diff over a pull request', () => {
  beforeEach(() => {
    project.write('package-lock.json', npm(widget));
    project.write('README.md', 'base');
    project.commit('base');
  });

  it('that adds a lockfile further down does not end in green, between revisions and with the folder', async () => {
    project.write(lower, denoLock([gadget]));
    const told = `error ${lower}: it was added or changed, and its content was not compared: a lockfile below this folder; it was not audited`;
    expect(await said('diff', 'HEAD')).toEqual([1, told]);
    project.commit('head');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([1, told]);
  });

  it('that moves the lockfile further down does not end in green', async () => {
    mkdirSync(join(project.folder, 'app'));
    renameSync(join(project.folder, 'package-lock.json'), join(project.folder, 'app/package-lock.json'));
    project.commit('head');
    const [code, ...rest] = await said('diff', 'HEAD~1', 'HEAD');
    expect([code, rest]).toEqual([
      1,
      [
        expect.stringContaining('the head has no lockfile'),
        expect.stringMatching(/^error app\/package-lock\.json: it was added or changed/),
      ],
    ]);
  });

  it('that adds the first lockfile, further down, does not end in green', async () => {
    rmSync(join(project.folder, 'package-lock.json'));
    project.commit('none');
    project.write(lower, denoLock([gadget]));
    project.commit('head');
    expect(await project.run(['diff', 'HEAD~1', 'HEAD'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`give the path ${lower} to audit it`),
    });
  });

  it('that changes one further down does not end in green, and one that stayed is no change', async () => {
    project.write(lower, denoLock([gadget]));
    project.commit('with it');
    project.write('README.md', 'head');
    project.commit('head');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([0]);
    expect(await said('diff', 'HEAD~1')).toEqual([0]);
    // As Git for Windows writes it.
    project.write(lower, denoLock([gadget]).replaceAll('\n', '\r\n'));
    expect(await said('diff', 'HEAD~1')).toEqual([0]);
    project.write(lower, denoLock([gadget, widget]));
    expect(await said('diff', 'HEAD')).toEqual([
      1,
      expect.stringMatching(`^error ${lower}: it was added or changed, `),
    ]);
  });

  it('that adds one which the policy says is never installed ends in green, and any other does not', async () => {
    project.write(
      'jsr-verify.json',
      JSON.stringify({ overrides: { [lower]: { rules: { 'uncompared-lockfile': 'note' } } } }),
    );
    project.write(lower, denoLock([gadget]));
    expect(await said('diff', 'HEAD')).toEqual([0, expect.stringContaining(`note ${lower}: it was added`)]);
    project.write(`other/${lower}`, denoLock([gadget]));
    expect(await said('diff', 'HEAD')).toMatchObject([1, {}, {}]);
  });

  it('that takes the lockfile away is turned away where the policy wants one', async () => {
    rmSync(join(project.folder, 'package-lock.json'));
    expect(await said('diff', 'HEAD')).toEqual([0, expect.stringContaining('note')]);
    project.write('jsr-verify.json', JSON.stringify({ rules: { 'missing-lockfile': 'error' } }));
    expect(await said('diff', 'HEAD')).toEqual([1, expect.stringContaining('the head has no lockfile')]);
  });

  it('that adds one in a folder called vendor does not end in green', async () => {
    const file = 'vendor/x/package-lock.json';
    project.write(file, npm(gadget));
    project.commit('head');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([1, expect.stringContaining(`error ${file}: `)]);
    project.write('README.md', 'more');
    project.commit('more');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([0]);
  });

  it('that adds a lockfile of another branch of pnpm does not end in green', async () => {
    project.write('pnpm-lock.other.yaml', pnpmLock([gadget], stage.server.urls));
    project.commit('head');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([
      1,
      expect.stringMatching(
        /^error pnpm-lock\.other\.yaml: it was added .* on its branch; it was not audited$/,
      ),
    ]);
  });

  it('that hides a lockfile of binary bytes behind one that reads the same does not end in green', async () => {
    mkdirSync(join(project.folder, 'a'));
    const write = (byte: number) => writeFileSync(join(project.folder, 'a/bun.lockb'), Buffer.from([byte]));
    write(0xff);
    project.commit('one');
    write(0xfe);
    project.commit('two');
    expect(await said('diff', 'HEAD~1', 'HEAD')).toEqual([1, expect.stringContaining('a/bun.lockb')]);
  });

  it('reads the lockfile of the branch that each side is on', async () => {
    const locked = (...publications: readonly Publication[]) => pnpmLock(publications, stage.server.urls);
    rmSync(join(project.folder, 'package-lock.json'));
    project.write('pnpm-workspace.yaml', 'gitBranchLockfile: true\n');
    project.write('pnpm-lock.yaml', locked(widget));
    project.write('pnpm-lock.main.yaml', locked(widget));
    project.commit('main');
    project.git('checkout', '--quiet', '-b', 'feat/x');
    project.write('pnpm-lock.feat!x.yaml', locked(widget, gadget));
    project.commit('feat');
    for (const head of [[], ['feat/x'], ['HEAD']]) {
      const { code, json } = await project.report(['diff', 'main', ...head]);
      expect([code, json.changes.map(({ purl }) => purl), json.findings]).toEqual([
        0,
        ['pkg:jsr/@acme/gadget'],
        [],
      ]);
    }
    expect(await said('audit')).toEqual([
      0,
      expect.stringMatching(/^note pnpm-lock\.yaml: pnpm installs from "pnpm-lock\.feat!x\.yaml" on this/),
      expect.stringMatching(/^note pnpm-lock\.main\.yaml: /),
    ]);
  });
});

it.skipIf(process.platform === 'win32')('a folder that may not be entered is not looked into', async () => {
  project.write('package-lock.json', npm(widget));
  project.write('closed/deno.lock', denoLock([gadget]));
  chmodSync(join(project.folder, 'closed'), 0o000);
  const { code } = await project.report(['audit']);
  chmodSync(join(project.folder, 'closed'), 0o755);
  expect(code).toBe(0);
});
