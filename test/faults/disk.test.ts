import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { files, run } from '../cli/program.ts';
import { mintWorld } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import { launch, type Run } from './process.ts';
import { openWay, type Way } from './stormy.ts';
import { crash, expectCalm, fateOf, toldBy } from './told.ts';

// Disks that are full, that may not be written, and that changed what they were given.

vi.setConfig({ testTimeout: 60_000 });

const world = mintWorld();
const packages = ['widget', 'gadget'].map((name) =>
  world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}\n`) }),
);
const json = ['--format', 'json', '--no-progress'];
let way: Way;
let folders = 0;

beforeAll(async () => {
  way = await openWay(world, () => false);
});
afterAll(() => way.close());

/** A folder with a lockfile of both packages. */
function project(): string {
  const folder = join(way.folder, `project-${++folders}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'deno.lock'), denoLock(packages));
  return folder;
}

const start = (argv: readonly string[], cwd: string, shell: string, env = {}): Promise<Run> =>
  launch(argv, { cwd, shell, env: { ...way.env(), JSR_VERIFY_CACHE: join(cwd, 'cache'), ...env } });

function expectVerified(ended: Run): void {
  const told = toldBy(ended);
  expect(told.stderr).not.toMatch(crash);
  expect([told.code, ...packages.map(({ spec }) => fateOf(told, spec))]).toEqual([0, 'verified', 'verified']);
}

/** A shell script run where it may mount. */
const mounting = (script: string): string => `exec unshare -rm sh -c '${script}' sh "$@"`;

