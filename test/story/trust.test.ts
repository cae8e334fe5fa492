import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, files, openStage, run, type Stage } from '../cli/program.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { mintTuf, type TufRepository } from '../support/tuf.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let mend: (() => void)[] = [];

const spec = '@acme/widget@1.0.0';
const inDays = (days: number): Date => new Date(Date.now() + days * 24 * 3_600_000);

beforeAll(async () => {
  stage = await openStage((world) => {
    world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.world.tuf = mintTuf({ targets: { 'trusted_root.json': stage.world.sigstore.trustedRootBytes() } });
  stage.world.requests.length = 0;
});
afterEach(() => {
  for (const undo of mend) undo();
  mend = [];
});

/** A project that lives in the stage's world by flags of its TUF mirror; its cache lasts from run to run. */
function privateInstance(): Project {
  const { SIGSTORE_TRUSTED_ROOT: _, ...env } = stage.env();
  return openProject(stage, { ...env, ...stage.server.env({ trust: 'tuf', cache: false }) });
}

/** From now on the mirror is out of order. */
function mirrorIsDown(): void {
  mend.push(
    stage.world.edit({ role: 'tuf' }, (answer) => ({ ...answer, status: 503, body: Buffer.from('') })),
  );
}

describe('the trusted root of a private Sigstore', () => {
  it('is taken from its TUF mirror by flags alone, with nothing in the environment', async () => {
    const argv = [
      spec,
      '--format',
      'json',
      ...stage.server.flags({ trust: 'tuf', cache: false }),
      '--cache-dir',
      join(stage.folder(), 'c'),
    ];
    const { code, stdout, stderr } = await run(argv, { cwd: stage.folder() });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).trust).toEqual({
      source: 'tuf',
      from: `${stage.server.urls.tuf}/`,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      refreshedAt: expect.any(String),
      expiresAt: expect.any(String),
      versions: { root: 1, timestamp: 1, snapshot: 1, targets: 1 },
      warnings: [],
    });
  });

  it('is asked for once a day, and whenever one says trust update', async () => {
    const project = privateInstance();
    await project.report([spec]);
    const first = stage.world.requestsTo('tuf').length;
    await project.report([spec], { now: inDays(0.9) });
    expect(stage.world.requestsTo('tuf').length).toBe(first);
    stage.world.tuf.release({});
    expect((await project.report([spec], { now: inDays(1.1) })).json.trust.versions).toMatchObject({
      timestamp: 2,
    });
    stage.world.tuf.release({});
    const { code, stdout, stderr } = await project.run(['trust', 'update', '--json'], { now: inDays(1.1) });
    expect([code, JSON.parse(stdout).status]).toEqual([
      0,
      expect.objectContaining({ source: 'tuf', versions: expect.objectContaining({ timestamp: 3 }) }),
    ]);
    expect(stderr).toMatch(/^asking 127\.0\.0\.1:\d+ for the trusted root\n$/);
  });

  it('is shown by trust status, for people and for scripts, without asking anybody', async () => {
    const project = privateInstance();
    expect((await project.run(['trust', 'update', '--quiet'])).stderr).toBe('');
    stage.world.requests.length = 0;
    const { code, stdout } = await project.run(['trust', 'status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^trusted root {2}TUF\nfrom {10}http:\/\/127/);
    expect(stdout).toMatch(
      /versions {6}root 1, .*\nconfirmed {5}\d{4}-\d\d-\d\d \(within the hour\)\nexpires {7}\d{4}/,
    );
    for (const section of [
      'certificate authorities',
      'transparency logs',
      'certificate transparency logs',
      'timestamp authorities',
    ])
      expect(stdout).toMatch(
        new RegExp(`^${section}\\n {2}\\S.*\\n {4}valid from 2022-04-13 without end$`, 'm'),
      );
    const { stdout: json } = await project.run(['trust', 'status', '--json', '--offline']);
    expect(JSON.parse(json)).toMatchObject({
      status: { source: 'tuf', warnings: [] },
      transparencyLogs: [
        { url: expect.any(String), logId: expect.any(String), key: 'PKIX_ECDSA_P256_SHA_256' },
        {},
      ],
    });
    expect(stage.world.requests).toEqual([]);
  });

  it('cannot be shown where nothing was ever fetched, and that is said with a way out', async () => {
    const project = privateInstance();
    expect(await project.run(['trust', 'status'])).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: offline, so the TUF mirror .* was not asked, and nothing is cached\n {2}hint: run once online, or give a trusted root with --trusted-root <file>\n$/,
      ),
    });
  });

  it('that is built in is only for the public-good instance', async () => {
    const { code, stdout, stderr } = await run(['trust', 'status'], {
      env: { JSR_VERIFY_CACHE: stage.folder() },
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^trusted root {2}built into the program\n/)]);
    expect(stdout).toContain('https://rekor.sigstore.dev, id ');
    expect(stderr).toMatch(
      /^warning: offline, .*; using the trusted root built into this program \(TUF root \d+, of \d{4}-\d\d-\d\d, /,
    );
    const strict = await run(['trust', 'status', '--strict'], { env: { JSR_VERIFY_CACHE: stage.folder() } });
    expect([strict.code, strict.stdout]).toEqual([3, '']);
  });
});

