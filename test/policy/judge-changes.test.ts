import { describe, expect, test } from 'vitest';
import { compare } from '../../src/diff/compare.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import type { PackageReport } from '../../src/model/report.ts';
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
  unlinkedWord,
} from './assessments.ts';

const optional: Policy = policy({ provenance: 'optional' });

function version(text: string, by: Identity | null, under: Policy = optional): PackageReport {
  const about = { scope: 'acme', name: 'pkg', version: text };
  const more = { package: about, word: unlinkedWord(), occurrences: [occurrence()] };
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

describe('judging changes', () => {
  test('never makes a verdict better', () => {
    const under = { ...optional, exemptions: [lost] };
    const about = { scope: 'acme', name: 'pkg', version: '1.0.1' };
    const broken = assessAbsent({ package: about, word: unlinkedWord() });
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
