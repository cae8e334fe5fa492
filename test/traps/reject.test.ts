import { beforeAll, expect, it } from 'vitest';
import { parseMeta } from '../../src/registry/meta.ts';
import { answerOf, jsonOf, withBody, withHeaders, withJson } from '../support/http.ts';
import type { GitHubIdentity } from '../support/identity.ts';
import { mintWorld } from '../support/jsr.ts';
import type { ProvenanceOptions, Publication, PublishOptions } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { publish, reasonOf } from '../verify/chain.ts';
import { type Case, openCourt, summary } from './court.ts';

// What a naive verifier would wrongly reject. Each test is named after its trap; table.test.ts says where the rest are.

const world = mintWorld();
let court: Awaited<ReturnType<typeof openCourt>>;
beforeAll(async () => {
  court = await openCourt(world);
});

async function verified(publication: Publication, wanted: Case = {}) {
  const report = await court.judge(publication, wanted);
  expect(report.verdict.kind, summary(report)).toBe('verified');
  return report;
}

const published = (provenance: ProvenanceOptions | 'none' = {}, options: Partial<PublishOptions> = {}) =>
  publish(world, provenance, options);

it.each([
  ['type, as Deno writes it', {}],
  ['_type, as the standard wants it', { statement: { typeKey: '_type' } }],
  ['both, which agree', { statement: { typeKey: 'both' } }],
  ['one subject without its list', { statement: { subjectShape: 'object' } }],
  ['parameters in snake case and another build type', { statement: { style: 'actions-attest' } }],
  ['an entry of kind dsse', { kind: 'dsse' }],
] satisfies [string, ProvenanceOptions][])('trap 17: a statement is taken with %s', async (_, provenance) => {
  await verified(published(provenance));
});

it('trap 17: a statement is taken with an escaped @ in its name', async () => {
  const publication = published(
    {},
    { version: '17.0.0', provenance: { subject: 'pkg:jsr/%40acme/widget@17.0.0' } },
  );
  await verified(publication);
});

it.each([
  ['has two types that disagree', { statement: { typeKey: 'disagreeing' } }],
  ['names none', { statement: { typeKey: 'none' } }],
] satisfies [string, ProvenanceOptions][])('trap 17: but not one that %s', async (_, provenance) => {
  expect((await court.judge(published(provenance))).verdict.kind).toBe('rejected');
});

it('trap 17: a standard bundle is not needed, and not refused', async () => {
  const publication = published();
  const bundles = [Buffer.from(JSON.stringify(world.bundle(publication.attested)))];
  await verified(publication, { auditor: { bundles } });
});

it('trap 18: rekorLogId null is looked up by digest before it counts', async () => {
  const report = await verified(published({}, { rekorLogId: null }));
  expect(summary(report)).toContain('recovered-provenance');
  expect(world.requestsTo('rekor').map(({ method, path }) => `${method} ${path}`)[0]).toBe(
    'POST /api/v1/index/retrieve',
  );
});

it('trap 18: rekorLogId null may come from a cache of the edge, so the API is asked past it', async () => {
  const publication = published();
  const stale = (answer: Parameters<typeof withJson>[0]) =>
    withJson(answer, { ...jsonOf<object>(answer), rekorLogId: null });
  const report = await verified(publication, { edits: [[{ role: 'api', path: /versions\/[^?]+$/ }, stale]] });
  expect(report.provenance?.logged.logIndex).toBe(publication.attested.logIndex);
  expect(world.requestsTo('rekor').map(({ method }) => method)).not.toContain('POST');
});

it('trap 19: an index that finds nothing does not show that there is nothing', async () => {
  // An early statement, whose one subject has no list, is in the log, and its index cannot know it by its digest.
  const publication = published({ statement: { subjectShape: 'object' } }, { rekorLogId: null });
  const report = await court.judge(publication);
  expect(reasonOf(report.checks.bundle)).toBe(
    "the registry names none, and the manifest is unknown to the log's search index",
  );
  const asked = await court.judge(publication, {
    edits: [[{ role: 'api', path: /versions/ }, () => answerOf(500, 'text/plain', '')]],
  });
  expect(asked.verdict.kind).toBe('inconclusive');
});

