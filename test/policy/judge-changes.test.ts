import { describe, expect, test } from 'vitest';
import { compare } from '../../src/diff/changes.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import type { Change, PackageReport, Relock } from '../../src/model/report.ts';
import { judgeChanges } from '../../src/policy/judge-changes.ts';
import { changeRules } from '../../src/policy/rules/index.ts';
import {
  assess,
  assessAbsent,
  builtBy,
  checks,
  identity,
  now,
  occurrence,
  policy,
  provenance,
  report,
  reportOf,
  unlinkedClaims,
} from './assessments.ts';

const optional: Policy = policy({ provenance: 'optional' });

function version(text: string, by: Identity | null, under: Policy = optional): PackageReport {
  const about = { scope: 'acme', name: 'pkg', version: text };
  const more = { package: about, registryClaims: unlinkedClaims(), occurrences: [occurrence()] };
  return by === null
    ? reportOf(assessAbsent(more), under)
    : reportOf(assess({ ...more, provenance: provenance(by, { package: about }) }), under);
}

function judged(before: Identity | null, after: Identity | null, under: Policy = optional) {
  const changes = compare(
    report([version('1.0.0', before, under)]),
    report([version('1.0.1', after, under)]),
  );
  const {
    changes: [change],
    usedExemptions,
  } = judgeChanges(changes, under, now);
  if (change === undefined || change.kind === 'removed') throw new Error('no change');
  const ids: readonly string[] = changeRules.map(({ id }) => id);
  return {
    verdict: change.after.verdict,
    findings: change.after.findings.filter(({ id }) => ids.includes(id)),
    usedExemptions,
  };
}

const lost = { package: '@acme/pkg', rule: 'provenance-lost', reason: 'by hand, once', until: '2026-12-31' };

describe('provenance-lost', () => {
  test('rejects a line that had provenance, although nothing requires it', () => {
    const { verdict, findings } = judged(identity(), null);
    expect(verdict).toMatchObject({ kind: 'rejected', because: [{ id: 'provenance-lost' }] });
    expect(findings).toMatchObject([
      { severity: 'error', at: { file: 'deno.lock', line: 14 }, message: expect.stringContaining('1.0.0') },
    ]);
  });

  test.each([
    ['kept', identity(), identity()],
    ['never there', null, null],
    ['gained', null, identity()],
  ])('says nothing where provenance was %s', (_, before, after) => {
    expect(judged(before, after).findings).toEqual([]);
  });

  test('says nothing where it cannot be told', () => {
    const about = { scope: 'acme', name: 'pkg', version: '1.0.1' };
    const { provenance: _, ...input } = assess({ package: about });
    const unclear = reportOf({
      ...input,
      checks: checks({ bundle: { status: 'unknown', why: 'no answer' } }),
    });
    const changes = compare(report([version('1.0.0', identity())]), report([unclear]));
    const {
      changes: [change],
    } = judgeChanges(changes, optional, now);
    expect(change).toMatchObject({
      kind: 'moved',
      after: { verdict: { kind: 'inconclusive' }, findings: [] },
    });
  });

  test('can be exempted until a day', () => {
    const under = { ...optional, exemptions: [lost] };
    expect(judged(identity(), null, under)).toMatchObject({
      verdict: { kind: 'exempt', exemptions: [lost] },
      findings: [{ exempted: { until: '2026-12-31' } }],
      usedExemptions: [lost],
    });
    const over = { ...optional, exemptions: [{ ...lost, until: '2026-08-31' }] };
    const { verdict, findings } = judged(identity(), null, over);
    expect(verdict.kind).toBe('rejected');
    expect(findings[0]?.message).toContain('expired on 2026-08-31');
  });

  test('can be lowered', () => {
    const { verdict, findings } = judged(identity(), null, {
      ...optional,
      rules: { 'provenance-lost': 'note' },
    });
    expect(verdict.kind).toBe('unattested');
    expect(findings).toMatchObject([{ severity: 'note' }]);
  });
});

