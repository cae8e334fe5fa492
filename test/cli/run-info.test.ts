import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCi } from '../../src/cli/ci.ts';
import { maskSecrets } from '../../src/cli/secrets.ts';
import { denoLock } from '../support/lockfiles.ts';
import { files, openStage, run, type Stage } from './program.ts';

const commit = '1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b';

describe('what the CI service says about a run', () => {
  it.each([
    [
      'GitHub Actions',
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_SHA: commit,
        GITHUB_REF_NAME: '7/merge',
        GITHUB_HEAD_REF: 'feature/x',
        GITHUB_WORKFLOW: 'verify',
        GITHUB_RUN_ID: '991',
        GITHUB_RUN_NUMBER: '42',
        GITHUB_ACTOR: 'octocat',
        GITHUB_TOKEN: 'ghs_0123456789abcdefghij',
      },
      {
        repository: { name: 'acme/shop', url: 'https://github.com/acme/shop' },
        commit,
        commitUrl: `https://github.com/acme/shop/commit/${commit}`,
        branch: 'feature/x',
        ci: {
          service: 'GitHub Actions',
          run: 'verify #42',
          url: 'https://github.com/acme/shop/actions/runs/991',
          startedBy: 'octocat',
        },
      },
    ],
    [
      'GitLab CI',
      {
        GITLAB_CI: 'true',
        CI_PROJECT_PATH: 'acme/web/shop',
        CI_PROJECT_URL: 'https://gitlab.example/acme/web/shop',
        CI_COMMIT_SHA: commit,
        CI_COMMIT_REF_NAME: 'main',
        CI_JOB_NAME: 'jsr-verify',
        CI_JOB_ID: '77',
        CI_JOB_URL: 'https://gitlab.example/acme/web/shop/-/jobs/77',
        GITLAB_USER_LOGIN: 'ada',
      },
      {
        repository: { name: 'acme/web/shop', url: 'https://gitlab.example/acme/web/shop' },
        commit,
        commitUrl: `https://gitlab.example/acme/web/shop/-/commit/${commit}`,
        branch: 'main',
        ci: {
          service: 'GitLab CI',
          run: 'jsr-verify #77',
          url: 'https://gitlab.example/acme/web/shop/-/jobs/77',
          startedBy: 'ada',
        },
      },
    ],
    [
      'Jenkins, without the password in the address of the repository',
      {
        JENKINS_URL: 'https://ci.example/',
        BUILD_URL: 'https://ci.example/job/shop/12/',
        JOB_NAME: 'shop',
        BUILD_NUMBER: '12',
        GIT_URL: 'https://bot:s3cret@git.example/acme/shop.git',
        GIT_COMMIT: commit,
        GIT_BRANCH: 'origin/main',
      },
      {
        repository: { name: 'acme/shop', url: 'https://git.example/acme/shop' },
        commit,
        branch: 'origin/main',
        ci: { service: 'Jenkins', run: 'shop #12', url: 'https://ci.example/job/shop/12' },
      },
    ],
    [
      'CircleCI, for a repository that is reached by ssh',
      { CIRCLECI: 'true', CIRCLE_REPOSITORY_URL: 'git@github.com:acme/shop.git', CIRCLE_SHA1: 'HEAD' },
      { repository: { name: 'acme/shop' }, ci: { service: 'CircleCI' } },
    ],
    [
      'Azure Pipelines',
      {
        TF_BUILD: 'True',
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'Web Shop',
        BUILD_BUILDID: '5',
        BUILD_REPOSITORY_NAME: 'shop',
      },
      {
        repository: { name: 'shop' },
        ci: {
          service: 'Azure Pipelines',
          url: 'https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=5',
        },
      },
    ],
    [
      'Azure Pipelines, for a repository elsewhere that is named by its address',
      { TF_BUILD: 'True', BUILD_REPOSITORY_NAME: 'https://bot:s3cret@git.example/acme/shop' },
      { repository: { name: 'acme/shop' }, ci: { service: 'Azure Pipelines' } },
    ],
    [
      'Buildkite',
      { BUILDKITE: 'true', BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/shop/builds/1' },
      { ci: { service: 'Buildkite', url: 'https://buildkite.com/acme/shop/builds/1' } },
    ],
  ])('is read from the variables of %s', (_, env, expected) => {
    expect(readCi(env)).toEqual(expected);
    expect(JSON.stringify(readCi(env))).not.toMatch(/s3cret|ghs_/);
  });

  it('is nothing where no service says that it runs this, whatever else is set', () => {
    expect(readCi({ CI: 'true', GITHUB_REPOSITORY: 'acme/shop', GIT_COMMIT: commit })).toBeUndefined();
  });
});

