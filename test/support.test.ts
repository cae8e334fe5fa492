import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';
import { type BundleJson, toBundle, toBundleEntry } from './support/bundle.ts';
import { type DsseKind, envelopeRecord } from './support/rekor-entry.ts';
import { mintSigstore, type Sigstore } from './support/sigstore.ts';
import { signEnvelope, statementBytes } from './support/statement.ts';

const sigstore = mintSigstore();
const log = sigstore.openLog();

/** Stock verifier with the strictest thresholds. */
function accept(bundle: BundleJson, root: Sigstore = sigstore) {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(root.trustedRoot()));
  return new Verifier(trust, { tlogThreshold: 1, ctlogThreshold: 1 }).verify(
    toSignedEntity(bundleFromJSON(bundle)),
  );
}

function publish(kind: DsseKind = 'intoto') {
  const certificate = sigstore.issueCertificate();
  const statement = statementBytes(
    { name: 'pkg:jsr/@acme/widget@1.0.0', sha256: '00' },
    certificate.identity,
  );
  const envelope = signEnvelope(statement, certificate.key);
  const at = new Date(certificate.notBefore.getTime() + 5000);
  const position = log.add(envelopeRecord(kind, { envelope, certificate: certificate.pem, at }));
  return { certificate, envelope, position, entry: log.entry(position) };
}

describe('private Sigstore', () => {
  it.each(['intoto', 'dsse'] as const)('the stock verifier accepts an honest %s bundle', (kind) => {
    const { certificate, envelope, entry } = publish(kind);
    const signer = accept(toBundle(certificate, envelope, [toBundleEntry(entry)]));
    expect(signer.identity?.subjectAlternativeName).toBe(
      'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
    );
  });
  it('the stock verifier accepts an honest v2', () => {
    const { certificate, envelope } = publish();
    const sig = envelope.signatures[0]?.sig ?? Buffer.alloc(0);
    const stamp = sigstore.tsa.stamp(sig, certificate.notBefore);
    const entry = sigstore.openLogV2().addDsse(envelope, certificate.der);
    accept(toBundle(certificate, envelope, [entry], { timestamps: [stamp] }));
  });
});
