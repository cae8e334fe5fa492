import { describe, expect, test } from 'vitest';
import { type CheckId, type Checks, checkIds, provenanceChecks } from '../../src/model/check.ts';
import type { Exemption, Policy } from '../../src/model/policy.ts';
import { decisiveExemptions, judge } from '../../src/policy/judge.ts';
import {
  absentChecks,
  assess,
  assessAbsent,
  builtBy,
  checks,
  now,
  occurrence,
  policy,
  provenance,
  registryClaims,
  unlinkedClaims,
} from './assessments.ts';

const pinned: Partial<Policy> = {
  packages: [{ pattern: '@acme/*', expect: [{ repository: 'acme/pkg', repositoryId: '1001' }] }],
};

const exemption = (change: Partial<Exemption> = {}): Exemption => ({
  package: '@acme/pkg',
  rule: 'require-provenance',
  reason: 'published by hand',
  until: '2026-12-31',
  ...change,
});

const everythingOff = Object.fromEntries(
  [...checkIds, 'require-provenance', 'pinned-identity', 'linked-repository'].map((id) => [
    id,
    'off' as const,
  ]),
);

describe('an honest package', () => {
  test('is verified, quietly, by the link', () => {
    const { verdict, findings, expectation } = judge(assess(), policy(), now);
    expect(verdict.kind).toBe('verified');
    expect(findings).toEqual([]);
    expect(expectation).toBe('registry-link');
  });

  test('hands on the proof that counts', () => {
    const input = assess();
    expect(judge(input, policy(), now)).toMatchObject({
      verdict: { kind: 'verified', provenance: input.provenance },
      provenance: input.provenance,
    });
  });
});

describe('a failed check', () => {
  const broken = (id: CheckId): Checks => checks({ [id]: { status: 'failed', reason: `${id} is wrong` } });

  test.each(checkIds)('%s rejects, whatever the policy says', (id) => {
    const lenient = policy({
      provenance: 'optional',
      rules: everythingOff,
      exemptions: [exemption({ package: '*', rule: id })],
    });
    const { verdict, findings } = judge(assess({ checks: broken(id) }), lenient, now);
    expect(verdict.kind).toBe('rejected');
    expect(findings).toContainEqual({ id, severity: 'error', message: `${id} is wrong` });
  });

  test('outranks what could not be looked at', () => {
    const input = assess({
      checks: checks({
        files: { status: 'failed', reason: 'mod.ts differs' },
        lockfile: { status: 'unknown', why: 'no answer' },
      }),
    });
    expect(judge(input, policy(), now).verdict.kind).toBe('rejected');
  });

  test.each(['files', 'lockfile', 'manifest', 'tarball', 'installed'] as const)(
    '%s rejects a package that may go without provenance',
    (id) => {
      const input = assessAbsent({
        checks: { ...absentChecks, [id]: { status: 'failed', reason: 'differs' } },
      });
      expect(judge(input, policy({ provenance: 'optional' }), now).verdict.kind).toBe('rejected');
    },
  );

  test('points to the lockfile line', () => {
    const input = assess({ checks: broken('lockfile'), occurrences: [occurrence()] });
    expect(judge(input, policy(), now).findings[0]?.at).toEqual({ file: 'deno.lock', line: 14 });
  });
});

