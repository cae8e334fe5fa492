import type { Checks, Outcome } from '../../src/model/check.ts';
import type { RegistryClaims } from '../../src/model/evidence.ts';
import { type PackageVersion, purlOf, type Sha256 } from '../../src/model/package.ts';
import { defaultPolicy, type Policy } from '../../src/model/policy.ts';
import type { Identity, Predicate, Provenance } from '../../src/model/provenance.ts';
import type { PackageReport, Report } from '../../src/model/report.ts';
import type { Occurrence } from '../../src/model/target.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { type Judgement, judge } from '../../src/policy/judge.ts';

export const now = new Date('2026-09-01T12:00:00Z');

const digest = 'ab'.repeat(32) as Sha256;

/** What the tests start from: `@acme/pkg@1.2.3`, built by `acme/pkg` and logged a minute after it was published. */
export const target: PackageVersion = { scope: 'acme', name: 'pkg', version: '1.2.3' };
const publishedAt = new Date('2026-08-20T10:00:00Z');

/** `undefined` takes an extension out of the certificate. */
export type IdentityChange = { readonly [Key in keyof Identity]?: Identity[Key] | undefined };

export function identity(change: IdentityChange = {}): Identity {
  const whole: Record<string, string | undefined> = {
    subjectAlternativeName: 'https://github.com/acme/pkg/.github/workflows/publish.yml@refs/heads/main',
    issuer: 'https://token.actions.githubusercontent.com',
    buildSignerURI: 'https://github.com/acme/pkg/.github/workflows/publish.yml@refs/heads/main',
    buildSignerDigest: 'c0'.repeat(20),
    runnerEnvironment: 'github-hosted',
    sourceRepositoryURI: 'https://github.com/acme/pkg',
    sourceRepositoryDigest: 'c0'.repeat(20),
    sourceRepositoryRef: 'refs/heads/main',
    sourceRepositoryIdentifier: '1001',
    sourceRepositoryOwnerURI: 'https://github.com/acme',
    sourceRepositoryOwnerIdentifier: '2002',
    buildConfigURI: 'https://github.com/acme/pkg/.github/workflows/publish.yml@refs/heads/main',
    buildConfigDigest: 'c0'.repeat(20),
    buildTrigger: 'push',
    runInvocationURI: 'https://github.com/acme/pkg/actions/runs/3/attempts/1',
    sourceRepositoryVisibility: 'public',
    ...change,
  };
  // Every required member is set above; a test may take out any of the optional ones.
  return Object.fromEntries(
    Object.entries(whole).filter(([, value]) => value !== undefined),
  ) as unknown as Identity;
}

/** The identity of a build in another repository, consistent in itself. */
export function builtBy(
  owner: string,
  name: string,
  { id = '9009', ownerId = '8008', workflow = 'publish.yml', ref = 'refs/heads/main', event = 'push' } = {},
): Identity {
  const base = `https://github.com/${owner}/${name}`;
  const config = `${base}/.github/workflows/${workflow}@${ref}`;
  return identity({
    subjectAlternativeName: config,
    buildSignerURI: config,
    buildConfigURI: config,
    sourceRepositoryURI: base,
    sourceRepositoryIdentifier: id,
    sourceRepositoryOwnerURI: `https://github.com/${owner}`,
    sourceRepositoryOwnerIdentifier: ownerId,
    sourceRepositoryRef: ref,
    buildTrigger: event,
    runInvocationURI: `${base}/actions/runs/7/attempts/1`,
  });
}

export interface ProvenanceChange {
  readonly package?: PackageVersion;
  readonly loggedAt?: Date;
  readonly logIndex?: string;
  readonly predicate?: Partial<Predicate>;
  readonly manifestDigest?: Sha256;
  readonly subjectOf?: 'manifest' | 'upload';
  readonly differs?: Provenance['differs'];
}

/** A proof; in the program only `prove()` can make one. */
export function provenance(who: Identity = identity(), change: ProvenanceChange = {}): Provenance {
  const about = change.package ?? target;
  return {
    package: about,
    purl: purlOf(about),
    identity: who,
    statement: {
      typeKey: 'type',
      type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subjects: [{ name: purlOf(about), sha256: digest }],
      subjectShape: 'array',
      predicate: {
        buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
        ...change.predicate,
      },
    },
    logged: {
      logIndex: change.logIndex ?? '4711',
      logId: '00',
      integratedTime: change.loggedAt ?? new Date('2026-08-20T10:01:00Z'),
      checkpoint: '',
    },
    manifestDigest: change.manifestDigest ?? digest,
    subjectOf: change.subjectOf ?? 'manifest',
    differs: change.differs ?? [],
  } as unknown as Provenance;
}

