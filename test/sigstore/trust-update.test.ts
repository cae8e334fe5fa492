import { getEventListeners } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { replayTuf, type TufState, type TufUpdated, updateTuf } from '../../src/sigstore/tuf.ts';
import { MirrorUnavailable, type TufFiles } from '../../src/sigstore/tuf-mirror.ts';
import { mintTuf, type TufRelease, type TufRepository } from '../support/tuf.ts';
import { daysFromNow } from './tuf-world.ts';

const target = Buffer.from('{"a":"trusted root"}');
const mint = () => mintTuf({ targets: { 'trusted_root.json': target } });

/** The files of a repository, and which of them were asked for. */
function filesOf(repository: TufRepository, changes: Readonly<Record<string, TufFiles['read']>> = {}) {
  const asked: string[] = [];
  const read: TufFiles['read'] = async (path, maxBytes) => {
    asked.push(path);
    return await (changes[path]?.(path, maxBytes) ?? repository.get(path));
  };
  return { asked, read };
}

const targetPath = (repository: TufRepository): string =>
  repository.paths().find((path) => path.startsWith('targets/')) ?? '';

async function updated(repository: TufRepository, known?: TufState): Promise<TufUpdated> {
  const outcome = await updateTuf(repository.root(), filesOf(repository), known);
  if (outcome.kind !== 'updated') throw new Error(outcome.why);
  return outcome;
}

/** To the second, as TUF counts. */
const inDays = (days: number): Date => new Date(Math.floor(daysFromNow(days).getTime() / 1000) * 1000);

describe('an update', () => {
  test('gives the target, all metadata but the root it began with, and when the first of it expires', async () => {
    const repository = mint();
    const expires = { timestamp: inDays(9), snapshot: inDays(7), targets: inDays(8) };
    repository.release({ expires });
    repository.rotateRoot({ expires: inDays(20) });
    expect(await updated(repository)).toEqual({
      kind: 'updated',
      state: {
        roots: new Map([[2, repository.root(2)]]),
        roles: new Map([
          ['timestamp.json', repository.get('timestamp.json')],
          ['snapshot.json', repository.get('2.snapshot.json')],
          ['targets.json', repository.get('2.targets.json')],
        ]),
        trustedRoot: target,
      },
      versions: { root: 2, timestamp: 2, snapshot: 2, targets: 2 },
      expiresAt: expires.snapshot,
    });
  });

  test('asks for each file once, under its bound, and for no file that is known', async () => {
    const repository = mint();
    repository.rotateRoot();
    const bounds: [string, number][] = [];
    const read: TufFiles['read'] = async (path, maxBytes) => {
      bounds.push([path, maxBytes]);
      return repository.get(path);
    };
    const outcome = await updateTuf(repository.root(), { read });
    expect(bounds).toEqual([
      ['2.root.json', 512_000],
      ['3.root.json', 512_000],
      ['timestamp.json', 16_384],
      ['1.snapshot.json', repository.get('1.snapshot.json')?.length],
      ['1.targets.json', 5_000_000],
      [targetPath(repository), target.length],
    ]);
    const files = filesOf(repository);
    const known = outcome.kind === 'updated' ? outcome.state : undefined;
    expect(await updateTuf(repository.root(), files, known)).toEqual(outcome);
    expect(files.asked).toEqual(['3.root.json', 'timestamp.json']);
  });

  test('can be done again from what it left behind, with the same outcome, whatever its versions', async () => {
    const repository = mint();
    for (let version = 2; version <= 11; version += 1) repository.rotateRoot();
    repository.rotateRoot({ roles: ['root', 'snapshot'] });
    repository.release({ version: { timestamp: 20, snapshot: 21, targets: 22 } });
    const outcome = await updated(repository);
    expect([...outcome.state.roots.keys()]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(outcome.versions).toEqual({ root: 12, timestamp: 20, snapshot: 21, targets: 22 });
    expect(await replayTuf(repository.root(), outcome.state)).toEqual(outcome);
  });

  test.each<readonly [what: string, lie: Partial<TufState>, why: RegExp]>([
    ['a root', { roots: new Map() }, /signatures are missing or wrong/],
    ['a role', { roles: new Map() }, /^timestamp\.json: not found$/],
    ['the target', { trustedRoot: Buffer.from('x') }, /not the one that was signed/],
  ])('is not done again without %s', async (_, lie, why) => {
    const repository = mint();
    repository.rotateRoot({ roles: ['root', 'timestamp'] });
    const { state } = await updated(repository);
    expect(await replayTuf(repository.root(), { ...state, ...lie })).toMatchObject({
      why: expect.stringMatching(why),
    });
  });

  test('fetches the target again where the known one is not the one that was signed', async () => {
    const repository = mint();
    const { state } = await updated(repository);
    const again = await updated(repository, { ...state, trustedRoot: Buffer.from('{"a":"trusted rooT"}') });
    expect(again.state.trustedRoot).toEqual(target);
  });

  test('takes no word of metadata that was kept and is never verified', async () => {
    const repository = mint();
    const honest = await updated(repository);
    const evil = mint();
    const roles = new Map([
      ...honest.state.roles,
      ['x.json', Buffer.from('{"signed":{"version":7,"expires":"never"}}')] as const,
      ['root.json', evil.root()] as const,
    ]);
    expect(await updated(repository, { ...honest.state, roles })).toEqual(honest);
  });

  test('takes a target of a megabyte, and asks for none that is longer', async () => {
    const repository = mint();
    const largest = Buffer.alloc(1_000_000, ' ');
    repository.release({ targets: { 'trusted_root.json': largest } });
    expect(largest.equals((await updated(repository)).state.trustedRoot)).toBe(true);
    repository.release({ targets: { 'trusted_root.json': Buffer.alloc(1_000_001, ' ') } });
    const files = filesOf(repository);
    expect(await updateTuf(repository.root(), files)).toMatchObject({
      kind: 'invalid',
      why: 'trusted_root.json is to have 1000001 bytes',
    });
    expect(files.asked.filter((path) => path.startsWith('targets/'))).toEqual([]);
  });

  test('leaves nothing on disk, whatever comes of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jsr-update-'));
    vi.stubEnv('TMPDIR', folder);
    try {
      const repository = mint();
      const seen: string[] = [];
      const look: TufFiles['read'] = async () => {
        seen.push(...(await readdir(folder)));
        return undefined;
      };
      await updateTuf(repository.root(), filesOf(repository, { '2.root.json': look }));
      expect(seen).toEqual([expect.stringMatching(/^jsr-verify-\w+$/)]);
      await updateTuf(repository.root(), { read: async () => undefined });
      expect(await readdir(folder)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });
});

