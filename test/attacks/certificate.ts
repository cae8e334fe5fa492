import { asAuthority, mintAuthority } from '../support/certificate.ts';
import { CODE_SIGNING, TIME_STAMPING } from '../support/extension.ts';
import type { GitHubIdentity } from '../support/identity.ts';
import type { Repository } from '../support/publication.ts';
import { mintSigstore, type SigstoreRequest, sharedSigstore } from '../support/sigstore.ts';
import type { Area, Row } from './row.ts';

const { window } = sharedSigstore();
const issuer = 'https://token.actions.githubusercontent.com';

const row = (promise: string, certificate: SigstoreRequest, says: RegExp, id = 'certificate'): Row => ({
  promise,
  publish: { provenance: { certificate } },
  verdict: 'rejected',
  code: 1,
  id,
  says,
});

/** A claim that the certificate lacks, while the statement makes it. */
const lacking = (arc: number, what: string): Row =>
  row(
    `a ${what} that the certificate does not prove is not believed`,
    { claims: { [arc]: null } },
    new RegExp(`claims a different .*${what}`),
    'claims',
  );

/** The certificate itself. */
export const certified: Area = {
  area: 'certificates',
  rows: [
    {
      promise: 'an honest certificate is verified, also with the same SCT twice',
      publish: { provenance: { certificate: { sct: 'twice' } } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a certificate of another Sigstore is not trusted',
      publish: { provenance: { sigstore: mintSigstore() } },
      verdict: 'rejected',
      code: 1,
      id: 'certificate',
      says: /failed to verify certificate chain/,
    },
    row(
      'a certificate of an authority with the same name is not trusted',
      { authority: mintAuthority({ window, organization: 'sigstore.test', usage: CODE_SIGNING }) },
      /failed to verify certificate chain/,
    ),
    {
      promise: 'the holder of a certificate cannot issue further ones',
      publish: ({ world }) => {
        const holder = world.sigstore.issueCertificate({ identity: { owner: 'evil' } });
        return { provenance: { certificate: { authority: asAuthority(holder, world.sigstore.authority) } } };
      },
      verdict: 'rejected',
      code: 1,
      id: 'certificate',
      says: /failed to verify certificate chain/,
    },
    {
      promise: 'a certificate that had expired when it was logged is not valid',
      publish: ({ world }) => ({ provenance: { loggedAt: world.now } }),
      verdict: 'rejected',
      code: 1,
      id: 'certificate',
      says: /not valid or expired/,
    },
    {
      promise: 'a certificate that began after it was logged is not valid',
      publish: ({ world }) => ({ provenance: { certificate: { notBefore: world.now } } }),
      verdict: 'rejected',
      code: 1,
      id: 'certificate',
      says: /not valid or expired/,
    },
    row(
      'a certificate that no CT log knows is not trusted',
      { sct: 'none' },
      /no signed certificate timestamp/,
    ),
    row('an empty list of SCTs is none', { sct: 'empty' }, /no signed certificate timestamp/),
    row('an SCT with a broken signature is none', { sct: 'broken' }, /SCT verification failed/i),
    row('an SCT of an unknown log is none', { sct: 'unknown-log' }, /SCT verification failed/i),
    row(
      'a critical extension that is not understood is not ignored',
      { extra: [{ oid: '1.2.3.4.5', critical: true, value: Buffer.from([5, 0]) }] },
      /critical extension 1\.2\.3\.4\.5/,
    ),
    row(
      'a certificate for time stamping signs no code',
      { usage: [TIME_STAMPING] },
      /not meant for code signing/,
    ),
    row(
      'a certificate whose key is for the agreement on keys signs nothing',
      { keyUse: 'keyAgreement' },
      /not meant for digital signatures/,
    ),
    row('a certificate for nothing in particular signs no code', { usage: [] }, /not meant for code signing/),
    row(
      'a certificate that is an authority signs no code',
      { isAuthority: true },
      /itself a certificate authority/,
    ),
    row(
      'a key on a curve that Sigstore does not use is not accepted',
      { key: 'secp256k1' },
      /on the curve 1\.3\.132\.0\.10, which is not accepted/,
    ),
    row(
      'a certificate with one bit flipped is not trusted',
      { tamper: (der) => flipped(der, der.length - 9) },
      /failed to verify certificate chain/,
    ),
    row(
      'a certificate with other bytes in its claims is not trusted',
      { tamper: (der) => flipped(der, der.indexOf('refs/heads/main') + 12) },
      /failed to verify certificate chain|malformed/,
    ),
    row(
      'a claim that is not in DER is not read',
      { claims: { 12: { raw: 'https://github.com/acme/widget' } } },
      /extension \.12 is not/,
    ),
    row(
      'a claim in a string of another kind is not read',
      {
        claims: {
          12: {
            der: Buffer.concat([Buffer.from([0x16, 30]), Buffer.from('https://github.com/acme/widget')]),
          },
        },
      },
      /not a DER UTF8String/,
    ),
    row(
      'a claim that stands twice is not read',
      { claims: { 12: ['https://github.com/acme/widget', 'https://github.com/evil/evil'] } },
      /57264\.1\.12 twice/,
    ),
    row(
      'a claim of invalid UTF-8 is not read',
      { claims: { 14: { der: Buffer.from([0x0c, 2, 0xc3, 0x28]) } } },
      /not valid UTF-8/,
    ),
    row(
      'two names are none',
      {
        san: [
          'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
          'https://github.com/evil/evil/.github/workflows/x.yml@refs/heads/main',
        ],
      },
      /2 subject alternative names, expected one/,
    ),
    row('no name is no identity', { san: [] }, /no subject alternative name/),
    row(
      'the name of a machine is no workflow',
      { san: [{ dns: 'github.com' }] },
      /neither a URI nor an e-mail address/,
    ),
    row(
      'a certificate without an issuer of the identity is not read',
      { claims: { 1: null, 8: null } },
      /names no identity issuer/,
    ),
    row(
      'two issuers that disagree are not read',
      { claims: { 8: 'https://accounts.google.com' } },
      /two different issuers/,
    ),
    row(
      'a certificate without a source repository proves no source',
      { claims: { 12: null } },
      /does not name a source repository/,
      'claims',
    ),
    lacking(11, 'runner'),
    lacking(13, 'commit'),
    lacking(14, 'source ref'),
    lacking(15, 'repository id'),
    lacking(17, 'owner id'),
    lacking(18, 'workflow path'),
    lacking(20, 'event'),
    lacking(21, 'run'),
  ],
};

const byIssuer = (promise: string, name: string): Row => ({
  promise,
  publish: { provenance: { identity: { issuer: name } } },
  verdict: 'rejected',
  code: 1,
  id: 'pinned-identity',
  says: /issuer is .*, which is not supported/,
});

const from = (
  promise: string,
  repository: Partial<Repository>,
  identity: Partial<GitHubIdentity>,
  says: RegExp,
  id = 'linked-repository',
): Row => ({
  promise,
  publish: ({ name }) => ({
    linked: { owner: 'acme', name, id: '454279688' },
    repository: { owner: 'acme', name, ...repository },
    provenance: { identity },
  }),
  verdict: 'rejected',
  code: 1,
  id,
  says,
});

const pinned = (promise: string, flags: readonly string[], says: RegExp): Row => ({
  promise,
  argv: ({ widget }) => [widget.spec, ...flags],
  verdict: 'rejected',
  code: 1,
  id: 'pinned-identity',
  says,
});

/** Who signed: names that look like the right one. */
export const identified: Area = {
  area: 'look-alikes of issuer, repository and workflow',
  rows: [
    {
      promise: 'the honest builder is verified under every flag that names it',
      argv: ({ widget, name }) => [
        widget.spec,
        '--repo',
        `acme/${name}`,
        '--owner',
        'acme',
        '--workflow',
        '.github/workflows/publish.yml',
        '--ref',
        'refs/heads/main',
        '--event',
        'push',
        '--runner',
        'github-hosted',
        '--issuer',
        issuer,
      ],
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an honest repository is verified in any case of its letters',
      argv: ({ widget, name }) => [widget.spec, '--repo', `ACME/${name.toUpperCase()}`],
      verdict: 'verified',
      code: 0,
    },
    byIssuer('an issuer with more at its end is another one', `${issuer}.evil.example`),
    byIssuer('an issuer with a slash at its end is another one', `${issuer}/`),
    byIssuer('an issuer without encryption is another one', issuer.replace('https', 'http')),
    byIssuer('an issuer in capitals is another one', issuer.toUpperCase()),
    byIssuer('an issuer as the user name of another host is another one', `${issuer}@evil.example`),
    byIssuer('an enterprise that nobody named is another issuer', `${issuer}/acme-inc`),
    byIssuer('an issuer with an invisible character in it is another one', `${issuer}\u200b`),
    byIssuer('the issuer of another forge is another one', 'https://gitlab.com'),
    {
      promise: 'an enterprise is accepted where it was named, and only that one',
      publish: { provenance: { identity: { issuer: `${issuer}/acme-incorporated` } } },
      argv: ({ widget }) => [widget.spec, '--issuer', `${issuer}/acme-inc`],
      verdict: 'rejected',
      code: 1,
      id: 'pinned-identity',
      says: /issuer is .*acme-incorporated, expected .*acme-inc/,
    },
    from(
      'an owner with more at its end is another one',
      { owner: 'acme-inc' },
      {},
      /built from acme-inc\/row-\d+, but JSR links acme\/row-\d+/,
    ),
    from(
      'an owner with less at its end is another one',
      { owner: 'acm' },
      {},
      /built from acm\/row-\d+, but JSR links acme/,
    ),
    from(
      'a repository with more at its end is another one',
      { name: 'row-mirror' },
      {},
      /built from acme\/row-mirror, but JSR links acme\/row-\d+/,
    ),
    from(
      'an owner in letters that look alike is another one',
      { owner: '\u0430cme' },
      {},
      /but JSR links acme/,
    ),
    from(
      'an owner in letters that fold to others is another one',
      { owner: 'ac\u1d39e' },
      {},
      /but JSR links acme/,
    ),
    {
      promise: 'a repository at a host that begins like GitHub is no repository of GitHub',
      publish: ({ name }) => ({
        provenance: { certificate: { claims: { 12: `https://github.com.evil.example/acme/${name}` } } },
      }),
      verdict: 'rejected',
      code: 1,
      id: 'claims',
      says: /claims a different .*repository/,
    },
    {
      promise: 'a repository behind a user name is no repository of GitHub',
      publish: ({ name }) => ({
        provenance: { certificate: { claims: { 12: `https://github.com@evil.example/acme/${name}` } } },
      }),
      verdict: 'rejected',
      code: 1,
      id: 'claims',
      says: /claims a different .*repository/,
    },
    {
      promise: 'a repository reached by stepping out of another one is not that one',
      publish: ({ name }) => ({
        provenance: { identity: { name: `../acme/${name}`, owner: 'evil' } },
      }),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /a repository the certificate does not name/,
    },
    pinned(
      'a different workflow than the pinned one does not pass',
      ['--workflow', '.github/workflows/publish.yaml'],
      /workflow is \.github\/workflows\/publish\.yml, expected/,
    ),
    pinned(
      'a different branch than the pinned one does not pass',
      ['--ref', 'refs/heads/mai'],
      /ref is refs\/heads\/main, expected refs\/heads\/mai/,
    ),
    pinned(
      'a branch is no tag',
      ['--ref', 'refs/tags/*'],
      /ref is refs\/heads\/main, expected refs\/tags\/\*/,
    ),
    pinned(
      'a different commit than the pinned one does not pass',
      ['--commit', '0'.repeat(40)],
      /commit is [0-9a-f]{40}, expected 0{40}/,
    ),
    pinned(
      'a branch does not match a version',
      ['--tag-matches-version'],
      /ref is refs\/heads\/main, expected a tag of version 1\.0\.0/,
    ),
    {
      promise: 'a tag that only begins like the version does not match it',
      publish: { provenance: { identity: { ref: 'refs/tags/v1.0.0-evil' } } },
      argv: ({ widget }) => [widget.spec, '--tag-matches-version'],
      verdict: 'rejected',
      code: 1,
      id: 'pinned-identity',
      says: /ref is refs\/tags\/v1\.0\.0-evil, expected a tag of version 1\.0\.0/,
    },
    {
      promise: 'a run that strangers can start is told, and with --strict turned away',
      publish: { provenance: { identity: { event: 'pull_request_target' } } },
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'trusted-event',
      says: /started by pull_request_target/,
    },
    {
      promise: 'a build started by an event that is not known is told, and with --strict turned away',
      publish: { provenance: { identity: { event: 'moonrise' } } },
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'trusted-event',
      says: /started by moonrise, an unknown event/,
    },
    {
      promise: 'a build started by an event that is not known passes where the event is pinned',
      publish: { provenance: { identity: { event: 'moonrise' } } },
      argv: ({ widget, name }) => [widget.spec, '--strict', '--repo', `acme/${name}`, '--event', 'moonrise'],
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a machine of somebody else is told, and with --strict turned away',
      publish: { provenance: { identity: { runner: 'self-hosted' } } },
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'github-hosted-runner',
      says: /built on a self-hosted runner/,
    },
    {
      promise: 'a reusable workflow of another repository is not taken for the source',
      publish: ({ name }) => ({
        linked: { owner: 'acme', name, id: '1' },
        repository: { owner: 'evil', name: 'evil' },
        provenance: {
          identity: {
            reusable: {
              repository: `acme/${name}`,
              workflow: '.github/workflows/publish.yml',
              ref: 'refs/heads/main',
              commit: '0'.repeat(40),
            },
          },
        },
      }),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /built from evil\/evil, but JSR links acme/,
    },
  ],
};

function flipped(der: Buffer, at: number): Buffer {
  const changed = Buffer.from(der);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
