import {
  after,
  type Checks,
  type Facts,
  type Outcome,
  passed,
  type provenanceChecks,
  skipped,
} from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { purlOf } from '../model/package.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Target } from '../model/target.ts';
import type { Asked } from '../sigstore/inclusion.ts';
import type { Trust } from '../sigstore/trust.ts';
import { checkSigstore, type SigstoreOutcomes } from '../sigstore/verifier.ts';
import { checkBundle } from './bundle.ts';
import { checkClaims } from './claims.ts';
import { checkFiles } from './files.ts';
import { checkLockfile, checkReplaced } from './lockfile.ts';
import { checkStatement } from './statement.ts';
import { checkSubject } from './subject.ts';

/** What `verify` checks: the manifest, read once for all attestations, and one attestation of it. */
export interface Verification extends Pick<Evidence, 'attestation' | 'files' | 'upload'> {
  readonly target: Target;
  /** The outcome of `checkManifest`. */
  readonly manifest: Outcome<Facts['manifest']>;
  readonly trust: Trust;
}

/**
 * The proof, from the bytes that were served to the identity that built them. Each check is handed only what earlier
 * ones established. Pure: same evidence, same checks. `tarball` and `installed` are added by the code that read a tarball or
 * a disk.
 */
export function verify({
  target,
  manifest,
  attestation,
  files: served,
  upload,
  trust,
}: Verification): Checks {
  const about = target.package;
  const bundle = after({ manifest }, (known) => checkBundle(attestation, about, known.manifest));
  const { certificate, inclusion, signature } = sigstoreChecks(bundle, attestation, trust);
  const statement = after({ signature }, checkStatement);
  const subject = after({ statement, manifest }, (known) => checkSubject(about, known, upload));
  const claims = after({ statement, certificate }, checkClaims);
  const attested = statement.status === 'passed' ? statement.fact : undefined;
  const lockfile =
    checkReplaced(target.occurrences) ??
    after({ manifest }, (known) => checkLockfile(target.occurrences, known.manifest, attested));
  const files = after({ manifest }, (known) => checkFiles(served, known.manifest));
  return {
    manifest,
    bundle,
    certificate,
    inclusion,
    signature,
    statement,
    subject,
    claims,
    lockfile,
    files,
    tarball: skipped('not checked at this depth; add --depth tarball'),
    installed: skipped('not checked at this depth; add --depth installed'),
  };
}

/** The provenance that the checks prove, or `undefined` when one of them did not pass. The only maker of a Provenance. */
export function prove(target: Target, checks: Checks): Provenance | undefined {
  const { manifest, bundle, certificate, inclusion, signature, statement, subject, claims } = checks;
  // Every check of `provenanceChecks` and no other one: the compiler holds the two lists together.
  const needed = {
    manifest,
    bundle,
    certificate,
    inclusion,
    signature,
    statement,
    subject,
    claims,
  } satisfies Pick<Checks, (typeof provenanceChecks)[number]>;
  const proven = after(needed, (known) =>
    passed({
      package: target.package,
      purl: purlOf(target.package),
      identity: known.certificate.identity,
      statement: known.statement,
      logged: known.inclusion,
      manifestDigest: known.manifest.digest,
      subjectOf: known.subject.of,
      differs: known.claims.differs,
    } as Provenance),
  );
  return proven.status === 'passed' ? proven.fact : undefined;
}

function sigstoreChecks(
  bundle: Outcome<Facts['bundle']>,
  attestation: Evidence['attestation'],
  trust: Trust,
): SigstoreOutcomes {
  const asked: Asked = attestation.state === 'present' ? attestation.value : {};
  const checks = after({ bundle }, (known) => passed(checkSigstore(known.bundle.sigstore, asked, trust)));
  if (checks.status === 'passed') return checks.fact;
  return { certificate: checks, inclusion: checks, signature: checks };
}
