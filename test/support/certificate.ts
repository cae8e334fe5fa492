import { randomBytes } from 'node:crypto';
import { bits, context, integer, octets, sequence, time, utf8 } from './der.ts';
import {
  type AlternativeName,
  alternativeNames,
  authorityKeyId,
  basicConstraints,
  CODE_SIGNING,
  type DistinguishedName,
  distinguishedName,
  type Extension,
  encodeExtension,
  extendedKeyUsage,
  type KeyUse,
  keyUsage,
  signatureAlgorithm,
  subjectKeyId,
} from './extension.ts';
import { acme, claimsOf, type GitHubIdentity, signerUri } from './identity.ts';
import { type KeyKind, type KeyPair, mintKey, pem, sign } from './keys.ts';

/** A certificate authority: an issuing certificate with its key, and the chain up to the root. */
export interface Authority {
  readonly key: KeyPair;
  /** DER of the issuing certificate first, the root last. */
  readonly chain: readonly Buffer[];
  readonly name: DistinguishedName | 'none';
}

/** Validity of a certificate or a key. */
export interface Window {
  readonly notBefore: Date;
  readonly notAfter: Date;
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
      context(3, sequence(...extensions.map(encodeExtension))),
    );
  const bare = tbs(parts.extensions);
  const signed =
    parts.witness === undefined
      ? bare
      : tbs([...parts.extensions, { oid: SCT_LIST, value: octets(parts.witness(key.spki, bare)) }]);
  return sequence(signed, algorithm, bits(sign(key, signed)));
}

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
  /** What the key may do, in place of signing. */
  readonly keyUse?: KeyUse;
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
      keyUsage(request.keyUse ?? 'digitalSignature'),
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

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
const FULCIO = '1.3.6.1.4.1.57264.1';

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