describe('silence is not a pass', () => {
  test.each(checkIds)('unknown %s is inconclusive', (id) => {
    const input = assess({ checks: checks({ [id]: { status: 'unknown', why: 'timed out' } }) });
    expect(judge(input, policy(), now).verdict).toEqual({
      kind: 'inconclusive',
      because: [{ id, why: 'timed out' }],
    });
  });

  test.each(provenanceChecks)('skipped %s is never verified', (id) => {
    const input = assess({ checks: checks({ [id]: { status: 'skipped', why: 'no reason' } }) });
    expect(judge(input, policy(), now).verdict).toEqual({
      kind: 'inconclusive',
      because: [{ id, why: 'not checked: no reason' }],
    });
  });

  test.each(provenanceChecks.filter((id) => id !== 'bundle'))('"there is none" as %s is an error', (id) => {
    const input = assess({ checks: checks({ [id]: { status: 'absent', why: '404' } }) });
    expect(judge(input, policy({ provenance: 'optional' }), now).verdict.kind).toBe('rejected');
  });

  test.each(checkIds)('%s blocked by nothing that is told is inconclusive', (id) => {
    const input = assess({ checks: checks({ [id]: { status: 'blocked', by: 'bundle' } }) });
    expect(judge(input, policy(), now).verdict).toEqual({
      kind: 'inconclusive',
      because: [{ id, why: 'not checked, because of check "bundle"' }],
    });
  });

  test('what a skipped check blocks is told once where that is told, and by itself where it is not', () => {
    const [skipped, why] = [{ status: 'skipped', why: 'no reason' } as const, 'not checked: no reason'];
    const gapsOf = (change: Partial<Checks>) =>
      judge(assess({ checks: checks(change) }), policy(), now).verdict;
    expect(gapsOf({ bundle: skipped, files: { status: 'blocked', by: 'bundle' } })).toEqual({
      kind: 'inconclusive',
      because: [{ id: 'bundle', why }],
    });
    expect(gapsOf({ files: skipped, tarball: { status: 'blocked', by: 'files' } })).toEqual({
      kind: 'inconclusive',
      because: [{ id: 'tarball', why: 'not checked, because of check "files"' }],
    });
  });

  test('passed checks without a proof are not verified', () => {
    const { provenance: _, ...input } = assess();
    expect(judge(input, policy({ provenance: 'optional' }), now).verdict).toEqual({
      kind: 'inconclusive',
      because: [{ id: 'bundle', why: 'the evidence does not prove the provenance' }],
    });
  });

  test('a proof beside an absent bundle is not verified', () => {
    const input = assess({ checks: absentChecks });
    for (const demand of ['optional', 'required'] as const)
      expect(judge(input, policy({ provenance: demand }), now).verdict.kind).toBe('inconclusive');
  });

  test.each([
    ['package', provenance(undefined, { package: { scope: 'acme', name: 'other', version: '1.2.3' } })],
    ['version', provenance(undefined, { package: { scope: 'acme', name: 'pkg', version: '1.2.4' } })],
    ['manifest', provenance(undefined, { manifestDigest: 'cd'.repeat(32) as never })],
  ])('a proof of another %s is an error', (_, proof) => {
    const input = assess({ provenance: proof, checks: checks() });
    const { verdict, findings } = judge(input, policy(), now);
    expect(verdict.kind).toBe('rejected');
    const [manifest, about] = [proof.manifestDigest, `@acme/${proof.package.name}@${proof.package.version}`];
    expect(findings[0]).toStrictEqual({
      id: 'subject',
      severity: 'error',
      message: `the attestation is about ${about} with manifest ${manifest}, not about these bytes of @acme/pkg@1.2.3`,
    });
  });

  test('what is blocked is not told again beside its cause', () => {
    const blocked = { status: 'blocked', by: 'bundle' } as const;
    const input = assessAbsent({
      checks: {
        ...absentChecks,
        bundle: { status: 'unknown', why: 'the log did not answer' },
        claims: blocked,
      },
    });
    expect(judge(input, policy(), now).verdict).toEqual({
      kind: 'inconclusive',
      because: [{ id: 'bundle', why: 'the log did not answer' }],
    });
  });

  test('unknown files of a package without provenance are inconclusive, not unattested', () => {
    const input = assessAbsent({
      checks: { ...absentChecks, files: { status: 'unknown', why: 'no answer' } },
    });
    expect(judge(input, policy({ provenance: 'optional' }), now).verdict.kind).toBe('inconclusive');
  });
});

