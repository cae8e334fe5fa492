import type { Brand } from './brand.ts';
import type { PackageVersion, Purl, Sha256 } from './package.ts';

/**
 * Who built and signed, read from the certificate's Fulcio extensions (1.3.6.1.4.1.57264.1.x), under their names
 * there. Extensions from `.8` on are DER strings; `issuer` is `.8`, or `.1` in older certificates.
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

/** An in-toto statement with SLSA provenance, parsed after its signature passed. */
export interface Statement {
  /** Which key the statement uses: Deno writes `type`, the standard says `_type`. */
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

/**
 * The predicate's claims about the build, to be compared with the certificate. The publisher's job wrote them. `''`
 * means "empty".
 */
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

/** The build type that `deno publish` and every tool that calls it write. */
export const denoBuildType = 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1';

/** A claim of the predicate that the certificate contradicts. */
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
  /** Time signed by the log's inclusion promise or by a timestamp authority. */
  readonly integratedTime: Date;
  /** The signed checkpoint that the inclusion proof leads to, as text. */
  readonly checkpoint: string;
}

/** Proof that this identity attested the manifest of this package version. Only `prove()` makes it. */
export type Provenance = Brand<
  {
    readonly package: PackageVersion;
    readonly purl: Purl;
    readonly identity: Identity;
    readonly statement: Statement;
    readonly logged: LoggedAt;
    readonly manifestDigest: Sha256;
    /** What the subject digest covers: the version manifest, or the uploaded tarball with the same files. */
    readonly subjectOf: 'manifest' | 'upload';
    readonly differs: readonly ClaimDifference[];
  },
  'Provenance'
>;
