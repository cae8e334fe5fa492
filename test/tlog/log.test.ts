import { describe, expect, it } from 'vitest';
import { absent, unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { openLog } from '../../src/tlog/log.ts';
import { sourceOf } from '../examine/source.ts';
import { answerOf, withBody, withJson } from '../support/http.ts';
import { mintWorld } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';
import { customRecord } from '../support/rekor-entry.ts';
import { publish } from '../verify/chain.ts';

const maxCandidates = 50;
const rekor = 'https://rekor.sigstore.test';
const digestOf = ({ digest }: Publication) => digest as Sha256;

/** Somebody else's entries about a digest, after the true one. */
function flood(world: ReturnType<typeof mintWorld>, digest: string, count: number): void {
  for (let index = 0; index < count; index++)
    world.rekor.add(customRecord({ kind: 'x', apiVersion: '1', n: index }, world.now, [`sha256:${digest}`]));
}

describe('an entry that the registry names', () => {
  it('is asked for by its index, and keeps what was asked for', async () => {
    const world = mintWorld();
    const { attested } = publish(world);
    const source = sourceOf(world);
    const entry = await openLog(source, rekor).entry(attested.logIndex);
    // It never changes, and a web page is none.
    expect(source.asked).toMatchObject([{ method: 'GET', lifetime: 'immutable', expect: 'json' }]);
    expect(entry).toMatchObject({
      state: 'present',
      from: `${rekor}/api/v1/log/entries?logIndex=${attested.logIndex}`,
      value: { kind: 'rekor-entry', finder: 'registry', logIndex: attested.logIndex },
    });
  });

  it('is absent where the log has none, and unavailable where it does not say', async () => {
    const world = mintWorld();
    const from = (index: string) => `${rekor}/api/v1/log/entries?logIndex=${index}`;
    expect(await openLog(sourceOf(world), rekor).entry('999999')).toEqual(absent(from('999999')));
    world.edit({ role: 'rekor' }, () => answerOf(500, 'text/plain', 'oops'));
    expect(await openLog(sourceOf(world), rekor).entry('1')).toEqual(
      unavailable(from('1'), { kind: 'status', status: 500, why: 'answered 500' }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '<oops>'],
    ['no entry', '{}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('is unavailable where the answer is %s: silence is no proof of forgery', async (_, text) => {
    const world = mintWorld();
    const { attested } = publish(world);
    world.edit({ role: 'rekor' }, (answer) => withBody(answer, text));
    expect(await openLog(sourceOf(world), rekor).entry(attested.logIndex)).toMatchObject({
      state: 'unavailable',
      why: expect.stringMatching(/^the log's answer/),
    });
  });
});

describe('a search by digest', () => {
  it('brings every entry that names it, the oldest first', async () => {
    const world = mintWorld();
    const publication = publish(world);
    const stranger = world.attest(publication, { identity: { owner: 'stranger' } });
    const search = await openLog(sourceOf(world), rekor).search(digestOf(publication));
    expect(search).toMatchObject({
      outcome: 'found',
      candidates: [publication.attested, stranger].map(({ position }) => ({
        state: 'present',
        value: { kind: 'rekor-entry', finder: 'log-index', entryId: position.uuid },
      })),
    });
    expect(search).not.toHaveProperty('why');
  });

  it('names the digest as the log wants it, and nothing else', async () => {
    const world = mintWorld();
    const source = sourceOf(world);
    await openLog(source, rekor).search('a'.repeat(64) as Sha256);
    expect(source.asked).toMatchObject([
      {
        method: 'POST',
        url: `${rekor}/api/v1/index/retrieve`,
        body: `{"hash":"sha256:${'a'.repeat(64)}"}`,
        lifetime: 'never',
        expect: 'json',
      },
    ]);
  });

  it('that finds nothing says just that', async () => {
    const world = mintWorld();
    expect(await openLog(sourceOf(world), rekor).search('a'.repeat(64) as Sha256)).toEqual({
      outcome: 'nothing-found',
      candidates: [],
    });
  });

  it('does not bring what is at hand already', async () => {
    const world = mintWorld();
    const publication = publish(world);
    const stranger = world.attest(publication, { identity: { owner: 'stranger' } });
    const source = sourceOf(world);
    const leaf = publication.attested.position.uuid.slice(16);
    const { outcome, candidates } = await openLog(source, rekor).search(
      digestOf(publication),
      new Set([leaf]),
    );
    expect([outcome, candidates.length, source.asked.length]).toEqual(['found', 1, 2]);
    expect(candidates).toMatchObject([{ value: { entryId: stranger.position.uuid } }]);
  });

  it(`looks at ${maxCandidates} entries at most, and says how many it left`, async () => {
    const world = mintWorld();
    const publication = publish(world);
    flood(world, publication.digest, maxCandidates + 9);
    const source = sourceOf(world);
    const search = await openLog(source, rekor).search(digestOf(publication));
    expect(search.candidates).toHaveLength(maxCandidates);
    expect(search.failure).toEqual({
      kind: 'unsettled',
      why: '10 newer entries that name the digest were not checked',
    });
    expect(search.candidates[0]).toMatchObject({ value: { entryId: publication.attested.position.uuid } });
    expect(source.asked).toHaveLength(maxCandidates + 1);
  });

  it.each([
    ['does not answer', () => answerOf(503, 'text/plain', 'busy'), 'status', 'answered 503'],
    ['has no search', () => answerOf(404, 'text/plain', 'no'), 'unsupported', 'the log has no search index'],
    ['refuses the question', () => answerOf(400, 'text/plain', 'no'), 'status', 'answered 400'],
    [
      'talks nonsense',
      () => answerOf(200, 'application/json', '{}'),
      'unreadable',
      "the log's search answer is not a list",
    ],
    [
      'answers with addresses',
      () => answerOf(200, 'application/json', '["../../evil"]'),
      'unreadable',
      "the log's search answer holds something else than entry ids",
    ],
  ])('is unavailable, never "nothing", where the log %s', async (_, answer, kind, why) => {
    const world = mintWorld();
    const publication = publish(world);
    world.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, answer);
    expect(await openLog(sourceOf(world), rekor).search(digestOf(publication))).toMatchObject({
      outcome: 'unavailable',
      candidates: [],
      failure: { kind, why },
    });
  });

  it('that names an entry which the log does not have has found a contradiction, not an answer', async () => {
    const world = mintWorld();
    const publication = publish(world);
    world.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, (answer) =>
      withJson(answer, ['b'.repeat(80)]),
    );
    const { candidates } = await openLog(sourceOf(world), rekor).search(digestOf(publication));
    expect(candidates).toMatchObject([
      { state: 'unavailable', why: "the log's search index names an entry that the log does not have" },
    ]);
  });

  it('keeps an entry that cannot be had beside those that can', async () => {
    const world = mintWorld();
    const publication = publish(world);
    const stranger = world.attest(publication, { identity: { owner: 'stranger' } });
    world.edit({ role: 'rekor', path: new RegExp(stranger.position.uuid) }, () =>
      answerOf(500, 'text/plain', ''),
    );
    const { candidates } = await openLog(sourceOf(world), rekor).search(digestOf(publication));
    expect(candidates.map(({ state }) => state)).toEqual(['present', 'unavailable']);
  });
});
