import type { NonEmpty } from '../model/brand.ts';
import { type CheckId, type Checks, checkIds, type Outcome, provenanceChecks } from '../model/check.ts';
import type { Finding, Gap, Verdict, VerdictKind } from '../model/finding.ts';
import { nameOf, type PackageVersion } from '../model/package.ts';
import type { Exemption, ExpectationSource, Policy } from '../model/policy.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Severity } from '../model/severity.ts';
import type { Place } from '../model/target.ts';
import type { Assessment } from './assessment.ts';
import { type Attested, attestedBy } from './attested.ts';
import { matchExemptions } from './exemption.ts';
import { type Expected, expectationFor } from './expectation.ts';
import { flagsOf } from './flags.ts';
import { isAbout } from './identity.ts';
import { jurisdictionsOf } from './override.ts';
import type { Breach, Rule } from './rule.ts';
import { packageRules } from './rules/index.ts';

/** What a policy makes of one package version. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** The attestation that counts as the package's own: not a stranger's, and the fitting one of several. */
  readonly provenance?: Provenance;
  readonly expectation: ExpectationSource;
  /** Where the policy file states it: the first of several alternatives. */
  readonly expectedAt?: Place;
  /** The flags that state the expectation, when it is the command line's. */
  readonly expectedFlags?: readonly string[];
  /** Exemptions that met a finding, in force or expired; those a run never meets are unused. */
  readonly usedExemptions: readonly Exemption[];
}

/**
 * Turns facts into a verdict: the same input always gives the same output, and nothing is looked up.
 *
 * A failed check is an error that no policy can soften. `rejected` outranks `inconclusive`, which outranks the rest.
 * `verified` needs every provenance check passed and a proof of this very package version.
 */
export function judge(input: Assessment, policy: Policy, now: Date): Judgement {
  const judgements = jurisdictionsOf(policy, input.occurrences, input.foreign).map(
    ({ policy: inForce, ...places }) => judgeUnder({ ...input, ...places }, inForce, now),
  );
  return strictest(judgements);
}

/**
 * Applies severities and exemptions to what a rule says; also used for rules about changes and about the run. Where there is
 * no `target`, no exemption applies.
 */
export function findingsOf(
  rule: Rule,
  breaches: Iterable<Breach>,
  target: PackageVersion | undefined,
  policy: Policy,
  now: Date,
): { readonly findings: readonly Finding[]; readonly met: readonly Exemption[] } {
  const findings: Finding[] = [];
  const met: Exemption[] = [];
  for (const breach of breaches) {
    const severity = severityOf(rule, breach, policy);
    if (severity === 'off') continue;
    const finding: Finding = {
      id: rule.about === 'run' ? rule.findingId : rule.id,
      severity,
      message: breach.message,
      ...(breach.hint !== undefined && { hint: breach.hint }),
      ...(breach.at !== undefined && { at: breach.at }),
    };
    const exemptible = target !== undefined && severity !== 'note' && breach.standing !== 'absolute';
    const exemption = exemptible ? matchExemptions(rule.id, target, policy.exemptions, now) : { met: [] };
    met.push(...exemption.met);
    if (exemption.granted !== undefined) {
      const { reason, until } = exemption.granted;
      // The exemption is what the hint would advise.
      const { hint: _, ...exempted } = finding;
      findings.push({ ...exempted, exempted: { reason, until } });
    } else if (exemption.expired !== undefined) {
      const { reason, until } = exemption.expired;
      findings.push({
        ...finding,
        message: `${finding.message} (the exemption expired on ${until}: ${reason})`,
      });
    } else findings.push(finding);
  }
  return { findings, met };
}

/** Whether a finding rejects the package; with `strict`, a warning also rejects. */
export function rejects(finding: Finding, policy: Policy): boolean {
  if (finding.exempted !== undefined) return false;
  return finding.severity === 'error' || (policy.strict && finding.severity === 'warning');
}

/** The exemptions without which the package would be rejected. */
export function decisiveExemptions(
  findings: readonly Finding[],
  met: readonly Exemption[],
  policy: Policy,
): readonly Exemption[] {
  const exempted = findings.filter(({ exempted: by, ...bare }) => by !== undefined && rejects(bare, policy));
  return met.filter(({ rule, reason, until }) =>
    exempted.some(
      (finding) =>
        finding.id === rule && finding.exempted?.reason === reason && finding.exempted.until === until,
    ),
  );
}

function judgeUnder(input: Assessment, policy: Policy, now: Date): Judgement {
  const expected = expectationFor(input.package, policy, input.registryClaims);
  const attested = attestedBy(input, expected);
  const ruleInput = {
    assessment: input,
    strangers: attested.strangers,
    expected,
    policy,
    now,
    ...(attested.provenance && { provenance: attested.provenance }),
  };
  const used = new Set<Exemption>();
  const ruleFindings = packageRules.flatMap((rule) => {
    const { findings, met } = findingsOf(rule, rule.judge(ruleInput), input.package, policy, now);
    for (const exemption of met) used.add(exemption);
    return findings;
  });
  const findings = [...checkFindings(input), ...ruleFindings].map((finding) => placed(finding, input));
  const expectedAt = expected.pins.find(({ at }) => at !== undefined)?.at;
  return {
    verdict: verdictOf(input.checks, { attested, expected, findings, used: [...used] }, policy),
    findings,
    ...(attested.provenance && { provenance: attested.provenance }),
    expectation: expected.source,
    ...(expectedAt !== undefined && expected.source === 'policy' && { expectedAt }),
    ...(expected.flags !== undefined &&
      expected.source === 'flag' && { expectedFlags: flagsOf(expected.flags) }),
    usedExemptions: [...used],
  };
}

