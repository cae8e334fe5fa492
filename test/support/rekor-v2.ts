import { signCheckpoint } from './checkpoint.ts';
import { canonicalJson, type Json } from './json.ts';
import { mintKey, sha256, sha256Hex } from './keys.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import type { Envelope } from './statement.ts';
import type { LogKey } from './trusted-root.ts';

/** The key of a Rekor v2 log: Ed25519, its id is the key id of a signed note. */
export function mintRekorV2Key(host = 'log2025-1.rekor.sigstore.test'): LogKey {
  const key = mintKey('ed25519');
  const raw = key.spki.subarray(-32);
  const id = sha256(Buffer.concat([Buffer.from(`${host}\n`, 'utf8'), Buffer.from([1]), raw]));
  return { key, host, id };
}

/** A Rekor v2 log: it answers once, when the entry is made; there is nothing to look up later. */
export class RekorV2Log {
  readonly key: LogKey;
  readonly #tree = new MerkleTree();

  constructor(key: LogKey = mintRekorV2Key(), filler = 700) {
    this.key = key;
    for (let index = 0; index < filler; index++) this.#tree.append(sha256(`v2/${index}`));
  }

  /** Logs an envelope and answers the entry as a Sigstore bundle holds it. */
  addDsse(envelope: Envelope, certificate: Uint8Array): Json {
    return this.#add('dsse', {
      dsseV002: {
        payloadHash: sha2(sha256Hex(envelope.payload)),
        signatures: envelope.signatures.map(({ sig }) => signature(sig, certificate)),
      },
    });
  }

  /** The same of a signed file, known by its SHA-256 in hex. */
  addFile(digest: string, sig: Uint8Array, certificate: Uint8Array): Json {
    return this.#add('hashedrekord', {
      hashedRekordV002: { data: sha2(digest), signature: signature(sig, certificate) },
    });
  }

  #add(kind: string, spec: Json): Json {
    const body = Buffer.from(canonicalJson({ apiVersion: '0.0.2', kind, spec }), 'utf8');
    const index = this.#tree.append(leafHash(body));
    const size = this.#tree.size;
    const root = this.#tree.root();
    return {
      logIndex: String(index),
      logId: { keyId: base64(this.key.id) },
      kindVersion: { kind, version: '0.0.2' },
      inclusionProof: {
        logIndex: String(index),
        rootHash: base64(root),
        treeSize: String(size),
        hashes: this.#tree.inclusion(index).map(base64),
        checkpoint: { envelope: signCheckpoint(this.key, { origin: this.key.host, size, root }) },
      },
      canonicalizedBody: base64(body),
    };
  }
}

const sha2 = (hex: string): Json => ({ algorithm: 'SHA2_256', digest: base64(Buffer.from(hex, 'hex')) });
const signature = (sig: Uint8Array, certificate: Uint8Array): Json => ({
  content: base64(sig),
  verifier: {
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    x509Certificate: { rawBytes: base64(certificate) },
  },
});
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
