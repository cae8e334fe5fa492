import type { Finding } from '../model/finding.ts';
import type { Exemption, Policy } from '../model/policy.ts';
import { findingsOf } from './judge.ts';
import { policyForLockfile } from './override.ts';
import type { Breach, RunFacts } from './rule.ts';
import { runRules } from './rules/index.ts';

/**
 * Judges a run by what was found beside its packages. These are findings about the run, so an error rejects the run. A
 * fact is missing when the run did not look for it.
 */
export function judgeRun(
  facts: Partial<RunFacts>,
  policy: Policy,
  now: Date,
): { readonly findings: readonly Finding[]; readonly usedExemptions: readonly Exemption[] } {
  const complete: RunFacts = { strays: [], uncompared: [], withoutLockfile: [], ...facts };
  const said = runRules.flatMap((rule) =>
    [...rule.judge(complete)].map((breach: Breach) => {
      const inForce = breach.at === undefined ? policy : policyForLockfile(policy, breach.at.file);
      // An exemption for some versions does not reach a package that does not say which one it is.
      const about = breach.package && { version: '', ...breach.package };
      return findingsOf(rule, [breach], about, inForce, now);
    }),
  );
  return {
    findings: said.flatMap(({ findings }) => findings),
    usedExemptions: [...new Set(said.flatMap(({ met }) => met))],
  };
}
