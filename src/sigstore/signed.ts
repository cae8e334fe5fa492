import type { KeyObject } from 'node:crypto';
import { crypto } from '@sigstore/core';

/**
 * Whether the key has signed the data: with SHA-256, or with Ed25519, which hashes by itself. The library leaves the
 * hash of envelopes and promises to the host; Node and bun take SHA-256, Deno takes none and then nothing holds.
 */
export function isSignedBy(data: Buffer, key: KeyObject, signature: Buffer): boolean {
  return crypto.verify(data, key, signature, key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256');
}
