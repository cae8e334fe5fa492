import type { Auditor } from '../auditor.ts';
import type { Report } from '../model/report.ts';

/** What a run found; the rest of its report says what it was made with. */
export type Found = Omit<
  Report,
  'checkedAt' | 'trust' | 'policyFile' | 'strict' | 'oldestAnswer' | 'requests'
>;

/** The report of a run, made when all else is done: it counts every request. The only maker of a `Report`. */
export function reportOf(
  found: Found,
  { now, trust, policy, source, signal }: Pick<Auditor, 'now' | 'trust' | 'policy' | 'source' | 'signal'>,
): Report {
  return {
    checkedAt: now,
    trust: trust.status,
    ...found,
    // Also where all packages were done and only the log was still being asked.
    interrupted: found.interrupted || signal?.aborted === true,
    ...(policy.file !== undefined && { policyFile: policy.file }),
    ...(policy.strict && { strict: true }),
    ...(source.oldest && { oldestAnswer: source.oldest }),
    requests: Object.fromEntries(source.requests),
  };
}
