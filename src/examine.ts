import { openUpstream, type PackageAuditor, type Upstream } from './auditor.ts';
import { whyNone } from './examine/absence.ts';
import { type Attempt, attempt } from './examine/attempt.ts';
import { searchCandidates } from './examine/candidates.ts';
import { deepen } from './examine/depths.ts';
import { collectEvidence } from './examine/evidence.ts';
import { withLink } from './examine/link.ts';
import type { Checks } from './model/check.ts';
import type { Evidence, Gathered, RawAttestation, RegistryClaims } from './model/evidence.ts';
import type { Target } from './model/target.ts';
import { withoutGraph } from './verify/manifest.ts';

/** What one package version came to, before anybody has an opinion about it. */
export interface Examination {
  readonly registryClaims: RegistryClaims;
  readonly search: Evidence['search'];
  /** The first attestation that holds, else the one the registry names. */
  readonly best: Attempt;
  /** Further attestations that hold. */
  readonly others: readonly Attempt[];
}

/**
 * Collects the evidence about one package version and checks it.
 *
 * The log entry that the registry names is only a hint. Where there is none, or it cannot be fetched or does not hold, the
 * log itself is searched for the manifest's digest; whatever is found there is checked in full.
 */
export async function examine(target: Target, auditor: PackageAuditor): Promise<Examination> {
  const { source, addresses } = auditor;
  const first = await look(target, openUpstream(source, addresses), auditor);
  // A cached answer may be damaged, or be about a version that was published again since: before anything is held against a
  // package because of one, everything is asked again.
  const { fresh } = source;
  return fresh !== undefined && isInTrouble(first.best.checks)
    ? look(target, openUpstream(fresh, addresses), auditor)
    : first;
}

function isInTrouble(checks: Checks): boolean {
  return Object.values(checks).some(({ status }) => status === 'failed' || status === 'unknown');
}

async function look(target: Target, upstream: Upstream, auditor: PackageAuditor): Promise<Examination> {
  const { registry, log } = upstream;
  const collected = await collectEvidence(target, upstream, auditor);
  const { registryClaims, files } = collected;
  const manifest = withoutGraph(collected.manifest);
  const check = (attestation: Gathered<RawAttestation>): Promise<Attempt> => {
    const evidence = { attestation, ...(files && { files: files.digests }) };
    return attempt({ target, manifest, ...evidence, trust: auditor.trust }, registry);
  };

  const attempts: Attempt[] = [];
  for (const attestation of collected.named) attempts.push(await check(attestation));
  const search = await searchCandidates(collected, attempts, log, auditor);
  for (const attestation of search?.candidates ?? []) attempts.push(await check(attestation));

  const holding = attempts.filter(({ provenance }) => provenance !== undefined);
  const none = () => {
    const attestation = whyNone(collected, attempts, search, auditor.now);
    return attempts.find((one) => one.attestation === attestation) ?? check(attestation);
  };
  const best = holding[0] ?? (await none());
  return {
    registryClaims: await withLink(
      registryClaims,
      target.package,
      { holding, depth: auditor.depth },
      registry,
    ),
    search: search?.outcome ?? 'not-asked',
    best: { ...best, checks: await deepen(best.checks, { target, collected }, registry, auditor) },
    others: holding.slice(1),
  };
}