describe('no attestation', () => {
  test('is an error without a policy', () => {
    const { verdict, findings } = judge(assessAbsent(), policy(), now);
    expect(verdict.kind).toBe('rejected');
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([['require-provenance', 'error']]);
  });

  test('is unattested where provenance is optional', () => {
    const { verdict, findings } = judge(assessAbsent(), policy({ provenance: 'optional' }), now);
    expect(verdict).toEqual({ kind: 'unattested' });
    expect(findings).toEqual([]);
  });

  test.each(['warning', 'note'] as const)('is told as a %s where the rule is lowered', (severity) => {
    const { verdict, findings } = judge(
      assessAbsent(),
      policy({ rules: { 'require-provenance': severity } }),
      now,
    );
    expect(verdict).toEqual({ kind: 'unattested' });
    expect(findings).toMatchObject([{ id: 'require-provenance', severity }]);
  });

  test('is silent where the rule is off', () => {
    expect(judge(assessAbsent(), policy({ rules: { 'require-provenance': 'off' } }), now)).toMatchObject({
      verdict: { kind: 'unattested' },
      findings: [],
    });
  });

  test.each([
    ['optional provenance', { provenance: 'optional' }],
    ['the rule off', { rules: { 'require-provenance': 'off' } }],
    ['the rule a note', { rules: { 'require-provenance': 'note' } }],
  ] as const)('of a pinned package rejects in spite of %s', (_, change) => {
    expect(judge(assessAbsent(), policy({ ...pinned, ...change }), now).verdict.kind).toBe('rejected');
  });

  test('rejects a package that a flag is about, in spite of optional provenance', () => {
    const under = policy({ provenance: 'optional', flags: { repository: 'acme/pkg' } });
    expect(judge(assessAbsent(), under, now)).toMatchObject({
      verdict: { kind: 'rejected' },
      expectation: 'flag',
    });
  });

  test('of a pinned package passes where a closer entry says so for the version', () => {
    const under = policy({
      packages: [
        ...(pinned.packages ?? []),
        { pattern: '@acme/pkg', versions: '<=1.2.3', provenance: 'optional', expect: [] },
      ],
    });
    expect(judge(assessAbsent(), under, now).verdict.kind).toBe('unattested');
    const later = assessAbsent({ package: { scope: 'acme', name: 'pkg', version: '1.2.4' } });
    expect(judge(later, under, now).verdict.kind).toBe('rejected');
  });

  test('of a pinned package can be exempted', () => {
    const under = policy({ ...pinned, exemptions: [exemption({ versions: '1.2.3' })] });
    expect(judge(assessAbsent(), under, now).verdict.kind).toBe('exempt');
  });
});

describe('an expectation', () => {
  const evil = assess({ provenance: provenance(builtBy('evil', 'pkg')) });

  test('of a flag is the question itself: neither severity nor exemption softens the answer', () => {
    const under = policy({
      flags: { repository: 'acme/pkg' },
      rules: { 'pinned-identity': 'off', 'linked-repository': 'off' },
      exemptions: [exemption({ rule: 'pinned-identity' })],
    });
    expect(judge(evil, under, now).verdict.kind).toBe('rejected');
  });

  test('of a flag comes before the policy', () => {
    const input = assess({
      provenance: provenance(builtBy('acme', 'moved')),
      registryClaims: unlinkedClaims(),
    });
    const under = policy({ ...pinned, flags: { repository: 'acme/moved' } });
    expect(judge(input, under, now)).toMatchObject({ verdict: { kind: 'verified' }, expectation: 'flag' });
  });

  test('of a flag about the runner does not unpin the repository', () => {
    const under = policy({ ...pinned, flags: { runner: 'github-hosted' } });
    expect(judge(evil, under, now).verdict.kind).toBe('rejected');
    expect(judge(assess(), under, now)).toMatchObject({
      verdict: { kind: 'verified' },
      expectation: 'policy',
    });
  });

  test.each([
    ['flag', { flags: { event: 'push' } }],
    ['policy', { packages: [{ pattern: '*', expect: [{ runner: 'github-hosted' }] }] }],
  ] as const)('of a %s that names nobody leaves the link in force', (_, change) => {
    expect(judge(evil, policy(change), now)).toMatchObject({
      verdict: { kind: 'rejected' },
      expectation: 'registry-link',
    });
  });

  test('of the policy comes before the link, and the wandering link is a note', () => {
    const input = assess({
      registryClaims: { ...registryClaims, linked: { owner: 'evil', name: 'pkg', id: '66' } },
    });
    const { verdict, findings, expectation } = judge(input, policy(pinned), now);
    expect(verdict.kind).toBe('verified');
    expect(expectation).toBe('policy');
    expect(findings).toMatchObject([{ id: 'linked-repository', severity: 'note' }]);
    const off = policy({ ...pinned, rules: { 'linked-repository': 'off' } });
    expect(judge(input, off, now).findings).toEqual([]);
  });

  test('is told with the place of the first alternative that has one, where it is the policy’s', () => {
    const at = { file: 'policy.json', line: 3 };
    const acme = { repository: 'acme/pkg' };
    const entry = (place?: typeof at) => ({ pattern: '*', expect: [acme], ...(place && { at: place }) });
    const told = (...packages: Policy['packages']) => judge(assess(), policy({ packages }), now);
    expect(told(entry(), entry(at), entry({ ...at, line: 9 })).expectedAt).toBe(at);
    expect(told(entry())).not.toHaveProperty('expectedAt');
    expect(told({ pattern: '*', expect: [{ event: 'push' }], at })).not.toHaveProperty('expectedAt');
    const flags = policy({ packages: [entry(at)], flags: acme });
    expect(judge(assess(), flags, now)).not.toHaveProperty('expectedAt');
    expect(judge(assess(), flags, now).expectedFlags).toEqual(['--repo']);
    // A flag that names nobody leaves the word to the policy, and is not told as the expectation.
    const both = policy({ packages: [entry(at)], flags: { event: 'push' } });
    expect(judge(assess(), both, now)).not.toHaveProperty('expectedFlags');
  });

  test('that nobody has is a warning that says so', () => {
    const { verdict, findings, expectation } = judge(
      assess({ registryClaims: unlinkedClaims() }),
      policy(),
      now,
    );
    expect(verdict.kind).toBe('verified');
    expect(expectation).toBe('none');
    expect(findings).toMatchObject([{ id: 'linked-repository', severity: 'warning' }]);
    expect(findings[0]?.message).toContain('no expected publisher is known');
  });

  test('that could not be asked for is a warning that says so', () => {
    const { findings, expectation } = judge(
      assess({ registryClaims: unlinkedClaims({ unlinked: false }) }),
      policy(),
      now,
    );
    expect(expectation).toBe('none');
    expect(findings[0]?.message).toContain('could not be compared');
  });

  test('strict turns warnings into rejections', () => {
    const input = assess({ registryClaims: unlinkedClaims() });
    expect(judge(input, policy({ strict: true }), now).verdict.kind).toBe('rejected');
    expect(judge(assess(), policy({ strict: true }), now).verdict.kind).toBe('verified');
    const noted = policy({ strict: true, rules: { 'linked-repository': 'note' } });
    expect(judge(input, noted, now).verdict.kind).toBe('verified');
  });
});