describe('publisher-changed', () => {
  const acme = builtBy('acme', 'pkg', { id: '1', ownerId: '2' });

  test.each([
    ['another repository', builtBy('evil', 'pkg', { id: '66', ownerId: '67' }), 'error'],
    ['another owner', builtBy('buyer', 'pkg', { id: '1', ownerId: '3' }), 'warning'],
    ['another workflow', builtBy('acme', 'pkg', { id: '1', ownerId: '2', workflow: 'x.yml' }), 'warning'],
    ['another kind of ref', { ...acme, sourceRepositoryRef: 'refs/tags/v1' }, 'note'],
    ['a new name', builtBy('acme', 'new', { id: '1', ownerId: '2' }), undefined],
    ['nothing', acme, undefined],
  ] as const)('%s', (_, after, severity) => {
    const { verdict, findings } = judged(acme, after);
    expect(findings.map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
    expect(verdict.kind).toBe(severity === 'error' ? 'rejected' : 'verified');
  });

  test('says nothing where there is nobody to compare with', () => {
    expect(judged(null, acme).findings).toEqual([]);
  });

  test('is a note once a pin names the new publisher', () => {
    const under = { ...optional, packages: [{ pattern: '*', expect: [{ repositoryId: '66' }] }] };
    const evil = builtBy('evil', 'pkg', { id: '66', ownerId: '67' });
    const { verdict, findings } = judged(acme, evil, under);
    expect(verdict.kind).toBe('verified');
    expect(findings).toMatchObject([{ id: 'publisher-changed', severity: 'note' }]);
  });

  test('rejects on a warning where warnings reject', () => {
    const moved = { ...acme, buildTrigger: 'workflow_dispatch' };
    expect(judged(acme, moved, { ...optional, strict: true }).verdict.kind).toBe('rejected');
  });
});

describe('in full', () => {
  const acme = builtBy('acme', 'pkg', { id: '1', ownerId: '2' });
  const after = version('1.0.1', null);
  const { purl } = after;
  const unchanged = { kind: 'same', from: [] } as const;
  const at = { file: 'deno.lock', line: 14 };

  const told = (change: Change, under: Policy = optional) => {
    const [one] = judgeChanges([change], under, now).changes;
    const ids: readonly string[] = changeRules.map(({ id }) => id);
    return one === undefined || one.kind === 'removed'
      ? []
      : one.after.findings.filter(({ id }) => ids.includes(id));
  };

  test.each<[string, Change, string]>([
    [
      'the version it was compared with',
      { kind: 'added', purl, after, provenance: 'lost', publisher: unchanged, earlier: '1.0.0' },
      'version 1.0.0 of this release line has provenance, this one has none',
    ],
    [
      'the version before',
      {
        kind: 'moved',
        purl,
        before: version('0.9.0', acme),
        after,
        provenance: 'lost',
        publisher: unchanged,
      },
      'version 0.9.0 of this release line has provenance, this one has none',
    ],
    [
      'the version it was compared with rather than the one before',
      {
        kind: 'moved',
        purl,
        before: version('0.9.0', null),
        after,
        provenance: 'lost',
        publisher: unchanged,
        earlier: '0.8.0',
      },
      'version 0.8.0 of this release line has provenance, this one has none',
    ],
    [
      'no version where none is known',
      { kind: 'added', purl, after, provenance: 'lost', publisher: unchanged },
      'earlier versions of this release line have provenance, this one has none',
    ],
  ])('lost provenance names %s', (_, change, message) => {
    expect(told(change)).toStrictEqual([
      {
        id: 'provenance-lost',
        severity: 'error',
        message,
        hint: 'stay on the previous version until the owner has explained why',
        at,
      },
    ]);
  });

  test('another publisher is named claim by claim, and the gravest claim decides', () => {
    const evil = builtBy('evil', 'pkg', { id: '66', ownerId: '67' });
    const hint = 'if the move is intended, run `jsr-verify pin` and commit the policy file';
    const message =
      'built by a different publisher than before: repositoryId 1 → 66, ownerId 2 → 67, ref main → tag';
    const from = [
      { claim: 'repositoryId', before: '1', after: '66' },
      { claim: 'ownerId', before: '2', after: '67' },
      { claim: 'ref', before: 'main', after: 'tag' },
    ];
    const change = (claims: typeof from): Change => ({
      kind: 'added',
      purl,
      after: version('1.0.1', evil),
      provenance: 'kept',
      publisher: { kind: 'changed', from: claims },
    });
    const finding = { id: 'publisher-changed', severity: 'error', message, hint, at };
    expect(told(change(from))).toStrictEqual([finding]);
    // What a claim weighs that nobody has heard of is an error, and so is a change that says nothing.
    const strange = { claim: 'moon', before: 'new', after: 'full' };
    expect(told(change([strange]))[0]?.severity).toBe('error');
    expect(told(change([strange, ...from.slice(1)]))[0]?.severity).toBe('error');
    expect(told(change(from.slice(1)))[0]?.severity).toBe('warning');
    expect(told(change(from.slice(2)))[0]?.severity).toBe('note');
    expect(told(change([]))[0]?.severity).toBe('error');
  });

  test.each<[string, PackageReport, Policy['packages'], 'note' | 'error']>([
    ['is a pin', version('1.0.1', acme), [{ pattern: '@acme/pkg', expect: [{ owner: 'acme' }] }], 'note'],
    [
      'is a pin for another version',
      version('1.0.1', acme),
      [{ pattern: '@acme/pkg', versions: '1.0.0', expect: [{ owner: 'acme' }] }],
      'error',
    ],
    [
      'is a pin that names nobody',
      version('1.0.1', acme),
      [{ pattern: '*', expect: [{ event: 'push' }] }],
      'error',
    ],
    [
      'is a pin, and the package does not hold',
      {
        ...version('1.0.1', acme),
        verdict: { kind: 'inconclusive', because: [{ id: 'files', why: 'no answer' }] },
      },
      [{ pattern: '*', expect: [{ owner: 'acme' }] }],
      'error',
    ],
  ])('another publisher, where there %s', (_, report_, packages, severity) => {
    const from = [{ claim: 'repositoryId', before: '0', after: '1' }];
    const publisher = { kind: 'changed', from } as const;
    const change: Change = { kind: 'added', purl, after: report_, provenance: 'kept', publisher };
    expect(told(change, { ...optional, packages })[0]?.severity).toBe(severity);
  });

  test('other bytes are told by how they differ, the gravest first, each once', () => {
    const manifest = { kind: 'manifest', digest: 'ab'.repeat(32) } as Relock['before'];
    const other = { kind: 'manifest', digest: 'cd'.repeat(32) } as Relock['before'];
    const nothing = { kind: 'nothing', why: 'by design' } as const;
    const before = version('1.0.1', null);
    const locks = [
      { how: 'unlocked', before: manifest, after: nothing },
      { how: 'revision', before: manifest, after: other },
      { how: 'digest', before: manifest, after: other },
      { how: 'digest', before: other, after: manifest },
    ] as const;
    const hint = 'restore the entry, then let the package manager write it again';
    const [a, b] = [`manifest ${'ab'.repeat(32)}`, `manifest ${'cd'.repeat(32)}`];
    const finding = (severity: string, message: string) => ({
      id: 'digest-changed',
      severity,
      message,
      hint,
      at,
    });
    const [unlocked, revision, digest] = [
      finding('warning', `the same version was locked to its bytes before and no longer is: ${a} → nothing`),
      finding('warning', `the tarball is locked in another revision of its format than before: ${a} → ${b}`),
      finding('error', `the same version is locked to different bytes than before: ${a} → ${b}`),
    ];
    const relocked: Change = { kind: 'relocked', purl, before, after, locks };
    expect(told(relocked)).toStrictEqual([digest, revision, unlocked]);
    expect(told({ ...relocked, locks: [locks[0]] })).toStrictEqual([unlocked]);
  });
});

describe('provenance that may or may not have been lost', () => {
  const after = version('1.0.1', null);
  const doubtful = (report_: PackageReport = after): Change => ({
    kind: 'added',
    purl: after.purl,
    after: report_,
    provenance: 'unknown',
    publisher: { kind: 'unknown', from: [] },
    doubt: 'the list of versions could not be fetched',
  });
  const outcome = (under: Policy, report_: PackageReport = after) => {
    const { changes, usedExemptions } = judgeChanges([doubtful(report_)], under, now);
    const [change] = changes;
    return { report: change?.kind === 'added' ? change.after : undefined, usedExemptions };
  };

  test('does not pass', () => {
    expect(outcome(optional)).toEqual({
      report: {
        ...after,
        verdict: {
          kind: 'inconclusive',
          because: [
            {
              id: 'history',
              why: 'it is unknown whether this release line lost its provenance: the list of versions could not be fetched',
            },
          ],
        },
      },
      usedExemptions: [],
    });
  });

  test.each<PackageReport['verdict']>([
    { kind: 'rejected', because: [{ id: 'files', severity: 'error', message: 'differs' }] },
    { kind: 'inconclusive', because: [{ id: 'files', why: 'no answer' }] },
  ])('leaves $kind as it is', (verdict) => {
    expect(outcome(optional, { ...after, verdict }).report?.verdict).toBe(verdict);
  });

  test('passes where losing it would be allowed', () => {
    for (const severity of ['off', 'note', 'warning'] as const)
      expect(outcome({ ...optional, rules: { 'provenance-lost': severity } })).toEqual({
        report: after,
        usedExemptions: [],
      });
  });

  test('is exempt where losing it would be', () => {
    expect(outcome({ ...optional, exemptions: [lost] })).toEqual({
      report: { ...after, verdict: { kind: 'exempt', exemptions: [lost] } },
      usedExemptions: [lost],
    });
  });

  test('is no question where the version itself is not known', () => {
    const { version: _, ...name } = { scope: 'acme', name: 'pkg', version: '' };
    const unresolved = { ...after, package: name };
    expect(outcome({ ...optional, exemptions: [lost] }, unresolved)).toStrictEqual({
      report: unresolved,
      usedExemptions: [],
    });
  });
});

describe('judging changes', () => {
  test('never makes a verdict better', () => {
    const under = { ...optional, exemptions: [lost] };
    const about = { scope: 'acme', name: 'pkg', version: '1.0.1' };
    const broken = assessAbsent({ package: about, registryClaims: unlinkedClaims() });
    for (const status of [
      { status: 'failed', reason: 'differs' },
      { status: 'unknown', why: 'no answer' },
    ] as const) {
      const after = reportOf({ ...broken, checks: { ...broken.checks, files: status } }, under);
      const changes = compare(report([version('1.0.0', identity())]), report([after]));
      const {
        changes: [change],
      } = judgeChanges(changes, under, now);
      expect(change).toMatchObject({ after: { verdict: { kind: after.verdict.kind } } });
    }
  });

  test('adds to the reasons for which a package is turned away', () => {
    const required = policy();
    const { verdict, findings } = judged(identity(), null, required);
    expect(findings.map(({ id }) => id)).toEqual(['provenance-lost']);
    expect(verdict).toMatchObject({
      kind: 'rejected',
      because: [{ id: 'require-provenance' }, { id: 'provenance-lost' }],
    });
  });

  test('adds to the exemptions without which it would be', () => {
    const unattested = { ...lost, rule: 'require-provenance' };
    const under = policy({ exemptions: [lost, unattested] });
    expect(judged(identity(), null, under)).toMatchObject({
      verdict: { kind: 'exempt', exemptions: [unattested, lost] },
      usedExemptions: [lost],
    });
  });

  test('of a package that no lockfile mentions has no place to tell', () => {
    const about = { scope: 'acme', name: 'pkg', version: '1.0.1' };
    const after = reportOf(assessAbsent({ package: about, registryClaims: unlinkedClaims() }), optional);
    const changes = compare(report([version('1.0.0', identity())]), report([after]));
    const [change] = judgeChanges(changes, optional, now).changes;
    expect(change?.kind === 'moved' && change.after.findings[0]).toStrictEqual({
      id: 'provenance-lost',
      severity: 'error',
      message: 'version 1.0.0 of this release line has provenance, this one has none',
      hint: 'stay on the previous version until the owner has explained why',
    });
  });

  test('keeps removed packages as they are', () => {
    const changes = compare(report([version('1.0.0', identity())]), report([]));
    expect(judgeChanges(changes, optional, now)).toEqual({ changes, usedExemptions: [] });
  });

  test('holds a package to the policy of each lockfile it is in', () => {
    const under = {
      ...optional,
      overrides: [{ lockfile: 'deno.lock', rules: { 'provenance-lost': 'off' as const }, packages: [] }],
    };
    expect(judged(identity(), null, under).findings).toEqual([]);
    expect(judged(identity(), null, { ...under, overrides: [] }).findings).toHaveLength(1);
  });
});
