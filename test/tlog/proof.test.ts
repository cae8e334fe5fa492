import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HttpSource, httpSource } from '../../src/source/http.ts';
import { collectHeads, proofsFrom } from '../../src/tlog/proof.ts';
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
  // The tree has 200 entries, so the answer names another root than the checkpoint of 150 does.
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
  expect(answered).toMatchObject({ state: 'unavailable' });
  expect(asked).toEqual([]);
});

test.each([
  [200, 'no json'],
  [200, '{}'],
  [200, '{"rootHash":"","hashes":"x"}'],
  [200, '{"rootHash":"","hashes":["xyz"]}'],
  [200, '{"rootHash":"","hashes":[1]}'],
  [200, JSON.stringify({ rootHash: '', hashes: Array.from({ length: 65 }, () => '00'.repeat(32)) })],
  [200, `{"rootHash":"${'x'.repeat(100_000)}","hashes":[]}`],
  [403, '{}'],
])('status %i with %.30j is no answer', async (status, body) => {
  answer = { status, body };
  expect(await ask(100n, 150n)).toMatchObject({ state: 'unavailable' });
});

test('the heads of all trees are read, the growing one first', async () => {
  const heads = await collectHeads(source, rekor);
  expect(heads).toMatchObject({
    state: 'present',
    value: [sameNote(log.checkpoint()), sameNote(log.checkpoint(frozen))],
  });
});

test.each([
  '[]',
  '{}',
  '{"signedTreeHead":1}',
  '{"signedTreeHead":"x","inactiveShards":[{}]}',
  '{"signedTreeHead":"x","inactiveShards":7}',
])('heads such as %j are no answer', async (body) => {
  answer = { status: 200, body };
  expect(await collectHeads(source, rekor)).toMatchObject({ state: 'unavailable' });
});
