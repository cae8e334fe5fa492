import { describe, expect, test } from 'vitest';
import type { Expectation, PackagePolicy, Policy } from '../../src/model/policy.ts';
import { type Expected, expectationFor } from '../../src/policy/expectation.ts';
import { policy, registryClaims, target, unlinkedClaims } from './assessments.ts';

const at = { file: 'policy.json', line: 3 };

const entry = (pattern: string, ...expect: readonly Expectation[]): PackagePolicy => ({ pattern, expect });

const expected = (change: Partial<Policy>, linked = true): Expected =>
  expectationFor(target, policy(change), linked ? registryClaims : unlinkedClaims());

const pinsOf = (change: Partial<Policy>) => expected(change).pins;

const acme = { repository: 'acme/pkg' };

describe('an expectation', () => {
  test('is nothing where nobody states one', () => {
    const nothing = { pins: [], pinsName: false, provenance: 'required', pinned: false };
    expect(expected({})).toStrictEqual({ source: 'registry-link', ...nothing });
    expect(expected({}, false)).toStrictEqual({ source: 'none', ...nothing });
  });

  test.each([
    ['an empty one', {}],
    ['one that is not set', { repository: undefined } as unknown as Expectation],
    ['a tag that does not matter', { tagMatchesVersion: false }],
  ])('is nothing where all that is said is %s', (_, nothing) => {
    expect(expected({ packages: [entry('*', nothing)] })).toStrictEqual(expected({}));
    expect(expected({ flags: nothing })).toStrictEqual(expected({}));
    // ... nor does it stand beside others as an alternative that anybody meets.
    expect(pinsOf({ packages: [entry('*', nothing, acme)] })).toStrictEqual([{ expect: acme }]);
  });

  test.each([
    ['a tag that matters', { tagMatchesVersion: true }],
    ['an owner and a tag that does not matter', { owner: 'acme', tagMatchesVersion: false }],
  ])('is something where %s is said', (_, expect_) => {
    expect(pinsOf({ packages: [entry('*', expect_)] })).toStrictEqual([{ expect: expect_ }]);
    expect(expected({ flags: expect_ }).flags).toBe(expect_);
  });

  test('is that of the closest entry that has one: an entry that only asks for provenance unpins nothing', () => {
    const packages = [
      entry('*', { owner: 'anybody' }),
      { ...entry('@acme/*', acme), at },
      { ...entry('@acme/pkg'), provenance: 'required' as const },
    ];
    expect(pinsOf({ packages })).toStrictEqual([{ expect: acme, at }]);
  });

  test('of several alternatives names somebody only where each of them does', () => {
    expect(expected({ packages: [entry('*', acme, { owner: 'other' })] }).pinsName).toBe(true);
    expect(expected({ packages: [entry('*', acme, { event: 'push' })] })).toMatchObject({
      pinsName: false,
      pinned: true,
      source: 'registry-link',
    });
  });

  test.each([
    ['flags that name somebody', { flags: acme, packages: [entry('*', acme)] }, true, 'flag'],
    [
      'the policy that names somebody',
      { flags: { event: 'push' }, packages: [entry('*', acme)] },
      true,
      'policy',
    ],
    ['the link before a flag that names nobody', { flags: { event: 'push' } }, true, 'registry-link'],
    ['such a flag where there is no link', { flags: { event: 'push' } }, false, 'flag'],
    ['such a pin where there is no link', { packages: [entry('*', { event: 'push' })] }, false, 'policy'],
  ] as const)('comes from %s', (_, change, linked, source) => {
    expect(expected(change, linked).source).toBe(source);
  });
});

describe('flags over pins', () => {
  const pinned = {
    ...entry('*', { ...acme, repositoryId: '1', owner: 'acme', ownerId: '2', event: 'release' }),
    at,
  };

  test('replace all that says who, and nothing else', () => {
    const flags = { repository: 'acme/moved' };
    expect(pinsOf({ flags, packages: [pinned] })).toStrictEqual([
      { expect: { repository: 'acme/moved', event: 'release' }, at },
    ]);
  });

  test('that do not say who add to what does', () => {
    const flags = { event: 'push' } as const;
    expect(pinsOf({ flags, packages: [pinned] })).toStrictEqual([
      { expect: { ...pinned.expect[0], event: 'push' }, at },
    ]);
    expect(pinsOf({ flags, packages: [entry('*', acme)] })).toStrictEqual([
      { expect: { ...acme, event: 'push' } },
    ]);
  });

  test('stand alone where there are none', () => {
    expect(expected({ flags: acme }, false)).toStrictEqual({
      source: 'flag',
      pins: [{ expect: acme }],
      pinsName: true,
      flags: acme,
      provenance: 'required',
      pinned: true,
    });
  });
});

describe('provenance is', () => {
  const asks = (pattern: string, provenance: 'required' | 'optional', ...expect: readonly Expectation[]) => ({
    pattern,
    provenance,
    expect,
  });
  const optional = { provenance: 'optional' } as const;

  test.each<[string, Partial<Policy>, 'required' | 'optional']>([
    ['what the policy says, where nobody says more', optional, 'optional'],
    [
      'what the closest entry says',
      { packages: [asks('@acme/*', 'required'), asks('@acme/pkg', 'optional')] },
      'optional',
    ],
    [
      'what the closest entry says',
      { ...optional, packages: [asks('*', 'optional'), asks('@acme/pkg', 'required')] },
      'required',
    ],
    [
      'what a wider entry says, where a closer one is silent',
      { packages: [asks('@acme/*', 'optional'), entry('@acme/pkg')] },
      'optional',
    ],
    [
      'required, where entries that look equally close disagree',
      {
        packages: [
          { ...asks('*', 'optional'), versions: '1.x' },
          { ...asks('*', 'required'), versions: '>0' },
        ],
      },
      'required',
    ],
    ['required by a pin', { ...optional, packages: [entry('@acme/*', acme)] }, 'required'],
    [
      'required by a pin, whatever a wider entry says',
      { packages: [asks('*', 'optional'), entry('@acme/*', acme)] },
      'required',
    ],
    [
      'required by a pin, whatever the same entry says',
      { packages: [asks('@acme/*', 'optional', acme)] },
      'required',
    ],
    [
      'required by a pin, but not where a closer entry says otherwise',
      { packages: [entry('@acme/*', acme), asks('@acme/pkg', 'optional')] },
      'optional',
    ],
    [
      'required by a pin, and by a closer entry',
      { ...optional, packages: [entry('@acme/*', acme), asks('@acme/pkg', 'required')] },
      'required',
    ],
    [
      'required by a flag, whatever the closest entry says',
      { ...optional, flags: acme, packages: [{ ...asks('@acme/pkg', 'optional'), versions: '1.2.3' }] },
      'required',
    ],
  ])('%s', (_, change, demand) => {
    expect(expected(change).provenance).toBe(demand);
  });
});
