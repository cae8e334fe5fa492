import { describe, expect, it } from 'vitest';
import { absent, present, unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { identityOf } from '../../src/sigstore/certificate-identity.ts';
import { checkBundle } from '../../src/verify/bundle.ts';
import { rebuildStatements } from '../../src/verify/rebuild.ts';
import { type BundleJson, toBundle, toBundleEntry } from '../support/bundle.ts';
import { acme, type GitHubIdentity } from '../support/identity.ts';
import type { Json } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import type { SigstoreRequest } from '../support/sigstore.ts';
import type { StatementOptions } from '../support/statement.ts';
import { checksOf, expectBroken, expectProven, publish } from './chain.ts';

const world = mintWorld();
const unpayable = 'the log stores no payload for this entry and it cannot be rebuilt from the certificate';

describe('an attestation', () => {
  it('that was found says where from, of what kind and under which index; nothing of it is believed yet', () => {
    const publication = publish(world);
    const { bundle } = checksOf(world, publication);
    expect(bundle).toMatchObject({
      status: 'passed',
      fact: {
        entryKind: 'intoto/0.0.2',
        payloadFrom: 'log',
        finder: 'registry',
        logIndex: publication.attested.logIndex,
      },
    });
  });

  it('that is absent is not unavailable, and the other way round', () => {
    const publication = publish(world);
    expectBroken(
      world,
      publication,
      { raw: absent('the registry names none') },
      {
        check: 'bundle',
        status: 'absent',
        why: 'the registry names none',
      },
    );
    expectBroken(
      world,
      publication,
      { raw: unavailable('the log', { kind: 'status', status: 503, why: 'answered 503' }) },
      {
        check: 'bundle',
        status: 'unknown',
        why: 'the attestation could not be fetched: answered 503',
      },
    );
  });

  it('of a kind that is not supported is named, not called forged', () => {
    const record: ProvenanceOptions['record'] = (honest) =>
      withEntryBody(honest, (text) => text.replace('"intoto"', '"hashedrekord"'));
    expectBroken(
      world,
      publish(world, { record }),
      {},
      {
        check: 'bundle',
        why: 'a log entry of kind hashedrekord/0.0.2 is not supported',
      },
    );
  });

  it('whose kind is a long story is cut short', () => {
    const record: ProvenanceOptions['record'] = (honest) =>
      withEntryBody(honest, (text) => text.replace('"intoto"', `"${'x'.repeat(9999)}"`));
    expectBroken(world, publish(world, { record }), {}, { check: 'bundle', why: /^.{60,120}$/ });
  });
});

describe('a bundle from disk', () => {
  const publication = publish(world);
  const { attested } = publication;
  const about = { scope: publication.scope, name: publication.name, version: publication.version };
  const digest = publication.digest as Sha256;
  const entry = toBundleEntry(world.rekor.entry(attested.position));
  const bundle = (...entries: readonly Json[]) => toBundle(attested.certificate, attested.envelope, entries);
  const check = (json: BundleJson | string) => {
    const bytes = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const manifest = { source: 'served', digest, files: new Map(), exports: new Map() } as const;
    return checkBundle(present({ kind: 'bundle', bytes, finder: 'file' }, 'a file'), about, manifest);
  };

  it('says of what kind its log entry is, and under which index', () => {
    expect(check(bundle(entry))).toEqual({
      status: 'passed',
      fact: {
        sigstore: expect.objectContaining({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }),
        entryKind: 'intoto/0.0.2',
        payloadFrom: 'bundle',
        finder: 'file',
        logIndex: attested.logIndex,
      },
    });
  });

  it('without a log entry says so, and names no index', () => {
    const { fact } = check(bundle()) as { fact: object };
    expect(fact).toStrictEqual({
      sigstore: expect.anything(),
      entryKind: 'none',
      payloadFrom: 'bundle',
      finder: 'file',
    });
  });

  it('holds the payload itself, so nothing of it is rebuilt', () => {
    const { checks } = expectProven(world, publication, {
      raw: present(
        { kind: 'bundle', bytes: Buffer.from(JSON.stringify(bundle(entry))), finder: 'file' },
        'a file',
      ),
    });
    expect(checks.signature).toMatchObject({ fact: { payload: attested.statement } });
  });

  it('that signs a file instead of a statement is refused', () => {
    const { dsseEnvelope: _, ...rest } = bundle(entry);
    const messageSignature = {
      messageDigest: { algorithm: 'SHA2_256', digest: Buffer.alloc(32).toString('base64') },
      signature: Buffer.alloc(70).toString('base64'),
    };
    expect(check({ ...rest, messageSignature })).toEqual({
      status: 'failed',
      reason: 'the bundle signs a file, not an in-toto statement',
    });
  });

  it.each([
    ['no JSON', '{', 'the bundle is not JSON'],
    ['no bundle', '{}', /^the bundle does not follow its format: /],
    [
      'an answer of the log',
      JSON.stringify({ [attested.position.uuid]: world.rekor.entry(attested.position) }),
      /^the bundle does not follow its format: /,
    ],
  ])('that is %s is refused', (_, text, why) => {
    expect(check(text)).toEqual({
      status: 'failed',
      reason: typeof why === 'string' ? why : expect.stringMatching(why),
    });
  });
});

describe('a payload that the log does not store', () => {
  const unstored = { entry: attack.withoutAttestation };

  it.each([
    ['an intoto entry', { storePayload: false }],
    ['a dsse entry, which never has one', { kind: 'dsse' }],
    [
      'an early statement, whose subject is an object',
      { kind: 'dsse', statement: { subjectShape: 'object' } },
    ],
  ] satisfies [string, ProvenanceOptions][])(
    'is rebuilt byte for byte from the certificate for %s',
    (_, options) => {
      const publication = publish(world, options);
      const { checks } = expectProven(world, publication);
      expect(checks.bundle).toMatchObject({ fact: { payloadFrom: 'rebuilt' } });
      expect(checks.signature).toMatchObject({ fact: { payload: publication.attested.statement } });
    },
  );

  it.each([
    ['another build', { ref: 'refs/tags/v1.0.0', event: 'release' }],
    ['a tag with an @ in it', { ref: 'refs/tags/@acme/widget@1.0.0' }],
    ['mixed case', { owner: 'ACME', name: 'Widget' }],
    ['a machine of their own', { runner: 'self-hosted' }],
    ['letters beyond ASCII', { ref: 'refs/heads/größe-日本' }],
    ['quotes and backslashes', { ref: 'refs/heads/a"b\\c' }],
  ] satisfies [string, Partial<GitHubIdentity>][])('is rebuilt for %s', (_, identity) => {
    expectProven(world, publish(world, { identity, storePayload: false }));
  });

  it('is rebuilt for a workflow called from another repository', () => {
    const reusable = {
      repository: 'o/r',
      workflow: '.github/workflows/x.yml',
      ref: 'refs/heads/main',
      commit: 'b'.repeat(40),
    };
    expectProven(world, publish(world, { identity: { reusable }, kind: 'dsse' }));
  });

  it.each([
    ['somebody else wrote the statement', { statement: { style: 'actions-attest' } }],
    ['the statement names its type as the standard wants', { statement: { typeKey: '_type' } }],
    ['the runner left a field empty', { statement: { claims: { event: '' } } }],
    ['the statement claims another commit', { statement: { claims: { commit: 'f'.repeat(40) } } }],
    ['the statement is about other bytes', { digest: 'b'.repeat(64) }],
    ['the statement is about another package', { subject: 'pkg:jsr/@acme/other@1.0.0' }],
    ['the certificate lacks a value that goes into it', { certificate: { claims: { 20: null } } }],
    [
      'the certificate cannot be read in one way only',
      { certificate: { san: ['https://a.test', 'https://b.test'] } },
    ],
  ] satisfies [string, ProvenanceOptions][])('is unknown where %s', (_, options) => {
    expectBroken(
      world,
      publish(world, { ...options, kind: 'dsse' }),
      {},
      { check: 'bundle', status: 'unknown', why: unpayable },
    );
  });

  it('is only a guess: a certificate nobody trusts may lead to it, and still proves nothing', () => {
    const publication = publish(world, { kind: 'dsse', certificate: { sct: 'none' } });
    expectBroken(world, publication, {}, { check: 'certificate', why: /no signed certificate timestamp/ });
  });

  it('is only a guess: the signature has the last word', () => {
    // The log hashed the true statement; the signature is over another one.
    const publication = publish(world, { kind: 'dsse' });
    const other = publish(world, {
      kind: 'dsse',
      certificate: { key: publication.attested.certificate.key },
    });
    const [signature] = other.attested.envelope.signatures;
    const swapped = world.attest(publication, {
      kind: 'dsse',
      envelope: (envelope) => ({ ...envelope, signatures: signature === undefined ? [] : [signature] }),
    });
    expectBroken(world, publication, { attestation: swapped }, { check: 'signature', why: /does not match/ });
  });

  it('is taken for stored where it is empty', () => {
    const publication = publish(world);
    expectProven(world, publication, { entry: (entry) => ({ ...entry, attestation: { data: '' } }) });
    expectProven(world, publication, unstored);
  });
});

describe('a payload that the log does store', () => {
  it.each([
    ['another one', Buffer.from('{}')],
    ['one with a space more', undefined],
  ])('is not taken when it is %s than was logged', (_, payload) => {
    const publication = publish(world);
    const bytes = payload ?? Buffer.concat([publication.attested.statement, Buffer.from(' ')]);
    expectBroken(
      world,
      publication,
      { entry: attack.withAttestation(bytes) },
      {
        check: 'bundle',
        why: 'the payload that the log stores is not the one in the log entry',
      },
    );
  });

  it('is not taken for one that the log hashed and nobody signed', () => {
    const publication = publish(world, {
      envelope: (envelope) => ({ ...envelope, payload: Buffer.from('{"type":"evil"}') }),
    });
    expectBroken(world, publication, {}, { check: 'signature', why: /does not match/ });
  });

  it('may be large, as long as the log has it', () => {
    const padded: StatementOptions = { edit: (statement) => ({ ...statement, padding: 'x'.repeat(90_000) }) };
    expectProven(world, publish(world, { statement: padded }));
  });

  it('is unknown above what the log stores, which cannot be rebuilt either', () => {
    const padded: StatementOptions = {
      edit: (statement) => ({ ...statement, padding: 'x'.repeat(110_000) }),
    };
    expectBroken(
      world,
      publish(world, { statement: padded }),
      {},
      { check: 'bundle', status: 'unknown', why: unpayable },
    );
  });
});

describe('statements rebuilt from a certificate', () => {
  const about = { scope: 'acme', name: 'widget', version: '1.0.0' };
  const digest = 'a'.repeat(64) as Sha256;
  const rebuilt = (request: SigstoreRequest) => {
    const identity = identityOf(world.sigstore.issueCertificate(request).der);
    return identity === undefined ? [] : rebuildStatements(identity, about, digest).map(String);
  };

  it('are the two that Deno has ever written, the newest first', () => {
    const [list, object, ...more] = rebuilt({}).map((text) => JSON.parse(text) as { subject: unknown });
    expect(list?.subject).toEqual([{ name: 'pkg:jsr/@acme/widget@1.0.0', digest: { sha256: digest } }]);
    expect(object?.subject).toEqual({ name: 'pkg:jsr/@acme/widget@1.0.0', digest: { sha256: digest } });
    expect(more).toEqual([]);
  });

  it.each([11, 12, 13, 14, 15, 17, 18, 20, 21])('need claim .%d', (claim) => {
    expect(rebuilt({ claims: { [claim]: null } })).toEqual([]);
  });

  it('need no other claim', () => {
    expect(rebuilt({ claims: { 9: null, 10: null, 16: null, 19: null, 22: null, 24: null } })).toHaveLength(
      2,
    );
  });

  it('are about GitHub alone', () => {
    expect(rebuilt({ claims: { 12: 'https://gitlab.com/acme/widget' } })).toEqual([]);
    expect(rebuilt({ identity: { ...acme, name: 'x' } })).toHaveLength(2);
  });
});
