import { beforeAll, expect, it } from 'vitest';
import type { Sha256 } from '../../src/model/package.ts';
import type { PackageReport } from '../../src/model/report.ts';
import { answerOf, withBody } from '../support/http.ts';
import { mintWorld } from '../support/jsr.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { hashedRekord, withEntryBody } from '../support/rekor-entry.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { publish, reasonOf } from '../verify/chain.ts';
import { type Case, openCourt, summary } from './court.ts';

// What a naive verifier would wrongly accept. Each test is named after its trap; table.test.ts says where the rest are.

const world = mintWorld();
let court: Awaited<ReturnType<typeof openCourt>>;
beforeAll(async () => {
  court = await openCourt(world);
});

const mallory = { owner: 'mallory', name: 'widget', repositoryId: '666', ownerId: '667' };

/** Judges a version and expects it to be turned away. */
async function rejected(provenance: ProvenanceOptions, wanted: Case = {}): Promise<PackageReport> {
  const report = await court.judge(publish(world, provenance), wanted);
  expect(report.verdict.kind, summary(report)).toBe('rejected');
  expect(report).not.toHaveProperty('provenance');
  return report;
}

it.each([
  [
    'kind',
    { record: (record) => withEntryBody(record, (text) => text.replace('intoto', 'rekord')) },
    'bundle',
  ],
  ['signature', { envelope: (envelope) => ({ ...envelope, payload: Buffer.from('{}') }) }, 'signature'],
  ['certificate', { sigstore: mintSigstore() }, 'certificate'],
  ['name', { subject: 'pkg:jsr/@acme/other@1.0.0' }, 'subject'],
  ['digest', { digest: 'a'.repeat(64) }, 'subject'],
] satisfies [string, ProvenanceOptions, string][])(
  'trap 1: rekorLogId is no proof; the entry behind it is fetched and its %s is checked',
  async (_, provenance, check) => {
    const { findings } = await rejected(provenance);
    expect(findings.map(({ id }) => id)).toContain(check);
  },
);

it('trap 1: rekorLogId is no proof; the identity behind it is checked, too', async () => {
  const report = await court.judge(publish(world, { identity: mallory }));
  expect(summary(report)).toMatch(/^rejected\nerror linked-repository: built from mallory\/widget, /);
});

it('trap 1: rekorLogId may be any number: that of a stranger’s entry is worth nothing', async () => {
  const digest = 'a'.repeat(64);
  const { pem } = world.sigstore.issueCertificate();
  const { logIndex } = world.rekor.add(
    hashedRekord({ digest, signature: Buffer.of(1), certificate: pem, at: world.now }),
  );
  const report = await court.judge(publish(world, 'none', { rekorLogId: String(logIndex) }));
  expect(report.verdict.kind).toBe('rejected');
});

it('trap 2: a version that was deleted and published again is not covered by the attestation of the first', async () => {
  const first = publish(world, {}, { version: '50.0.0' });
  world.remove(first);
  const second = publish(world, 'none', {
    version: '50.0.0',
    files: { '/mod.ts': 'evil();\n' },
    rekorLogId: first.attested.logIndex,
  });
  const report = await court.judge(second);
  expect(first.purl).toBe(second.purl);
  expect(summary(report)).toMatch(
    /^rejected\nerror subject: the attested digest is not that of the version manifest/,
  );
});

it('trap 3: an entry that somebody else logged about the digest does not count', async () => {
  const publication = publish(world, 'none');
  world.attest(publication, { identity: mallory });
  const report = await court.judge(publication);
  expect(report.verdict.kind).toBe('rejected');
  expect(summary(report)).toContain('no attestation that counts: the log has one by mallory/widget');
  expect(report).not.toHaveProperty('provenance');
});

it('trap 4: who expects what the audited registry links is told so; a pinned id survives a relinked package', async () => {
  const publication = publish(
    world,
    { identity: mallory },
    { linked: { owner: 'mallory', name: 'widget', id: '666', ownerId: '667' } },
  );
  const byLink = await court.judge(publication);
  expect([byLink.verdict.kind, byLink.expectation]).toEqual(['verified', 'registry-link']);
  const byFlag = await court.judge(publication, { expect: { repositoryId: '454279688' } });
  expect([byFlag.verdict.kind, byFlag.expectation]).toEqual(['rejected', 'flag']);
  expect(summary(byFlag)).toContain('error pinned-identity');
  publish(world);
});

