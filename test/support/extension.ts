import { bits, contextBytes, integer, NULL, octets, oid, printable, sequence, set, TRUE } from './der.ts';
import { type KeyKind, sha256 } from './keys.ts';

/** The two attributes Sigstore's names have. */
export interface DistinguishedName {
  readonly organization: string;
  readonly commonName: string;
}

/** One extension as it goes into a certificate. */
export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  /** Content of the OCTET STRING. */
  readonly value: Uint8Array;
}

/** A subject alternative name: a URI unless it says otherwise. */
export type AlternativeName = string | { readonly email: string } | { readonly dns: string };

/** Extended key usages by name. */
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** Basic constraints of an authority. */
export const basicConstraints = (pathLength: number): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: sequence(TRUE, integer(pathLength)),
});

/** Uses of a key, as RFC 5280 §4.2.1.3 numbers them; `certSign` signs lists of revoked certificates, too. */
const keyUses = {
  digitalSignature: bits(Buffer.from([0x80]), 7),
  keyAgreement: bits(Buffer.from([0x08]), 3),
  certSign: bits(Buffer.from([0x06]), 1),
};

/** A use that a key may have. */
export type KeyUse = keyof typeof keyUses;

/** What the key may do. */
export const keyUsage = (use: KeyUse): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: keyUses[use],
});

/** What the certificate is for. */
export const extendedKeyUsage = (usages: readonly string[], critical = false): Extension => ({
  oid: '2.5.29.37',
  critical,
  value: sequence(...usages.map(oid)),
});

/** RFC 5280 §4.2.1.2: hash of the key the certificate is about. */
export const subjectKeyId = (spki: Uint8Array): Extension => ({
  oid: '2.5.29.14',
  value: octets(sha256(spki).subarray(0, 20)),
});

/** RFC 5280 §4.2.1.1: hash of the key that signed it. */
export const authorityKeyId = (spki: Uint8Array): Extension => ({
  oid: '2.5.29.35',
  value: sequence(contextBytes(0, sha256(spki).subarray(0, 20))),
});

/** Subject alternative names, critical as Fulcio has them. */
export function alternativeNames(names: readonly AlternativeName[]): Extension {
  const general = names.map((name) => {
    if (typeof name === 'string') return contextBytes(6, Buffer.from(name, 'utf8'));
    return 'email' in name
      ? contextBytes(1, Buffer.from(name.email, 'utf8'))
      : contextBytes(2, Buffer.from(name.dns, 'utf8'));
  });
  return { oid: '2.5.29.17', critical: true, value: sequence(...general) };
}

/** A name of O and CN, in the order Sigstore writes them; leaves have none. */
export function distinguishedName(name: DistinguishedName | 'none'): Buffer {
  if (name === 'none') return sequence();
  const { organization, commonName } = name;
  return sequence(
    set(sequence(oid('2.5.4.10'), printable(organization))),
    set(sequence(oid('2.5.4.3'), printable(commonName))),
  );
}

/** An extension in DER; FALSE is the default and therefore left out. */
export const encodeExtension = ({ oid: id, critical = false, value }: Extension): Buffer =>
  sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));

/** AlgorithmIdentifier of a signature by that kind of key. */
export function signatureAlgorithm(kind: KeyKind): Buffer {
  switch (kind) {
    case 'p256':
    case 'secp256k1':
      return sequence(oid('1.2.840.10045.4.3.2'));
    case 'p384':
      return sequence(oid('1.2.840.10045.4.3.3'));
    case 'p521':
      return sequence(oid('1.2.840.10045.4.3.4'));
    case 'ed25519':
      return sequence(oid('1.3.101.112'));
    case 'rsa':
      return sequence(oid('1.2.840.113549.1.1.11'), NULL);
  }
}
