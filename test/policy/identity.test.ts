import { describe, expect, test } from 'vitest';
import { parseRepository, parseWorkflow, sameAscii, signerOf } from '../../src/model/claims.ts';
import type { Expectation } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import { compareIdentity, isAbout, tagMatches } from '../../src/policy/identity.ts';
import { judge } from '../../src/policy/judge.ts';
import {
  assess,
  builtBy,
  type IdentityChange,
  identity,
  now,
  policy,
  provenance,
  target,
} from './assessments.ts';

const issuer = 'https://token.actions.githubusercontent.com';

const holds = (expected: Expectation, change: IdentityChange = {}): boolean =>
  compareIdentity(expected, provenance(identity(change))).differences.length === 0;

const claimsThatDiffer = (expected: Expectation, who: Identity): readonly string[] =>
  compareIdentity(expected, provenance(who)).differences.map(({ claim }) => claim);

describe('each claim is compared with its own extension', () => {
  test.each<[keyof Expectation, Expectation, IdentityChange]>([
    ['repository', { repository: 'acme/pkg' }, { sourceRepositoryURI: 'https://github.com/acme/other' }],
    ['repositoryId', { repositoryId: '1001' }, { sourceRepositoryIdentifier: '1002' }],
    ['owner', { owner: 'acme' }, { sourceRepositoryOwnerURI: 'https://github.com/evil' }],
    ['ownerId', { ownerId: '2002' }, { sourceRepositoryOwnerIdentifier: '2003' }],
    [
      'workflow',
      { workflow: '.github/workflows/publish.yml' },
      { buildConfigURI: 'https://github.com/acme/pkg/.github/workflows/other.yml@refs/heads/main' },
    ],
    ['ref', { ref: 'refs/heads/main' }, { sourceRepositoryRef: 'refs/heads/main2' }],
    ['commit', { commit: 'c0'.repeat(20) }, { sourceRepositoryDigest: 'c1'.repeat(20) }],
    ['event', { event: 'push' }, { buildTrigger: 'pull_request_target' }],
    ['runner', { runner: 'github-hosted' }, { runnerEnvironment: 'self-hosted' }],
    ['visibility', { visibility: 'public' }, { sourceRepositoryVisibility: 'private' }],
    ['issuer', { issuer: `${issuer}/acme` }, { issuer: `${issuer}/evil` }],
  ])('%s: holds, breaks, and does not hold when the extension is missing', (claim, expected, broken) => {
    expect(holds(expected, claim === 'issuer' ? { issuer: `${issuer}/acme` } : {})).toBe(true);
    expect(holds(expected, broken)).toBe(false);
    const [extension] = Object.keys(broken);
    expect(holds(expected, { [String(extension)]: claim === 'issuer' ? '' : undefined })).toBe(
      // Without an owner extension the owner is read from the repository itself.
      claim === 'owner',
    );
  });

  test('the predicate is never asked', () => {
    const proof = provenance(builtBy('evil', 'pkg'), {
      predicate: { repository: 'https://github.com/acme/pkg', event: 'push' },
    });
    expect(compareIdentity({ repository: 'acme/pkg' }, proof).differences).toHaveLength(1);
  });

  test('the workflow is the source repository’s, not that of the signer', () => {
    const shared = 'https://github.com/acme/shared/.github/workflows/publish.yml@refs/tags/v1';
    const who = { buildSignerURI: shared, subjectAlternativeName: shared };
    const config = 'https://github.com/acme/pkg/.github/workflows/release.yml@refs/heads/main';
    expect(holds({ workflow: '.github/workflows/release.yml' }, { ...who, buildConfigURI: config })).toBe(
      true,
    );
    expect(holds({ workflow: '.github/workflows/publish.yml' }, { ...who, buildConfigURI: config })).toBe(
      false,
    );
    expect(signerOf(identity(who))).toEqual({
      owner: 'acme',
      name: 'shared',
      path: '.github/workflows/publish.yml',
      ref: 'refs/tags/v1',
    });
  });

  test('a build configuration of another repository answers no question about the workflow', () => {
    const config = 'https://github.com/evil/pkg/.github/workflows/publish.yml@refs/heads/main';
    expect(holds({ workflow: '.github/workflows/publish.yml' }, { buildConfigURI: config })).toBe(false);
  });

  test.each([
    ['exactly', 'refs/heads/main', 'refs/heads/main', true],
    ['no prefix without a star', 'refs/heads/ma', 'refs/heads/main', false],
    ['a star at the end', 'refs/tags/v1.*', 'refs/tags/v1.9.0', true],
    ['a star does not reach other kinds', 'refs/tags/*', 'refs/heads/tags', false],
    ['a dot is a dot', 'refs/tags/v1.*', 'refs/tags/v1x', false],
    ['case counts', 'refs/heads/Main', 'refs/heads/main', false],
    ['a star in the middle is a letter', 'refs/*/main', 'refs/heads/main', false],
  ])('ref: %s', (_, expected, seen, outcome) => {
    expect(holds({ ref: expected }, { sourceRepositoryRef: seen })).toBe(outcome);
  });

  test('several keys must all hold', () => {
    expect(holds({ repository: 'acme/pkg', event: 'release' })).toBe(false);
    expect(holds({ repository: 'acme/pkg', event: 'push', runner: 'github-hosted' })).toBe(true);
  });

  test.each([
    ['notBefore', { notBefore: new Date('2026-08-20T10:01:00Z') }, true],
    ['notBefore', { notBefore: new Date('2026-08-20T10:01:01Z') }, false],
    ['notAfter', { notAfter: new Date('2026-08-20T10:01:00Z') }, true],
    ['notAfter', { notAfter: new Date('2026-08-20T10:00:59Z') }, false],
  ] as const)('%s bounds the logged time', (_, expected, outcome) => {
    expect(holds(expected)).toBe(outcome);
  });
});

