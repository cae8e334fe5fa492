/**
 * What a run came to: `nothing` where there was no package to check, `error` where the audit could not be made.
 *
 * @typedef {'passed' | 'rejected' | 'inconclusive' | 'nothing' | 'error'} Verdict
 */

/** @type {Readonly<Record<number, Verdict>>} */
const byExitCode = { 0: 'passed', 1: 'rejected', 3: 'inconclusive', 4: 'nothing' };

/**
 * The fields of the JSON report that decide the verdict.
 *
 * @typedef {{
 *   readonly interrupted: boolean;
 *   readonly log: { readonly kind: string };
 *   readonly summary: Readonly<Record<string, number>>;
 *   readonly findings: readonly { readonly id: string; readonly severity: string; readonly exempted?: unknown }[];
 *   readonly unresolved: readonly unknown[];
 * }} Report
 */

/**
 * The verdict of a run. Where the exit code is 0, the report decides, because an option such as `--exit-zero` hides what
 * is wrong from the exit code.
 *
 * @param {number} code
 * @param {Report | undefined} report
 * @param {boolean} strict Whether warnings about the run reject it.
 * @returns {Verdict}
 */
export function verdictOf(code, report, strict) {
  if (report === undefined) return 'error';
  const verdict = byExitCode[code] ?? 'error';
  return verdict === 'passed' ? verdictIn(report, strict) : verdict;
}

/** @returns {Verdict} */
function verdictIn(
  /** @type {Report} */ { interrupted, log, summary, findings, unresolved },
  /** @type {boolean} */ strict,
) {
  if (interrupted) return 'error';
  const broken = findings.filter(
    ({ severity, exempted }) =>
      exempted === undefined && (severity === 'error' || (strict && severity === 'warning')),
  );
  const isUnreadable = (/** @type {{ readonly id: string }} */ { id }) => id === 'lockfile-entry';
  if (log.kind === 'forked' || summary['rejected'] !== 0 || !broken.every(isUnreadable)) return 'rejected';
  if (broken.length > 0 || unresolved.length > 0) return 'error';
  return summary['inconclusive'] === 0 ? 'passed' : 'inconclusive';
}

/**
 * Whether the job passes. No input lets it pass where nothing was checked or the audit could not be made.
 *
 * @param {Verdict} verdict
 * @param {'warning' | 'inconclusive' | 'rejected' | 'never'} failOn
 * @returns {boolean}
 */
export function passes(verdict, failOn) {
  if (verdict === 'inconclusive') return failOn === 'rejected' || failOn === 'never';
  return verdict === 'passed' || (verdict === 'rejected' && failOn === 'never');
}
