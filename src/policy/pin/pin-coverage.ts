import type { Policy } from '../../model/policy.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { PackageReport } from '../../model/report.ts';
import { expectationFor } from '../expectation.ts';
import { compareIdentity } from '../identity.ts';
import { jurisdictionsOf } from '../override.ts';

/**
 * Whether the pins of a policy cover a version in each of its lockfiles: one of them matches and names the builder.
 * An outdated name in `file` counts as no pin, since it can be brought up to date there; what is not verified needs none.
 */
export function isCovered(report: PackageReport, policy: Policy, file: string): boolean {
  const {
    package: { scope, name, version = '' },
    registryClaims,
    verdict,
  } = report;
  if (verdict.kind !== 'verified') return true;
  return everywhere(report, policy, (inForce) => {
    const { pins, pinsName } = expectationFor({ scope, name, version }, inForce, registryClaims);
    const held = pins
      .map(({ expect, at }) => ({ at, ...compareIdentity(expect, verdict.provenance) }))
      .filter(({ differences }) => differences.length === 0);
    return pinsName && held.some(({ renames, at }) => renames.length === 0 || at?.file !== file);
  });
}

/** Whether a version that was allowed before would still be allowed under a policy with other pins. */
export function isStillAllowed(report: PackageReport, policy: Policy): boolean {
  const {
    package: { scope, name, version = '' },
    registryClaims,
    verdict,
    findings,
  } = report;
  if (verdict.kind === 'rejected' || verdict.kind === 'inconclusive') return true;
  return everywhere(report, policy, (inForce) => {
    const { pins, provenance: demand } = expectationFor({ scope, name, version }, inForce, registryClaims);
    if (pins.length === 0) return true;
    const [provenance] = attestationOf(report);
    if (provenance !== undefined)
      return pins.some(({ expect }) => compareIdentity(expect, provenance).differences.length === 0);
    if (verdict.kind === 'unattested') return demand === 'optional';
    // An exemption for missing provenance also applies to pinned packages; another exemption has no effect on a new pin.
    return findings.some(({ id, exempted }) => exempted !== undefined && id === 'require-provenance');
  });
}

/** The attestation of a version that was let through, if it has one. */
export function attestationOf({ verdict, provenance }: PackageReport): readonly Provenance[] {
  if (verdict.kind === 'verified') return [verdict.provenance];
  return verdict.kind === 'exempt' && provenance !== undefined ? [provenance] : [];
}

function everywhere(report: PackageReport, policy: Policy, holds: (inForce: Policy) => boolean): boolean {
  return jurisdictionsOf(policy, report.occurrences, []).every((one) => holds(one.policy));
}