describe('GitHub names', () => {
  test.each(['acme/pkg', 'ACME/pkg', 'Acme/PKG'])('%s is the same repository', (repository) => {
    expect(holds({ repository })).toBe(true);
  });

  test.each([
    ['a longer name', 'https://github.com/acme/pkg-evil'],
    ['a longer owner', 'https://github.com/acmeX/pkg'],
    ['another host', 'https://github.com.evil/acme/pkg'],
    ['a host before', 'https://evil.com/github.com/acme/pkg'],
    ['userinfo', 'https://github.com@evil.com/acme/pkg'],
    ['userinfo before the host', 'https://evil@github.com/acme/pkg'],
    ['a port', 'https://github.com:443/acme/pkg'],
    ['http', 'http://github.com/acme/pkg'],
    ['an upper-case host', 'https://GitHub.com/acme/pkg'],
    ['a trailing slash', 'https://github.com/acme/pkg/'],
    ['two slashes', 'https://github.com//acme/pkg'],
    ['a path behind', 'https://github.com/acme/pkg/tree/main'],
    ['dots that climb', 'https://github.com/evil/../acme/pkg'],
    ['.git', 'https://github.com/acme/pkg.git'],
    ['a query', 'https://github.com/acme/pkg?x'],
    ['a fragment', 'https://github.com/acme/pkg#x'],
    ['percent-encoding', 'https://github.com/acme/%70kg'],
    ['an encoded slash', 'https://github.com/acme%2Fpkg'],
    ['a Cyrillic letter', 'https://github.com/\u0430cme/pkg'],
    ['a Kelvin sign', 'https://github.com/acme/p\u212Ag'],
    ['a dotless i', 'https://github.com/acme/pkg\u0131'],
    ['a full-width letter', 'https://github.com/\uFF41cme/pkg'],
    ['a zero-width space', 'https://github.com/acme/pkg\u200B'],
    ['a line break', 'https://github.com/acme/pkg\n'],
    ['a null', 'https://github.com/acme/pkg\0'],
    ['white space', ' https://github.com/acme/pkg'],
    ['the two bytes of a DER string', '\u000c\u001ahttps://github.com/acme/pkg'],
    ['nothing', ''],
  ])('%s is not acme/pkg', (_, uri) => {
    const who = identity({ sourceRepositoryURI: uri });
    expect(claimsThatDiffer({ repository: 'acme/pkg' }, who)).toEqual(['repository']);
    // ... and neither by pin, nor by flag, nor by link is such a package let through.
    const input = assess({
      provenance: provenance(who),
      registryClaims: { ...assess().registryClaims, linked: { owner: 'acme', name: 'pkg' } },
    });
    for (const change of [
      {},
      { flags: { repository: 'acme/pkg' } },
      { packages: [{ pattern: '*', expect: [{ repository: 'acme/pkg' }] }] },
    ])
      expect(judge(input, policy(change), now).verdict.kind).toBe('rejected');
  });

  test('only ASCII letters are folded', () => {
    expect(sameAscii('KIS', 'kis')).toBe(true);
    expect(sameAscii('\u212A', 'k')).toBe(false);
    expect(sameAscii('\u017F', 's')).toBe(false);
    expect(sameAscii('\u0130', 'i')).toBe(false);
    expect(sameAscii('É', 'é')).toBe(false);
  });

  test('the owner must agree with the repository', () => {
    expect(holds({ owner: 'evil' }, { sourceRepositoryOwnerURI: 'https://github.com/evil' })).toBe(false);
    expect(holds({ owner: 'acme' }, { sourceRepositoryOwnerURI: 'https://github.com/evil' })).toBe(false);
    expect(holds({ owner: 'ACME' })).toBe(true);
  });

  test('dots are no repository', () => {
    expect(parseRepository('https://github.com/acme/..')).toBeUndefined();
    expect(parseRepository('https://github.com/acme/.')).toBeUndefined();
    expect(parseRepository('https://github.com/acme/.github')).toEqual({ owner: 'acme', name: '.github' });
  });
});

