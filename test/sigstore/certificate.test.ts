import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyPairSyncResult } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyBundle } from '../../src/sigstore/verifier.ts';
import { toBundle, toBundleEntry } from '../support/bundle.ts';
import { asAuthority, certificate, mintAuthority } from '../support/certificate.ts';
import { mintCtLog, witnessOf } from '../support/ct.ts';
import { bits, context, NULL, octets, oid, printable, sequence, utf8 } from '../support/der.ts';
import {
  basicConstraints,
  CODE_SIGNING,
  extendedKeyUsage,
  keyUsage,
  SERVER_AUTH,
  subjectKeyId,
  TIME_STAMPING,
} from '../support/extension.ts';
import type { Json } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import type { KeyKind, KeyPair } from '../support/keys.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import { mintSigstore, type SigstoreRequest } from '../support/sigstore.ts';
import { validFor } from '../support/trusted-root.ts';
import { checksOf, expectBroken, expectProven, publish, reasonOf, trustOf } from '../verify/chain.ts';

const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;
const BASE_POINT =
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';
const world = mintWorld();
const { sigstore } = world;
const stranger = mintAuthority({ window: sigstore.window, organization: 'evil.test', usage: CODE_SIGNING });
const twin = mintAuthority({ window: sigstore.window, organization: 'sigstore.test', usage: CODE_SIGNING });
const leaf = sigstore.issueCertificate();

interface Case {
  readonly name: string;
  readonly why: RegExp;
  readonly certificate?: SigstoreRequest;
  readonly more?: ProvenanceOptions;
}

const { attested } = publish(world);

