import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { denoLock } from '../support/lockfiles.ts';
import { runProcess } from '../support/process.ts';
import { checkout, openScene, type Scene } from './project.ts';
import { type Ran, runAction } from './runner.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.server.close());

type Git = (...args: readonly string[]) => Promise<string>;

function gitIn(cwd: string): Git {
  const env = { HOME: cwd, PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  return async (...args) => {
    const ran = await runProcess(['git', ...who, ...args], { cwd, env });
    expect(ran.code, ran.stderr).toBe(0);
    return ran.stdout.trim();
  };
}

async function commitAll(git: Git, message: string): Promise<string> {
  await git('add', '--all');
  await git('commit', '--quiet', '-m', message);
  return git('rev-parse', 'HEAD');
}

interface Proposal {
  readonly workspace: string;
  readonly base: string;
}

/**
 * The checkout of a pull request as actions/checkout leaves it: one commit deep, so that the base has to be fetched. The base
 * locks the unattested package, and the change adds the verified one or the other way round.
 */
async function propose(
  adds: 'verified' | 'unattested',
  policies: { readonly base?: string; readonly head?: string } = {},
): Promise<Proposal> {
  const { verified, unattested, server } = scene;
  const source = await checkout(scene, [adds === 'verified' ? unattested : verified]);
  const git = gitIn(source);
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const writePolicy = (text: string | undefined) =>
    text === undefined ? undefined : writeFile(join(source, 'jsr-verify.json'), text);
  await writePolicy(policies.base);
  const base = await commitAll(git, 'base');
  await git('switch', '--quiet', '-c', 'change');
  await writeFile(join(source, 'app/deno.lock'), denoLock([verified, unattested]));
  await writePolicy(policies.head);
  await commitAll(git, 'change');
  const workspace = await mkdtemp(join(server.folder, 'clone-'));
  await git('clone', '--quiet', '--depth=1', '--branch=change', pathToFileURL(source).href, workspace);
  return { workspace, base };
}

function run(
  { workspace, base }: Proposal,
  inputs: Readonly<Record<string, string>>,
  more: { readonly env?: Readonly<Record<string, string>>; readonly event?: unknown } = {},
): Promise<Ran> {
  const { server } = scene;
  const event = { pull_request: { number: 7, base: { sha: base } } };
  const env = { ...server.env({ cache: false }), ...more.env };
  return runAction({ path: 'app', ...inputs }, { folder: server.folder, workspace, event, ...more, env });
}

describe('mode: diff', () => {
  test('checks what a pull request adds, and not what was there before', async () => {
    const fine = await run(await propose('verified'), { mode: 'diff' });
    expect(fine.code, fine.log).toBe(0);
    expect(fine.outputs).toMatchObject({ verdict: 'passed', total: '1', verified: '1' });

    const proposal = await propose('unattested');
    const bad = await run(proposal, { mode: 'diff', format: 'html=report.html' });
    expect(bad.code, bad.log).toBe(1);
    expect(bad.outputs).toMatchObject({ verdict: 'rejected', total: '1', rejected: '1' });
    // Files are seen from the root of the repository and of the workspace, although the program runs in the folder.
    const errors = bad.commands.filter(({ name }) => name === 'error');
    expect(errors.map(({ properties }) => properties['file'])).toEqual(['app/deno.lock']);
    const { runs } = JSON.parse(await readFile(bad.outputs['sarif-file'] ?? '', 'utf8'));
    expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('app/deno.lock');
    expect(await readFile(join(proposal.workspace, 'report.html'), 'utf8')).toContain('<!doctype html>');
  });

  test('is an audit of everything where there is nothing to compare with', async () => {
    const ran = await run(await propose('verified'), { mode: 'diff' }, { event: { ref: 'refs/heads/main' } });
    expect(ran.code).toBe(1);
    expect(ran.outputs).toMatchObject({ total: '2', rejected: '1' });
  });

  test('compares with the base of a merge queue', async () => {
    const proposal = await propose('verified');
    const event = { merge_group: { base_sha: proposal.base } };
    expect((await run(proposal, { mode: 'diff' }, { event })).outputs).toMatchObject({ total: '1' });
  });

  test('fails where the base cannot be had', async () => {
    const proposal = await propose('verified');
    const gone = await run({ ...proposal, base: 'c0ffee'.padEnd(40, '0') }, { mode: 'diff' });
    expect(gone.code).toBe(2);
    expect(gone.log).toContain('could not be fetched');
    const option = await run({ ...proposal, base: '--upload-pack=touch pwned' }, { mode: 'diff' });
    expect(option.code).toBe(2);
    expect(option.log).toContain('names no commit');
  });
});

describe('policy-from', () => {
  const lax = '{ "provenance": "optional" }';

  test('base: the policy of the base counts, and not the one that comes with the change', async () => {
    const proposal = await propose('unattested', { base: '{}', head: lax });
    expect((await run(proposal, {})).code).toBe(0);
    const ran = await run(proposal, { 'policy-from': 'base' });
    expect(ran.code, ran.log).toBe(1);
    expect(await readFile(join(proposal.workspace, 'jsr-verify.json'), 'utf8')).toBe('{}');
  });

  test.each([
    ['has no policy', undefined, {}],
    ['extends files that the change could replace', '{ "extends": "./more.json" }', {}],
    ['has it outside of the repository', '{}', { policy: '../jsr-verify.json' }],
  ] as const)('base: the job fails where the base %s', async (_, base, inputs) => {
    const proposal = await propose('unattested', { ...(base !== undefined && { base }), head: lax });
    const ran = await run(proposal, { 'policy-from': 'base', ...inputs });
    expect(ran.code, ran.log).toBe(2);
    expect(ran.commands.filter(({ name }) => name === 'error')).toHaveLength(1);
  });

  test('another repository: the policy at a commit counts', async () => {
    const { workspace: source, base } = await propose('verified', { base: lax, head: '{}' });
    const proposal = await propose('unattested', { head: lax });
    const git = gitIn(source);
    await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    const head = await git('rev-parse', 'HEAD');
    // Stands for GitHub.
    const env = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${pathToFileURL(source).href}.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://github.com/acme/policies.git',
    };
    const ran = await run(proposal, { 'policy-from': `acme/policies@${head}` }, { env });
    expect(ran.code, ran.log).toBe(1);
    // The clone is one commit deep and does not have the base.
    const gone = await run(proposal, { 'policy-from': `acme/policies@${base}` }, { env });
    expect(gone.code).toBe(2);
    expect(gone.log).toContain('the policy could not be fetched');
  });

  test.each(['main', 'acme/policies', 'acme/policies@main', 'acme/policies@c0ffee', '../x@c0ffee'])(
    '%s is refused: only a complete commit names one content',
    async (from) => {
      const ran = await run(await propose('verified'), { 'policy-from': from });
      expect(ran.code).toBe(2);
      expect(ran.log).toContain('policy-from is');
    },
  );
});
