import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/model/check.ts';
import {
  absent,
  type FileDigest,
  present,
  type UploadDigest,
  unavailable,
} from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { readUpload } from '../../src/npm/tarball/upload.ts';
import { mayAttestUpload } from '../../src/verify/subject.ts';
import { tgzOf } from '../support/archive.ts';
import { mintWorld } from '../support/jsr.ts';
import { sha256Hex } from '../support/keys.ts';
import type { ProvenanceOptions, Publication } from '../support/publication.ts';
import { checksOf, expectBroken, expectProven, type Lies, provenanceOf, publish, reasonOf } from './chain.ts';

const world = mintWorld();

describe('the name of the subject', () => {
  it('may have its first @ escaped, as the purl specification wants', () => {
    const publication = publish(world, {}, { version: '7.0.0' });
    const attestation = world.attest(publication, { subject: 'pkg:jsr/%40acme/widget@7.0.0' });
    expectProven(world, publication, { attestation });
  });

  it.each([
    ['another version', 'pkg:jsr/@acme/widget@7.0.1'],
    ['a version that only begins like it', 'pkg:jsr/@acme/widget@7.0.0-rc.1'],
    ['another package', 'pkg:jsr/@acme/widgets@7.0.0'],
    ['another scope', 'pkg:jsr/@evil/widget@7.0.0'],
    ['capitals', 'pkg:jsr/@acme/Widget@7.0.0'],
    ['another registry', 'pkg:npm/@acme/widget@7.0.0'],
    ['the npm name', 'pkg:npm/@jsr/acme__widget@7.0.0'],
    ['no version', 'pkg:jsr/@acme/widget'],
    ['a qualifier', 'pkg:jsr/@acme/widget@7.0.0?repository_url=https://evil.test'],
    ['both @ escaped', 'pkg:jsr/%40acme/widget%407.0.0'],
    ['the first @ escaped twice', 'pkg:jsr/%2540acme/widget@7.0.0'],
    ['a zero byte at its end', 'pkg:jsr/@acme/widget@7.0.0\u0000'],
    ['white space around it', ' pkg:jsr/@acme/widget@7.0.0'],
    ['a letter that looks the same', 'pkg:jsr/@аcme/widget@7.0.0'],
    ['nothing', ''],
  ])('is not taken with %s', (_, subject) => {
    const publication = publish(world, { subject }, { version: '7.0.0' });
    const { subject: outcome } = expectBroken(
      world,
      publication,
      {},
      { check: 'subject', why: /^the statement is about ".*", not about @acme\/widget@7\.0\.0$/s },
    );
    expect(outcome.status).toBe('failed');
  });

  it('with build metadata is the one of that version', () => {
    expectProven(world, publish(world, {}, { version: '1.0.0-rc.1+build.5' }));
  });

  it('is never echoed at any length', () => {
    const publication = publish(world, { subject: 'x'.repeat(50_000) });
    expect(reasonOf(checksOf(world, publication).subject).length).toBeLessThan(300);
  });
});

describe('the subjects', () => {
  const subjects = (...list: { name: string; sha256: string }[]) =>
    list.map(({ name, sha256 }) => ({ name, digest: { sha256 } }));

  it('are exactly one: a true one beside another does not count, whichever comes first', () => {
    for (const position of [0, 1]) {
      const publication = publish(world);
      const own = { name: publication.purl, sha256: publication.digest };
      const other = { name: 'pkg:jsr/@acme/other@1.0.0', sha256: 'b'.repeat(64) };
      const list = position === 0 ? subjects(own, other) : subjects(other, own);
      const attestation = world.attest(publication, { statement: { subjects: list } });
      expectBroken(
        world,
        publication,
        { attestation },
        {
          check: 'subject',
          why: 'the statement has 2 subjects, expected 1',
        },
      );
    }
  });

  it('that are the same twice are two', () => {
    const publication = publish(world);
    const own = { name: publication.purl, sha256: publication.digest };
    const attestation = world.attest(publication, { statement: { subjects: subjects(own, own) } });
    expectBroken(world, publication, { attestation }, { check: 'subject', why: /2 subjects/ });
  });

  it('may be one object, as early Deno wrote it', () => {
    expectProven(world, publish(world, { statement: { subjectShape: 'object' } }));
  });

  it('may name the digest in capitals', () => {
    const publication = publish(world);
    const attestation = world.attest(publication, { digest: publication.digest.toUpperCase() });
    expectProven(world, publication, { attestation });
  });

  it.each([
    ['of another kind', { sha512: 'a'.repeat(128) }],
    ['that is too short', { sha256: 'abc' }],
    ['in base64', { sha256: Buffer.alloc(32).toString('base64') }],
    ['that is a number', { sha256: 7 }],
    ['in a list', { sha256: ['a'.repeat(64)] }],
  ])('with a digest %s are about no bytes', (_, digest) => {
    const publication = publish(world);
    const attestation = world.attest(publication, {
      statement: { subjects: [{ name: publication.purl, digest }] },
    });
    expectBroken(
      world,
      publication,
      { attestation },
      {
        check: 'subject',
        why: 'the statement gives no SHA-256 digest of its subject',
      },
    );
  });

  it('with a true digest beside one of another kind are read by the one', () => {
    const publication = publish(world);
    const digest = { sha256: publication.digest, sha512: 'a'.repeat(128) };
    const attestation = world.attest(publication, {
      statement: { subjects: [{ name: publication.purl, digest }] },
    });
    expectProven(world, publication, { attestation });
  });
});

