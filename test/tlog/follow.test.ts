import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absent, present, unavailable } from '../../src/model/evidence.ts';
import type { FetchProof } from '../../src/tlog/follow.ts';
import { checkpointMemory } from '../../src/tlog/follow-memory.ts';
import { checkFork } from '../../src/tlog/fork.ts';
import { signCheckpoint } from '../support/checkpoint.ts';
import { mintSigstore } from '../support/sigstore.ts';
import {
  Follower,
  frozen,
  headOf,
  keys,
  openLog,
  origin,
  proofsOf,
  sameNote,
  sigstore,
  silent,
} from './follow-world.ts';

describe('an honest log', () => {
  test('is seen for the first time and remembered', async () => {
    const follower = new Follower();
    expect(await follower.run(openLog(), [150])).toEqual({
      kind: 'first-seen',
      logs: [{ origin, size: '150' }],
    });
    expect(follower.memory.sizeOf(origin)).toBe('150');
    expect(follower.questions).toEqual([]);
    // Nobody is asked about a log that was not seen.
    expect(follower.memory.recalled).toEqual([origin]);
  });

  test('that grew is consistent, with one question', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    expect(await follower.run(log, [200])).toEqual({
      kind: 'consistent',
      logs: [{ origin, size: '200', remembered: '150' }],
    });
    expect(follower.questions).toEqual(['150-200']);
    expect(follower.memory.sizeOf(origin)).toBe('200');
  });

  test('that did not grow is consistent, without a question', async () => {
    const follower = new Follower();
    await follower.run(openLog(), [200]);
    follower.memory.meanwhile = () => expect.unreachable('what did not change is not written again');
    expect(await follower.run(openLog(), [200])).toMatchObject({ kind: 'consistent' });
    expect(follower.questions).toEqual([]);
  });

  test('may show checkpoints older and newer than the remembered one, and the newest is remembered', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    expect(await follower.run(log, [200, 20, 90, 150, 20, 180])).toMatchObject({
      kind: 'consistent',
      logs: [{ size: '200', remembered: '150' }],
    });
    expect(follower.questions).toEqual(['20-90', '90-150', '150-180', '180-200']);
    expect(follower.memory.sizeOf(origin)).toBe('200');
  });

  test('that shows only older checkpoints is consistent, and what is remembered stays', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    expect(await follower.run(log, [100])).toMatchObject({
      kind: 'consistent',
      logs: [{ size: '200', remembered: '200' }],
    });
    expect(follower.questions).toEqual(['100-200']);
    expect(follower.memory.sizeOf(origin)).toBe('200');
  });

  test('is consistent from any sizes to any sizes', async () => {
    const log = openLog(120);
    const size = fc.integer({ min: 0, max: 120 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { minLength: 1, maxLength: 4 }),
        fc.array(size, { minLength: 1, maxLength: 4 }),
        async (first, second) => {
          const follower = new Follower();
          await follower.run(log, first);
          expect(await follower.run(log, second)).toMatchObject({ kind: 'consistent' });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that was empty when it was first seen may hold anything later', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [0]);
    expect(await follower.run(log, [200])).toMatchObject({ kind: 'consistent' });
    expect(follower.questions).toEqual([]);
  });

  test('is followed tree by tree: a frozen one and a growing one', async () => {
    const follower = new Follower();
    const log = openLog();
    const run = (size: number) =>
      follower.run(log, [size], { seen: [headOf(log, size), headOf(log, 300, frozen)] });
    expect(await run(150)).toMatchObject({ kind: 'first-seen', logs: [{ size: '150' }, { size: '300' }] });
    expect(await run(200)).toMatchObject({
      kind: 'consistent',
      logs: [{ remembered: '150' }, { remembered: '300' }],
    });
    expect(follower.questions).toEqual(['150-200']);
  });

  test('may freeze its tree and open another, which is then seen for the first time', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    log.rotate('7104918233419226014', 5);
    const outcome = await follower.run(log, [], {
      seen: [headOf(log, 200, '2605736670972794746'), headOf(log, 5)],
    });
    expect(outcome).toMatchObject({ kind: 'consistent', logs: [{ remembered: '200' }, { size: '5' }] });
  });

  test('its present heads are followed as well', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    const { signedTreeHead, inactiveShards } = log.info();
    const current = [signedTreeHead, ...inactiveShards.map((shard) => shard.signedTreeHead)];
    expect(await follower.run(log, [100], { current })).toMatchObject({
      kind: 'consistent',
      logs: [{ size: '200' }, { size: '300' }],
    });
    expect(follower.questions).toEqual(['100-150', '150-200']);
  });

  test('whose present head lags behind is believed when it can prove what it signed', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    expect(await follower.run(log, [200], { current: [log.checkpoint(undefined, 180)] })).toMatchObject({
      kind: 'consistent',
    });
    expect(follower.questions).toEqual(['180-200']);
  });

  test('two logs are two logs', async () => {
    const other = openLog();
    other.rotate('7104918233419226014', 50);
    const log = openLog();
    const seen = [headOf(log, 200), headOf(other, 50)];
    expect(await new Follower().run(log, [], { seen })).toMatchObject({
      kind: 'first-seen',
      logs: [{ size: '200' }, { size: '50' }],
    });
  });

  test('a proof that was spoilt on the way is asked for again, past the cache', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    const asked: boolean[] = [];
    const outcome = await follower.run(log, [200], {
      fetchProof: async (question) => {
        asked.push(question.again);
        return question.again ? proofsOf(log)(question) : present([Buffer.alloc(32)], 'cache');
      },
    });
    expect(outcome.kind).toBe('consistent');
    expect(asked).toEqual([false, true]);
  });

  test('without a memory it is seen for the first time every time', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150], { memory: undefined });
    expect(await follower.run(log, [200, 100], { memory: undefined })).toMatchObject({ kind: 'first-seen' });
    expect(follower.questions).toEqual(['100-200']);
  });
});

