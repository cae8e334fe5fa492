import { JsrVerifyError } from './model/error.ts';
import { nameOf } from './model/package.ts';
import type { PackageReport } from './model/report.ts';
import { serialiseBundle } from './sigstore/bundle.ts';

/** An attestation as a file for other tools. */
export interface ExportedBundle {
  /** Sigstore bundle v0.3, JSON. */
  readonly text: string;
  /** What other verifiers will stumble over, in words. */
  readonly remarks: readonly string[];
}

/**
 * The attestation of a package as a standard Sigstore bundle.
 *
 * @throws {JsrVerifyError} `NOT_VERIFIED` when the attestation does not hold: what is exported is what was verified.
 */
export function exportBundle({ package: about, checks, provenance, verdict }: PackageReport): ExportedBundle {
  if (provenance === undefined || checks.bundle.status !== 'passed') {
    throw new JsrVerifyError(
      'NOT_VERIFIED',
      `${nameOf(about)} has no valid attestation, so there is nothing to export`,
      {
        hint: `jsr-verify explain ${nameOf(about)} says why`,
      },
    );
  }
  const remarks: string[] = [];
  if (provenance.statement.typeKey === 'type') {
    remarks.push(
      'the statement says "type" where in-toto says "_type", as Deno writes it; strict in-toto parsers will refuse it',
    );
  }
  if (provenance.statement.subjectShape === 'object')
    remarks.push('the subject is an object instead of a list, as Deno wrote it before 1.46.3');
  if (verdict.kind !== 'verified')
    remarks.push(`the attestation is valid, but the policy says ${verdict.kind}`);
  return { text: serialiseBundle(checks.bundle.fact.sigstore), remarks };
}
