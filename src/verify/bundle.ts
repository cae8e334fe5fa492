import { createHash } from 'node:crypto';
import { type BundleFact, failed, type ManifestFact, type Outcome, passed, unknown } from '../model/check.ts';
import type { Gathered, RawAttestation } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import { parseBundle, toOpenBundle, type Unpacked, unpackEntry } from '../sigstore/bundle.ts';
import { identityOf } from '../sigstore/certificate-identity.ts';
import { rebuildStatements } from './rebuild.ts';

/**
 * Passes when an attestation was found and can be read as a Sigstore bundle with its payload.
 * The payload is what the log stored beside the entry, or the statement rebuilt from the certificate; a rebuilt one is
 * a guess that the hash in the entry, and later the signature, prove right.
 */
export function checkBundle(
  attestation: Gathered<RawAttestation>,
  about: PackageVersion,
  manifest: ManifestFact,
): Outcome<BundleFact> {
  switch (attestation.state) {
    case 'absent':
      return { status: 'absent', why: attestation.from };
    case 'unavailable':
      return unknown(`the attestation could not be fetched: ${attestation.why}`);
    case 'present':
      return attestation.value.kind === 'bundle'
        ? readBundle(attestation.value)
        : readEntry(attestation.value, about, manifest);
  }
}

function readBundle(raw: RawAttestation): Outcome<BundleFact> {
  const parsed = parseBundle(raw.bytes);
  if (!parsed.ok) return failed(parsed.why);
  if (parsed.value.content.kind !== 'envelope')
    return failed('the bundle signs a file, not an in-toto statement');
  const [entry] = parsed.value.entries;
  return passed({
    sigstore: parsed.value,
    entryKind: entry === undefined ? 'none' : `${entry.kindVersion.kind}/${entry.kindVersion.version}`,
    payloadFrom: 'bundle',
    finder: raw.finder,
    ...(entry === undefined ? {} : { logIndex: entry.logIndex }),
  });
}

function readEntry(raw: RawAttestation, about: PackageVersion, manifest: ManifestFact): Outcome<BundleFact> {
  const unpacked = unpackEntry(raw.bytes);
  if (!unpacked.ok) return failed(unpacked.why);
  const { entry, payloadHash } = unpacked.value;
  if (entry.attestation !== undefined && sha256(entry.attestation) !== payloadHash) {
    return failed('the payload that the log stores is not the one in the log entry');
  }
  const payload = entry.attestation ?? rebuild(unpacked.value, about, manifest);
  // Rekor stores no payload above 100 KiB, none for `dsse` entries, and none when its store failed (contract 7.1).
  if (payload === undefined) {
    return unknown('the log stores no payload for this entry and it cannot be rebuilt from the certificate');
  }
  return passed({
    sigstore: toOpenBundle(unpacked.value, payload),
    entryKind: `${entry.kind}/${entry.apiVersion}`,
    payloadFrom: entry.attestation === undefined ? 'rebuilt' : 'log',
    finder: raw.finder,
    logIndex: String(entry.logIndex),
  });
}

function rebuild(unpacked: Unpacked, about: PackageVersion, manifest: ManifestFact): Uint8Array | undefined {
  const identity = identityOf(unpacked.der);
  if (identity === undefined) return undefined;
  return rebuildStatements(identity, about, manifest.digest).find(
    (guess) => sha256(guess) === unpacked.payloadHash,
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