describe('a log that forked', () => {
  // Odd sizes: the proof of a forked log convicts it. At a power of two it can only stay silent about it.
  test.each([
    [151, 'contradiction', 'the log signed two histories: the older tree is not a prefix of the newer one'],
    [199, 'contradiction', 'the log signed two histories: the older tree is not a prefix of the newer one'],
    [
      128,
      'unproven',
      'the log does not prove that its tree of 128 entries is a prefix of the one of 200: the proof does not match the newer root',
    ],
  ] as const)('since what was remembered, at %i entries', async (size, worth, why) => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [size]);
    const outcome = await follower.run(log.fork(50), [200]);
    expect(outcome).toMatchObject({ kind: 'forked', logs: [{ size: '200', remembered: String(size) }] });
    if (outcome.kind !== 'forked') throw new Error(outcome.kind);
    expect(outcome.fork).toMatchObject({
      origin,
      older: sameNote(log.checkpoint(undefined, size)),
      newer: sameNote(log.fork(50).checkpoint()),
      why,
    });
    expect(checkFork(outcome.fork, keys).kind).toBe(worth);
  });

  test('is not remembered, so that the next run sees it again', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [151]);
    await follower.run(log.fork(50), [200]);
    expect(follower.memory.sizeOf(origin)).toBe('151');
    expect((await follower.run(log.fork(50), [200])).kind).toBe('forked');
  });

  test('at the size that is remembered needs no question', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    const outcome = await follower.run(log.fork(50), [200], { fetchProof: silent });
    expect(outcome).toMatchObject({ kind: 'forked', fork: { proof: [] } });
    if (outcome.kind === 'forked') expect(checkFork(outcome.fork, keys).kind).toBe('contradiction');
  });

  test('at the first look is not remembered, and is seen although the memory is damaged', async () => {
    const follower = new Follower();
    const log = openLog();
    const seen = [headOf(log, 151), headOf(log.fork(50), 200)];
    expect((await follower.run(log, [], { seen })).kind).toBe('forked');
    expect([...follower.memory.notes]).toEqual([]);
    follower.memory.damage = 'its digest does not match its content';
    expect((await follower.run(log, [], { seen })).kind).toBe('forked');
  });

  test('within one run is seen without a memory', async () => {
    const log = openLog();
    const seen = [headOf(log, 151), headOf(log.fork(50), 200)];
    for (const honest of [log, log.fork(50)]) {
      expect(await new Follower().run(honest, [], { seen, memory: undefined })).toMatchObject({
        kind: 'forked',
      });
    }
  });

  test('behind a checkpoint that is older than the remembered one', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    const outcome = await follower.run(log, [], { seen: [headOf(log.fork(50), 101)] });
    expect(outcome).toMatchObject({ kind: 'forked' });
  });

  test('in a frozen tree', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200], { seen: [headOf(log, 300, frozen)] });
    const other = sigstore.openLog({ salt: 'other', shards: [{ treeId: frozen, filler: 300 }] });
    expect(await follower.run(other, [300])).toMatchObject({ kind: 'forked' });
  });

  test('is seen although another log could not be asked', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200], { seen: [headOf(log, 100), headOf(log, 300, frozen)] });
    const other = sigstore.openLog({ salt: 'other', shards: [{ treeId: frozen, filler: 300 }] });
    const outcome = await follower.run(log, [], {
      seen: [headOf(log, 200), headOf(other, 300)],
      fetchProof: silent,
    });
    expect(outcome).toMatchObject({
      kind: 'forked',
      fork: { origin: `${sigstore.rekorKey.host} - ${frozen}` },
    });
  });

  test('is seen although some of its proofs cannot be had', async () => {
    const log = openLog();
    const fetchProof: FetchProof = async (question) =>
      question.firstSize < 100n ? silent(question) : proofsOf(log.fork(50))(question);
    const seen = [headOf(log, 51), headOf(log, 151), headOf(log.fork(50), 200)];
    expect((await new Follower().run(log, [], { seen, fetchProof })).kind).toBe('forked');
  });

  test('that answers with any other proof does not get away', async () => {
    const log = openLog();
    const forked = log.fork(50);
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(fc.array(hash, { maxLength: 12 }), async (proof) => {
        const follower = new Follower();
        await follower.run(log, [151]);
        const outcome = await follower.run(forked, [200], { fetchProof: async () => present(proof, 'log') });
        expect(outcome.kind).toBe('forked');
      }),
    );
  });

  test('has gone back: its head is smaller than what it signed, and it proves no connection', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    const rewound = log.rewind(120);
    const outcome = await follower.run(rewound, [120], { current: [rewound.checkpoint()] });
    expect(outcome).toMatchObject({
      kind: 'forked',
      fork: {
        older: sameNote(log.checkpoint()),
        newer: sameNote(rewound.checkpoint()),
        proof: [],
        why: 'the log went back: it shows 120 entries but signed 200 before, and has no consistency proof',
      },
    });
  });

  test.each<readonly [string, readonly number[], FetchProof]>([
    ['it does not answer', [120], silent],
    ['its head is as large as what it signed', [200], async () => absent('log')],
    ['one of its heads is as large as what it signed', [120, 200], async () => absent('log')],
  ])('has not gone back where %s', async (_, sizes, fetchProof) => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [200]);
    const current = sizes.map((size) => log.checkpoint(undefined, size));
    expect((await follower.run(log, [120], { current, fetchProof })).kind).toBe('not-checked');
  });

  test('shows a head that it has not signed', async () => {
    const follower = new Follower();
    const log = openLog();
    const stranger = mintSigstore();
    const head = signCheckpoint(stranger.rekorKey, { origin, size: 200, root: Buffer.alloc(32) });
    for (const current of [[head], [log.checkpoint(), head]]) {
      expect(await follower.run(log, [200], { current })).toMatchObject({
        kind: 'forked',
        fork: {
          origin,
          newer: head,
          proof: [],
          why: 'the current head of the log is a checkpoint without a valid signature of its log',
        },
      });
    }
  });
});

