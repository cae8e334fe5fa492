import { claimsOf } from '../../model/claims.ts';
import type { Identity } from '../../model/provenance.ts';
import type { PackageReport } from '../../model/report.ts';
import { toUtc } from './time.ts';

/**
 * Who built and signed a package, with the report's names. Certificate and log prove all values; a value that the
 * certificate lacks is `undefined`.
 */
export interface Origin {
  readonly repository: string | undefined;
  readonly repositoryId: string | undefined;
  readonly ownerId: string | undefined;
  /** Path of the workflow file in the repository, or its full address if it is in another one. */
  readonly workflow: string | undefined;
  readonly ref: string | undefined;
  readonly commit: string | undefined;
  readonly event: string | undefined;
  readonly runner: string | undefined;
  readonly issuer: string;
  readonly run: string | undefined;
  /** The workflow that signed, if it is not the one that was started (a reusable workflow). */
  readonly signer: string | undefined;
  readonly manifestDigest: string;
  readonly logIndex: string;
  readonly integratedTime: string | undefined;
}

/** The origin of a package with a provenance, otherwise `undefined`. */
export function toOrigin({ provenance }: Pick<PackageReport, 'provenance'>): Origin | undefined {
  if (provenance === undefined) return undefined;
  const { identity, logged } = provenance;
  const claims = claimsOf(identity);
  return {
    repository: identity.sourceRepositoryURI,
    repositoryId: claims.repositoryId,
    ownerId: claims.ownerId,
    workflow: claims.workflow ?? identity.buildConfigURI,
    ref: claims.ref,
    commit: claims.commit,
    event: claims.event,
    runner: claims.runner,
    issuer: identity.issuer,
    run: identity.runInvocationURI,
    signer: toSigner(identity),
    manifestDigest: provenance.manifestDigest,
    logIndex: logged.logIndex,
    integratedTime: toUtc(logged.integratedTime),
  };
}

/** The source of the expectation: `registry link (acme/widget)`. */
export function expectedBy({
  expectation,
  expectedAt,
  expectedFlags = [],
  registryClaims,
  provenance,
}: Pick<
  PackageReport,
  'expectation' | 'expectedAt' | 'expectedFlags' | 'registryClaims' | 'provenance'
>): string {
  switch (expectation) {
    case 'policy':
      return expectedAt === undefined ? 'policy file' : `policy file (${expectedAt.file}:${expectedAt.line})`;
    case 'flag':
      return ['command line', ...(expectedFlags.length === 0 ? [] : [`(${expectedFlags.join(', ')})`])].join(
        ' ',
      );
    case 'registry-link':
      return registryClaims.linked === undefined
        ? 'registry link'
        : `registry link (${registryClaims.linked.owner}/${registryClaims.linked.name})`;
    case 'none':
      // Without a proven identity, nothing was accepted.
      return `no expected publisher is known${provenance === undefined ? '' : '; any identity would have passed'}`;
  }
}

/** `owner/name` of a GitHub address; other addresses are returned unchanged. */
export function shortRepository(repository: string): string {
  const short = repository.startsWith('https://github.com/') ? repository.slice(19) : repository;
  return short === '' ? repository : short;
}

function toSigner(identity: Identity): string | undefined {
  const signer = identity.buildSignerURI ?? identity.subjectAlternativeName;
  return signer === identity.buildConfigURI ? undefined : signer;
}