/** What a verdict is made from, beside the checks. */
interface Opinion {
  readonly attested: Attested;
  readonly expected: Expected;
  readonly findings: readonly Finding[];
  readonly used: readonly Exemption[];
}

function verdictOf(checks: Checks, { attested, expected, findings, used }: Opinion, policy: Policy): Verdict {
  const because = findings.filter((finding) => rejects(finding, policy));
  if (isNonEmpty(because)) return { kind: 'rejected', because };

  const gaps = [...gapsOf(checks), ...attested.gaps];
  if (isNonEmpty(gaps)) return { kind: 'inconclusive', because: gaps };

  const exemptions = decisiveExemptions(findings, used, policy);
  if (isNonEmpty(exemptions)) return { kind: 'exempt', exemptions };

  const { provenance } = attested;
  if (provenance !== undefined && provenanceChecks.every((id) => checks[id].status === 'passed'))
    return { kind: 'verified', provenance };
  // Without a proof, the only positive verdict is that no attestation exists and the policy allows it.
  if (attested.nothing && (expected.provenance === 'optional' || !expected.pinned))
    return { kind: 'unattested' };
  return {
    kind: 'inconclusive',
    because: [{ id: 'bundle', why: 'the evidence does not prove the provenance' }],
  };
}

/** Findings for failed checks, and for absent evidence of every check except `bundle`. */
function checkFindings({ checks, provenance, package: target }: Assessment): readonly Finding[] {
  const findings: Finding[] = [];
  for (const id of checkIds) {
    const outcome: Outcome<unknown> = checks[id];
    if (outcome.status === 'failed') findings.push({ id, severity: 'error', message: outcome.reason });
    if (outcome.status === 'absent' && id !== 'bundle')
      findings.push({ id, severity: 'error', message: outcome.why });
  }
  if (provenance !== undefined && !isProofOf(provenance, target, checks))
    findings.push({
      id: 'subject',
      severity: 'error',
      message: `the attestation is about ${nameOf(provenance.package)} with manifest ${provenance.manifestDigest}, not about these bytes of ${nameOf(target)}`,
    });
  return findings;
}

/** Whether a proof is about this package version and these manifest bytes. */
function isProofOf(provenance: Provenance, target: PackageVersion, { manifest }: Checks): boolean {
  if (!isAbout(provenance, target)) return false;
  return manifest.status !== 'passed' || manifest.fact.digest === provenance.manifestDigest;
}

/** Checks without an answer, each once: a check that is blocked by a reported one is not repeated. */
function gapsOf(checks: Checks): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const id of checkIds) {
    const outcome: Outcome<unknown> = checks[id];
    if (outcome.status === 'unknown') gaps.push({ id, why: outcome.why });
    if (outcome.status === 'skipped' && isProvenanceCheck(id))
      gaps.push({ id, why: `not checked: ${outcome.why}` });
    if (outcome.status === 'blocked' && !isExplained(outcome.by, checks))
      gaps.push({ id, why: `not checked, because of check "${outcome.by}"` });
  }
  return gaps;
}

/** Whether the check that blocks another one is reported itself, as a gap or as absent. A failed check rejects anyway. */
function isExplained(by: CheckId, checks: Checks): boolean {
  const { status } = checks[by];
  return status === 'unknown' || status === 'absent' || (status === 'skipped' && isProvenanceCheck(by));
}

function isProvenanceCheck(id: CheckId): boolean {
  return provenanceChecks.some((known) => known === id);
}

function severityOf(rule: Rule, breach: Breach, policy: Policy): Severity | 'off' {
  const chosen = Object.hasOwn(policy.rules, rule.id) ? policy.rules[rule.id] : undefined;
  if (breach.standing === 'absolute' || breach.standing === 'firm') return 'error';
  if (breach.standing === 'remark') return chosen === 'off' ? 'off' : 'note';
  return chosen ?? breach.severity ?? rule.severity;
}

/** Gives a finding the position of the package in its lockfile, so that reports can mark the line. */
function placed(finding: Finding, { occurrences }: Assessment): Finding {
  const replaced =
    finding.id === 'lockfile' ? occurrences.find(({ locked }) => locked.kind === 'replaced') : undefined;
  const at = finding.at ?? (replaced ?? occurrences[0])?.at;
  return at === undefined ? finding : { ...finding, at };
}

/** For several lockfiles with different policies: the worst verdict wins, and all findings are kept. */
function strictest(judgements: readonly Judgement[]): Judgement {
  const worst = judgements.reduce((a, b) => (badness[b.verdict.kind] > badness[a.verdict.kind] ? b : a));
  const findings = new Map(
    judgements.flatMap(({ findings }) =>
      findings.map((finding) => [JSON.stringify(finding), finding] as const),
    ),
  );
  return {
    ...worst,
    findings: [...findings.values()],
    usedExemptions: [...new Set(judgements.flatMap(({ usedExemptions }) => usedExemptions))],
  };
}

const badness = {
  verified: 0,
  unattested: 1,
  exempt: 2,
  inconclusive: 3,
  rejected: 4,
} as const satisfies Record<VerdictKind, number>;

function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}