/** Why no file system can be mounted here, in a namespace of one's own; `undefined` where one can. */
const unmountable = ((): string | undefined => {
  try {
    execFileSync('sh', ['-c', mounting('mount -t tmpfs none /tmp')], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no file system may be mounted here';
  }
})();

describe('a full disk', () => {
  const withTiny = (size: string) =>
    mounting(`mkdir -p cache && mount -t tmpfs -o size=${size} none cache && exec "$@"`);

  it.for(['4k', '16k', '64k'])(
    'below the cache (%s) costs the cache: a warning, once, and every package verified',
    async (size, { skip }) => {
      if (unmountable !== undefined) return skip(unmountable);
      const ended = await start(['audit', '--depth', 'files', ...json], project(), withTiny(size));
      expectVerified(ended);
      expect(ended.stderr).toMatch(/^warning: the cache in \S+ cannot be used: no space left on device\n$/);
    },
  );

  it('below the folder for temporary files leaves TUF no place: inconclusive', async ({ skip }) => {
    if (unmountable !== undefined) return skip(unmountable);
    const cwd = project();
    mkdirSync(join(cwd, 'tmp'));
    const ended = await start(
      ['audit', ...json],
      cwd,
      mounting('mount -t tmpfs -o size=4k none tmp && exec "$@"'),
      {
        ...way.env('tuf'),
        SIGSTORE_TRUSTED_ROOT: '',
        TMPDIR: join(cwd, 'tmp'),
        JSR_VERIFY_CACHE: join(cwd, 'cache'),
      },
    );
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr).toMatch(/ENOSPC/);
    expect(ended.stderr).not.toMatch(crash);
  });

  // A limit on the size of files is a disk that is full for every file of its own, and needs no mount.
  const limited = 'ulimit -f 1; exec "$@"';

  it.each([
    ['a report', ['audit', '--format', 'json=old.json'], 'old.json'],
    ['a policy', ['pin', '--yes', '--policy', 'old.json'], 'old.json'],
    ['a pack', ['pack', '-o', 'old.json'], 'old.json'],
    ['a bundle', ['export', '@acme/widget@1.0.0', '-o', 'old.json'], 'old.json'],
  ])('below %s is a wrong request, and what stood there before still does', async (_, argv, file) => {
    const cwd = project();
    const before = '{"packages":{}}\n';
    writeFileSync(join(cwd, file), before);
    const limit = argv[0] === 'pin' ? 'ulimit -f 0; exec "$@"' : limited;
    const ended = await start([...argv, '--no-cache', '--no-progress'], cwd, limit);
    expect(ended.stderr).toMatch(
      /^error: "\S*old\.json" cannot be written: EFBIG: file too large\n {2}hint: /m,
    );
    expect(ended.stderr).not.toMatch(crash);
    expect([ended.code, readFileSync(join(cwd, file), 'utf8')]).toEqual([2, before]);
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('below the cache, as a limit on files, costs the cache alone', async () => {
    const ended = await start(['audit', '--depth', 'files', ...json], project(), limited);
    expectVerified(ended);
  });

  it('behind standard output is said, and ends with 2 whatever the verdict', async () => {
    for (const more of [[], ['--repo', 'acme/other']]) {
      const ended = await start(['audit', ...json, ...more], project(), 'exec "$@" > /dev/full');
      expect([ended.code, ended.stderr]).toEqual([
        2,
        'error: standard output cannot be written: ENOSPC\n  hint: look at what it leads to: a disk may be full\n',
      ]);
    }
  });

  it('behind standard error changes nothing', async () => {
    expectVerified(await start(['audit', ...json, '--verbose'], project(), 'exec "$@" 2> /dev/full'));
  });
});

describe('a cache that may not be written', () => {
  const readOnly = mounting(
    'mkdir -p cache && mount --bind cache cache && mount -o remount,ro,bind cache && exec "$@"',
  );

  it('and is empty costs the cache: a warning, once, and every package verified', async ({ skip }) => {
    if (unmountable !== undefined) return skip(unmountable);
    const ended = await start(['audit', '--depth', 'files', ...json], project(), readOnly);
    expectVerified(ended);
    expect(ended.stderr).toMatch(/^warning: the cache in \S+ cannot be used: read-only file system\n$/);
  });

  it('still answers what is in it', async ({ skip }) => {
    if (unmountable !== undefined) return skip(unmountable);
    const cwd = project();
    expectVerified(await start(['audit', '--depth', 'files', ...json], cwd, 'exec "$@"'));
    world.requests.length = 0;
    const ended = await start(['audit', '--depth', 'files', '--offline', ...json], cwd, readOnly);
    expectVerified(ended);
    expect([ended.stderr, world.requests.length]).toEqual(['', 0]);
  });
});

describe('a cache that is damaged at any byte of an entry', () => {
  it('is never believed: the package is verified without it, or inconclusive offline, and mended by the next run', async () => {
    const cwd = project();
    const cache = join(cwd, 'cache');
    const options = { cwd, env: { ...way.env(), JSR_VERIFY_CACHE: cache } };
    const argv = ['audit', '--depth', 'files', ...json];
    expect(await run(argv, options)).toMatchObject({ code: 0 });
    const sound = join(cwd, 'sound');
    cpSync(cache, sound, { recursive: true });
    const below = (folder: string) =>
      readdirSync(join(sound, 'evidence', folder), { recursive: true, encoding: 'utf8' })
        .map((name) => join('evidence', folder, name))
        .filter((name) => statSync(join(sound, name)).isFile());
    // The entry of the file `mod.ts`: its line in the index, and its content.
    const index = below('index-v5').find((name) =>
      readFileSync(join(sound, name), 'utf8').includes('widget/1.0.0/mod.ts'),
    );
    const content = below('content-v2').find(
      (name) => readFileSync(join(sound, name), 'utf8') === '// widget\n',
    );
    if (index === undefined || content === undefined) throw new Error('there is no such entry');
    // Every byte of every file is damaged in the tests of the cache itself; here it is one in so many, through the
    // whole program.
    const stride = 24;
    for (const name of [index, content]) {
      const bytes = readFileSync(join(sound, name));
      for (let at = bytes.length % stride; at < bytes.length; at += stride) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ 0x01, at);
        writeFileSync(join(cache, name), damaged);
        const told = toldBy(await run([...argv, '--offline'], options));
        expectCalm(told);
        // The healthy package stands beside it all the time.
        const fates = packages.map(({ spec }) => fateOf(told, spec));
        expect([at, told.code, ...fates]).toEqual([at, 3, 'inconclusive', 'verified']);
        // Back with what was dropped, and damaged once more.
        cpSync(sound, cache, { recursive: true });
        writeFileSync(join(cache, name), damaged);
        expect([at, (await run(argv, options)).code]).toEqual([at, 0]);
        expect([at, (await run([...argv, '--offline'], options)).code]).toEqual([at, 0]);
      }
    }
  }, 120_000);
});
