import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import chalk from 'chalk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProgress } from '../../src/cli/progress.ts';
import { checkIds } from '../../src/model/check.ts';
import { packageRules } from '../../src/policy/rules/index.ts';
import { files, openStage, run, type Stage } from './program.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, version: string, more = {}) =>
      world.publish({ scope: 'acme', name, version, files: files(`// ${name} ${version}`), ...more });
    publish('widget', '1.0.0');
    publish('widget', '1.1.0');
    publish('widget', '2.0.0-rc.1');
    publish('handmade', '1.0.0', { provenance: 'none' });
  });
});
afterAll(() => stage.close());

describe('a run that only writes files', () => {
  const argv = ['@acme/widget', '@acme/handmade', '--format', 'json=a.json', '--format', 'html=b.html'];

  it('counts on standard error', async () => {
    expect(await stage.run(argv)).toEqual({
      code: 1,
      stdout: '',
      stderr: '✗ 2 packages: 1 rejected, 1 verified\n',
    });
  });

  it('is silent with --quiet', async () => {
    expect(await stage.run([...argv, '--quiet'])).toEqual({ code: 1, stdout: '', stderr: '' });
  });

  it('says nothing twice: what goes to standard output is counted there', async () => {
    const { stderr } = await stage.run(['@acme/widget', '--format', 'json', '--format', 'html=b.html']);
    expect(stderr).toBe('');
  });
});

describe('a spec that names nothing', () => {
  it('is named once', async () => {
    const { stdout, stderr } = await stage.run(['@acme/missing']);
    expect(stderr).toMatch(/^error: @acme\/missing: does not exist, or is private\n/);
    expect(stdout).toContain('@acme/missing: does not exist, or is private');
  });

  it.each(['explain', 'export'])('is named by %s', async (command) => {
    const { code, stderr } = await stage.run([command, '@acme/missing']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: @acme\/missing: does not exist, or is private\n/),
    ]);
  });

  it('is told the newest version, and which prerelease is newer', async () => {
    const { code, stderr } = await stage.run(['@acme/widget@9', '--quiet']);
    expect([code, stderr]).toEqual([
      2,
      'error: @acme/widget@9: no version satisfies 9\n  hint: newest is 1.1.0 (2.0.0-rc.1 is a prerelease)\n',
    ]);
  });
});

describe('pin', () => {
  it('that is declined is no error, and says that nothing was written', async () => {
    const cwd = stage.folder();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end('n\n');
    const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true });
    const { code, stdout } = await stage.run(['pin', '@acme/widget', '--no-progress'], {
      cwd,
      environment: { stdin, stderr },
    });
    expect([code, stdout]).toEqual([0, expect.stringContaining('+++ jsr-verify.json')]);
    const said = String(stderr.read());
    expect(said).toContain('jsr-verify.json was not written\n');
    expect(said).not.toContain('error:');
    expect(existsSync(join(cwd, 'jsr-verify.json'))).toBe(false);
  });
});

describe('export', () => {
  it('says what it wrote, and where', async () => {
    const cwd = stage.folder();
    const argv = ['export', '@acme/widget', '-o', 'bundle.json'];
    const { code, stdout, stderr } = await stage.run(argv, { cwd });
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^wrote bundle\.json: the attestation of @acme\/widget@1\.1\.0 as a Sigstore bundle\n/,
    );
    expect(JSON.parse(readFileSync(join(cwd, 'bundle.json'), 'utf8'))).toHaveProperty('mediaType');
    expect((await stage.run([...argv, '--quiet'], { cwd })).stderr).not.toContain('wrote');
  });
});

describe('explain alone', () => {
  it('lists every check and every rule with its title, in groups', async () => {
    const { code, stdout, stderr } = await stage.run(['explain']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^checks\n {2}manifest {2,}\S[\s\S]*\n\nrules\n {2}\S/);
    for (const id of [...checkIds, ...packageRules.map((rule) => rule.id)])
      expect(stdout).toMatch(new RegExp(`^ {2}${id} {2,}\\S`, 'm'));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('--offline', () => {
  it('with an empty cache says how to fill it', async () => {
    const { code, stdout, stderr } = await stage.run(['@acme/widget@1.0.0', '--offline', '--verbose']);
    expect(code).toBe(3);
    expect(stdout.replace(/\s+/g, ' ')).toContain('offline, and not in the cache');
    expect(stderr).toContain('hint: run once without --offline to fill the cache');
  });
});

describe('a warning about trust', () => {
  it.each([
    ['pretty', 1, 0],
    ['json', 1, 1],
  ])('is said once, by %s', async (format, inReport, onStandardError) => {
    const { stdout, stderr } = await run(['@acme/widget@1.0.0', '--offline', '--format', format], {
      env: { JSR_VERIFY_CACHE: stage.folder() },
    });
    const times = (text: string) =>
      text.replace(/\s+/g, ' ').split('using the trusted root built into').length - 1;
    expect([times(stdout), times(stderr)]).toEqual([inReport, onStandardError]);
  });
});

describe('the live line', () => {
  const level = chalk.level;
  // On a CI service the library takes no stream for a terminal.
  beforeEach(() => {
    vi.stubEnv('CI', undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    chalk.level = level;
  });
  const shown = async (env: Readonly<Record<string, string>>, color = true) => {
    chalk.level = 1;
    const said: string[] = [];
    const none = () => true;
    const stderr = {
      isTTY: true,
      columns: 80,
      write: (text: string) => {
        said.push(text);
        return true;
      },
      ...{ cursorTo: none, clearLine: none, moveCursor: none, once: none, on: none, removeListener: none },
    };
    const progress = await openProgress(
      { stderr, env, now: () => new Date() },
      { wanted: true, color },
      () => 0,
    );
    progress.phase('asking for the trusted root');
    progress.stop();
    return said.join('');
  };

  it('has a colour on a terminal, and none where none is wanted', async () => {
    expect(await shown({ TERM: 'xterm' })).toContain('\u001b[36m');
    for (const text of [
      await shown({ TERM: 'xterm', NO_COLOR: '1' }),
      await shown({ TERM: 'xterm' }, false),
    ]) {
      expect(text).toContain('asking for the trusted root');
      expect(text).not.toMatch(/\u001b\[\d+m/);
    }
    expect(await shown({ TERM: 'dumb' })).toBe('');
  });
});
