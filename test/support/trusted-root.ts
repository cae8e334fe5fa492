import type { CtLog } from './ct.ts';
import type { Json } from './json.ts';
import type { KeyPair } from './keys.ts';

/** A log's key together with the names by which verifiers know it. */
export interface LogKey {
  readonly key: KeyPair;
  /** Host of the log: origin of its checkpoints and name of their signatures. */
  readonly host: string;
  /** Log id: for Rekor v1 the SHA-256 of the key. */
  readonly id: Buffer;
}

/** Period in which a key or authority counts, as JSON. */
export type ValidFor = { readonly start: string; readonly end?: string };

/** All that a trusted root vouches for. */
export interface TrustedParts {
  readonly tlogs: readonly { readonly key: LogKey; readonly baseUrl?: string; readonly validFor: ValidFor }[];
  readonly ctLogs: readonly { readonly log: CtLog; readonly baseUrl: string; readonly validFor: ValidFor }[];
  readonly authorities: readonly TrustedChain[];
  readonly timestampAuthorities: readonly TrustedChain[];
}

/** A chain of certificates, issuing one first. */
export interface TrustedChain {
  readonly chain: readonly Uint8Array[];
  readonly uri: string;
  readonly validFor: ValidFor;
}

/** Period from a date on, or between two. */
export const validFor = (start: Date, end?: Date): ValidFor =>
  end === undefined ? { start: start.toISOString() } : { start: start.toISOString(), end: end.toISOString() };

/** TrustedRoot message 0.1 as JSON. */
export function trustedRoot(parts: TrustedParts): { readonly [key: string]: Json } {
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: parts.tlogs.map(({ key, baseUrl, validFor: period }) =>
      instance(baseUrl ?? `https://${key.host}`, key.key, key.id, period),
    ),
    certificateAuthorities: parts.authorities.map(chain),
    ctlogs: parts.ctLogs.map(({ log, baseUrl, validFor: period }) =>
      instance(baseUrl, log.key, log.id, period),
    ),
    timestampAuthorities: parts.timestampAuthorities.map(chain),
  };
}

function instance(baseUrl: string, key: KeyPair, id: Buffer, period: ValidFor): Json {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: key.spki.toString('base64'),
      keyDetails: key.kind === 'ed25519' ? 'PKIX_ED25519' : 'PKIX_ECDSA_P256_SHA_256',
      validFor: period,
    },
    logId: { keyId: id.toString('base64') },
  };
}

function chain({ chain: certificates, uri, validFor: period }: TrustedChain): Json {
  return {
    subject: { organization: 'sigstore.test', commonName: 'sigstore' },
    uri,
    certChain: {
      certificates: certificates.map((der) => ({ rawBytes: Buffer.from(der).toString('base64') })),
    },
    validFor: period,
  };
}
