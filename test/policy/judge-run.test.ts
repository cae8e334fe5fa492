import { describe, expect, test } from 'vitest';
import type { StrayPackage } from '../../src/model/stray.ts';
import type { Remark } from '../../src/model/target.ts';
import { judgeRun } from '../../src/policy/judge-run.ts';
import { now, policy } from './assessments.ts';

const stray: StrayPackage = {
  place: 'node_modules/x',
  package: { scope: 'acme', name: 'x' },
  version: '1.0.0',
  standing: 'project',
};
const uncompared: Remark = { at: { file: 'app/deno.lock', line: 1 }, message: 'it was added', hint: 'look' };
const withoutLockfile = [
  { side: 'base', why: 'no lockfile in .' },
  { side: 'head', why: 'it went' },
] as const;

describe('a package on this disk that no lockfile names', () => {
  test('is reported by how close it is to the project', () => {
    const standings = ['project', 'aside', 'governed', 'above'] as const;
    const { findings } = judgeRun(
      { strays: standings.map((standing) => ({ ...stray, standing })) },
      policy(),
      now,
    );
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'warning', 'note']);
    expect(findings[0]).toStrictEqual({
      id: 'installed',
      severity: 'error',
      message: 'node_modules/x holds @acme/x@1.0.0, which no audited lockfile names',
      hint: 'remove it, or install again from the lockfile',
    });
  });

  test('is turned down, up or off by the policy', () => {
    const under = (severity: 'off' | 'note' | 'error', standing: StrayPackage['standing']) =>
      judgeRun({ strays: [{ ...stray, standing }] }, policy({ rules: { 'unlocked-copy': severity } }), now)
        .findings;
    expect(under('note', 'project')).toMatchObject([{ severity: 'note' }]);
    expect(under('error', 'above')).toMatchObject([{ severity: 'error' }]);
    expect(under('off', 'project')).toEqual([]);
  });

  test('is exempted by its name and version, and by no exemption for other ones', () => {
    const exempt = { package: '@acme/x', rule: 'unlocked-copy', reason: 'linked', until: '2027-01-01' };
    const told = (more: object, found: StrayPackage = stray) =>
      judgeRun({ strays: [found] }, policy({ exemptions: [{ ...exempt, ...more }] }), now);
    expect(told({})).toMatchObject({
      findings: [{ exempted: { reason: 'linked' } }],
      usedExemptions: [exempt],
    });
    expect(told({ versions: '^1.0.0' }).findings).toMatchObject([{ exempted: { reason: 'linked' } }]);
    for (const more of [{ versions: '2.0.0' }, { package: '@acme/y' }, { rule: 'unpinned' }])
      expect(told(more)).toMatchObject({ findings: [{ severity: 'error' }], usedExemptions: [] });
    const { version: _, ...nameless } = stray;
    expect(told({ versions: '*' }, nameless).findings[0]).not.toHaveProperty('exempted');
    expect(told({}, nameless).findings[0]).toHaveProperty('exempted');
  });
});

describe('a comparison', () => {
  test('that did not read a changed lockfile turns the run away, at its place', () => {
    expect(judgeRun({ uncompared: [uncompared] }, policy(), now).findings).toStrictEqual([
      { id: 'lockfile', severity: 'error', message: 'it was added', hint: 'look', at: uncompared.at },
    ]);
  });

  test('is told of one lockfile by an override for it alone', () => {
    const rules = { 'uncompared-lockfile': 'note' } as const;
    const told = (lockfile: string) =>
      judgeRun({ uncompared: [uncompared] }, policy({ overrides: [{ lockfile, rules, packages: [] }] }), now)
        .findings;
    expect(told('./app/deno.lock')).toMatchObject([{ severity: 'note' }]);
    expect(told('deno.lock')).toMatchObject([{ severity: 'error' }]);
  });

  test('says which side has no lockfile, as a note unless the policy says more', () => {
    const { findings } = judgeRun({ withoutLockfile }, policy(), now);
    expect(findings).toStrictEqual([
      {
        id: 'lockfile',
        severity: 'note',
        message: 'the base has no lockfile, so every package counts as added: no lockfile in .',
      },
      {
        id: 'lockfile',
        severity: 'note',
        message: 'the head has no lockfile, so every package counts as removed: it went',
      },
    ]);
    const strict = policy({ rules: { 'missing-lockfile': 'error' } });
    expect(judgeRun({ withoutLockfile }, strict, now).findings).toMatchObject([
      { severity: 'error' },
      { severity: 'error' },
    ]);
  });
});

test('a run in which nothing was found beside the packages has no such finding', () => {
  expect(judgeRun({}, policy(), now)).toEqual({ findings: [], usedExemptions: [] });
});
