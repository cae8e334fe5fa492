import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;
const packages: Publication[] = [];

beforeAll(async () => {
  let seed = 0;
  stage = await openStage((world) => {
    for (let name = 0; name < 10; name++) {
      for (const version of ['1.0.0', '1.1.0', '2.0.0'])
        packages.push(
          world.publish({
            scope: 'acme',
            name: `part-${name}`,
            version,
            files: files(`export default ${++seed};`),
          }),
        );
    }
    world.publish({ scope: 'acme', name: 'silent', version: '1.0.0', files: files(), provenance: 'none' });
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.world.requests.length = 0;
});

const asked = () =>
  stage.world.requests.map(({ role, method, path, body }) => `${role} ${method} ${path}${body}`).sort();

describe('requests', () => {
  it('one version costs its list, its link, its manifest, its badge, its log entry and its files, and the run the head of the log', async () => {
    expect(await stage.run(['@acme/part-0@1.1.0'])).toMatchObject({ code: 0, stderr: '' });
    expect(asked()).toEqual([
      // The id of the linked repository, which its name alone does not settle.
      'api GET /scopes/acme/packages/part-0',
      'api GET /scopes/acme/packages/part-0/versions/1.1.0',
      'registry GET /@acme/part-0/1.1.0/README.md',
      'registry GET /@acme/part-0/1.1.0/deno.json',
      'registry GET /@acme/part-0/1.1.0/mod.ts',
      'registry GET /@acme/part-0/1.1.0_meta.json',
      'registry GET /@acme/part-0/meta.json',
      'rekor GET /api/v1/log',
      `rekor GET /api/v1/log/entries?logIndex=${packages[1]?.attested.logIndex}`,
    ]);
  });

  it('the same spec twice costs no more than once', async () => {
    await stage.run([
      '@acme/part-0@1.1.0',
      '@acme/part-0@1.1.0',
      'jsr:@acme/part-0@=1.1.0',
      '@acme/part-0@~1.1',
    ]);
    expect(asked()).toHaveLength(9);
  });

  it('files are not asked for at the depth of attestations', async () => {
    expect(await stage.run(['@acme/part-0@1.1.0', '--depth', 'attestation'])).toMatchObject({ code: 0 });
    expect(asked().filter((line) => line.startsWith('registry'))).toHaveLength(2);
  });

  it('"no provenance" is asked twice, past every cache, and then the log is searched once', async () => {
    expect(await stage.run(['@acme/silent', '--depth', 'attestation'])).toMatchObject({ code: 1 });
    const [first, second, ...more] = stage.world.requestsTo('api').map(({ path }) => path);
    expect([first, more]).toEqual(['/scopes/acme/packages/silent/versions/1.0.0', []]);
    expect(second).toMatch(
      /^\/scopes\/acme\/packages\/silent\/versions\/1\.0\.0\?again=1&fresh=[0-9a-f-]{36}$/,
    );
    expect(stage.world.requestsTo('rekor').map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/index/retrieve',
    ]);
  });

  it('an audit of 30 versions of 10 packages costs 2 per version, 1 per package and 1 batch per 10', async () => {
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
    const { code, stdout, stderr } = await stage.run(['audit', '--verbose'], { cwd });
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '✓ 30 packages: 30 verified']);
    const lines = asked();
    expect(new Set(lines).size).toBe(lines.length);
    const { registry, api, rekor } = stage.server.urls;
    expect(stage.world.requestsTo('registry')).toHaveLength(30 + 10);
    expect(stage.world.requestsTo('api')).toHaveLength(30);
    const toRekor = stage.world.requestsTo('rekor').map(({ path }) => path);
    const entries = toRekor.filter((path) => path.startsWith('/api/v1/log/entries'));
    // Three full batches; one or two more where answers come in late, as on a machine that is busy.
    expect(entries.length).toBeLessThanOrEqual(5);
    expect(toRekor.filter((path) => !entries.includes(path))).toEqual(['/api/v1/log']);
    expect(stage.world.requestsTo('npm')).toEqual([]);
    expect(stage.world.requestsTo('tuf')).toEqual([]);
    // What was counted is what went over the wire.
    for (const [url, count] of [
      [registry, 40],
      [api, 30],
      [rekor, toRekor.length],
    ] as const)
      expect(stderr).toContain(`${count} requests to ${new URL(url).host}\n`);
  });

  it('an audit once more asks only for what may have changed', async () => {
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
    const env = { JSR_VERIFY_CACHE: join(cwd, 'cache') };
    await stage.run(['audit'], { cwd, env });
    stage.world.requests.length = 0;
    expect(await stage.run(['audit'], { cwd, env })).toMatchObject({ code: 0 });
    expect(stage.world.requests.filter(({ path }) => /_meta\.json$|\/entries/.test(path))).toEqual([]);
  });

  it('names itself, takes no web page, no encoding and no cookie, and tells nothing else', async () => {
    await stage.run(['@acme/part-0@1.1.0']);
    const [own, standard] = [
      ['user-agent', 'accept', 'accept-encoding'],
      ['host', 'connection'],
    ];
    for (const { headers, path } of stage.world.requests) {
      expect(headers['user-agent']).toMatch(/^jsr-verify\/\S+; https:\/\/\S+$/);
      expect(headers['accept']).toBe(/\.(?:ts|md)$|deno\.json$/.test(path) ? '*/*' : 'application/json');
      expect(headers['accept-encoding']).toBe('identity');
      expect(Object.keys(headers).filter((name) => ![...own, ...standard].includes(name))).toEqual([]);
    }
  });

  it('gives an audit no more requests at a time to one host than asked for', async () => {
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
    let [now, most] = [0, 0];
    const slow = await openStage(() => undefined, {
      intercept: async ({ request, response }) => {
        if (request.role === 'registry') most = Math.max(most, ++now);
        await wait(5);
        if (request.role === 'registry') now--;
        const { status, headers, body } = stage.world.answer(request);
        response.writeHead(status, headers).end(body);
        return true;
      },
    });
    try {
      const trust = { SIGSTORE_TRUSTED_ROOT: stage.server.trustedRootFile() };
      expect(await slow.run(['audit', '--concurrency', '3'], { cwd, env: trust })).toMatchObject({ code: 0 });
      expect(most).toBe(3);
    } finally {
      await slow.close();
    }
  });
});
