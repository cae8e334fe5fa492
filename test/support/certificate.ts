import { randomBytes } from 'node:crypto';
import {
  bits,
  context,
  contextBytes,
  integer,
  NULL,
  octets,
  oid,
  printable,
  sequence,
  set,
  TRUE,
  time,
  utf8,
} from './der.ts';
import { acme, claimsOf, type GitHubIdentity, signerUri } from './identity.ts';
import { type KeyKind, type KeyPair, mintKey, pem, sha256, sign } from './keys.ts';

/** A certificate authority: an issuing certificate with its key, and the chain up to the root. */
export interface Authority {
  readonly key: KeyPair;
  /** DER of the issuing certificate first, the root last. */
  readonly chain: readonly Buffer[];
  readonly name: DistinguishedName | 'none';
}

/** The two attributes Sigstore's names have. */
export interface DistinguishedName {
  readonly organization: string;
  readonly commonName: string;
}

/** Validity of a certificate or a key. */
export interface Window {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** One extension as it goes into a certificate. */
export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  /** Content of the OCTET STRING. */
  readonly value: Uint8Array;
}

/** Makes the list of SCTs for a certificate, given the issuer's key and the TBS without them. */
export type Witness = (issuerSpki: Uint8Array, tbs: Uint8Array) => Uint8Array;

/** A root and an issuing authority below it, dated as asked; `usage` is the extended key usage they serve. */
export function mintAuthority(options: {
  readonly window: Window;
  readonly organization: string;
  readonly usage: string;
  readonly root?: string;
  readonly intermediate?: string;
  readonly intermediateWindow?: Window;
}): Authority {
  const rootName = { organization: options.organization, commonName: options.root ?? 'sigstore' };
  const name = {
    organization: options.organization,
    commonName: options.intermediate ?? 'sigstore-intermediate',
  };
  const [rootKey, key] = [mintKey('p384'), mintKey('p384')];
  const root = certificate({
    issuer: { name: rootName, key: rootKey },
    subject: rootName,
    spki: rootKey.spki,
    window: options.window,
    extensions: [keyUsage('certSign'), basicConstraints(1), subjectKeyId(rootKey.spki)],
  });
  const issuing = certificate({
    issuer: { name: rootName, key: rootKey },
    subject: name,
    spki: key.spki,
    window: options.intermediateWindow ?? options.window,
    extensions: [
      keyUsage('certSign'),
      extendedKeyUsage([options.usage]),
      basicConstraints(0),
      subjectKeyId(key.spki),
      authorityKeyId(rootKey.spki),
    ],
  });
  return { key, name, chain: [issuing, root] };
}

/** What goes into any certificate; the SCTs, if any, are made over everything else. */
export function certificate(parts: {
  readonly issuer: Pick<Authority, 'name' | 'key'>;
  readonly subject?: DistinguishedName;
  readonly spki: Uint8Array;
  readonly window: Window;
  readonly extensions: readonly Extension[];
  readonly serial?: Uint8Array;
  readonly witness?: Witness;
}): Buffer {
  const { key, name } = parts.issuer;
  const algorithm = signatureAlgorithm(key.kind);
  const serial = parts.serial ?? Buffer.concat([Buffer.from([0x4c]), randomBytes(19)]);
  const tbs = (extensions: readonly Extension[]): Buffer =>
    sequence(
      context(0, integer(2)),
      integer(serial),
      algorithm,
      distinguishedName(name),
      sequence(time(parts.window.notBefore), time(parts.window.notAfter)),
      distinguishedName(parts.subject ?? 'none'),
      parts.spki,
      context(3, sequence(...extensions.map(extension))),
    );
  const bare = tbs(parts.extensions);
  const signed =
    parts.witness === undefined
      ? bare
      : tbs([...parts.extensions, { oid: SCT_LIST, value: octets(parts.witness(key.spki, bare)) }]);
  return sequence(signed, algorithm, bits(sign(key, signed)));
}

/** A subject alternative name: a URI unless it says otherwise. */
export type AlternativeName = string | { readonly email: string } | { readonly dns: string };

/** Value of a claim: text in the form Fulcio uses for that number, or one form on purpose, or any bytes. */
export type ClaimValue =
  | string
  | { readonly raw: string | Uint8Array }
  | { readonly utf8: string }
  | { readonly der: Uint8Array; readonly critical?: boolean };

