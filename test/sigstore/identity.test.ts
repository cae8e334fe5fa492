import { X509Certificate } from '@sigstore/core';
import { describe, expect, it } from 'vitest';
import { IdentityError, identityOf, readIdentity } from '../../src/sigstore/identity.ts';
import type { CertificateRequest } from '../support/certificate.ts';
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

describe('an identity for guessing', () => {
  it('is the same', () => {
    const { der } = sigstore.issueCertificate();
    expect(identityOf(der)).toEqual(readIdentity(X509Certificate.parse(Buffer.from(der))));
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['noise', Buffer.from('no certificate at all')],
    ['two names', sigstore.issueCertificate({ san: ['https://a.test', 'https://b.test'] }).der],
  ])('is nothing for %s', (_, der) => {
    expect(identityOf(der)).toBeUndefined();
  });
});
