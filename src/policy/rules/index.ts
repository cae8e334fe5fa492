import type { ChangeRule, PackageRule, Rule, RunRule } from '../rule.ts';
import { attestedBeforeChecked } from './attested-before-checked.ts';
import { conflictingAttestations } from './conflicting-attestations.ts';
import { defaultBranchOrTag } from './default-branch-or-tag.ts';
import { digestChanged } from './digest-changed.ts';
import { foreignRegistry } from './foreign-registry.ts';
import { foreignSigner } from './foreign-signer.ts';
import { githubHostedRunner } from './github-hosted-runner.ts';
import { lateAttestation } from './late-attestation.ts';
import { linkedRepository } from './linked-repository.ts';
import { missingLockfile } from './missing-lockfile.ts';
import { pinnedIdentity } from './pinned-identity.ts';
import { provenanceLost } from './provenance-lost.ts';
import { publicSource } from './public-source.ts';
import { publisherChanged } from './publisher-changed.ts';
import { recoveredProvenance } from './recovered-provenance.ts';
import { requireProvenance } from './require-provenance.ts';
import { reusableWorkflow } from './reusable-workflow.ts';
import { tagMatchesVersion } from './tag-matches-version.ts';
import { trustedEvent } from './trusted-event.ts';
import { uncomparedLockfile } from './uncompared-lockfile.ts';
import { underivedDeclarations } from './underived-declarations.ts';
import { unlockedCopy } from './unlocked-copy.ts';
import { unpinned } from './unpinned.ts';
import { yanked } from './yanked.ts';

/** The rules about one package version, in the order of their findings. */
export const packageRules = [
  requireProvenance,
  pinnedIdentity,
  linkedRepository,
  githubHostedRunner,
  trustedEvent,
  tagMatchesVersion,
  defaultBranchOrTag,
  publicSource,
  yanked,
  lateAttestation,
  attestedBeforeChecked,
  recoveredProvenance,
  conflictingAttestations,
  foreignSigner,
  reusableWorkflow,
  unpinned,
  foreignRegistry,
  underivedDeclarations,
] as const satisfies readonly PackageRule[];

/** The rules about what differs between two audits. */
export const changeRules = [
  provenanceLost,
  publisherChanged,
  digestChanged,
] as const satisfies readonly ChangeRule[];

/** The rules about a run beside its packages. */
export const runRules = [
  unlockedCopy,
  missingLockfile,
  uncomparedLockfile,
] as const satisfies readonly RunRule[];

/** Every rule there is; names, help and documentation are derived from this list. */
export const rules: readonly Rule[] = [...packageRules, ...changeRules, ...runRules];

/** The name of a rule. */
export type RuleId =
  | (typeof packageRules)[number]['id']
  | (typeof changeRules)[number]['id']
  | (typeof runRules)[number]['id'];

/** Whether a text names a rule. */
export function isRuleId(text: string): text is RuleId {
  return rules.some(({ id }) => id === text);
}

/** Whether a rule speaks of lockfiles and never of a package, so that no exemption reaches it. */
export function isAboutLockfiles(id: string): boolean {
  return runRules.some((rule) => rule.id === id && rule.findingId === 'lockfile');
}
