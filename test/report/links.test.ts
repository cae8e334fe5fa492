import { describe, expect, it } from 'vitest';
import { type ReportFormat, reporters, reportFormats } from '../../src/report/reporter.ts';
import { aContext, aFullReport, aReport, aVerified } from './sample.ts';

const search = 'https://search.sigstore.dev';
const links = (rekor: string) => ({ registry: 'https://jsr.io', rekor });

/** Formats that lead to log entries. */
const linking = new Set<ReportFormat>(['pretty', 'junit', 'markdown', 'html', 'vsa', 'cyclonedx']);

async function rendered(format: ReportFormat, rekor: string): Promise<string> {
  const renderer = await reporters[format].load();
  const report = format === 'vsa' ? aReport({ packages: [aVerified()] }) : aFullReport();
  return renderer.render(report, aContext({ verbose: true, links: links(rekor) })).replaceAll('\\/', '/');
}

describe.each([...reportFormats])('a report as %s', (format) => {
  it('never leads to the public log for an entry of another one', async () => {
    for (const rekor of [
      'https://rekor.example.com',
      'http://127.0.0.1:3000',
      'https://rekor.sigstore.dev.example.com',
    ]) {
      const text = await rendered(format, rekor);
      expect(text).not.toContain(search);
      if (linking.has(format))
        expect(text).toMatch(new RegExp(`${rekor}/api/v1/log/entries\\?logIndex(?:=|&#61;)\\d+`));
    }
  });

  it('leads to the search page for the public log', async () => {
    const text = await rendered(format, 'https://rekor.sigstore.dev');
    expect(text.includes(search)).toBe(linking.has(format));
    expect(text).not.toContain('/api/v1/log/entries');
  });
});
