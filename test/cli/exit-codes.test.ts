import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withBody } from '../support/http.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { onEntries, withoutProof } from '../support/rekor-attacks.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;
let widget: Publication;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, more = {}) =>
      world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}`), ...more });
    widget = publish('widget');
    publish('handmade', { provenance: 'none' });
    publish('moved', { provenance: { identity: { name: 'elsewhere', repositoryId: '99' } } });
    publish('unlinked', { linked: false });
    const { spec } = publish('forged');
    world.edit({ role: 'registry', path: `/${spec.replace(/@1/, '/1')}_meta.json` }, (answer) =>
      withBody(answer, `${Buffer.from(answer.body)} `),
    );
    world.editEntry(publish('unproved').attested, onEntries(withoutProof));
  });
});
afterAll(() => stage.close());

const verdicts = async (argv: readonly string[]) => {
  const { code, stdout } = await stage.run([...argv, '--format', 'json']);
  const { packages } = JSON.parse(stdout);
  return [code, ...packages.map(({ verdict }: { verdict: string }) => verdict)];
};

describe('exit code', () => {
  it.each([
    [0, 'verified', ['@acme/widget']],
    [0, 'verified', ['@acme/unlinked']],
    [0, 'unattested', ['@acme/handmade', '--allow-unattested']],
    [1, 'rejected', ['@acme/handmade']],
    [1, 'rejected', ['@acme/moved']],
    [1, 'rejected', ['@acme/forged']],
    [1, 'rejected', ['@acme/unlinked', '--strict']],
    [3, 'inconclusive', ['@acme/unproved']],
  ])('%i for %s: %j', async (code, verdict, argv) => {
    expect(await verdicts(argv)).toEqual([code, verdict]);
  });

  it('--allow-unattested allows no forgery, no foreign repository and no missing proof', async () => {
    expect(await verdicts(['@acme/forged', '@acme/moved', '@acme/unproved', '--allow-unattested'])).toEqual([
      1,
      'rejected',
      'rejected',
      'inconclusive',
    ]);
  });

  it('a rejection outranks what is inconclusive, which outranks what is verified', async () => {
    expect(await verdicts(['@acme/widget', '@acme/unproved'])).toEqual([3, 'verified', 'inconclusive']);
    expect(await verdicts(['@acme/unproved', '@acme/moved', '@acme/widget'])).toEqual([
      1,
      'inconclusive',
      'rejected',
      'verified',
    ]);
  });

  it('--exit-zero reports everything and exits 0', async () => {
    expect(await verdicts(['@acme/forged', '@acme/unproved', '--exit-zero'])).toEqual([
      0,
      'rejected',
      'inconclusive',
    ]);
  });

  it('4 when there is nothing to check, 0 when that is allowed', async () => {
    const cwd = stage.folder();
    mkdirSync(join(cwd, '.git'));
    expect(await stage.run(['audit'], { cwd })).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^error: no lockfile in \. or above it\n {2}hint: /),
    });
    expect(await stage.run(['audit', '--exit-zero'], { cwd })).toMatchObject({ code: 4 });
    expect(await stage.run(['audit', '--allow-empty'], { cwd })).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, 'deno.lock'), denoLock([]));
    expect(await stage.run(['audit'], { cwd })).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/no JSR package was found in deno\.lock;[\s\S]*0 packages/),
    });
    expect(await stage.run(['audit', '--allow-empty'], { cwd })).toMatchObject({ code: 0 });
  });

  it('2 when an entry of the lockfile cannot be understood, whatever the others are', async () => {
    const argv = ['audit', '-', '--lockfile-type', 'deno', '--format', 'json'];
    const lock = JSON.parse(denoLock([widget]));
    lock.jsr['@acme/../x@1.0.0'] = { integrity: widget.digest };
    const { code, stdout } = await stage.run(argv, { stdin: JSON.stringify(lock) });
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { summary: { verified: 1 } }]);
  });

  it('70 for what nobody expected, said to be a bug, with the stack', async () => {
    const environment = {
      now: () => {
        throw new RangeError('the clock fell off the wall');
      },
    };
    const { code, stdout, stderr } = await stage.run(['@acme/widget'], { environment });
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(
      /^error: this is a bug in jsr-verify, .*\n {2}hint: https:.*\nRangeError: the clock fell off the wall\n {4}at /,
    );
  });
});

describe('expectations', () => {
  it.each([
    ['--repo', 'acme/widget', 'acme/gadget'],
    ['--repo', 'ACME/Widget', 'acme/widget2'],
    ['--repo-id', '454279688', '454279689'],
    ['--owner', 'acme', 'acme2'],
    ['--owner-id', '6497122', '1'],
    ['--workflow', '.github/workflows/publish.yml', '.github/workflows/publish.yaml'],
    ['--ref', 'refs/heads/main', 'refs/heads/mai'],
    ['--ref', 'refs/heads/*', 'refs/tags/*'],
    ['--event', 'push', 'pull_request'],
    ['--runner', 'github-hosted', 'self-hosted'],
    [
      '--issuer',
      'https://token.actions.githubusercontent.com',
      'https://token.actions.githubusercontent.com/acme',
    ],
  ])('%s %s passes, %s does not', async (flag, right, wrong) => {
    expect(await verdicts(['@acme/widget', flag, right])).toEqual([0, 'verified']);
    expect(await verdicts(['@acme/widget', flag, wrong])).toEqual([1, 'rejected']);
  });

  it('--commit and --tag-matches-version', async () => {
    const commit = widget.attested.certificate.identity.commit;
    expect(await verdicts(['@acme/widget', '--commit', commit])).toEqual([0, 'verified']);
    expect(
      await verdicts(['@acme/widget', '--commit', commit.replace(/^./, (c) => (c === '0' ? '1' : '0'))]),
    ).toEqual([1, 'rejected']);
    expect(await verdicts(['@acme/widget', '--tag-matches-version'])).toEqual([1, 'rejected']);
  });

  it('the report says where the expectation came from', async () => {
    const expectation = async (argv: readonly string[], options = {}) =>
      JSON.parse((await stage.run([...argv, '--format', 'json'], options)).stdout).packages[0].provenance
        .expectation;
    expect(await expectation(['@acme/widget'])).toBe('registry-link');
    expect(await expectation(['@acme/widget', '--repo', 'acme/widget'])).toBe('flag');
    expect(await expectation(['@acme/unlinked'])).toBe('none');
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'jsr-verify.json'), '{"packages":{"@acme/widget":{"repository":"acme/widget"}}}');
    expect(await expectation(['@acme/widget'], { cwd })).toBe('policy');
  });

  it('nothing to expect is a warning', async () => {
    const { stdout } = await stage.run(['@acme/unlinked', '--format', 'json']);
    expect(JSON.parse(stdout).packages[0].findings).toMatchObject([
      { id: 'linked-repository', severity: 'warning' },
    ]);
  });
});

describe('where the sources are', () => {
  const { signal } = new AbortController();
  const nowhere = 'http://127.0.0.1:1';

  it.each([
    ['--registry', 'JSR_URL', 'registry'],
    ['--api', 'JSR_API_URL', 'api'],
    ['--rekor', 'REKOR_URL', 'rekor'],
  ] as const)('%s outranks %s', async (flag, variable, role) => {
    stage.world.requests.length = 0;
    const env = { [variable]: nowhere };
    const { code } = await stage.run(['@acme/widget', flag, stage.server.urls[role]], { env, signal });
    expect([code, stage.world.requestsTo(role).length > 0]).toEqual([0, true]);
    stage.world.requests.length = 0;
    await stage.run(['@acme/widget', '--timeout', '1'], { env });
    expect(stage.world.requestsTo(role)).toEqual([]);
  });

  it('with another registry, its API is below it', async () => {
    const { registry, rekor } = stage.server.urls;
    const env = { JSR_URL: `${registry}/`, JSR_API_URL: '', REKOR_URL: rekor };
    stage.world.requests.length = 0;
    expect(await stage.run(['@acme/widget'], { env })).toMatchObject({ code: 0 });
    expect(stage.world.requestsTo('api')).toEqual([]);
    expect(stage.world.requests.map(({ path }) => path)).toContain(
      '/api/scopes/acme/packages/widget/versions/1.0.0',
    );
  });

  it('trust comes from TUF where no file is named', async () => {
    const argv = ['@acme/widget', '--format', 'json'];
    const { SIGSTORE_TRUSTED_ROOT: _, ...env } = stage.server.env({ trust: 'tuf' });
    const options = { env: { ...env, SIGSTORE_TRUSTED_ROOT: '' } };
    const first = await stage.run(argv, options);
    expect([first.code, JSON.parse(first.stdout).trust.source]).toEqual([0, 'tuf']);
    stage.world.requests.length = 0;
    expect(await stage.run(argv, options)).toMatchObject({ code: 0 });
    expect(stage.world.requestsTo('tuf')).toEqual([]);
  });
});
