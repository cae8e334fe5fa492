import nodeCrypto, { KeyObject } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type SigstoreOutcomes, verifyBundle } from '../../src/sigstore/verifier.ts';
import { toBundle, toBundleEntry } from '../support/bundle.ts';
import type { Json } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import { mintKey, pem, sha256Hex, sign } from '../support/keys.ts';
import { hashedRekord } from '../support/rekor-entry.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { signEnvelope } from '../support/statement.ts';
import { publish, reasonOf, trustOf } from '../verify/chain.ts';

const world = mintWorld();
const trust = trustOf(world.sigstore);
const { attested } = publish(world);
const entry = toBundleEntry(world.rekor.entry(attested.position));
const honest = toBundle(attested.certificate, attested.envelope, [entry]);

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const wantedType = (type: string) =>
  `the payload is of the type "${type}", expected application/vnd.in-toto+json`;
const statuses = ({ certificate, inclusion, signature }: SigstoreOutcomes) =>
  [certificate.status, inclusion.status, signature.status].join(' ');

describe('an attestation as a bundle', () => {
  it('gives three answers', () => {
    const outcomes = verifyBundle(bytesOf(honest), trust);
    expect(statuses(outcomes)).toBe('passed passed passed');
    expect(outcomes.signature).toMatchObject({ fact: { payload: attested.statement } });
  });

  it('against another root is refused as a whole', () => {
    const outcomes = verifyBundle(bytesOf(honest), trustOf(mintSigstore()));
    expect(outcomes).toMatchObject({
      certificate: { status: 'failed' },
      inclusion: { status: 'blocked', by: 'certificate' },
      signature: { status: 'blocked', by: 'certificate' },
    });
  });

  it('that cannot be read fails thrice, for the same reason', () => {
    const outcomes = verifyBundle(Buffer.from('no bundle'), trust);
    expect(statuses(outcomes)).toBe('failed failed failed');
    expect(reasonOf(outcomes.certificate)).toBe('the bundle is not JSON');
  });

  it('shows a bad signature and a bad log entry side by side', () => {
    const envelope = { ...attested.envelope, payload: Buffer.from('{}') };
    const outcomes = verifyBundle(bytesOf(toBundle(attested.certificate, envelope, [entry])), trust);
    expect(statuses(outcomes)).toBe('passed failed failed');
  });
});

describe('a signature', () => {
  // Deno refuses to choose a hash, and the library takes that for a signature that does not hold.
  it('is checked with a hash that is named, unless the key is of Ed25519', () => {
    const hashes: unknown[] = [];
    const { verify } = nodeCrypto;
    const spy = vi.spyOn(nodeCrypto, 'verify').mockImplementation(((hash, data, key, signature) => {
      if (!(key instanceof KeyObject) || key.asymmetricKeyType !== 'ed25519') hashes.push(hash);
      return verify(hash, data, key, signature);
    }) as typeof verify);
    try {
      expect(statuses(verifyBundle(bytesOf(honest), trust))).toBe('passed passed passed');
    } finally {
      spy.mockRestore();
    }
    expect(hashes.length).toBeGreaterThan(3);
    expect(hashes.filter((hash) => typeof hash !== 'string')).toEqual([]);
  });

  it('of another payload type is named by its beginning', () => {
    const envelope = signEnvelope(attested.statement, attested.certificate.key, {
      payloadType: 'x'.repeat(101),
    });
    const outcomes = verifyBundle(bytesOf(toBundle(attested.certificate, envelope, [entry])), trust);
    expect(reasonOf(outcomes.signature)).toBe(wantedType('x'.repeat(100)));
  });

  it('by a different key than the one in the certificate fails', () => {
    const envelope = signEnvelope(attested.statement, mintKey());
    const outcomes = verifyBundle(bytesOf(toBundle(attested.certificate, envelope, [entry])), trust);
    expect(reasonOf(outcomes.signature)).toBe('the signature does not match the payload and the certificate');
  });

  it.each([
    [
      'in the form that JSR once let pass beside DER',
      signEnvelope(attested.statement, attested.certificate.key, { encoding: 'ieee-p1363' }).signatures,
    ],
    ['of noise', [{ sig: Buffer.from('noise') }]],
    ['of one byte', [{ sig: Buffer.of(0) }]],
  ])('%s does not pass, and does not crash', (_, signatures) => {
    const envelope = { ...attested.envelope, signatures };
    const outcomes = verifyBundle(bytesOf(toBundle(attested.certificate, envelope, [entry])), trust);
    expect(outcomes.signature.status).toBe('failed');
  });

  it.each([
    ['longer type, shorter payload', 'application/vnd.in-toto+json ', attested.statement],
    ['type in capitals', 'APPLICATION/VND.IN-TOTO+JSON', attested.statement],
    ['no type', '', attested.statement],
  ])('over another payload type is refused even where it fits (%s)', (_, payloadType, payload) => {
    const envelope = signEnvelope(payload, attested.certificate.key, { payloadType });
    const outcomes = verifyBundle(bytesOf(toBundle(attested.certificate, envelope, [entry])), trust);
    expect(reasonOf(outcomes.signature)).toBe(wantedType(payloadType));
  });
});

