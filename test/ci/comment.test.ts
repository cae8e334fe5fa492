import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Comment, type GitHub, serveGitHub, type Token } from './github.ts';
import { checkout, openScene, type Scene } from './project.ts';
import { type Ran, runAction } from './runner.ts';

const secret = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const marker = '<!-- jsr-verify report -->';
const head = 'c0ffee'.padEnd(40, '0');
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
  event: unknown = pullRequest,
): Promise<Ran> {
  const { server, verified, unattested } = scene;
  const workspace = await checkout(scene, packages === 'mixed' ? [verified, unattested] : [verified]);
  const env = { ...server.env({ cache: false }), GITHUB_API_URL: github.url };
  return runAction({ path: 'app', token: secret }, { folder: server.folder, workspace, event, env });
}

const writes = ({ requests }: GitHub) =>
  requests.map(({ what }) => what).filter((what) => !what.startsWith('GET '));
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
    await run(github, 'verified');
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
    await run(github, 'verified');
    github.comments.length = 0;
    await run(github, 'verified');
    expect(github.comments).toHaveLength(1);
  });

  test.each(['verified', 'mixed'] as const)(
    'that may not be written does not change how %s ends',
    async (kind) => {
      const github = await open('read-only');
      const ran = await run(github, kind);
      expect(ran.code).toBe(kind === 'verified' ? 0 : 1);
      const warnings = ran.commands.filter(({ name }) => name === 'warning');
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringMatching(/GitHub answered 403.*pull-requests: write/),
      ]);
      expect(ran.log).not.toContain('not accessible');
    },
  );

  test('is not asked for without a pull request, and not where GitHub cannot be reached', async () => {
    const github = await open();
    expect((await run(github, 'verified', { ref: 'refs/heads/main' })).code).toBe(0);
    expect((await run(github, 'verified', { pull_request: { number: '7/../../8' } })).code).toBe(0);
    expect(github.requests).toEqual([]);
    await github.close();
    const ran = await run(github, 'verified');
    expect(ran.code).toBe(0);
    expect(ran.commands.map(({ name }) => name)).toEqual(['warning']);
  });

  test('takes the token to GitHub and nowhere else', async () => {
    const github = await open();
    const before = scene.world.requests.length;
    const ran = await run(github, 'verified');
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
