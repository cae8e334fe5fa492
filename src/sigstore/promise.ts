import type { TransparencyLogEntry } from '@sigstore/bundle';
import { json } from '@sigstore/core';
import { type TrustMaterial, VerificationError } from '@sigstore/verify';
import { filterTLogAuthorities } from './library.ts';
import { isSignedBy } from './signed.ts';

/**
 * Verifies the inclusion promise (signed entry timestamp) of a Rekor v1 entry with the logs that were trusted at its
 * time.
 *
 * @throws {VerificationError} if none of them signed it.
 */
export function verifyPromise(entry: TransparencyLogEntry, { tlogs }: TrustMaterial): void {
  const { integratedTime, logIndex, logId, canonicalizedBody, inclusionPromise } = entry;
  const signature = inclusionPromise?.signedEntryTimestamp ?? Buffer.alloc(0);
  const promised = json.canonicalize({
    body: canonicalizedBody.toString('base64'),
    integratedTime: Number(integratedTime),
    logIndex: Number(logIndex),
    logID: logId.keyId.toString('hex'),
  });
  const targetDate = new Date(Number(integratedTime) * 1000);
  const trusted = filterTLogAuthorities(tlogs, { logID: logId.keyId, targetDate });
  if (!trusted.some(({ publicKey }) => isSignedBy(Buffer.from(promised), publicKey, signature)))
    throw new VerificationError({
      code: 'TLOG_INCLUSION_PROMISE_ERROR',
      message: 'inclusion promise could not be verified',
    });
}
