import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { denoLock } from '../support/lockfiles.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { type Ended, files, openStage, type Stage } from './program.ts';

let stage: Stage;
/** Counts attempts to open a connection, and fails them while `walled` is set. */
let connections: ReturnType<typeof vi.spyOn>;
let walled = false;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, more = {}) =>
      world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}`), ...more });
    publish('widget');
    publish('handmade', { provenance: 'none' });
    publish('moved', { provenance: { identity: { name: 'elsewhere', repositoryId: '99' } } });
  });
});
afterAll(() => stage.close());

beforeEach(() => {
  const connect = net.Socket.prototype.connect;
  connections = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (
    this: net.Socket,
    ...args: unknown[]
  ) {
    if (walled) throw new Error('a socket was opened');
    return Reflect.apply(connect, this, args);
  });
});
afterEach(() => {
  walled = false;
  vi.restoreAllMocks();
});

const all = ['@acme/widget', '@acme/handmade', '@acme/moved'];

/** What a report says, but for the time it was made and how its evidence travelled. */
function substance({ code, stdout }: Ended): unknown {
  const { checkedAt: _, requests: __, log: ___, ...report } = JSON.parse(stdout);
  return { code, report };
}

describe('offline', () => {
  it('the wall is real: without --offline, connections are opened', async () => {
    expect(await stage.run(['@acme/widget'])).toMatchObject({ code: 0 });
    expect(connections.mock.calls.length).toBeGreaterThan(2);
    walled = true;
    expect(await stage.run(['@acme/widget', '--timeout', '1'])).toMatchObject({ code: 3 });
  });

  it('what one run has seen, a later one verifies without a socket', async () => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    await stage.run(['@acme/widget'], { env });
    connections.mockClear();
    walled = true;
    const { code, stdout, stderr } = await stage.run(['@acme/widget', '--offline', '--format', 'json'], {
      env,
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { verified: 1 },
      requests: {},
      packages: [{ checks: { files: { status: 'passed' } } }],
    });
    expect(connections).not.toHaveBeenCalled();
  });

  it('an exact version needs no list, and trust from TUF is used as it was kept', async () => {
    const env = {
      ...stage.server.env({ trust: 'tuf' }),
      SIGSTORE_TRUSTED_ROOT: '',
      JSR_VERIFY_CACHE: stage.folder(),
    };
    await stage.run(['@acme/widget@1.0.0'], { env });
    connections.mockClear();
    walled = true;
    const { code, stdout } = await stage.run(['@acme/widget@1.0.0', '--offline', '--format', 'json'], {
      env,
    });
    expect(code).toBe(0);
    // The report says of what day the registry's word is.
    expect(Math.abs(Date.now() - Date.parse(JSON.parse(stdout).wordOf))).toBeLessThan(60_000);
    expect(connections).not.toHaveBeenCalled();
  });

  it.each([
    ['a range', ['@acme/widget']],
    ['an exact version', ['@acme/widget@1.0.0']],
  ])('with an empty cache %s is inconclusive, and says that it was not asked', async (_, argv) => {
    connections.mockClear();
    walled = true;
    const { code, stdout, stderr } = await stage.run([...argv, '--offline', '--format', 'json']);
    expect([code, stderr]).toEqual([
      3,
      'hint: run once without --offline to fill the cache, or replay a pack with --pack\n',
    ]);
    expect(JSON.parse(stdout).packages).toMatchObject([
      { verdict: 'inconclusive', gaps: [{ why: expect.stringContaining('offline') }] },
    ]);
    expect(connections).not.toHaveBeenCalled();
  });

  it('"none" is never answered from the cache: without the network, no provenance is no verdict', async () => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    expect(await stage.run(['@acme/handmade@1.0.0'], { env })).toMatchObject({ code: 1 });
    const offline = await stage.run(['@acme/handmade@1.0.0', '--offline', '--allow-unattested'], { env });
    expect(offline).toMatchObject({ code: 3 });
  });

  it('--no-cache leaves nothing behind for a later run', async () => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    await stage.run(['@acme/widget@1.0.0', '--no-cache'], { env });
    expect(await stage.run(['@acme/widget@1.0.0', '--offline'], { env })).toMatchObject({ code: 3 });
  });
});

describe('a pack', () => {
  it('replays the verdicts, with the findings and the proofs, without a socket', async () => {
    const cwd = stage.folder();
    // The log signs its proofs anew for everyone who asks, so both take them from one cache.
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    const live = await stage.run([...all, '--format', 'json'], { env });
    expect(await stage.run(['pack', ...all, '-o', 'evidence.pack'], { cwd, env })).toMatchObject({
      code: 0,
      stdout: '',
    });
    connections.mockClear();
    walled = true;
    const replayed = await stage.run([...all, '--pack', 'evidence.pack', '--format', 'json'], { cwd });
    expect(substance(replayed)).toEqual(substance(live));
    expect(connections).not.toHaveBeenCalled();
  });

  it('replays the audit of a lockfile', async () => {
    const cwd = stage.folder();
    const lock = denoLock([
      stage.world.publish({ scope: 'acme', name: 'locked', version: '1.0.0', files: files('1') }),
    ]);
    writeFileSync(join(cwd, 'deno.lock'), lock);
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    const live = await stage.run(['audit', '--depth', 'files', '--format', 'json'], { cwd, env });
    expect(await stage.run(['pack', '-o', 'evidence.pack'], { cwd, env })).toMatchObject({ code: 0 });
    walled = true;
    const replayed = await stage.run(
      ['audit', '--depth', 'files', '--format', 'json', '--pack', 'evidence.pack'],
      { cwd },
    );
    expect(substance(replayed)).toEqual(substance(live));
  });

  it('brings no trust: with the root of another Sigstore nothing in it holds', async () => {
    const cwd = stage.folder();
    await stage.run(['pack', '@acme/widget', '-o', 'evidence.pack'], { cwd });
    const other = await openStage(() => undefined, { sigstore: mintSigstore() });
    try {
      const { code } = await stage.run(
        ['@acme/widget', '--pack', 'evidence.pack', '--trusted-root', other.server.trustedRootFile()],
        { cwd },
      );
      expect(code).toBe(1);
    } finally {
      await other.close();
    }
  });

  it('says nothing about what is not in it: inconclusive', async () => {
    const cwd = stage.folder();
    await stage.run(['pack', '@acme/widget', '-o', 'evidence.pack'], { cwd });
    walled = true;
    expect(await stage.run(['@acme/moved', '--pack', 'evidence.pack'], { cwd })).toMatchObject({ code: 3 });
  });

  it('merges with another', async () => {
    const cwd = stage.folder();
    await stage.run(['pack', '@acme/widget@1.0.0', '-o', 'a.pack'], { cwd });
    await stage.run(['pack', '@acme/moved@1.0.0', '-o', 'c.pack'], { cwd });
    const merged = await stage.run(['pack', '--merge', 'a.pack', '--merge', 'c.pack', '-o', 'd.pack'], {
      cwd,
    });
    expect(merged).toMatchObject({ code: 0, stderr: 'merged 2 packs into d.pack\n' });
    walled = true;
    const { code, stdout } = await stage.run(
      ['@acme/widget@1.0.0', '@acme/moved@1.0.0', '--pack', 'd.pack', '--format', 'json'],
      { cwd },
    );
    expect([code, JSON.parse(stdout).summary]).toMatchObject([1, { verified: 1, rejected: 1 }]);
  });

  it('warns of what could not be fetched, and exits 3', async () => {
    const cwd = stage.folder();
    const undo = stage.world.edit({ role: 'rekor' }, (answer) => ({ ...answer, status: 403 }));
    const ended = await stage.run(['pack', '@acme/widget@1.0.0', '-o', 'evidence.pack'], { cwd });
    undo();
    expect(ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('warning: pkg:jsr/@acme/widget@1.0.0: '),
    });
    // The failure is part of the evidence.
    expect(await stage.run(['@acme/widget@1.0.0', '--pack', 'evidence.pack'], { cwd })).toMatchObject({
      code: 3,
    });
  });
});