describe('an exemption', () => {
  const yankedInput = assess({ registryClaims: { ...registryClaims, yanked: true } });
  const mercy = exemption({ rule: 'yanked' });
  const strictly = { strict: true } as const;

  test('lets a broken rule pass and keeps it in sight', () => {
    const { verdict, findings, usedExemptions } = judge(
      yankedInput,
      policy({ ...strictly, exemptions: [mercy] }),
      now,
    );
    expect(verdict).toEqual({ kind: 'exempt', exemptions: [mercy] });
    expect(findings).toMatchObject([
      { id: 'yanked', severity: 'warning', exempted: { reason: 'published by hand', until: '2026-12-31' } },
    ]);
    expect(findings[0]).not.toHaveProperty('hint');
    expect(usedExemptions).toEqual([mercy]);
  });

  test('of a mere warning leaves the package verified', () => {
    const { verdict, findings } = judge(yankedInput, policy({ exemptions: [mercy] }), now);
    expect(verdict.kind).toBe('verified');
    expect(findings[0]?.exempted).toBeDefined();
  });

  test.each([
    ['the day before', '2026-08-31', 'rejected'],
    ['the very day, UTC', '2026-09-01', 'exempt'],
    ['the day after', '2026-09-02', 'exempt'],
    ['no day at all', 'forever', 'rejected'],
    ['a day that sorts late', '9999', 'rejected'],
  ] as const)('until %s', (_, until, kind) => {
    const under = policy({ ...strictly, exemptions: [{ ...mercy, until }] });
    expect(judge(yankedInput, under, now).verdict.kind).toBe(kind);
  });

  test('that expired says so in the finding that returns', () => {
    const { findings } = judge(yankedInput, policy({ exemptions: [{ ...mercy, until: '2026-08-31' }] }), now);
    expect(findings[0]?.message).toContain('the exemption expired on 2026-08-31: published by hand');
    expect(findings[0]?.exempted).toBeUndefined();
  });

  test('reaches no note, as there is nothing to excuse', () => {
    const under = policy({ rules: { yanked: 'note' }, exemptions: [mercy] });
    const { findings, usedExemptions } = judge(yankedInput, under, now);
    expect(findings[0]).not.toHaveProperty('exempted');
    expect(usedExemptions).toEqual([]);
  });

  test('reaches nothing that is absolute', () => {
    const under = policy({
      flags: { repository: 'other/pkg' },
      exemptions: [exemption({ rule: 'pinned-identity' })],
    });
    expect(judge(assess(), under, now)).toMatchObject({ verdict: { kind: 'rejected' }, usedExemptions: [] });
  });

  test('is named in the verdict only where the package would have been turned away without it', () => {
    const absent = assessAbsent({ registryClaims: { ...registryClaims, yanked: true, rekorLogId: null } });
    const under = policy({ exemptions: [mercy, exemption()] });
    const { verdict, usedExemptions } = judge(absent, under, now);
    expect(verdict).toEqual({ kind: 'exempt', exemptions: [exemption()] });
    expect(usedExemptions).toHaveLength(2);
  });

  test.each([
    ['the very one', {}, 1],
    ['one for another rule', { rule: 'unpinned' }, 0],
    ['one for another reason', { reason: 'another' }, 0],
    ['one until another day', { until: '2026-12-30' }, 0],
  ])('spares a finding that carries its mark: %s', (_, change, count) => {
    const { rule, reason, until } = mercy;
    const finding = { id: rule, severity: 'error', message: 'x', exempted: { reason, until } } as const;
    const { exempted: __, ...bare } = finding;
    expect(decisiveExemptions([finding, bare], [{ ...mercy, ...change }], policy())).toHaveLength(count);
    expect(decisiveExemptions([bare], [{ ...mercy, ...change }], policy())).toEqual([]);
  });

  test('that nobody needs is not used', () => {
    const { usedExemptions } = judge(assess(), policy({ exemptions: [mercy] }), now);
    expect(usedExemptions).toEqual([]);
  });

  test.each([
    ['another package', { package: '@acme/other' }],
    ['a longer name', { package: '@acme/pk' }],
    ['another scope', { package: '@acm/*' }],
    ['another version', { versions: '<1.2.3' }],
    ['another rule', { rule: 'unpinned' }],
    ['the same version with build metadata', { versions: '1.2.3+build' }],
  ])('for %s does not reach', (_, change) => {
    const under = policy({ ...strictly, exemptions: [{ ...mercy, ...change }] });
    expect(judge(yankedInput, under, now)).toMatchObject({
      verdict: { kind: 'rejected' },
      usedExemptions: [],
    });
  });

  test('for one plain version does not reach the same number with build metadata', () => {
    const under = policy({ ...strictly, exemptions: [{ ...mercy, versions: '1.2.3' }] });
    const other = { scope: 'acme', name: 'pkg', version: '1.2.3+evil' };
    const proof = provenance(undefined, { package: other });
    const input = { ...yankedInput, package: other, provenance: proof };
    expect(judge(input, under, now).verdict.kind).toBe('rejected');
  });

  test('does not turn a gap into a pass', () => {
    const input = assess({
      registryClaims: { ...registryClaims, yanked: true },
      checks: checks({ files: { status: 'unknown', why: 'no answer' } }),
    });
    expect(judge(input, policy({ ...strictly, exemptions: [mercy] }), now).verdict.kind).toBe('inconclusive');
  });
});

