import { expect, test } from 'vitest';
import type { ForeignReference } from '../../src/model/target.ts';
import { judgeForeign } from '../../src/policy/judge-foreign.ts';
import { now, policy, target } from './assessments.ts';

const reference: ForeignReference = {
  at: { file: 'deno.lock', line: 9 },
  package: target,
  host: 'evil.example',
};

test('a mention of another host is an error at its place, even where no package is audited', () => {
  expect(judgeForeign([reference], policy(), now)).toMatchObject({
    findings: [{ id: 'foreign-registry', severity: 'error', at: { file: 'deno.lock', line: 9 } }],
    usedExemptions: [],
  });
  expect(judgeForeign([], policy(), now).findings).toEqual([]);
});

test('severities, overrides and exemptions reach it as they reach every rule', () => {
  const off = { 'foreign-registry': 'off' } as const;
  const exemption = { package: '@acme/*', rule: 'foreign-registry', reason: 'a mirror', until: '2027-01-01' };
  expect(judgeForeign([reference], policy({ rules: off }), now).findings).toEqual([]);
  const overrides = [{ lockfile: './deno.lock', rules: off, packages: [] }];
  expect(judgeForeign([reference], policy({ overrides }), now).findings).toEqual([]);
  expect(judgeForeign([reference], policy({ exemptions: [exemption] }), now)).toMatchObject({
    findings: [{ exempted: { reason: 'a mirror' } }],
    usedExemptions: [exemption],
  });
});
