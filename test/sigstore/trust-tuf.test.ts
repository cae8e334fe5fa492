import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Trust } from '../../src/sigstore/trust.ts';
import {
  daysFromNow,
  failure,
  inAMoment,
  moment,
  otherTrustedRoot,
  TufWorld,
  trustedRoot,
} from './tuf-world.ts';

let world: TufWorld;
beforeEach(async () => {
  world = await TufWorld.open();
});
afterEach(() => world.close());

describe('an honest repository', () => {
  test('first use gives the trusted root with versions, expiry and date', async () => {
    const now = new Date();
    const { root, status } = await world.load({ now });
    expect(Buffer.from(root)).toEqual(trustedRoot());
    expect(status).toMatchObject({
      source: 'tuf',
      from: `${world.mirror}/`,
      refreshedAt: now,
      versions: { root: 1, timestamp: 1, snapshot: 1, targets: 1 },
      warnings: [],
    });
    expect(status.expiresAt?.getTime()).toBeGreaterThan(daysFromNow(364).getTime());
  });

  test('metadata younger than a day is used without a request', async () => {
    await world.load();
    world.requests.length = 0;
    const { status } = await world.load({ now: new Date(Date.now() + 23 * 3_600_000) });
    expect(status.source).toBe('tuf');
    expect(world.requests).toEqual([]);
  });

  test('metadata older than a day is confirmed with two requests', async () => {
    await world.loadLongAgo();
    world.requests.length = 0;
    const now = new Date();
    const { status } = await world.load({ now });
    expect(status).toMatchObject({ source: 'tuf', refreshedAt: now });
    expect(world.requests).toEqual(['2.root.json', 'timestamp.json']);
  });

  test('a forced refresh asks although the metadata is young', async () => {
    await world.load();
    world.requests.length = 0;
    await world.load({ forceRefresh: true });
    expect(world.requests).toContain('timestamp.json');
  });

  test('a date of confirmation in the future does not keep it from asking', async () => {
    await world.load({ now: daysFromNow(30) });
    world.requests.length = 0;
    await world.load();
    expect(world.requests).toContain('timestamp.json');
  });

  test('a new trusted root is fetched', async () => {
    await world.loadLongAgo();
    world.repository.release({ targets: { 'trusted_root.json': otherTrustedRoot() } });
    const { root, status } = await world.load();
    expect(Buffer.from(root)).toEqual(otherTrustedRoot());
    expect(status.versions).toMatchObject({ timestamp: 2, snapshot: 2, targets: 2 });
  });

  test('a root that was rotated twice, with all keys, is followed step by step', async () => {
    await world.loadLongAgo();
    world.repository.rotateRoot({ roles: ['root', 'timestamp', 'snapshot', 'targets'] });
    world.repository.rotateRoot({ roles: ['root', 'timestamp'] });
    const { status } = await world.load();
    expect(status.versions).toMatchObject({ root: 3 });
    world.requests.length = 0;
    await world.load({ forceRefresh: true });
    expect(world.requests).toEqual(['4.root.json', 'timestamp.json']);
  });

  test('ECDSA keys are as good as Ed25519 ones', async () => {
    const other = await TufWorld.open({ keyKind: 'p256' });
    try {
      await expect(other.load()).resolves.toMatchObject({ status: { source: 'tuf' } });
    } finally {
      await other.close();
    }
  });

  test('without a cache folder nothing is left on disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jsr-temporary-'));
    vi.stubEnv('TMPDIR', folder);
    await world.load({ cacheDir: undefined });
    await world.load({ cacheDir: undefined });
    vi.unstubAllEnvs();
    expect(await readdir(folder)).toEqual([]);
    expect(world.requests.filter((path) => path === 'timestamp.json')).toHaveLength(2);
    await rm(folder, { recursive: true });
  });

  test('the user is told before the mirror is asked', async () => {
    const said: string[] = [];
    await world.load({ onProgress: (text) => said.push(text) });
    expect(said).toEqual([`asking ${new URL(world.mirror).host} for the trusted root`]);
  });
});

