import { crypto, X509Certificate } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';
import { DSSESignatureContent } from '@sigstore/verify/dist/bundle/dsse.js';
import { signatureContent } from '@sigstore/verify/dist/bundle/index.js';
import type { SignatureContent } from '@sigstore/verify/dist/shared.types.js';
import { after, type Facts, failed, type Outcome, passed, type SigstoreBundle } from '../model/check.ts';
import { type OpenBundle, opened } from './bundle.ts';
import { checkCertificate, timesOf } from './certificate.ts';
import { type Asked, checkInclusion } from './inclusion.ts';
import type { Trust } from './trust.ts';

export const payloadType = 'application/vnd.in-toto+json';

/** Three answers where the library's own verifier gives one exception: the first failure must not hide the others. */
export interface SigstoreOutcomes {
  readonly certificate: Outcome<Facts['certificate']>;
  readonly inclusion: Outcome<Facts['inclusion']>;
  readonly signature: Outcome<Facts['signature']>;
}

/** Checks certificate, log inclusion and DSSE signature of an opened bundle against the trusted root. */
export function checkSigstore(bundle: SigstoreBundle, asked: Asked, trust: Trust): SigstoreOutcomes {
  const open = opened(bundle);
  const material = materialOf(trust);
  const certificate = checkCertificate(open, material);
  return {
    certificate,
    inclusion: after({ certificate }, () =>
      checkInclusion(open, contentOf(open), timesOf(open, material), asked, material),
    ),
    signature: after({ certificate }, () => checkSignature(open)),
  };
}

/** The trusted root as the library wants it; parsed once per root. */
export function materialOf(trust: Trust): TrustMaterial {
  const known = materials.get(trust);
  if (known !== undefined) return known;
  const material = toTrustMaterial(
    TrustedRoot.fromJSON(JSON.parse(Buffer.from(trust.root).toString('utf8'))),
  );
  materials.set(trust, material);
  return material;
}

const materials = new WeakMap<Trust, TrustMaterial>();

function checkSignature(bundle: OpenBundle): Outcome<Facts['signature']> {
  const { content, signer } = bundle;
  if (content.kind !== 'envelope') return failed('the bundle signs a file, not an in-toto statement');
  if (signer.kind !== 'certificate')
    return failed('the attestation is signed with a bare key, not with a certificate');
  if (content.payloadType !== payloadType)
    return failed(
      `the payload is of the type ${JSON.stringify(content.payloadType.slice(0, 100))}, wanted ${payloadType}`,
    );
  try {
    const { publicKey } = X509Certificate.parse(signer.der);
    if (!contentOf(bundle).verifySignature(crypto.createPublicKey(publicKey)))
      return failed('the signature does not fit the payload and the certificate');
  } catch (cause) {
    return failed('the signature could not be checked', { cause });
  }
  return passed({ payload: content.payload });
}

function contentOf({ content }: OpenBundle, artifact?: Buffer): SignatureContent {
  if (content.kind === 'message') return signatureContent(content.bundle, artifact);
  const { payload, payloadType: type, signature, keyid } = content;
  return new DSSESignatureContent({ payload, payloadType: type, signatures: [{ sig: signature, keyid }] });
}
