import { ASN1Obj, type X509Certificate } from '@sigstore/core';
import { extensionsOf, IdentityError } from './certificate-identity.ts';

// The purpose and the kind of key of a certificate are read from its DER, because Node, Deno and bun differ in
// `node:crypto`: `keyUsage` returns different usages, and some kinds of keys cannot be created.

const extendedKeyUsage = '2.5.29.37';
const codeSigning = '1.3.6.1.5.5.7.3.3';

const curves: ReadonlySet<string> = new Set(['1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35']);
const smallestModulus = 2n ** 2047n;
const smallestExponent = 65_537n;

/**
 * Whether the certificate is for code signing (RFC 5280 4.2.1.12).
 *
 * @throws {Error} for an extension that is malformed or repeated.
 */
export function isForCodeSigning(certificate: X509Certificate): boolean {
  const [usage, second] = extensionsOf(certificate).filter(({ oid }) => oid === extendedKeyUsage);
  if (second !== undefined)
    throw new IdentityError(`the certificate holds extension ${extendedKeyUsage} twice`);
  return usage !== undefined && sequenceIn(usage.value).some((purpose) => purpose.toOID() === codeSigning);
}

/**
 * Why the key of a certificate is not accepted, or `undefined`. The argument is a SubjectPublicKeyInfo (RFC 5280
 * 4.1.2.7).
 *
 * @throws {Error} for a malformed key.
 */
export function weaknessOf(spki: Uint8Array): string | undefined {
  const [algorithm, bits] = sequenceIn(spki);
  const [kind, parameters] = algorithm?.subs ?? [];
  if (kind === undefined || bits?.tag.isBitString() !== true) throw new Error('not a public key');
  switch (kind.toOID()) {
    // RFC 8410: Ed25519.
    case '1.3.101.112':
      return undefined;
    // RFC 5480: a key on a named curve. With explicit parameters, an attacker could choose a curve on which anyone
    // can forge.
    case '1.2.840.10045.2.1': {
      if (parameters?.tag.isOID() !== true)
        return "the certificate's key brings a curve of its own, which is not accepted";
      const curve = parameters.toOID();
      return curves.has(curve)
        ? undefined
        : `the certificate's key is on the curve ${curve}, which is not accepted`;
    }
    // RFC 8017: RSA. The first byte of the bit string counts its unused bits.
    case '1.2.840.113549.1.1.1': {
      const [modulus, exponent] = sequenceIn(bits.value.subarray(1)).map((part) => part.toInteger());
      if (modulus === undefined || exponent === undefined) throw new Error('not an RSA key');
      if (modulus < smallestModulus) return "the certificate's RSA key is shorter than 2048 bits";
      return exponent < smallestExponent
        ? "the certificate's RSA key has an exponent that is too small"
        : undefined;
    }
    default:
      return `the certificate's key is of the kind ${kind.toOID()}, which is not accepted`;
  }
}

/** The elements of a SEQUENCE. */
function sequenceIn(der: Uint8Array): readonly ASN1Obj[] {
  if (der[0] !== 0x30) throw new Error('not a sequence');
  return ASN1Obj.parseBuffer(Buffer.from(der)).subs;
}
