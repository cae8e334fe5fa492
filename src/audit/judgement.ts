import type { PackageAuditor } from '../auditor.ts';
import { type Examination, examine } from '../examine.ts';
import { purlOf } from '../model/package.ts';
import type { Exemption } from '../model/policy.ts';
import { publisherOf } from '../model/publisher.ts';
import type { Depth, PackageReport } from '../model/report.ts';
import type { ForeignReference, Target } from '../model/target.ts';
import type { Assessment } from '../policy/assessment.ts';
import { type Judgement, judge } from '../policy/judge.ts';

/** A report and the exemptions that decided it. */
export interface JudgedTarget {
  readonly report: PackageReport;
  readonly usedExemptions: readonly Exemption[];
}

/** Examines, judges and reports one package version; `foreign` are its entries that point to another registry. */
export async function judgeTarget(
  target: Target,
  auditor: PackageAuditor,
  foreign: readonly ForeignReference[] = [],
): Promise<JudgedTarget> {
  const examination = await examine(target, auditor);
  const judgement = judge(assessmentOf(target, examination, foreign), auditor.policy, auditor.now);
  return {
    report: reportOn(target, examination, judgement, auditor.depth),
    usedExemptions: judgement.usedExemptions,
  };
}

function assessmentOf(
  { package: about, occurrences }: Target,
  { registryClaims, search, best, others }: Examination,
  foreign: readonly ForeignReference[],
): Assessment {
  return {
    package: about,
    checks: best.checks,
    registryClaims,
    search,
    occurrences,
    foreign,
    others: others.flatMap(({ provenance }) => provenance ?? []),
    ...(best.provenance && { provenance: best.provenance }),
    ...(best.attestation.state === 'present' && { attestationFinder: best.attestation.value.finder }),
  };
}

function reportOn(
  { package: about, occurrences }: Target,
  { registryClaims, best, others }: Examination,
  { verdict, findings, provenance, expectation, expectedAt, expectedFlags }: Judgement,
  depth: Depth,
): PackageReport {
  // With several valid attestations, the policy may have chosen another than the first, or none.
  const counted = [best, ...others].find((attempt) => attempt.provenance === provenance);
  const { checks } = provenance === undefined ? best : (counted ?? best);
  // These two checks run once for a package, not for each attestation.
  const { tarball, installed } = best.checks;
  return {
    purl: purlOf(about),
    package: about,
    verdict,
    checks: { ...checks, tarball, installed },
    findings,
    ...(provenance && { provenance, publisher: publisherOf(provenance) }),
    expectation,
    ...(expectedAt && { expectedAt }),
    ...(expectedFlags && { expectedFlags }),
    occurrences,
    registryClaims,
    depth,
  };
}
