import type { IssuedCertificate } from './certificate.ts';
import type { Json } from './json.ts';
import type { LogEntry } from './rekor.ts';
import type { Envelope } from './statement.ts';

/** A Sigstore bundle as JSON. */
export type BundleJson = { readonly [key: string]: Json };

/** The Sigstore bundle that a publisher who kept one would have, of the given version. */
export function toBundle(
  certificate: IssuedCertificate,
  envelope: Envelope,
  entries: readonly Json[],
  options: { readonly version?: '0.1' | '0.2' | '0.3'; readonly timestamps?: readonly Uint8Array[] } = {},
): BundleJson {
  const { version = '0.3', timestamps = [] } = options;
  const rawBytes = base64(certificate.der);
  return {
    mediaType:
      version === '0.3'
        ? 'application/vnd.dev.sigstore.bundle.v0.3+json'
        : `application/vnd.dev.sigstore.bundle+json;version=${version}`,
    verificationMaterial: {
      ...(version === '0.3'
        ? { certificate: { rawBytes } }
        : { x509CertificateChain: { certificates: [{ rawBytes }] } }),
      tlogEntries: entries,
      ...(timestamps.length === 0
        ? {}
        : {
            timestampVerificationData: {
              rfc3161Timestamps: timestamps.map((stamp) => ({ signedTimestamp: base64(stamp) })),
            },
          }),
    },
    dsseEnvelope: {
      payload: base64(envelope.payload),
      payloadType: envelope.payloadType,
      signatures: envelope.signatures.map(({ sig, keyid = '' }) => ({ sig: base64(sig), keyid })),
    },
  };
}

/** A Rekor v1 entry as a Sigstore bundle holds it. */
export function toBundleEntry(entry: LogEntry): Json {
  const body = JSON.parse(Buffer.from(entry.body, 'base64').toString('utf8')) as {
    readonly kind: string;
    readonly apiVersion: string;
  };
  const { inclusionProof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
    kindVersion: { kind: body.kind, version: body.apiVersion },
    integratedTime: String(entry.integratedTime),
    ...(signedEntryTimestamp === undefined ? {} : { inclusionPromise: { signedEntryTimestamp } }),
    ...(inclusionProof === undefined
      ? {}
      : {
          inclusionProof: {
            logIndex: String(inclusionProof.logIndex),
            rootHash: hexTo64(inclusionProof.rootHash),
            treeSize: String(inclusionProof.treeSize),
            hashes: inclusionProof.hashes.map(hexTo64),
            checkpoint: { envelope: inclusionProof.checkpoint },
          },
        }),
    canonicalizedBody: entry.body,
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const hexTo64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
