import type { Brand } from './brand.ts';
import type { PackageVersion, Purl, Sha256 } from './package.ts';

/**
 * Who built and signed, read from the certificate's Fulcio extensions (1.3.6.1.4.1.57264.1.x), by their names there.
 * Extensions from `.8` on are DER strings; `issuer` is `.8`, or `.1` in certificates that carry only the old one.
 */
export interface Identity {
  /** The SAN: the workflow that signed, as `https://github.com/o/r/.github/workflows/x.yml@ref`. */
  readonly subjectAlternativeName: string;
  readonly issuer: string;
  readonly buildSignerURI?: string;
  readonly buildSignerDigest?: string;
  readonly runnerEnvironment?: string;
  readonly sourceRepositoryURI?: string;
  readonly sourceRepositoryDigest?: string;
  readonly sourceRepositoryRef?: string;
  readonly sourceRepositoryIdentifier?: string;
  readonly sourceRepositoryOwnerURI?: string;
  readonly sourceRepositoryOwnerIdentifier?: string;
  readonly buildConfigURI?: string;
  readonly buildConfigDigest?: string;
  readonly buildTrigger?: string;
  readonly runInvocationURI?: string;
  readonly sourceRepositoryVisibility?: string;
}

/** An in-toto statement with SLSA provenance, read after its signature passed. */
export interface Statement {
  /** Which of the spellings was found: Deno writes `type`, the standard says `_type`. */
  readonly typeKey: 'type' | '_type' | 'both';
  readonly type: string;
  readonly predicateType: string;
  readonly subjects: readonly Subject[];
  /** Deno ≤ 1.46.2 sent its one subject without the array. */
  readonly subjectShape: 'array' | 'object';
  readonly predicate: Predicate;
}

export interface Subject {
  readonly name: string;
  readonly sha256?: Sha256;
}

/** The predicate's own word about the build: claims by the job, to be compared with the certificate. `''` means "empty". */
export interface Predicate {
  readonly buildType: string;
  readonly builderId?: string;
  readonly repository?: string;
  readonly ref?: string;
  readonly workflowPath?: string;
  readonly commit?: string;
  /** `git+<repository>@<ref>` of the resolved dependency. */
  readonly dependencyUri?: string;
  readonly event?: string;
  readonly repositoryId?: string;
  readonly ownerId?: string;
  readonly run?: string;
}

/** The build type that `deno publish` writes, and so does everything that calls it. */
export const denoBuildType = 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1';

/** What the predicate claims and the certificate proves to be otherwise. */
export interface ClaimDifference {
  readonly claim: string;
  readonly claimed: string;
  readonly proven: string;
}

/** Where and when an attestation was logged. */
export interface LoggedAt {
  /** Global index in the log, decimal. */
  readonly logIndex: string;
  /** Log id (key id), hex. */
  readonly logId: string;
  readonly entryId?: string;
  /** Time vouched for by the log's inclusion promise, or by a timestamp authority. */
  readonly integratedTime: Date;
  /** The signed checkpoint under which inclusion was proved, as text. */
  readonly checkpoint: string;
}

/** Proof that this package version's manifest was attested by this identity. Made only by `prove()`. */
export type Provenance = Brand<
  {
    readonly package: PackageVersion;
    readonly purl: Purl;
    readonly identity: Identity;
    readonly statement: Statement;
    readonly logged: LoggedAt;
    readonly manifestDigest: Sha256;
    /** What the subject digest covers: the version manifest, or the uploaded tarball whose files equal it. */
    readonly subjectOf: 'manifest' | 'upload';
    readonly differs: readonly ClaimDifference[];
  },
  'Provenance'
>;