describe('a signed file', () => {
  const artifact = Buffer.from('a file');
  const certificate = world.sigstore.issueCertificate();
  const signature = sign(certificate.key, artifact);
  const digest = sha256Hex(artifact);
  const at = new Date(certificate.notBefore.getTime() + 1000);
  const position = world.rekor.add(hashedRekord({ digest, signature, certificate: certificate.pem, at }));
  const file = (changes: Record<string, unknown> = {}) =>
    bytesOf({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: certificate.der.toString('base64') },
        tlogEntries: [toBundleEntry(world.rekor.entry(position))],
      },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(digest, 'hex').toString('base64') },
        signature: signature.toString('base64'),
        ...changes,
      },
    });

  it('passes with the file', () => {
    const outcomes = verifyBundle(file(), trust, { artifact });
    expect(Object.values(outcomes).map(reasonOf)).toEqual(['', '', '']);
    expect(outcomes.signature).toEqual({ status: 'passed', fact: { payload: artifact } });
  });

  it('is unknown without the file', () => {
    expect(verifyBundle(file(), trust).signature).toEqual({
      status: 'unknown',
      why: 'the bundle signs a file that was not given',
    });
  });

  it('fails with another file, or another signature', () => {
    const other = sign(certificate.key, Buffer.from('another')).toString('base64');
    for (const outcomes of [
      verifyBundle(file(), trust, { artifact: Buffer.from('another') }),
      verifyBundle(file({ signature: other }), trust, { artifact }),
    ])
      expect(reasonOf(outcomes.signature)).toBe(
        'the signature does not match the payload and the certificate',
      );
  });

  it('is dated by a timestamp over its signature, and by no other', () => {
    const dated = (stamped: Buffer) => {
      const whole = JSON.parse(file().toString()) as { readonly verificationMaterial: object };
      const signedTimestamp = world.sigstore.tsa.stamp(stamped, at).toString('base64');
      const timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
      const material = { ...whole.verificationMaterial, timestampVerificationData };
      const outcomes = verifyBundle(bytesOf({ ...whole, verificationMaterial: material }), trust, {
        artifact,
      });
      return Object.values(outcomes).map(reasonOf);
    };
    expect(dated(signature)).toEqual(['', '', '']);
    for (const stamped of [artifact, Buffer.alloc(0)])
      expect(dated(stamped)).toEqual([
        'timestamp could not be verified',
        'blocked by certificate',
        'blocked by certificate',
      ]);
  });
});

