import type { Checks } from '../model/check.ts';
import type { Evidence, Finder, RegistryClaims } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import type { Provenance } from '../model/provenance.ts';
import type { ForeignReference, Occurrence } from '../model/target.ts';

/** Everything that is known about one package version before the policy is applied. */
export interface Assessment {
  readonly package: PackageVersion;
  readonly checks: Checks;
  /** Present only when the whole cryptographic chain was verified. */
  readonly provenance?: Provenance;
  readonly registryClaims: RegistryClaims;
  readonly search: Evidence['search'];
  /** Further valid attestations of the same subject. */
  readonly others?: readonly Provenance[];
  readonly occurrences: readonly Occurrence[];
  readonly foreign: readonly ForeignReference[];
  /** How the attestation of `provenance` was found; the fact of check `bundle` contains it as well. */
  readonly attestationFinder?: Finder;
}

/**
 * Whether the attestation was found by searching the log for the digest.
 * Anyone may log an attestation of a public digest, so it counts only when an expectation confirms it.
 */
export function foundBySearch({ attestationFinder, checks }: Assessment): boolean {
  if (attestationFinder !== undefined) return attestationFinder === 'log-index';
  return checks.bundle.status === 'passed' && checks.bundle.fact.finder === 'log-index';
}
