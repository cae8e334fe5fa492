import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, run } from '../cli/program.ts';
import { expectReport } from '../report/schema.ts';
import { mintWorld } from '../support/jsr.ts';
import { builtProgram } from '../support/process.ts';
import { describeMoments } from './moments.ts';
import { launch } from './process.ts';
import { projectIn } from './project.ts';
import { fillWith } from './services.ts';
import { openWay, type Way } from './stormy.ts';
import { crash } from './told.ts';

// A process that is stopped, asked or not, and one that has company.

const world = mintWorld();
const { services } = fillWith(world);
const packages = Array.from({ length: 6 }, (_, index) =>
  world.publish({ scope: 'acme', name: `part-${index}`, version: '1.0.0', files: files(`// ${index}\n`) }),
);
const specs = packages.map(({ spec }) => spec);
let way: Way;

beforeAll(async () => {
  way = await openWay(world, () => false);
});
afterAll(() => way.close());

const project = () => projectIn(way, packages);

describeMoments(1);

describe('work that never returns', () => {
  // A call to the system that hangs for ever, as on a network drive: to open a pipe that nobody writes to.
  const hanging = () => {
    const { cwd, env } = project();
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const open = `import { open } from 'node:fs'; open(${JSON.stringify(join(cwd, 'pipe'))}, 'r', () => 0);`;
    writeFileSync(join(cwd, 'hang.mjs'), open);
    return { cwd, env: { ...env, NODE_OPTIONS: `--import ${join(cwd, 'hang.mjs')}` } };
  };

  it('is abandoned two seconds after an interrupt', async () => {
    const { cwd, env } = hanging();
    const ended = await launch(['audit'], { cwd, env, kill: { signal: 'SIGTERM', after: 4000 } });
    expect([ended.code, ended.signal]).toEqual([-1, 'SIGINT']);
    expect(ended.stderr).toMatch(/^error: interrupted; unfinished work was abandoned\n/m);
    expect(ended.seconds).toBeLessThan(30);
  }, 90_000);

  it('is abandoned at once at a second interrupt, of whatever kind', async () => {
    const { cwd, env } = hanging();
    const shell = '"$@" & p=$!; sleep 4; kill -TERM $p; sleep 0.3; kill -INT $p; wait $p; exit $?';
    const ended = await launch(['audit'], { cwd, env, shell });
    expect(ended.code).toBe(130);
    expect(ended.seconds).toBeLessThan(30);
  }, 90_000);
});

describe('an interrupt while an answer is being waited for', () => {
  const hang = async (at: Parameters<typeof openWay>[1], argv: readonly string[], trust: 'file' | 'tuf') => {
    const own = await openWay(world, at);
    const interrupt = new AbortController();
    own.set(() => {
      setTimeout(() => interrupt.abort(new Error('interrupted')), 50);
      return true;
    });
    const started = performance.now();
    const ended = await run([...argv, '--format', 'json', '--no-progress'], {
      cwd: own.folder,
      env: own.env(trust),
      signal: interrupt.signal,
    });
    const seconds = (performance.now() - started) / 1000;
    await own.close();
    expect(ended.stderr).not.toMatch(crash);
    // Each of them would be waited for ten seconds or more.
    expect([ended.code, seconds < 9]).toEqual([130, true]);
    return ended;
  };

  it.each(services.map((service) => [service.name, service] as const))(
    '%s: ends the run at once, with what is known by then',
    async (_, { spec, at }) => {
      const { stdout } = await hang(at, [spec, '--depth', 'tarball'], 'file');
      expectReport(stdout);
      expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, packages: [] });
    },
  );

  it('the state of the log: all packages are in the report, which says that the log was not asked', async () => {
    const { stdout } = await hang(
      ({ role, path }) => role === 'rekor' && path === '/api/v1/log',
      [specs[0] ?? ''],
      'file',
    );
    expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, packages: [{ verdict: 'verified' }] });
  });

  it('trust: there is no report, and that is said', async () => {
    const ended = await hang(({ role }) => role === 'tuf', [specs[0] ?? ''], 'tuf');
    expect([ended.stdout, ended.stderr]).toEqual([
      '',
      'error: interrupted before there was a trusted root\n',
    ]);
  });

  it('a lockfile on standard input', async () => {
    const { cwd, env } = project();
    const [node, program] = builtProgram();
    const child = spawn(node, [program, 'audit', '-', '--lockfile-type', 'deno'], { cwd, env });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const timer = setInterval(() => child.kill('SIGINT'), 1500);
    const code = await new Promise<number | null>((done) => child.on('close', done));
    clearInterval(timer);
    expect([code, stderr]).toEqual([130, 'error: interrupted before standard input was read to its end\n']);
  }, 30_000);
});

describe('two processes at once', () => {
  it('on one cache and one policy: each is right, and the policy is that of one of them', async () => {
    const { cwd, start, read } = project();
    const [one, two] = await Promise.all([start(['pin', '--yes']), start(['pin', '--yes'])]);
    // Whoever finds that the other was faster says so, or has nothing left to do.
    for (const { code, stderr } of [one, two]) {
      expect([0, 2]).toContain(code);
      expect(stderr).toMatch(
        code === 0
          ? /^(?:wrote jsr-verify\.json|jsr-verify\.json is up to date)/
          : /^error: jsr-verify\.json was changed by somebody else meanwhile\n/,
      );
    }
    expect([one.code, two.code]).toContain(0);
    expect(
      Object.keys((JSON.parse(read('jsr-verify.json') ?? '') as { packages: object }).packages),
    ).toHaveLength(packages.length);
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await start(['pin', '--check'])).code).toBe(0);
  }, 60_000);

  it('on one policy with different packages: none is lost without a word', async () => {
    const { start, read } = project();
    const ends = await Promise.all(
      [specs.slice(0, 3), specs.slice(3)].map((some) => start(['pin', ...some, '--yes'])),
    );
    const pinned = read('jsr-verify.json') ?? '';
    const halves = [packages.slice(0, 3), packages.slice(3)];
    for (const [index, { code }] of ends.entries()) {
      const all = (halves[index] ?? []).every(({ fullName }) => pinned.includes(fullName));
      expect([code, all]).toEqual(code === 0 ? [0, true] : [2, false]);
    }
  }, 60_000);

  it('on one pack: it is a whole one', async () => {
    const { cwd, start } = project();
    const ends = await Promise.all([1, 2].map(() => start(['pack', '-o', 'evidence.pack'])));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(
      (await run(['audit', '--pack', join(cwd, 'evidence.pack'), '--quiet'], { cwd, env: way.env() })).code,
    ).toBe(0);
  }, 60_000);
});

describe('a reader that leaves', () => {
  it.each([
    [0, []],
    [1, ['--repo', 'acme/other']],
  ])(
    'does not take the exit code %i with it',
    async (code, more) => {
      const { cwd, env } = project();
      const [node, program] = builtProgram();
      const child = spawn(node, [program, 'audit', '--format', 'ndjson', ...more], { cwd, env });
      child.stdout.destroy();
      child.stderr.destroy();
      expect(await new Promise<number | null>((done) => child.on('close', done))).toBe(code);
    },
    30_000,
  );
});
