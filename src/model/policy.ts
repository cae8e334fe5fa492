import type { Severity } from './severity.ts';
import type { Place } from './target.ts';

/**
 * The expected publisher of a package. Each key that is present must equal the certificate exactly, with two
 * exceptions: GitHub owner and repository names ignore case, and `ref` may end with one `*`.
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
  /** Limits for the logged time. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Where an expectation came from; every report shows it. */
export type ExpectationSource = 'policy' | 'flag' | 'registry-link' | 'none';

/** What the policy expects of the packages that match a pattern; one of the alternatives in `expect` must match. */
export interface PackagePolicy {
  /** `@scope/name`, `@scope/*` or `*`. */
  readonly pattern: string;
  /** Semver range that this applies to; all versions when missing. */
  readonly versions?: string;
  readonly provenance?: 'required' | 'optional';
  readonly expect: readonly Expectation[];
  readonly at?: Place;
}

/** Lets a package break one rule, for a stated reason, until a date. Exemptions cover rules, never checks. */
export interface Exemption {
  readonly package: string;
  readonly versions?: string;
  readonly rule: string;
  readonly reason: string;
  /** ISO date, inclusive, UTC: `2027-01-31`. */
  readonly until: string;
  readonly at?: Place;
}

/** The complete policy of one project: policy file and flags merged. */
export interface Policy {
  readonly provenance: 'required' | 'optional';
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  readonly packages: readonly PackagePolicy[];
  readonly exemptions: readonly Exemption[];
  /** Policies for the packages of certain lockfiles, by path as written in the policy file. */
  readonly overrides: readonly PolicyOverride[];
  /** The expectation from the command line; it takes precedence over all others. */
  readonly flags?: Expectation;
  /** Whether warnings reject. */
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

/** The policy of a project without a policy file: provenance required, expectations from the registry's link. */
export const defaultPolicy: Policy = {
  provenance: 'required',
  rules: {},
  packages: [],
  exemptions: [],
  overrides: [],
  strict: false,
};