describe('a workflow', () => {
  test.each([
    ['a branch', 'x.yml@refs/heads/main', 'x.yml', 'refs/heads/main'],
    ['a tag that holds an @', 'x.yml@refs/tags/@acme/pkg@1.2.3', 'x.yml', 'refs/tags/@acme/pkg@1.2.3'],
    [
      'a tag that looks like a ref',
      'x.yml@refs/tags/a@refs/heads/main',
      'x.yml',
      'refs/tags/a@refs/heads/main',
    ],
    ['a file that holds an @', 'x@y.yml@refs/heads/main', 'x@y.yml', 'refs/heads/main'],
    ['a commit', `x.yml@${'c0'.repeat(20)}`, 'x.yml', 'c0'.repeat(20)],
  ])('at %s', (_, text, file, ref) => {
    expect(parseWorkflow(`https://github.com/acme/pkg/.github/workflows/${text}`)).toEqual({
      owner: 'acme',
      name: 'pkg',
      path: `.github/workflows/${file}`,
      ref,
    });
  });

  test.each([
    'https://github.com/acme/pkg/.github/workflows/x.yml',
    'https://github.com/acme/pkg/.github/workflows/../../evil/x.yml@refs/heads/main',
    'https://github.com/acme/pkg/evil/.github/workflows/x.yml@refs/heads/main',
    'https://github.com.evil/acme/pkg/.github/workflows/x.yml@refs/heads/main',
    'https://gitlab.com/acme/pkg/.github/workflows/x.yml@refs/heads/main',
    'someone@example.com',
  ])('is not %s', (uri) => {
    expect(parseWorkflow(uri)).toBeUndefined();
  });
});

