import type { KeyObject } from 'node:crypto';
import { crypto, dsse, X509Certificate } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import {
  after,
  type CheckId,
  type Facts,
  failed,
  type Outcome,
  passed,
  type SigstoreBundle,
  skipped,
  unknown,
} from '../model/check.ts';
import { type OpenBundle, opened, parseBundle } from './bundle.ts';
import { checkCertificate } from './certificate.ts';
import { type Asked, checkInclusion, type Roots } from './inclusion.ts';
import { DSSESignatureContent, type SignatureContent, signatureContent } from './library.ts';
import { isSignedBy } from './signed.ts';
import type { Trust } from './trust.ts';
import { logKeys } from './trust-logs.ts';

const payloadType = 'application/vnd.in-toto+json';

/** Three outcomes instead of the library's single exception, so that the first failure does not hide the others. */
export interface SigstoreOutcomes {
  readonly certificate: Outcome<Facts['certificate']>;
  readonly inclusion: Outcome<Facts['inclusion']>;
  readonly signature: Outcome<Facts['signature']>;
}

/** Checks certificate, log inclusion and DSSE signature of a bundle with the trusted root. */
export function checkSigstore(bundle: SigstoreBundle, asked: Asked, trust: Trust): SigstoreOutcomes {
  const open = opened(bundle);
  const known = rootsOf(trust);
  const certificate = checkCertificate(open, known.material);
  return {
    certificate,
    inclusion: after({ certificate }, () => checkInclusion(open, contentOf(open), asked, known)),
    signature: after({ certificate }, () => checkSignature(open)),
  };
}

/** Additional input for bundles other than JSR attestations. */
export interface BundleOptions {
  /** The signed file, for bundles that sign a file instead of a statement. */
  readonly artifact?: Uint8Array;
  /** PEM of the expected key, for bundles that are not signed with a certificate. */
  readonly publicKey?: string;
}

/**
 * Checks any Sigstore bundle (v0.1–v0.3, JSON) as strictly as JSR attestations: certificate, promise, proof and
 * checkpoint, signature. The caller must compare the identity. Never throws because of the bundle's contents.
 */
export function verifyBundle(bytes: Uint8Array, trust: Trust, options: BundleOptions = {}): SigstoreOutcomes {
  const parsed = parseBundle(bytes);
  if (!parsed.ok) {
    const unreadable = failed(parsed.why);
    return { certificate: unreadable, inclusion: unreadable, signature: unreadable };
  }
  const open = parsed.value;
  const known = rootsOf(trust);
  const artifact = options.artifact === undefined ? undefined : Buffer.from(options.artifact);
  const key = options.publicKey;
  const certificate =
    open.signer.kind === 'public-key' && key !== undefined
      ? skipped('the bundle is signed with the key that was given')
      : checkCertificate(open, known.material);
  if (certificate.status === 'failed')
    return { certificate, inclusion: blockedBy('certificate'), signature: blockedBy('certificate') };
  return {
    certificate,
    inclusion: checkInclusion(open, contentOf(open, artifact), {}, known),
    signature: checkSignature(open, artifact, key),
  };
}

/** The trusted root in the library's form; parsed once for each root. */
function rootsOf(trust: Trust): Roots {
  const known = roots.get(trust);
  if (known !== undefined) return known;
  const material = toTrustMaterial(
    TrustedRoot.fromJSON(JSON.parse(Buffer.from(trust.root).toString('utf8'))),
  );
  const read: Roots = { material, keys: logKeys(trust) };
  roots.set(trust, read);
  return read;
}

const roots = new WeakMap<Trust, Roots>();

function checkSignature(open: OpenBundle, artifact?: Buffer, pem?: string): Outcome<Facts['signature']> {
  const { content, signer } = open;
  const payload = content.kind === 'envelope' ? content.payload : artifact;
  if (payload === undefined) return unknown('the bundle signs a file that was not given');
  if (content.kind === 'envelope' && content.payloadType !== payloadType)
    return failed(
      `the payload is of the type ${JSON.stringify(content.payloadType.slice(0, 100))}, expected ${payloadType}`,
    );
  const signing = signer.kind === 'certificate' ? 'certificate' : 'key';
  try {
    const key = signer.kind === 'certificate' ? X509Certificate.parse(signer.der).publicKey : pem;
    if (key === undefined) return failed('the bundle is signed with a key that was not given');
    if (!isSigned(open, crypto.createPublicKey(key), artifact))
      return failed(`the signature does not match the payload and the ${signing}`);
  } catch (cause) {
    return failed('the signature could not be checked', { cause });
  }
  return passed({ payload });
}

function isSigned(open: OpenBundle, key: KeyObject, artifact?: Buffer): boolean {
  const { content } = open;
  if (content.kind === 'message') return contentOf(open, artifact).verifySignature(key);
  return isSignedBy(dsse.preAuthEncoding(content.payloadType, content.payload), key, content.signature);
}

function blockedBy(by: CheckId): Outcome<never> {
  return { status: 'blocked', by };
}

function contentOf({ content }: OpenBundle, artifact?: Buffer): SignatureContent {
  if (content.kind === 'message') return signatureContent(content.bundle, artifact);
  const { payload, payloadType: type, signature, keyid } = content;
  return new DSSESignatureContent({ payload, payloadType: type, signatures: [{ sig: signature, keyid }] });
}
