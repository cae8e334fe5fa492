import { createHash } from 'node:crypto';
import type { Checks } from '../../model/check.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toJson } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { toLinks } from '../words/links.ts';
import { toOrigin } from '../words/origin.ts';
import { runTroubles } from '../words/run.ts';
import { sorted } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

/**
 * SLSA Verification Summary Attestations v1, one unsigned in-toto statement per line; the user signs them if needed.
 *
 * Only a verified package passes, and only in a run that did not fail as a whole. Inconclusive and exempt packages,
 * and those allowed without provenance, have no statement: SLSA has only PASSED and FAILED, and both would be wrong.
 * A package with an unknown manifest has none either, because a statement needs the digest of its subject. Consumers
 * must require PASSED.
 */
export const vsa: Renderer = {
  render: (report, context) =>
    sorted(report.packages)
      .flatMap((pkg) => toStatement(pkg, report, context))
      .map((statement) => `${toJson(statement)}\n`)
      .join(''),
};

function toStatement(pkg: PackageReport, report: Report, context: RenderContext): readonly Json[] {
  const digest = subjectDigest(pkg);
  const { verdict } = pkg;
  const isPassed = verdict.kind === 'verified';
  if (digest === undefined || !(isPassed || verdict.kind === 'rejected')) return [];
  if (isPassed && runTroubles(report, context).length > 0) return [];
  return [
    {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: pkg.purl, digest: { sha256: digest } }],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: 'pkg:npm/jsr-verify', version: { 'jsr-verify': context.toolVersion } },
        timeVerified: toUtc(report.checkedAt) ?? null,
        resourceUri: pkg.purl,
        policy: { uri: `urn:jsr-verify:expectation:${pkg.expectation}` },
        ...inputAttestations(pkg, context),
        verificationResult: isPassed ? 'PASSED' : 'FAILED',
        verifiedLevels: [isPassed ? levelOf(verdict.provenance, pkg.checks.claims) : 'FAILED'],
        slsaVersion: '1.0',
        // Extension fields; their names must be URIs.
        'urn:jsr-verify:verdict': verdict.kind,
        ...(report.trust.warnings.length > 0 && { 'urn:jsr-verify:trust': report.trust.warnings }),
      },
    },
  ];
}

function subjectDigest({ checks: { manifest } }: PackageReport): string | undefined {
  return manifest.status === 'passed' ? manifest.fact.digest : undefined;
}

/**
 * The highest build level that the checks support.
 *
 * - Level 1: provenance exists and says how the package was built.
 * - Level 2 also requires a hosted platform whose identity the signature proves, and a provenance that agrees with
 *   it: a GitHub-hosted runner, named by the certificate, with every claim equal to the certificate's.
 * - Level 3 is never claimed: the publishing job makes and signs the provenance itself, so the build's own steps can
 *   change it (SLSA v1.0, "Unforgeable").
 */
function levelOf({ identity, subjectOf }: Provenance, claims: Checks['claims']): string {
  const isHosted =
    identity.issuer === 'https://token.actions.githubusercontent.com' &&
    identity.runnerEnvironment === 'github-hosted';
  const agrees = claims.status === 'passed' && claims.fact.differs.length === 0;
  return isHosted && agrees && subjectOf === 'manifest' ? 'SLSA_BUILD_LEVEL_2' : 'SLSA_BUILD_LEVEL_1';
}

/** The attestation that was used: the digest of the signed statement and its log entry. */
function inputAttestations(pkg: PackageReport, context: RenderContext): { readonly [key: string]: Json } {
  const { signature } = pkg.checks;
  if (signature.status !== 'passed') return {};
  const { log } = toLinks(pkg, toOrigin(pkg), context);
  const sha256 = createHash('sha256').update(signature.fact.payload).digest('hex');
  return { inputAttestations: [{ ...(log === undefined ? {} : { uri: log }), digest: { sha256 } }] };
}
