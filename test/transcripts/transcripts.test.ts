import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { mintSigstore } from '../support/sigstore.ts';

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'bin/jsr-verify.js');

/** One page: what it shows, and the commands, each with the exit code it has to have. */
interface Transcript {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly commands: readonly (readonly [code: number, command: string])[];
  /** Files the commands find, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

const exempted = {
  exemptions: [
    { package: '@acme/legacy', rule: 'require-provenance', reason: 'published by hand', until: '2999-12-31' },
  ],
};

const transcripts: readonly Transcript[] = [
  {
    name: 'verified',
    title: 'A verified package',
    about: 'The report names every check, and where the expected builder comes from.',
    commands: [[0, 'jsr-verify @acme/widget']],
  },
  {
    name: 'no-provenance',
    title: 'A package without provenance',
    about: 'Missing provenance is a rejection, unless the policy or a flag allows it.',
    commands: [
      [1, 'jsr-verify @acme/by-hand'],
      [0, 'jsr-verify @acme/by-hand --allow-unattested'],
    ],
  },
  {
    name: 'tampered',
    title: 'A file that is not the attested one',
    about: 'The registry serves other bytes than the manifest names.',
    commands: [[1, 'jsr-verify @acme/tampered']],
  },
  {
    name: 'swapped',
    title: 'A file and its checksum that are not the attested ones',
    about:
      'The registry serves another file and a manifest that fits it. The signature and the lockfile still have the true digest.',
    commands: [
      [1, 'jsr-verify @acme/swapped'],
      [1, 'jsr-verify audit swapped/deno.lock'],
    ],
  },
  {
    name: 'stranger',
    title: 'A package from an unexpected repository',
    about:
      'The provenance is valid, but the builder is neither the one that the registry links nor the one that is asked for.',
    commands: [
      [1, 'jsr-verify @acme/stranger'],
      [1, 'jsr-verify @acme/widget --repo acme/gadget'],
    ],
  },
  {
    name: 'wrong-requests',
    title: 'Wrong requests',
    about: 'A fact and a hint on standard error, and exit code 2.',
    commands: [
      [2, 'jsr-verify std/path'],
      [2, 'jsr-verify @acme/unknown'],
      [2, 'jsr-verify @acme/widget@^2'],
      [2, 'jsr-verify @acme/yanked'],
      [2, 'jsr-verify @acme/widget --fromat json'],
    ],
  },
  {
    name: 'registry-down',
    title: 'Registry or log unreachable',
    about: 'If something could not be fetched, the result is inconclusive, and exit code 3 means: try again.',
    commands: [
      [3, 'jsr-verify @acme/unreachable'],
      [3, 'jsr-verify @acme/silent'],
      // The lockfile holds the digest, and the log what was attested about it.
      [3, 'jsr-verify audit down/deno.lock'],
      [0, 'jsr-verify audit down/deno.lock --repo acme/locked'],
    ],
  },
  {
    name: 'all-verified',
    title: 'A lockfile in which everything is verified',
    about: 'A Deno lockfile locks the attested digest.',
    commands: [[0, 'jsr-verify audit verified/deno.lock']],
  },
  {
    name: 'every-verdict',
    title: 'A lockfile with one of each verdict',
    about:
      'Worst last; the summary counts all packages, and the lines after the verified ones name what was not checked.',
    files: {
      'jsr-verify.json': `${JSON.stringify({ ...exempted, packages: { '@acme/by-hand': { provenance: 'optional' } } }, null, 2)}\n`,
    },
    commands: [[1, 'jsr-verify audit everything/deno.lock']],
  },
  {
    name: 'mixed',
    title: 'Several lockfiles side by side',
    about: 'Each package version is checked once and reported at every place.',
    commands: [[1, 'jsr-verify audit mixed']],
  },
  {
    name: 'nothing',
    title: 'Nothing to check',
    about: 'An audit that found nothing to check does not pass, unless that is allowed.',
    commands: [
      [4, 'jsr-verify audit nothing/deno.lock'],
      [0, 'jsr-verify audit nothing/deno.lock --allow-empty'],
    ],
  },
];

let folder: string;

beforeAll(() => {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('the program is not built: npm run build');
  folder = mkdtempSync(join(tmpdir(), 'jsr-transcript-'));
  cpSync(join(root, 'fixtures/packs/acme'), folder, { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the transcripts show what the program says', () => {
  it.each(transcripts)('$name', async ({ name, title, about, commands, files = {} }) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    const parts = [`# ${title}`, about];
    for (const [path, text] of Object.entries(files))
      parts.push(`\`${path}\`:`, fence('json', text.trimEnd()));
    for (const [code, command] of commands) {
      const ended = await run(command);
      expect({ command, ...ended }).toMatchObject({ command, code });
      parts.push(fence('console', `$ ${command}\n${ended.stdout}`.trimEnd()));
      if (ended.stderr !== '') parts.push('Standard error:', fence('', ended.stderr.trimEnd()));
      parts.push(`Exit code ${code}.`);
    }
    for (const path of Object.keys(files)) rmSync(join(folder, path));
    await expect(`${parts.join('\n\n')}\n`).toMatchFileSnapshot(
      join(root, 'fixtures/transcripts', `${name}.md`),
    );
  });
});

// `--update` writes it.
it('the README begins with an audit as the program prints it', async () => {
  const readme = join(root, 'README.md');
  const { code, stdout } = await run('jsr-verify audit', { at: 'mixed' });
  expect(code).toBe(1);
  const text = readFileSync(readme, 'utf8');
  const block = /^```console\n[\s\S]*?^```$/m;
  expect(text).toMatch(block);
  const shown = fence('console', `$ jsr-verify audit\n${stdout}`.trimEnd());
  await expect(text.replace(block, () => shown)).toMatchFileSnapshot(readme);
});

describe('the recorded evidence', () => {
  it('comes to the recorded report', async () => {
    const { code, stdout } = await run('jsr-verify audit everything/deno.lock --format json');
    expectReport(stdout);
    const report = JSON.parse(stdout);
    const verdicts = report.packages.map(({ purl, verdict }: { purl: string; verdict: string }) => [
      purl,
      verdict,
    ]);
    expect([code, Object.fromEntries(verdicts)]).toEqual([
      1,
      {
        'pkg:jsr/@acme/by-hand@0.3.0': 'rejected',
        'pkg:jsr/@acme/gadget@2.0.1': 'verified',
        'pkg:jsr/@acme/legacy@0.1.0': 'rejected',
        'pkg:jsr/@acme/silent@1.1.0': 'inconclusive',
        'pkg:jsr/@acme/stranger@3.1.4': 'rejected',
        // Its manifest is in order; the file is looked at only where files are asked for.
        'pkg:jsr/@acme/tampered@1.0.0': 'verified',
        'pkg:jsr/@acme/widget@1.4.0': 'verified',
      },
    ]);
    const steady = {
      ...report,
      checkedAt: '…',
      tool: { ...report.tool, version: '…' },
      trust: { ...report.trust, from: '…' },
    };
    await expect(`${JSON.stringify(steady, null, 2)}\n`).toMatchFileSnapshot(
      join(root, 'fixtures/packs/acme/expected.json'),
    );
  });

  it('comes to nothing under the trusted root of somebody else', async () => {
    writeFileSync(join(folder, 'other_root.json'), mintSigstore().trustedRootBytes());
    const { code, stdout } = await run('jsr-verify @acme/widget --format json', {
      trustedRoot: 'other_root.json',
    });
    expect([code, JSON.parse(stdout).packages]).toMatchObject([
      1,
      [{ verdict: 'rejected', checks: { certificate: { status: 'failed' } } }],
    ]);
  });
});

/**
 * The built program on the recorded evidence: what the page shows, and the two flags that put the pack in the
 * network's place.
 */
function run(
  command: string,
  {
    trustedRoot = 'trusted_root.json',
    at = '.',
  }: { readonly trustedRoot?: string; readonly at?: string } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const args = [
    ...command.split(' ').slice(1),
    '--pack',
    join(folder, 'evidence.pack'),
    '--trusted-root',
    join(folder, trustedRoot),
    '--no-cache',
  ];
  return new Promise((done, broken) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: join(folder, at),
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on('data', (chunk) => stdout.push(String(chunk)));
    child.stderr.on('data', (chunk) => stderr.push(String(chunk)));
    child.on('error', broken);
    child.on('close', (code) => done({ code, stdout: stdout.join(''), stderr: stderr.join('') }));
  });
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
