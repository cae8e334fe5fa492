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
const publish = (name: string) =>
  world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}\n`) });
const packages = ['widget', 'gadget'].map(publish);
const late = publish('late');
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
const unmountable = failing(mounting('mount -t tmpfs none /tmp'))
  ? 'no file system may be mounted here'
  : undefined;

function failing(script: string): boolean {
  try {
    execFileSync('sh', ['-c', script], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

/** The warning about the cache, once; what the log showed is not kept for later runs either, where there was no room. */
const once = (why: string) =>
  new RegExp(
    `^warning: the cache in \\S+ cannot be used: ${why}\\n(?:warning: the state of the log was not saved for later runs: [^\\n]+\\n)?$`,
  );

describe('a full disk', () => {
  const withTiny = (size: string) =>
    mounting(`mkdir -p cache && mount -t tmpfs -o size=${size} none cache && exec "$@"`);

  it.for(['4k', '16k', '64k'])(
    'below the cache (%s) costs the cache: a warning, once, and every package verified',
    async (size, { skip }) => {
      if (unmountable !== undefined) return skip(unmountable);
      const ended = await start(['audit', '--depth', 'files', ...json], project(), withTiny(size));
      expectVerified(ended);
      expect(ended.stderr).toMatch(once('no space left on device'));
    },
  );

  it.for(['4k', '8k', '12k', '16k', '20k'])(
    'below the folder for temporary files (%s) leaves TUF no place: inconclusive, and nobody is accused',
    async (size, { skip }) => {
      if (unmountable !== undefined) return skip(unmountable);
      const cwd = project();
      mkdirSync(join(cwd, 'tmp'));
      const ended = await start(
        ['audit', ...json],
        cwd,
        mounting(`mount -t tmpfs -o size=${size} none tmp && exec "$@"`),
        {
          ...way.env('tuf'),
          SIGSTORE_TRUSTED_ROOT: '',
          TMPDIR: join(cwd, 'tmp'),
          JSR_VERIFY_CACHE: join(cwd, 'cache'),
        },
      );
      expect([ended.code, ended.stdout]).toEqual([3, '']);
      expect(ended.stderr).toMatch(/metadata cannot be written to disk \(ENOSPC\)/);
      expect(ended.stderr).not.toMatch(/tampered|did not answer/);
      expect(ended.stderr).not.toMatch(crash);
    },
  );

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
        'error: standard output cannot be written: ENOSPC\n  hint: check where it goes: the disk may be full\n',
      ]);
    }
  });

  it('behind standard error changes nothing', async () => {
    expectVerified(await start(['audit', ...json, '--verbose'], project(), 'exec "$@" 2> /dev/full'));
  });
});

describe('a cache that may not be written', () => {
  // Root may write everywhere, unless it gives up that it may.
  const meek = process.getuid?.() === 0 ? 'setpriv --bounding-set=-dac_override,-dac_read_search ' : '';
  const ways: readonly (readonly [
    string,
    { readonly shell: string; readonly missing?: string | undefined; readonly why: string },
  ])[] = [
    [
      'a read-only file system',
      {
        shell: mounting(
          'mkdir -p cache && mount --bind cache cache && mount -o remount,ro,bind cache && exec "$@"',
        ),
        missing: unmountable,
        why: 'read-only file system',
      },
    ],
    [
      'its permissions',
      {
        shell: `mkdir -p cache && chmod -R a-w cache; ${meek}"$@"; code=$?; chmod -R u+w cache; exit $code`,
        missing: failing(`${meek}true`) ? 'root cannot be kept from writing here' : undefined,
        why: 'permission denied',
      },
    ],
    // Needs nothing of the system, so that something is tried everywhere.
    [
      'a file where it writes first',
      {
        shell: 'rm -rf cache/evidence/tmp; mkdir -p cache/evidence && : > cache/evidence/tmp && exec "$@"',
        why: 'evidence/tmp is not a folder',
      },
    ],
  ];

  it.for(ways)(
    'because of %s, and is empty, costs the cache: a warning, once, and every package verified',
    async ([, { shell, missing, why }], { skip }) => {
      if (missing !== undefined) return skip(missing);
      const ended = await start(['audit', '--depth', 'files', ...json], project(), shell);
      expectVerified(ended);
      expect(ended.stderr).toMatch(once(why));
    },
  );

  it.for(ways)('because of %s still answers what is in it', async ([, { shell, missing, why }], { skip }) => {
    if (missing !== undefined) return skip(missing);
    const cwd = project();
    const argv = ['audit', '--depth', 'files', ...json];
    expectVerified(await start(argv, cwd, 'exec "$@"'));
    world.requests.length = 0;
    const offline = await start([...argv, '--offline'], cwd, shell);
    expectVerified(offline);
    expect([offline.stderr, world.requests.length]).toEqual(['', 0]);
    // A further package is something to be written, and the others are not asked for again for that.
    writeFileSync(join(cwd, 'deno.lock'), denoLock([...packages, late]));
    const online = await start(argv, cwd, shell);
    expectVerified(online);
    expect(fateOf(toldBy(online), late.spec)).toBe('verified');
    expect(online.stderr).toMatch(once(why));
    const asked = world.requests.map(({ path }) => path).filter((path) => path.endsWith('/mod.ts'));
    expect(asked).toEqual(['/@acme/late/1.0.0/mod.ts']);
  });

  it.each([
    ['is a file', 'deno.lock'],
    ['lies below a file', 'deno.lock/cache'],
  ])('since it %s costs the cache: a warning, once, and every package verified', async (_, path) => {
    const cwd = project();
    const ended = await start(['audit', '--depth', 'files', ...json], cwd, 'exec "$@"', {
      JSR_VERIFY_CACHE: join(cwd, path),
    });
    expectVerified(ended);
    expect(ended.stderr).toMatch(once('not a directory'));
    expect(readFileSync(join(cwd, 'deno.lock'), 'utf8')).toBe(denoLock(packages));
  });
});

describe.skipIf(process.platform !== 'linux')('a place where the system makes no folders', () => {
  // Node's own way of making a folder with those above it tries for ever there.
  it.each([
    ['named for the cache', { JSR_VERIFY_CACHE: '/proc/nope' }],
    ['where the home folder is', { JSR_VERIFY_CACHE: '', XDG_CACHE_HOME: '', HOME: '/proc/nope' }],
  ])('%s costs the cache: a warning, once, and every package verified', async (_, env) => {
    const ended = await start(['audit', '--depth', 'files', ...json], project(), 'exec "$@"', env);
    expectVerified(ended);
    const lines = ended.stderr.trimEnd().split('\n').sort();
    expect(lines).toEqual([
      expect.stringMatching(
        /^warning: the cache in \/proc\/nope\S* cannot be used: no folder can be made in \/proc$/,
      ),
      expect.stringMatching(
        /^warning: the state of the log was not saved for later runs: \/proc\/nope\S*: no folder can be made in \/proc$/,
      ),
    ]);
  });
});

describe('a pipe that nobody writes to', () => {
  it.each([
    ['a policy extends', ['audit'], { 'jsr-verify.json': '{ "extends": "./pipe" }' }, 2],
    ['a policy that is found is', ['audit'], {}, 0],
    ['deno.json names', ['audit'], { 'deno.json': '{ "lock": "./pipe" }' }, 2],
    ['is named as a trusted root', ['audit', '--trusted-root', 'pipe'], {}, 2],
    ['is named as a bundle', ['audit', '--bundle', 'pipe'], {}, 2],
    ['is named as a pack', ['audit', '--pack', 'pipe'], {}, 2],
  ])('%s is not waited for: %j', async (_, argv, written, code) => {
    const cwd = project();
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    if (Object.keys(written).length === 0) execFileSync('mkfifo', [join(cwd, 'jsr-verify.json')]);
    for (const [name, text] of Object.entries(written)) writeFileSync(join(cwd, name), text);
    const ended = await start(argv, cwd, 'exec "$@"');
    expect([ended.code, ended.signal], ended.stderr).toEqual([code, null]);
    if (code === 2) expect(ended.stderr).toMatch(/^error: /);
    expect(ended.stderr).not.toMatch(crash);
  });
});

describe('a cache that is damaged at one byte of an entry', () => {
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
    // Through the whole program, one bit of one byte in so many. The tests of the cache itself damage one bit of each
    // byte of each file of a cache with one entry.
    const stride = 24;
    for (const name of [index, content]) {
      const bytes = readFileSync(join(sound, name));
      for (let at = bytes.length % stride; at < bytes.length; at += stride) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ 0x01, at);
        writeFileSync(join(cache, name), damaged);
        const told = toldBy(await run([...argv, '--offline'], options));
        expectCalm(told, { offline: true });
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