export function checks(change: Partial<Checks> = {}, proof: Provenance = provenance()): Checks {
  const ok = <Fact>(fact: Fact): Outcome<Fact> => ({ status: 'passed', fact });
  const skipped: Outcome<never> = { status: 'skipped', why: 'nobody asked' };
  return {
    manifest: ok({ source: 'served', digest, files: new Map(), exports: new Map() }),
    bundle: ok({
      sigstore: { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
      entryKind: 'intoto/0.0.2',
      payloadFrom: 'log',
      finder: 'registry',
    }),
    certificate: ok({ identity: proof.identity, validAt: proof.logged.integratedTime }),
    inclusion: ok(proof.logged),
    signature: ok({ payload: new Uint8Array() }),
    statement: ok(proof.statement),
    subject: ok({ digest, of: 'manifest' }),
    claims: ok({ compared: ['repository'], differs: [] }),
    lockfile: skipped,
    files: skipped,
    tarball: skipped,
    installed: skipped,
    ...change,
  };
}

/** What the checks say where neither registry nor log knows an attestation. */
export const absentChecks: Checks = (() => {
  const blocked: Outcome<never> = { status: 'blocked', by: 'bundle' };
  return checks({
    bundle: { status: 'absent', why: 'the registry names none' },
    certificate: blocked,
    inclusion: blocked,
    signature: blocked,
    statement: blocked,
    subject: blocked,
    claims: blocked,
  });
})();

export const registryClaims: RegistryClaims = {
  yanked: false,
  publishedAt,
  linked: { owner: 'acme', name: 'pkg', id: '1001' },
  unlinked: false,
  rekorLogId: '4711',
};

/** The same claims without a link. */
export function unlinkedClaims(change: Partial<RegistryClaims> = {}): RegistryClaims {
  const { linked: _, ...rest } = registryClaims;
  return { ...rest, unlinked: true, ...change };
}

/** An assessment in which everything is as it should be, with changes. */
export function assess(change: Partial<Assessment> = {}): Assessment {
  const proof = change.provenance ?? provenance();
  return {
    package: target,
    checks: checks({}, proof),
    provenance: proof,
    registryClaims,
    search: 'not-asked',
    occurrences: [],
    foreign: [],
    attestationFinder: 'registry',
    ...change,
  };
}

/** An assessment of a package version that has no attestation. */
export function assessAbsent(change: Partial<Assessment> = {}): Assessment {
  const { provenance: _, attestationFinder: __, ...rest } = assess();
  return {
    ...rest,
    checks: absentChecks,
    registryClaims: { ...registryClaims, rekorLogId: null },
    search: 'nothing-found',
    ...change,
  };
}

export function policy(change: Partial<Policy> = {}): Policy {
  return { ...defaultPolicy, ...change };
}

export function occurrence(change: Partial<Occurrence> = {}): Occurrence {
  return {
    at: { file: 'deno.lock', line: 14 },
    locked: { kind: 'manifest', digest },
    dependents: [],
    ...change,
  };
}

/** The report that an audit makes of an assessment. */
export function reportOf(input: Assessment, under: Policy = policy()): PackageReport {
  const judgement: Judgement = judge(input, under, now);
  return {
    purl: purlOf(input.package),
    package: input.package,
    verdict: judgement.verdict,
    checks: input.checks,
    findings: judgement.findings,
    ...(judgement.provenance && { provenance: judgement.provenance }),
    expectation: judgement.expectation,
    occurrences: input.occurrences,
    registryClaims: input.registryClaims,
  };
}

export function report(packages: readonly PackageReport[]): Report {
  return {
    checkedAt: now,
    trust: { source: 'file', from: 'trusted_root.json', warnings: [], digest: '00' },
    log: { kind: 'not-checked', why: 'a test' },
    packages,
    findings: [],
    unresolved: [],
    unusedExemptions: [],
    depth: 'attestation',
    requests: {},
    interrupted: false,
  };
}