describe('a mirror that does not answer', () => {
  it('is stepped down from with a warning that has an age and an expiry, in every format of report', async () => {
    const project = privateInstance();
    await project.report([spec]);
    mirrorIsDown();
    const now = inDays(3);
    const report = await project.report([spec], { now });
    const [warning = ''] = report.json.trust.warnings;
    expect([report.code, report.json.trust.source]).toEqual([0, 'cache']);
    expect(warning).toMatch(
      /^the TUF mirror 127\.0\.0\.1:\d+ did not answer \(.*\); using its cached metadata from 3 days ago, valid until \d{4}-\d\d-\d\d$/,
    );
    expect(report.stderr).toContain(`warning: ${warning}\n`);
    const { reports } = await project.everyFormat([spec], { now });
    const words = squeezed('using its cached metadata from 3 days ago');
    const silent = [...reports].flatMap(([format, text]) => (squeezed(text).includes(words) ? [] : [format]));
    expect(silent).toEqual([]);
  });

  it('leaves nothing to verify with where nothing is cached: inconclusive, and no report that could be taken for one', async () => {
    const project = privateInstance();
    mirrorIsDown();
    const { code, stdout, stderr } = await project.run([spec, '--exit-zero']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: the TUF mirror .* did not answer .*, and nothing is cached\n/);
  });

  it('is inconclusive with --strict, whatever is cached', async () => {
    const project = privateInstance();
    await project.report([spec]);
    mirrorIsDown();
    expect(await project.run([spec, '--strict'], { now: inDays(2) })).toMatchObject({ code: 3, stdout: '' });
    expect(await project.run(['trust', 'update', '--strict'])).toMatchObject({ code: 3, stdout: '' });
    expect(await project.run(['trust', 'update'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('warning: the TUF mirror'),
    });
  });

  it('and metadata that has expired meanwhile are no trust at all', async () => {
    const project = privateInstance();
    await project.report([spec]);
    mirrorIsDown();
    // TUF looks at the clock of the machine, so the metadata are made to expire instead of the clock to run.
    const old = mintTuf({
      targets: { 'trusted_root.json': stage.world.sigstore.trustedRootBytes() },
      expires: new Date(Date.now() + 1500),
    });
    for (const undo of mend.splice(0)) undo();
    stage.world.tuf = old;
    const fresh = privateInstance();
    expect((await fresh.report([spec])).json.trust.source).toBe('tuf');
    mirrorIsDown();
    await new Promise((done) => setTimeout(done, 2000));
    expect(await fresh.run([spec], { now: inDays(2) })).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('the cached metadata has expired'),
    });
  });
});

