import type { ErrorCode } from '../model/error.ts';
import type { Finding, VerdictKind } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { unreadableEntry } from '../model/report.ts';

/** The exit codes, by what they mean. */
export const exit = {
  ok: 0,
  rejected: 1,
  request: 2,
  inconclusive: 3,
  nothing: 4,
  bug: 70,
  interrupted: 130,
} as const;

const byVerdict: Readonly<Record<VerdictKind, number>> = {
  verified: exit.ok,
  unattested: exit.ok,
  exempt: exit.ok,
  rejected: exit.rejected,
  inconclusive: exit.inconclusive,
};

/** The exit code of a request that could not be carried out. */
export const byError: Readonly<Record<ErrorCode, number>> = {
  OPTIONS_INVALID: exit.request,
  SPEC_INVALID: exit.request,
  PACKAGE_UNKNOWN: exit.request,
  LOCKFILE_MISSING: exit.nothing,
  LOCKFILE_INVALID: exit.request,
  LOCKFILE_UNSUPPORTED: exit.request,
  POLICY_INVALID: exit.request,
  PACK_INVALID: exit.request,
  BUNDLE_INVALID: exit.request,
  OUTPUT_UNWRITABLE: exit.request,
  NOTHING_TO_CHECK: exit.nothing,
  TRUST_INVALID: exit.inconclusive,
  TRUST_UNAVAILABLE: exit.inconclusive,
  NOT_VERIFIED: exit.rejected,
  LOG_FORKED: exit.rejected,
  INTERRUPTED: exit.interrupted,
};

/** Worst first: a rejection outranks a wrong request, which outranks what could not be told. */
const order = [exit.rejected, exit.request, exit.inconclusive, exit.nothing, exit.ok];

/** The exit code of a run. `exitZero` forgives verdicts, never a wrong request. */
export function exitCodeOf(
  report: Report,
  options: { readonly allowEmpty: boolean; readonly exitZero: boolean; readonly strict: boolean },
): number {
  if (report.interrupted) return exit.interrupted;
  const codes: number[] = report.packages.map(({ verdict }) => byVerdict[verdict.kind]);
  if (report.log.kind === 'forked') codes.push(exit.rejected);
  // A log that is asked and does not answer for its past is a warning, and those count when it is strict.
  if (options.strict && report.log.kind === 'not-checked' && report.log.gap === true)
    codes.push(exit.inconclusive);
  for (const finding of report.findings) codes.push(codeOfFinding(finding, options.strict));
  if (report.unresolved.length > 0) codes.push(exit.request);
  // What is said about the run is no package that was checked.
  if (report.packages.length === 0) codes.push(options.allowEmpty ? exit.ok : exit.nothing);
  const forgiven: readonly number[] = options.exitZero ? [exit.rejected, exit.inconclusive] : [];
  return order.find((code) => codes.includes(code) && !forgiven.includes(code)) ?? exit.ok;
}

// An entry that cannot be read makes the request wrong; what a rule says about the run counts like a rejection.
function codeOfFinding({ id, severity, exempted }: Finding, strict: boolean): number {
  if (exempted !== undefined || severity === 'note' || (severity === 'warning' && !strict)) return exit.ok;
  return id === unreadableEntry ? exit.request : exit.rejected;
}
