import type { KeyObject } from 'node:crypto';
import { crypto } from '@sigstore/core';

/**
 * Whether the key signed the data: with SHA-256, or with Ed25519, which needs no separate hash. The library uses the
 * host's default hash for envelopes and promises. That is SHA-256 in Node and bun, but none in Deno, where no
 * signature would verify.
 */
export function isSignedBy(data: Buffer, key: KeyObject, signature: Buffer): boolean {
  return crypto.verify(data, key, signature, key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256');
}