describe('a statement over the uploaded tarball', () => {
  const repaired: ProvenanceOptions = { digest: 'tarball', statement: { typeKey: '_type' } };
  const uploadOf = async (bytes: Uint8Array): Promise<NonNullable<Lies['upload']>> => {
    const upload = await readUpload(bytes);
    return upload === undefined ? absent('the upload') : present(upload, 'the upload');
  };
  const refused = 'the attested digest is not that of the version manifest';
  const differing = ({ uploaded, digest }: Publication) => [
    `attested ${sha256Hex(uploaded)}`,
    `served   ${digest}`,
  ];

  it('holds where the upload has that digest and exactly the files of the manifest', async () => {
    const publication = publish(world, repaired);
    const upload = await uploadOf(publication.uploaded);
    const { provenance, checks } = expectProven(world, publication, { upload });
    expect(provenance.subjectOf).toBe('upload');
    expect(checks.subject).toMatchObject({ fact: { digest: sha256Hex(publication.uploaded), of: 'upload' } });
  });

  it('does not hold before anybody has looked at the upload', () => {
    expectBroken(world, publish(world, repaired), {}, { check: 'subject', why: refused });
  });

  it('is unknown while the upload cannot be had', () => {
    const upload = unavailable('https://api.jsr.test', { kind: 'status', status: 500, why: 'answered 500' });
    expectBroken(
      world,
      publish(world, repaired),
      { upload },
      {
        check: 'subject',
        status: 'unknown',
        why: 'the statement may attest the uploaded tarball, which could not be fetched: answered 500',
      },
    );
  });

  it('fails where there is no upload', () => {
    const publication = publish(world, repaired);
    const { subject } = expectBroken(
      world,
      publication,
      { upload: absent('x') },
      { check: 'subject', why: refused },
    );
    expect(subject).toMatchObject({ details: differing(publication) });
  });

  it('fails where the upload has another digest', async () => {
    const publication = publish(world, repaired);
    const upload = await uploadOf(publish(world).uploaded.subarray());
    const other = present({ ...digestOf(upload), sha256: 'b'.repeat(64) as Sha256 }, 'x');
    const { subject } = expectBroken(
      world,
      publication,
      { upload: other },
      {
        check: 'subject',
        why: 'the attested digest is neither that of the version manifest nor that of the uploaded tarball',
      },
    );
    expect(subject).toMatchObject({ details: differing(publication) });
  });

  it.each([
    [
      'lacks a file',
      (files: Map<string, FileDigest>) => files.delete('/README.md'),
      /\/README\.md is missing from the upload/,
    ],
    [
      'has another file as well',
      (files: Map<string, FileDigest>) =>
        files.set('/evil.ts', { sha256: 'c'.repeat(64) as Sha256, size: 1 }),
      /\/evil\.ts is in the upload only/,
    ],
    [
      'has other bytes in a file',
      (files: Map<string, FileDigest>) =>
        files.set('/mod.ts', { sha256: 'c'.repeat(64) as Sha256, size: 28 }),
      /\/mod\.ts has other bytes/,
    ],
    [
      'says another size of a file',
      (files: Map<string, FileDigest>) =>
        files.set('/mod.ts', { sha256: files.get('/mod.ts')?.sha256 ?? ('' as Sha256), size: 1 }),
      /\/mod\.ts has other bytes/,
    ],
  ])('fails where the upload %s', async (_, change, why) => {
    const publication = publish(world, repaired);
    const upload = digestOf(await uploadOf(publication.uploaded));
    const files = new Map(upload.files);
    change(files);
    expectBroken(
      world,
      publication,
      { upload: present({ ...upload, files }, 'x') },
      { check: 'subject', why },
    );
  });

  it('fails where the publisher attests one upload and the registry serves other files', async () => {
    // The registry changes a file and its manifest together; the upload that is attested shows it.
    const publication = publish(world, repaired);
    const evil = publish(world, {}, { files: { '/mod.ts': 'evil();\n', '/README.md': '# widget\n' } });
    const upload = await uploadOf(publication.uploaded);
    expectBroken(
      world,
      publication,
      { upload, manifest: evil.manifest },
      {
        check: 'subject',
        why: /^the statement attests the uploaded tarball, whose files are not those of the manifest: \/mod\.ts has other bytes/,
      },
    );
  });

  it('is unknown, not failed, where the manifest itself could not be fetched', async () => {
    const publication = publish(world, repaired);
    const upload = await uploadOf(publication.uploaded);
    const locked = { kind: 'manifest', digest: publication.digest as Sha256 } as const;
    const occurrences = [{ at: { file: 'deno.lock', line: 1 }, locked, dependents: [] }];
    const manifest = unavailable('https://jsr.test', { kind: 'status', status: 503, why: 'answered 503' });
    expectBroken(
      world,
      publication,
      { upload, manifest, occurrences },
      {
        check: 'subject',
        status: 'unknown',
        why: /uploaded tarball.*manifest could not be fetched/,
      },
    );
  });

  it.each(['type', 'both'] as const)(
    'gets no detour when Deno wrote it (%s): Deno attests manifests',
    async (typeKey) => {
      const publication = publish(world, { digest: 'tarball', statement: { typeKey } });
      const upload = await uploadOf(publication.uploaded);
      expectBroken(world, publication, { upload }, { check: 'subject', why: refused });
    },
  );

  it('gets no detour around its name', async () => {
    const publication = publish(world, { ...repaired, subject: 'pkg:jsr/@acme/other@1.0.0' });
    const upload = await uploadOf(publication.uploaded);
    expectBroken(
      world,
      publication,
      { upload },
      { check: 'subject', why: /is about "pkg:jsr\/@acme\/other/ },
    );
  });

  it('an upload that hides a link among its files is none', async () => {
    const bytes = tgzOf([
      { path: 'mod.ts', content: 'x' },
      { path: 'b.ts', type: 'SymbolicLink', linkpath: '/etc/passwd' },
    ]);
    expect(await readUpload(bytes)).toBeUndefined();
  });

  it('an upload that names a file twice is none', async () => {
    const bytes = tgzOf([
      { path: 'mod.ts', content: 'good' },
      { path: './mod.ts', content: 'evil' },
    ]);
    expect(await readUpload(bytes)).toBeUndefined();
  });
});

describe('the upload is asked for', () => {
  const about = { scope: 'acme', name: 'widget', version: '1.0.0' };
  const [own, other] = ['a'.repeat(64), 'b'.repeat(64)] as [Sha256, Sha256];
  const name = 'pkg:jsr/@acme/widget@1.0.0';
  const asked = (
    subjects: Facts['statement']['subjects'],
    typeKey: Facts['statement']['typeKey'] = '_type',
  ) =>
    mayAttestUpload(about, {
      statement: {
        typeKey,
        type: '',
        predicateType: '',
        subjects,
        subjectShape: 'array',
        predicate: { buildType: '' },
      },
      manifest: { source: 'served', digest: own, files: new Map(), exports: new Map() },
    });

  it('where a statement that Deno did not write is about this version and other bytes', () => {
    expect(asked([{ name, sha256: other }])).toBe(true);
  });

  it.each([
    ['fits the manifest', [{ name, sha256: own }]],
    ['gives no digest', [{ name }]],
    ['has no subject', []],
    [
      'has two subjects',
      [
        { name, sha256: other },
        { name, sha256: other },
      ],
    ],
    ['is about another package', [{ name: 'pkg:jsr/@acme/other@1.0.0', sha256: other }]],
  ])('and not where it %s', (_, subjects) => {
    expect(asked(subjects)).toBe(false);
  });

  it.each(['type', 'both'] as const)('and not where Deno wrote it: %s', (typeKey) => {
    expect(asked([{ name, sha256: other }], typeKey)).toBe(false);
  });
});

it('a different digest than the locked one is told from another than the served one', () => {
  const publication = publish(world, { digest: 'b'.repeat(64) });
  const locked = { kind: 'manifest', digest: publication.digest as Sha256 } as const;
  const { subject } = expectBroken(
    world,
    publication,
    {
      manifest: unavailable('https://jsr.test', { kind: 'status', status: 503, why: 'answered 503' }),
      occurrences: [{ at: { file: 'deno.lock', line: 1 }, locked, dependents: [] }],
    },
    { check: 'subject', why: 'the attested digest is not that of the version manifest' },
  );
  expect(subject).toMatchObject({
    details: [`attested ${'b'.repeat(64)}`, `locked   ${publication.digest}`],
  });
});

it('no provenance says whether it stands on the manifest or on the upload unless it does', () => {
  const publication: Publication = publish(world);
  expect(provenanceOf(world, publication)?.subjectOf).toBe('manifest');
});

function digestOf(upload: NonNullable<Lies['upload']>): UploadDigest {
  if (upload.state !== 'present') throw new Error('no upload');
  return upload.value;
}
