import { claimsOf } from '../model/claims.ts';
import type { Gap } from '../model/finding.ts';
import type { Provenance } from '../model/provenance.ts';
import { type Assessment, foundBySearch } from './assessment.ts';
import type { Expected } from './expectation.ts';
import { compareIdentity, isAbout } from './identity.ts';
import { fitsLinks } from './link.ts';

/** Which of the valid attestations counts as the package's own. */
export interface Attested {
  readonly provenance?: Provenance;
  /** Attestations in the log for these bytes that neither a pin nor the registry's link confirms. */
  readonly strangers: readonly Provenance[];
  /** `true` when there is no attestation that counts, and that is an answer rather than a gap. */
  readonly nothing: boolean;
  readonly gaps: readonly Gap[];
}

/**
 * Chooses among the valid attestations of one subject: the first that meets the expectation, otherwise the first.
 *
 * One that was found by searching the log for the digest counts only when a pin or the registry's link confirms it:
 * the log takes an attestation of any public digest from anyone, and shows the newest first.
 */
export function attestedBy(input: Assessment, expected: Expected): Attested {
  const { provenance, checks } = input;
  if (provenance === undefined)
    return { strangers: [], nothing: checks.bundle.status === 'absent', gaps: [] };

  const candidates = [provenance, ...(input.others?.filter((other) => sameSubject(provenance, other)) ?? [])];
  const fitting = candidates.find((candidate) => meets(candidate, input, expected));
  if (fitting !== undefined) return { provenance: fitting, strangers: [], nothing: false, gaps: [] };
  // A pinned package is judged by its pins, also when a stranger logged the attestation; all differences are reported.
  if (!foundBySearch(input) || expected.pinsName)
    return { provenance, strangers: [], nothing: false, gaps: [] };
  if (input.registryClaims.linked !== undefined || input.registryClaims.unlinked)
    return { strangers: candidates, nothing: true, gaps: [] };
  const { repository } = claimsOf(provenance.identity);
  return {
    strangers: [],
    nothing: false,
    gaps: [
      {
        id: 'bundle',
        why: `the attestation by ${repository ?? 'an unnamed repository'} was found by searching the log, where anyone may add one, and the registry did not answer which repository the package belongs to`,
      },
    ],
  };
}

/** Whether an attestation is what the pins, and where they do not say who, the registry's link lead to expect. */
function meets(candidate: Provenance, { registryClaims }: Assessment, expected: Expected): boolean {
  const pinned =
    expected.pins.length === 0
      ? compareIdentity({}, candidate).differences.length === 0
      : expected.pins.some(({ expect }) => compareIdentity(expect, candidate).differences.length === 0);
  if (!pinned || expected.pinsName) return pinned;
  return fitsLinks(registryClaims, candidate.identity);
}

function sameSubject(one: Provenance, other: Provenance): boolean {
  return isAbout(other, one.package) && one.manifestDigest === other.manifestDigest;
}
