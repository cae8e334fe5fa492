import type { PackageName } from '../model/package.ts';
import type { Policy } from '../model/policy.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Change } from '../model/report.ts';
import type { Severity } from '../model/severity.ts';
import type { StrayPackage } from '../model/stray.ts';
import type { Place, Remark } from '../model/target.ts';
import type { Assessment } from './assessment.ts';
import type { Expected } from './expectation.ts';

/** What a rule has to say about one package or change. */
export interface Breach {
  readonly message: string;
  readonly hint?: string;
  /** Where it is; the place in the lockfile when missing. */
  readonly at?: Place;
  /** How bad this is unless the policy sets a severity for the rule; the rule's own default when missing. */
  readonly severity?: Severity | 'off';
  /**
   * How far a policy can talk it away.
   *
   * - missing: severities and exemptions both apply.
   * - `remark`: worth knowing, always a note; only `off` applies.
   * - `firm`: always an error, but an exemption applies.
   * - `absolute`: always an error.
   */
  readonly standing?: 'remark' | 'firm' | 'absolute';
  /** The package it is about, where a rule about the run speaks of one; exemptions go by it. */
  readonly package?: PackageName & { readonly version?: string };
}

/** What a rule about packages may look at. */
export interface RuleInput {
  readonly assessment: Assessment;
  /** The attestation that counts; `undefined` when there is none, or only attestations by strangers. */
  readonly provenance?: Provenance;
  /** Valid attestations that a search of the log found and that nothing ties to the package. */
  readonly strangers: readonly Provenance[];
  readonly expected: Expected;
  readonly policy: Policy;
  readonly now: Date;
}

/** What a rule about the run may look at: the folders that were audited or compared, beside their packages. */
export interface RunFacts {
  /** JSR packages on this disk that no audited lockfile names. */
  readonly strays: readonly StrayPackage[];
  /** Lockfiles, and folders with some, that a comparison did not read although they were added or changed. */
  readonly uncompared: readonly Remark[];
  /** Sides of a comparison that have no lockfile, and what the search for one said. */
  readonly withoutLockfile: readonly { readonly side: 'base' | 'head'; readonly why: string }[];
}

interface RuleText {
  /** In lower case, which is what keeps the ids apart as types: within `as const` no mutant would be made. */
  readonly id: Lowercase<string>;
  /** The default severity; each rule explains it in a comment. */
  readonly severity: Severity | 'off';
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

/** An opinion about one package version: pure, and silent when there is nothing to say. */
export interface PackageRule extends RuleText {
  readonly about: 'package';
  judge(input: RuleInput): Iterable<Breach>;
}

/** An opinion about what differs between two audits. */
export interface ChangeRule extends RuleText {
  readonly about: 'change';
  judge(change: Change, policy: Policy): Iterable<Breach>;
}

/** An opinion about a run as a whole, beside its packages; its findings reject the run, not a package. */
export interface RunRule extends RuleText {
  readonly about: 'run';
  /** The id that its findings have in reports, where tools look for it. */
  readonly findingId: 'installed' | 'lockfile';
  judge(facts: RunFacts): Iterable<Breach>;
}

/** Any rule. */
export type Rule = PackageRule | ChangeRule | RunRule;
