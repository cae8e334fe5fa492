import type { PackageRule } from '../rule.ts';

/** The registry takes an attestation for two minutes after publication; an hour is generous. */
const patience = 60 * 60 * 1000;

/** Rule `late-attestation`, explained in docs/rules/late-attestation.md. */
export const lateAttestation = {
  id: 'late-attestation',
  about: 'package',
  // Repair jobs do this legitimately, but so could an attacker who later gets access to the repository.
  severity: 'warning',
  title: 'the attestation was logged when the version was published',
  why: 'An attestation that is logged later was not made by the publishing job, only by someone who may act for the repository.',
  fix: 'Look at the run that signed it; exempt the version if it was a known repair.',
  *judge({ assessment: { registryClaims }, provenance }) {
    if (provenance === undefined) return;
    // Metadata from before September 2025 has no date, so the rule does not apply unless its severity was set.
    if (registryClaims.publishedAt === undefined) {
      yield { severity: 'off', message: 'the registry does not say when the version was published' };
      return;
    }
    const late = provenance.logged.integratedTime.getTime() - registryClaims.publishedAt.getTime();
    if (!(late > patience)) return;
    yield {
      message: `logged ${inWords(late)} after the version was published`,
      hint: `look at the run that signed it: ${provenance.identity.runInvocationURI ?? 'the certificate names none'}`,
    };
  },
} satisfies PackageRule;

function inWords(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
