import { describe, expect, it } from 'vitest';

interface VerdictModule {
  readonly verdictOf: (code: number, report: object | undefined, strict: boolean) => string;
  readonly passes: (verdict: string, failOn: string) => boolean;
}

// By its address, because the action is JavaScript, whose types are checked apart.
const { passes, verdictOf } = (await import(
  new URL('../../action/verdict.js', import.meta.url).href
)) as VerdictModule;

const honest = {
  interrupted: false,
  log: { kind: 'consistent' },
  summary: { rejected: 0, inconclusive: 0, verified: 1 },
  findings: [],
  unresolved: [],
};
const finding = { id: 'unlocked-copy', severity: 'error' };

describe('the verdict of the action, where the exit code is 0', () => {
  it.each([
    ['passed', 'nothing is wrong', {}],
    ['rejected', 'a package is rejected', { summary: { rejected: 1, inconclusive: 1 } }],
    ['rejected', 'the log contradicted itself', { log: { kind: 'forked' } }],
    ['rejected', 'a rule about the run is broken', { findings: [finding] }],
    ['passed', 'a broken rule is exempted', { findings: [{ ...finding, exempted: {} }] }],
    ['passed', 'a rule about the run warns', { findings: [{ ...finding, severity: 'warning' }] }],
    ['error', 'a lockfile entry cannot be read', { findings: [{ ...finding, id: 'lockfile-entry' }] }],
    ['error', 'a package does not exist', { unresolved: [{}] }],
    ['error', 'the run was interrupted', { interrupted: true }],
    ['inconclusive', 'a package is inconclusive', { summary: { rejected: 0, inconclusive: 1 } }],
    ['rejected', 'the counts are missing', { summary: {} }],
  ] as const)('is %s where %s', (verdict, _, change) => {
    expect(verdictOf(0, { ...honest, ...change }, false)).toBe(verdict);
  });

  it('is rejected where a rule about the run warns and warnings reject', () => {
    const findings = [{ ...finding, severity: 'warning' }];
    expect(verdictOf(0, { ...honest, findings }, true)).toBe('rejected');
  });
});

describe('the verdict of the action', () => {
  it.each([
    [1, 'rejected'],
    [2, 'error'],
    [3, 'inconclusive'],
    [4, 'nothing'],
    [70, 'error'],
    [130, 'error'],
  ])('follows exit code %d', (code, verdict) => {
    expect(verdictOf(code, honest, false)).toBe(verdict);
  });

  it('is an error without a report, and no input lets the job pass then', () => {
    expect(verdictOf(0, undefined, false)).toBe('error');
    for (const failOn of ['warning', 'inconclusive', 'rejected', 'never'] as const)
      for (const verdict of ['error', 'nothing'] as const) expect(passes(verdict, failOn)).toBe(false);
  });
});
