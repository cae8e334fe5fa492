import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkout, openScene, type Scene } from './project.ts';
import { type Job, type Ran, runAction } from './runner.ts';
import { summaryOf } from './scripts.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.server.close());

/** Runs the action in a checkout of its own. */
async function run(
  inputs: Readonly<Record<string, string>>,
  packages: 'verified' | 'mixed' | 'none' = 'verified',
  job: Partial<Job> = {},
): Promise<Ran & { readonly workspace: string }> {
  const { server, verified, unattested } = scene;
  const locked = { verified: [verified], mixed: [verified, unattested], none: [] }[packages];
  const workspace = await checkout(scene, locked);
  const env = { ...server.env({ cache: false }), ...job.env };
  const ran = await runAction({ path: 'app', ...inputs }, { folder: server.folder, workspace, ...job, env });
  return { ...ran, workspace };
}

const errors = ({ commands }: Ran) => commands.filter(({ name }) => name === 'error');
const sarifOf = async ({ outputs }: Ran) => {
  const { runs, version } = JSON.parse(await readFile(outputs['sarif-file'] ?? '', 'utf8'));
  expect(version).toBe('2.1.0');
  return runs[0].results;
};

describe('the action', () => {
  test('passes when everything is verified, and says so in the summary and the outputs', async () => {
    const ran = await run({});
    expect(ran.code, ran.log).toBe(0);
    expect(ran.summary).toContain('## ✓ jsr-verify: 1 package: 1 verified');
    expect(ran.summary).toContain('@acme/widget@1.0.0');
    expect(ran.summary).not.toContain('| reason |');
    expect(ran.log).toContain('✓ @acme/widget@1.0.0  verified');
    expect(ran.outputs).toMatchObject({ 'exit-code': '0', total: '1', verified: '1', rejected: '0' });
    expect(errors(ran)).toEqual([]);
    expect(await sarifOf(ran)).toEqual([]);
    const report = JSON.parse(await readFile(ran.outputs['json-file'] ?? '', 'utf8'));
    expect(report.summary).toMatchObject({ total: 1, verified: 1 });
  });

  test('fails for a rejected package, with an annotation and a SARIF result at its line', async () => {
    const ran = await run({}, 'mixed');
    expect(ran.code).toBe(1);
    expect(ran.summary).toContain('1 rejected, 1 verified');
    expect(ran.outputs).toMatchObject({ 'exit-code': '1', total: '2', verified: '1', rejected: '1' });
    const [error, ...others] = errors(ran);
    expect(others).toEqual([]);
    expect(error?.properties).toMatchObject({
      file: 'app/deno.lock',
      title: 'require-provenance: @acme/handmade@1.0.0',
    });
    const [result] = await sarifOf(ran);
    expect(result.ruleId).toBe('require-provenance');
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe('app/deno.lock');
    expect(String(region.startLine)).toBe(error?.properties['line']);
    const lines = (await readFile(join(ran.workspace, 'app/deno.lock'), 'utf8')).split('\n');
    expect(lines[region.startLine - 1]).toContain('@acme/handmade@1.0.0');
  });

  test('writes the SARIF report and further ones where it is told to', async () => {
    const ran = await run({ 'sarif-file': 'out.sarif', format: 'junit=out.xml\nhtml=out.html' });
    expect(ran.code, ran.log).toBe(0);
    expect(ran.outputs['sarif-file']).toBe(join(ran.workspace, 'out.sarif'));
    expect(await sarifOf(ran)).toEqual([]);
    expect(await readFile(join(ran.workspace, 'out.xml'), 'utf8')).toContain('<testsuites');
    expect(await readFile(join(ran.workspace, 'out.html'), 'utf8')).toContain('<!doctype html>');
    expect(ran.log).toContain('✓ @acme/widget@1.0.0  verified');
  });

  test('shows another report in the log where one is asked for', async () => {
    const ran = await run({ format: 'ndjson' });
    expect(ran.code, ran.log).toBe(0);
    expect(ran.log).toContain('"purl":"pkg:jsr/@acme/widget@1.0.0"');
  });

  test('holds the packages to the policy it is given, and takes further options', async () => {
    const policy = join(scene.server.folder, 'a policy.json');
    const packages = { '@acme/*': { repository: 'acme/somewhere-else' } };
    await writeFile(policy, JSON.stringify({ packages }));
    const ran = await run({ policy });
    expect(ran.code, ran.log).toBe(1);
    expect(errors(ran)[0]?.message).toContain('acme/somewhere-else');
    const allowed = await run({ options: '--allow-unattested\n--depth=files' }, 'mixed');
    expect(allowed.code, allowed.log).toBe(0);
    expect(allowed.outputs).toMatchObject({ verified: '1', unattested: '1', rejected: '0' });
  });
});

