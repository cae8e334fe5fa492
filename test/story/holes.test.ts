import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../cli/program.ts';
import { answerOf, withJson } from '../support/http.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import { serveWorld, type WorldServer } from '../support/server.ts';

const mod = (text: string) => ({ '/mod.js': `${text}\n` });
const down = () => answerOf(500, 'text/plain', 'Internal Server Error');

let world: World;
let server: WorldServer;

beforeEach(async () => {
  world = mintWorld();
  server = await serveWorld(world);
});

afterEach(() => server.close());

describe('what a review found is closed', () => {
  it('a version that is published anew with other bytes is not blessed by what a cache kept', async () => {
    const first = world.publish({
      scope: 'acme',
      name: 'widget',
      version: '1.0.0',
      files: mod('export const a = 1;'),
    });
    const flags = server.flags({ cache: true });
    expect((await run(['@acme/widget', ...flags])).code).toBe(0);
    world.remove(first);
    world.publish({
      scope: 'acme',
      name: 'widget',
      version: '1.0.0',
      files: mod('evil();'),
      provenance: 'none',
    });
    const again = await run(['@acme/widget', ...flags]);
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('require-provenance') });
  });

  it.each([404, 500])(
    'a stranger under a resurrected name is not confirmed when the link is answered with %d',
    async (status) => {
      const plain = world.publish({
        scope: 'acme',
        name: 'widget',
        version: '1.0.0',
        files: mod('export const a = 1;'),
        provenance: 'none',
      });
      world.attest(plain, { identity: { repositoryId: '666' } });
      world.edit({ role: 'api', path: '/scopes/acme/packages/widget' }, () =>
        answerOf(status, 'application/json', '{"code":"x"}'),
      );
      const { code, stdout } = await run(['@acme/widget', '--no-cache', ...server.flags({ cache: false })]);
      expect({ code, stdout }).not.toMatchObject({ code: 0 });
      expect(stdout).not.toContain('verified\n');
    },
  );

  it('a locked tarball without an address that can be found keeps depth tarball open', async () => {
    const widget = world.publish({
      scope: 'acme',
      name: 'widget',
      version: '1.0.0',
      files: mod('export const a = 1;'),
    });
    const lock = JSON.parse(packageLock([widget], server.urls));
    for (const entry of Object.values(lock.packages as Record<string, { resolved?: string }>))
      delete entry.resolved;
    writeFileSync(join(server.folder, 'package-lock.json'), JSON.stringify(lock, null, 2));
    world.edit({ role: 'npm', path: /acme__widget$/ }, () => answerOf(404, 'text/plain', '404 - Not Found'));
    const { code, stdout } = await run(
      ['audit', 'package-lock.json', '--depth', 'tarball', ...server.flags()],
      { cwd: server.folder },
    );
    expect({ code, stdout }).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('locks a tarball without its address'),
    });
  });

  it('a path without a lockfile does not make the others go away, whatever may be empty', async () => {
    const plain = world.publish({
      scope: 'acme',
      name: 'plain',
      version: '1.0.0',
      files: mod('x();'),
      provenance: 'none',
    });
    for (const folder of ['app', 'tools'])
      mkdirSync(join(server.folder, folder, '.git'), { recursive: true });
    writeFileSync(join(server.folder, 'app/deno.lock'), denoLock([plain]));
    const { code } = await run(['audit', 'app', 'tools', '--allow-empty', ...server.flags()], {
      cwd: server.folder,
    });
    expect(code).not.toBe(0);
  });

  it('a registry that does not date a version cannot say that it has no provenance', async () => {
    world.publish({ scope: 'acme', name: 'plain', version: '1.0.0', files: mod('x();'), provenance: 'none' });
    world.edit({ role: 'registry', path: '/@acme/plain/meta.json' }, down);
    const { code } = await run([
      '@acme/plain@1.0.0',
      '--allow-unattested',
      '--timeout',
      '5',
      ...server.flags(),
    ]);
    expect(code).toBe(3);
  });

  it('a log that answers for its entries and not for its past is inconclusive when it is strict', async () => {
    world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: mod('export const a = 1;') });
    const flags = server.flags({ cache: true });
    expect((await run(['@acme/widget', ...flags])).code).toBe(0);
    world.publish({ scope: 'acme', name: 'widget', version: '1.1.0', files: mod('export const a = 2;') });
    world.edit({ role: 'rekor', path: /^\/api\/v1\/log\/proof/ }, () =>
      answerOf(404, 'application/json', '{}'),
    );
    const strict = await run(['@acme/widget', '--strict', ...flags]);
    expect(strict).toMatchObject({ code: 3, stdout: expect.stringContaining('not checked') });
  });

  it('a manifest that promises more than a registry takes is refused before anything is fetched', async () => {
    world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: mod('export const a = 1;') });
    world.edit({ role: 'registry', path: '/@acme/widget/1.0.0_meta.json' }, (answer) => {
      const manifest = JSON.parse(Buffer.from(answer.body).toString());
      manifest.manifest['/mod.js'].size = 9_000_000_000_000_000;
      return withJson(answer, manifest);
    });
    const { code, stdout } = await run(['@acme/widget', ...server.flags()]);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('more than 500 MB') });
    expect(world.requests.some(({ path }) => path.endsWith('/mod.js'))).toBe(false);
  });

  it.each(['--no-repo', '--no-policy', '--no-bundle', '--no-format'])(
    '%s is refused instead of expecting nothing',
    async (flag) => {
      const { code, stderr } = await run(['@acme/widget', flag, ...server.flags()]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${flag} is not an option`),
      });
    },
  );
});
