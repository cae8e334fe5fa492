import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { aboutEverything } from '../../src/catalogue.ts';
import type { PackageReport } from '../../src/model/report.ts';
import { renderSarif, sarif } from '../../src/report/formats/sarif.ts';
import type { RenderContext } from '../../src/report/renderer.ts';
import { poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anInconclusive,
  anOccurrence,
  anUnattested,
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

function parse(report = aReport(), context: Partial<RenderContext> = {}) {
  return parts(sarif.render(report, aContext(context)));
}

/** The parts of a file, after it was found valid and such that code scanning takes it. */
function parts(text: string) {
  const log = JSON.parse(text);
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  const [run] = log.runs;
  const { rules } = run.tool.driver;
  for (const { ruleId, ruleIndex, locations, message } of run.results) {
    expect(rules[ruleIndex].id).toBe(ruleId);
    const [{ physicalLocation }, ...others] = locations;
    expect(others).toEqual([]);
    expect(physicalLocation.artifactLocation.uri).toMatch(/./);
    expect(physicalLocation.region.startLine).toBeGreaterThan(0);
    expect(message.text).toMatch(/./);
  }
  const prints = run.results.map(
    ({ partialFingerprints }: { partialFingerprints: { primaryLocationLineHash: string } }) =>
      partialFingerprints.primaryLocationLineHash,
  );
  expect(new Set(prints).size).toBe(prints.length);
  return { run, rules, results: run.results, invocation: run.invocations[0] };
}

interface Rule {
  readonly id: string;
  readonly helpUri: string;
  readonly defaultConfiguration: { readonly level: string };
  readonly properties: { readonly tags: readonly string[]; readonly 'security-severity': string };
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
    expect(rules[resolve.ruleIndex]).toMatchObject({
      id: 'resolve',
      properties: { 'security-severity': '5.0' },
    });
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

  it('names files from the root of the repository, wherever in it the run started', () => {
    const artifact = (file: string) =>
      parse(
        aReport({
          packages: [anInconclusive('x', { occurrences: [anOccurrence(1, { at: { file, line: 1 } })] })],
        }),
        { checkout: { root: '/home/me/repo', folder: '/home/me/repo/web app' } },
      ).results[0].locations[0].physicalLocation.artifactLocation;
    const below = (uri: string) => ({ uri, uriBaseId: '%SRCROOT%' });
    expect(artifact('deno.lock')).toEqual(below('web%20app/deno.lock'));
    expect(artifact('../deno.lock')).toEqual(below('deno.lock'));
    expect(artifact('/home/me/repo/api/deno.lock')).toEqual(below('api/deno.lock'));
    expect(artifact('..two/deno.lock')).toEqual(below('web%20app/..two/deno.lock'));
    expect(artifact('../../deno.lock')).toEqual({ uri: 'file:///home/me/deno.lock' });
    expect(artifact('/home/me/repository/deno.lock')).toEqual({
      uri: 'file:///home/me/repository/deno.lock',
    });
    expect(parse().run.originalUriBaseIds).toEqual({
      '%SRCROOT%': { description: { text: 'The root of the repository.' } },
    });
    expect(parse().results[0].locations[0].physicalLocation.artifactLocation).toEqual(below('deno.lock'));
  });

  it('has a category for each folder of a repository', () => {
    const id = (folder: string) =>
      parse(aReport(), { checkout: { root: '/repo', folder } }).run.automationDetails.id;
    expect([id('/repo'), id('/repo/web'), parse().run.automationDetails.id]).toEqual([
      'jsr-verify/',
      'jsr-verify/web/',
      'jsr-verify/',
    ]);
  });

  it('has a page, a level and a security severity for every check and rule', () => {
    const { rules, run } = parse(aReport(), { catalogue: aboutEverything });
    expect(run.tool.driver.informationUri).toBe('https://github.com/jsr-verify/jsr-verify');
    const band = (severity: string) => {
      const number = Number(severity);
      if (number > 9) return 'critical';
      return number >= 7 && number <= 8.9 ? 'high' : number >= 4 && number <= 6.9 ? 'medium' : 'low';
    };
    const seen = rules.map(({ id, helpUri, properties, defaultConfiguration }: Rule) => {
      const prefix = 'https://github.com/jsr-verify/jsr-verify/blob/v0.1.0/';
      expect(helpUri.startsWith(prefix), helpUri).toBe(true);
      expect(existsSync(join(import.meta.dirname, '../..', helpUri.slice(prefix.length))), helpUri).toBe(
        true,
      );
      expect(properties.tags).toContain('security');
      expect(properties.tags.length).toBeLessThanOrEqual(10);
      return [id, `${defaultConfiguration.level} ${band(properties['security-severity'])}`];
    });
    expect(Object.fromEntries(seen)).toMatchObject({
      signature: 'error critical',
      'pinned-identity': 'error high',
      yanked: 'warning medium',
      unpinned: 'warning medium',
      'reusable-workflow': 'note low',
    });
    const off = rules.find(({ id }: Rule) => id === 'tag-matches-version');
    expect(off.defaultConfiguration).toEqual({ level: 'warning', enabled: false });
  });

  it('shows a package of the command line at the policy that is about it, and says so', () => {
    const place = (about: Partial<PackageReport>, policyFile?: string) => {
      const packages = [anInconclusive('x', { occurrences: [], ...about })];
      const report = aReport({ packages, ...(policyFile !== undefined && { policyFile }) });
      const [{ locations }] = parse(report, { checkout: { root: '/repo', folder: '/repo' } }).results;
      expect(locations[0].message.text).toContain('No file of the repository mentions this package');
      const { artifactLocation, region } = locations[0].physicalLocation;
      return `${artifactLocation.uri}:${region.startLine}`;
    };
    const expectedAt = { file: 'policies/jsr-verify.json', line: 12 };
    expect(place({ expectedAt }, 'jsr-verify.json')).toBe('policies/jsr-verify.json:12');
    expect(place({}, 'jsr-verify.jsonc')).toBe('jsr-verify.jsonc:1');
    expect(place({}, '/etc/jsr-verify.json')).toBe('jsr-verify.json:1');
    expect(place({})).toBe('jsr-verify.json:1');
    expect(only(anInconclusive('x'))[0].locations[0]).not.toHaveProperty('message');
  });

  it.each([
    ['resolve', 'error', { unresolved: [{ spec: '@acme/gone', reason: 'no such package' }] }],
    ['interrupted', 'warning', { interrupted: true }],
    ['log', 'error', { log: aFullReport().log }],
  ] as const)('makes a result of what fails the run: %s', (id, level, trouble) => {
    const { results } = parse(aReport({ packages: [aVerified()], ...trouble }));
    expect(results).toMatchObject([{ ruleId: id, level }]);
  });

  it('tells two like findings about one package apart', () => {
    const finding = { id: 'yanked', severity: 'warning', message: 'this version was yanked' } as const;
    // That no fingerprint comes twice is checked for every file.
    expect(only(aVerified('x', { findings: [finding, finding] }))).toHaveLength(2);
  });

  it('says how many places of a package are not shown', () => {
    const occurrences = Array.from({ length: 1200 }, (_, at) => anOccurrence(at + 1));
    const [result] = only(anInconclusive('x', { occurrences }));
    expect(result.relatedLocations).toHaveLength(100);
    expect(result.message.text).toMatch(/\(and 1099 more places\)$/);
  });

  it('leaves out the least severe results where there are too many, and says how many', () => {
    const packages = [
      ...Array.from({ length: 4 }, (_, at) => anInconclusive(`unknown${at}`)),
      anUnattested(),
      aRejected(),
    ];
    const report = aReport({ packages });
    const { run, results, invocation } = parts(renderSarif(report, aContext(), { results: 3, bytes: 1e7 }));
    expect(results.map(({ level }: { level: string }) => level)).toEqual(['error', 'error', 'warning']);
    expect(run.properties).toMatchObject({ total: 6, resultsLeftOut: 5 });
    expect(JSON.stringify(invocation.toolExecutionNotifications)).toContain('5 results left out');
    expect(parse(report).run.properties.resultsLeftOut).toBe(0);
    expect(JSON.stringify(parse(report).invocation)).not.toContain('left out');

    const bytes = 2900;
    const small = renderSarif(report, aContext(), { results: 25_000, bytes });
    expect(gzipSync(small).length).toBeLessThanOrEqual(bytes);
    expect(gzipSync(sarif.render(report, aContext())).length).toBeGreaterThan(bytes);
    expect(parts(small).results[0].level).toBe('error');
    expect(parts(small).run.properties.resultsLeftOut).toBeGreaterThan(0);
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