describe('overrides', () => {
  const under = policy({
    overrides: [{ lockfile: 'tools/deno.lock', provenance: 'optional', rules: {}, packages: [] }],
  });
  const inside = occurrence({ at: { file: 'tools/deno.lock', line: 3 } });

  test('hold for the lockfile they name', () => {
    expect(judge(assessAbsent({ occurrences: [inside] }), under, now).verdict.kind).toBe('unattested');
    const dotted = occurrence({ at: { file: './tools/../tools/deno.lock', line: 3 } });
    expect(judge(assessAbsent({ occurrences: [dotted] }), under, now).verdict.kind).toBe('unattested');
  });

  test('do not hold for other lockfiles, nor for specs', () => {
    expect(judge(assessAbsent({ occurrences: [occurrence()] }), under, now).verdict.kind).toBe('rejected');
    expect(judge(assessAbsent(), under, now).verdict.kind).toBe('rejected');
  });

  test('of one lockfile do not excuse the package in another', () => {
    const both = assessAbsent({ occurrences: [inside, occurrence()] });
    const { verdict, findings } = judge(both, under, now);
    expect(verdict.kind).toBe('rejected');
    expect(findings).toMatchObject([{ id: 'require-provenance', at: { file: 'deno.lock' } }]);
  });

  test('of one lockfile hold, where the package may pass in another', () => {
    const sterner = policy({
      provenance: 'optional',
      overrides: [{ lockfile: 'tools/deno.lock', provenance: 'required', rules: {}, packages: [] }],
    });
    const both = assessAbsent({ occurrences: [occurrence(), inside] });
    expect(judge(both, sterner, now)).toMatchObject({
      verdict: { kind: 'rejected', because: [{ at: { file: 'tools/deno.lock' } }] },
      findings: [{ id: 'require-provenance', at: { file: 'tools/deno.lock' } }],
    });
  });

  test('and the rest tell what they found once, and use an exemption once', () => {
    const same = policy({
      overrides: [{ lockfile: 'tools/deno.lock', rules: {}, packages: [] }],
      exemptions: [exemption({ rule: 'yanked' })],
    });
    const both = assessAbsent({
      registryClaims: { ...registryClaims, yanked: true },
      occurrences: [occurrence(), inside],
    });
    const { verdict, findings, usedExemptions } = judge(both, same, now);
    expect(verdict).toMatchObject({ kind: 'rejected', because: [{ at: { file: 'deno.lock' } }] });
    expect(findings.map(({ id, at }) => [id, at?.file])).toEqual([
      ['require-provenance', 'deno.lock'],
      ['yanked', 'deno.lock'],
      ['require-provenance', 'tools/deno.lock'],
      ['yanked', 'tools/deno.lock'],
    ]);
    expect(usedExemptions).toEqual(same.exemptions);
  });
});

