import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtInRoot, publicGoodMirror } from '../../src/sigstore/root.ts';
import { loadTrust } from '../../src/sigstore/trust.ts';
import {
  daysFromNow,
  failure,
  inAMoment,
  moment,
  otherTrustedRoot,
  TufWorld,
  trustedRoot,
  unplugged,
} from './tuf-world.ts';

let world: TufWorld;
beforeEach(async () => {
  world = await TufWorld.open();
});
afterEach(() => world.close());

describe('a mirror that cannot be reached', () => {
  test('the cache is used, with a warning that names age and expiry', async () => {
    await world.load({ now: daysFromNow(-3) });
    await world.stop();
    const { root, status } = await world.load();
    expect(Buffer.from(root)).toEqual(trustedRoot());
    expect(status).toMatchObject({ source: 'cache', versions: { root: 1, timestamp: 1 } });
    expect(status.warnings).toEqual([
      expect.stringMatching(
        /^the TUF mirror 127\S+ did not answer \(\S+: ECONNREFUSED\); using its cached metadata from 3 days ago, valid until \d{4}-/,
      ),
    ]);
  });

  test('strict makes the step down an end', async () => {
    await world.loadLongAgo();
    await world.stop();
    expect(await failure(world.load({ strict: true }))).toMatch(
      /^TRUST_UNAVAILABLE: .*using its cached metadata from 2 days ago/,
    );
  });

  test('without a cache there is nothing to step down to for a private instance', async () => {
    await world.stop();
    expect(await failure(world.load())).toMatch(
      /^TRUST_UNAVAILABLE: .*ECONNREFUSED\), and nothing is cached \(.*--trusted-root/,
    );
  });

  test('a cache that has expired is not used', async () => {
    world.repository.release({ expires: { timestamp: inAMoment() } });
    await world.loadLongAgo();
    await world.stop();
    await moment();
    expect(await failure(world.load())).toMatch(
      /^TRUST_UNAVAILABLE: .*the cached metadata has expired \(timestamp\.json is expired\)/,
    );
  });

  test.each([500, 418, 301])('status %i is no answer, not an attack', async (status) => {
    await world.loadLongAgo();
    world.intercept = (_path, response) => {
      response.writeHead(status, { location: 'https://elsewhere.test/' }).end('<html>');
      return true;
    };
    const trust = await world.load();
    expect(trust.status.source).toBe('cache');
    expect(trust.status.warnings[0]).toContain(`answered ${status}`);
  });

  test.each([403, 404])('status %i for everything is no answer, not an attack', async (status) => {
    await world.loadLongAgo();
    world.intercept = (_path, response) => {
      response.writeHead(status).end();
      return true;
    };
    const trust = await world.load();
    expect(trust.status.source).toBe('cache');
    expect(trust.status.warnings[0]).toContain('timestamp.json: not found');
  });

  test('a store that answers 403 for a root that does not exist yet is understood', async () => {
    world.intercept = (path, response) => {
      if (path !== '2.root.json') return false;
      response.writeHead(403).end();
      return true;
    };
    await expect(world.load()).resolves.toMatchObject({ status: { source: 'tuf' } });
  });

  test.each(['2.snapshot.json', '2.targets.json'])(
    '%s that is not there yet is no answer',
    async (missing) => {
      await world.loadLongAgo();
      world.repository.release({});
      world.repository.put(missing, undefined);
      const trust = await world.load();
      expect(trust.status).toMatchObject({ source: 'cache', versions: { timestamp: 1 } });
      expect(trust.status.warnings[0]).toContain(`${missing}: not found`);
    },
  );

  test('a portal that answers with its own page is no answer', async () => {
    await world.loadLongAgo();
    world.intercept = (_path, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><h1>Welcome to our hotel</h1>');
      return true;
    };
    const trust = await world.load();
    expect(trust.status.source).toBe('cache');
    expect(trust.status.warnings[0]).toContain('web page');
  });

  test('trouble that passes is tried again', async () => {
    let failures = 2;
    world.intercept = (_path, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
    await expect(world.load()).resolves.toMatchObject({ status: { source: 'tuf', warnings: [] } });
  });

  test('an answer that breaks off is no answer', async () => {
    await world.loadLongAgo();
    world.intercept = (path, response) => {
      if (path !== 'timestamp.json') return false;
      response.writeHead(200, { 'content-length': '5000' });
      response.write('{"signed":', () => response.destroy());
      return true;
    };
    expect((await world.load()).status.source).toBe('cache');
  });
});

describe('a mirror that takes its time', () => {
  const startedWithin = async (milliseconds: number, work: () => Promise<unknown>): Promise<void> => {
    const start = performance.now();
    await work();
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };

  test('one that never answers costs no more than the time allowed', async () => {
    await world.loadLongAgo();
    world.intercept = () => true;
    await startedWithin(1500, async () => {
      const { status } = await world.load({ timeoutMs: 300 });
      expect(status.source).toBe('cache');
      expect(status.warnings[0]).toContain('no answer in time');
    });
  });

  test('one that sends a byte now and then costs no more than the time allowed', async () => {
    await world.loadLongAgo();
    world.intercept = (_path, response) => {
      response.writeHead(200);
      const drip = setInterval(() => (response.destroyed ? clearInterval(drip) : response.write(' ')), 50);
      return true;
    };
    await startedWithin(1500, async () =>
      expect((await world.load({ timeoutMs: 300 })).status.source).toBe('cache'),
    );
  });

  test('one that fails again and again costs no more than the time allowed', async () => {
    await world.loadLongAgo();
    world.intercept = (_path, response) => {
      response.writeHead(500).end();
      return true;
    };
    await startedWithin(1500, async () =>
      expect((await world.load({ timeoutMs: 300 })).status.source).toBe('cache'),
    );
  });

  test('one that takes connections and says nothing costs no more than the time allowed', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await startedWithin(1500, async () => {
      const mirror = `http://127.0.0.1:${port}`;
      expect(await failure(world.load({ mirror, timeoutMs: 300 }))).toMatch(
        /^TRUST_UNAVAILABLE: .*no answer in time/,
      );
    });
    silent.close();
  });
});

