import { describe, expect, test } from 'vitest';
import type { Expectation, Policy } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import { judge } from '../../src/policy/judge.ts';
import { assess, builtBy, identity, now, policy, provenance } from './assessments.ts';

const issuer = 'https://token.actions.githubusercontent.com';
const at = { file: 'policy.json', line: 7 };

const pins = (...expect: readonly Expectation[]): Partial<Policy> => ({
  packages: [{ pattern: '*', expect }],
});

const placed = (...expect: readonly Expectation[]): Partial<Policy> => ({
  packages: [{ pattern: '*', expect, at }],
});

/** What the rule says where a project lets it say nothing: an error then is one that no setting reaches. */
const lowered: Partial<Policy> = { rules: { 'pinned-identity': 'note', 'linked-repository': 'off' } };

const said = (who: Identity, under: Partial<Policy>) =>
  judge(assess({ provenance: provenance(who) }), policy(under), now)
    .findings.filter(({ id }) => id === 'pinned-identity')
    .map(({ severity, message, hint }) => ({ severity, message, hint }));

const change = 'if the change is intended, run `jsr-verify pin @acme/pkg` and commit the policy file';
const takenOver =
  'the name belongs to another account now; pin the new id by hand only if you know whose it is';
const checkFlag = 'check the flag, or do not use this version';

const evil = builtBy('evil', 'pkg');
const acme = identity();

describe('a broken pin is told with what was seen, what was wanted, and by whom', () => {
  test.each<[string, Identity, Partial<Policy>, string, string]>([
    [
      'by the policy',
      evil,
      pins({ repository: 'acme/pkg' }),
      'repository is evil/pkg, pinned to acme/pkg (policy)',
      change,
    ],
    [
      'at its place',
      evil,
      placed({ repository: 'acme/pkg' }),
      'repository is evil/pkg, pinned to acme/pkg (policy.json:7)',
      change,
    ],
    [
      'by a flag',
      evil,
      { flags: { repository: 'acme/pkg' } },
      'repository is evil/pkg, expected acme/pkg (--repo)',
      checkFlag,
    ],
    [
      'by a flag and by the policy',
      builtBy('evil', 'pkg', { event: 'push' }),
      { flags: { repository: 'acme/pkg' }, ...placed({ owner: 'acme', event: 'release' }) },
      'repository is evil/pkg, expected acme/pkg (--repo); event is push, pinned to release (policy.json:7)',
      checkFlag,
    ],
    [
      'several at once',
      evil,
      pins({ repositoryId: '1', ownerId: '2' }),
      'repository id is 9009, pinned to 1 (policy); owner id is 8008, pinned to 2 (policy)',
      change,
    ],
    [
      'not stated',
      identity({ buildTrigger: undefined }),
      pins({ event: 'push' }),
      'event is not stated by the certificate, pinned to push (policy)',
      change,
    ],
    [
      'commit and ref',
      acme,
      pins({ commit: 'd1'.repeat(20), ref: 'refs/tags/*' }),
      `commit is ${'c0'.repeat(20)}, pinned to ${'d1'.repeat(20)} (policy); ref is refs/heads/main, pinned to refs/tags/* (policy)`,
      change,
    ],
    [
      'a tag',
      acme,
      pins({ tagMatchesVersion: true }),
      'ref is refs/heads/main, expected a tag of version 1.2.3 (policy)',
      change,
    ],
    [
      'a tag that a flag wants',
      identity({ sourceRepositoryRef: undefined }),
      { flags: { tagMatchesVersion: true } },
      'ref is not stated, expected a tag of version 1.2.3 (--tag-matches-version)',
      checkFlag,
    ],
    [
      'too early',
      acme,
      pins({ notBefore: new Date('2026-08-21T00:00:00Z') }),
      'expected logged from 2026-08-21T00:00:00.000Z on, logged 2026-08-20T10:01:00.000Z (policy)',
      change,
    ],
    [
      'too late',
      acme,
      { flags: { notAfter: new Date('2026-08-20T00:00:00Z') } },
      'expected logged until 2026-08-20T00:00:00.000Z, logged 2026-08-20T10:01:00.000Z (flags)',
      checkFlag,
    ],
    [
      'an issuer nobody named',
      identity({ issuer: 'https://gitlab.com' }),
      {},
      `issuer is https://gitlab.com, which is not supported: use ${issuer}, or name the issuer of your enterprise in the policy`,
      "name the issuer in the expectation if https://gitlab.com is your enterprise's",
    ],
    [
      'a different issuer than the one named',
      acme,
      pins({ issuer: `${issuer}/acme` }),
      `issuer is ${issuer}, pinned to ${issuer}/acme (policy)`,
      `name the issuer in the expectation if ${issuer} is your enterprise's`,
    ],
    [
      'a name in new hands',
      builtBy('acme', 'pkg'),
      pins({ repository: 'acme/pkg', repositoryId: '1001' }),
      'repository id is 9009, pinned to 1001 (policy): the same name now belongs to someone else',
      takenOver,
    ],
  ])('%s', (_, who, under, message, hint) => {
    expect(said(who, under)).toStrictEqual([{ severity: 'error', message, hint }]);
  });
});