describe('a head of a log that is not known', () => {
  const head = mintSigstore({ rekorHost: 'stranger.test' }).openLog().checkpoint();

  test('says nothing about those that are', async () => {
    expect(await new Follower().run(openLog(), [200], { current: [head] })).toEqual({
      kind: 'first-seen',
      logs: [{ origin, size: '200' }],
    });
  });

  test('is nothing seen', async () => {
    expect(await new Follower().run(openLog(), [], { current: [head] })).toEqual({
      kind: 'not-checked',
      why: 'no checkpoint was seen',
    });
  });
});

describe('a log that cannot be asked', () => {
  test('is not checked, and what is remembered stays', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    expect(await follower.run(log, [200], { fetchProof: silent })).toEqual({
      kind: 'not-checked',
      why: `${origin}: no proof from 150 to 200 entries (no answer in time)`,
    });
    expect(follower.memory.sizeOf(origin)).toBe('150');
  });

  test('about one pair of heads is not checked, although it proves all others', async () => {
    const log = openLog();
    const fetchProof: FetchProof = async (question) =>
      question.firstSize === 50n ? proofsOf(log)(question) : silent(question);
    expect(await new Follower().run(log, [50, 100, 200], { fetchProof })).toEqual({
      kind: 'not-checked',
      why: `${origin}: no proof from 100 to 200 entries (no answer in time)`,
    });
  });

  test('about any of its trees says so for each', async () => {
    const follower = new Follower();
    const log = openLog();
    const seen = [headOf(log, 100), headOf(log, 200), headOf(log, 250, frozen), headOf(log, 300, frozen)];
    expect(await follower.run(log, [], { seen, fetchProof: silent })).toEqual({
      kind: 'not-checked',
      why: [
        `${origin}: no proof from 100 to 200 entries (no answer in time)`,
        `${sigstore.rekorKey.host} - ${frozen}: no proof from 250 to 300 entries (no answer in time)`,
      ].join('; '),
    });
  });

  test('cannot slip a fork in while it is silent', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [151]);
    await follower.run(log.fork(50), [200], { fetchProof: silent });
    expect((await follower.run(log.fork(50), [200])).kind).toBe('forked');
  });

  test('or has no such proof, is not checked', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    const outcome = await follower.run(log, [200], { fetchProof: async () => absent('log') });
    expect(outcome).toMatchObject({ kind: 'not-checked', why: expect.stringContaining('the log has none') });
  });

  test('when an answer did not hold and the second look fails, is not checked', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [150]);
    const outcome = await follower.run(log, [200], {
      fetchProof: async ({ again }) =>
        again ? unavailable('log', { kind: 'timeout', why: 'broken' }) : present([], 'log'),
    });
    expect(outcome.kind).toBe('not-checked');
  });

  test('a first look at several heads remembers the newest all the same', async () => {
    const follower = new Follower();
    expect(await follower.run(openLog(), [150, 200], { fetchProof: silent })).toMatchObject({
      kind: 'not-checked',
    });
    expect(follower.memory.sizeOf(origin)).toBe('200');
  });

  test('nothing seen is nothing checked', async () => {
    expect(await new Follower().run(openLog(), [])).toEqual({
      kind: 'not-checked',
      why: 'no checkpoint was seen',
    });
  });
});

