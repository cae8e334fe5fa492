import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NpmRegistry, serveNpm } from './npm.ts';
import { checkout, openScene, type Scene } from './project.ts';
import { type Ran, root, runAction } from './runner.ts';

let scene: Scene;
let npm: NpmRegistry;
let evil: NpmRegistry;
let bare: string;

beforeAll(async () => {
  scene = await openScene();
  const { folder } = scene.server;
  [npm, evil] = [await serveNpm(folder), await serveNpm(folder)];
  // What GitHub checks out of a release: the program is not in it.
  bare = await mkdtemp(join(folder, 'action-'));
  for (const name of ['action.yml', 'action', 'package.json'])
    await cp(join(root, name), join(bare, name), { recursive: true });
  await pin(bare, npm.integrity);
});

/** Pins the program of a checkout of the action, as a release does. */
async function pin(action: string, integrity: string): Promise<void> {
  await writeFile(join(action, 'action/program.json'), JSON.stringify({ integrity }));
}
afterAll(async () => {
  await Promise.all([npm.close(), evil.close(), scene.server.close()]);
});

async function run(inputs: Readonly<Record<string, string>>, action: string): Promise<Ran> {
  const { server, verified } = scene;
  const workspace = await checkout(scene, [verified]);
  // A checkout that would like another program to audit it.
  await writeFile(join(workspace, '.npmrc'), `registry=${evil.url}\n`);
  await mkdir(join(workspace, 'node_modules/jsr-verify'), { recursive: true });
  await writeFile(join(workspace, 'package.json'), '{ "dependencies": { "jsr-verify": "*" } }');
  // The settings of the runner's user, which those of a project would outrank.
  const userconfig = join(server.folder, 'user.npmrc');
  await writeFile(userconfig, `registry=${npm.url}\n`);
  const env = { ...server.env({ cache: false }), npm_config_userconfig: userconfig };
  return runAction({ path: 'app', ...inputs }, { folder: server.folder, workspace, action, env });
}

describe('the program that the action runs', () => {
  test('is its own where it was built, and npm is not asked', async () => {
    const before = npm.requests.length;
    const ran = await run({}, root);
    expect(ran.code, ran.log).toBe(0);
    expect(npm.requests.slice(before)).toEqual([]);
  });

  test('is the same version from npm where it was not built, whatever the checkout says', async () => {
    const ran = await run({}, bare);
    expect(ran.code, ran.log).toBe(0);
    expect(ran.outputs).toMatchObject({ total: '1', verified: '1' });
    expect(npm.requests).toEqual(['/jsr-verify', '/jsr-verify.tgz']);
    expect(evil.requests).toEqual([]);
    expect(ran.commands).toEqual([]);
  });

  test('is never another one than the commit of the action names by its digest', async () => {
    const other = await mkdtemp(join(scene.server.folder, 'action-'));
    await cp(bare, other, { recursive: true });
    await pin(other, `sha512-${'A'.repeat(86)}==`);
    const ran = await run({}, other);
    expect(ran.code).toBe(2);
    expect(ran.commands.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      `error: npm installed jsr-verify ${npm.version} with the digest ${npm.integrity}, but it is pinned to sha512-${'A'.repeat(86)}==`,
    ]);
    expect(ran.outputs['total']).toBe('');
  });

  test('is pinned by the inputs where they name a version, and a missing pin is told', async () => {
    const { version, integrity } = npm;
    expect((await run({ version, integrity }, bare)).code).toBe(0);
    expect((await run({ version, integrity: `sha512-${'A'.repeat(86)}==` }, bare)).code).toBe(2);
    expect((await run({ version, integrity: 'sha1-abc' }, bare)).code).toBe(2);
    expect((await run({ integrity }, bare)).code).toBe(2);
    const { commands } = await run({ version }, bare);
    expect(commands.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'warning: the program from npm is not pinned by its digest, add the input integrity',
    ]);
  });

  test('is the version that was asked for, even where one was built', async () => {
    const ran = await run({ version: npm.version }, root);
    expect(ran.code, ran.log).toBe(0);
    expect(evil.requests).toEqual([]);
    const missing = await run({ version: '99.0.0' }, root);
    expect(missing.code).toBe(2);
    const failures = missing.commands.filter(({ name }) => name === 'error');
    expect(failures.map(({ message }) => message)).toEqual([
      'jsr-verify 99.0.0 could not be installed from npm',
    ]);
    expect(missing.outputs['sarif-file']).toBe('');
  });

  test.each([
    'latest',
    '^1.0.0',
    '1',
    'file:.',
    'npm:left-pad@1.3.0',
    '1.0.0 --registry=https://x.example',
    '1.0.0&calc',
  ])('is never looked up as %j', async (version) => {
    const before = npm.requests.length;
    const ran = await run({ version }, bare);
    expect(ran.code).toBe(2);
    expect(ran.log).toContain('write an exact one');
    expect(npm.requests.slice(before)).toEqual([]);
  });

  test('gives the runner no command, and does not pass without a report', async () => {
    const noisy = await mkdtemp(join(scene.server.folder, 'action-'));
    await cp(bare, noisy, { recursive: true });
    for (const name of ['bin', 'dist/cli']) await mkdir(join(noisy, name), { recursive: true });
    const lines = ['::set-output name=rejected::0', '##[add-path]/tmp', '::stop-commands::all'];
    await writeFile(join(noisy, 'dist/cli/main.js'), '');
    await writeFile(
      join(noisy, 'bin/jsr-verify.js'),
      `for (const line of ${JSON.stringify(lines)}) { console.log(line); console.error(line); }`,
    );
    const ran = await run({}, noisy);
    for (const line of lines) expect(ran.log.split(line)).toHaveLength(3);
    expect(ran.commands.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'error: the audit could not be made (exit code 0), the log says why',
    ]);
    expect(ran.code).toBe(70);
  });
});
