import type { NonEmpty } from './brand.ts';
import type { Checks } from './check.ts';
import type { RegistryClaims } from './evidence.ts';
import type { Finding, Verdict } from './finding.ts';
import type { PackageName, Purl } from './package.ts';
import type { Exemption, ExpectationSource } from './policy.ts';
import type { Provenance } from './provenance.ts';
import type { Publisher } from './publisher.ts';
import type { Locked, Occurrence, Place } from './target.ts';

/** All that is known and thought about one package version. */
export interface PackageReport {
  readonly purl: Purl;
  readonly package: PackageName & {
    /** `undefined` when the version could not be resolved, because the registry could not be asked. */
    readonly version?: string;
  };
  readonly verdict: Verdict;
  readonly checks: Checks;
  readonly findings: readonly Finding[];
  /** Present only where the whole cryptographic chain holds. */
  readonly provenance?: Provenance;
  /** Who built it, flat; present exactly where `provenance` is. */
  readonly publisher?: Publisher;
  readonly expectation: ExpectationSource;
  /** Where the policy file states the expectation, when it is the policy's. */
  readonly expectedAt?: Place;
  /** The flags that state the expectation, when it is the command line's: `--repo`. */
  readonly expectedFlags?: readonly string[];
  readonly occurrences: readonly Occurrence[];
  readonly registryClaims: RegistryClaims;
  /** How far below the attestation it was looked at; missing where it could not be looked at. */
  readonly depth?: Depth;
  /** What a client installs is JSR's npm tarball, which was not compared at this depth. */
  readonly sourceOnly?: true;
}

/** Where the trusted root came from and how old it is. */
export interface TrustStatus {
  readonly source: 'tuf' | 'cache' | 'embedded' | 'file';
  /** The mirror or the file. */
  readonly from: string;
  /** When the root was last confirmed by TUF; for `embedded` the date of the seed. */
  readonly refreshedAt?: Date;
  readonly expiresAt?: Date;
  /** Versions of the TUF roles, where TUF was asked: `{ root: 16, timestamp: 400 … }`. */
  readonly versions?: Readonly<Record<string, number>>;
  /** Each step down that was taken, in words: why TUF could not be used. */
  readonly warnings: readonly string[];
  /** SHA-256 of the trusted root in use, hex. */
  readonly digest: string;
}

/**
 * What became of holding the log to its word, once per run. `omitted` checkpoints of a large run were not compared with
 * the others, because each comparison is a request.
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
  /** `gap`: there was something to hold the log to, and it could not be done. */
  | { readonly kind: 'not-checked'; readonly why: string; readonly gap?: true };

/** A head of one log (shard): tree sizes are decimal strings. */
export interface LogHead {
  readonly origin: string;
  readonly size: string;
  /** The size remembered from earlier runs. */
  readonly remembered?: string;
}

/** Everything a third party needs to see that a log contradicted itself; checkpoints are signed notes, hashes are base64. */
export interface ForkEvidence {
  readonly origin: string;
  readonly older: string;
  readonly newer: string;
  readonly proof: readonly string[];
  readonly why: string;
}

/**
 * What differs between two audits, one package at a time.
 * `purl` names the package without its version; `earlier` is the version that `after` was compared with,
 * where that is not simply the one before: the newest attested one of the same release line.
 * `doubt` says why an unattested `after` may or may not have lost its provenance.
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

/** The same version, held to something else: `revision` when only JSR's tarball format has moved on. */
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

/** One run, complete. */
export interface Report {
  readonly checkedAt: Date;
  readonly trust: TrustStatus;
  readonly log: LogOutcome;
  readonly packages: readonly PackageReport[];
  /** Trouble with the run itself: a lockfile entry that cannot be read, an exemption nobody used. */
  readonly findings: readonly Finding[];
  /** Specs that name nothing that exists; each one makes the request wrong (exit 2). */
  readonly unresolved: readonly UnresolvedSpec[];
  readonly changes?: readonly Change[];
  readonly unusedExemptions: readonly Exemption[];
  /** What every package was looked at to; a package may say that it was looked at further. */
  readonly depth: Depth;
  /** The policy file that judged; missing when there was none. */
  readonly policyFile?: string;
  /** Whether the policy that judged was strict: warnings reject. */
  readonly strict?: boolean;
  /** When the oldest kept answer of the registry was fetched that this run rests on; missing where all were asked for now. */
  readonly oldestAnswer?: Date;
  /** Requests made, by host; empty when nothing was asked. */
  readonly requests: Readonly<Record<string, number>>;
  /** `true` when the run was interrupted: what is here is what was known by then. */
  readonly interrupted: boolean;
}

export interface UnresolvedSpec {
  readonly spec: string;
  readonly reason: string;
  readonly hint?: string;
}

/** How far below the attestation an audit looks; each includes the one before, where it applies. */
export type Depth = 'attestation' | 'files' | 'tarball' | 'installed';

export const depths = ['attestation', 'files', 'tarball', 'installed'] as const satisfies readonly Depth[];

/** The least of some depths, `undefined` among none. */
export function shallowest(some: readonly Depth[]): Depth | undefined {
  return depths.find((depth) => some.includes(depth));
}

/** Whether a run at `depth` includes `wanted`. */
export function reaches(depth: Depth, wanted: Depth): boolean {
  return depths.indexOf(depth) >= depths.indexOf(wanted);
}

/** Whether an audit at these depths compares what is installed on this disk. */
export function looksAtDisk({
  depth,
  leastDepth = 'attestation',
}: {
  readonly depth?: Depth | undefined;
  readonly leastDepth?: Depth | undefined;
}): boolean {
  return reaches(depth ?? leastDepth, 'installed');
}

/** The id of the finding about a lockfile entry that could not be understood. */
export const unreadableEntry = 'lockfile-entry';
