import type { Sha256 } from './package.ts';
import type { ClaimDifference, Identity, LoggedAt, Statement } from './provenance.ts';

/** What each check establishes when it passes. Every report has every check. */
export interface Facts {
  /** The version manifest is well formed: digest of the raw bytes, size and digest of each file, `exports` by key. */
  readonly manifest: ManifestFact;
  /** An attestation was found and parses as a Sigstore bundle. This proves nothing yet. */
  readonly bundle: BundleFact;
  /** The certificate chains to the trusted root, was logged by a CT log and was valid at the logged time. */
  readonly certificate: { readonly identity: Identity; readonly validAt: Date };
  /** The log promised (SET) and proved (inclusion proof under a signed checkpoint) exactly this entry. */
  readonly inclusion: LoggedAt;
  /** The DSSE signature is valid. Only after this check may the payload be read. */
  readonly signature: { readonly payload: Uint8Array };
  readonly statement: Statement;
  /** The statement is about this package version and these bytes. */
  readonly subject: { readonly digest: Sha256; readonly of: 'manifest' | 'upload' };
  /**
   * The predicate's claims agree with the certificate; `differs` is filled only for build types other than Deno's.
   */
  readonly claims: { readonly compared: readonly string[]; readonly differs: readonly ClaimDifference[] };
  /** What the lockfiles pin agrees with what is attested. */
  readonly lockfile: {
    readonly agrees: readonly 'manifest'[];
    readonly notCompared: readonly string[];
  };
  /** Every file of the manifest was fetched and equals its checksum. */
  readonly files: { readonly compared: number; readonly bytes: number };
  /** Every file of JSR's npm tarball follows from the attested files. */
  readonly tarball: TarballFact;
  /** Every installed file follows from the attested files. */
  readonly installed: InstalledFact;
}

export type CheckId = keyof Facts;

export const checkIds = [
  'manifest',
  'bundle',
  'certificate',
  'inclusion',
  'signature',
  'statement',
  'subject',
  'claims',
  'lockfile',
  'files',
  'tarball',
  'installed',
] as const satisfies readonly CheckId[];

/** `locked`: the registry did not answer and the digest comes from the lockfile; the files are then not known. */
export interface ManifestFact {
  readonly source: 'served' | 'locked';
  readonly digest: Sha256;
  readonly files: ReadonlyMap<string, { readonly sha256: Sha256; readonly size: number }>;
  readonly exports: ReadonlyMap<string, string>;
}

/** `sigstore` is opaque outside `sigstore/`. */
export interface BundleFact {
  readonly sigstore: SigstoreBundle;
  /** Kind and version of the log entry: `intoto/0.0.2`, `dsse/0.0.1` …; `none` when there is no entry. */
  readonly entryKind: string;
  /** Where the payload bytes came from. */
  readonly payloadFrom: 'log' | 'bundle' | 'rebuilt';
  readonly finder: string;
  /** The global log index in the entry, decimal; an unverified claim until `inclusion` passes. */
  readonly logIndex?: string;
}

/** A parsed Sigstore bundle; only `sigstore/` may look inside. */
export interface SigstoreBundle {
  readonly mediaType: string;
}

export interface TarballFact {
  readonly url: string;
  readonly integrity: string;
  readonly verbatim: number;
  readonly rewritten: number;
  readonly derived: number;
  readonly generated: number;
  /** Declarations that could not be derived again. They are counted and never reported as attested. */
  readonly notDerived: readonly string[];
}

export interface InstalledFact {
  readonly places: readonly string[];
  readonly compared: number;
}

/**
 * The outcome of a check.
 *
 * - `blocked`: an earlier check did not pass. The report names that check, so the root cause appears once.
 * - `unknown`: the evidence could not be fetched.
 * - `absent`: the registry and the log answered that there is no evidence.
 * - `skipped`: the check was not requested or does not apply; `why` says which.
 */
export type Outcome<Fact> =
  | { readonly status: 'passed'; readonly fact: Fact }
  | {
      readonly status: 'failed';
      readonly reason: string;
      readonly details?: readonly string[];
      readonly cause?: unknown;
    }
  | { readonly status: 'blocked'; readonly by: CheckId }
  | { readonly status: 'unknown'; readonly why: string; readonly details?: readonly string[] }
  | { readonly status: 'absent'; readonly why: string }
  | { readonly status: 'skipped'; readonly why: string };

export type Checks = { readonly [Id in CheckId]: Outcome<Facts[Id]> };

/** A record of all checks; `outcomeOf` makes each outcome from the id of its check. */
export function mapChecks(outcomeOf: (id: CheckId) => Outcome<never>): Checks {
  return {
    manifest: outcomeOf('manifest'),
    bundle: outcomeOf('bundle'),
    certificate: outcomeOf('certificate'),
    inclusion: outcomeOf('inclusion'),
    signature: outcomeOf('signature'),
    statement: outcomeOf('statement'),
    subject: outcomeOf('subject'),
    claims: outcomeOf('claims'),
    lockfile: outcomeOf('lockfile'),
    files: outcomeOf('files'),
    tarball: outcomeOf('tarball'),
    installed: outcomeOf('installed'),
  };
}

/** The checks that together prove provenance; `lockfile`, `files`, `tarball` and `installed` build on them. */
export const provenanceChecks = [
  'manifest',
  'bundle',
  'certificate',
  'inclusion',
  'signature',
  'statement',
  'subject',
  'claims',
] as const satisfies readonly CheckId[];

export function passed<Fact>(fact: Fact): Outcome<Fact> {
  return { status: 'passed', fact };
}

export function failed(
  reason: string,
  extra: { readonly cause?: unknown; readonly details?: readonly string[] } = {},
): Outcome<never> {
  return { status: 'failed', reason, ...extra };
}

export function unknown(why: string, details?: readonly string[]): Outcome<never> {
  return details === undefined ? { status: 'unknown', why } : { status: 'unknown', why, details };
}

export function skipped(why: string): Outcome<never> {
  return { status: 'skipped', why };
}

type Prior = { readonly [Id in CheckId]?: Outcome<Facts[Id]> };
type FactsOf<P extends Prior> = { readonly [Id in keyof P & CheckId]: Facts[Id] };

/**
 * Runs a check on facts that are already established; otherwise returns which fact is missing. This is the only way
 * to pass a fact on, so no check can read data that is not verified yet.
 */
export function after<P extends Prior, Fact>(
  prior: P,
  check: (facts: FactsOf<P>) => Outcome<Fact>,
): Outcome<Fact> {
  const facts: Partial<Record<CheckId, unknown>> = {};
  for (const [id, outcome] of Object.entries(prior) as [CheckId, Outcome<unknown>][]) {
    if (outcome.status === 'blocked') return outcome;
    if (outcome.status !== 'passed') return { status: 'blocked', by: id };
    facts[id] = outcome.fact;
  }
  // The loop has set the fact for every id of `prior`; the compiler cannot follow that.
  return check(facts as FactsOf<P>);
}
