import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  absent,
  type Failure,
  type FailureKind,
  type Gathered,
  unavailable,
} from '../../src/model/evidence.ts';
import { type HttpSource, httpSource } from '../../src/source/http/http.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import type { FetchProof } from '../../src/tlog/follow.ts';
import { openLog as openRekor } from '../../src/tlog/log.ts';
import { rekorApi } from '../support/rekor-api.ts';
import { Follower, frozen, openLog, sameNote } from './follow-world.ts';

const log = openLog();
const tree = '2605736670972794746';
const asked: string[] = [];
let answer: { readonly status: number; readonly body: string } | undefined;
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  const { status, json } = rekorApi(log, request.method ?? '', request.url ?? '', '');
  response.writeHead(answer?.status ?? status, { 'content-type': 'application/json' });
  response.end(answer?.body ?? JSON.stringify(json));
});
let rekor = '';
let source: HttpSource;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rekor = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  source = httpSource({ userAgent: 'test' });
  asked.length = 0;
  answer = undefined;
});
afterAll(async () => {
  await source.close();
  server.close();
});

/** Asks the log for proofs, as following one does. */
const proofsFrom = (from: Source, address: string): FetchProof => {
  const rekorLog = openRekor(from, address);
  return (question) => rekorLog.proof(question);
};
const ask = (firstSize: bigint, lastSize: bigint, treeId: string | undefined = tree, again = false) =>
  proofsFrom(source, rekor)({ treeId, firstSize, lastSize, again });

test('a log is followed over HTTP, its growing tree and its frozen one', async () => {
  const follower = new Follower();
  const fetchProof = proofsFrom(source, rekor);
  expect((await follower.run(log, [100], { fetchProof })).kind).toBe('first-seen');
  expect((await follower.run(log, [150], { fetchProof })).kind).toBe('consistent');
  expect(asked).toEqual([`/api/v1/log/proof?firstSize=100&lastSize=150&treeID=${tree}`]);
});

test('the root of now that comes beside a proof is not the root of the size that was asked for (trap 24)', async () => {
  const follower = new Follower();
  const fetchProof = proofsFrom(source, rekor);
  await follower.run(log, [100], { fetchProof });
  // The tree has 200 entries, so the answer names a different root than the checkpoint of 150 does.
  const { rootHash } = log.proof(100, 150);
  expect(log.checkpoint(undefined, 150)).not.toContain(Buffer.from(rootHash, 'hex').toString('base64'));
  expect((await follower.run(log, [150], { fetchProof })).kind).toBe('consistent');
});

test('a lie about that root changes nothing', async () => {
  const { hashes } = log.proof(100, 150);
  answer = { status: 200, body: JSON.stringify({ rootHash: '00'.repeat(32), hashes }) };
  const follower = new Follower();
  const fetchProof = proofsFrom(source, rekor);
  await follower.run(log, [100], { fetchProof });
  expect((await follower.run(log, [150], { fetchProof })).kind).toBe('consistent');
});

test('sizes the tree does not have are the log’s own no', async () => {
  expect(await ask(100n, 5000n)).toMatchObject({ state: 'absent' });
  expect(await ask(100n, 150n, '1')).toMatchObject({ state: 'absent' });
});

test('a proof is asked for once, and once more past every cache', async () => {
  await ask(100n, 150n);
  await ask(100n, 150n);
  expect(asked).toHaveLength(1);
  expect(await ask(100n, 150n, tree, true)).toMatchObject({ state: 'present' });
  expect(asked).toHaveLength(2);
});

test('a log of one tree offers no proofs, and is not asked', async () => {
  const answered = await proofsFrom(
    source,
    rekor,
  )({ treeId: undefined, firstSize: 1n, lastSize: 2n, again: false });
  expect(answered).toEqual(
    unavailable(rekor, { kind: 'unsupported', why: 'this kind of log offers no consistency proofs' }),
  );
  expect(asked).toEqual([]);
});

/** Answers every question alike, and keeps it. */
function saying(answered: Gathered<Uint8Array>): { source: Source; questions: SourceRequest[] } {
  const questions: SourceRequest[] = [];
  const one = async (request: SourceRequest) => {
    questions.push(request);
    return answered;
  };
  const digest = async () => unavailable('', { kind: 'timeout', why: 'not asked for' });
  return { questions, source: { ask: one, digest, requests: new Map() } };
}
const refused = { kind: 'status', status: 400, why: 'answered 400' } as const;
const notRefused: readonly (readonly [string, Failure])[] = [
  ['an answer that is too large', { kind: 'too-large', why: 'answered 400' }],
  ['another status', { kind: 'status', status: 403, why: 'answered 400' }],
  ['an answer of an old pack, which records no kind', { kind: 'unknown', why: 'answered 400' }],
];
const sizes = { treeId: '3', firstSize: 1n, lastSize: 2n, again: false };

test('status 400: the log has no tree of these sizes, whatever the reason says in words', async () => {
  const { source: refusing } = saying(unavailable('x', { ...refused, why: 'no' }));
  expect(await proofsFrom(refusing, 'https://log.test')(sizes)).toEqual(
    absent('https://log.test/api/v1/log/proof?firstSize=1&lastSize=2&treeID=3'),
  );
});