describe('a bundle with a bare key', () => {
  const key = mintKey();
  const envelope = signEnvelope(Buffer.from('{}'), key);
  const publicKey = pem('PUBLIC KEY', key.spki);
  const keyed = (more: Record<string, Json> = {}) =>
    bytesOf({
      ...toBundle(attested.certificate, envelope, []),
      verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [], ...more },
    });

  it('is refused where no key was given', () => {
    expect(verifyBundle(keyed(), trust).certificate).toMatchObject({
      status: 'failed',
      reason: 'the attestation is signed with a bare key, not with a certificate',
    });
  });

  it('has its signature checked with the given key, and nothing that shows that it was logged', () => {
    expect(verifyBundle(keyed(), trust, { publicKey })).toEqual({
      certificate: { status: 'skipped', why: 'the bundle is signed with the key that was given' },
      inclusion: {
        status: 'unknown',
        why: 'there is no log entry, so nothing shows that the attestation was logged',
      },
      signature: { status: 'passed', fact: { payload: Buffer.from('{}') } },
    });
  });

  it.each([
    [
      'another key',
      pem('PUBLIC KEY', mintKey().spki),
      'the signature does not match the payload and the key',
    ],
    ['no key', 'no key', 'the signature could not be checked'],
  ])('fails with %s', (_, publicKey, reason) => {
    const { signature } = verifyBundle(keyed(), trust, { publicKey });
    expect(signature).toMatchObject({ status: 'failed', reason });
    expect('cause' in signature).toBe(publicKey === 'no key');
  });

  it('is refused where it signs something else than a statement', () => {
    const other = toBundle(
      attested.certificate,
      signEnvelope(Buffer.from('{}'), key, { payloadType: 'text/html' }),
      [],
    );
    const material = { publicKey: { hint: 'x' }, tlogEntries: [] };
    const outcomes = verifyBundle(bytesOf({ ...other, verificationMaterial: material }), trust, {
      publicKey,
    });
    expect(reasonOf(outcomes.signature)).toBe(wantedType('text/html'));
  });

  it('with a timestamp that is none does not crash', () => {
    const stamps = { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] } };
    const outcomes = verifyBundle(keyed({ ...stamps, tlogEntries: [entry] }), trust, { publicKey });
    expect(outcomes.inclusion).toMatchObject({ reason: 'a timestamp of the bundle is not valid' });
  });

  it('with a time beyond all calendars does not crash', () => {
    const late = { ...(entry as Record<string, Json>), integratedTime: '9007199254740991' };
    const outcomes = verifyBundle(keyed({ tlogEntries: [late] }), trust, { publicKey });
    expect(outcomes.inclusion.status).toBe('failed');
  });
});

describe('a key that was given', () => {
  const key = mintKey();
  const publicKey = pem('PUBLIC KEY', key.spki);

  it('does not stand in for a certificate of a stranger', () => {
    expect(verifyBundle(bytesOf(honest), trustOf(mintSigstore()), { publicKey })).toMatchObject({
      certificate: { reason: expect.stringMatching(/certificate chain/) },
      inclusion: { status: 'blocked', by: 'certificate' },
      signature: { status: 'blocked', by: 'certificate' },
    });
  });

  it('does not sign in the name of the certificate that a bundle has', () => {
    const forged = toBundle(attested.certificate, signEnvelope(attested.statement, key), [entry]);
    expect(reasonOf(verifyBundle(bytesOf(forged), trust, { publicKey }).signature)).toBe(
      'the signature does not match the payload and the certificate',
    );
  });

  it('lets no other payload type pass beside a certificate', () => {
    const envelope = signEnvelope(attested.statement, attested.certificate.key, { payloadType: 'text/html' });
    const other = toBundle(attested.certificate, envelope, [entry]);
    expect(reasonOf(verifyBundle(bytesOf(other), trust, { publicKey }).signature)).toBe(
      wantedType('text/html'),
    );
  });
});

describe('a bundle that is bent at any place', () => {
  const oddities: readonly Json[] = [null, '', '9'.repeat(30), 'AAAA', {}, [null]];

  it('never crashes, and never passes unless nothing of weight was touched', () => {
    const passed = new Set<string>();
    for (const path of pathsOf(honest)) {
      for (const odd of [...oddities, undefined]) {
        const bent = bytesOf(replaced(honest, path, odd));
        if (statuses(verifyBundle(bent, trust)) === 'passed passed passed') passed.add(path.join('.'));
      }
    }
    // A key id is a hint that nobody reads.
    expect([...passed]).toEqual(['dsseEnvelope.signatures.0.keyid']);
  });
});

function pathsOf(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner as Json, [...path, key])),
  ];
}

function replaced(value: Json, [key, ...rest]: readonly string[], by: Json | undefined): Json {
  if (key === undefined) return by ?? null;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (name !== key) return [[name, inner as Json]];
    return rest.length === 0 && by === undefined ? [] : [[name, replaced(inner as Json, rest, by)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