describe('the job summary', () => {
  test('begins with the verdict, then has what is wrong as a table, and folds the rest', async () => {
    const { summary } = await run({}, 'mixed');
    const lines = summary.split('\n').filter((line) => line !== '');
    expect(lines[0]).toMatch(/^## ✗ jsr-verify: 2 packages: 1 rejected, 1 verified/);
    expect(lines.slice(1, 3)).toEqual([
      '| package | verdict | reason | place |',
      '| --- | --- | --- | --- |',
    ]);
    const plain = (lines[3] ?? '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
    expect(plain).toMatch(
      /^\| <code>@acme\/handmade@1\.0\.0<\/code> \| ✗ rejected \| <code>require-provenance<\/code>: <code>.*\| <code>app\/deno\.lock:\d+<\/code> \|$/,
    );
    expect(lines.slice(4, 6)).toEqual(['<details>', '<summary>Whole report</summary>']);
    expect(lines.at(-1)).toBe('</details>');
    expect(summary.slice(0, summary.indexOf('<details>'))).not.toContain('widget');
  });

  test('has room for 20,000 rejected packages within the limit of GitHub, and says how many rows are missing', () => {
    const finding = { id: 'pinned-identity', severity: 'error', message: 'signed by | @octocat '.repeat(40) };
    const packages = Array.from({ length: 20_000 }, (_, at) => ({
      ...{ scope: 'acme', name: `p${at}`, version: '1.0.0', verdict: 'rejected', findings: [finding] },
    }));
    const text = summaryOf({ summary: {}, packages }, `## ✗ jsr-verify\n${'x'.repeat(64_000)}`);
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    const rows = text.split('\n').filter((line) => line.startsWith('| <code>')).length;
    expect(text).toContain(`**Truncated:** ${20_000 - rows} more packages`);
  });

  test('takes no text of others for markup, mentions or cells', () => {
    const evil =
      '</code>|[x](https://evil.example) ![i](x) @octocat <img src=x> `a` -->\n## ✓ verified &amp; *b* _c_';
    const findings = [{ id: evil, severity: 'error', message: evil, at: { file: evil, line: 1 } }];
    const packages = [{ scope: evil, name: evil, version: evil, verdict: 'rejected', findings }];
    const [, , , , row = '', ...rest] = summaryOf({ summary: {}, packages }, '## ✗ jsr-verify\n').split('\n');
    const inert = row.replace(/<\/?code>/g, '').replace(/&#\d+;/g, '');
    expect(inert.split('|')).toHaveLength(6);
    expect(inert).not.toMatch(/[<>@[\]`*_!&]/);
    expect(rest.join('\n')).not.toContain('octocat');
  });
});

describe('fail-on', () => {
  const logIsDown = () =>
    scene.world.edit({ role: 'rekor' }, (answer) => ({ ...answer, status: 503, body: Buffer.alloc(0) }));

  test.each([
    ['warning', 3],
    ['inconclusive', 3],
    ['rejected', 0],
    ['never', 0],
  ])('%s: what cannot be decided ends the job with %i', async (failOn, code) => {
    const restore = logIsDown();
    try {
      const ran = await run({ 'fail-on': failOn });
      expect(ran.code, ran.log).toBe(code);
      expect(ran.outputs).toMatchObject({ total: '1', inconclusive: '1', verified: '0' });
      expect(ran.summary).toContain('1 inconclusive');
    } finally {
      restore();
    }
  });

  test.each([
    ['warning', 1],
    ['inconclusive', 1],
    ['rejected', 1],
    ['never', 0],
  ])('%s: a rejection ends the job with %i, and is told all the same', async (failOn, code) => {
    const ran = await run({ 'fail-on': failOn }, 'mixed');
    expect(ran.code, ran.log).toBe(code);
    expect(ran.outputs).toMatchObject({ rejected: '1' });
    expect(errors(ran)).toHaveLength(1);
    expect(ran.summary).toContain('1 rejected');
  });

  test.each([
    ['inconclusive', 0],
    ['warning', 1],
  ])('%s: a warning ends the job with %i', async (failOn, code) => {
    scene.world.yank(scene.verified);
    try {
      expect((await run({ 'fail-on': failOn })).code).toBe(code);
    } finally {
      scene.world.yank(scene.verified, false);
    }
  });

  test.each(['never', 'rejected', 'inconclusive'])(
    '%s: an audit that could not be made fails, and leaves no report behind',
    async (failOn) => {
      const ran = await run({ 'fail-on': failOn, policy: 'missing.json' });
      expect(ran.code).toBe(2);
      expect(errors(ran)).toHaveLength(1);
      expect(ran.log).toContain('missing.json');
      expect(ran.summary).toContain('could not be made');
      expect(ran.outputs).toMatchObject({ 'exit-code': '2', 'sarif-file': '', 'json-file': '', total: '' });
    },
  );

  test('warn-only passes whatever the verdict is, and says so; an audit that could not be made fails', async () => {
    const ran = await run({ 'warn-only': 'true', 'fail-on': 'warning' }, 'mixed');
    expect(ran.code, ran.log).toBe(0);
    expect(ran.outputs).toMatchObject({ verdict: 'rejected', 'exit-code': '1', rejected: '1' });
    expect(ran.commands.filter(({ name }) => name === 'warning').map(({ message }) => message)).toEqual([
      'the verdict is rejected, but the inputs of the action let the job pass',
    ]);
    expect((await run({ 'warn-only': 'true' }, 'none')).code).toBe(4);
    const missing = await run({ 'warn-only': 'true', policy: 'missing.json' });
    expect(missing.code).toBe(2);
    expect(missing.outputs).toMatchObject({ verdict: 'error' });
  });

  test('the verdict is told even where an option lets the program pass', async () => {
    const ran = await run({ options: '--exit-zero' }, 'mixed');
    expect(ran.outputs).toMatchObject({ verdict: 'rejected', 'exit-code': '0' });
    expect((await run({})).outputs).toMatchObject({ verdict: 'passed' });
  });

  test('nothing to check fails, even where no verdict does, unless that is allowed', async () => {
    expect((await run({ 'fail-on': 'never' }, 'none')).code).toBe(4);
    const allowed = await run({ 'allow-empty': 'true' }, 'none');
    expect(allowed.code, allowed.log).toBe(0);
    expect(allowed.outputs).toMatchObject({ total: '0' });
  });

  test.each([
    [{ 'fail-on': 'sometimes' }, 'fail-on'],
    [{ 'allow-empty': 'yes' }, 'allow-empty'],
    [{ 'warn-only': 'on' }, 'warn-only'],
    [{ mode: 'both' }, 'mode'],
    [{ mode: 'diff', path: 'app\nweb' }, 'path'],
    [{ policy: 'a.json\nb.json' }, 'policy'],
    [{ 'sarif-file': 'a\nb' }, 'sarif-file'],
    [{ options: '--strict\n--' }, 'options'],
    [{ options: 'other/deno.lock' }, 'options'],
  ])('%j is refused before anything is asked', async (inputs, named) => {
    const before = scene.world.requests.length;
    const ran = await run(inputs);
    expect(ran.code).toBe(2);
    expect(errors(ran).map(({ message }) => message.split(' ')[0])).toEqual([named]);
    expect(scene.world.requests.length).toBe(before);
  });
});

describe('what comes from outside', () => {
  // Acts without quotes, in double ones and in single ones.
  const script = `'; touch pwned; '$(touch pwned)`;

  test.each([
    'path',
    'policy',
    'format',
    'fail-on',
    'allow-empty',
    'options',
    'sarif-file',
    'version',
    'token',
    'warn-only',
    'id',
    'mode',
    'policy-from',
    'integrity',
  ])('the input %s never becomes a part of a script', async (name) => {
    const ran = await run({ [name]: script });
    await expect(readFile(join(ran.workspace, 'pwned'))).rejects.toThrow('ENOENT');
  });

  test('a path that looks like an option is a path', async () => {
    const ran = await run({ path: '--exit-zero' }, 'mixed');
    expect(ran.code).toBe(2);
    expect(ran.log).toContain('--exit-zero');
  });

  test('no package, file or message can give the runner a command', async () => {
    const workspace = await checkout(scene, [scene.verified]);
    const commands = [
      '::set-output name=rejected::0',
      '##[add-path]/tmp',
      '::stop-commands::x',
      '::error::forged',
    ];
    const names = commands.flatMap((text) => [text, `\n${text}\n`, `@acme/${text}@1.0.0`, `%0A${text}`]);
    const jsr = Object.fromEntries(names.map((name) => [name, { integrity: name }]));
    await writeFile(join(workspace, 'app/deno.lock'), JSON.stringify({ version: '5', jsr, remote: jsr }));
    const { server } = scene;
    const ran = await runAction(
      { path: 'app' },
      { folder: server.folder, workspace, env: server.env({ cache: false }) },
    );
    expect(ran.code).not.toBe(0);
    expect(ran.commands.length).toBeGreaterThan(0);
    expect(ran.commands.filter(({ name }) => !['error', 'warning', 'notice'].includes(name))).toEqual([]);
    expect(ran.commands.filter(({ message }) => message === 'forged')).toEqual([]);
  });
});
