import { beforeAll, describe, expect, it } from 'vitest';
import type { Auditor } from '../../src/auditor.ts';
import { answerOf, withBody } from '../support/http.ts';
import type { Edit } from '../support/jsr.ts';
import { type Matcher, mintWorld } from '../support/jsr.ts';
import type { ProvenanceOptions, Publication } from '../support/publication.ts';
import { publish, reasonOf } from '../verify/chain.ts';
import { openStage, type Stage, statusesOf } from './stage.ts';

const world = mintWorld();
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(world);
});

async function edited(
  publication: Publication,
  matcher: Matcher,
  edit: Edit,
  changes: Partial<Auditor> = {},
) {
  const undo = world.edit(matcher, edit);
  try {
    return await stage.examine(publication, changes);
  } finally {
    undo();
  }
}

const pathsTo = (role: 'registry' | 'api' | 'rekor') => world.requestsTo(role).map(({ path }) => path);
const files: Partial<Auditor> = { depth: 'files' };

describe('the whole of an honest version', () => {
  it('passes every check that its depth asks for', async () => {
    const { best } = await stage.examine(publish(world), files);
    expect(statusesOf(best.checks)).toEqual({
      manifest: 'passed',
      bundle: 'passed',
      certificate: 'passed',
      inclusion: 'passed',
      signature: 'passed',
      statement: 'passed',
      subject: 'passed',
      claims: 'passed',
      lockfile: 'skipped',
      files: 'passed',
      tarball: 'skipped',
      installed: 'skipped',
    });
  });

  it('costs each question once', async () => {
    const publication = publish(world);
    await stage.examine(publication, files);
    const all = world.requests.map(({ role, path }) => `${role} ${path}`);
    expect(new Set(all).size).toBe(all.length);
    expect(pathsTo('registry').sort()).toEqual(
      [
        `${publication.version}/README.md`,
        `${publication.version}/mod.ts`,
        `${publication.version}_meta.json`,
        'meta.json',
      ]
        .map((path) => `/@acme/widget/${path}`)
        .sort(),
    );
  });
});

describe('the files', () => {
  it('are not asked for unless the depth wants them', async () => {
    const { best } = await stage.examine(publish(world));
    expect(best.checks.files.status).toBe('skipped');
    expect(pathsTo('registry')).toHaveLength(2);
  });

  it('that the registry changed are found, and the attestation still holds', async () => {
    const publication = publish(world);
    const { best } = await edited(
      publication,
      { role: 'registry', path: /mod\.ts$/ },
      (answer) => withBody(answer, 'evil();\n'),
      files,
    );
    expect(best.checks.files).toMatchObject({
      status: 'failed',
      reason: '1 file is not what the manifest says: /mod.ts',
      details: ['/mod.ts: 8 bytes, expected 28'],
    });
    expect(best.provenance).toBeDefined();
  });

  it('changed to the same length are found by their checksum', async () => {
    const { best } = await edited(
      publish(world),
      { role: 'registry', path: /mod\.ts$/ },
      (answer) => withBody(answer, 'x'.repeat(28)),
      files,
    );
    expect(reasonOf(best.checks.files)).toBe('1 file is not what the manifest says: /mod.ts');
  });

  it('that are gone are wrong; those that cannot be had are unknown', async () => {
    const gone = await edited(
      publish(world),
      { path: /mod\.ts$/ },
      () => answerOf(404, 'text/plain', '404 - Not Found'),
      files,
    );
    expect(gone.best.checks.files).toMatchObject({
      status: 'failed',
      details: ['/mod.ts: the registry does not have it'],
    });
    const down = await edited(
      publish(world),
      { path: /mod\.ts$/ },
      () => answerOf(500, 'text/plain', ''),
      files,
    );
    expect(down.best.checks.files).toMatchObject({
      status: 'unknown',
      details: ['/mod.ts: answered 500, 3 times'],
    });
  });

  it('that never end are cut off', async () => {
    const endless = await edited(
      publish(world),
      { path: /mod\.ts$/ },
      (answer) => withBody(answer, Buffer.alloc(1_500_000)),
      files,
    );
    expect(endless.best.checks.files).toMatchObject({
      status: 'unknown',
      details: [expect.stringContaining('longer than')],
    });
  });

  it('are taken from the modules of the registry, not from its pages', async () => {
    const page = () =>
      answerOf(200, 'text/typescript', 'export const a: number = 1;\n', { 'x-jsr-backend': 'frontend' });
    const { best } = await edited(publish(world), { path: /mod\.ts$/ }, page, files);
    expect(best.checks.files).toMatchObject({
      status: 'unknown',
      details: [expect.stringContaining('answered by "frontend" instead of "modules"')],
    });
  });

  it('are not asked for when the manifest cannot be trusted to name them', async () => {
    const path = '/../../../etc/passwd';
    const publication = publish(
      world,
      {},
      {
        manifest: (honest) => ({
          ...honest,
          manifest: { [path]: { size: 1, checksum: `sha256-${'a'.repeat(64)}` } },
        }),
      },
    );
    const { best } = await stage.examine(publication, files);
    expect(reasonOf(best.checks.manifest)).toContain('steps out of its folder');
    expect(best.checks.files).toEqual({ status: 'blocked', by: 'manifest' });
    expect(pathsTo('registry')).toHaveLength(2);
  });

  it('with every sign that JSR allows in a path are found under their names', async () => {
    const odd = { '/$id/[slug]/(a)/{b}~c@1+2_3-4.ts': 'export {};\n', '/mod.ts': 'export {};\n' };
    const { best } = await stage.examine(publish(world, {}, { files: odd }), files);
    expect(best.checks.files).toMatchObject({ status: 'passed', fact: { compared: 2 } });
  });
});

