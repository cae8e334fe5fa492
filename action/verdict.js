/**
 * What a run came to: `nothing` where there was no package to check, `error` where the audit could not be made.
 *
 * @typedef {'passed' | 'rejected' | 'inconclusive' | 'nothing' | 'error'} Verdict
 */

/** @type {Readonly<Record<number, Verdict>>} */
const byExitCode = { 0: 'passed', 1: 'rejected', 3: 'inconclusive', 4: 'nothing' };

/**
 * The verdict of a run. The counts have a say because an option such as `--exit-zero` changes the exit code.
 *
 * @param {number} code
 * @param {{ readonly summary: Readonly<Record<string, number>> } | undefined} report
 * @returns {Verdict}
 */
export function verdictOf(code, report) {
  if (report === undefined) return 'error';
  const verdict = byExitCode[code] ?? 'error';
  if (verdict !== 'passed') return verdict;
  if (report.summary['rejected'] !== 0) return 'rejected';
  return report.summary['inconclusive'] === 0 ? 'passed' : 'inconclusive';
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
