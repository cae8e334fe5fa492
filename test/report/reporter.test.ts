import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isStreaming } from '../../src/report/renderer.ts';
import { reporters, reportFormats } from '../../src/report/reporter.ts';
import { hostile, poison } from './hostile.ts';
import { aContext, aFullReport, aReport } from './sample.ts';

describe('the report formats', () => {
  it('are loaded only when asked for', () => {
    const text = readFileSync(new URL('../../src/report/reporter.ts', import.meta.url), 'utf8');
    expect(text.match(/^import (?!type ).*/gm)).toBeNull();
  });

  it('stream where packages can be printed one by one', async () => {
    const streaming = [];
    for (const format of reportFormats)
      if (isStreaming(await reporters[format].load())) streaming.push(format);
    expect(streaming).toEqual(['ndjson']);
  });
});

describe.each(reportFormats)('%s', (format) => {
  const render = async (report = aReport()) => (await reporters[format].load()).render(report, aContext());

  it('renders every verdict, a run with every kind of trouble, and nothing at all', async () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] })])
      expect(await render(report)).toMatch(/^([\s\S]*\n)?$/);
    expect(await render()).toContain('tampered');
  });

  it('gives the same text for the same report, and does not change the report', async () => {
    const report = aFullReport();
    const before = structuredClone(report);
    expect(await render(report)).toBe(await render(aFullReport()));
    expect(report).toEqual(before);
  });

  it('prints nothing that cannot be seen, and no command to a CI runner, whatever the names', async () => {
    const text = await render(poison(aFullReport()));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    if (format === 'github') return;
    for (const line of text.split('\n')) {
      expect(line.trimStart()).not.toMatch(/^::\w/);
      expect(line).not.toMatch(/##\w*\[/);
    }
  });

  it('is not drowned by one endless name', async () => {
    // Data formats carry what they are given; those for people cut it.
    if (['json', 'ndjson', 'sarif', 'vsa', 'html'].includes(format)) return;
    const text = await render(poison(aReport(), hostile.repeat(200)));
    expect(text.length).toBeLessThan(500_000);
  });
});