describe('offline', () => {
  test('a young cache is as good as TUF', async () => {
    await world.load();
    world.requests.length = 0;
    const { status } = await world.load({ offline: true });
    expect(status).toMatchObject({ source: 'tuf', warnings: [] });
    expect(world.requests).toEqual([]);
  });

  test('an older cache is a step down that is said aloud', async () => {
    await world.load({ now: daysFromNow(-3) });
    world.requests.length = 0;
    const { status } = await world.load({ offline: true });
    expect(status.source).toBe('cache');
    expect(status.warnings[0]).toMatch(
      /^offline, so the TUF mirror \S+ was not asked; using its cached metadata from 3 days ago/,
    );
    expect(world.requests).toEqual([]);
  });

  test('a forced refresh does not open a socket either', async () => {
    await world.load();
    world.requests.length = 0;
    await world.load({ offline: true, forceRefresh: true });
    expect(world.requests).toEqual([]);
  });
});

describe('the public-good instance', () => {
  const publicGood = (changes = {}) =>
    loadTrust({
      mirror: publicGoodMirror,
      cacheDir: world.cacheDir,
      offline: false,
      timeoutMs: 5000,
      now: new Date('2026-12-01'),
      send: unplugged,
      ...changes,
    });

  test('unreachable and without a cache, the root built into the program is used, and its age and expiry are said', async () => {
    const builtIn = await builtInRoot();
    const { root, status } = await publicGood();
    expect(Buffer.from(root)).toEqual(Buffer.from(builtIn.trustedRoot));
    expect(status).toMatchObject({
      source: 'embedded',
      refreshedAt: builtIn.date,
      expiresAt: builtIn.tufRootExpires,
      versions: { root: builtIn.tufRootVersion },
    });
    expect(status.warnings).toHaveLength(1);
    expect(status.warnings[0]).toMatch(
      /EHOSTUNREACH\), and nothing is cached; using the trusted root built into this program \(TUF root \d+, of \d{4}-\d\d-\d\d, valid until \d{4}/,
    );
  });

  test('a built-in root past its expiry says so', async () => {
    const { status } = await publicGood({ now: new Date('2031-01-01') });
    expect(status.warnings[0]).toContain('EXPIRED on');
  });

  test('strict does not use the built-in root', async () => {
    expect(await failure(publicGood({ strict: true }))).toMatch(/^TRUST_UNAVAILABLE: /);
    expect(await failure(publicGood({ strict: true, offline: true }))).toMatch(/^TRUST_UNAVAILABLE: offline/);
  });

  test('a slash at the end of its address makes no difference', async () => {
    expect((await publicGood({ mirror: `${publicGoodMirror}/`, offline: true })).status.source).toBe(
      'embedded',
    );
  });

  test('who brings a TUF root of their own is not given the built-in one', async () => {
    const { tufRootFile } = world.options();
    expect(await failure(publicGood({ tufRootFile }))).toMatch(/^TRUST_UNAVAILABLE: /);
  });

  test('another mirror without a root of its own is a wrong request, with a hint', async () => {
    const { mirror } = world.options();
    expect(await failure(publicGood({ mirror }))).toMatch(
      /^OPTIONS_INVALID: no TUF root is known for the mirror .*--tuf-root <file>/,
    );
  });
});

describe('options that cannot be used', () => {
  test.each(['', 'not an address', '//x'])('%j as a mirror', async (mirror) => {
    expect(await failure(world.load({ mirror }))).toMatch(/^OPTIONS_INVALID: the TUF mirror/);
  });

  test('a TUF root that is not there', async () => {
    expect(await failure(world.load({ tufRootFile: '/nowhere/root.json' }))).toMatch(
      /^OPTIONS_INVALID: the TUF root \/nowhere/,
    );
  });

  test.each(['', '{}', 'null', '[[[', '{"signed":{"_type":"targets"}}'])('%j as a TUF root', async (text) => {
    const file = `${world.cacheDir}-root.json`;
    await writeFile(file, text);
    expect(await failure(world.load({ tufRootFile: file }))).toMatch(
      /^TRUST_INVALID: the TUF root .* is not root metadata/,
    );
    expect(world.requests).toEqual([]);
  });
});

