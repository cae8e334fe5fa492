import { beforeAll, describe, expect, it } from 'vitest';
import type { Examination } from '../../src/examine.ts';
import { answerOf } from '../support/http.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import type { Attestation, ProvenanceOptions, Publication } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { publish, reasonOf } from '../verify/chain.ts';
import { openStage, type Stage } from './stage.ts';

const world = mintWorld();
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(world);
});

/** Publishes what the registry then says nothing of. */
const silent = (provenance: ProvenanceOptions | 'none' = {}) =>
  publish(world, provenance, { rekorLogId: null });
const indexOf = ({ best }: Examination) => best.provenance?.logged.logIndex;
const bundleOf = ({ best }: Examination) => `${best.checks.bundle.status}: ${reasonOf(best.checks.bundle)}`;
const pathsTo = (role: 'api' | 'rekor') =>
  world.requestsTo(role).map(({ method, path }) => `${method} ${path.replace(/&fresh=.*/, '')}`);

/** Puts up with an edit of the world for one examination. */
async function during(undo: () => void, publication: Publication, changes = {}): Promise<Examination> {
  try {
    return await stage.examine(publication, changes);
  } finally {
    undo();
  }
}

const nothing = "absent: the registry names none, and the manifest is unknown to the log's search index";

describe('where the registry names an entry that holds', () => {
  it('the log is not searched', async () => {
    const publication = publish(world);
    const examination = await stage.examine(publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.search).toBe('not-asked');
    expect(examination.registryClaims.rekorLogId).toBe(publication.attested.logIndex);
    expect(pathsTo('rekor')).toEqual([`GET /api/v1/log/entries?logIndex=${publication.attested.logIndex}`]);
    expect(pathsTo('api')).toHaveLength(1);
  });

  it('the log is searched for more when asked to, and no entry is asked for twice', async () => {
    const publication = publish(world);
    const second = world.attest(publication, { identity: { workflow: '.github/workflows/again.yml' } });
    const examination = await stage.examine(publication, { discover: true });
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.others.map(({ provenance }) => provenance?.logged.logIndex)).toEqual([
      second.logIndex,
    ]);
    expect(pathsTo('rekor')).toEqual([
      `GET /api/v1/log/entries?logIndex=${publication.attested.logIndex}`,
      'POST /api/v1/index/retrieve',
      `GET /api/v1/log/entries/${second.position.uuid}`,
    ]);
  });
});

