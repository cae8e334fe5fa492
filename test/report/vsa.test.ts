import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Checks, passed, unknown } from '../../src/model/check.ts';
import type { PackageReport } from '../../src/model/report.ts';
import { vsa } from '../../src/report/formats/vsa.ts';
import { poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anExempt,
  anInconclusive,
  anUnattested,
  aProvenance,
  aRejected,
  aReport,
  aVerified,
  passedChecks,
} from './sample.ts';

const render = (...packages: readonly PackageReport[]) =>
  vsa
    .render(aReport({ packages }), aContext())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const levels = (pkg: PackageReport) => render(pkg)[0].predicate.verifiedLevels;

const pkg = { scope: 'acme', name: 'widget', version: '1.2.3' };
function withIdentity(identity: Parameters<typeof aProvenance>[2], changes: Partial<Checks> = {}) {
  const provenance = aProvenance(pkg, 'acme/widget', identity);
  return aVerified('widget', { provenance, checks: passedChecks(provenance, changes) });
}

describe('verification summaries', () => {
  it('are in-toto statements about the manifest digest, with every field SLSA requires', () => {
    const [statement] = render(aVerified());
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'pkg:jsr/@acme/widget@1.2.3', digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: 'pkg:npm/jsr-verify', version: { 'jsr-verify': '0.1.0' } },
        timeVerified: '2026-06-01T12:00:00Z',
        resourceUri: 'pkg:jsr/@acme/widget@1.2.3',
        policy: { uri: 'urn:jsr-verify:expectation:registry-link' },
        verificationResult: 'PASSED',
        verifiedLevels: ['SLSA_BUILD_LEVEL_2'],
        slsaVersion: '1.0',
      },
    });
    expect(statement.predicate.inputAttestations).toEqual([
      {
        uri: 'https://search.sigstore.dev/?logIndex=2313255666',
        digest: { sha256: createHash('sha256').update(new Uint8Array(973)).digest('hex') },
      },
    ]);
  });

  it('claim level 2 at most, and only for a GitHub-hosted runner whose claims agree with the certificate', () => {
    expect(levels(withIdentity({}))).toEqual(['SLSA_BUILD_LEVEL_2']);
    expect(levels(withIdentity({ runnerEnvironment: 'self-hosted' }))).toEqual(['SLSA_BUILD_LEVEL_1']);
    expect(levels(withIdentity({ issuer: 'https://gitlab.com' }))).toEqual(['SLSA_BUILD_LEVEL_1']);
    const differs = [{ claim: 'ref', claimed: 'refs/heads/x', proven: 'refs/heads/main' }];
    expect(levels(withIdentity({}, { claims: passed({ compared: ['ref'], differs }) }))).toEqual([
      'SLSA_BUILD_LEVEL_1',
    ]);
    expect(vsa.render(aFullReport(), aContext())).not.toContain('LEVEL_3');
  });

  it('say FAILED of a rejected package', () => {
    const [rejected] = render(aRejected());
    expect(rejected.predicate).toMatchObject({ verificationResult: 'FAILED', verifiedLevels: ['FAILED'] });
  });

  it('pass nothing that is exempt or that the policy allows without provenance', () => {
    const verdicts = render(anExempt(), anUnattested(), aVerified()).map(
      ({ predicate }) => predicate['urn:jsr-verify:verdict'],
    );
    expect(verdicts).toEqual(['verified']);
  });

  it('say nothing of what could not be decided, or of a package without a known manifest', () => {
    expect(render(anInconclusive())).toEqual([]);
    const rejected = aRejected();
    expect(
      render({ ...rejected, checks: { ...rejected.checks, manifest: unknown('jsr.io did not answer') } }),
    ).toEqual([]);
  });

  it('pass nothing under a log that forked', () => {
    const text = vsa.render(aFullReport(), aContext());
    expect(text).not.toContain('PASSED');
    expect(text).toContain('FAILED');
  });

  it('are one line each, whatever the names', () => {
    const report = poison({ ...aFullReport(), log: aReport().log, interrupted: false });
    const text = vsa.render(report, aContext());
    expect(text.trimEnd().split(/[\n\r\u0085\u2028\u2029]/).length).toBe(2);
    for (const line of text.trimEnd().split('\n')) JSON.parse(line);
  });
});
