import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import type { RenderContext } from '../../src/report/renderer.ts';
import { type ReportFormat, reporters, reportFormats } from '../../src/report/reporter.ts';
import { aContext, aFullReport, anOccurrence, aReport, aVerified } from './sample.ts';

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

/** Whether somebody who reads only this report would take the run for one in order. */
const looksGreen: Readonly<Partial<Record<ReportFormat, (text: string) => boolean>>> = {
  pretty: (text) => /^✓ \d+ packages?: \d+ verified$/.test(lastLine(text)),
  github: (text) =>
    !text.includes('::error') && !text.includes('::warning') && lastLine(text).startsWith('✓'),
  markdown: (text) => /^## ✓ jsr-verify: \d+ packages?: \d+ verified$/m.test(text),
  html: (text) => /<h1><svg.*<\/svg> (The package is verified|All .* verified)/.test(text),
  junit: (text) => /<testsuites .*tests="[1-9].* failures="0" errors="0">/.test(text),
  codequality: (text) =>
    (JSON.parse(text) as { severity: string }[]).every(({ severity }) => severity === 'info'),
  cyclonedx: (text) => /"value": "\d+ packages?: \d+ verified"/.test(text),
  vsa: (text) => text.includes('PASSED'),
  sarif: (text) => {
    const [run] = JSON.parse(text).runs;
    const levels = run.results.map(({ level }: { level: string }) => level);
    return run.invocations[0].executionSuccessful && !levels.includes('error');
  },
};

const verified = aVerified('widget', { occurrences: [anOccurrence(7)] });
const finding = (severity: 'error' | 'warning') => ({
  id: 'installed',
  severity,
  message: 'node_modules/x holds @acme/x@1.0.0, which no audited lockfile names',
});
const well: Partial<Report> = { packages: [verified] };
const gap = { kind: 'not-checked', why: 'the log did not answer', gap: true } as const;

const runs: readonly (readonly [string, Partial<Report>, Partial<RenderContext>])[] = [
  ['the log forked', { ...well, log: aFullReport().log }, {}],
  ['somebody interrupted', { ...well, interrupted: true }, {}],
  ['a log that did not answer for its past, with --strict', { ...well, log: gap }, { strict: true }],
  ['nothing was checked', { packages: [] }, {}],
  ['a spec names nothing', { ...well, unresolved: [{ spec: '@acme/gone', reason: 'no such package' }] }, {}],
  ['something is wrong beside the packages', { ...well, findings: [finding('error')] }, {}],
  [
    'a warning beside the packages, with --strict',
    { ...well, findings: [finding('warning')] },
    { strict: true },
  ],
];

/** A spec that names nothing and a finding beside the packages are not about the package that is verified. */
const notAboutThisOne = /spec|beside/;

describe.each(reportFormats.filter((format) => format in looksGreen))('a report as %s', (format) => {
  const isGreen = async (parts: Partial<Report>, context: Partial<RenderContext> = {}) => {
    const text = (await reporters[format].load()).render(aReport(parts), aContext(context));
    return looksGreen[format]?.(text);
  };

  it('looks green of a run in order', async () => {
    expect(await isGreen(well)).toBe(true);
  });

  it.each(runs)('does not look green of a run in which %s', async (what, parts, context) => {
    const isFine = format === 'vsa' && notAboutThisOne.test(what);
    expect(await isGreen(parts, context)).toBe(isFine);
  });
});

it('every format for people and for machines is looked at but those that are nothing but data', () => {
  expect(reportFormats.filter((format) => !(format in looksGreen))).toEqual(['json', 'ndjson']);
});