test.each(notRefused)('%s is no answer of the log, whatever the reason says in words', async (_, failure) => {
  const { source: failing } = saying(unavailable('x', failure));
  expect(await proofsFrom(failing, 'https://log.test')(sizes)).toEqual(unavailable('x', failure));
});

test('a proof may be kept for ever, a second look goes past every cache, and heads are never kept', async () => {
  const { source: counting, questions } = saying(absent('x'));
  const fetchProof = proofsFrom(counting, 'https://log.test');
  for (const again of [false, true]) await fetchProof({ treeId: '3', firstSize: 1n, lastSize: 2n, again });
  expect(await openRekor(counting, 'https://log.test').heads()).toEqual(absent('x'));
  const url = 'https://log.test/api/v1/log/proof?firstSize=1&lastSize=2&treeID=3';
  const proof = { method: 'GET', url, maxBytes: 16_384, expect: 'json' };
  expect(questions).toEqual([
    { ...proof, lifetime: 'immutable' },
    { ...proof, lifetime: 'never', pastEdge: true },
    {
      method: 'GET',
      url: 'https://log.test/api/v1/log',
      maxBytes: 262_144,
      expect: 'json',
      lifetime: 'never',
    },
  ]);
});

const hash = 'ab'.repeat(32);
const hashes = (count: number) => Array.from({ length: count }, () => hash);
const proofWith = (list: readonly unknown[]) => JSON.stringify({ rootHash: '', hashes: list });

test.each([
  [0, '{"rootHash":""}'],
  [64, proofWith(hashes(64))],
])('a proof may have %i hashes', async (count, body) => {
  answer = { status: 200, body };
  expect(await ask(100n, 150n)).toMatchObject({
    state: 'present',
    value: hashes(count).map((hex) => Buffer.from(hex, 'hex')),
  });
});

test.each([
  [200, 'no json', 'the proof is not JSON'],
  [200, '{}', 'the answer is not a proof'],
  [200, '{"rootHash":"","hashes":"x"}', 'the answer is not a proof'],
  [200, proofWith(['xyz']), 'the answer is not a proof'],
  [200, proofWith([1]), 'the answer is not a proof'],
  [200, proofWith([[hash]]), 'the answer is not a proof'],
  [200, proofWith([`${hash}ab`]), 'the answer is not a proof'],
  [200, proofWith([`x${hash}`]), 'the answer is not a proof'],
  [200, proofWith(hashes(65)), 'the answer is not a proof'],
  [200, `{"rootHash":"${'x'.repeat(100_000)}","hashes":[]}`, 'longer than 16384 bytes', 'too-large'],
  [403, '{}', 'answered 403', 'status'],
] as const)(
  'status %i with %.30j is no answer',
  async (status, body, why, kind: FailureKind = 'unreadable') => {
    answer = { status, body };
    const url = `${rekor}/api/v1/log/proof?firstSize=100&lastSize=150&treeID=${tree}`;
    expect(await ask(100n, 150n)).toMatchObject({ state: 'unavailable', from: url, kind, why });
  },
);

test('no end point for proofs is no proof, not a broken answer', async () => {
  answer = { status: 404, body: '{}' };
  expect((await ask(100n, 150n)).state).toBe('absent');
});

test('the heads of all trees are read, the growing one first', async () => {
  const heads = await openRekor(source, rekor).heads();
  expect(heads).toMatchObject({
    state: 'present',
    value: [sameNote(log.checkpoint()), sameNote(log.checkpoint(frozen))],
  });
});

test('a log of one tree has one head, and of thousands of shards only a hundred are read', async () => {
  answer = { status: 200, body: '{"signedTreeHead":"x"}' };
  expect(await openRekor(source, rekor).heads()).toMatchObject({ state: 'present', value: ['x'] });
  const inactiveShards = Array.from({ length: 3000 }, () => ({ signedTreeHead: 'y' }));
  answer = { status: 200, body: JSON.stringify({ signedTreeHead: 'x', inactiveShards }) };
  expect(await openRekor(source, rekor).heads()).toMatchObject({
    state: 'present',
    value: ['x', ...Array.from({ length: 99 }, () => 'y')],
  });
});

test.each([
  ['[]', 'the state of the log has no signed head'],
  ['{}', 'the state of the log has no signed head'],
  ['x', 'the state of the log is not JSON'],
  ['{"signedTreeHead":1}', 'the state of the log has no signed head'],
  ['{"signedTreeHead":"x","inactiveShards":[{}]}', 'the state of the log has no signed head'],
  ['{"signedTreeHead":"x","inactiveShards":7}', 'the state of the log has no signed head'],
])('heads such as %j are no answer', async (body, why) => {
  answer = { status: 200, body };
  expect(await openRekor(source, rekor).heads()).toEqual(
    unavailable(`${rekor}/api/v1/log`, { kind: 'unreadable', why }),
  );
});
