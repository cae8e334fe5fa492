import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { PackageReport } from '../../src/model/report.ts';
import { codequality } from '../../src/report/formats/codequality.ts';
import { poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anExempt,
  anInconclusive,
  anOccurrence,
  anUnattested,
  aRejected,
  aReport,
  aVerified,
} from './sample.ts';

// What GitLab documents of an issue; it ignores whatever else a report says.
const validate = new Ajv({ strict: true }).compile({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        additionalProperties: false,
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', minLength: 1, pattern: '^(?!\\./)' },
          lines: {
            type: 'object',
            additionalProperties: false,
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function parse(report = aReport()): readonly Issue[] {
  const issues = JSON.parse(codequality.render(report, aContext()));
  expect(validate(issues), JSON.stringify(validate.errors)).toBe(true);
  return issues;
}

const only = (pkg: PackageReport) => parse(aReport({ packages: [pkg] }));
const pick = (issues: readonly Issue[]) => issues.map((issue) => `${issue.severity} ${issue.check_name}`);

describe('Code Quality', () => {
  it('has what GitLab demands, for every report', () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] }), poison(aFullReport())])
      parse(report);
  });

  it('says nothing of what is verified', () => {
    expect(only(aVerified())).toEqual([]);
  });

  it('ranks bytes that do not hold above broken rules, and both above doubt', () => {
    expect(pick(only(aRejected()))).toEqual(['blocker subject', 'critical pinned-identity', 'minor yanked']);
    expect(pick(only(anInconclusive()))).toEqual(['major inclusion']);
    expect(pick(only(anUnattested()))).toEqual(['info require-provenance']);
    expect(pick(only(anExempt()))).toEqual(['info tag-matches-version']);
  });

  it('a warning that rejects is as bad as the error it counts as', () => {
    const warning = { id: 'yanked', severity: 'warning', message: 'this version was yanked' } as const;
    const rejected = aRejected('strict', {
      verdict: { kind: 'rejected', because: [warning] },
      findings: [warning],
    } as object);
    expect(pick(only(rejected))).toEqual(['critical yanked']);
  });

  it('points at the line of every lockfile, and keeps the fingerprint when the line moves', () => {
    const places = (...lines: number[]) => [
      ...lines.map((line) => anOccurrence(line)),
      anOccurrence(3, { at: { file: 'app/package-lock.json', line: 3 } }),
    ];
    const before = only(anInconclusive('a', { occurrences: places(14, 20) }));
    const after = only(anInconclusive('a', { occurrences: places(99) }));
    expect(before.map(({ location }) => [location.path, location.lines.begin]).sort()).toEqual([
      ['app/package-lock.json', 3],
      ['deno.lock', 14],
    ]);
    expect(new Set(after.map(({ fingerprint }) => fingerprint))).toEqual(
      new Set(before.map(({ fingerprint }) => fingerprint)),
    );
  });

  it('no two issues share a fingerprint', () => {
    const prints = parse(aFullReport()).map(({ fingerprint }) => fingerprint);
    expect(prints.length).toBeGreaterThan(5);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('tells what went wrong with the run itself, the fork of the log first', () => {
    const [first, ...rest] = parse(aFullReport());
    expect(first).toMatchObject({ severity: 'blocker', check_name: 'log', location: { path: '.' } });
    expect(rest.map((issue) => issue.check_name)).toEqual(expect.arrayContaining(['spec', 'trust']));
  });
});