describe('the memory', () => {
  test('that is damaged is never taken for an empty one', async () => {
    const follower = new Follower();
    follower.memory.damage = 'its digest does not match its content';
    expect(await follower.run(openLog(), [200])).toEqual({
      kind: 'not-checked',
      why: `${origin}: its digest does not match its content`,
    });
  });

  test('that holds what no log signed is not believed', async () => {
    const follower = new Follower();
    const log = openLog();
    for (const note of [
      '',
      'nonsense',
      signCheckpoint(mintSigstore().rekorKey, { origin, size: 5, root: Buffer.alloc(32) }),
      log.checkpoint(frozen),
    ]) {
      follower.memory.notes.set(origin, note);
      expect(await follower.run(log, [200])).toMatchObject({ kind: 'first-seen' });
      expect(follower.memory.sizeOf(origin)).toBe('200');
    }
  });

  test('that another process moved on is read again, and moved on from there', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [100]);
    follower.memory.meanwhile = () => {
      follower.memory.meanwhile = () => undefined;
      follower.memory.notes.set(origin, log.checkpoint(undefined, 150));
    };
    expect(await follower.run(log, [120])).toMatchObject({
      kind: 'consistent',
      logs: [{ size: '150', remembered: '150' }],
    });
    expect(follower.memory.sizeOf(origin)).toBe('150');
    expect(follower.questions).toEqual(['100-120', '120-150']);
  });

  test('that another process moved to a fork shows it', async () => {
    const follower = new Follower();
    const log = openLog();
    await follower.run(log, [100]);
    follower.memory.meanwhile = () =>
      void follower.memory.notes.set(origin, log.fork(50).checkpoint(undefined, 151));
    expect((await follower.run(log, [120])).kind).toBe('forked');
  });

  test('that never holds still does not hold a run up', async () => {
    const follower = new Follower();
    const log = openLog();
    let size = 100;
    follower.memory.meanwhile = () =>
      void follower.memory.notes.set(origin, log.checkpoint(undefined, size++));
    expect((await follower.run(log, [200])).kind).toBe('consistent');
    // Five times; the next run will see to it.
    expect(size).toBe(105);
  });

  test('in a folder keeps each log apart, and says when another was faster or it cannot be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jsr-memory-'));
    const memory = checkpointMemory(folder);
    expect(await memory.compareAndSwap('a', undefined, 'one')).toBe('swapped');
    expect(await memory.compareAndSwap('b', undefined, 'two')).toBe('swapped');
    expect(await memory.compareAndSwap('a', 'two', 'three')).toBe('changed');
    expect(await memory.get('a')).toEqual({ state: 'known', note: 'one' });
    expect(await memory.get('b')).toEqual({ state: 'known', note: 'two' });
    for (const name of await readdir(folder)) await writeFile(join(folder, name), 'rubbish');
    expect(await memory.compareAndSwap('a', 'one', 'three')).toBe('unavailable');
    await rm(folder, { recursive: true });
  });

  test('lies in a folder between runs, and damage to it is said', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jsr-memory-'));
    const follower = new Follower();
    const log = openLog();
    const run = (size: number) => follower.run(log, [size], { memory: checkpointMemory(folder) });
    expect((await run(150)).kind).toBe('first-seen');
    expect(await run(200)).toMatchObject({ kind: 'consistent', logs: [{ remembered: '150' }] });
    for (const name of await readdir(folder)) await writeFile(join(folder, name), 'rubbish');
    expect(await run(200)).toMatchObject({
      kind: 'not-checked',
      why: expect.stringContaining('cannot be used'),
    });
    await rm(folder, { recursive: true });
  });
});
