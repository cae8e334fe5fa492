import { describe, expect, test } from 'vitest';
import type { Expectation } from '../../src/model/policy.ts';
import { pinOf, repin, textOf, whyPersonal, withoutNarrower } from '../../src/policy/pin/pin-facts.ts';
import { builtBy, type IdentityChange, identity, provenance } from './assessments.ts';

const proof = (change: IdentityChange = {}) => provenance(identity(change));

/** What `proof()` is pinned to. */
const whole: Expectation = {
  repository: 'acme/pkg',
  repositoryId: '1001',
  ownerId: '2002',
  workflow: '.github/workflows/publish.yml',
  event: 'push',
  runner: 'github-hosted',
  ref: 'refs/heads/main',
};

const elsewhere = { sourceRepositoryURI: 'https://gitlab.com/acme/pkg' };

describe('what is written down of a build', () => {
  test('is what the certificate says', () => {
    expect(pinOf(proof())).toStrictEqual({ ok: true, value: whole });
  });

  test('is not what it does not say', () => {
    const { ref: _, ...rest } = whole;
    expect(pinOf(proof({ sourceRepositoryRef: undefined }))).toStrictEqual({ ok: true, value: rest });
  });

  test.each<[string, IdentityChange, string]>([
    ['without a repository on github.com', elsewhere, 'the certificate names no repository on github.com'],
    [
      'from a branch that would be read as a pattern',
      { sourceRepositoryRef: 'refs/heads/release-*' },
      'its ref cannot be written into a policy file',
    ],
    ['by an event with a blank', { buildTrigger: 'a b' }, 'its event cannot be written into a policy file'],
  ])('is nothing for a build %s', (_, change, reason) => {
    expect(pinOf(proof(change))).toEqual({ ok: false, reason });
  });

  test('may end with a star where that is no pattern', () => {
    const buildConfigURI = 'https://github.com/acme/pkg/.github/workflows/odd*@refs/heads/main';
    expect(pinOf(proof({ buildConfigURI }))).toEqual({
      ok: true,
      value: { ...whole, workflow: '.github/workflows/odd*' },
    });
  });
});

describe('a pin for another build', () => {
  const moved = provenance(builtBy('newhome', 'pkg', { event: 'release', ref: 'refs/tags/v1' }));
  const now = new Date('2027-01-01');

  test.each<[string, Expectation, Expectation | undefined]>([
    ['names the new repository', { repository: 'acme/pkg' }, { repository: 'newhome/pkg' }],
    [
      'keeps what holds',
      { ...whole, ref: 'refs/tags/*' },
      {
        ...whole,
        repository: 'newhome/pkg',
        repositoryId: '9009',
        ownerId: '8008',
        event: 'release',
        ref: 'refs/tags/*',
      },
    ],
    [
      'names no tag in place of a branch',
      { repositoryId: '9009', ref: 'refs/heads/main' },
      { repositoryId: '9009' },
    ],
    [
      'says who, where the old one did not',
      { event: 'push' },
      {
        event: 'release',
        repository: 'newhome/pkg',
        repositoryId: '9009',
        ownerId: '8008',
      },
    ],
    ['drops no demand on the tag', { repository: 'acme/pkg', tagMatchesVersion: true }, undefined],
    ['drops no first day', { repository: 'acme/pkg', notBefore: now }, undefined],
    ['drops no last day', { repository: 'acme/pkg', notAfter: new Date('2026-01-01') }, undefined],
    [
      'keeps a demand that holds',
      { repository: 'acme/pkg', notAfter: now },
      { repository: 'newhome/pkg', notAfter: now },
    ],
  ])('%s', (_, existing, wanted) => {
    expect(repin(existing, moved)).toStrictEqual(wanted);
  });

  test('is none where that build cannot be written down', () => {
    expect(repin(whole, proof(elsewhere))).toBeUndefined();
  });

  test('names no ids that the certificate does not have', () => {
    const without = { sourceRepositoryIdentifier: undefined, sourceRepositoryOwnerIdentifier: undefined };
    expect(repin({ event: 'release' }, proof(without))).toStrictEqual({
      event: 'push',
      repository: 'acme/pkg',
    });
  });

  test('takes out what the certificate does not say any more', () => {
    const change = { sourceRepositoryVisibility: undefined };
    expect(repin({ repositoryId: '1001', visibility: 'public' }, proof(change))).toStrictEqual({
      repositoryId: '1001',
    });
  });
});

describe('only a person may replace', () => {
  test.each<[string, Expectation, string | undefined]>([
    [
      'a demand',
      { repository: 'acme/pkg', tagMatchesVersion: true },
      'the policy demands "tagMatchesVersion", and only you can change that',
    ],
    [
      'a name in new hands',
      { repository: 'acme/pkg', repositoryId: '1' },
      'the same name now belongs to someone else: repositoryId is 1001, pinned to 1; write the new one by hand if you know who it is',
    ],
  ])('%s', (_, existing, reason) => {
    expect(whyPersonal(existing, proof())).toBe(reason);
  });

  test.each<[string, Expectation]>([
    ['what holds', whole],
    ['a builder who moved, whatever else was demanded', { repository: 'old/home', tagMatchesVersion: true }],
  ])('but not %s', (_, existing) => {
    expect(whyPersonal(existing, proof())).toBeUndefined();
  });
});

describe('alternatives', () => {
  test('are the same in whatever order their keys are', () => {
    const sameThing = [
      { owner: 'a', event: 'push', workflow: 'w' },
      { workflow: 'w', owner: 'a', event: 'push' },
      { event: 'push', workflow: 'w', owner: 'a' },
    ];
    expect(new Set(sameThing.map(textOf)).size).toBe(1);
    expect(withoutNarrower(sameThing)).toHaveLength(1);
    expect(textOf({ owner: 'a', event: 'b' })).not.toBe(textOf({ owner: 'b', event: 'a' }));
  });

  test('give way to a broader one, and to no other', () => {
    const broad = { owner: 'a' };
    const other = { owner: 'b', event: 'push' };
    expect(withoutNarrower([{ owner: 'a', event: 'push' }, broad, other])).toEqual([broad, other]);
  });
});