describe('where the registry names none', () => {
  it('it is asked twice, and the log finds the entry', async () => {
    const publication = silent();
    const examination = await stage.examine(publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination).toMatchObject({ search: 'found', registryClaims: { rekorLogId: null } });
    expect(examination.best.attestation).toMatchObject({ value: { finder: 'log-index' } });
    expect(pathsTo('api').slice(0, 2)).toEqual([
      `GET /scopes/acme/packages/widget/versions/${publication.version}`,
      `GET /scopes/acme/packages/widget/versions/${publication.version}?again=1`,
    ]);
  });

  it('the second answer counts: a cache on the way may be a month old', async () => {
    const publication = publish(world);
    const undo = world.edit({ role: 'api', path: /versions\/[^/?]+$/ }, (answer) => ({
      ...answer,
      body: Buffer.from(
        Buffer.from(answer.body)
          .toString()
          .replace(/"rekorLogId":"\d+"/, '"rekorLogId":null'),
      ),
    }));
    const examination = await during(undo, publication);
    expect(examination).toMatchObject({
      search: 'not-asked',
      registryClaims: { rekorLogId: publication.attested.logIndex },
    });
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
  });

  it('and the log knows none, there is none', async () => {
    const examination = await stage.examine(silent('none'));
    expect(bundleOf(examination)).toBe(nothing);
    expect(examination.search).toBe('nothing-found');
  });

  it('and the log has the entry but its index does not know it, there is none as far as anybody can tell', async () => {
    expect(bundleOf(await stage.examine(silent({ indexed: false })))).toBe(nothing);
    expect(bundleOf(await stage.examine(silent({ statement: { subjectShape: 'object' } })))).toBe(nothing);
  });

  it.each([
    [
      'does not answer',
      () => answerOf(500, 'text/plain', ''),
      'the log could not be searched: answered 500, 3 times',
    ],
    [
      'has no search',
      () => answerOf(404, 'text/plain', ''),
      'the log could not be searched: the log has no search index',
    ],
    [
      'answers with a web page',
      () => answerOf(200, 'text/html', '<html>'),
      'the log could not be searched: answered with a web page instead of data',
    ],
    [
      'answers with nonsense',
      () => answerOf(200, 'application/json', '{"a":1}'),
      "the log could not be searched: the log's search answer is not a list",
    ],
  ])('and the log %s, nothing is known: that is not the same as none', async (_, answer, why) => {
    const undo = world.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, answer);
    const examination = await during(undo, silent('none'));
    expect(bundleOf(examination)).toBe(
      `unknown: the attestation could not be fetched: the registry names none, and ${why}`,
    );
    expect(examination.search).toBe('unavailable');
  });

  it('and the entry that the log finds cannot be had, nothing is known', async () => {
    const publication = silent();
    const undo = world.edit({ role: 'rekor', path: /\/entries\// }, () => answerOf(503, 'text/plain', ''));
    expect(bundleOf(await during(undo, publication))).toBe(
      'unknown: the attestation could not be fetched: answered 503, 3 times',
    );
  });

  it('and the index names an entry which the log denies, nothing is known', async () => {
    const publication = silent();
    const undo = world.edit({ role: 'rekor', path: /\/entries\// }, () =>
      answerOf(404, 'application/json', '{}'),
    );
    expect(bundleOf(await during(undo, publication))).toMatch(
      /^unknown: .*names an entry that the log does not have/,
    );
  });
});

describe('among strangers', () => {
  it('the true entry is found behind newer ones, which the index shows first', async () => {
    const publication = silent();
    for (const owner of ['mallory', 'eve', 'trudy'])
      world.attest(publication, { identity: { owner, repositoryId: '666', ownerId: '667' } });
    const examination = await stage.examine(publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.others).toHaveLength(3);
  });

  it('who do not hold themselves, the true one stands alone', async () => {
    const publication = silent();
    world.attest(publication, { sigstore: mintSigstore() });
    world.attest(publication, { certificate: { sct: 'none' } });
    world.attest(publication, { statement: { typeKey: 'none' } });
    world.attest(publication, {
      record: (record) => withEntryBody(record, (text) => text.replace('intoto', 'rekord')),
    });
    const examination = await stage.examine(publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.others).toEqual([]);
  });

  it('who are all there is, what does not hold counts for nothing', async () => {
    const publication = silent('none');
    world.attest(publication, { sigstore: mintSigstore() });
    world.attest(publication, { certificate: { sct: 'none' } });
    const examination = await stage.examine(publication);
    expect(bundleOf(examination)).toBe(
      "absent: the registry names none, and what the log's search index names for the manifest does not hold",
    );
    expect(examination.search).toBe('found');
  });

  it('a true one that lacks evidence is unknown, not absent', async () => {
    const publication = silent();
    const undo = world.editEntry(publication.attested, attack.onEntries(attack.withoutProof));
    const { best } = await during(undo, publication);
    expect(best.checks.inclusion).toMatchObject({
      status: 'unknown',
      why: 'the log entry comes without an inclusion proof',
    });
  });

  it('who flood the index after the publisher, the true one is still found', async () => {
    const publication = silent();
    flood(publication.digest, 60);
    expect(indexOf(await stage.examine(publication))).toBe(publication.attested.logIndex);
    expect(world.requestsTo('rekor').length).toBeLessThanOrEqual(1 + 50);
  });

  it('who flood the index before the publisher, nothing is known, and the run still ends', async () => {
    const publication = silent('none');
    flood(publication.digest, 55);
    world.attest(publication);
    const examination = await stage.examine(publication);
    expect(bundleOf(examination)).toBe(
      'unknown: the attestation could not be fetched: 6 newer entries that name the digest were not checked',
    );
    expect(examination.best.provenance).toBeUndefined();
  });

  it('an entry that was logged twice is one entry, which is enough', async () => {
    const publication = silent();
    world.rekor.add(publication.attested.record);
    const examination = await stage.examine(publication);
    expect(examination.best.provenance?.purl).toBe(publication.purl);
  });
});

describe('where the registry names an entry that does not hold', () => {
  it('the true one is looked for and found', async () => {
    const publication = publish(world, {}, { rekorLogId: '7' });
    const examination = await stage.examine(publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.best.attestation).toMatchObject({ value: { finder: 'log-index' } });
  });

  it('and the log knows no other, the named one is judged', async () => {
    const publication = publish(world, 'none', { rekorLogId: '7' });
    const { best, search } = await stage.examine(publication);
    expect(search).toBe('nothing-found');
    expect(best.checks.bundle).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('hashedrekord/0.0.1 is not supported'),
    });
  });

  it('because it is of another version, the named one is judged by its subject', async () => {
    const other = publish(world);
    const publication = publish(world, 'none', { rekorLogId: other.attested.logIndex });
    const { best } = await stage.examine(publication);
    expect(reasonOf(best.checks.subject)).toContain(other.purl);
  });

  it('because it was tampered with, it is not made good by asking for it under its id', async () => {
    const publication = publish(world);
    const undo = world.editEntry(publication.attested, attack.onEntries(attack.setBy()));
    const { best } = await during(undo, publication);
    expect(reasonOf(best.checks.inclusion)).toBe('inclusion promise could not be verified');
    expect(pathsTo('rekor').filter((line) => line.includes(publication.attested.position.uuid))).toEqual([]);
  });
});