describe('a mirror that lies', () => {
  const stranger = (): TufRepository =>
    mintTuf({ targets: { 'trusted_root.json': mintSigstore().trustedRootBytes() } });
  const evil = () => ({ 'trusted_root.json': mintSigstore().trustedRootBytes() });

  /** What the program says when the attack hits somebody who has used the mirror before, two days later. */
  async function attacked(
    attack: (tuf: TufRepository) => void,
    first: (tuf: TufRepository) => void = () => undefined,
  ): Promise<Ended> {
    const project = privateInstance();
    first(stage.world.tuf);
    await project.report([spec]);
    attack(stage.world.tuf);
    return project.run([spec, '--exit-zero'], { now: inDays(2) });
  }

  it.each<readonly [string, (tuf: TufRepository) => void, RegExp]>([
    [
      'a timestamp signed by strangers',
      (tuf) => tuf.release({ targets: evil(), forged: ['timestamp'] }),
      /timestamp/,
    ],
    [
      'targets signed by strangers',
      (tuf) => tuf.release({ targets: evil(), forged: ['targets'] }),
      /targets/,
    ],
    ['a snapshot signed by strangers', (tuf) => tuf.release({ forged: ['snapshot'] }), /snapshot/],
    ['an older timestamp', (tuf) => tuf.release({ version: { timestamp: 1 } }), /timestamp|version/],
    ['older targets', (tuf) => tuf.release({ version: { targets: 1 } }), /targets|snapshot|version/],
    [
      'a snapshot that names other targets than there are',
      (tuf) => tuf.release({ names: { targets: 1 } }),
      /targets|snapshot|version/,
    ],
    [
      'a trusted root of another digest',
      (tuf) => tuf.release({ targets: evil(), lies: { sha256: '0'.repeat(64) } }),
      /hash|digest|length|trusted_root/,
    ],
    [
      'a trusted root of another length',
      (tuf) => tuf.release({ targets: evil(), lies: { length: 10 } }),
      /length|size|longer|larger|trusted_root/,
    ],
    [
      'metadata that expired yesterday',
      (tuf) => tuf.release({ expires: { timestamp: inDays(-1) } }),
      /out of date|expired/,
    ],
    [
      'a new root that the old one did not sign',
      (tuf) => tuf.rotateRoot({ unsignedByOld: true }),
      /\broot\b/,
    ],
  ])('with %s is never stepped over: exit 3, and what was seen is said', async (_, attack, words) => {
    const { code, stdout, stderr } = await attacked(attack, (tuf) => tuf.release({}));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^error: the TUF repository http:\/\/127\.0\.0\.1:\d+\/ (?:does not verify|is out of date): /,
    );
    expect(stderr.split('\n')[0]).toMatch(words);
    expect(stderr).toMatch(/\n {2}hint: /);
    expect(stderr).not.toMatch(/\n {4}at |Error:/);
  });

  it('with a repository of somebody else is not taken for the one that was named', async () => {
    const project = privateInstance();
    stage.world.tuf = stranger();
    // The file with the first root is the one of before.
    const { code, stdout, stderr } = await project.run([spec]);
    expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining('does not verify')]);
  });

  it('is trusted again once it tells the truth: a forged answer leaves nothing behind', async () => {
    const project = privateInstance();
    await project.report([spec]);
    const honest = stage.world.tuf.state();
    stage.world.tuf.release({ targets: evil(), forged: ['targets'] });
    expect(await project.run([spec], { now: inDays(2) })).toMatchObject({ code: 3 });
    stage.world.tuf.restore(honest);
    expect(await project.report([spec], { now: inDays(2) })).toMatchObject({
      code: 0,
      json: { trust: { source: 'tuf', warnings: [] } },
    });
  });

  it('is told from a file that the user got wrong', async () => {
    const project = privateInstance();
    writeFileSync(join(project.folder, 'root.json'), stage.world.tuf.root());
    expect(await project.run([spec, '--trusted-root', 'root.json'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('is TUF metadata, not a trusted root'),
    });
  });

  it('and rotates its root honestly is followed', async () => {
    const project = privateInstance();
    await project.report([spec]);
    stage.world.tuf.rotateRoot({ roles: ['root', 'timestamp', 'snapshot', 'targets'] });
    stage.world.tuf.rotateRoot({ roles: ['root'] });
    expect((await project.report([spec], { now: inDays(2) })).json.trust).toMatchObject({
      source: 'tuf',
      versions: { root: 3 },
      warnings: [],
    });
  });
});

/** Without what a format puts between words to escape and to wrap them. */
function squeezed(text: string): string {
  return text.replace(/&#(?:x20|32);|&nbsp;|\\|%20|[\s|]+/g, '');
}
