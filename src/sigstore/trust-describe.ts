import { createHash, X509Certificate } from 'node:crypto';
import {
  type CertificateAuthority,
  PublicKeyDetails,
  type TransparencyLogInstance,
} from '@sigstore/protobuf-specs';
import type { TrustStatus } from '../model/report.ts';
import type { Trust } from './trust.ts';
import { readTrustedRoot } from './trust-root.ts';

/** The trusted keys and authorities as plain data, for `trust status` and its JSON. */
export interface TrustDescription {
  readonly status: TrustStatus;
  readonly certificateAuthorities: readonly DescribedAuthority[];
  readonly transparencyLogs: readonly DescribedLog[];
  readonly ctLogs: readonly DescribedLog[];
  readonly timestampAuthorities: readonly DescribedAuthority[];
}

/** A validity period; a missing date means no limit. */
export interface Validity {
  readonly validFrom?: Date;
  readonly validUntil?: Date;
}

/** A log with its key. */
export interface DescribedLog extends Validity {
  readonly url: string;
  /** Log id, lower-case hex. */
  readonly logId: string;
  /** Sigstore's name for the kind of key: `PKIX_ECDSA_P256_SHA_256`. */
  readonly key: string;
}

/** An authority with its certificate chain. */
export interface DescribedAuthority extends Validity {
  readonly url: string;
  /** Subject of the issuing certificate, on one line. */
  readonly subject: string;
  /** SHA-256 of each certificate of the chain, lower-case hex, the issuing certificate first. */
  readonly fingerprints: readonly string[];
}

/** Everything in the trusted root, in its order. */
export function describeTrust({ root, status }: Trust): TrustDescription {
  const trusted = readTrustedRoot(root, status.from);
  return {
    status,
    certificateAuthorities: trusted.certificateAuthorities.map(describeAuthority),
    transparencyLogs: trusted.tlogs.map(describeLog),
    ctLogs: trusted.ctlogs.map(describeLog),
    timestampAuthorities: trusted.timestampAuthorities.map(describeAuthority),
  };
}

function describeLog({ baseUrl, logId, publicKey }: TransparencyLogInstance): DescribedLog {
  return {
    url: baseUrl,
    logId: Buffer.from(logId?.keyId ?? []).toString('hex'),
    key: PublicKeyDetails[publicKey?.keyDetails ?? PublicKeyDetails.PUBLIC_KEY_DETAILS_UNSPECIFIED],
    ...validity(publicKey?.validFor),
  };
}

function describeAuthority({ uri, certChain, validFor }: CertificateAuthority): DescribedAuthority {
  const chain = (certChain?.certificates ?? []).map(({ rawBytes }) => rawBytes);
  const [issuing] = chain;
  return {
    url: uri,
    subject: issuing === undefined ? '' : subjectOf(issuing),
    fingerprints: chain.map((der) => createHash('sha256').update(der).digest('hex')),
    ...validity(validFor),
  };
}

function subjectOf(der: Uint8Array): string {
  try {
    return new X509Certificate(der).subject.split('\n').join(', ');
  } catch {
    // OpenSSL is stricter than the library that parsed the certificate; a name for display must not cause an error.
    return 'a certificate without a readable name';
  }
}

function validity(range: { start?: Date | undefined; end?: Date | undefined } | undefined): Validity {
  return {
    ...(range?.start === undefined ? {} : { validFrom: range.start }),
    ...(range?.end === undefined ? {} : { validUntil: range.end }),
  };
}