describe('an update comes to nothing', () => {
  const attacks: readonly (readonly [attack: string, lie: TufRelease, outcome: object])[] = [
    [
      'an expired timestamp (freeze)',
      { expires: { timestamp: daysFromNow(-1) } },
      { kind: 'expired', why: 'timestamp.json is expired' },
    ],
    [
      'an expired snapshot (freeze)',
      { expires: { snapshot: daysFromNow(-1) } },
      { kind: 'expired', why: 'snapshot.json is expired' },
    ],
    [
      'expired targets (freeze)',
      { expires: { targets: daysFromNow(-1) } },
      { kind: 'expired', why: 'targets.json is expired' },
    ],
    [
      'no trusted root',
      { targets: { 'other.json': target } },
      { kind: 'invalid', why: 'no trusted_root.json is signed' },
    ],
    [
      'a forged snapshot',
      { forged: ['snapshot'] },
      { kind: 'invalid', why: 'signatures are missing or wrong (snapshot was signed by 0/1 keys)' },
    ],
  ];
  test.each(attacks)('over %s', async (_, lie, outcome) => {
    const repository = mint();
    repository.release(lie);
    expect(await updateTuf(repository.root(), filesOf(repository))).toMatchObject(outcome);
  });

  test('over a root that has expired', async () => {
    const repository = mint();
    repository.rotateRoot({ expires: daysFromNow(-1) });
    expect(await updateTuf(repository.root(), filesOf(repository))).toMatchObject({
      kind: 'expired',
      why: 'root.json is expired',
    });
  });

  test('over metadata that two readers would read in two ways, though it is signed', async () => {
    const repository = mint();
    const text = repository.get('timestamp.json')?.toString('utf8') ?? '';
    repository.put('timestamp.json', Buffer.from(text.replace('{', '{"signatures": [],')));
    expect(await updateTuf(repository.root(), filesOf(repository))).toMatchObject({
      kind: 'invalid',
      why: expect.stringContaining('metadata is ambiguous: duplicate key "signatures"'),
    });
  });

  test.each(['timestamp.json', '1.snapshot.json', '1.targets.json', 'target'])(
    'without %s, which says nothing about what is right',
    async (path) => {
      const repository = mint();
      const missing = path === 'target' ? targetPath(repository) : path;
      repository.put(missing, undefined);
      expect(await updateTuf(repository.root(), filesOf(repository))).toEqual({
        kind: 'unavailable',
        why: `${missing}: not found`,
      });
    },
  );

  test.each(['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'])(
    'where the mirror is silent about %s, whatever the library makes of it',
    async (path) => {
      const repository = mint();
      const silent = async () => Promise.reject(new MirrorUnavailable('silence'));
      const files = filesOf(repository, { [path]: silent });
      expect(await updateTuf(repository.root(), files)).toEqual({ kind: 'unavailable', why: 'silence' });
    },
  );

  test.each(['2.root.json', '1.snapshot.json'])(
    'by an error about %s that is no silence, which is never taken for one',
    async (path) => {
      const repository = mint();
      const cause = new Error('it is longer than it may be');
      const files = filesOf(repository, { [path]: () => Promise.reject(cause) });
      expect(await updateTuf(repository.root(), files)).toEqual({
        kind: 'invalid',
        why: cause.message,
        cause,
      });
    },
  );

  test('as soon as the time is up, even if it was up before', async () => {
    const repository = mint();
    const late = { kind: 'unavailable', why: 'no answer in time' };
    expect(await updateTuf(repository.root(), filesOf(repository), undefined, AbortSignal.abort())).toEqual(
      late,
    );
    const controller = new AbortController();
    const never = () => {
      controller.abort();
      return new Promise<undefined>(() => undefined);
    };
    const files = filesOf(repository, { 'timestamp.json': never });
    expect(await updateTuf(repository.root(), files, undefined, controller.signal)).toEqual(late);
  });

  test('or to something, and nobody listens for the end of time any more', async () => {
    const repository = mint();
    const { signal } = new AbortController();
    await updateTuf(repository.root(), filesOf(repository), undefined, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
