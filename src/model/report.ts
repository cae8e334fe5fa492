import type { NonEmpty } from './brand.ts';
import type { Checks } from './check.ts';
import type { RegistryClaims } from './evidence.ts';
import type { Finding, Verdict } from './finding.ts';
import type { PackageName, Purl } from './package.ts';
import type { Exemption, ExpectationSource } from './policy.ts';
import type { Provenance } from './provenance.ts';
import type { Publisher } from './publisher.ts';
import type { Locked, Occurrence, Place } from './target.ts';

/** Everything known about one package version, and the verdict. */
export interface PackageReport {
  readonly purl: Purl;
  readonly package: PackageName & {
    /** `undefined` when the version could not be resolved because the registry did not answer. */
    readonly version?: string;
  };
  readonly verdict: Verdict;
  readonly checks: Checks;
  readonly findings: readonly Finding[];
  /** Present only if every check of `provenanceChecks` passed. */
  readonly provenance?: Provenance;
  /** Who built it, as one flat object; present exactly when `provenance` is. */
  readonly publisher?: Publisher;
  readonly expectation: ExpectationSource;
  /** Where in the policy file the expectation is, if it comes from the policy. */
  readonly expectedAt?: Place;
  /** The flags that state the expectation, if it comes from the command line: `--repo`. */
  readonly expectedFlags?: readonly string[];
  readonly occurrences: readonly Occurrence[];
  readonly registryClaims: RegistryClaims;
  /** How far the check went beyond the attestation; missing when the package could not be examined. */
  readonly depth?: Depth;
  /** Clients install JSR's npm tarball, and this depth did not compare it. */
  readonly sourceOnly?: true;
}

/** Where the trusted root came from and how old it is. */
export interface TrustStatus {
  readonly source: 'tuf' | 'cache' | 'embedded' | 'file';
  /** The mirror or the file. */
  readonly from: string;
  /** When TUF last confirmed the root; for `embedded` the date of the seed. */
  readonly refreshedAt?: Date;
  readonly expiresAt?: Date;
  /** Versions of the TUF roles, if TUF was used: `{ root: 16, timestamp: 400 … }`. */
  readonly versions?: Readonly<Record<string, number>>;
  /** Why TUF could not be used, one text for each fallback. */
  readonly warnings: readonly string[];
  /** SHA-256 of the trusted root in use, hex. */
  readonly digest: string;
}

/**
 * Whether the log is consistent with its earlier checkpoints, once for each run. A large run does not compare the
 * `omitted` checkpoints, because each comparison is a request.
 */
export type LogOutcome =
  | { readonly kind: 'first-seen'; readonly logs: readonly LogHead[]; readonly omitted?: number }
  | { readonly kind: 'consistent'; readonly logs: readonly LogHead[]; readonly omitted?: number }
  | {
      readonly kind: 'forked';
      readonly logs: readonly LogHead[];
      readonly fork: ForkEvidence;
      readonly omitted?: number;
    }
  /** `gap`: there was an earlier checkpoint to compare with, and the comparison was not possible. */
  | { readonly kind: 'not-checked'; readonly why: string; readonly gap?: true };

/** The latest checkpoint of one log (shard); tree sizes are decimal strings. */
export interface LogHead {
  readonly origin: string;
  readonly size: string;
  /** The size remembered from earlier runs. */
  readonly remembered?: string;
}

/**
 * Everything a third party needs to confirm that a log contradicted itself; checkpoints are signed notes, hashes are
 * base64.
 */
export interface ForkEvidence {
  readonly origin: string;
  readonly older: string;
  readonly newer: string;
  readonly proof: readonly string[];
  readonly why: string;
}

/**
 * What differs between two audits, for one package. `purl` names the package without its version. `earlier` is the
 * version that `after` was compared with when it is not simply the previous one: the newest attested version of the
 * same release line. `doubt` says why it is not certain whether an unattested `after` lost its provenance.
 */
export type Change =
  | {
      readonly kind: 'added';
      readonly purl: Purl;
      readonly after: PackageReport;
      readonly provenance: ProvenanceChange;
      readonly publisher: PublisherChange;
      readonly earlier?: string;
      readonly doubt?: string;
    }
  | { readonly kind: 'removed'; readonly purl: Purl; readonly before: PackageReport }
  | {
      readonly kind: 'moved';
      readonly purl: Purl;
      readonly before: PackageReport;
      readonly after: PackageReport;
      readonly provenance: ProvenanceChange;
      readonly publisher: PublisherChange;
      readonly earlier?: string;
      readonly doubt?: string;
    }
  | {
      readonly kind: 'relocked';
      readonly purl: Purl;
      readonly before: PackageReport;
      readonly after: PackageReport;
      readonly locks: NonEmpty<Relock>;
    };

/** The same version with another lock; `revision` when only JSR's tarball format changed. */
export interface Relock {
  readonly how: 'digest' | 'revision' | 'unlocked';
  readonly before: Locked;
  readonly after: Locked;
}

export type ProvenanceChange = 'kept' | 'gained' | 'lost' | 'none' | 'unknown';

export interface PublisherChange {
  readonly kind: 'same' | 'changed' | 'unknown';
  readonly from: readonly ClaimChange[];
}

export interface ClaimChange {
  readonly claim: string;
  readonly before: string;
  readonly after: string;
}

/** One complete run. */
export interface Report {
  readonly checkedAt: Date;
  readonly trust: TrustStatus;
  readonly log: LogOutcome;
  readonly packages: readonly PackageReport[];
  /** Findings about the run itself: an unreadable lockfile entry, an unused exemption. */
  readonly findings: readonly Finding[];
  /** Specs that name no existing package; each one makes the request invalid (exit 2). */
  readonly unresolved: readonly UnresolvedSpec[];
  readonly changes?: readonly Change[];
  readonly unusedExemptions: readonly Exemption[];
  /** The depth to which every package was checked; a package may state a greater one. */
  readonly depth: Depth;
  /** The policy file in use; missing when there was none. */
  readonly policyFile?: string;
  /** Whether the policy was strict: warnings reject. */
  readonly strict?: boolean;
  /** When the oldest cached registry answer of this run was fetched; missing when every answer is new. */
  readonly oldestAnswer?: Date;
  /** Number of requests by host; empty without network access. */
  readonly requests: Readonly<Record<string, number>>;
  /** `true` when the run was interrupted; the report then has only what was known by that time. */
  readonly interrupted: boolean;
}

export interface UnresolvedSpec {
  readonly spec: string;
  readonly reason: string;
  readonly hint?: string;
}

/** How far an audit checks beyond the attestation; each depth includes the previous ones, where they apply. */
export type Depth = 'attestation' | 'files' | 'tarball' | 'installed';

export const depths = ['attestation', 'files', 'tarball', 'installed'] as const satisfies readonly Depth[];

/** The smallest of several depths; `undefined` for an empty list. */
export function shallowest(some: readonly Depth[]): Depth | undefined {
  return depths.find((depth) => some.includes(depth));
}

/** Whether a run at `depth` includes `wanted`. */
export function reaches(depth: Depth, wanted: Depth): boolean {
  return depths.indexOf(depth) >= depths.indexOf(wanted);
}

/** Whether an audit at these depths compares installed files. */
export function looksAtDisk({
  depth,
  leastDepth = 'attestation',
}: {
  readonly depth?: Depth | undefined;
  readonly leastDepth?: Depth | undefined;
}): boolean {
  return reaches(depth ?? leastDepth, 'installed');
}

/** The id of the finding about a lockfile entry that could not be parsed. */
export const unreadableEntry = 'lockfile-entry';
