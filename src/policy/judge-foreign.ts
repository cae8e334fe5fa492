import type { Finding } from '../model/finding.ts';
import type { Exemption, Policy } from '../model/policy.ts';
import type { ForeignReference } from '../model/target.ts';
import { findingsOf } from './judge.ts';
import { policyForLockfile } from './override.ts';
import { foreignBreach, foreignRegistry } from './rules/foreign-registry.ts';

/**
 * Judges mentions that point away from the configured registries and belong to no audited package: with no package to
 * report them at, they are findings about the run. The severity decides as ever, so an error turns the run away.
 */
export function judgeForeign(
  references: readonly ForeignReference[],
  policy: Policy,
  now: Date,
): { readonly findings: readonly Finding[]; readonly usedExemptions: readonly Exemption[] } {
  const said = references.map((reference) =>
    findingsOf(
      foreignRegistry,
      [foreignBreach(reference)],
      reference.package,
      policyForLockfile(policy, reference.at.file),
      now,
    ),
  );
  return {
    findings: said.flatMap(({ findings }) => findings),
    usedExemptions: [...new Set(said.flatMap(({ met }) => met))],
  };
}
