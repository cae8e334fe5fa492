import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { PackageReport } from '../../src/model/report.ts';
import { sarif } from '../../src/report/formats/sarif.ts';
import { poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anInconclusive,
  anOccurrence,
  aRejected,
  aReport,
  aVerified,
  sampleCatalogue,
} from './sample.ts';

const require = createRequire(import.meta.url);
// The official schema, as the OASIS committee's test matchers carry it; draft 4 calls `$id` `id`.
const {
  $schema: _,
  id: __,
  ...official
} = JSON.parse(
  readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
);
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(official);

function parse(report = aReport()) {
  const log = JSON.parse(sarif.render(report, aContext()));
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  const [run] = log.runs;
  return { rules: run.tool.driver.rules, results: run.results, invocation: run.invocations[0] };
}

const only = (pkg: PackageReport) => parse(aReport({ packages: [pkg] })).results;

describe('SARIF', () => {
  it('is valid against the official schema, for every report', () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] }), poison(aFullReport())])
      parse(report);
  });

  it('the schema is really asked', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{}] }] })).toBe(
      false,
    );
  });

  it('has one rule with help for every check and rule, and every result points at its own', () => {
    const { rules, results } = parse();
    expect(rules.slice(0, sampleCatalogue.size).map(({ id }: { id: string }) => id)).toEqual([
      ...sampleCatalogue.keys(),
    ]);
    expect(rules[0]).toMatchObject({
      id: 'manifest',
      shortDescription: { text: 'the version manifest is well formed' },
      defaultConfiguration: { level: 'error' },
    });
    expect(rules[0].help.text).toContain('what to do about manifest');
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex].id).toBe(ruleId);
  });

  it('has a rule for an id that the catalogue does not know', () => {
    const { rules, results } = parse(aFullReport());
    const resolve = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'resolve');
    expect(rules[resolve.ruleIndex]).toEqual({ id: 'resolve' });
  });

  it('says nothing about a verified package, and something about every other verdict', () => {
    expect(only(aVerified())).toEqual([]);
    const levels = parse().results.map(
      (result: { ruleId: string; level: string }) => `${result.ruleId} ${result.level}`,
    );
    expect(levels).toEqual([
      'subject error',
      'pinned-identity error',
      'yanked warning',
      'inclusion warning',
      'tag-matches-version error',
      'require-provenance note',
    ]);
  });

  it('marks what an exemption lets pass as suppressed, with the reason', () => {
    const exempt = parse().results.find(({ ruleId }: { ruleId: string }) => ruleId === 'tag-matches-version');
    expect(exempt.suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification: 'until 2027-01-31: releases are dispatched by hand until the move',
      },
    ]);
  });

  it('points at the line of the lockfile, once per lockfile', () => {
    const occurrences = [
      anOccurrence(14),
      anOccurrence(90),
      anOccurrence(5, { at: { file: 'web/package-lock.json', line: 5, column: 7 } }),
    ];
    const results = only(aRejected('tampered', { occurrences })).filter(
      ({ ruleId }: { ruleId: string }) => ruleId === 'pinned-identity',
    );
    expect(results.map(({ locations }: { locations: unknown[] }) => locations[0])).toMatchObject([
      { physicalLocation: { artifactLocation: { uri: 'deno.lock' }, region: { startLine: 14 } } },
      {
        physicalLocation: {
          artifactLocation: { uri: 'web/package-lock.json' },
          region: { startLine: 5, startColumn: 7 },
        },
      },
    ]);
    expect(results[0].relatedLocations[0].physicalLocation.region.startLine).toBe(90);
  });

  it('keeps fingerprints when lines move, and tells packages, findings and lockfiles apart', () => {
    const prints = (file: string, line: number, name = 'tampered') =>
      only(
        aRejected(name, {
          occurrences: [anOccurrence(line, { at: { file, line } })],
          findings: [
            { id: 'subject', severity: 'error', message: `seen at ${line}`, at: { file, line } },
            { id: 'yanked', severity: 'warning', message: 'this version was yanked' },
          ],
        }),
      ).map(
        ({ partialFingerprints }: { partialFingerprints: object }) => Object.values(partialFingerprints)[0],
      );
    expect(prints('deno.lock', 14)).toEqual(prints('deno.lock', 99));
    const different = [
      ...prints('deno.lock', 1),
      ...prints('a/deno.lock', 1),
      ...prints('deno.lock', 1, 'other'),
    ];
    expect(new Set(different).size).toBe(6);
  });

  it('says how the run itself went', () => {
    expect(parse().invocation).toMatchObject({
      executionSuccessful: true,
      endTimeUtc: '2026-06-01T12:00:00Z',
    });
    const { executionSuccessful, toolExecutionNotifications } = parse(aFullReport()).invocation;
    expect(executionSuccessful).toBe(false);
    expect(toolExecutionNotifications.map(({ level }: { level: string }) => level)).toEqual([
      'note',
      'note',
      'warning',
      'error',
      'error',
      'error',
    ]);
  });

  it('writes paths as addresses: spaces, drives and absolute paths', () => {
    const uri = (file: string) =>
      only(anInconclusive('x', { occurrences: [anOccurrence(1, { at: { file, line: 1 } })] }))[0].locations[0]
        .physicalLocation.artifactLocation.uri;
    expect(uri('my app/deno.lock')).toBe('my%20app/deno.lock');
    expect(uri('../deno.lock')).toBe('../deno.lock');
    expect(uri('/home/me/deno.lock')).toBe('file:///home/me/deno.lock');
    expect(uri('C:\\me\\deno.lock')).toBe('file:///C:/me/deno.lock');
    expect(uri('//evil.example/deno.lock')).toBe('file:///evil.example/deno.lock');
  });

  it('leaves no link in a message', () => {
    const findings = [
      { id: 'yanked', severity: 'error', message: '[click](https://evil.example) \\[x](1)' },
    ] as const;
    expect(only(aVerified('x', { findings }))[0].message.text).toBe(
      '@acme/x@1.2.3: \\[click\\](https://evil.example) \\\\\\[x\\](1)',
    );
  });
});
