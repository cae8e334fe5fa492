import { describe, expect, test } from 'vitest';
import type { Exemption } from '../../src/model/policy.ts';
import { matchExemptions } from '../../src/policy/exemption.ts';
import { packageRules } from '../../src/policy/rules/index.ts';
import { unusedExemptions } from '../../src/policy/unused.ts';
import { now, policy, target } from './assessments.ts';

const exemption = (change: Partial<Exemption> = {}): Exemption => ({
  package: '@acme/pkg',
  rule: 'yanked',
  reason: 'a reason',
  until: '2026-12-31',
  ...change,
});

const mercy = (...exemptions: readonly Exemption[]) => matchExemptions('yanked', target, exemptions, now);

describe('of several exemptions', () => {
  const long = exemption({ until: '2027-12-31', reason: 'z' });
  const short = exemption();
  const over = exemption({ until: '2026-01-31' });
  const longOver = exemption({ until: '2026-02-28' });

  test('the one that lasts longest is granted, wherever it is written', () => {
    expect(mercy(short, long)).toStrictEqual({ granted: long, met: [short, long] });
    expect(mercy(long, over, short)).toStrictEqual({ granted: long, met: [long, over, short] });
  });

  test('that last equally long, the reason decides, and then the place', () => {
    const [a, b, again] = [
      exemption({ reason: 'a' }),
      exemption({ reason: 'b' }),
      exemption({ reason: 'a', at: { file: 'p.json', line: 9 } }),
    ];
    expect(mercy(a, b).granted).toBe(a);
    expect(mercy(b, a).granted).toBe(a);
    expect(mercy(a, again).granted).toBe(a);
    expect(mercy(again, a).granted).toBe(again);
  });

  test('that are over, the last one is told', () => {
    expect(mercy(over, longOver)).toStrictEqual({ expired: longOver, met: [over, longOver] });
    expect(mercy(longOver, over)).toStrictEqual({ expired: longOver, met: [longOver, over] });
  });

  test('one without a proper date is told only where there is no other', () => {
    const improper = exemption({ until: '9999' });
    expect(mercy(improper, over)).toStrictEqual({ expired: over, met: [improper, over] });
    expect(mercy(improper)).toStrictEqual({ expired: improper, met: [improper] });
  });

  test('none is nothing', () => {
    expect(mercy()).toStrictEqual({ met: [] });
    expect(mercy(exemption({ rule: 'unpinned' }))).toStrictEqual({ met: [] });
  });
});

test.each([
  'x2027-01-31',
  '+002027-01-31',
  '2027-01-31x',
  '2027-01-31T00:00:00Z',
  '2027-1-31',
  'forever',
  '',
])('until "%s" is over, although it sorts late', (until) => {
  expect(mercy(exemption({ until })).granted).toBeUndefined();
});

describe('an exemption is unused', () => {
  const one = exemption();
  const unused = (
    change: Partial<Exemption>,
    reach: Partial<Parameters<typeof unusedExemptions>[2]> = {},
    used: ReadonlySet<Exemption> = new Set(),
  ): number =>
    unusedExemptions(policy({ exemptions: [exemption(change)] }), used, { rules: packageRules, ...reach })
      .length;

  test('where the run would have met it and did not', () => {
    const other = exemption({ reason: 'another one' });
    const under = policy({ exemptions: [one, other] });
    const reach = { rules: packageRules, packages: [target] };
    expect(unusedExemptions(under, new Set(), reach)).toEqual([one, other]);
    expect(unusedExemptions(under, new Set([one]), reach)).toEqual([other]);
    expect(unusedExemptions(under, new Set([one, other]), reach)).toEqual([]);
  });

  test('but not where its rule was not asked', () => {
    expect(unused({})).toBe(1);
    expect(unused({}, { rules: [] })).toBe(0);
    expect(unused({ rule: 'provenance-lost' })).toBe(0);
    expect(unused({ rule: 'provenance-lost' }, { packages: [target] })).toBe(0);
  });

  test.each([
    ['its package was looked at', {}, [target], 1],
    ['its package was one of those looked at', {}, [{ ...target, name: 'other' }, target], 1],
    ['only other packages were looked at', {}, [{ ...target, name: 'other' }], 0],
    ['no package was looked at', {}, [], 0],
    ['all packages were looked at', {}, undefined, 1],
    ['its version was looked at', { versions: '1.x' }, [target], 1],
    ['only other versions were looked at', { versions: '2.x' }, [target], 0],
    ['the version could not be told', {}, [{ scope: 'acme', name: 'pkg' }], 0],
    ['the version could not be told', { versions: '*' }, [{ scope: 'acme', name: 'pkg' }], 0],
  ] as const)('or not, where %s', (_, change, packages, count) => {
    expect(unused(change, packages === undefined ? {} : { packages })).toBe(count);
  });
});