describe('where the registry names an entry that the log does not have', () => {
  const lost = (provenance: ProvenanceOptions | 'none') =>
    publish(world, provenance, { rekorLogId: '99999999' });
  const story = 'the registry names log entry 99999999, which the log does not have';

  it('the log is searched, and the entry found', async () => {
    const publication = lost({});
    expect(indexOf(await stage.examine(publication))).toBe(publication.attested.logIndex);
  });

  it('and the log knows no other, there is none', async () => {
    expect(bundleOf(await stage.examine(lost('none')))).toBe(
      `absent: ${story}, and the manifest is unknown to the log's search index`,
    );
  });

  it('and the log cannot be searched, nothing is known', async () => {
    const undo = world.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, () =>
      answerOf(404, 'text/plain', ''),
    );
    expect(bundleOf(await during(undo, lost('none')))).toBe(
      `unknown: the attestation could not be fetched: ${story}, and the log could not be searched: the log has no search index`,
    );
  });

  it('and what it finds lacks evidence, that is what is reported', async () => {
    const publication = lost({});
    const undo = world.editEntry(publication.attested, attack.onEntries(attack.withoutSet));
    const { best } = await during(undo, publication);
    expect(reasonOf(best.checks.inclusion)).toBe('the log entry comes without an inclusion promise');
  });
});