describe('a cache that cannot be believed', () => {
  test.each([
    ['is empty', ''],
    ['was written by half', undefined],
    ['is something else', '{"version":2}'],
    ['is no JSON', '\0\0\0\0'],
  ])('one that %s is started again', async (_what, text) => {
    await world.load();
    const file = await world.cacheFile();
    const whole = await readFile(file, 'utf8');
    await writeFile(file, text ?? whole.slice(0, whole.length / 2));
    await expect(world.load()).resolves.toMatchObject({ status: { source: 'tuf', warnings: [] } });
    world.requests.length = 0;
    await world.load();
    expect(world.requests).toEqual([]);
  });

  test('one that was written by half does not help when the mirror is away', async () => {
    await world.load();
    const file = await world.cacheFile();
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 500));
    await world.stop();
    expect(await failure(world.load())).toMatch(/^TRUST_UNAVAILABLE: .*nothing is cached/);
  });

  const swapped: readonly (readonly [string, (document: Record<string, unknown>) => void])[] = [
    [
      'trusted root',
      (document) => Object.assign(document, { trustedRoot: otherTrustedRoot().toString('base64') }),
    ],
    [
      'timestamp',
      (document) =>
        Object.assign(document, { roles: { ...(document['roles'] as object), 'timestamp.json': 'e30=' } }),
    ],
    ['root', (document) => Object.assign(document, { roots: { 2: 'e30=' } })],
    [
      'role with a path',
      (document) =>
        Object.assign(document, { roles: { ...(document['roles'] as object), '../x.json': 'e30=' } }),
    ],
    ['date', (document) => Object.assign(document, { confirmedAt: 'yesterday' })],
  ];
  test.each(swapped)('a %s that somebody put there is not used, online or offline', async (_what, change) => {
    await world.load();
    await world.editCache(change);
    expect(await failure(world.load({ offline: true }))).toMatch(/^TRUST_UNAVAILABLE: /);
    const { root, status } = await world.load();
    expect(status).toMatchObject({ source: 'tuf', warnings: [] });
    expect(Buffer.from(root)).toEqual(trustedRoot());
  });

  test('a whole cache from a repository with other keys is not used', async () => {
    const evil = await TufWorld.open({ targets: { 'trusted_root.json': otherTrustedRoot() } });
    await evil.load();
    await world.load();
    await writeFile(await world.cacheFile(), await readFile(await evil.cacheFile()));
    expect(await failure(world.load({ offline: true }))).toMatch(
      /^TRUST_UNAVAILABLE: .*the cache cannot be used/,
    );
    expect(Buffer.from((await world.load()).root)).toEqual(trustedRoot());
    await evil.close();
  });

  test('a cache folder that cannot be written does not stand in the way', async () => {
    await writeFile(world.cacheDir, 'a file where the folder should be');
    await expect(world.load()).resolves.toMatchObject({ status: { source: 'tuf' } });
  });
});

describe('several processes', () => {
  test('two at once share the cache and both succeed', async () => {
    const runs = [1, 2, 3].map(() => loadInAnotherProcess(world));
    expect(await Promise.all(runs)).toEqual(['tuf', 'tuf', 'tuf']);
    world.requests.length = 0;
    expect((await world.load()).status.source).toBe('tuf');
    expect(world.requests).toEqual([]);
  }, 30_000);

  test('one that is slow does not put an older state over a newer one', async () => {
    await world.loadLongAgo();
    const old = world.repository.get('timestamp.json');
    let isFirst = true;
    world.intercept = (path, response) => {
      if (path !== 'timestamp.json' || !isFirst) return false;
      isFirst = false;
      // While the slow one waits for this answer, another one sees a new release and keeps it.
      world.repository.release({});
      world.load().finally(() => response.end(old));
      return true;
    };
    await expect(world.load()).resolves.toMatchObject({ status: { versions: { timestamp: 1 } } });
    await expect(world.load({ offline: true })).resolves.toMatchObject({
      status: { versions: { timestamp: 2 } },
    });
  });
});

function loadInAnotherProcess(of: TufWorld): Promise<string> {
  const { mirror, tufRootFile, cacheDir } = of.options();
  const script = `
    import { loadTrust } from ${JSON.stringify(new URL('../../src/sigstore/trust.ts', import.meta.url).href)};
    const options = ${JSON.stringify({ mirror, tufRootFile, cacheDir, offline: false, timeoutMs: 10_000 })};
    const { status } = await loadTrust({ ...options, now: new Date() });
    process.stdout.write(status.source);`;
  const loader = new URL('../../scripts/typescript.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '--eval', script]);
  return new Promise((resolve, reject) => {
    let said = '';
    let trouble = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (trouble += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(trouble))));
  });
}
