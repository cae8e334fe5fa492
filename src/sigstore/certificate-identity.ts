import { ASN1Obj, X509Certificate } from '@sigstore/core';
import type { Identity } from '../model/provenance.ts';

const fulcio = '1.3.6.1.4.1.57264.1.';

// Fulcio's OID registry: values from `.8` on are DER UTF8Strings, earlier ones raw text.
const claims = {
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  sourceRepositoryVisibility: 22,
} as const;

/** The identity in the certificate is malformed or ambiguous. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

/**
 * Reads the identity from a certificate: one SAN (a URI or an e-mail address) and Fulcio's extensions.
 *
 * @throws {IdentityError} on a second SAN, a repeated extension, a value that is not a strict DER UTF8String, or
 * different old and new issuer extensions.
 */
export function readIdentity(certificate: X509Certificate): Identity {
  const extensions = extensionsByOid(certificate);
  const read = (arc: number): string | undefined => {
    const extension = extensions.get(`${fulcio}${arc}`);
    return extension === undefined ? undefined : derText(extension, arc);
  };
  const found: Partial<Record<keyof typeof claims, string>> = {};
  for (const [name, arc] of Object.entries(claims) as [keyof typeof claims, number][]) {
    const value = read(arc);
    if (value !== undefined) found[name] = value;
  }
  return {
    subjectAlternativeName: readName(extensions.get('2.5.29.17')),
    issuer: readIssuer(extensions.get(`${fulcio}1`), read(8)),
    ...found,
  };
}

/**
 * The extensions of a certificate: an object id, an optional flag and a value each (RFC 5280 4.1).
 *
 * @throws {Error} for a malformed extension.
 */
export function extensionsOf(
  certificate: X509Certificate,
): readonly { readonly oid: string; readonly critical: boolean; readonly value: Buffer }[] {
  return certificate.extensions.map(({ subs: [id, ...rest] }) => {
    const value = rest.pop()?.value;
    if (id === undefined || value === undefined)
      throw new IdentityError('the certificate holds a malformed extension');
    return { oid: id.toOID(), critical: rest.some((flag) => flag.toBoolean()), value };
  });
}

/** The identity in a certificate's DER, for hints only: it is not verified. `undefined` if anything is malformed. */
export function identityOf(der: Uint8Array): Identity | undefined {
  try {
    return readIdentity(X509Certificate.parse(Buffer.from(der)));
  } catch {
    return undefined;
  }
}

function extensionsByOid(certificate: X509Certificate): ReadonlyMap<string, Buffer> {
  const byOid = new Map<string, Buffer>();
  for (const { oid, value } of extensionsOf(certificate)) {
    if (byOid.has(oid)) throw new IdentityError(`the certificate holds extension ${oid} twice`);
    byOid.set(oid, value);
  }
  return byOid;
}

function readIssuer(old: Buffer | undefined, current: string | undefined): string {
  const before = old === undefined ? undefined : utf8(old, 'the old issuer extension');
  if (before !== undefined && current !== undefined && before !== current) {
    throw new IdentityError('the certificate names two different issuers');
  }
  const issuer = current ?? before;
  if (issuer === undefined || issuer === '')
    throw new IdentityError('the certificate names no identity issuer');
  return issuer;
}

function readName(extension: Buffer | undefined): string {
  if (extension === undefined) throw new IdentityError('the certificate has no subject alternative name');
  const what = 'the subject alternative name';
  const names = parse(extension, what).subs;
  const [name, ...others] = names;
  if (name === undefined || others.length > 0)
    throw new IdentityError(`the certificate has ${names.length} subject alternative names, expected one`);
  // RFC 5280 4.2.1.6: a workflow is a uniformResourceIdentifier [6], a person an rfc822Name [1].
  if (!name.tag.isContextSpecific(6) && !name.tag.isContextSpecific(1)) {
    throw new IdentityError(`${what} is neither a URI nor an e-mail address`);
  }
  return utf8(name.value, what);
}

function derText(value: Buffer, arc: number): string {
  const string = parse(value, `extension .${arc}`);
  // Universal tag 12, primitive: UTF8String.
  if (value[0] !== 0x0c) throw new IdentityError(`extension .${arc} is not a DER UTF8String`);
  return utf8(string.value, `extension .${arc}`);
}

function parse(value: Buffer, what: string): ASN1Obj {
  try {
    return ASN1Obj.parseBuffer(Buffer.from(value));
  } catch {
    throw new IdentityError(`${what} is not valid DER`);
  }
}

function utf8(value: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new IdentityError(`${what} is not valid UTF-8`);
  }
}
