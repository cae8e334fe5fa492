import { X509Certificate } from '@sigstore/core';
import { describe, expect, it } from 'vitest';
import { IdentityError, identityOf, readIdentity } from '../../src/sigstore/certificate-identity.ts';
import type { CertificateRequest } from '../support/certificate.ts';
import { contextBytes, sequence } from '../support/der.ts';
import { acme, type GitHubIdentity } from '../support/identity.ts';
import { sharedSigstore } from '../support/sigstore.ts';

const sigstore = sharedSigstore();

function read(request: CertificateRequest = {}) {
  return readIdentity(X509Certificate.parse(Buffer.from(sigstore.issueCertificate(request).der)));
}

describe('an identity', () => {
  it('has every claim of Fulcio under its own name', () => {
    expect(read()).toEqual({
      subjectAlternativeName: 'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
      issuer: 'https://token.actions.githubusercontent.com',
      buildSignerURI: 'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
      buildSignerDigest: acme.commit,
      runnerEnvironment: 'github-hosted',
      sourceRepositoryURI: 'https://github.com/acme/widget',
      sourceRepositoryDigest: acme.commit,
      sourceRepositoryRef: 'refs/heads/main',
      sourceRepositoryIdentifier: '454279688',
      sourceRepositoryOwnerURI: 'https://github.com/acme',
      sourceRepositoryOwnerIdentifier: '6497122',
      buildConfigURI: 'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
      buildConfigDigest: acme.commit,
      buildTrigger: 'push',
      runInvocationURI: 'https://github.com/acme/widget/actions/runs/30709797553/attempts/1',
      sourceRepositoryVisibility: 'public',
    });
  });

  it('tells the workflow that signed from the repository whose code was built', () => {
    const reusable: GitHubIdentity['reusable'] = {
      repository: 'shared/workflows',
      workflow: '.github/workflows/jsr.yml',
      ref: 'refs/tags/v1',
      commit: 'b'.repeat(40),
    };
    expect(read({ identity: { reusable } })).toMatchObject({
      subjectAlternativeName: 'https://github.com/shared/workflows/.github/workflows/jsr.yml@refs/tags/v1',
      buildSignerURI: 'https://github.com/shared/workflows/.github/workflows/jsr.yml@refs/tags/v1',
      buildSignerDigest: 'b'.repeat(40),
      sourceRepositoryURI: 'https://github.com/acme/widget',
      buildConfigURI: 'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
    });
  });

  it('keeps upper and lower case as they are', () => {
    const identity = read({
      identity: { owner: 'stSoftwareAU', name: 'NEAT-AI', ref: 'refs/heads/Develop' },
    });
    expect(identity).toMatchObject({
      subjectAlternativeName:
        'https://github.com/stSoftwareAU/NEAT-AI/.github/workflows/publish.yml@refs/heads/Develop',
      sourceRepositoryURI: 'https://github.com/stSoftwareAU/NEAT-AI',
    });
  });

  it('leaves out what the certificate does not say', () => {
    const identity = read({ claims: { 9: null, 11: null, 15: null, 22: null } });
    for (const name of [
      'buildSignerURI',
      'runnerEnvironment',
      'sourceRepositoryIdentifier',
      'sourceRepositoryVisibility',
    ])
      expect(identity).not.toHaveProperty(name);
  });

  it('takes the issuer from the old extension where there is no new one, and demands that both agree', () => {
    const other = 'https://token.actions.githubusercontent.com/acme-inc';
    expect(read({ claims: { 1: other, 8: null } }).issuer).toBe(other);
    expect(read({ claims: { 1: null, 8: other } }).issuer).toBe(other);
    expect(() => read({ claims: { 8: other } })).toThrow(IdentityError);
  });

  it('does not take an empty claim for a missing one', () => {
    expect(read({ claims: { 14: '' } }).sourceRepositoryRef).toBe('');
  });

  it('reads a person as one', () => {
    expect(read({ san: [{ email: 'mallory@example.com' }] }).subjectAlternativeName).toBe(
      'mallory@example.com',
    );
  });

  it('does not let a claim hide behind a byte order mark or a zero byte', () => {
    const trick = '\uFEFFhttps://github.com/acme/widget\u0000.evil';
    expect(read({ claims: { 12: trick } }).sourceRepositoryURI).toBe(trick);
  });

  it('does not mistake an extension whose number only begins like a claim', () => {
    const identity = read({ claims: { 12: null, '1.3.6.1.4.1.57264.1.120': 'https://github.com/evil/x' } });
    expect(identity).not.toHaveProperty('sourceRepositoryURI');
    const beside = read({ claims: { 12: null, '1.3.6.1.4.1.57264.1.12.1': 'https://github.com/evil/x' } });
    expect(beside).not.toHaveProperty('sourceRepositoryURI');
  });
});

/** A certificate whose last extension had some bytes replaced; its encoding is 30 07, 06 03 2a 03 04, 04 00. */
const extended = (from: string, to: string): CertificateRequest => ({
  extra: [{ oid: '1.2.3.4', value: Buffer.alloc(0) }],
  tamper: (der) => Buffer.from(der.toString('hex').replace(from, to), 'hex'),
});
const named = (value: Buffer): CertificateRequest => ({ san: [], extra: [{ oid: '2.5.29.17', value }] });

const ambiguous: readonly (readonly [string, CertificateRequest, string])[] = [
  [
    'an extension of no parts',
    extended('300706032a0304', '050706032a0304'),
    'the certificate holds a malformed extension',
  ],
  [
    'an extension without a value',
    extended('300706032a0304', '300706052a0304'),
    'the certificate holds a malformed extension',
  ],
  [
    'a claim twice',
    { claims: { 15: ['1', '1'] } },
    'the certificate holds extension 1.3.6.1.4.1.57264.1.15 twice',
  ],
  [
    'an old issuer that is not UTF-8',
    { claims: { 1: { raw: Buffer.of(0xff) } } },
    'the old issuer extension is not valid UTF-8',
  ],
  ['a claim that is not DER', { claims: { 12: { raw: 'raw' } } }, 'extension .12 is not valid DER'],
  ['no name', { san: [] }, 'the certificate has no subject alternative name'],
  ['a name that is not DER', named(Buffer.of(0x30, 5)), 'the subject alternative name is not valid DER'],
  [
    'an empty list of names',
    named(sequence()),
    'the certificate has 0 subject alternative names, expected one',
  ],
  [
    'two names',
    { san: ['https://a.test', 'https://b.test'] },
    'the certificate has 2 subject alternative names, expected one',
  ],
  [
    'a name that is a host',
    { san: [{ dns: 'github.com' }] },
    'the subject alternative name is neither a URI nor an e-mail address',
  ],
  [
    'a name that is not UTF-8',
    named(sequence(contextBytes(6, Buffer.of(0xff)))),
    'the subject alternative name is not valid UTF-8',
  ],
];

describe('no identity is read out of a certificate with', () => {
  it.each(ambiguous)('%s', (_, request, message) => {
    expect(() => read(request)).toThrow(expect.objectContaining({ name: 'IdentityError', message }));
    expect(identityOf(sigstore.issueCertificate(request).der)).toBeUndefined();
  });
});

describe('an identity for guessing', () => {
  it('is the same', () => {
    const { der } = sigstore.issueCertificate();
    expect(identityOf(der)).toEqual(readIdentity(X509Certificate.parse(Buffer.from(der))));
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['noise', Buffer.from('no certificate at all')],
  ])('is nothing for %s', (_, der) => {
    expect(identityOf(der)).toBeUndefined();
  });
});
