import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { denoLock } from '../support/lockfiles.ts';
import { builtProgram, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { files, openStage, type Stage } from './program.ts';

// What only a process of its own can show: loading, sockets, signals and pipes.

let stage: Stage;
let folder: string;
const packages: Publication[] = [];
const [node, program] = builtProgram();
let hanging = false;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jsr-verify-built-'));
  // Writes down every file that is loaded.
  const hook = `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  if (url.startsWith('file:')) appendFileSync(process.env.LOADED, url + '\\n');
  return next(url, context);
}`;
  writeFileSync(
    join(folder, 'loads.mjs'),
    `import { register } from 'node:module';\nregister('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));\n`,
  );
  // Fails every attempt to open a connection or to look up a name, and says so at the end.
  writeFileSync(
    join(folder, 'wall.mjs'),
    `import dns from 'node:dns';
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
const stop = () => { process.stderr.write('a socket was opened\\n'); throw new Error('walled off'); };
net.Socket.prototype.connect = stop;
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = stop;
syncBuiltinESMExports();
`,
  );
  stage = await openStage(
    (world) => {
      const publish = (name: string, more = {}) =>
        world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}`), ...more });
      packages.push(publish('widget'), publish('gadget'));
      publish('handmade', { provenance: 'none' });
    },
    {
      intercept: ({ request }) => hanging && request.path.includes('gadget/1.0.0_meta'),
    },
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stage.close();
});

const run = (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
) => runProcess([node, ...flags, program, ...argv], { cwd: stage.folder(), env: { ...stage.env(), ...env } });

/** Bytes of our own code that a run loads. */
async function loaded(argv: readonly string[]): Promise<number> {
  const list = join(folder, `loaded-${argv.join('-').replace(/\W/g, '')}`);
  writeFileSync(list, '');
  await run(argv, { LOADED: list }, ['--import', join(folder, 'loads.mjs')]);
  const urls = new Set(
    readFileSync(list, 'utf8')
      .split('\n')
      .filter((url) => /\/(?:bin|dist)\//.test(url)),
  );
  expect(urls.size).toBeGreaterThan(1);
  return [...urls].reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
}

describe('the built program', () => {
  it.each([
    [0, ['@acme/widget']],
    [0, ['@acme/handmade', '--allow-unattested']],
    [1, ['@acme/handmade']],
    [1, ['@acme/widget', '--repo', 'acme/gadget']],
    [2, ['acme/widget']],
    [2, ['@acme/missing']],
    [2, ['@acme/widget', '--formt', 'json']],
    [3, ['@acme/widget', '--rekor', 'http://127.0.0.1:1', '--timeout', '1']],
    [4, ['audit', '/']],
  ])('ends with %i: %j', async (code, argv) => {
    const ended = await run(argv);
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    expect(ended.stdout === '').toBe((code === 2 && argv[0] !== '@acme/missing') || code === 4);
  });

  it('reports what the sources report', async () => {
    const { stdout } = await run(['@acme/widget', '@acme/handmade', '--format', 'json']);
    expectReport(stdout);
    expect(JSON.parse(stdout).summary).toMatchObject({ verified: 1, rejected: 1 });
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(JSON.parse((await run(['@acme/widget', '--format', 'json'])).stdout).tool.version).toBe(version);
  });

  it('takes trust from a TUF mirror', async () => {
    const { SIGSTORE_TRUSTED_ROOT: _, ...env } = stage.env();
    const tuf = stage.server.env({ trust: 'tuf' });
    const options = { cwd: stage.folder(), env: { ...env, ...tuf, JSR_VERIFY_CACHE: stage.folder() } };
    const { code, stdout } = await runProcess([node, program, '@acme/widget', '--format', 'json'], options);
    expect([code, JSON.parse(stdout).trust.source]).toEqual([0, 'tuf']);
  });
});

describe('loading', () => {
  // The parser of arguments alone is about 240 kB; everything that verifies is far more than a megabyte.
  it.each([
    [['--version'], 50_000],
    [['--help'], 400_000],
    [['help', 'export'], 400_000],
    [['--help', 'all'], 400_000],
    [['acme/widget'], 500_000],
    [['explain', 'subject'], 600_000],
  ])('%j loads nothing that verifies', async (argv, most) => {
    expect(await loaded(argv)).toBeLessThan(most);
  });

  it('the measure is real: verifying loads more', async () => {
    expect(await loaded(['@acme/widget'])).toBeGreaterThan(1_000_000);
  });
});

describe('sockets', () => {
  const wall = () => ['--import', join(folder, 'wall.mjs')];

  it('the wall is real: without --offline the program runs into it', async () => {
    expect(await run(['@acme/widget'], {}, wall())).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('a socket was opened'),
    });
  });

  it.each([
    ['with a warm cache', true, 0],
    ['with a cold cache', false, 3],
  ])('--offline opens none, %s', async (_, warm, code) => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    if (warm) await run(['@acme/widget'], env);
    const hint = 'hint: run once without --offline to fill the cache, or replay a pack with --pack\n';
    const stderr = warm ? '' : hint;
    expect(await run(['@acme/widget', '--offline'], env, wall())).toMatchObject({ code, stderr });
  });

  it('--offline opens none for trust either', async () => {
    const env = { SIGSTORE_TRUSTED_ROOT: '', TUF_MIRROR: '', TUF_ROOT: '' };
    const { code, stderr } = await run(['@acme/widget@1.0.0', '--offline'], env, wall());
    expect([code, stderr.includes('a socket was opened')]).toEqual([3, false]);
  });
});

describe('a process', () => {
  // Windows ends another process without a signal.
  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'that gets %s reports what it knows and ends with 130',
    async (signal) => {
      const cwd = stage.folder();
      writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
      const argv = ['audit', '--format', 'ndjson', '--format', 'json=report.json'];
      const child = spawn(node, [program, ...argv], { cwd, env: stage.env() });
      hanging = true;
      let [stdout, stderr] = ['', ''];
      child.stderr.on('data', (chunk) => (stderr += chunk));
      // One package is done, the other one never will be.
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.split('\n').length === 2) child.kill(signal);
      });
      const code = await new Promise<number | null>((done) => child.on('close', done));
      hanging = false;
      expect([code, stderr]).toEqual([130, '']);
      const report = readFileSync(join(cwd, 'report.json'), 'utf8');
      expectReport(report);
      expect(JSON.parse(report)).toMatchObject({ interrupted: true, summary: { total: 1, verified: 1 } });
    },
  );

  it('whose reader leaves ends quietly', async () => {
    const child = spawn(node, [program, '@acme/widget', '--format', 'json'], {
      cwd: stage.folder(),
      env: stage.env(),
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdout.destroy();
    await new Promise((done) => child.on('close', done));
    expect(stderr).toBe('');
  });

  it('reads a lockfile from a pipe', async () => {
    const child = spawn(node, [program, 'audit', '-', '--lockfile-type', 'deno'], {
      cwd: stage.folder(),
      env: stage.env(),
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stdin.end(denoLock(packages));
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(stdout).toContain('2 packages: 2 verified');
  });

  it('ends when its work does: no open connection keeps it', async () => {
    const time = async (...argv: readonly string[]) => {
      const started = performance.now();
      await run(['@acme/widget', ...argv]);
      return performance.now() - started;
    };
    // An idle connection lives for four seconds.
    const withoutAny = await time('--offline');
    expect((await time()) - withoutAny).toBeLessThan(3500);
  });
});