describe('metadata that does not verify is never stepped over', () => {
  // A cache that could be fallen back on: it must not be.
  beforeEach(() => world.loadLongAgo());

  test.each(['timestamp', 'snapshot', 'targets'] as const)('%s signed by somebody else', async (role) => {
    world.repository.release({ forged: [role] });
    expect(await refusal(world.load())).toMatch(/signatures are missing or wrong/);
  });

  test('a root that the old root did not sign', async () => {
    world.repository.rotateRoot({ unsignedByOld: true });
    expect(await refusal(world.load())).toMatch(/signatures are missing or wrong/);
  });

  test('a root that skips a version', async () => {
    world.repository.rotateRoot({ version: 3 });
    world.repository.put('2.root.json', world.repository.get('3.root.json'));
    expect(await refusal(world.load())).toMatch(/a root of another version is served/);
  });

  test('the wrong root to start from', async () => {
    const other = await TufWorld.open();
    try {
      const { tufRootFile } = other.options();
      expect(await refusal(world.load({ tufRootFile: tufRootFile ?? '' }))).toMatch(/signatures/);
    } finally {
      await other.close();
    }
  });

  test('an older timestamp (rollback)', async () => {
    const old = world.repository.state();
    world.repository.release({});
    await world.load({ now: daysFromNow(-1.5), forceRefresh: true });
    world.repository.restore(old);
    expect(await refusal(world.load())).toMatch(/older version .*timestamp version 1 /);
  });

  test('a newer timestamp over an older snapshot (rollback)', async () => {
    world.repository.release({});
    await world.load({ now: daysFromNow(-1.5), forceRefresh: true });
    world.repository.release({ version: { snapshot: 1 } });
    expect(await refusal(world.load())).toMatch(/older version .*snapshot version 1 /);
  });

  test('a newer snapshot over older targets (rollback)', async () => {
    world.repository.release({});
    await world.load({ now: daysFromNow(-1.5), forceRefresh: true });
    world.repository.release({ version: { targets: 1 } });
    expect(await refusal(world.load())).toMatch(/older version .*targets\.json/);
  });

  test('a timestamp and a snapshot of different releases (mix and match)', async () => {
    const old = world.repository.get('1.snapshot.json');
    world.repository.release({});
    world.repository.put('2.snapshot.json', old);
    expect(await refusal(world.load())).toMatch(/not the one that was signed|versions are mixed/);
  });

  test('a snapshot and targets of different releases (mix and match)', async () => {
    const old = world.repository.get('1.targets.json');
    world.repository.release({});
    world.repository.put('2.targets.json', old);
    expect(await refusal(world.load())).toMatch(/versions are mixed/);
  });

  test.each([
    ['digest', { sha256: 'ab'.repeat(32) }],
    ['length', { length: otherTrustedRoot().length + 1 }],
  ])('a trusted root of another %s than was signed', async (_what, lies) => {
    world.repository.release({ targets: { 'trusted_root.json': otherTrustedRoot() }, lies });
    expect(await refusal(world.load())).toMatch(/not the one that was signed|longer than/);
  });

  test('a trusted root that was changed on the way', async () => {
    world.repository.release({ targets: { 'trusted_root.json': otherTrustedRoot() } });
    const path = world.repository
      .paths()
      .find((name) => name.startsWith('targets/') && world.repository.get(name)?.equals(otherTrustedRoot()));
    const changed = otherTrustedRoot();
    changed[changed.length - 1] = 0x20;
    world.repository.put(path ?? '', changed);
    expect(await refusal(world.load())).toMatch(/not the one that was signed/);
  });

  test.each(['timestamp', 'snapshot', 'targets'] as const)('%s that has expired (freeze)', async (role) => {
    world.repository.release({ expires: { [role]: daysFromNow(-1) } });
    const error = await refusal(world.load());
    expect(error).toMatch(/ is out of date: \S+\.json is expired/);
    expect(error).toMatch(/lags behind, or newer metadata is held back/);
  });

  test('a timestamp that was seen before and has expired since (freeze)', async () => {
    world.repository.release({ expires: { timestamp: inAMoment() } });
    await world.load({ now: daysFromNow(-1.5), forceRefresh: true });
    await moment();
    expect(await refusal(world.load())).toMatch(/out of date: timestamp\.json/);
  });

  test('a root that has expired', async () => {
    world.repository.rotateRoot({ expires: daysFromNow(-1) });
    expect(await refusal(world.load())).toMatch(/out of date: root\.json/);
  });

  test.each([
    ['timestamp.json', 16_384],
    ['2.root.json', 512_000],
  ])('%s without end', async (endless, limit) => {
    let sent = 0;
    world.intercept = (path, response) => {
      if (path !== endless) return false;
      response.writeHead(200);
      const chunk = Buffer.alloc(65_536, ' ');
      const more = () => {
        while (!response.destroyed && sent < 50_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
      return true;
    };
    expect(await refusal(world.load())).toMatch(new RegExp(`longer than the ${limit} bytes`));
    expect(sent).toBeLessThan(50_000_000);
  });

  test.each(['not json', '{"signed":{}}', '[]', 'null', '{"signatures":[],"signed":{"_type":"timestamp"}}'])(
    'metadata that is %j',
    async (text) => {
      world.repository.put('timestamp.json', Buffer.from(text));
      await refusal(world.load());
    },
  );

  test('a trusted root that is said to be huge is not even fetched', async () => {
    world.requests.length = 0;
    world.repository.release({ targets: { 'trusted_root.json': Buffer.alloc(1_000_001, ' ') } });
    expect(await refusal(world.load())).toMatch(/is to have 1000001 bytes/);
    expect(world.requests.filter((path) => path.startsWith('targets/'))).toEqual([]);
  });

  test('what is seen is told without control characters, and in few words', async () => {
    const signed = { _type: `\u001b[2J\u202e${'x'.repeat(10_000)}` };
    world.repository.put('timestamp.json', Buffer.from(JSON.stringify({ signatures: [], signed })));
    const told = await refusal(world.load());
    expect(told).toMatch(/xxxx/);
    expect(told).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(told.length).toBeLessThan(600);
  });

  test('a target that is signed and no trusted root', async () => {
    world.repository.release({ targets: { 'trusted_root.json': Buffer.from('{}') } });
    expect(await refusal(world.load())).toMatch(/not a Sigstore trusted root/);
  });

  test('no trusted root among the targets', async () => {
    world.repository.release({ targets: { 'other.json': Buffer.from('{}') } });
    expect(await refusal(world.load())).toMatch(/no trusted_root\.json is signed/);
  });

  test('what was refused is not kept', async () => {
    world.repository.rotateRoot({ unsignedByOld: true });
    await refusal(world.load());
    const { status } = await world.load({ offline: true });
    expect(status.versions).toMatchObject({ root: 1 });
  });
});

/** Fact and hint of the refusal, which must be one for what was seen. */
async function refusal(promise: Promise<Trust>): Promise<string> {
  const text = await failure(promise);
  expect(text).toMatch(/^TRUST_INVALID: the (?:TUF repository|trusted root) http/);
  return text;
}