describe('an attestation found by searching the log', () => {
  const found = {
    attestationFinder: 'log-index',
    search: 'found',
    registryClaims: { ...registryClaims, rekorLogId: null },
  } as const;
  const stranger = provenance(builtBy('evil', 'pkg'), { logIndex: '1' });

  test('counts when the link confirms it', () => {
    const { verdict, findings } = judge(assess(found), policy(), now);
    expect(verdict.kind).toBe('verified');
    expect(findings).toMatchObject([{ id: 'recovered-provenance', severity: 'note' }]);
  });

  test("counts when it is behind a stranger's", () => {
    const own = provenance();
    const input = assess({ ...found, provenance: stranger, others: [own] });
    expect(judge(input, policy(), now)).toMatchObject({ verdict: { kind: 'verified', provenance: own } });
    const under = policy(pinned);
    expect(judge(input, under, now)).toMatchObject({ verdict: { kind: 'verified', provenance: own } });
  });

  test.each([
    ['bytes', provenance(undefined, { manifestDigest: 'cd'.repeat(32) as never })],
    ['version', provenance(undefined, { package: { scope: 'acme', name: 'pkg', version: '1.2.4' } })],
  ])('does not count for other %s', (_, own) => {
    const input = assess({ ...found, provenance: stranger, others: [own] });
    expect(judge(input, policy(pinned), now).verdict.kind).toBe('rejected');
  });

  test.each([
    ['unlinked', unlinkedClaims({ rekorLogId: null })],
    ['linked elsewhere', found.registryClaims],
  ])("is a stranger's and does not count for a package that is %s", (_, registry) => {
    const input = assess({ ...found, provenance: stranger, registryClaims: registry });
    const required = judge(input, policy(), now);
    expect(required.verdict.kind).toBe('rejected');
    expect(required.provenance).toBeUndefined();
    const { verdict, findings } = judge(input, policy({ provenance: 'optional' }), now);
    expect(verdict.kind).toBe('unattested');
    expect(findings).toMatchObject([{ id: 'recovered-provenance', severity: 'warning' }]);
    expect(findings[0]?.message).toContain('evil/pkg');
  });

  test('is inconclusive when the registry could not be asked whose it should be', () => {
    const input = assess({ ...found, registryClaims: unlinkedClaims({ unlinked: false }) });
    expect(judge(input, policy(), now).verdict).toMatchObject({
      kind: 'inconclusive',
      because: [{ id: 'bundle' }],
    });
  });

  test('counts without a registry when it is pinned', () => {
    const input = assess({ ...found, registryClaims: unlinkedClaims({ unlinked: false }) });
    expect(judge(input, policy(pinned), now).verdict.kind).toBe('verified');
  });

  test('that breaks the pin rejects', () => {
    const input = assess({ ...found, provenance: stranger });
    const { verdict, findings } = judge(input, policy({ ...pinned, provenance: 'optional' }), now);
    expect(verdict.kind).toBe('rejected');
    expect(findings).toContainEqual(expect.objectContaining({ id: 'pinned-identity', severity: 'error' }));
  });

  test('is known from the bundle when the finder is not told', () => {
    const proof = stranger;
    const { attestationFinder: _, ...input } = assess({ ...found, provenance: proof });
    const bundle = { ...input.checks.bundle } as Extract<Checks['bundle'], { status: 'passed' }>;
    const searched = checks({ bundle: { ...bundle, fact: { ...bundle.fact, finder: 'log-index' } } }, proof);
    expect(judge({ ...input, checks: searched }, policy(), now).provenance).toBeUndefined();
  });
});
