import { getEventListeners } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtInRoot, publicGoodMirror } from '../../src/sigstore/root.ts';
import { loadTrust, type TrustOptions } from '../../src/sigstore/trust.ts';
import { tufCache } from '../../src/sigstore/tuf-cache.ts';
import { daysFromNow, failure, TufWorld, trustedRoot, unplugged } from './tuf-world.ts';

let world: TufWorld;
beforeEach(async () => {
  world = await TufWorld.open();
});
afterEach(() => world.close());

const hours = (count: number): Date => new Date(Date.now() + count * 3_600_000);

describe('what the mirror last confirmed', () => {
  const start = new Date();
  const oneDay = 24 * 3_600_000;
  test.each([
    ['in this moment', 0, false],
    ['less than a day ago', oneDay - 1, false],
    ['a day ago', oneDay, true],
    ['in a moment that is still to come', -1, true],
  ])('%s is used without asking again, or not', async (_, age, isAsked) => {
    await world.load({ now: start });
    world.requests.length = 0;
    await world.load({ now: new Date(start.getTime() + age) });
    expect(world.requests.length > 0).toBe(isAsked);
  });

  test.each([
    [-0.5, '0 hours ago'],
    [1.5, '1 hour ago'],
    [47.9, '47 hours ago'],
    [48, '2 days ago'],
    [71.9, '2 days ago'],
    [-100, '0 hours ago'],
  ])('%d hours ago is said to be so (%s) where it is used without asking', async (age, said) => {
    const now = new Date();
    const { status } = await world.load({ now: new Date(now.getTime() - age * 3_600_000) });
    const { status: later } = await world.load({ now, send: unplugged, forceRefresh: true });
    const { host } = new URL(world.mirror);
    expect(later).toEqual({
      ...status,
      source: 'cache',
      warnings: [
        `the TUF mirror ${host} did not answer (2.root.json: EHOSTUNREACH); using its cached metadata from ${said}, valid until ${status.expiresAt?.toISOString().slice(0, 10)}`,
      ],
    });
  });

  test('still tells which versions were seen after it has expired (rollback)', async () => {
    const older = world.repository.state();
    const mirror = new URL(`${world.mirror}/`);
    world.repository.release({ expires: { timestamp: daysFromNow(-1) } });
    const roles = new Map(
      ['timestamp', 'snapshot', 'targets'].map((role) => [
        `${role}.json`,
        world.repository.get(`2.${role}.json`) ?? Buffer.alloc(0),
      ]),
    );
    const state = { roots: new Map(), roles, trustedRoot: trustedRoot() };
    await tufCache(world.cacheDir, mirror).write({ state, confirmedAt: daysFromNow(-2) });
    world.repository.restore(older);
    expect(await failure(world.load())).toContain('an older version is served than was seen before');
  });
});

