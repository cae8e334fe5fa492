import { RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import type { TrustMaterial } from '@sigstore/verify';
import { type Facts, failed, type Outcome, passed } from '../model/check.ts';
import { asClause } from '../model/words.ts';
import { isRekorV2, type OpenBundle } from './bundle.ts';
import { extensionsOf, IdentityError, readIdentity } from './certificate-identity.ts';
import { getTSATimestamp, verifyCertificate } from './library.ts';
import { isForCodeSigning, weaknessOf } from './purpose.ts';

// RFC 5280 4.2: an unknown critical extension must not be ignored.
const understood = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37']);

// The last second of the year 9999, the largest valid date.
const endOfTime = 253_402_300_799;

/**
 * Passes when the signing certificate chains to a trusted certificate authority and was valid when it was used, a
 * trusted CT log signed an SCT for it, it is for code signing, and its identity is unambiguous.
 *
 * The time comes from the log entry (check `inclusion` verifies it) or from RFC 3161 timestamps. Without either, the
 * chain is checked at the start of the certificate's validity, and `inclusion` reports that no time is known.
 */
export function checkCertificate(bundle: OpenBundle, trust: TrustMaterial): Outcome<Facts['certificate']> {
  if (bundle.signer.kind !== 'certificate')
    return failed('the attestation is signed with a bare key, not with a certificate');
  try {
    const certificate = X509Certificate.parse(bundle.signer.der);
    const times = timesOf(bundle, trust);
    const validAt = times[0] ?? certificate.notBefore;
    const { scts } = verifyCertificate(certificate, times.length === 0 ? [validAt] : [...times], trust);
    if (scts.length === 0)
      return failed('the certificate carries no signed certificate timestamp of a trusted CT log');
    const misused = misuse(certificate);
    if (misused !== undefined) return failed(misused);
    return passed({ identity: readIdentity(certificate), validAt });
  } catch (cause) {
    return failed(explain(cause), { cause });
  }
}

/**
 * The times at which, according to the bundle, the signature existed.
 *
 * @throws {Error} for a timestamp that is malformed or not valid.
 */
export function timesOf(bundle: OpenBundle, trust: TrustMaterial): readonly Date[] {
  const times: Date[] = [];
  for (const entry of bundle.entries) {
    // Rekor v2 does not sign a time, so a time in such an entry proves nothing.
    if (isRekorV2(entry)) continue;
    const seconds = Number(entry.integratedTime);
    if (seconds > 0 && seconds <= endOfTime) times.push(new Date(seconds * 1000));
  }
  const { content } = bundle;
  const signature =
    content.kind === 'envelope' ? content.signature : content.bundle.content.messageSignature.signature;
  for (const der of bundle.timestamps) {
    const stamp = RFC3161Timestamp.parse(der);
    times.push(getTSATimestamp(stamp, signature, trust.timestampAuthorities).timestamp);
  }
  return times;
}

function misuse(certificate: X509Certificate): string | undefined {
  for (const { oid, critical } of extensionsOf(certificate))
    if (critical && !understood.has(oid))
      return `the certificate has the critical extension ${oid}, which is not understood`;
  // Checked separately: the library requires both before it treats a certificate as an authority.
  if (certificate.extBasicConstraints?.isCA === true || certificate.extKeyUsage?.keyCertSign === true)
    return 'the signing certificate is itself a certificate authority';
  if (certificate.extKeyUsage?.digitalSignature !== true)
    return 'the certificate is not meant for digital signatures';
  if (!isForCodeSigning(certificate)) return 'the certificate is not meant for code signing';
  return weaknessOf(certificate.publicKey);
}

// The ASN.1 parser throws plain errors for malformed certificates; these must fail the check, not crash the program.
function explain(cause: unknown): string {
  if (cause instanceof IdentityError) return cause.message;
  if (!(cause instanceof Error)) return 'the certificate could not be checked';
  if (cause.name !== 'VerificationError') return malformed(cause);
  const { cause: inner } = cause;
  if (!(inner instanceof Error)) return asClause(cause.message);
  const why = inner.name === 'VerificationError' ? asClause(inner.message) : malformed(inner);
  return `${asClause(cause.message)}: ${why}`;
}

// Type errors describe the parser's code, not the certificate.
function malformed({ name, message }: Error): string {
  return name === 'Error' ? `the certificate is malformed: ${message}` : 'the certificate is malformed';
}