describe('an attestation of the uploaded tarball', () => {
  const repaired: ProvenanceOptions = { digest: 'tarball', statement: { typeKey: '_type' }, indexed: true };
  const upload = /\/tarball$/;

  it('is recognised, and holds by the detour over the upload', async () => {
    const { best } = await stage.examine(publish(world, repaired));
    expect(best.provenance?.subjectOf).toBe('upload');
    expect(pathsTo('api').filter((path) => upload.test(path))).toHaveLength(1);
  });

  it('fails where the upload has other files', async () => {
    const [publication, other] = [publish(world, repaired), publish(world)];
    const { best } = await edited(publication, { role: 'api', path: upload }, (answer) =>
      withBody(answer, other.uploaded),
    );
    expect(reasonOf(best.checks.subject)).toMatch(/^the attested digest is neither/);
  });

  it('fails where the files that are served are not those of the upload', async () => {
    const [publication, evil] = [
      publish(world, repaired),
      publish(world, {}, { files: { '/mod.ts': 'evil();\n' } }),
    ];
    const { best } = await edited(publication, { role: 'registry', path: /_meta\.json$/ }, (answer) =>
      withBody(answer, evil.manifest),
    );
    expect(reasonOf(best.checks.subject)).toMatch(/whose files are not those of the manifest/);
  });

  it('is unknown where the upload cannot be had, and fails where there is none', async () => {
    const down = await edited(publish(world, repaired), { role: 'api', path: upload }, () =>
      answerOf(500, 'text/plain', ''),
    );
    expect(down.best.checks.subject.status).toBe('unknown');
    const gone = await edited(publish(world, repaired), { role: 'api', path: upload }, () =>
      answerOf(404, 'text/plain', ''),
    );
    expect(gone.best.checks.subject.status).toBe('failed');
  });

  it.each([
    ['no archive', Buffer.from('<html>')],
    ['an archive that is cut short', Buffer.from('1f8b0800', 'hex')],
    ['nothing', Buffer.alloc(0)],
  ])('fails where the upload is %s', async (_, bytes) => {
    const { best } = await edited(publish(world, repaired), { role: 'api', path: upload }, (answer) =>
      withBody(answer, bytes),
    );
    expect(best.checks.subject.status).toBe('failed');
  });

  it.each([
    ['Deno wrote it', { digest: 'tarball' }],
    ['it is about another package', { ...repaired, subject: 'pkg:jsr/@acme/other@1.0.0' }],
    ['it is about the manifest anyway', { statement: { typeKey: '_type' } }],
    [
      'it does not hold anyway',
      { ...repaired, envelope: (envelope) => ({ ...envelope, payload: Buffer.from('{}') }) },
    ],
  ] satisfies [string, ProvenanceOptions][])('is not looked for where %s', async (_, provenance) => {
    await stage.examine(publish(world, provenance));
    expect(pathsTo('api').filter((path) => upload.test(path))).toEqual([]);
  });
});

