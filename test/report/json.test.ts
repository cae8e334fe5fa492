import { describe, expect, it } from 'vitest';
import { checkIds } from '../../src/model/check.ts';
import { json } from '../../src/report/formats/json.ts';
import { ndjson } from '../../src/report/formats/ndjson.ts';
import { hostile, poison } from './hostile.ts';
import { aContext, aFullReport, anInconclusive, aRejected, aReport, aVerified } from './sample.ts';
import { expectPackage, expectReport, problems } from './schema.ts';

const render = (report = aReport()) => json.render(report, aContext());
const parse = (report = aReport()) => JSON.parse(render(report));

describe('the JSON report', () => {
  it('has the shape that was promised', () => {
    const report = parse();
    expect(report).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'jsr-verify', version: '0.1.0' },
      checkedAt: '2026-06-01T12:00:00Z',
      trust: { source: 'tuf' },
      log: { kind: 'first-seen' },
      summary: { total: 5, verified: 1, unattested: 1, exempt: 1, rejected: 1, inconclusive: 1 },
      changes: [],
    });
    expect(report.packages[0]).toMatchObject({
      purl: 'pkg:jsr/@acme/widget@1.2.3',
      scope: 'acme',
      name: 'widget',
      version: '1.2.3',
      verdict: 'verified',
      findings: [],
    });
    expect(report.packages[0].provenance).toEqual({
      repository: 'https://github.com/acme/widget',
      repositoryId: '123456789',
      ownerId: '4242',
      workflow: '.github/workflows/publish.yml',
      ref: 'refs/tags/1.2.3',
      commit: '1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
      event: 'push',
      runner: 'github-hosted',
      issuer: 'https://token.actions.githubusercontent.com',
      run: 'https://github.com/acme/widget/actions/runs/15551212/attempts/1',
      signer: null,
      manifestDigest: 'a'.repeat(64),
      subjectOf: 'manifest',
      logIndex: '2313255666',
      integratedTime: '2026-05-01T10:20:30Z',
      expectation: 'registry-link',
    });
    expect(report.packages[3].findings[0]).toMatchObject({
      id: 'subject',
      severity: 'error',
      at: { file: 'deno.lock', line: 14 },
    });
  });

  it('is described by the published schema, down to the last property', () => {
    expectReport(render());
    expectReport(render(aFullReport()));
    expectReport(render(aReport({ packages: [] })));
    const locked = {
      kind: 'nothing',
      why: 'npm changes it with a patch of the project',
      patched: true,
    } as const;
    const occurrences = [{ at: { file: 'deno.lock', line: 7 }, locked, dependents: [] }];
    expectReport(render(aReport({ packages: [{ ...aVerified(), occurrences }] })));
    expectReport(render(aReport({ log: { kind: 'not-checked', why: 'offline' } })));
  });

  it('accounts for every check of every package, in the order of the chain', () => {
    for (const pkg of parse(aFullReport()).packages) expect(Object.keys(pkg.checks)).toEqual(checkIds);
  });

  it('says of each check what was established or why it was not, without bytes', () => {
    const { checks } = parse().packages[0];
    expect(checks.manifest).toEqual({
      status: 'passed',
      source: 'served',
      digest: 'a'.repeat(64),
      files: 1,
      exports: 1,
    });
    expect(checks.signature).toEqual({ status: 'passed', payloadBytes: 973 });
    expect(checks.files).toEqual({ status: 'skipped', why: 'not asked for at depth attestation' });
    const rejected = parse().packages[3].checks;
    expect(rejected.subject).toMatchObject({ status: 'failed', reason: 'the digests differ' });
    expect(rejected.claims).toEqual({ status: 'blocked', by: 'subject' });
  });

  it('states provenance only where the whole chain holds', () => {
    const with_ = parse().packages.filter((pkg: { provenance?: unknown }) => pkg.provenance !== undefined);
    expect(with_.map((pkg: { verdict: string }) => pkg.verdict)).toEqual(['verified', 'exempt']);
  });

  it('says what an inconclusive and an exempt verdict rest on', () => {
    const [, , exempt, , inconclusive] = parse().packages;
    expect(inconclusive.gaps).toEqual([
      { id: 'inclusion', why: 'rekor.example did not answer within 10 seconds' },
    ]);
    expect(exempt.exemptions[0].rule).toBe('tag-matches-version');
  });

  it('writes null for a version that could not be resolved and a date that cannot be written', () => {
    const report = parse(aFullReport());
    expect(report.packages.at(-1).version).toBeNull();
    const trust = { ...aReport().trust, expiresAt: new Date(Number.NaN), refreshedAt: new Date(8.64e15) };
    expect(parse(aReport({ trust })).trust).toMatchObject({ expiresAt: null, refreshedAt: null });
  });

  it('is the same text every time, whatever the order of hosts', () => {
    expect(render(aFullReport())).toBe(render(aFullReport()));
    expect(render(aReport({ requests: { b: 1, a: 2 } }))).toBe(render(aReport({ requests: { a: 2, b: 1 } })));
  });

  it('carries hostile text as data, in characters that print', () => {
    const text = render(poison(aFullReport()));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(text).packages[0].name).toBe(`widget${hostile}`);
  });
});

describe('the schema', () => {
  it('refuses a verified package without provenance, a missing check and an unknown verdict', () => {
    const report = parse(aReport({ packages: [aVerified()] }));
    const [pkg] = report.packages;
    const wrong = (change: (copy: typeof pkg) => void) => {
      const copy = structuredClone(pkg);
      change(copy);
      return problems('published', { ...report, packages: [copy] }).length;
    };
    expect(wrong(() => undefined)).toBe(0);
    expect(wrong((copy) => delete copy.provenance)).toBeGreaterThan(0);
    expect(wrong((copy) => delete copy.checks.inclusion)).toBeGreaterThan(0);
    expect(wrong((copy) => Object.assign(copy, { verdict: 'fine' }))).toBeGreaterThan(0);
  });

  it('allows properties that a later release adds', () => {
    expect(problems('published', { ...parse(), later: 1 })).toEqual([]);
    expect(problems('closed', { ...parse(), later: 1 })).not.toEqual([]);
  });
});

describe('the stream of JSON lines', () => {
  it('has one line per package and the summary last', () => {
    const lines = ndjson
      .render(aFullReport(), aContext())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.type)).toEqual([...Array(7).fill('package'), 'summary']);
    for (const { type: _, ...pkg } of lines.slice(0, -1)) expectPackage(pkg);
    const { type: _, ...summary } = lines.at(-1);
    expectReport(
      JSON.stringify({ ...summary, packages: lines.slice(0, -1).map(({ type: _, ...pkg }) => pkg) }),
    );
  });

  it('can be printed as packages finish', () => {
    const packages = [aRejected(), anInconclusive()];
    const report = aReport({ packages });
    expect(
      packages.map((pkg) => ndjson.renderPackage(pkg, aContext())).join('') +
        ndjson.renderEnd(report, aContext()),
    ).toBe(ndjson.render(report, aContext()));
  });

  it('lets no text from outside begin a line', () => {
    const text = ndjson.render(poison(aFullReport()), aContext());
    expect(text.trimEnd().split(/[\n\r\u0085\u2028\u2029]/).length).toBe(8);
  });
});