it.each([
  ['pretty', (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
  [
    'with its keys in another order',
    (text: string) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse())),
  ],
  ['with white space at its ends', (text: string) => `\r\n\t ${text} \n`],
  ['with escapes in it', (text: string) => text.replace('/mod.ts', '\\u002fmod.ts')],
])('trap 20: a manifest is hashed as it was served: %s', async (_, rewrite) => {
  const publication = published({}, { manifest: (honest) => rewrite(JSON.stringify(honest)) });
  await verified(publication, { auditor: { depth: 'files' } });
  const compact = await court.judge(publication, {
    edits: [[{ path: /_meta\.json$/ }, (answer) => withJson(answer, jsonOf(answer))]],
  });
  if (!publication.manifest.equals(Buffer.from(JSON.stringify(JSON.parse(publication.manifest.toString())))))
    expect(reasonOf(compact.checks.subject)).toBe('the attested digest is not that of the version manifest');
});

it('trap 20: a manifest is asked for without any encoding', async () => {
  await verified(published());
  for (const { headers } of world.requestsTo('registry')) expect(headers['accept-encoding']).toBe('identity');
});

it('trap 21: a manifest as Deno vendors it is recognised, not called forged', async () => {
  const vendored = (answer: Parameters<typeof withJson>[0]) => {
    const { moduleGraph2: _, ...rest } = jsonOf<{ moduleGraph2: unknown }>(answer);
    return withJson(answer, { ...rest, lockfileChecksum: 'a'.repeat(64) });
  };
  const report = await court.judge(published(), { edits: [[{ path: /_meta\.json$/ }, vendored]] });
  expect(reasonOf(report.checks.manifest)).toContain('a copy as Deno vendors it');
});

it.each([
  ['a PEM with a newline at its end', { pem: ({ pem }) => `${pem}\n` }],
  ['a PEM without one', { pem: ({ pem }) => pem.trimEnd() }],
  [
    'extensions in another order, and one nobody knows yet',
    {
      certificate: {
        claims: { 11: null, 99: 'new' },
        extra: [{ oid: '1.3.6.1.4.1.57264.1.11', value: Buffer.from('\u000c\u000dgithub-hosted', 'latin1') }],
      },
    },
  ],
] satisfies [string, ProvenanceOptions][])('trap 22: a log entry is read with %s', async (_, provenance) => {
  await verified(published(provenance));
});

it('trap 22: the signature of an intoto entry is in base64 twice, that of a dsse entry once', async () => {
  for (const kind of ['intoto', 'dsse'] as const) {
    const publication = published({ kind });
    const body = publication.attested.record.body.toString();
    const [, once = ''] = /"(?:sig|signature)":"([^"]+)"/.exec(body) ?? [];
    expect(Buffer.from(once, 'base64')[0] === 0x30).toBe(kind === 'dsse');
    await verified(publication);
  }
});

it('trap 23: the index in the whole log is not the one in the proof, nor are they compared', async () => {
  const publication = published();
  const { logIndex, treeIndex } = publication.attested.position;
  expect(logIndex).not.toBe(treeIndex);
  expect((await verified(publication)).provenance?.logged.logIndex).toBe(String(logIndex));
});

it.each([
  ['never stored it', { storePayload: false }],
  ['cannot store it, since it is of kind dsse', { kind: 'dsse' }],
] satisfies [string, ProvenanceOptions][])(
  'trap 25: the payload is rebuilt where the log %s',
  async (_, provenance) => {
    const report = await verified(published(provenance));
    expect(report.checks.bundle).toMatchObject({ fact: { payloadFrom: 'rebuilt' } });
  },
);

it('trap 25: a payload that cannot be rebuilt is unverifiable, not forged', async () => {
  const report = await court.judge(
    published({ storePayload: false, statement: { style: 'actions-attest' } }),
  );
  expect(report.verdict.kind).toBe('inconclusive');
  expect(summary(report)).toContain('the log stores no payload for this entry');
});