describe('what the registry claims', () => {
  it('is passed on as such: when it was published, whether it was yanked, what it is linked to', async () => {
    const publication = publish(world, {}, { yanked: true });
    const { registryClaims } = await stage.examine(publication);
    expect(registryClaims).toEqual({
      yanked: true,
      unlinked: false,
      publishedAt: expect.any(Date),
      linked: { owner: 'acme', name: 'widget' },
      rekorLogId: publication.attested.logIndex,
    });
    expect(registryClaims.publishedAt).toEqual(publication.createdAt);
  });

  it('is not asked for the link where its list names the very repository', async () => {
    await stage.examine(publish(world));
    expect(pathsTo('api').filter((path) => !path.includes('/versions/'))).toEqual([]);
  });

  it('is asked for the id where names differ, so that a renamed repository is told from another one', async () => {
    const publication = publish(world, {}, { linked: { owner: 'acme', name: 'renamed', id: '454279688' } });
    const { registryClaims } = await stage.examine(publication);
    expect(registryClaims.linked).toEqual({ owner: 'acme', name: 'renamed', id: '454279688' });
    expect(pathsTo('api')).toContain('/scopes/acme/packages/widget');
  });

  it('is asked for the id where a search found the attestation, for names can be taken over', async () => {
    const publication = publish(world, {}, { rekorLogId: null });
    const { registryClaims } = await stage.examine(publication);
    expect(registryClaims.linked).toEqual({ owner: 'acme', name: 'widget', id: '454279688' });
  });

  it('is asked for the id by a closer look, too', async () => {
    const { registryClaims } = await stage.examine(publish(world), files);
    expect(registryClaims.linked?.id).toBe('454279688');
  });

  it('does not count for a name without an id where a search found the attestation', async () => {
    const publication = publish(world, {}, { rekorLogId: null });
    const { best, registryClaims } = await edited(
      publication,
      { role: 'api', path: /packages\/widget$/ },
      () => answerOf(500, 'text/plain', ''),
    );
    expect(best.provenance).toBeDefined();
    expect(registryClaims).not.toHaveProperty('linked');
    expect(registryClaims.unlinked).toBe(false);
  });

  it('that there is no link is an answer; that it does not say is none', async () => {
    const publication = publish(world, {}, { linked: false });
    expect((await stage.examine(publication)).registryClaims).toMatchObject({ unlinked: true });
    const silent = await edited(publication, { role: 'api', path: /packages\/widget$/ }, () =>
      answerOf(500, 'text/plain', ''),
    );
    expect(silent.registryClaims).toMatchObject({ unlinked: false });
    expect(silent.registryClaims).not.toHaveProperty('linked');
    publish(world);
  });

  it('is not asked for the link where nothing holds anyway', async () => {
    await stage.examine(publish(world, 'none', { linked: false }));
    expect(pathsTo('api').filter((path) => !path.includes('/versions/'))).toEqual([]);
    publish(world);
  });

  it('may be missing altogether: then nothing is held to be yanked, linked or dated', async () => {
    const { registryClaims, best } = await edited(
      publish(world),
      { role: 'registry', path: /\/meta\.json$/ },
      () => answerOf(500, 'text/plain', ''),
    );
    expect(best.provenance).toBeDefined();
    expect(registryClaims).toMatchObject({ yanked: false, linked: { id: '454279688' } });
    expect(registryClaims).not.toHaveProperty('publishedAt');
  });
});

describe('an attack from the registry', () => {
  it('another manifest for the same version is caught', async () => {
    const [publication, evil] = [
      publish(world),
      publish(world, 'none', { files: { '/mod.ts': 'evil();\n' } }),
    ];
    const { best } = await edited(
      publication,
      { role: 'registry', path: new RegExp(`${publication.version}_meta\\.json$`) },
      (answer) => withBody(answer, evil.manifest),
    );
    expect(best.checks.subject).toMatchObject({
      status: 'failed',
      details: [`attested ${publication.digest}`, `served   ${evil.digest}`],
    });
    expect(best.provenance).toBeUndefined();
  });

  it('another manifest with an attestation by the attacker holds, but names the attacker', async () => {
    const publication = publish(world, {
      identity: { owner: 'mallory', name: 'widget', repositoryId: '666', ownerId: '667' },
    });
    const { best } = await stage.examine(publication);
    expect(best.provenance?.identity.sourceRepositoryURI).toBe('https://github.com/mallory/widget');
  });

  it('a manifest of megabytes is not read to its end', async () => {
    const { best } = await edited(publish(world), { role: 'registry', path: /_meta\.json$/ }, (answer) =>
      withBody(answer, Buffer.alloc(20_000_001, 32)),
    );
    expect(reasonOf(best.checks.manifest)).toMatch(/longer than 20000000 bytes/);
  });

  it('a manifest in the place of which a page comes is unknown, whatever the page says', async () => {
    for (const [type, backend] of [
      ['text/html', 'frontend'],
      ['application/json', 'frontend'],
      ['application/json', 'api'],
    ] as const) {
      const { best } = await edited(publish(world), { role: 'registry', path: /_meta\.json$/ }, (answer) => ({
        ...answer,
        headers: { 'content-type': type, 'x-jsr-backend': backend },
      }));
      expect(best.checks.manifest.status, `${type} ${backend}`).toBe('unknown');
    }
  });

  it('a manifest without the debug header is taken: its absence says nothing', async () => {
    const { best } = await edited(publish(world), { role: 'registry', path: /_meta\.json$/ }, (answer) => ({
      ...answer,
      headers: { 'content-type': 'application/json' },
    }));
    expect(best.provenance).toBeDefined();
  });
});
