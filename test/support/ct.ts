import type { Witness } from './certificate.ts';
import { type KeyPair, mintKey, sha256, sign } from './keys.ts';

/** A certificate transparency log: all that certificates show of one is its key. */
export interface CtLog {
  readonly key: KeyPair;
  readonly id: Buffer;
}

/** A CT log with a fresh P-256 key. */
export function mintCtLog(): CtLog {
  const key = mintKey('p256');
  return { key, id: sha256(key.spki) };
}

/**
 * What the SCT extension is to hold: one honest stamp, none and no extension either, an empty list, the same
 * stamp twice, a stamp with a broken signature, or one that an unknown log made.
 */
export type SctMode = 'honest' | 'none' | 'empty' | 'twice' | 'broken' | 'unknown-log';

/** RFC 6962 §3.3: makes the SignedCertificateTimestampList for a precertificate. */
export function witnessOf(log: CtLog, at: Date, mode: SctMode = 'honest'): Witness | undefined {
  if (mode === 'none') return undefined;
  return (issuerSpki, tbs) => {
    if (mode === 'empty') return uint(2, 0);
    const stamp = signedTimestamp(mode === 'unknown-log' ? mintCtLog() : log, at, issuerSpki, tbs);
    if (mode === 'broken') stamp[stamp.length - 1] = (stamp[stamp.length - 1] ?? 0) ^ 1;
    const one = Buffer.concat([uint(2, stamp.length), stamp]);
    const list = mode === 'twice' ? Buffer.concat([one, one]) : one;
    return Buffer.concat([uint(2, list.length), list]);
  };
}

/** RFC 6962 §3.2, for a precertificate entry. */
function signedTimestamp(log: CtLog, at: Date, issuerSpki: Uint8Array, tbs: Uint8Array): Buffer {
  const stamp = uint(8, at.getTime());
  const none = uint(2, 0);
  const entry = Buffer.concat([uint(2, 1), sha256(issuerSpki), uint(3, tbs.length), tbs]);
  const signature = sign(log.key, Buffer.concat([uint(1, 0), uint(1, 0), stamp, entry, none]));
  const algorithm = Buffer.from([4, 3]); // SHA-256, ECDSA
  return Buffer.concat([uint(1, 0), log.id, stamp, none, algorithm, uint(2, signature.length), signature]);
}

function uint(size: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes.subarray(8 - size);
}
