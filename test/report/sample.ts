import {
  type CheckId,
  type Checks,
  checkIds,
  failed,
  type ManifestFact,
  passed,
  skipped,
  unknown,
} from '../../src/model/check.ts';
import type { Finding, Verdict } from '../../src/model/finding.ts';
import { type PackageVersion, purlOf, type Sha256 } from '../../src/model/package.ts';
import type { Exemption } from '../../src/model/policy.ts';
import type { Provenance } from '../../src/model/provenance.ts';
import type { PackageReport, Report } from '../../src/model/report.ts';
import type { Occurrence } from '../../src/model/target.ts';
import type { Catalogue, CatalogueEntry, RenderContext } from '../../src/report/renderer.ts';

/** A digest that looks like one: the same digit 64 times. */
function digest(digit = 'a'): Sha256 {
  return digit.repeat(64) as Sha256;
}

const commit = '1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b';
const checkpoint = 'log.example - 42\n1000\nAAAA\n\n— log.example BBBB\n';
const loggedAt = new Date('2026-05-01T10:20:30.456Z');

/** Proof of a build by `repository`, as `prove()` would make it. */
export function aProvenance(
  pkg: PackageVersion,
  repository = 'acme/widget',
  identity: Partial<Provenance['identity']> = {},
): Provenance {
  const source = `https://github.com/${repository}`;
  const workflow = `${source}/.github/workflows/publish.yml@refs/tags/${pkg.version}`;
  const proof = {
    package: pkg,
    purl: purlOf(pkg),
    identity: {
      subjectAlternativeName: workflow,
      issuer: 'https://token.actions.githubusercontent.com',
      buildSignerURI: workflow,
      buildSignerDigest: commit,
      runnerEnvironment: 'github-hosted',
      sourceRepositoryURI: source,
      sourceRepositoryDigest: commit,
      sourceRepositoryRef: `refs/tags/${pkg.version}`,
      sourceRepositoryIdentifier: '123456789',
      sourceRepositoryOwnerURI: `https://github.com/${repository.split('/')[0] ?? ''}`,
      sourceRepositoryOwnerIdentifier: '4242',
      buildConfigURI: workflow,
      buildConfigDigest: commit,
      buildTrigger: 'push',
      runInvocationURI: `${source}/actions/runs/15551212/attempts/1`,
      sourceRepositoryVisibility: 'public',
      ...identity,
    },
    statement: {
      typeKey: 'type',
      type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subjects: [{ name: purlOf(pkg), sha256: digest() }],
      subjectShape: 'array',
      predicate: {
        buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
        builderId: 'https://github.com/actions/runner/github-hosted',
        repository: source,
        ref: `refs/tags/${pkg.version}`,
        workflowPath: '.github/workflows/publish.yml',
        commit,
        event: 'push',
      },
    },
    logged: {
      logIndex: '2313255666',
      logId: digest('c'),
      entryId: `${'1'.repeat(16)}${digest('e')}`,
      integratedTime: loggedAt,
      checkpoint,
    },
    manifestDigest: digest(),
    subjectOf: 'manifest',
    differs: [],
  };
  return proof as unknown as Provenance;
}