const refused: readonly Case[] = [
  // Who issued it.
  {
    name: 'of another authority',
    certificate: { authority: stranger },
    why: /certificate chain.*no valid certificate path/,
  },
  {
    name: 'of an authority that has the same name',
    certificate: { authority: twin },
    why: /certificate chain.*no valid certificate path/,
  },
  {
    name: 'that another signing certificate issued',
    certificate: { authority: asAuthority(leaf, sigstore.authority) },
    why: /certificate chain/,
  },
  {
    name: 'whose signature was tampered with',
    certificate: { tamper: (der) => flip(der, der.length - 1) },
    why: /certificate chain/,
  },
  {
    name: 'whose claims were changed after it was signed',
    certificate: { tamper: (der) => replaced(der, 'acme/widget', 'evil/widget') },
    why: /certificate chain/,
  },
  // When.
  {
    name: 'that was not valid yet at the logged time',
    more: { loggedAt: new Date('2024-01-01T00:00:00Z') },
    why: /not valid or expired/,
  },
  { name: 'that had expired at the logged time', more: { loggedAt: world.now }, why: /not valid or expired/ },
  {
    name: 'that is valid for ten years, from an authority that was not trusted any more',
    certificate: { notBefore: new Date('2021-01-01T00:00:00Z'), notAfter: new Date('2031-01-01T00:00:00Z') },
    more: { loggedAt: new Date('2021-06-01T00:00:00Z') },
    why: /certificate chain/,
  },
  // Who witnessed it.
  {
    name: 'without a stamp of a CT log',
    certificate: { sct: 'none' },
    why: /no signed certificate timestamp/,
  },
  {
    name: 'with an empty list of stamps',
    certificate: { sct: 'empty' },
    why: /no signed certificate timestamp/,
  },
  { name: 'with a stamp whose signature is broken', certificate: { sct: 'broken' }, why: /\bSCT/ },
  { name: 'with a stamp of an unknown CT log', certificate: { sct: 'unknown-log' }, why: /\bSCT/ },
  { name: 'with a stamp of a foreign CT log', certificate: { ctLog: mintCtLog() }, why: /\bSCT/ },
  {
    name: 'with a stamp from before the CT log was trusted',
    certificate: { sctAt: new Date('2020-01-01T00:00:00Z') },
    why: /\bSCT/,
  },
  // What for.
  { name: 'for servers', certificate: { usage: [SERVER_AUTH] }, why: /not meant for code signing/ },
  { name: 'for timestamps', certificate: { usage: [TIME_STAMPING] }, why: /not meant for code signing/ },
  { name: 'for anything', certificate: { usage: ['2.5.29.37.0'] }, why: /not meant for code signing/ },
  { name: 'that does not say what for', certificate: { usage: [] }, why: /not meant for code signing/ },
  {
    name: 'that is an authority itself',
    certificate: { isAuthority: true },
    why: /itself a certificate authority/,
  },
  {
    name: 'that says twice what its key may do',
    certificate: { extra: [keyUsage('certSign')] },
    why: /^the certificate holds extension 2\.5\.29\.15 twice$/,
  },
  // How strong.
  {
    name: 'with a key on the curve of coins',
    certificate: { key: 'secp256k1' },
    why: /curve 1\.3\.132\.0\.10, which is not accepted/,
  },
  {
    name: 'with a key on a curve with a base point of its own, for which anybody can forge',
    certificate: { key: onForgedCurve() },
    why: /^the certificate's key brings a curve of its own, which is not accepted$/,
  },
  {
    name: 'with an RSA key of 1024 bits',
    certificate: {
      key: weakKey(
        'rsa',
        generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding, privateKeyEncoding }),
      ),
    },
    why: /RSA key is shorter than 2048 bits/,
  },
  {
    name: 'with an RSA key whose exponent is 3',
    certificate: {
      key: weakKey(
        'rsa',
        generateKeyPairSync('rsa', {
          modulusLength: 2048,
          publicExponent: 3,
          publicKeyEncoding,
          privateKeyEncoding,
        }),
      ),
    },
    why: /^the certificate's RSA key has an exponent that is too small$/,
  },
  {
    name: 'with a key on a curve of 224 bits',
    certificate: {
      key: weakKey(
        'p256',
        generateKeyPairSync('ec', { namedCurve: 'secp224r1', publicKeyEncoding, privateKeyEncoding }),
      ),
    },
    why: /curve 1\.3\.132\.0\.33, which is not accepted/,
  },
  {
    name: 'with a key of a kind that nobody expects',
    certificate: {
      key: weakKey('ed25519', generateKeyPairSync('ed448', { publicKeyEncoding, privateKeyEncoding })),
    },
    why: /of the kind 1\.3\.101\.113, which is not accepted/,
  },
  // What it says, in more than one way.
  {
    name: 'with a critical extension nobody understands',
    certificate: { claims: { '1.2.3.4': { der: NULL, critical: true } } },
    why: /critical extension 1\.2\.3\.4, which is not understood/,
  },
  {
    name: 'with a critical claim',
    certificate: { claims: { 12: { der: utf8('https://github.com/acme/widget'), critical: true } } },
    why: /critical extension 1\.3\.6\.1\.4\.1\.57264\.1\.12/,
  },
  {
    name: 'with a claim twice',
    certificate: { claims: { 12: ['https://github.com/acme/widget', 'https://github.com/evil/widget'] } },
    why: /holds extension 1\.3\.6\.1\.4\.1\.57264\.1\.12 twice/,
  },
  {
    name: 'with the same claim twice',
    certificate: { claims: { 15: ['454279688', '454279688'] } },
    why: /57264\.1\.15 twice/,
  },
  {
    name: 'with two usages',
    certificate: { extra: [extendedKeyUsage([SERVER_AUTH, CODE_SIGNING])] },
    why: /2\.5\.29\.37 twice|not meant for code signing/,
  },
  {
    name: 'with two lists of stamps',
    certificate: { extra: [{ oid: '1.3.6.1.4.1.11129.2.4.2', value: octets(Buffer.of(0, 0)) }] },
    why: /SCT|twice|timestamp|malformed/,
  },
  {
    name: 'with two names',
    certificate: {
      san: [
        'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
        'https://github.com/evil/widget/.github/workflows/publish.yml@refs/heads/main',
      ],
    },
    why: /2 subject alternative names, expected one/,
  },
  {
    name: 'with a name and an address',
    certificate: { san: ['https://github.com/a/b', { email: 'a@b.c' }] },
    why: /2 subject alternative names/,
  },
  { name: 'without a name', certificate: { san: [] }, why: /no subject alternative name/ },
  {
    name: 'for a host',
    certificate: { san: [{ dns: 'github.com' }] },
    why: /neither a URI nor an e-mail address/,
  },
  {
    name: 'whose claim is raw text where DER is due',
    certificate: { claims: { 12: { raw: 'https://github.com/acme/widget' } } },
    why: /extension \.12 is not (?:valid DER|a DER UTF8String)/,
  },
  {
    name: 'whose claim is a string of another kind',
    certificate: { claims: { 12: { der: printable('https://github.com/acme/widget') } } },
    why: /extension \.12 is not a DER UTF8String/,
  },
  {
    name: 'whose claim is longer than it says',
    certificate: {
      claims: { 12: { der: Buffer.concat([utf8('https://github.com/acme/widget'), Buffer.from('-evil')]) } },
    },
    why: /extension \.12 is not/,
  },
  {
    name: 'whose claim spells its length in a long form',
    certificate: { claims: { 12: { der: Buffer.concat([Buffer.of(0x0c, 0x81, 5), Buffer.from('hello')]) } } },
    why: /extension \.12 is not/,
  },
  {
    name: 'whose claim is not UTF-8',
    certificate: { claims: { 12: { der: Buffer.of(0x0c, 2, 0xc3, 0x28) } } },
    why: /extension \.12 is not valid UTF-8/,
  },
  {
    name: 'whose claim is empty DER',
    certificate: { claims: { 12: { der: Buffer.alloc(0) } } },
    why: /extension \.12 is not/,
  },
  {
    name: 'whose claim is a sequence',
    certificate: { claims: { 12: { der: sequence(utf8('a')) } } },
    why: /extension \.12 is not a DER UTF8String/,
  },
  {
    name: 'with two issuers that disagree',
    certificate: { claims: { 1: 'https://token.actions.githubusercontent.com', 8: 'https://evil.test' } },
    why: /two different issuers/,
  },
  {
    name: 'without an issuer',
    certificate: { claims: { 1: null, 8: null } },
    why: /names no identity issuer/,
  },
  {
    name: 'with an empty issuer',
    certificate: { claims: { 1: '', 8: '' } },
    why: /names no identity issuer/,
  },
];

