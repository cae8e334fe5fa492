import { createPublicKey } from 'node:crypto';
import type { TransparencyLogInstance } from '@sigstore/protobuf-specs';
import type { LogKey } from '../tlog/checkpoint.ts';
import type { Trust } from './trust.ts';
import { readTrustedRoot } from './trust-root.ts';

/** The keys of the transparency logs in the trusted root, for verifying checkpoints. */
export function logKeys({ root, status }: Trust): readonly LogKey[] {
  return readTrustedRoot(root, status.from).tlogs.flatMap(keyOf);
}

function keyOf({ baseUrl, publicKey, logId, checkpointKeyId }: TransparencyLogInstance): readonly LogKey[] {
  // A log may sign its checkpoints under another id than its entries; the library uses the same order.
  const id = checkpointKeyId ?? logId;
  if (publicKey?.rawBytes === undefined || id === undefined) return [];
  try {
    const key = createPublicKey({ key: publicKey.rawBytes, format: 'der', type: 'spki' });
    return [{ logId: id.keyId, names: namesOf(baseUrl), publicKey: key }];
  } catch {
    // Some old logs sign entries with bare RSA keys (PKCS #1), but no log signs checkpoints with one.
    return [];
  }
}

/** Rekor's name is its host, with or without the port; the operator decides. */
function namesOf(baseUrl: string): readonly string[] {
  if (!URL.canParse(baseUrl)) return [baseUrl];
  const { host, hostname } = new URL(baseUrl);
  return [...new Set([host, hostname])];
}