describe('a step down', () => {
  test('is not taken where a trusted root is brought along: nothing is asked', async () => {
    const trustedRootFile = `${world.cacheDir}-trusted.json`;
    await writeFile(trustedRootFile, trustedRoot());
    const { status } = await world.load({ trustedRootFile, mirror: 'no address' });
    expect(status).toMatchObject({ source: 'file', from: trustedRootFile, warnings: [] });
    expect(world.requests).toEqual([]);
  });

  test.each<readonly [what: string, how: () => Partial<TrustOptions>]>([
    ['the time is up', () => ({ timeoutMs: 50 })],
    ['it was ended before it began', () => ({ signal: AbortSignal.abort() })],
    ['it is ended on the way', () => ({ signal: AbortSignal.timeout(100) })],
  ])('is taken as soon as %s', async (_, how) => {
    await world.loadLongAgo();
    world.intercept = () => true;
    const change = how();
    const start = performance.now();
    const { status } = await world.load(change);
    expect(status.warnings[0]).toContain('did not answer (no answer in time)');
    expect(performance.now() - start).toBeLessThan(3000);
    const { signal } = change;
    if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('that leads nowhere tells what there is to do', async () => {
    expect(await failure(world.load({ offline: true }))).toBe(
      `TRUST_UNAVAILABLE: offline, so the TUF mirror ${new URL(world.mirror).host} was not asked, and nothing is cached (run once online, or give a trusted root with --trusted-root <file>)`,
    );
  });

  test.each([
    ['before', -1, 'valid until'],
    ['at', 0, 'EXPIRED on'],
    ['after', 1, 'EXPIRED on'],
  ])('to the root built in says %s its expiry how old it is', async (_, later, words) => {
    const builtIn = await builtInRoot();
    const now = new Date(builtIn.tufRootExpires.getTime() + later);
    const { status } = await loadTrust({
      mirror: publicGoodMirror,
      cacheDir: undefined,
      offline: true,
      timeoutMs: 1,
      now,
    });
    const [of, expires] = [builtIn.date, builtIn.tufRootExpires].map((day) => day.toISOString().slice(0, 10));
    expect(status).toEqual({
      source: 'embedded',
      from: builtIn.from,
      refreshedAt: builtIn.date,
      expiresAt: builtIn.tufRootExpires,
      versions: { root: builtIn.tufRootVersion },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      warnings: [
        `offline, so the TUF mirror tuf-repo-cdn.sigstore.dev was not asked, and nothing is cached; using the trusted root built into this program (TUF root ${builtIn.tufRootVersion}, of ${of}, ${words} ${expires})`,
      ],
    });
  });
});

describe('what is refused', () => {
  const refusalOf = (changes: Partial<TrustOptions> = {}): Promise<unknown> =>
    world.load(changes).then(
      () => 'trusted',
      ({ code, message, hint, cause }) => ({ code, message, hint, cause }),
    );

  test('for what was seen keeps the library’s own words, and says what may be behind it', async () => {
    world.repository.release({ forged: ['timestamp'] });
    expect(await refusalOf()).toEqual({
      code: 'TRUST_INVALID',
      message: `the TUF repository ${world.mirror}/ does not verify: signatures are missing or wrong (timestamp was signed by 0/1 keys)`,
      hint: 'the mirror or the connection to it may be compromised; check --tuf-mirror and --tuf-root',
      cause: expect.objectContaining({ message: 'timestamp was signed by 0/1 keys' }),
    });
  });

  test('for its age says so', async () => {
    world.repository.release({ expires: { timestamp: hours(-1) } });
    expect(await refusalOf({ mirror: `${world.mirror}/` })).toEqual({
      code: 'TRUST_INVALID',
      message: `the TUF repository ${world.mirror}/ is out of date: timestamp.json is expired`,
      hint: 'the mirror lags behind, or newer metadata is held back; check the clock of this machine and try again later',
      cause: undefined,
    });
  });

  test('of a file names the file, and what was meant', async () => {
    const tufRootFile = `${world.cacheDir}-root.json`;
    expect(await refusalOf({ tufRootFile })).toEqual({
      code: 'OPTIONS_INVALID',
      message: `the TUF root ${tufRootFile} cannot be read: it does not exist`,
      hint: 'name a readable file',
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
    await writeFile(tufRootFile, trustedRoot());
    expect(await refusalOf({ tufRootFile })).toEqual({
      code: 'TRUST_INVALID',
      message: `the TUF root ${tufRootFile} is not root metadata of a TUF repository`,
      hint: 'it is the root.json of the repository; a trusted root is given with --trusted-root <file>',
      cause: undefined,
    });
  });

  test('of a mirror names the mirror, and what is missing', async () => {
    expect(await refusalOf({ mirror: 'nowhere' })).toMatchObject({
      code: 'OPTIONS_INVALID',
      message: 'the TUF mirror is not an address',
    });
    const { tufRootFile: _, ...options } = world.options();
    expect(await failure(loadTrust(options))).toBe(
      `OPTIONS_INVALID: no TUF root is known for the mirror ${world.mirror}/ (give the root.json of its repository with --tuf-root <file>, or a trusted root with --trusted-root <file>)`,
    );
  });
});
