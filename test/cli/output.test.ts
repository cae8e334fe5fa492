import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportFormats } from '../../src/report/reporter.ts';
import { expectPackage, expectReport } from '../report/schema.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage((world) => {
    world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
    world.publish({
      scope: 'acme',
      name: 'handmade',
      version: '1.0.0',
      files: files('export {};'),
      provenance: 'none',
    });
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.world.requests.length = 0;
});

const both = ['@acme/widget', '@acme/handmade'];

describe('formats', () => {
  it.each(reportFormats)('%s goes to standard output, alone', async (format) => {
    const { code, stdout, stderr } = await stage.run([...both, '--format', format]);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('handmade');
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it.each(reportFormats)('%s goes to the file of -o, and says the same there', async (format) => {
    const cwd = stage.folder();
    const now = new Date('2026-03-01T00:00:00Z');
    const env = { JSR_VERIFY_CACHE: join(cwd, 'cache') };
    await stage.run(both, { env });
    const written = await stage.run([...both, '--format', format, '-o', 'report.txt'], { cwd, now, env });
    expect(written).toEqual({ code: 1, stdout: '', stderr: '✗ 2 packages: 1 rejected, 1 verified\n' });
    const shown = await stage.run([...both, '--format', format], { cwd, now, env });
    const report = readFileSync(join(cwd, 'report.txt'), 'utf8');
    // The page names the command it was made by.
    const same = format === 'html' ? report.replace(' -o report.txt</code>', '</code>') : report;
    expect(same === report).toBe(format !== 'html');
    // Lines for streaming come in the order in which packages finish.
    const lines = (text: string) => (format === 'ndjson' ? text.split('\n').sort() : text);
    expect(lines(same)).toEqual(lines(shown.stdout));
  });

  it('json is described by the schema, for every verdict', async () => {
    const argv = [...both, '@acme/missing', '--format', 'json'];
    expectReport((await stage.run(argv)).stdout);
    expectReport((await stage.run([...argv, '--allow-unattested', '--verbose'])).stdout);
    expectReport((await stage.run([...argv, '--offline'])).stdout);
  });

  it('ndjson is a line per package as it is done, then a summary', async () => {
    const { stdout } = await stage.run([...both, '--format', 'ndjson']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(['package', 'package', 'summary']);
    for (const { type, ...rest } of lines.slice(0, 2)) {
      expect(type).toBe('package');
      expectPackage(rest);
    }
  });

  it('sarif names files from the root of the repository, and has a place for what no file mentions', async () => {
    const root = stage.folder();
    const cwd = join(root, 'web');
    for (const folder of [join(root, '.git'), cwd]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(root, 'jsr-verify.json'), '{}');
    const { code, stdout } = await stage.run(['@acme/handmade', '--format', 'sarif'], { cwd });
    expect(code).toBe(1);
    const [{ results, automationDetails }] = JSON.parse(stdout).runs;
    expect(automationDetails.id).toBe('jsr-verify/web/');
    expect(results).toMatchObject([
      {
        ruleId: 'require-provenance',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'jsr-verify.json', uriBaseId: '%SRCROOT%' },
              region: { startLine: 1 },
            },
          },
        ],
      },
    ]);
    expect(stdout).not.toContain(root);
  });

  it('several formats come out of one run', async () => {
    const cwd = stage.folder();
    const argv = [...both, '--format', 'pretty', '--format', 'json=a.json', '--format', 'sarif=b=c.sarif'];
    const { code, stdout } = await stage.run(argv, { cwd });
    expect([code, stdout.split('\n').at(-2)]).toEqual([1, '✗ 2 packages: 1 rejected, 1 verified']);
    expectReport(readFileSync(join(cwd, 'a.json'), 'utf8'));
    expect(JSON.parse(readFileSync(join(cwd, 'b=c.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(stage.world.requests.filter(({ path }) => path.endsWith('1.0.0_meta.json'))).toHaveLength(2);
  });

  it('-o - is standard output', async () => {
    const { stdout } = await stage.run(['@acme/widget', '--format', 'json', '-o', '-']);
    expectReport(stdout);
  });
});

describe('a request for a report that cannot be had is found before anything is asked', () => {
  it.each([
    [['--format', 'xml'], '--format "xml" is not a report format'],
    [['--format', 'json='], '--format "json=" names no file'],
    [['--format', 'json', '--format', 'sarif'], '2 reports cannot share standard output'],
    [['--format', 'json=a.json', '-o', 'b.json'], '--output names a file, but every format has one already'],
    [['-o', 'nowhere/report.txt'], 'cannot be written: ENOENT'],
    [['-o', 'a-folder'], 'cannot be written: it is a folder'],
    [['-o', 'a-file/report.txt'], 'cannot be written: '],
    [['--format', 'json=ok.json', '--format', 'sarif=a-folder'], 'cannot be written: it is a folder'],
  ])('%j', async (flags, said) => {
    const cwd = stage.folder();
    mkdirSync(join(cwd, 'a-folder'));
    writeFileSync(join(cwd, 'a-file'), '');
    const { code, stdout, stderr } = await stage.run(['@acme/widget', ...flags], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: [^\n]+\n {2}hint: [^\n]+\n$/);
    expect(stderr).toContain(said);
    expect(stage.world.requests).toEqual([]);
    expect(existsSync(join(cwd, 'ok.json'))).toBe(false);
  });
});

describe('loudness', () => {
  it('--quiet says only what is wrong', async () => {
    const fine = await stage.run(['@acme/widget', '--quiet']);
    expect({ ...fine, stdout: fine.stdout.trim() }).toEqual({
      code: 0,
      stdout: '✓ 1 package: 1 verified',
      stderr: '',
    });
    const { code, stdout, stderr } = await stage.run([...both, '--quiet']);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('@acme/handmade');
    expect(stdout).not.toContain('@acme/widget');
  });

  it('--quiet keeps quiet about no wrong request', async () => {
    const { code, stderr } = await stage.run(['@acme/missing', '--quiet']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: @acme\/missing: does not exist, or is private\n/),
    ]);
  });

  it('--verbose lists every check of every package, and the requests by host', async () => {
    const { stdout, stderr } = await stage.run([...both, '--verbose']);
    for (const id of [
      'manifest',
      'bundle',
      'certificate',
      'inclusion',
      'signature',
      'statement',
      'subject',
      'claims',
      'files',
    ])
      expect(stdout.split(new RegExp(`^ +[✓✗?–] ${id} `, 'm'))).toHaveLength(3);
    const counted = Object.values(stage.server.urls).map((url) => new URL(url).host);
    for (const line of stderr.trimEnd().split('\n')) {
      const [, count, host] = /^(\d+) requests? to (\S+)$/.exec(line) ?? [];
      expect(counted).toContain(host);
      expect(Number(count)).toBeGreaterThan(0);
    }
  });

  it('no colour, no hyperlink and no cursor movement goes to a pipe', async () => {
    expect((await stage.run(both)).stdout).not.toMatch(/\u001b/);
  });

  const terminal = (env: Readonly<Record<string, string>> = {}) => {
    const chunks: string[] = [];
    const stdout = { isTTY: true, columns: 80, write: (text: string) => chunks.push(text) };
    return { chunks, options: { env, environment: { stdout } } };
  };

  it('a terminal gets colours', async () => {
    const { chunks, options } = terminal({ TERM: 'xterm' });
    await stage.run(both, options);
    expect(chunks.join('')).toMatch(/\u001b\[3/);
  });

  it.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('%s takes the colours away', async (_, flags, env) => {
    const { chunks, options } = terminal({ TERM: 'xterm', ...env });
    await stage.run([...both, ...flags], options);
    expect(chunks.join('')).toContain('@acme/widget');
    expect(chunks.join('')).not.toMatch(/\u001b\[[0-9;]*m/);
  });

  it('a file gets no colours, whatever the terminal', async () => {
    const { options } = terminal({ TERM: 'xterm', FORCE_COLOR: '1' });
    const cwd = stage.folder();
    await stage.run([...both, '-o', 'report.txt'], { ...options, cwd });
    expect(readFileSync(join(cwd, 'report.txt'), 'utf8')).not.toMatch(/\u001b/);
  });

  it('fits 80 columns', async () => {
    const { stdout } = await stage.run([...both, '--verbose']);
    expect(stdout.split('\n').filter((line) => [...line].length > 80 && !/https?:/.test(line))).toEqual([]);
  });
});
