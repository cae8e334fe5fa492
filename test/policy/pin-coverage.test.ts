import { describe, expect, test } from 'vitest';
import type { Exemption, Expectation, Policy } from '../../src/model/policy.ts';
import type { PackageReport } from '../../src/model/report.ts';
import { attestationOf, isCovered, isStillAllowed } from '../../src/policy/pin/pin-coverage.ts';
import { assess, assessAbsent, checks, occurrence, policy, registryClaims, reportOf } from './assessments.ts';

const file = 'jsr-verify.json';
const pinned = (expect: Expectation, from?: string): Policy =>
  policy({
    packages: [
      { pattern: '@acme/pkg', expect: [expect], ...(from !== undefined && { at: { file: from, line: 1 } }) },
    ],
  });
const held = pinned({ repositoryId: '1001' });
const broken = pinned({ repositoryId: '1' });
const renamed = { repository: 'acme/old', repositoryId: '1001' };

const exempted = (rule: string): Policy => {
  const exemption: Exemption = { package: '*', rule, reason: 'moving', until: '2027-01-01' };
  return policy({ exemptions: [exemption] });
};

const verified = reportOf(assess());
const elsewhere = { ...registryClaims, linked: { owner: 'x', name: 'y' } };
const reports = {
  verified,
  rejected: reportOf(assess({ registryClaims: elsewhere })),
  inconclusive: reportOf(assess({ checks: checks({ files: { status: 'unknown', why: 'no answer' } }) })),
  unattested: reportOf(assessAbsent(), policy({ provenance: 'optional' })),
  exempt: reportOf(assess({ registryClaims: elsewhere }), exempted('linked-repository')),
  exemptWithout: reportOf(assessAbsent(), exempted('require-provenance')),
} as const;

test('the reports are what they are called', () => {
  const kinds = Object.values(reports).map(({ verdict }) => verdict.kind);
  expect(kinds).toEqual(['verified', 'rejected', 'inconclusive', 'unattested', 'exempt', 'exempt']);
});

describe('a verified version is covered', () => {
  test.each<[string, Policy, boolean]>([
    ['by a pin that holds', held, true],
    ['by no pin that does not hold', broken, false],
    ['by no policy without pins', policy(), false],
    ['by no pin that anybody could meet', pinned({ event: 'push' }), false],
    ['by no outdated name in the file itself', pinned(renamed, file), false],
    ['by an outdated name in another file', pinned(renamed, 'base.json'), true],
    ['by an outdated name in no file', pinned(renamed), true],
  ])('%s', (_, under, isIt) => {
    expect(isCovered(verified, under, file)).toBe(isIt);
  });

  test('only if it is in every lockfile that it is in', () => {
    const both: PackageReport = {
      ...verified,
      occurrences: [occurrence(), occurrence({ at: { file: 'tools/deno.lock', line: 1 } })],
    };
    const override = { lockfile: 'tools/deno.lock', rules: {}, packages: broken.packages };
    expect(isCovered(both, { ...held, overrides: [override] }, file)).toBe(false);
    expect(isStillAllowed(both, { ...held, overrides: [override] })).toBe(false);
  });
});

describe('under a new pin', () => {
  test.each<[keyof typeof reports, boolean, boolean]>([
    // With the pin it meets, with one it does not meet.
    ['verified', true, false],
    ['rejected', true, true],
    ['inconclusive', true, true],
    ['unattested', false, false],
    ['exempt', true, false],
    ['exemptWithout', true, true],
  ])('%s', (kind, underHeld, underBroken) => {
    expect(isStillAllowed(reports[kind], held)).toBe(underHeld);
    expect(isStillAllowed(reports[kind], broken)).toBe(underBroken);
    expect(isStillAllowed(reports[kind], policy())).toBe(true);
    expect(isCovered(reports[kind], broken, file)).toBe(kind !== 'verified');
  });

  test('a version without provenance is allowed where its own entry says so', () => {
    const own = { pattern: '@acme/pkg', versions: '1.2.3', provenance: 'optional', expect: [] } as const;
    expect(isStillAllowed(reports.unattested, { ...broken, packages: [...broken.packages, own] })).toBe(true);
    // An exemption from another rule says nothing about that.
    const { exemptWithout } = reports;
    const findings = [
      ...exemptWithout.findings.filter(({ id }) => id !== 'require-provenance'),
      ...reports.exempt.findings.filter(({ exempted }) => exempted !== undefined),
    ];
    expect(isStillAllowed({ ...exemptWithout, findings }, held)).toBe(false);
  });

  test('a finding without an exemption excuses nothing, and one with it is enough', () => {
    const { exemptWithout } = reports;
    const bare = exemptWithout.findings.map(({ exempted: _, ...finding }) => finding);
    expect(isStillAllowed({ ...exemptWithout, findings: bare }, held)).toBe(false);
    const more = [...bare.map((finding) => ({ ...finding, id: 'yanked' })), ...exemptWithout.findings];
    expect(isStillAllowed({ ...exemptWithout, findings: more }, held)).toBe(true);
  });
});

test('only what was let through has an attestation to pin', () => {
  const has = Object.entries(reports).filter(([, report]) => attestationOf(report).length > 0);
  expect(has.map(([kind]) => kind)).toEqual(['verified', 'exempt']);
  expect(attestationOf(reports.exemptWithout)).toEqual([]);
  expect(attestationOf({ ...reports.rejected, provenance: assess().provenance as never })).toEqual([]);
});