describe('a certificate is refused', () => {
  it.each(refused)('$name', ({ certificate = {}, more = {}, why }) => {
    const publication = publish(world, { certificate, ...more });
    expectBroken(world, publication, {}, { check: 'certificate', why });
  });

  it.each([
    ['of zero bytes', Buffer.alloc(0), 'the log entry holds no certificate'],
    ['of one byte', Buffer.of(0x30), 'the certificate is malformed: request past end of buffer'],
    [
      'that is no certificate',
      sequence(utf8('a'), bits(Buffer.of(1)), context(0, oid('1.2.3'))),
      'failed to verify certificate chain: the certificate is malformed',
    ],
    ['that nests for ever', nested(10_000), 'the certificate is malformed: maximum nesting depth exceeded'],
    [
      'whose length is a lie',
      Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
      'the certificate is malformed: request past end of buffer',
    ],
  ])('%s, without a crash', (_, der, why) => {
    const publication = publish(world, {
      pem: () => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`,
    });
    const checks = checksOf(world, publication);
    const broken = der.length === 0 ? checks.bundle : checks.certificate;
    expect(broken).toEqual({
      status: 'failed',
      reason: why,
      ...(der.length > 0 && { cause: expect.any(Error) }),
    });
  });

  const { window, ctLog, authority } = sigstore;
  const own = [keyUsage('digitalSignature'), extendedKeyUsage([CODE_SIGNING]), subjectKeyId(leaf.key.spki)];
  const keyMay = (bitString: Buffer) => [
    { ...keyUsage('digitalSignature'), value: bitString },
    ...own.slice(1),
  ];
  const witness = witnessOf(ctLog, leaf.notBefore);
  const expired =
    'failed to verify certificate chain: certificate is not valid or expired at the specified date';
  const bundleOf = (der: Buffer, entries: readonly Json[] = []) =>
    Buffer.from(JSON.stringify(toBundle({ ...leaf, der }, attested.envelope, entries)));

  it.each([
    [
      'whose key may sign certificates, too',
      keyMay(bits(Buffer.of(0x84), 2)),
      'the signing certificate is itself a certificate authority',
    ],
    [
      'whose key may do something else',
      keyMay(bits(Buffer.of(0x08), 3)),
      'the certificate is not meant for digital signatures',
    ],
    [
      'that does not say what its key may do',
      own.slice(1),
      'the certificate is not meant for digital signatures',
    ],
    ['that says nothing else', own, 'the certificate has no subject alternative name'],
  ])('%s', (_, extensions, why) => {
    const der = certificate({
      issuer: authority,
      spki: leaf.key.spki,
      window,
      extensions,
      ...(witness && { witness }),
    });
    expect(reasonOf(verifyBundle(bundleOf(der), trustOf(sigstore)).certificate)).toBe(why);
  });

  it.each([
    ['0', ''],
    ['1', 'failed to verify certificate chain'],
    ['253402300799', expired],
    ['253402300800', ''],
    ['9'.repeat(20), ''],
  ])('at the time %s, if that is one', (integratedTime, why) => {
    const entry = {
      ...(toBundleEntry(world.rekor.entry(attested.position)) as Record<string, Json>),
      integratedTime,
    };
    const outcome = verifyBundle(bundleOf(leaf.der, [entry]), trustOf(sigstore));
    expect(reasonOf(outcome.certificate)).toBe(why);
    expect(outcome.inclusion.status).not.toBe('passed');
    if (outcome.certificate.status === 'passed')
      expect(outcome.certificate.fact.validAt).toEqual(leaf.notBefore);
  });

  it('cut short at any byte, without a crash', () => {
    const { der } = sigstore.issueCertificate();
    for (let end = 1; end < der.length; end += 97) {
      const publication = publish(world, {
        pem: () =>
          `-----BEGIN CERTIFICATE-----\n${der.subarray(0, end).toString('base64')}\n-----END CERTIFICATE-----`,
      });
      expect(checksOf(world, publication).certificate.status, `${end} bytes`).toBe('failed');
    }
  });
});

describe('a certificate passes', () => {
  it.each(['p256', 'p384', 'p521', 'ed25519', 'rsa'] as const)('with a key of kind %s', (key) => {
    expect(checksOf(world, publish(world, { certificate: { key } })).certificate.status).toBe('passed');
  });

  it.each([
    ['the same stamp twice', { sct: 'twice' }],
    ['a claim nobody knows yet', { claims: { 99: 'new' } }],
    ['an unknown extension that is not critical', { claims: { '1.2.3.4': { der: NULL } } }],
    ['another usage beside code signing', { usage: [SERVER_AUTH, CODE_SIGNING] }],
    ['only the old issuer', { claims: { 8: null } }],
    ['only the new issuer', { claims: { 1: null } }],
    [
      'the claims in another order',
      {
        claims: { 12: null },
        extra: [{ oid: '1.3.6.1.4.1.57264.1.12', value: utf8('https://github.com/acme/widget') }],
      },
    ],
    ['constraints that say it is no authority', { extra: [{ ...basicConstraints(0), value: sequence() }] }],
  ] satisfies [string, SigstoreRequest][])('with %s', (_, certificate) => {
    const { certificate: outcome } = checksOf(world, publish(world, { certificate }));
    expect(reasonOf(outcome)).toBe('');
  });

  it('at the logged time, however long ago that is', () => {
    const notBefore = new Date('2023-05-01T00:00:00Z');
    const publication = publish(world, {
      certificate: { notBefore },
      loggedAt: new Date('2023-05-01T00:09:59Z'),
    });
    const { checks } = expectProven(world, publication);
    expect(checks.certificate).toMatchObject({ fact: { validAt: new Date('2023-05-01T00:09:59Z') } });
  });

  it('at the first and at the last second of its validity, and not one second beside', () => {
    const notBefore = new Date('2025-05-01T00:00:00Z');
    const at = (seconds: number) =>
      checksOf(
        world,
        publish(world, {
          certificate: { notBefore },
          loggedAt: new Date(notBefore.getTime() + seconds * 1000),
        }),
      ).certificate.status;
    expect([at(-1), at(0), at(600), at(601)]).toEqual(['failed', 'passed', 'passed', 'failed']);
  });
});

describe('what is trusted, is trusted for a time', () => {
  const publication = publish(world);
  const before = new Date('2023-01-01T00:00:00Z');
  const over = validFor(sigstore.window.notBefore, before);

  it('an authority that was retired before does not count', () => {
    const trust = trustOf(sigstore, {
      authorities: [{ chain: sigstore.authority.chain, uri: 'https://fulcio.sigstore.test', validFor: over }],
    });
    expectBroken(
      world,
      publication,
      { trust },
      { check: 'certificate', why: /failed to verify certificate chain/ },
    );
  });

  it('a CT log that was retired before does not count', () => {
    const trust = trustOf(sigstore, {
      ctLogs: [{ log: sigstore.ctLog, baseUrl: 'https://ctfe.sigstore.test', validFor: over }],
    });
    expectBroken(world, publication, { trust }, { check: 'certificate', why: /\bSCT/ });
  });

  // The period of a key is closed: its first and its last moment belong to it.
  it.each([
    ['an authority', 'authorities'],
    ['a CT log', 'ctLogs'],
    ['a log key', 'tlogs'],
  ] as const)('%s counts from the first to the last moment of its period', (_, kind) => {
    const { certificate: issued, record } = publication.attested;
    const at = kind === 'ctLogs' ? issued.notBefore : new Date(record.integratedTime * 1000);
    const period = (from: number, to: number) => ({
      ...{ key: sigstore.rekorKey, log: sigstore.ctLog, baseUrl: 'https://ctfe.sigstore.test' },
      ...{ chain: sigstore.authority.chain, uri: 'https://fulcio.sigstore.test' },
      validFor: validFor(new Date(at.getTime() + from), new Date(at.getTime() + to)),
    });
    const held = (from: number, to: number) => {
      const { baseUrl, ...rest } = period(from, to);
      const entry = kind === 'ctLogs' ? { ...rest, baseUrl } : rest;
      const { certificate: chain, inclusion } = checksOf(world, publication, {
        trust: trustOf(sigstore, { [kind]: [entry] }),
      });
      return [chain.status, inclusion.status].every((status) => status === 'passed');
    };
    expect([held(0, 0), held(1, 1000), held(-1000, -1)]).toEqual([true, false, false]);
  });

  it('a log key that was retired before does not count', () => {
    const trust = trustOf(sigstore, { tlogs: [{ key: sigstore.rekorKey, validFor: over }] });
    expectBroken(
      world,
      publication,
      { trust },
      { check: 'inclusion', why: /inclusion promise could not be verified/ },
    );
  });

  it('a root of another Sigstore proves nothing', () => {
    const trust = trustOf(mintSigstore());
    expectBroken(world, publication, { trust }, { check: 'certificate', why: /certificate chain/ });
  });

  it('a root with the authority of this Sigstore and the log of another one proves no inclusion', () => {
    const trust = trustOf(sigstore, {
      tlogs: [{ key: mintSigstore().rekorKey, validFor: validFor(sigstore.window.notBefore) }],
    });
    expectBroken(world, publication, { trust }, { check: 'inclusion', why: /inclusion promise/ });
  });
});

/** A key that the test bed does not mint, passed off as one that it does so that it signs in the same way. */
function weakKey(
  kind: KeyKind,
  { publicKey: spki, privateKey: pkcs8 }: KeyPairSyncResult<Buffer, Buffer>,
): KeyPair {
  return {
    kind,
    spki,
    publicKey: createPublicKey({ key: spki, type: 'spki', format: 'der' }),
    privateKey: createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' }),
  };
}

/** The base point of P-256 replaced by the public key itself, whose private key on that curve is 1. */
function onForgedCurve(): KeyPair {
  const key = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    paramEncoding: 'explicit',
    publicKeyEncoding,
    privateKeyEncoding,
  });
  const basePoint = Buffer.from(BASE_POINT, 'hex');
  const spki = Buffer.from(key.publicKey);
  spki.copy(spki, spki.indexOf(basePoint), spki.length - basePoint.length);
  return weakKey('p256', { ...key, publicKey: spki });
}

function flip(der: Buffer, at: number): Buffer {
  const copy = Buffer.from(der);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function replaced(der: Buffer, from: string, to: string): Buffer {
  return Buffer.from(der.toString('latin1').replaceAll(from, to), 'latin1');
}

function nested(depth: number): Buffer {
  let der: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    der = sequence(der);
    if (der.length > 60_000) break;
  }
  return der;
}
