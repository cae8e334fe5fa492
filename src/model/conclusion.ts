import type { Finding, VerdictKind } from './finding.ts';
import { type Report, unreadableEntry } from './report.ts';

/**
 * The conclusion of a run.
 *
 * - `passed`: every package is verified, or allowed by the policy.
 * - `rejected`: a package or a finding about the run is rejected, or the log contradicted itself.
 * - `invalid`: the request was wrong: a spec names nothing that exists, a lockfile entry cannot be read, or a verdict
 *   has an unknown kind (as in a report parsed from JSON, which has another shape).
 * - `inconclusive`: something could not be fetched; try again.
 * - `empty`: there was nothing to check.
 * - `interrupted`: the run was stopped, so the remaining packages are not known.
 */
export type Conclusion = 'passed' | 'rejected' | 'invalid' | 'inconclusive' | 'empty' | 'interrupted';

/** How strict the conclusion is. */
export interface ConcludeOptions {
  /** Whether warnings about the run reject it; default: the policy of the audit. */
  readonly strict?: boolean | undefined;
  /** Whether a run with nothing to check passes. */
  readonly allowEmpty?: boolean | undefined;
}

const byVerdict: Readonly<Record<VerdictKind, Conclusion>> = {
  verified: 'passed',
  unattested: 'passed',
  exempt: 'passed',
  rejected: 'rejected',
  inconclusive: 'inconclusive',
};

/** Worst first: a rejection outranks an invalid request, which outranks an inconclusive result. */
const order = ['interrupted', 'rejected', 'invalid', 'inconclusive', 'empty', 'passed'] as const;

/** The conclusion that decides the exit code: the worst one that applies. */
export function conclude(report: Report, options: ConcludeOptions = {}): Conclusion {
  return conclusionsOf(report, options)[0] ?? 'passed';
}

/** All conclusions that apply to a run, worst first, without duplicates. */
export function conclusionsOf(report: Report, options: ConcludeOptions = {}): readonly Conclusion[] {
  const { strict = report.strict === true, allowEmpty = false } = options;
  if (report.interrupted) return ['interrupted'];
  const said: Conclusion[] = report.packages.map(({ verdict: { kind } }) =>
    Object.hasOwn(byVerdict, kind) ? byVerdict[kind] : 'invalid',
  );
  if (report.log.kind === 'forked') said.push('rejected');
  // A log without proof that it is consistent with earlier runs is a warning; warnings count only when strict.
  if (strict && report.log.kind === 'not-checked' && report.log.gap === true) said.push('inconclusive');
  for (const finding of report.findings) said.push(conclusionOf(finding, strict));
  if (report.unresolved.length > 0) said.push('invalid');
  // Findings about the run do not count as checked packages.
  if (report.packages.length === 0) said.push(allowEmpty ? 'passed' : 'empty');
  return order.filter((one) => said.includes(one));
}

// An unreadable lockfile entry makes the request invalid; a finding of a rule counts as a rejection.
function conclusionOf({ id, severity, exempted }: Finding, strict: boolean): Conclusion {
  if (exempted !== undefined || severity === 'note' || (severity === 'warning' && !strict)) return 'passed';
  return id === unreadableEntry ? 'invalid' : 'rejected';
}