/** The checks of a package whose whole chain holds, at depth `attestation`. */
export function passedChecks(provenance: Provenance, changes: Partial<Checks> = {}): Checks {
  const notAsked = skipped('not asked for at depth attestation');
  return {
    manifest: passed<ManifestFact>({
      source: 'served',
      digest: provenance.manifestDigest,
      files: new Map([['/mod.ts', { sha256: digest('d'), size: 120 }]]),
      exports: new Map([['.', './mod.ts']]),
    }),
    bundle: passed({
      sigstore: { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
      entryKind: 'intoto/0.0.2',
      payloadFrom: 'log',
      finder: 'registry',
      logIndex: provenance.logged.logIndex,
    }),
    certificate: passed({ identity: provenance.identity, validAt: loggedAt }),
    inclusion: passed(provenance.logged),
    signature: passed({ payload: new Uint8Array(973) }),
    statement: passed(provenance.statement),
    subject: passed({ digest: provenance.manifestDigest, of: 'manifest' }),
    claims: passed({ compared: ['repository', 'ref', 'commit'], differs: [] }),
    lockfile: passed({ agrees: ['manifest'], notCompared: [] }),
    files: notAsked,
    tarball: notAsked,
    installed: notAsked,
    ...changes,
  };
}

/** The checks of a package whose chain broke at `id`; what comes after is blocked by it. */
function brokenChecks(id: CheckId, outcome: Checks[CheckId], provenance: Provenance): Checks {
  const chain = passedChecks(provenance);
  const at = checkIds.indexOf(id);
  const entries = checkIds.map((checkId, index) => {
    if (index === at) return [checkId, outcome];
    const isBlocked = index > at && chain[checkId].status === 'passed' && checkId !== 'lockfile';
    return [checkId, isBlocked ? { status: 'blocked', by: id } : chain[checkId]];
  });
  return Object.fromEntries(entries) as Checks;
}

/** One mention in `deno.lock`. */
export function anOccurrence(line: number, more: Partial<Occurrence> = {}): Occurrence {
  return {
    at: { file: 'deno.lock', line },
    locked: { kind: 'manifest', digest: digest() },
    dependents: [],
    ...more,
  };
}

type Parts = Partial<Omit<PackageReport, 'package' | 'purl' | 'verdict'>> & { readonly version?: string };

/** A verified package, from a lockfile unless `occurrences` is empty. */
export function aVerified(
  name = 'widget',
  parts: Parts & { readonly repository?: string } = {},
): PackageReport {
  const { version = '1.2.3', repository, ...rest } = parts;
  const pkg = { scope: 'acme', name, version };
  const provenance = parts.provenance ?? aProvenance(pkg, repository);
  return aPackage(
    pkg,
    { kind: 'verified', provenance },
    { provenance, checks: passedChecks(provenance), ...rest },
  );
}

/** Rejected: the manifest was changed after signing, and the publisher is not the pinned one. */
export function aRejected(name = 'tampered', parts: Parts = {}): PackageReport {
  const pkg = { scope: 'acme', name, version: parts.version ?? '2.0.0' };
  const because: Finding = {
    id: 'subject',
    severity: 'error',
    message: `attested ${digest('b')}, served ${digest()}`,
    hint: 'the registry serves other bytes than were signed; do not install this version',
    at: { file: 'deno.lock', line: 14 },
  };
  const second: Finding = {
    id: 'pinned-identity',
    severity: 'error',
    message: 'signed by https://github.com/evil/widget, pinned to https://github.com/acme/widget',
    hint: 'if the move is intended, run `jsr-verify pin @acme/tampered` and commit the policy file',
  };
  const broken = failed('the digests differ', { details: [`seen   ${digest()}`, `wanted ${digest('b')}`] });
  return aPackage(
    pkg,
    { kind: 'rejected', because: [because, second] },
    {
      checks: brokenChecks('subject', broken, aProvenance(pkg)),
      findings: [because, second, { id: 'yanked', severity: 'warning', message: 'this version was yanked' }],
      occurrences: [anOccurrence(14)],
      ...parts,
    },
  );
}

/** Inconclusive: the log did not answer. */
export function anInconclusive(name = 'unreachable', parts: Parts = {}): PackageReport {
  const pkg = { scope: 'acme', name, version: parts.version ?? '0.3.0' };
  const why = 'rekor.example did not answer within 10 seconds';
  return aPackage(
    pkg,
    { kind: 'inconclusive', because: [{ id: 'inclusion', why }] },
    {
      checks: brokenChecks('inclusion', unknown(why, ['asked 3 times']), aProvenance(pkg)),
      occurrences: [anOccurrence(21)],
      ...parts,
    },
  );
}

/** Unattested, and the policy allows it. */
export function anUnattested(name = 'old', parts: Parts = {}): PackageReport {
  const pkg = { scope: 'acme', name, version: parts.version ?? '0.1.0' };
  const none = { status: 'absent', why: 'the registry names no attestation and the log has none' } as const;
  return aPackage(
    pkg,
    { kind: 'unattested' },
    {
      checks: brokenChecks('bundle', none, aProvenance(pkg)),
      findings: [
        { id: 'require-provenance', severity: 'note', message: 'has no provenance, which the policy allows' },
      ],
      occurrences: [anOccurrence(30)],
      expectation: 'none',
      registryClaims: { yanked: false, unlinked: true, rekorLogId: null },
      ...parts,
    },
  );
}

const anExemption: Exemption = {
  package: '@acme/dispatched',
  rule: 'tag-matches-version',
  reason: 'releases are dispatched by hand until the move',
  until: '2027-01-31',
  at: { file: 'jsr-verify.json', line: 9 },
};

/** Exempt: a broken rule that the policy lets pass for a while. */
export function anExempt(name = 'dispatched', parts: Parts = {}): PackageReport {
  const pkg = { scope: 'acme', name, version: parts.version ?? '4.0.0-rc.1' };
  const provenance = aProvenance(pkg);
  return aPackage(
    pkg,
    { kind: 'exempt', exemptions: [anExemption] },
    {
      provenance,
      checks: passedChecks(provenance),
      findings: [
        {
          id: 'tag-matches-version',
          severity: 'error',
          message: 'built from refs/heads/main, expected a tag that names 4.0.0-rc.1',
          exempted: { reason: anExemption.reason, until: anExemption.until },
        },
      ],
      occurrences: [anOccurrence(40)],
      expectation: 'policy',
      ...parts,
    },
  );
}

function aPackage(
  pkg: PackageVersion,
  verdict: Verdict,
  { version: _, ...parts }: Parts & Pick<PackageReport, 'checks'>,
): PackageReport {
  return {
    purl: purlOf(pkg),
    package: pkg,
    verdict,
    findings: [],
    expectation: 'registry-link',
    occurrences: [anOccurrence(7)],
    registryClaims: {
      yanked: false,
      publishedAt: new Date('2026-05-01T10:20:00Z'),
      linked: { owner: 'acme', name: 'widget', id: '123456789' },
      unlinked: false,
      rekorLogId: '2313255666',
    },
    ...parts,
  };
}

/** One package of each verdict. */
export function oneOfEach(): readonly PackageReport[] {
  return [aVerified(), anUnattested(), anExempt(), aRejected(), anInconclusive()];
}

/** A run over `packages`; one of each verdict unless told otherwise. */
export function aReport(parts: Partial<Report> = {}): Report {
  return {
    checkedAt: new Date('2026-06-01T12:00:00.789Z'),
    trust: {
      source: 'tuf',
      from: 'https://tuf-repo-cdn.sigstore.dev',
      refreshedAt: new Date('2026-06-01T11:59:58Z'),
      expiresAt: new Date('2026-06-08T00:00:00Z'),
      versions: { root: 16, timestamp: 400 },
      warnings: [],
      digest: digest('f'),
    },
    log: { kind: 'first-seen', logs: [{ origin: 'log.example - 42', size: '1000' }] },
    packages: oneOfEach(),
    findings: [],
    unresolved: [],
    unusedExemptions: [],
    depth: 'attestation',
    requests: { 'jsr.io': 5, 'api.jsr.io': 5, 'rekor.sigstore.dev': 1 },
    interrupted: false,
    ...parts,
  };
}

/** A report that uses every part of the model at once. */
export function aFullReport(): Report {
  const before = aVerified('moved', { version: '1.0.0' });
  const after = anUnattested('moved', { version: '1.1.0' });
  return aReport({
    packages: [...oneOfEach(), after, unresolvedPackage()],
    trust: {
      ...aReport().trust,
      source: 'embedded',
      warnings: ['TUF could not be reached: connection refused'],
    },
    log: {
      kind: 'forked',
      logs: [{ origin: 'log.example - 42', size: '1000', remembered: '900' }],
      fork: {
        origin: 'log.example - 42',
        older: 'log.example - 42\n900\nCCCC\n\n— log.example DDDD\n',
        newer: checkpoint,
        proof: ['EEEE', 'FFFF'],
        why: 'the tree of 900 entries is not a prefix of the tree of 1000',
      },
    },
    findings: [
      {
        id: 'lockfile-entry',
        severity: 'error',
        message: 'the entry "jsr:@acme" has no name',
        hint: 'write the lockfile again with its own client',
        at: { file: 'deno.lock', line: 3, column: 5 },
      },
    ],
    unresolved: [{ spec: '@acme/wigdet', reason: 'no such package', hint: 'did you mean @acme/widget' }],
    policyFile: 'jsr-verify.json',
    oldestAnswer: new Date('2026-05-30T08:00:00Z'),
    unusedExemptions: [{ ...anExemption, package: '@acme/gone', rule: 'yanked', versions: '^1' }],
    changes: [
      {
        kind: 'added',
        purl: 'pkg:jsr/@acme/widget',
        after: aVerified(),
        provenance: 'none',
        publisher: { kind: 'unknown', from: [] },
        earlier: '1.2.2',
      },
      { kind: 'removed', purl: 'pkg:jsr/@acme/gone', before: aVerified('gone') },
      {
        kind: 'relocked',
        purl: 'pkg:jsr/@acme/widget',
        before: aVerified(),
        after: aVerified(),
        locks: [
          {
            how: 'unlocked',
            before: { kind: 'tarball', integrity: 'sha512-AAAA', url: 'https://npm.jsr.io/a.tgz' },
            after: { kind: 'nothing', why: 'the lockfile says "integrity" of nothing' },
          },
        ],
      },
      {
        kind: 'moved',
        purl: 'pkg:jsr/@acme/moved',
        before,
        after,
        provenance: 'lost',
        publisher: {
          kind: 'changed',
          from: [
            {
              claim: 'repository',
              before: 'https://github.com/acme/widget',
              after: 'https://github.com/evil/widget',
            },
          ],
        },
      },
    ],
    interrupted: true,
  });
}

/** A package whose version could not be found out, because the registry did not answer. */
function unresolvedPackage(): PackageReport {
  const why = 'jsr.io did not answer';
  const checks = Object.fromEntries(checkIds.map((id) => [id, unknown(why)])) as unknown as Checks;
  return {
    ...anInconclusive(),
    purl: 'pkg:jsr/@acme/unresolved',
    package: { scope: 'acme', name: 'unresolved' },
    verdict: { kind: 'inconclusive', because: [{ id: 'resolve', why }] },
    checks,
    occurrences: [],
    expectation: 'none',
  };
}

function entry(id: string, kind: CatalogueEntry['kind'], title: string): readonly [string, CatalogueEntry] {
  return [
    id,
    {
      id,
      kind,
      severity: kind === 'check' ? 'error' : 'warning',
      title,
      why: `why ${title} matters`,
      fix: `what to do about ${id}`,
    },
  ];
}

/** A catalogue with every check and the rules the samples break. */
export const sampleCatalogue: Catalogue = new Map([
  entry('manifest', 'check', 'the version manifest is well formed'),
  entry('bundle', 'check', 'an attestation was found and can be read'),
  entry('certificate', 'check', 'the certificate chains to the trusted root and was valid when it signed'),
  entry('inclusion', 'check', 'the transparency log promised and proved the entry'),
  entry('signature', 'check', 'the signature over the statement holds'),
  entry('statement', 'check', 'the statement is in-toto with SLSA provenance'),
  entry('subject', 'check', 'the statement is about this package and these bytes'),
  entry('claims', 'check', 'what the job claims agrees with the certificate'),
  entry('lockfile', 'check', 'what the lockfile holds it to is what is attested'),
  entry('files', 'check', 'every file equals its checksum in the manifest'),
  entry('tarball', 'check', 'every file of the npm tarball is explained by the attested files'),
  entry('installed', 'check', 'every file on this disk is explained by what is attested'),
  entry('require-provenance', 'rule', 'every package has provenance'),
  entry('pinned-identity', 'rule', 'a pinned package is built by whom it is pinned to'),
  entry('yanked', 'rule', 'no package version was yanked'),
  entry('tag-matches-version', 'rule', 'the tag names the version'),
  entry('lockfile-entry', 'rule', 'every entry of the lockfile can be read'),
]);

/** A plain terminal of 80 columns. */
export function aContext(parts: Partial<RenderContext> = {}): RenderContext {
  return {
    catalogue: sampleCatalogue,
    toolVersion: '0.1.0',
    color: false,
    columns: 80,
    hyperlinks: false,
    verbose: false,
    strict: false,
    allowEmpty: false,
    quiet: false,
    links: { registry: 'https://jsr.io', rekor: 'https://rekor.sigstore.dev' },
    ...parts,
  };
}