it('trap 5: provenance of a package that is linked to nothing says nothing about whose it should be', async () => {
  const publication = publish(world, { identity: mallory }, { linked: false });
  const report = await court.judge(publication);
  expect([report.verdict.kind, report.expectation]).toEqual(['verified', 'none']);
  expect(summary(report)).toContain(
    'warning linked-repository: built from mallory/widget; no expected publisher is known',
  );
  expect((await court.judge(publication, { policy: { strict: true } })).verdict.kind).toBe('rejected');
  publish(world);
});

it.each([
  'https://token.actions.githubusercontent.com.evil.test',
  'https://token.actions.githubusercontent.com/',
  'https://token.actions.githubusercontent.com/acme/../evil',
  'https://evil.test/?https://token.actions.githubusercontent.com',
  'http://token.actions.githubusercontent.com',
  'https://TOKEN.actions.githubusercontent.com',
])('trap 6: the issuer %s only looks like that of GitHub', async (issuer) => {
  const publication = publish(world, { identity: { issuer } });
  const report = await court.judge(publication);
  expect(summary(report)).toMatch(/^rejected\n(?:.*\n)*error [a-z-]+: .*issuer/);
  const named = await court.judge(publication, { expect: { issuer } });
  expect(named.verdict.kind).toBe('rejected');
});

it.each([
  ['a longer name', { name: 'widget-evil' }],
  ['a longer owner', { owner: 'acme-evil' }],
  ['a path of its own', { name: 'widget.evil' }],
])('trap 7: %s that begins like the expected repository is another one', async (_, identity) => {
  const publication = publish(
    world,
    { identity: { ...identity, repositoryId: '1', ownerId: '2' } },
    { linked: false },
  );
  const report = await court.judge(publication, { expect: { repository: 'acme/widget' } });
  expect(summary(report)).toContain('error pinned-identity');
  expect(report.verdict.kind).toBe('rejected');
  publish(world);
});

it('trap 7: the workflow that signed is not the repository whose code was built', async () => {
  const reusable = {
    repository: 'shared/workflows',
    workflow: '.github/workflows/jsr.yml',
    ref: 'refs/tags/v1',
    commit: 'b'.repeat(40),
  };
  const publication = publish(world, { identity: { reusable } });
  expect((await court.judge(publication, { expect: { repository: 'acme/widget' } })).verdict.kind).toBe(
    'verified',
  );
  expect((await court.judge(publication, { expect: { repository: 'shared/workflows' } })).verdict.kind).toBe(
    'rejected',
  );
});

it('trap 8: commit and ref are those of the certificate; a statement that differs is rejected', async () => {
  const report = await rejected({
    statement: { claims: { commit: 'f'.repeat(40), ref: 'refs/tags/v1.0.0' } },
  });
  expect(summary(report)).toContain(
    'error claims: the predicate claims a different commit, source ref, workflow ref than the certificate proves',
  );
});

it('trap 9: the hash that the client wrote into the entry is believed by nobody', async () => {
  const hash = (text: string) =>
    text.replace(/"hash":\{[^}]*\}/, `"hash":{"algorithm":"sha256","value":"${'0'.repeat(64)}"}`);
  const report = await court.judge(publish(world, { record: (record) => withEntryBody(record, hash) }));
  expect(report.verdict.kind).toBe('verified');
});

it.each([
  ['promise', attack.withoutSet],
  ['proof', attack.withoutProof],
])('trap 9: that the log answered is no %s', async (_, change) => {
  const publication = publish(world);
  const undo = world.editEntry(publication.attested, attack.onEntries(change));
  const report = await court.judge(publication).finally(undo);
  expect(report.verdict.kind).toBe('inconclusive');
  expect(summary(report)).toContain('gap inclusion: the log entry comes without an inclusion');
});

it('trap 10: the certificate is checked at the logged time, neither now nor never', async () => {
  const old = publish(world, {
    certificate: { notBefore: new Date('2024-05-01T00:00:00Z') },
    loggedAt: new Date('2024-05-01T00:05:00Z'),
  });
  expect((await court.judge(old)).verdict.kind).toBe('verified');
  const late = await rejected({
    certificate: { notBefore: new Date('2024-05-01T00:00:00Z') },
    loggedAt: new Date('2024-05-01T00:11:00Z'),
  });
  expect(summary(late)).toContain('not valid or expired');
});

it('trap 10: the logged time counts only as far as the log vouches for it', async () => {
  const publication = publish(world, { loggedAt: world.now });
  const time = Math.floor(publication.attested.certificate.notBefore.getTime() / 1000) + 5;
  const undo = world.editEntry(
    publication.attested,
    attack.onEntries(attack.withFields({ integratedTime: time })),
  );
  const report = await court.judge(publication).finally(undo);
  expect(report.checks.certificate.status).toBe('passed');
  expect(summary(report)).toContain('error inclusion: inclusion promise could not be verified');
});

