import { claimsOf } from '../../model/claims.ts';
import { duringOutage, provenanceBegan } from '../history.ts';
import type { PackageRule, RuleInput } from '../rule.ts';

/** Rule `require-provenance`, explained in docs/rules/require-provenance.md. */
export const requireProvenance = {
  id: 'require-provenance',
  about: 'package',
  // Without an attestation, nothing about the origin of a package can be verified.
  severity: 'error',
  title: 'the package version has an attestation',
  why: 'Without one it is unknown who built these bytes; anyone with a publishing token can publish anything.',
  fix: 'Use a version with provenance, or allow this one: --allow-unattested, "provenance": "optional", or an exemption with a date.',
  *judge(input) {
    const { assessment, expected, strangers } = input;
    const nothing = assessment.checks.bundle.status === 'absent' || strangers.length > 0;
    if (input.provenance !== undefined || !nothing || expected.provenance === 'optional') return;
    yield {
      message: expected.pinned
        ? `${absence(input)}; the package is pinned, and a pin implies provenance`
        : absence(input),
      hint: adviceFor(input),
      // Absence is only a claim of the registry: if this severity could be lowered, the registry could omit attestations.
      ...(expected.pinned && { standing: 'firm' as const }),
    };
  },
} satisfies PackageRule;

function absence({ assessment: { search }, strangers }: RuleInput): string {
  const [stranger] = strangers;
  if (stranger !== undefined) {
    const by = claimsOf(stranger.identity).repository ?? 'an unnamed repository';
    return `no attestation that counts: the log has one by ${by}, which is not linked to the package`;
  }
  switch (search) {
    case 'nothing-found':
      return 'no attestation: the registry names none, and a search of the log found none';
    case 'found':
      return 'no attestation: the registry names none, and what the log has does not match';
    case 'unavailable':
      return 'no attestation: the registry names none, and the log could not be searched';
    case 'not-asked':
      return 'no attestation: the registry names none';
  }
}

function adviceFor({ assessment, now }: RuleInput): string {
  const { publishedAt } = assessment.registryClaims;
  const allow = `to accept this package without provenance, use --allow-unattested or exempt it in the policy file`;
  if (publishedAt === undefined) return allow;
  const minutes = (now.getTime() - publishedAt.getTime()) / 60_000;
  // A version is public before its attestation exists; the registry takes one for about two minutes.
  if (minutes >= 0 && minutes < 10)
    return `published ${Math.floor(minutes)} minutes ago: the attestation may still be on its way, try again in a few minutes`;
  if (publishedAt < provenanceBegan) return `published before JSR had provenance; ${allow}`;
  if (duringOutage(publishedAt)) return `published while JSR refused every attestation; ${allow}`;
  return allow;
}
