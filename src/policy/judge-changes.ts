import type { NonEmpty } from '../model/brand.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import type { Exemption, Policy } from '../model/policy.ts';
import type { Change, PackageReport } from '../model/report.ts';
import { decisiveExemptions, findingsOf, rejects } from './judge.ts';
import { jurisdictionsOf } from './override.ts';
import { changeRules } from './rules/index.ts';

/** Changes whose new versions include the findings of the rules about changes. */
export interface JudgedChanges {
  readonly changes: readonly Change[];
  /** Exemptions that matched a finding of these rules. */
  readonly usedExemptions: readonly Exemption[];
}

/**
 * Applies the rules about changes to the differences between two audits.
 * Findings are added to the report of the new version, and its verdict can only get worse.
 */
export function judgeChanges(changes: readonly Change[], policy: Policy, now: Date): JudgedChanges {
  const used = new Set<Exemption>();
  const judged = changes.map((change): Change => {
    if (change.kind === 'removed') return change;
    const results = findingsAbout(change, policy, now);
    for (const exemption of results.met) used.add(exemption);
    const after = withFindings(change.after, results);
    if (change.kind === 'relocked' || change.doubt === undefined) return { ...change, after };
    // When the answer is unknown, assume that provenance was lost: if that would reject, the verdict is inconclusive.
    const ifProvenanceLost = findingsAbout({ ...change, provenance: 'lost' }, policy, now);
    for (const exemption of ifProvenanceLost.met) used.add(exemption);
    return {
      ...change,
      after: { ...after, verdict: withDoubt(after.verdict, ifProvenanceLost, change.doubt) },
    };
  });
  return { changes: judged, usedExemptions: [...used] };
}

interface RuleResults {
  readonly findings: readonly Finding[];
  readonly rejecting: readonly Finding[];
  readonly met: readonly Exemption[];
  /** Exemptions without which the change would be rejected. */
  readonly decisive: readonly Exemption[];
}

/** A package of several lockfiles is judged by the policy of each of them. */
function findingsAbout(change: Exclude<Change, { kind: 'removed' }>, policy: Policy, now: Date): RuleResults {
  const { scope, name, version } = change.after.package;
  if (version === undefined) return { findings: [], rejecting: [], met: [], decisive: [] };
  const parts = jurisdictionsOf(policy, change.after.occurrences, []).map(
    ({ policy: inForce, occurrences }) => {
      const at = occurrences[0]?.at;
      const results = changeRules.map((rule) =>
        findingsOf(rule, rule.judge(change, inForce), { scope, name, version }, inForce, now),
      );
      const findings = results
        .flatMap((one) => one.findings)
        .map((finding): Finding => (at === undefined ? finding : { ...finding, at: finding.at ?? at }));
      const met = results.flatMap((one) => one.met);
      return {
        findings,
        rejecting: findings.filter((finding) => rejects(finding, inForce)),
        met,
        decisive: decisiveExemptions(findings, met, inForce),
      };
    },
  );
  return {
    findings: parts.flatMap(({ findings }) => findings),
    rejecting: parts.flatMap(({ rejecting }) => rejecting),
    met: parts.flatMap(({ met }) => met),
    decisive: parts.flatMap((part) => part.decisive),
  };
}

function withFindings(report: PackageReport, results: RuleResults): PackageReport {
  return {
    ...report,
    findings: [...report.findings, ...results.findings],
    verdict: worsened(report.verdict, results),
  };
}

function withDoubt(verdict: Verdict, ifProvenanceLost: RuleResults, why: string): Verdict {
  if (ifProvenanceLost.rejecting.length === 0) return worsened(verdict, ifProvenanceLost);
  if (verdict.kind === 'rejected' || verdict.kind === 'inconclusive') return verdict;
  return {
    kind: 'inconclusive',
    because: [{ id: 'history', why: `it is unknown whether this release line lost its provenance: ${why}` }],
  };
}

function worsened(verdict: Verdict, results: RuleResults): Verdict {
  const [first, ...rest] = results.rejecting;
  if (first !== undefined) {
    const because: NonEmpty<Finding> = [first, ...rest];
    return {
      kind: 'rejected',
      because: verdict.kind === 'rejected' ? [...verdict.because, ...because] : because,
    };
  }
  if (verdict.kind === 'rejected' || verdict.kind === 'inconclusive') return verdict;
  const known = verdict.kind === 'exempt' ? verdict.exemptions : [];
  const [one, ...more] = [...new Set([...known, ...results.decisive])];
  return one === undefined ? verdict : { kind: 'exempt', exemptions: [one, ...more] };
}