describe('the issuer', () => {
  test('is GitHub’s own unless another one is named', () => {
    expect(holds({}, { issuer: `${issuer}/acme` })).toBe(false);
    expect(holds({ repository: 'acme/pkg' }, { issuer: `${issuer}/acme` })).toBe(false);
    expect(holds({ issuer: `${issuer}/acme` }, { issuer: `${issuer}/acme` })).toBe(true);
    expect(holds({ issuer: `${issuer}/acme` })).toBe(false);
    expect(holds({ issuer })).toBe(true);
    expect(holds({ issuer }, { issuer: `${issuer}/acme` })).toBe(false);
  });

  test.each([
    `${issuer}.evil`,
    `${issuer}/`,
    `${issuer}/acme/`,
    `${issuer}/acme/evil`,
    `${issuer}/acme?x`,
    `${issuer}/%61cme`,
    `${issuer}//acme`,
    `${issuer}/..`,
    `https://evil@token.actions.githubusercontent.com`,
    `https://token.actions.githubusercontent.com@evil.com`,
    `https://token.actions.githubusercontent.com:443`,
    `http://token.actions.githubusercontent.com`,
    `HTTPS://TOKEN.ACTIONS.GITHUBUSERCONTENT.COM`,
    'https://gitlab.com',
    'https://accounts.google.com',
    '',
  ])('%s is never accepted, not even when it is named', (strange) => {
    const proof = provenance(identity({ issuer: strange }));
    for (const change of [
      {},
      { rules: { 'pinned-identity': 'off' as const, 'linked-repository': 'off' as const } },
      { flags: { issuer: strange } },
      { packages: [{ pattern: '*', expect: [{ repository: 'acme/pkg', issuer: strange }] }] },
    ])
      expect(judge(assess({ provenance: proof }), policy(change), now)).toMatchObject({
        verdict: { kind: 'rejected' },
        findings: [{ id: 'pinned-identity', severity: 'error' }],
      });
  });

  test('of an enterprise is accepted when a pin or a flag names it', () => {
    const input = assess({ provenance: provenance(identity({ issuer: `${issuer}/acme` })) });
    const expected = { repository: 'acme/pkg', issuer: `${issuer}/acme` };
    expect(judge(input, policy(), now).verdict.kind).toBe('rejected');
    expect(judge(input, policy({ flags: expected }), now).verdict.kind).toBe('verified');
    expect(judge(input, policy({ packages: [{ pattern: '*', expect: [expected] }] }), now).verdict.kind).toBe(
      'verified',
    );
  });
});

describe('numeric ids decide', () => {
  const pin = { repository: 'acme/pkg', repositoryId: '1001', ownerId: '2002' };

  test('the same id under a new name is a note with both names', () => {
    const input = assess({
      provenance: provenance(builtBy('acme', 'renamed', { id: '1001', ownerId: '2002' })),
    });
    const { verdict, findings } = judge(input, policy({ packages: [{ pattern: '*', expect: [pin] }] }), now);
    expect(verdict.kind).toBe('verified');
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['pinned-identity', 'note'],
      ['linked-repository', 'note'],
    ]);
    expect(findings[0]?.message).toContain('acme/pkg is now called acme/renamed');
  });

  test('the same name with another id is an error that nothing softens', () => {
    const input = assess({ provenance: provenance(builtBy('acme', 'pkg', { id: '6666', ownerId: '6667' })) });
    const under = policy({
      packages: [{ pattern: '*', expect: [pin] }],
      rules: { 'pinned-identity': 'warning', 'linked-repository': 'off' },
      exemptions: [
        { package: '*', rule: 'pinned-identity', reason: 'we hoped', until: '2027-01-01' },
        { package: '*', rule: 'linked-repository', reason: 'we hoped', until: '2027-01-01' },
      ],
    });
    const { verdict, findings } = judge(input, under, now);
    expect(verdict.kind).toBe('rejected');
    expect(findings[0]?.message).toContain('the same name now belongs to someone else');
  });

  test('a resurrected name is as bad where only the link tells', () => {
    const input = assess({ provenance: provenance(builtBy('acme', 'pkg', { id: '6666' })) });
    const under = policy({ rules: { 'linked-repository': 'note' } });
    const { verdict, findings } = judge(input, under, now);
    expect(verdict.kind).toBe('rejected');
    expect(findings[0]?.message).toContain('the name now belongs to someone else');
  });

  test('a repository that went to another owner breaks a pin on the owner', () => {
    const transferred = builtBy('buyer', 'pkg', { id: '1001', ownerId: '3003' });
    expect(claimsThatDiffer(pin, transferred)).toEqual(['ownerId']);
    expect(claimsThatDiffer({ repository: 'acme/pkg', repositoryId: '1001' }, transferred)).toEqual([]);
  });

  test('an id that the certificate lacks does not hold, whatever the name', () => {
    expect(holds(pin, { sourceRepositoryIdentifier: undefined })).toBe(false);
  });
});