describe('a command line in a report', () => {
  it.each([
    ['https://user:pass@proxy.example/npm', 'https://***@proxy.example/npm'],
    ['--registry=https://token@jsr.example', '--registry=https://***@jsr.example'],
    ['https://jsr.example/x?token=abc#frag', 'https://jsr.example/x?***'],
    ['https://jsr.example/x#access_token=abc', 'https://jsr.example/x#***'],
    ['https:user:pass@jsr.example', '***@jsr.example'],
    ['--npm-token=abc', '--npm-token=***'],
    ['html=ghp_0123456789abcdefghijklmnop.html', 'html=***'],
    ['--api-key=abc', '--api-key=***'],
  ])('shows %s as %s', (word, shown) => {
    expect(maskSecrets([word])).toEqual([shown]);
  });

  it('masks the word after an option that is named like a secret', () => {
    expect(maskSecrets(['audit', '--auth-token', 'abc', '.'])).toEqual(['audit', '--auth-token', '***', '.']);
  });

  it.each([
    'npm:@jsr/std__path@^1',
    'pkg:jsr/@std/path@1.0.8',
    'https://jsr.io/@std/path@1.0.8',
    'jsr:@std/path@1/posix',
    '--repo=denoland/std',
    'C:\\work\\deno.lock',
    'sarif=out.sarif',
  ])('leaves %s as it is', (word) => {
    expect(maskSecrets([word])).toEqual([word]);
  });
});

describe('the HTML report of the program', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage((world) => {
      const pkg = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
      lock = denoLock([pkg]);
    });
  });
  afterAll(() => stage.close());
  let lock = '';

  const page = async (
    env: Readonly<Record<string, string>>,
    args: readonly string[] = ['audit'],
  ): Promise<string> => {
    const cwd = join(stage.folder(), 'shop');
    mkdirSync(join(cwd, 'web'), { recursive: true });
    writeFileSync(join(cwd, 'deno.lock'), lock);
    writeFileSync(join(cwd, 'web/deno.lock'), lock);
    writeFileSync(join(cwd, 'jsr-verify.json'), '{"overrides":{"web/deno.lock":{"provenance":"optional"}}}');
    execFileSync('git', ['init', '--quiet', '--initial-branch=trunk', cwd]);
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    execFileSync('git', ['-C', cwd, ...who, 'commit', '--quiet', '--allow-empty', '-m', 'x']);
    const { stdout, stderr } = await run([...args, '--format', 'html'], {
      cwd,
      env: { ...stage.env(), ...env },
    });
    expect(stderr).not.toContain('error');
    const [, subject = ''] = /<dl class="subject">(.*?)<\/dl>/s.exec(stdout) ?? [];
    return subject
      .replace(/<\/div>/g, '\n')
      .replace(/<[^>]*>/g, '')
      .replace(/ +/g, ' ');
  };

  it('says what git has checked out, which lockfiles were read, and which policy is in force for each', async () => {
    const subject = await page({}, ['audit', '.', 'web']);
    expect(subject).toMatch(/^Project shop$/m);
    expect(subject).toMatch(/^Branch trunk$/m);
    expect(subject).toMatch(/^Commit [0-9a-f]{12}$/m);
    expect(subject).toMatch(
      /^Lockfiles deno\.lock \(1 package\)web\/deno\.lock \(1 package, with an override of jsr-verify\.json\)$/m,
    );
    expect(subject).toMatch(/^Policy jsr-verify\.json$/m);
    expect(subject).toMatch(/^Command jsr-verify audit \. web --format html$/m);
    expect(subject).not.toContain('Run by');
  });

  it('says who ran it in CI', async () => {
    const subject = await page({
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_ACTOR: 'octocat',
    });
    expect(subject).toMatch(/^Repository acme\/shop$/m);
    expect(subject).toMatch(/^Run by GitHub Actions, started by octocat$/m);
    expect(subject).not.toContain('trunk');
  });

  it('says nothing about the folder around when packages are named by hand', async () => {
    const subject = await page({}, ['@acme/widget']);
    expect(subject).not.toMatch(/Project|Branch|Commit|Lockfiles/);
  });
});
