import type { Auditor } from '../auditor.ts';
import type { Report } from '../model/report.ts';

/** The results of a run, without its settings. */
export type Found = Omit<
  Report,
  'checkedAt' | 'trust' | 'policyFile' | 'strict' | 'oldestAnswer' | 'requests'
>;

/** The report of a run. Call it last, because it counts all requests. Only this function makes a `Report`. */
export function reportOf(
  found: Found,
  { now, trust, policy, source, signal }: Pick<Auditor, 'now' | 'trust' | 'policy' | 'source' | 'signal'>,
): Report {
  return {
    checkedAt: now,
    trust: trust.status,
    ...found,
    // The run also counts as interrupted if all packages were done and only the log was still being queried.
    interrupted: found.interrupted || signal?.aborted === true,
    ...(policy.file !== undefined && { policyFile: policy.file }),
    ...(policy.strict && { strict: true }),
    ...(source.oldest && { oldestAnswer: source.oldest }),
    requests: Object.fromEntries(source.requests),
  };
}
