import type { NonEmpty } from '../model/brand.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import type { Exemption, Policy } from '../model/policy.ts';
import type { Change, PackageReport } from '../model/report.ts';
import { findingsOf, rejects, sparing } from './judge.ts';
import { jurisdictionsOf } from './override.ts';
import { changeRules } from './rules/index.ts';

/** Changes whose new versions carry what the rules about changes had to say. */
export interface JudgedChanges {
  readonly changes: readonly Change[];
  /** Exemptions that met a finding of these rules. */
  readonly usedExemptions: readonly Exemption[];
}

/**
 * Judges what differs between two audits by the rules about changes.
 * Findings are added to the report of the new version, and its verdict can only get worse by them.
 */
export function judgeChanges(changes: readonly Change[], policy: Policy, now: Date): JudgedChanges {
  const used = new Set<Exemption>();
  const judged = changes.map((change): Change => {
    if (change.kind === 'removed') return change;
    const said = findingsAbout(change, policy, now);
    for (const exemption of said.met) used.add(exemption);
    const after = withFindings(change.after, said);
    if (change.kind === 'relocked' || change.doubt === undefined) return { ...change, after };
    // What cannot be told must not pass where the answer could have turned it away.
    const feared = findingsAbout({ ...change, provenance: 'lost' }, policy, now);
    for (const exemption of feared.met) used.add(exemption);
    return { ...change, after: { ...after, verdict: doubted(after.verdict, feared, change.doubt) } };
  });
  return { changes: judged, usedExemptions: [...used] };
}

interface Said {
  readonly findings: readonly Finding[];
  readonly rejecting: readonly Finding[];
  readonly met: readonly Exemption[];
  /** Exemptions without which the change would have been turned away. */
  readonly sparing: readonly Exemption[];
}

/** A package of several lockfiles is held to the policy of each of them. */
function findingsAbout(change: Exclude<Change, { kind: 'removed' }>, policy: Policy, now: Date): Said {
  const { scope, name, version } = change.after.package;
  if (version === undefined) return { findings: [], rejecting: [], met: [], sparing: [] };
  const parts = jurisdictionsOf(policy, change.after.occurrences, []).map(
    ({ policy: inForce, occurrences }) => {
      const at = occurrences[0]?.at;
      const said = changeRules.map((rule) =>
        findingsOf(rule, rule.judge(change, inForce), { scope, name, version }, inForce, now),
      );
      const findings = said
        .flatMap((one) => one.findings)
        .map((finding): Finding => (at === undefined ? finding : { ...finding, at: finding.at ?? at }));
      const met = said.flatMap((one) => one.met);
      return {
        findings,
        rejecting: findings.filter((finding) => rejects(finding, inForce)),
        met,
        sparing: sparing(findings, met, inForce),
      };
    },
  );
  return {
    findings: parts.flatMap(({ findings }) => findings),
    rejecting: parts.flatMap(({ rejecting }) => rejecting),
    met: parts.flatMap(({ met }) => met),
    sparing: parts.flatMap((part) => part.sparing),
  };
}

function withFindings(report: PackageReport, said: Said): PackageReport {
  return {
    ...report,
    findings: [...report.findings, ...said.findings],
    verdict: worsened(report.verdict, said),
  };
}

function doubted(verdict: Verdict, feared: Said, why: string): Verdict {
  if (feared.rejecting.length === 0) return worsened(verdict, feared);
  if (verdict.kind === 'rejected' || verdict.kind === 'inconclusive') return verdict;
  return {
    kind: 'inconclusive',
    because: [{ id: 'history', why: `whether this release line lost its provenance cannot be told: ${why}` }],
  };
}

function worsened(verdict: Verdict, said: Said): Verdict {
  const [first, ...rest] = said.rejecting;
  if (first !== undefined) {
    const because: NonEmpty<Finding> = [first, ...rest];
    return {
      kind: 'rejected',
      because: verdict.kind === 'rejected' ? [...verdict.because, ...because] : because,
    };
  }
  if (verdict.kind === 'rejected' || verdict.kind === 'inconclusive') return verdict;
  const known = verdict.kind === 'exempt' ? verdict.exemptions : [];
  const [one, ...more] = [...new Set([...known, ...said.sparing])];
  return one === undefined ? verdict : { kind: 'exempt', exemptions: [one, ...more] };
}