describe('what cannot be read', () => {
  const nameless: IdentityChange = { sourceRepositoryURI: undefined };
  const comparison = (expected: Expectation, change: IdentityChange) =>
    compareIdentity(expected, provenance(identity(change)));

  test('does not hold because neither side has an id', () => {
    const other: IdentityChange = {
      sourceRepositoryURI: 'https://github.com/acme/other',
      sourceRepositoryIdentifier: undefined,
    };
    expect(holds({ repository: 'acme/pkg' }, other)).toBe(false);
    const evil: IdentityChange = {
      ...nameless,
      sourceRepositoryOwnerURI: 'https://github.com/evil',
      sourceRepositoryOwnerIdentifier: undefined,
    };
    expect(holds({ owner: 'acme' }, evil)).toBe(false);
  });

  test('is no rename, although the id is the same', () => {
    expect(comparison({ repository: 'acme/pkg', repositoryId: '1001' }, nameless)).toStrictEqual({
      differences: [{ claim: 'repository', expected: 'acme/pkg', seen: undefined, resurrected: false }],
      renames: [],
    });
  });

  test('is no name in new hands, although the name is the same', () => {
    const unnumbered = { sourceRepositoryIdentifier: undefined };
    expect(comparison({ repository: 'acme/pkg', repositoryId: '1001' }, unnumbered)).toStrictEqual({
      differences: [{ claim: 'repositoryId', expected: '1001', seen: undefined, resurrected: false }],
      renames: [],
    });
  });

  test('is no ref of any kind', () => {
    const refless = { sourceRepositoryRef: undefined };
    expect(comparison({ ref: '*' }, refless).differences.map(({ claim }) => claim)).toEqual(['ref']);
  });
});

describe('a proof is about a package version', () => {
  const own = provenance();
  const other = provenance(undefined, { package: { ...target, version: '1.2.4' } });

  test('only where both its statement and what was asked for name it', () => {
    expect(isAbout(own, target)).toBe(true);
    expect(isAbout(other, target)).toBe(false);
    expect(isAbout({ ...own, purl: other.purl }, target)).toBe(false);
    expect(isAbout({ ...own, package: other.package }, target)).toBe(false);
  });
});

describe('a tag names a version', () => {
  test.each([
    '1.2.3',
    'v1.2.3',
    'pkg@1.2.3',
    'pkg@v1.2.3',
    '@acme/pkg@1.2.3',
    'pkg-1.2.3',
    'pkg-v1.2.3',
    'pkg/1.2.3',
    'pkg/v1.2.3',
  ])('%s is 1.2.3 of @acme/pkg', (tag) => {
    expect(tagMatches(`refs/tags/${tag}`, target)).toBe(true);
  });

  test.each([
    'refs/tags/1.2.30',
    'refs/tags/v1.2.3-rc.1',
    'refs/tags/vv1.2.3',
    'refs/tags/V1.2.3',
    'refs/tags/other@1.2.3',
    'refs/tags/@evil/pkg@1.2.3',
    'refs/tags/evil/v1.2.3',
    'refs/tags/evil-pkg@1.2.3',
    'refs/tags/1x2y3',
    'refs/heads/1.2.3',
    'refs/heads/refs/tags/1.2.3',
    'refs/pull/1.2.3',
    '1.2.3',
    undefined,
  ])('%s is not', (ref) => {
    expect(tagMatches(ref, target)).toBe(false);
  });
});
