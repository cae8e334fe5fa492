import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairSyncResult,
  sign as signBytes,
} from 'node:crypto';

/** The kinds of key the test bed can mint; only the first is what an honest publisher uses. */
export type KeyKind = 'p256' | 'p384' | 'p521' | 'secp256k1' | 'ed25519' | 'rsa';

/** A private key with its public half and the SubjectPublicKeyInfo of that half. */
export interface KeyPair {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spki: Buffer;
}

/** A fresh key of the wanted kind. */
export function mintKey(kind: KeyKind = 'p256'): KeyPair {
  // Node 20: a key object straight from generateKeyPairSync can deadlock in garbage collection, so it makes none.
  const { publicKey: spki, privateKey: pkcs8 } = generate(kind);
  return {
    kind,
    privateKey: createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey({ key: spki, type: 'spki', format: 'der' }),
    spki,
  };
}

/** Signature as the kind of key has it: ECDSA in DER with the curve's hash, Ed25519 plain, RSA PKCS#1 v1.5. */
export function sign(key: KeyPair, data: Uint8Array, encoding: 'der' | 'ieee-p1363' = 'der'): Buffer {
  const hash = hashes[key.kind];
  return key.kind === 'ed25519' || key.kind === 'rsa'
    ? signBytes(hash, data, key.privateKey)
    : signBytes(hash, data, { key: key.privateKey, dsaEncoding: encoding });
}

/** SHA-256 of bytes or text. */
export const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

/** SHA-256 of bytes or text, in lower-case hex. */
export const sha256Hex = (data: Uint8Array | string): string => sha256(data).toString('hex');

/** PEM block, lines of 64, without a newline at the end, as Fulcio's certificates come. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

function generate(kind: KeyKind): KeyPairSyncResult<Buffer, Buffer> {
  switch (kind) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding });
    case 'ed25519':
      return generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding });
    case 'p256':
    case 'p384':
    case 'p521':
    case 'secp256k1':
      return generateKeyPairSync('ec', { namedCurve: curves[kind], publicKeyEncoding, privateKeyEncoding });
  }
}

const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;
const curves = { p256: 'P-256', p384: 'P-384', p521: 'P-521', secp256k1: 'secp256k1' } as const;
const hashes = {
  p256: 'sha256',
  p384: 'sha384',
  p521: 'sha512',
  secp256k1: 'sha256',
  ed25519: null,
  rsa: 'sha256',
} as const;