it('trap 11: an npm tarball is not covered because its version is attested, and the report says so', async () => {
  const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
  const occurrences = [
    {
      at: { file: 'package-lock.json', line: 7 },
      locked: { kind: 'tarball', integrity } as const,
      dependents: [],
    },
  ];
  const { checks } = await court.judge(publish(world), { occurrences });
  expect(checks.lockfile).toEqual({
    status: 'skipped',
    why: 'the lockfile pins the npm tarball, but the attestation covers the source files only',
  });
  expect(checks.tarball.status).toBe('skipped');
});

it.each([
  ['a page of the frontend', answerOf(200, 'text/html', '<!DOCTYPE html>', { 'x-jsr-backend': 'frontend' })],
  ['a page without a type', answerOf(200, 'application/json', '<!DOCTYPE html><html></html>')],
  ['the answer of another backend', answerOf(200, 'application/json', '{}', { 'x-jsr-backend': 'api' })],
  ['the error of a proxy', answerOf(407, 'text/html', '<h1>log in</h1>')],
  ['a "not found" page', answerOf(404, 'text/html', '<h1>404</h1>')],
])('trap 13: %s is no answer of the registry', async (_, answer) => {
  for (const path of [/_meta\.json$/, /\/versions\//]) {
    const report = await court.judge(publish(world), { edits: [[{ path }, () => answer]] });
    // The log knows the attestation even where the API says nothing of use.
    expect(report.verdict.kind).toBe(path.test('/versions/') ? 'verified' : 'inconclusive');
  }
});

it('trap 14: a path of the manifest is held to the rules of JSR before anything is done with it', async () => {
  const checksum = `sha256-${'a'.repeat(64)}`;
  for (const path of [
    '/../../etc/passwd',
    '/a/../../b',
    '/.git/hooks/pre-commit',
    '/con.ts',
    '/a\\..\\b',
    'mod.ts',
  ]) {
    const publication = publish(
      world,
      {},
      { manifest: (honest) => ({ ...honest, manifest: { [path]: { size: 1, checksum } } }) },
    );
    const report = await court.judge(publication, { auditor: { depth: 'files' } });
    expect(summary(report), path).toMatch(/^rejected\nerror manifest: the version manifest names the path/);
    expect(world.requestsTo('registry').map((request) => request.path)).not.toContainEqual(
      expect.stringContaining('passwd'),
    );
  }
});

it.each([
  [
    'a key twice',
    (text: string) => text.replace('"/mod.ts":', '"/mod.ts":{"size":1,"checksum":"x"},"/mod.ts":'),
    /duplicate key/,
  ],
  [
    'two spellings of one key',
    (text: string) => text.replace('"/mod.ts":', '"/mod.t\\u0073":{"size":1,"checksum":"x"},"/mod.ts":'),
    /duplicate key/,
  ],
  [
    'two files that differ in case only',
    (text: string) =>
      text.replace('"/mod.ts":', `"/MOD.ts":{"size":1,"checksum":"sha256-${'a'.repeat(64)}"},"/mod.ts":`),
    /differ in case only/,
  ],
])('trap 16: a manifest with %s is refused, although its bytes are attested', async (_, edit, why) => {
  const publication = publish(world, {}, { manifest: (honest) => edit(JSON.stringify(honest)) });
  const report = await court.judge(publication);
  expect(report.verdict.kind).toBe('rejected');
  expect(reasonOf(report.checks.manifest)).toMatch(why);
});

it('trap 42: a log index in the manifest is nobody’s word', async () => {
  const { attested } = publish(world);
  const manifest = (honest: object) => ({ ...honest, rekorLogId: attested.logIndex });
  const report = await court.judge(publish(world, 'none', { manifest }));
  expect(summary(report)).toMatch(/^rejected\nerror require-provenance/);
  expect(world.requestsTo('rekor').map(({ path }) => path)).not.toContainEqual(
    expect.stringContaining(`logIndex=${attested.logIndex}`),
  );
});

it('no trap is fallen into by an honest version', async () => {
  const publication = publish(world);
  const occurrences = [
    {
      at: { file: 'deno.lock', line: 3 },
      locked: { kind: 'manifest', digest: publication.digest as Sha256 } as const,
      dependents: [],
    },
  ];
  const report = await court.judge(publication, { occurrences, auditor: { depth: 'files' } });
  expect(summary(report)).toBe('verified');
  const tampered = await court.judge(publication, {
    auditor: { depth: 'files' },
    edits: [[{ path: /mod\.ts$/ }, (answer) => withBody(answer, 'evil();')]],
  });
  expect(tampered.verdict.kind).toBe('rejected');
});
