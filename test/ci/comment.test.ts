import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Comment, type GitHub, serveGitHub, type Token } from './github.ts';
import { checkout, openScene, type Scene } from './project.ts';
import { type Job, type Ran, runAction } from './runner.ts';
import { markerOf } from './scripts.ts';

const secret = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const head = 'c0ffee'.padEnd(40, '0');
/** The marker of the job that {@link run} is, by default. */
const marker = markerOf({
  paths: ['app'],
  id: 'null',
  env: {
    GITHUB_JOB: 'audit',
    GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/provenance.yml@refs/pull/7/merge',
  },
});
const pullRequest = { pull_request: { number: 7, head: { sha: head } } };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.server.close());

async function open(token: Token = 'workflow', comments: Comment[] = []): Promise<GitHub> {
  const github = await serveGitHub(token, comments);
  onTestFinished(() => github.close());
  return github;
}

async function run(
  github: GitHub,
  packages: 'verified' | 'mixed',
  { inputs = {}, ...job }: Partial<Job> & { readonly inputs?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const { server, verified, unattested } = scene;
  const workspace = await checkout(scene, packages === 'mixed' ? [verified, unattested] : [verified]);
  const urls = { GITHUB_API_URL: github.url, GITHUB_GRAPHQL_URL: `${github.url}/graphql` };
  const env = { ...server.env({ cache: false }), ...urls, ...job.env };
  return runAction(
    { path: 'app', token: secret, ...inputs },
    { folder: server.folder, workspace, event: pullRequest, ...job, env },
  );
}

const writes = ({ requests }: GitHub) =>
  requests.map(({ what }) => what).filter((what) => !/^GET |\/graphql$/.test(what));
const stranger = (id: number, body: string, type: 'Bot' | 'User' = 'User'): Comment => ({
  id,
  body,
  user: { login: 'mallory', type },
});

describe('the comment on a pull request', () => {
  test('is written once, and updated in place from then on', async () => {
    const github = await open('workflow', [stranger(1, 'Nice work!')]);
    const first = await run(github, 'mixed');
    expect(first.code).toBe(1);
    expect(writes(github)).toEqual(['POST /repos/acme/app/issues/7/comments']);
    const [, comment] = github.comments;
    expect(comment?.body.startsWith(marker)).toBe(true);
    expect(comment?.body).toContain('1 rejected, 1 verified');
    expect(comment?.body).toContain(
      `For ${head}, by [this run](https://github.com/acme/app/actions/runs/42)`,
    );

    const second = await run(github, 'verified');
    expect(second.code).toBe(0);
    expect(writes(github).slice(1)).toEqual([`PATCH /repos/acme/app/issues/comments/${comment?.id}`]);
    expect(github.comments.map(({ id }) => id)).toEqual([1, comment?.id]);
    expect(github.comments[1]?.body).toContain('1 package: 1 verified');
    expect(github.comments[0]?.body).toBe('Nice work!');
  });

  test('is found again among hundreds of others', async () => {
    const others = Array.from({ length: 230 }, (_, at) => stranger(at + 1, `comment ${at}`));
    const github = await open('workflow', others);
    await run(github, 'mixed');
    await run(github, 'verified');
    expect(writes(github).map((what) => what.split(' ')[0])).toEqual(['POST', 'PATCH']);
    expect(github.comments).toHaveLength(231);
  });

  test('is never one that somebody else wrote with the same marker', async () => {
    const github = await open('workflow', [stranger(1, `${marker}\nAll is well!`)]);
    await run(github, 'mixed');
    expect(github.comments[0]?.body).toBe(`${marker}\nAll is well!`);
    expect(github.comments[1]?.body).toContain('1 rejected');
  });

  test('belongs to the person whose token it is, and not to a bot', async () => {
    const bot = stranger(1, `${marker}\nAll is well!`, 'Bot');
    const github = await open('person', [bot]);
    await run(github, 'mixed');
    await run(github, 'verified');
    expect(github.comments.map(({ user }) => user.login)).toEqual(['mallory', 'reviewer']);
    expect(github.comments[0]?.body).toBe(`${marker}\nAll is well!`);
    expect(github.comments[1]?.body).toContain('1 package: 1 verified');
  });

  test('is written anew where it was taken away', async () => {
    const github = await open();
    await run(github, 'mixed');
    github.comments.length = 0;
    await run(github, 'mixed');
    expect(github.comments).toHaveLength(1);
  });

  test('is not written where nothing is wrong', async () => {
    const github = await open();
    expect((await run(github, 'verified')).code).toBe(0);
    expect(writes(github)).toEqual([]);
    expect(github.comments).toEqual([]);
  });

  test('is written for a bad verdict that lets the job pass, and says when the audit could not be made', async () => {
    const github = await open();
    const ran = await run(github, 'mixed', { inputs: { 'warn-only': 'true' } });
    expect(ran.code, ran.log).toBe(0);
    expect(github.comments[0]?.body).toContain('1 rejected');
    await run(github, 'verified', { inputs: { policy: 'missing.json' } });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('could not be made (exit code 2)');
  });

  test.each<readonly [string, Parameters<typeof run>[2]]>([
    ['another cell of a matrix', { matrix: { os: 'macos-latest' } }],
    ['another job', { env: { GITHUB_JOB: 'deploy' } }],
    [
      'another workflow',
      { env: { GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/x.yml@refs/heads/main' } },
    ],
    ['other paths', { inputs: { path: 'app/deno.lock' } }],
    ['another id', { inputs: { id: 'second' } }],
  ])('of %s is another one: "verified" never replaces "rejected"', async (_, other) => {
    const github = await open();
    await run(github, 'mixed');
    await run(github, 'verified', other);
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining('1 rejected')]);
    await run(github, 'mixed', other);
    expect(github.comments).toHaveLength(2);
    await run(github, 'verified', other);
    expect(github.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('1 rejected'),
      expect.stringContaining('1 package: 1 verified'),
    ]);
  });

  test('is the same one in the next run, whatever started it', async () => {
    const github = await open();
    await run(github, 'mixed', { matrix: { os: 'linux' } });
    const env = { GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/provenance.yml@refs/heads/next' };
    await run(github, 'verified', { matrix: { os: 'linux' }, env });
    expect(github.comments).toHaveLength(1);
  });

  test.each(['workflow', 'app'] as const)('of the %s is never that of another bot', async (token) => {
    const github = await open(token, [stranger(1, `${marker}\nAll is well!`, 'Bot')]);
    await run(github, 'mixed');
    await run(github, 'mixed');
    expect(github.comments[0]?.body).toBe(`${marker}\nAll is well!`);
    expect(github.comments).toHaveLength(2);
  });

  test('is found by its first line alone, whatever a report quotes', async () => {
    const github = await open('workflow', []);
    const me = { login: 'github-actions[bot]', type: 'Bot' } as const;
    const quotes = [`text\n${marker}`, `${marker} -->\n`, ` ${marker}`];
    github.comments.push(...quotes.map((body, at) => ({ id: at + 1, body, user: me })));
    await run(github, 'mixed');
    expect(github.comments.slice(0, 3).map(({ body }) => body)).toEqual(quotes);
    expect(github.comments).toHaveLength(4);
  });

  test.each(['verified', 'mixed'] as const)(
    'that may not be written does not change how %s ends',
    async (kind) => {
      const github = await open('read-only');
      const ran = await run(github, kind);
      expect(ran.code).toBe(kind === 'verified' ? 0 : 1);
      const warnings = ran.commands.filter(({ name }) => name === 'warning');
      expect(warnings.map(({ message }) => message)).toEqual(
        // Where nothing is wrong, there is nothing to write.
        kind === 'verified' ? [] : [expect.stringMatching(/GitHub answered 403.*pull-requests: write/)],
      );
      expect(ran.log).not.toContain('not accessible');
    },
  );

  test('is not asked for without a pull request, and not where GitHub cannot be reached', async () => {
    const github = await open();
    expect((await run(github, 'mixed', { event: { ref: 'refs/heads/main' } })).code).toBe(1);
    expect((await run(github, 'verified', { event: { pull_request: { number: '7/../../8' } } })).code).toBe(
      0,
    );
    expect(github.requests).toEqual([]);
    await github.close();
    const ran = await run(github, 'verified');
    expect(ran.code).toBe(0);
    expect(ran.commands.map(({ name }) => name)).toEqual(['warning']);
  });

  test('takes the token to GitHub and nowhere else', async () => {
    const github = await open();
    const before = scene.world.requests.length;
    const ran = await run(github, 'mixed');
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${secret}`]),
    );
    expect(ran.log).not.toContain(secret);
    expect(ran.environments.map((env) => Object.values(env).includes(secret))).toEqual([false, true]);
    expect(JSON.stringify(scene.world.requests.slice(before))).not.toContain(secret);
  });
});

test('there is no comment without a token', async () => {
  const github = await open();
  const { server, verified } = scene;
  const workspace = await checkout(scene, [verified]);
  const env = { ...server.env({ cache: false }), GITHUB_API_URL: github.url };
  const ran = await runAction({ path: 'app' }, { folder: server.folder, workspace, event: pullRequest, env });
  expect(ran.code).toBe(0);
  expect(ran.environments).toHaveLength(1);
  expect(github.requests).toEqual([]);
});