it.each([
  [
    'an enterprise issuer that is expected',
    { issuer: 'https://token.actions.githubusercontent.com/acme-inc' },
    { issuer: 'https://token.actions.githubusercontent.com/acme-inc' },
  ],
  ['owner and name in mixed case', { owner: 'ACME', name: 'Widget' }, { repository: 'acme/widget' }],
  ['a repository that was renamed since, by its id', { name: 'old-name' }, { repositoryId: '454279688' }],
] satisfies [string, Partial<GitHubIdentity>, object][])(
  'trap 27: %s is accepted',
  async (_, identity, expected) => {
    await verified(published({ identity }), { expect: expected });
  },
);

it('trap 27: a renamed repository is told from another one by the id that JSR links', async () => {
  const publication = published({ identity: { name: 'old-name' } });
  expect(summary(await verified(publication))).toMatch(/note linked-repository: .*renamed/);
});

it('trap 27: a repository that was linked after the publish counts like any other', async () => {
  const publication = published({}, { linked: false });
  world.link(publication, true);
  expect(summary(await verified(publication))).toBe('verified');
});

it.each([
  ['a runner of their own', { identity: { runner: 'self-hosted' } }],
  ['an event that was left empty', { statement: { claims: { event: '' } } }],
  ['ids that were left empty', { statement: { claims: { repositoryId: '', ownerId: '' } } }],
  [
    'a workflow ref that was left empty',
    {
      statement: {
        editText: (text) => text.replace('"workflow":{"ref":"refs/heads/main"', '"workflow":{"ref":""'),
      },
    },
  ],
] satisfies [string, ProvenanceOptions][])('trap 28: a statement is valid with %s', async (_, provenance) => {
  const report = await court.judge(published(provenance));
  expect(report.provenance, summary(report)).toBeDefined();
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

it('trap 29: a genuine version without provenance is not a forged one', async () => {
  const publication = published('none');
  const required = await court.judge(publication);
  expect(required.findings.map(({ id }) => id)).toEqual(['require-provenance']);
  expect(required.checks.bundle.status).toBe('absent');
  const optional = await court.judge(publication, { policy: { provenance: 'optional' } });
  expect(optional.verdict.kind).toBe('unattested');
});

it('trap 30: files are compared with the manifest, never with the repository, whose files Deno rewrites', async () => {
  await verified(published(), { auditor: { depth: 'files' } });
  expect(new Set(world.requests.map(({ role }) => role))).toEqual(new Set(['registry', 'api', 'rekor']));
});

it.each([
  ['a date', (text: string) => text.replaceAll(/,?"createdAt":"[^"]*"/g, '')],
  ['the newest version', (text: string) => text.replace(/"latest":[^,]*,/, '')],
  ['the linked repository', (text: string) => text.replace(/"githubRepository":\{[^}]*\},/, '')],
])('trap 33: an old list of versions may lack %s', async (_, edit) => {
  const publication = published();
  const older = (answer: Parameters<typeof withBody>[0]) =>
    withBody(answer, edit(Buffer.from(answer.body).toString()));
  const listed = older(
    world.answer({ role: 'registry', path: '/@acme/widget/meta.json', headers: { accept: '*/*' } }),
  );
  expect(parseMeta(listed.body).ok).toBe(true);
  await verified(publication, { edits: [[{ path: '/@acme/widget/meta.json' }, older]] });
});

it('trap 33: an old manifest may have another module graph, or none', async () => {
  await verified(
    published({}, { manifest: ({ moduleGraph2, ...rest }) => ({ ...rest, moduleGraph1: moduleGraph2 }) }),
  );
  await verified(published({}, { manifest: ({ manifest }) => ({ manifest }) }));
});

it('trap 35: the registry is asked as a program asks, with the @ as it is', async () => {
  await verified(published());
  for (const { path, headers } of world.requestsTo('registry')) {
    expect(path).toMatch(/^\/@acme\/widget\//);
    expect(headers['accept']).not.toMatch(/text\/html/);
    expect(Object.keys(headers).filter((name) => name.startsWith('sec-fetch'))).toEqual([]);
    expect(headers['user-agent']).toMatch(/^jsr-verify\//);
  }
});

it('trap 36: a digest in capitals is the same digest', async () => {
  const publication = published();
  const attestation = world.attest(publication, { digest: publication.digest.toUpperCase() });
  publication.rekorLogId = attestation.logIndex;
  await verified(publication);
});

it('trap 37: a version of a minute may still get its attestation', async () => {
  const createdAt = new Date(world.now.getTime() - 60_000);
  const report = await court.judge(published('none', { createdAt }));
  expect(report.verdict.kind).toBe('inconclusive');
  expect(summary(report)).toContain(
    'the version was published 60 s ago, and its provenance may still be on its way',
  );
});

it('trap 38: an index into the log of somebody else leads to an unrelated entry, and the true one is still found', async () => {
  const other = mintSigstore().openLog();
  const publication = published({}, { rekorLogId: '3' });
  expect(other.getByIndex(3)).toBeDefined();
  const report = await verified(publication);
  expect(report.provenance?.logged.logIndex).toBe(publication.attested.logIndex);
});

it('trap 38: an index that the log does not have is said not to match, and not to be forged', async () => {
  const report = await court.judge(published('none', { rekorLogId: '123456789' }));
  expect(report.findings.map(({ id }) => id)).toEqual(['require-provenance']);
  expect(reasonOf(report.checks.bundle)).toContain(
    'the registry names log entry 123456789, which the log does not have',
  );
});

it('trap 39: a statement over the uploaded tarball holds by the detour, and is told from one over the manifest', async () => {
  const publication = published({ digest: 'tarball', statement: { typeKey: '_type' } });
  const report = await verified(publication);
  expect(report.provenance?.subjectOf).toBe('upload');
  const other = await court.judge(publication, {
    edits: [[{ path: /\/tarball$/ }, (answer) => withBody(answer, published().uploaded)]],
  });
  expect(other.verdict.kind).toBe('rejected');
});

it('trap 40: an entry of kind dsse without a payload is unverifiable, not forged', async () => {
  const report = await court.judge(published({ kind: 'dsse', statement: { typeKey: '_type' } }));
  expect(report.verdict.kind).toBe('inconclusive');
  expect(report.checks.bundle.status).toBe('unknown');
});

it('trap 40: an entry of kind dsse can be verified with the bundle that its publisher kept', async () => {
  const publication = published({ kind: 'dsse', statement: { typeKey: '_type' } });
  const bundles = [Buffer.from(JSON.stringify(world.bundle(publication.attested)))];
  await verified(publication, { auditor: { bundles } });
});

it('trap 41: another commit in a hand-made statement is a finding, not a broken signature', async () => {
  const statement = {
    style: 'actions-attest',
    claims: { commit: 'f'.repeat(40), ref: 'refs/tags/v1.0.0' },
  } as const;
  const report = await verified(published({ statement }));
  expect(report.checks.signature.status).toBe('passed');
  expect(summary(report)).toMatch(/warning foreign-signer: .*a different build than the one that signed it/);
  expect(report.provenance?.identity.sourceRepositoryDigest).not.toBe('f'.repeat(40));
});

it('trap 43: an attestation by a repair job is the owner’s, and a pinned workflow fails it', async () => {
  const publication = published({ identity: { workflow: '.github/workflows/repair.yml' } });
  await verified(publication);
  const pinned = await court.judge(publication, { expect: { workflow: '.github/workflows/publish.yml' } });
  expect(pinned.verdict.kind).toBe('rejected');
  expect(summary(pinned)).toContain('pinned-identity');
});

it('trap 43: of two attestations the one by the pinned workflow counts', async () => {
  const publication = published({}, { rekorLogId: null });
  world.attest(publication, { identity: { workflow: '.github/workflows/repair.yml' } });
  const report = await verified(publication, { expect: { workflow: '.github/workflows/publish.yml' } });
  expect(report.provenance?.logged.logIndex).toBe(publication.attested.logIndex);
});

it('nothing here is accepted because nothing is ever refused', async () => {
  const publication = published();
  const undo = world.editEntry(publication.attested, attack.onEntries(attack.tamperedHash()));
  const report = await court.judge(publication).finally(undo);
  expect(report.verdict.kind).toBe('rejected');
  const encoded = await court.judge(publication, {
    edits: [[{ path: /_meta\.json$/ }, (answer) => withHeaders(answer, { 'content-encoding': 'gzip' })]],
  });
  expect(encoded.verdict.kind).toBe('inconclusive');
});
