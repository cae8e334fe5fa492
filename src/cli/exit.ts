import { type Conclusion, conclusionsOf } from '../model/conclusion.ts';
import type { ErrorCode } from '../model/error.ts';
import type { Report } from '../model/report.ts';

/** The exit codes by meaning. */
export const exit = {
  ok: 0,
  rejected: 1,
  request: 2,
  inconclusive: 3,
  nothing: 4,
  bug: 70,
  interrupted: 130,
} as const;

const byConclusion: Readonly<Record<Conclusion, number>> = {
  passed: exit.ok,
  rejected: exit.rejected,
  invalid: exit.request,
  inconclusive: exit.inconclusive,
  empty: exit.nothing,
  interrupted: exit.interrupted,
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

/** The conclusions that `exitZero` turns into 0: verdicts, never an invalid request. */
const verdicts: readonly Conclusion[] = ['rejected', 'inconclusive'];

/** The exit code of a run. */
export function exitCodeOf(
  report: Report,
  options: { readonly allowEmpty: boolean; readonly exitZero: boolean; readonly strict: boolean },
): number {
  const said = conclusionsOf(report, options);
  return byConclusion[said.find((one) => !(options.exitZero && verdicts.includes(one))) ?? 'passed'];
}
