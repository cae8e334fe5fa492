import type { Severity } from './severity.ts';
import type { Place } from './target.ts';

/**
 * Who a package is expected to be built by. Each key that is present must hold, compared with the certificate:
 * exactly, GitHub owner and repository names without regard to case, `ref` with one `*` allowed at its end.
 */
export interface Expectation {
  /** `owner/name`. */
  readonly repository?: string;
  /** Decimal GitHub repository id. */
  readonly repositoryId?: string;
  readonly owner?: string;
  readonly ownerId?: string;
  /** Path in the repository: `.github/workflows/publish.yml`. */
  readonly workflow?: string;
  readonly ref?: string;
  readonly commit?: string;
  readonly event?: string;
  readonly runner?: 'github-hosted' | 'self-hosted';
  readonly issuer?: string;
  readonly visibility?: 'public' | 'private' | 'internal';
  readonly tagMatchesVersion?: boolean;
  /** Bounds for the logged time. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Where an expectation came from: the report always says. */
export type ExpectationSource = 'policy' | 'flag' | 'registry-link' | 'none';

/** What the policy expects of the packages that a pattern names; the alternatives are joined by "or". */
export interface PackagePolicy {
  /** `@scope/name`, `@scope/*` or `*`. */
  readonly pattern: string;
  /** Semver range of versions this applies to; all when missing. */
  readonly versions?: string;
  readonly provenance?: 'required' | 'optional';
  readonly expect: readonly Expectation[];
  readonly at?: Place;
}

/** A rule that may stay broken for a package, for a reason, until a day. Exemptions reach rules, never checks. */
export interface Exemption {
  readonly package: string;
  readonly versions?: string;
  readonly rule: string;
  readonly reason: string;
  /** ISO date, inclusive, UTC: `2027-01-31`. */
  readonly until: string;
  readonly at?: Place;
}

/** The opinion of one project, complete: flags and policy file folded into one value. */
export interface Policy {
  readonly provenance: 'required' | 'optional';
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  readonly packages: readonly PackagePolicy[];
  readonly exemptions: readonly Exemption[];
  /** Policies for the packages of particular lockfiles, by path as written in the policy file. */
  readonly overrides: readonly PolicyOverride[];
  /** The expectation of the command line; it comes before every other one. */
  readonly flags?: Expectation;
  /** Warnings reject. */
  readonly strict: boolean;
  /** The file this was read from, for messages. */
  readonly file?: string;
}

export interface PolicyOverride {
  readonly lockfile: string;
  readonly provenance?: 'required' | 'optional';
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  readonly packages: readonly PackagePolicy[];
}

/** The policy of a project that has none: provenance required, expectations from the registry's link. */
export const defaultPolicy: Policy = {
  provenance: 'required',
  rules: {},
  packages: [],
  exemptions: [],
  overrides: [],
  strict: false,
};
