import type { Checks } from '../model/check.ts';
import { absent, type Evidence, type Gathered, present, type RawAttestation } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import type { Provenance } from '../model/provenance.ts';
import { readUpload } from '../npm/tarball/upload.ts';
import type { Registry } from '../registry/registry.ts';
import { mayAttestUpload } from '../verify/subject.ts';
import { prove, type Verification, verify } from '../verify/verify.ts';

/** One attestation with the results of all its checks. */
export interface Attempt {
  readonly attestation: Gathered<RawAttestation>;
  readonly checks: Checks;
  /** Present when the attestation is valid. */
  readonly provenance?: Provenance;
}

/** Checks one attestation of a version. Fetches the publisher's upload only if the statement is about it. */
export async function attempt(verification: Verification, registry: Registry): Promise<Attempt> {
  const { target, attestation } = verification;
  const first = verify(verification);
  const checks = isAboutUpload(target.package, first)
    ? verify({ ...verification, upload: await collectUpload(target.package, registry) })
    : first;
  const provenance = prove(target, checks);
  return { attestation, checks, ...(provenance && { provenance }) };
}

function isAboutUpload(about: PackageVersion, { subject, statement, manifest }: Checks): boolean {
  return (
    subject.status === 'failed' &&
    statement.status === 'passed' &&
    manifest.status === 'passed' &&
    mayAttestUpload(about, { statement: statement.fact, manifest: manifest.fact })
  );
}

async function collectUpload(
  about: PackageVersion,
  registry: Registry,
): Promise<NonNullable<Evidence['upload']>> {
  const upload = await registry.upload(about);
  if (upload.state !== 'present') return upload;
  const digest = await readUpload(upload.value);
  return digest === undefined ? absent(upload.from) : present(digest, upload.from);
}