/** What a signing certificate is to say; everything has an honest default. */
export interface CertificateRequest extends Partial<Window> {
  readonly identity?: Partial<GitHubIdentity>;
  /** A key of one's own, or the kind of a fresh one. */
  readonly key?: KeyPair | KeyKind;
  /**
   * Claims by last number or by full object id: `null` leaves one out, a list has it more than once, text
   * replaces it.
   */
  readonly claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[] | null>>;
  /** Replaces the SAN derived from the identity; an empty list leaves the extension out. */
  readonly san?: readonly AlternativeName[];
  /** Object ids of the extended key usage; an empty list leaves the extension out. */
  readonly usage?: readonly string[];
  /** Extensions added at the end. */
  readonly extra?: readonly Extension[];
  /** Whether the leaf claims to be an authority itself. */
  readonly isAuthority?: boolean;
  readonly authority?: Authority;
  readonly serial?: Uint8Array;
  /** Last word on the DER, after it was signed. */
  readonly tamper?: (der: Buffer) => Buffer;
}

/** A signing certificate with the key it vouches for. */
export interface IssuedCertificate extends Window {
  readonly der: Buffer;
  /** Without a newline at the end, as publishers log it. */
  readonly pem: string;
  readonly key: KeyPair;
  readonly identity: GitHubIdentity;
}

/** A leaf as Fulcio issues it for a GitHub workflow, with the changes the request asks for. */
export function issueLeaf(
  request: CertificateRequest & Window,
  authority: Authority,
  witness: Witness | undefined,
): IssuedCertificate {
  const identity = { ...acme, ...request.identity };
  const key = typeof request.key === 'object' ? request.key : mintKey(request.key);
  const usage = request.usage ?? [CODE_SIGNING];
  const names = request.san ?? [signerUri(identity)];
  const issuerSpki = authority.key.spki;
  const signed = certificate({
    issuer: authority,
    spki: key.spki,
    window: request,
    extensions: [
      keyUsage('digitalSignature'),
      ...(usage.length > 0 ? [extendedKeyUsage(usage)] : []),
      ...(request.isAuthority === true ? [basicConstraints(0)] : []),
      subjectKeyId(key.spki),
      authorityKeyId(issuerSpki),
      ...(names.length > 0 ? [alternativeNames(names)] : []),
      ...claimExtensions(identity, request.claims ?? {}),
      ...(request.extra ?? []),
    ],
    ...(request.serial === undefined ? {} : { serial: request.serial }),
    ...(witness === undefined ? {} : { witness }),
  });
  const der = request.tamper?.(signed) ?? signed;
  const { notBefore, notAfter } = request;
  return { der, pem: pem('CERTIFICATE', der), key, identity, notBefore, notAfter };
}

/** A leaf in the place of an authority: whoever holds a signing certificate might try to issue more. */
export const asAuthority = ({ key, der }: IssuedCertificate, above: Authority): Authority => ({
  key,
  name: 'none',
  chain: [der, ...above.chain],
});

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

/** What the key may do. */
export const keyUsage = (use: 'digitalSignature' | 'certSign'): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: use === 'certSign' ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7),
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

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
const FULCIO = '1.3.6.1.4.1.57264.1';

/** A name of O and CN, in the order Sigstore writes them; leaves have none. */
export function distinguishedName(name: DistinguishedName | 'none'): Buffer {
  if (name === 'none') return sequence();
  const { organization, commonName } = name;
  return sequence(
    set(sequence(oid('2.5.4.10'), printable(organization))),
    set(sequence(oid('2.5.4.3'), printable(commonName))),
  );
}

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

function claimExtensions(
  identity: GitHubIdentity,
  changes: NonNullable<CertificateRequest['claims']>,
): Extension[] {
  const claims = new Map<string, ClaimValue | readonly ClaimValue[] | null>(
    Object.entries(claimsOf(identity)),
  );
  for (const [name, value] of Object.entries(changes)) claims.set(name, value);
  return [...claims].flatMap(([name, value]) => {
    if (value === null) return [];
    const values: readonly ClaimValue[] = isList(value) ? value : [value];
    return values.map((item) => claimExtension(name, item));
  });
}

function claimExtension(name: string, value: ClaimValue): Extension {
  const id = name.includes('.') ? name : `${FULCIO}.${name}`;
  // Fulcio's first six claims are plain text, everything later is a DER UTF8String.
  const plain = !name.includes('.') && Number(name) <= 6;
  if (typeof value === 'string') return { oid: id, value: plain ? Buffer.from(value, 'utf8') : utf8(value) };
  if ('utf8' in value) return { oid: id, value: utf8(value.utf8) };
  if ('raw' in value) return { oid: id, value: Buffer.from(value.raw as string) };
  return { oid: id, critical: value.critical ?? false, value: value.der };
}

const isList = (value: ClaimValue | readonly ClaimValue[]): value is readonly ClaimValue[] =>
  Array.isArray(value);

const extension = ({ oid: id, critical = false, value }: Extension): Buffer =>
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