describe('where services are down', () => {
  const down = () => answerOf(500, 'text/plain', '');

  it('without the API the entry is found by the log', async () => {
    const publication = publish(world);
    const examination = await during(world.edit({ role: 'api' }, down), publication);
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(examination.registryClaims).not.toHaveProperty('rekorLogId');
  });

  it('without the API "unknown to the log" is not "none"', async () => {
    const examination = await during(world.edit({ role: 'api' }, down), publish(world, 'none'));
    expect(bundleOf(examination)).toBe(
      "unknown: the attestation could not be fetched: answered 500, 3 times; the log's search index has none either",
    );
  });

  it('without a second answer of the API "none" is not believed', async () => {
    const undo = world.edit({ role: 'api', path: /again=1/ }, down);
    expect(bundleOf(await during(undo, silent('none')))).toMatch(/^unknown: /);
  });

  it('without the log nothing is known, and it is not asked again', async () => {
    const publication = publish(world);
    const examination = await during(world.edit({ role: 'rekor' }, down), publication);
    expect(bundleOf(examination)).toBe(
      'unknown: the attestation could not be fetched: answered 500, 3 times',
    );
    expect(new Set(pathsTo('rekor')).size).toBe(1);
  });

  it('without the registry nothing is known', async () => {
    const { best } = await during(world.edit({ role: 'registry' }, down), publish(world));
    expect(best.checks.manifest).toMatchObject({ status: 'unknown' });
    expect(best.checks.bundle).toEqual({ status: 'blocked', by: 'manifest' });
    expect(world.requestsTo('rekor').filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it.each([
    ['the registry', 'registry', /_meta\.json/, 'manifest'],
    ['the log', 'rekor', /entries/, 'bundle'],
  ] as const)('the frontend in the place of %s is no answer', async (_, role, path, check) => {
    const undo = world.edit({ role, path }, () =>
      answerOf(200, 'text/html', '<!DOCTYPE html>', { 'x-jsr-backend': 'frontend' }),
    );
    const { best } = await during(undo, publish(world));
    expect(best.checks[check].status).toBe('unknown');
  });

  it('an API that speaks of something else does not say "none"', async () => {
    for (const text of [
      '{}',
      '{"rekorLogId":7}',
      '{"rekorLogId":"0x7"}',
      '{"rekorLogId":""}',
      '{"rekorLogId":"1","rekorLogId":null}',
      '[]',
    ]) {
      const undo = world.edit({ role: 'api', path: /versions/ }, (answer) => ({
        ...answer,
        body: Buffer.from(text),
      }));
      expect(bundleOf(await during(undo, publish(world, 'none'))), text).toMatch(/^unknown: /);
    }
  });
});

describe('a version of a minute', () => {
  const young = (world: World, ago: number, provenance: ProvenanceOptions | 'none' = 'none'): Publication =>
    publish(world, provenance, { createdAt: new Date(world.now.getTime() - ago), rekorLogId: null });

  it.each([0, 30_000, 179_000])('may still get its attestation: %d ms', async (ago) => {
    expect(bundleOf(await stage.examine(young(world, ago)))).toBe(
      `unknown: the attestation could not be fetched: the version was published ${ago / 1000} s ago, and its provenance may still be on its way`,
    );
  });

  it('may be a little younger than nothing, where clocks differ', async () => {
    expect(bundleOf(await stage.examine(young(world, -20_000)))).toMatch(/published 0 s ago/);
  });

  it('is not told from an old one by a registry that does not say when it was published', async () => {
    const undo = world.edit({ role: 'registry', path: /\/meta\.json$/ }, () =>
      answerOf(500, 'text/plain', ''),
    );
    expect(bundleOf(await during(undo, silent('none')))).toBe(
      'unknown: the attestation could not be fetched: the registry names none, and the registry did not say when the version was published: answered 500, 3 times',
    );
  });

  it.each([180_000, 3_600_000])('that is older has had its time: %d ms', async (ago) => {
    expect(bundleOf(await stage.examine(young(world, ago)))).toBe(nothing);
  });

  it('that says it comes from the future gets no such grace', async () => {
    expect(bundleOf(await stage.examine(young(world, -3_600_000)))).toBe(nothing);
  });

  it('that is attested already is not kept waiting', async () => {
    const publication = young(world, 60_000, {});
    expect(indexOf(await stage.examine(publication))).toBe(publication.attested.logIndex);
  });
});

describe('a bundle from disk', () => {
  const bytesOf = (attestation: Attestation) => Buffer.from(JSON.stringify(world.bundle(attestation)));

  it('stands in for whatever the registry says', async () => {
    const publication = publish(world, {}, { rekorLogId: null });
    const examination = await stage.examine(publication, { bundles: [bytesOf(publication.attested)] });
    expect(examination).toMatchObject({
      search: 'not-asked',
      best: { attestation: { value: { finder: 'file' } } },
    });
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
    expect(pathsTo('rekor')).toEqual([]);
  });

  it('of another version does not pass, and the log is not searched behind it', async () => {
    const [publication, other] = [publish(world), publish(world)];
    const { best, search } = await stage.examine(publication, { bundles: [bytesOf(other.attested)] });
    expect(reasonOf(best.checks.subject)).toContain(other.purl);
    expect(search).toBe('not-asked');
  });

  it('of several the one that holds is taken', async () => {
    const [publication, other] = [publish(world), publish(world)];
    const examination = await stage.examine(publication, {
      bundles: [bytesOf(other.attested), bytesOf(publication.attested)],
    });
    expect(indexOf(examination)).toBe(publication.attested.logIndex);
  });

  it('that is none is a failure with a reason', async () => {
    const { best } = await stage.examine(publish(world), { bundles: [Buffer.from('{}')] });
    expect(bundleOf({ best } as Examination)).toMatch(/^failed: the bundle/);
  });
});

/** Strangers' entries that name a digest and are not worth a look. */
function flood(digest: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const body = Buffer.from(`{"apiVersion":"0.0.1","kind":"rekord","n":${index},"d":"${digest}"}`);
    world.rekor.add({ body, integratedTime: 1_750_000_000, keys: [`sha256:${digest}`] });
  }
}
