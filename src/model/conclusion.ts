import type { Finding, VerdictKind } from './finding.ts';
import { type Report, unreadableEntry } from './report.ts';

/**
 * What a run comes to.
 *
 * - `passed`: every package is verified, or allowed by the policy.
 * - `rejected`: a package, or something beside the packages, is rejected, or the log contradicted itself.
 * - `invalid`: the request was wrong: a spec names nothing, a lockfile entry cannot be read, or a verdict is of no known kind, as
 *   in a report that was read from JSON, which has another shape.
 * - `inconclusive`: something could not be fetched; try again.
 * - `empty`: there was nothing to check.
 * - `interrupted`: the run was stopped, so nothing is known about the rest.
 */
export type Conclusion = 'passed' | 'rejected' | 'invalid' | 'inconclusive' | 'empty' | 'interrupted';

/** How strictly a run is concluded. */
export interface ConcludeOptions {
  /** Whether warnings about the run reject it; as the policy of the audit says when missing. */
  readonly strict?: boolean | undefined;
  /** Whether it is in order that there was nothing to check. */
  readonly allowEmpty?: boolean | undefined;
}

const byVerdict: Readonly<Record<VerdictKind, Conclusion>> = {
  verified: 'passed',
  unattested: 'passed',
  exempt: 'passed',
  rejected: 'rejected',
  inconclusive: 'inconclusive',
};

/** Worst first: a rejection outranks a wrong request, which outranks what could not be told. */
const order = ['interrupted', 'rejected', 'invalid', 'inconclusive', 'empty', 'passed'] as const;

/** What a run comes to, as the exit code of the command says it: the worst of all that can be said. */
export function conclude(report: Report, options: ConcludeOptions = {}): Conclusion {
  return conclusionsOf(report, options)[0] ?? 'passed';
}

/** All that can be said of a run, worst first, each once. */
export function conclusionsOf(report: Report, options: ConcludeOptions = {}): readonly Conclusion[] {
  const { strict = report.strict === true, allowEmpty = false } = options;
  if (report.interrupted) return ['interrupted'];
  const said: Conclusion[] = report.packages.map(({ verdict: { kind } }) =>
    Object.hasOwn(byVerdict, kind) ? byVerdict[kind] : 'invalid',
  );
  if (report.log.kind === 'forked') said.push('rejected');
  // A log that is asked and does not answer for its past is a warning, and those count when it is strict.
  if (strict && report.log.kind === 'not-checked' && report.log.gap === true) said.push('inconclusive');
  for (const finding of report.findings) said.push(conclusionOf(finding, strict));
  if (report.unresolved.length > 0) said.push('invalid');
  // What is said about the run is no package that was checked.
  if (report.packages.length === 0) said.push(allowEmpty ? 'passed' : 'empty');
  return order.filter((one) => said.includes(one));
}

// An entry that cannot be read makes the request wrong; what a rule says about the run counts like a rejection.
function conclusionOf({ id, severity, exempted }: Finding, strict: boolean): Conclusion {
  if (exempted !== undefined || severity === 'note' || (severity === 'warning' && !strict)) return 'passed';
  return id === unreadableEntry ? 'invalid' : 'rejected';
}
