import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { attestedBy } from '../../src/policy/attested.ts';
import { expectationFor } from '../../src/policy/expectation.ts';
import { compareLink } from '../../src/policy/link.ts';
import {
  absentChecks,
  assess,
  assessAbsent,
  builtBy,
  checks,
  identity,
  policy,
  provenance,
  registryClaims,
  unlinkedClaims,
} from './assessments.ts';

const attested = (change: Partial<Assessment>, under: Partial<Policy> = {}) => {
  const input = assess(change);
  return attestedBy(input, expectationFor(input.package, policy(under), input.registryClaims));
};

const own = provenance();
const stranger = provenance(builtBy('evil', 'pkg'), { logIndex: '1' });
const counts = (proof: typeof own) => ({ provenance: proof, strangers: [], nothing: false, gaps: [] });
const found = { attestationFinder: 'log-index', provenance: stranger } as const;

describe('the attestation that counts', () => {
  test('is the one, where it is what is expected', () => {
    expect(attested({})).toStrictEqual(counts(assess().provenance ?? own));
  });

  test('is told with what is wrong with it, where the registry names it', () => {
    expect(attested({ provenance: stranger })).toStrictEqual(counts(stranger));
  });

  test.each<[string, Parameters<typeof builtBy> | Parameters<typeof identity>[0], Partial<Policy>]>([
    ['the link', ['evil', 'pkg'], {}],
    [
      'one of several pins',
      ['evil', 'pkg'],
      { packages: [{ pattern: '*', expect: [{ repository: 'old/pkg' }, { repository: 'acme/pkg' }] }] },
    ],
    [
      'a pin that does not say who, and the link',
      ['acme', 'pkg', { id: '1001', event: 'release' }],
      { packages: [{ pattern: '*', expect: [{ event: 'push' }] }] },
    ],
    ['the issuer that is understood', { issuer: 'https://gitlab.com' }, {}],
  ])('is a later one, where only that one meets %s', (_, first, under) => {
    const who = Array.isArray(first)
      ? builtBy(...(first as Parameters<typeof builtBy>))
      : identity(first as object);
    const other = provenance(who, { logIndex: '1' });
    const input = { provenance: other, others: [own] };
    expect(attested(input, under)).toStrictEqual(counts(own));
    expect(attested({ ...input, attestationFinder: 'log-index' }, under)).toStrictEqual(counts(own));
  });

  test('is the pinned one, whatever the registry links', () => {
    const elsewhere = { ...registryClaims, linked: { owner: 'evil', name: 'pkg', id: '9009' } };
    const under = { packages: [{ pattern: '*', expect: [{ repository: 'acme/pkg' }] }] };
    expect(attested({ ...found, others: [own], registryClaims: elsewhere }, under)).toStrictEqual(
      counts(own),
    );
    // ... and where none is, its difference is told rather than that nobody knows the builder.
    expect(attested({ ...found, registryClaims: elsewhere }, under)).toStrictEqual(counts(stranger));
  });
});

describe('an attestation that a search of the log found', () => {
  test("is a stranger's, where the registry links another repository or none", () => {
    const strangers = { strangers: [stranger], nothing: true, gaps: [] };
    expect(attested(found)).toStrictEqual(strangers);
    expect(attested({ ...found, registryClaims: unlinkedClaims() })).toStrictEqual(strangers);
  });

  test.each([
    ['evil/pkg', stranger],
    ['an unnamed repository', provenance(identity({ sourceRepositoryURI: undefined }))],
  ])('by %s is an open question, where the registry could not be asked', (by, proof) => {
    expect(
      attested({ ...found, provenance: proof, registryClaims: unlinkedClaims({ unlinked: false }) }),
    ).toStrictEqual({
      strangers: [],
      nothing: false,
      gaps: [
        {
          id: 'bundle',
          why: `the attestation by ${by} was found by searching the log, where anyone may add one, and the registry did not answer which repository the package belongs to`,
        },
      ],
    });
  });

  test('is known by the bundle only where that passed', () => {
    const { attestationFinder: _, ...input } = assess({ provenance: stranger });
    const expected = expectationFor(input.package, policy(), registryClaims);
    const unread = checks({ bundle: { status: 'unknown', why: 'no answer' } });
    expect(attestedBy({ ...input, checks: unread }, expected)).toStrictEqual(counts(stranger));
    expect(attestedBy(input, expected)).toStrictEqual(counts(stranger));
  });
});

test('no attestation is an answer only where the bundle is absent', () => {
  const answer = (checked: Assessment['checks']) => {
    const input = assessAbsent({ checks: checked });
    return attestedBy(input, expectationFor(input.package, policy(), input.registryClaims));
  };
  const nothing = { strangers: [], nothing: true, gaps: [] };
  expect(answer(absentChecks)).toStrictEqual(nothing);
  expect(answer(checks({ bundle: { status: 'unknown', why: 'no answer' } }))).toStrictEqual({
    ...nothing,
    nothing: false,
  });
});

describe('the link', () => {
  const linked = { owner: 'acme', name: 'pkg', id: '1001' };
  const { id: _, ...byName } = linked;
  const differs = { kind: 'differs', seen: 'acme/pkg', resurrected: false };

  test.each([
    ['the same id and name', linked, identity(), { kind: 'same' }],
    [
      'the same id, another name',
      linked,
      builtBy('acme', 'new', { id: '1001' }),
      { kind: 'renamed', seen: 'acme/new' },
    ],
    [
      'another id, the same name',
      linked,
      builtBy('ACME', 'pkg', { id: '6' }),
      { kind: 'differs', seen: 'ACME/pkg', resurrected: true },
    ],
    ['another id, another name', linked, builtBy('evil', 'pkg'), { ...differs, seen: 'evil/pkg' }],
    ['another owner, the same name', byName, builtBy('evil', 'pkg'), { ...differs, seen: 'evil/pkg' }],
    ['the same owner, another name', byName, builtBy('acme', 'new'), { ...differs, seen: 'acme/new' }],
    ['a link without an id', byName, identity(), { kind: 'same' }],
    [
      'a certificate without an id',
      linked,
      identity({ sourceRepositoryIdentifier: undefined }),
      { kind: 'same' },
    ],
    [
      'a certificate without id and of another name',
      { ...linked, name: 'x' },
      identity({ sourceRepositoryIdentifier: undefined }),
      differs,
    ],
    [
      'a certificate that names no repository',
      linked,
      identity({ sourceRepositoryURI: undefined }),
      { ...differs, seen: undefined },
    ],
  ])('%s', (_name, one, who, comparison) => {
    expect(compareLink(one, who)).toStrictEqual(comparison);
  });
});