describe('a renamed publisher is told once', () => {
  const moved = builtBy('new', 'name', { id: '1001', ownerId: '2002' });
  const repository = { repository: 'acme/pkg', repositoryId: '1001' };
  const owner = { owner: 'acme', ownerId: '2002' };
  const hint = 'run `jsr-verify pin` to write down the new name';
  const note = (message: string) => ({ severity: 'note', message, hint });
  const repositoryNote = note('repository acme/pkg is now called new/name: the id is the same (1001)');
  const ownerNote = note('owner acme is now called new: the id is the same (2002)');

  test('by repository and by owner', () => {
    expect(said(moved, pins({ ...repository, ...owner }))).toStrictEqual([repositoryNote, ownerNote]);
    expect(said(moved, pins(owner))).toStrictEqual([ownerNote]);
  });

  test('by one alternative, and the same one in whatever order they are written', () => {
    expect(said(moved, pins(repository, owner))).toStrictEqual([ownerNote]);
    expect(said(moved, pins(owner, repository))).toStrictEqual([ownerNote]);
    expect(said(moved, pins(repository, { repository: 'a/first', repositoryId: '1001' }))).toStrictEqual(
      said(moved, pins({ repository: 'a/first', repositoryId: '1001' }, repository)),
    );
  });

  test('and not at all where an alternative knows the new name', () => {
    expect(said(moved, pins(repository, { ...repository, repository: 'new/name' }))).toEqual([]);
    expect(said(moved, pins({ owner: 'new' }, repository))).toEqual([]);
  });
});

describe('of several alternatives that are all broken', () => {
  const taken = builtBy('acme', 'pkg', { id: '9', ownerId: '2002' });
  const gravest = {
    repository: 'acme/pkg',
    repositoryId: '1001',
    event: 'release',
    runner: 'self-hosted',
  } as const;
  const one = { event: 'schedule' };
  const alsoOne = { event: 'release' };
  const two = { event: 'release', runner: 'self-hosted' } as const;
  const first = (who: Identity, ...expect: readonly Expectation[]) => said(who, pins(...expect))[0]?.message;
  const event = (wanted: string) => `event is push, pinned to ${wanted} (policy)`;

  test.each([[[one, two]], [[two, one]]])('the one that is broken least is told', (expect_) => {
    expect(first(acme, ...expect_)).toBe(`${event('schedule')} (1 other alternative does not match either)`);
  });

  test.each([[[one, alsoOne]], [[alsoOne, one]]])(
    'the first by its text is told, whatever the order',
    (expect_) => {
      expect(first(acme, ...expect_)).toBe(`${event('release')} (1 other alternative does not match either)`);
    },
  );

  test.each([[[one, gravest, two]], [[gravest, one, two]], [[two, one, gravest]]])(
    'a name in new hands is told before all',
    (expect_) => {
      expect(said(taken, pins(...expect_))).toStrictEqual([
        {
          severity: 'error',
          message: `repository id is 9, pinned to 1001 (policy): the same name now belongs to someone else; ${event('release')}; runner is github-hosted, pinned to self-hosted (policy) (2 other alternatives do not match either)`,
          hint: takenOver,
        },
      ]);
    },
  );
});

describe('what a project may lower', () => {
  test.each<[string, Identity, Partial<Policy>, 'note' | 'error']>([
    ['its own pin', evil, pins({ repository: 'acme/pkg' }), 'note'],
    [
      'not a name in new hands',
      builtBy('acme', 'pkg'),
      pins({ repository: 'acme/pkg', repositoryId: '1001' }),
      'error',
    ],
    [
      'not one alternative whose name is in new hands',
      builtBy('acme', 'pkg'),
      pins({ repository: 'old/pkg' }, { repository: 'acme/pkg', repositoryId: '1001' }),
      'error',
    ],
    [
      'not an issuer that is not understood',
      identity({ issuer: 'https://gitlab.com' }),
      pins({ repository: 'acme/pkg' }),
      'error',
    ],
    [
      'not such an issuer with another difference',
      builtBy('evil', 'pkg'),
      pins({ repository: 'acme/pkg', issuer: `${issuer}/acme` }),
      'error',
    ],
    [
      'alternatives of which one wants another issuer',
      acme,
      pins({ event: 'release' }, { issuer: `${issuer}/acme` }),
      'note',
    ],
    ['not what a flag asks', evil, { flags: { owner: 'acme' } }, 'error'],
    [
      'not what a flag asks, beside its own pin',
      evil,
      { flags: { owner: 'acme' }, ...pins({ event: 'release' }) },
      'error',
    ],
    [
      'its own pin beside a flag that holds',
      acme,
      { flags: { owner: 'acme' }, ...pins({ event: 'release' }) },
      'note',
    ],
  ])('%s', (_, who, under, severity) => {
    expect(said(who, { ...lowered, ...under }).map((finding) => finding.severity)).toEqual([severity]);
  });
});
