import { describe, expect, it } from 'vitest';
import { github } from '../../src/report/formats/github.ts';
import { poison } from './hostile.ts';
import { aContext, aFullReport, anInconclusive, aRejected, aReport, aVerified } from './sample.ts';

const lines = (report = aReport()) => github.render(report, aContext()).trimEnd().split('\n');
const counted = (found: readonly string[], kind: string) =>
  found.filter((line) => line.startsWith(`::${kind} `)).length;

describe('GitHub workflow commands', () => {
  it('name file, line and title, and what rejected is an error', () => {
    expect(lines()[0]).toBe(
      `::error file=deno.lock,line=14,title=subject%3A @acme/tampered@2.0.0::attested ${'b'.repeat(64)}, served ${'a'.repeat(64)}. ` +
        'Hint: the registry serves other bytes than were signed; do not install this version',
    );
  });

  it('name files from the root of the repository, wherever in it the run started', () => {
    const at = (folder: string) =>
      github.render(aReport(), aContext({ checkout: { root: '/repo', folder } })).split(',', 1)[0];
    expect(at('/repo/web/app')).toBe('::error file=web/app/deno.lock');
    expect(at('/repo')).toBe('::error file=deno.lock');
  });

  it('make an open question a warning and what an exemption lets pass a notice', () => {
    const found = lines();
    expect(found).toContain(
      '::warning file=deno.lock,line=21,title=inclusion%3A @acme/unreachable@0.3.0::could not be decided: ' +
        'rekor.example did not answer within 10 seconds',
    );
    expect(found.find((line) => line.includes('@acme/dispatched'))).toMatch(
      /^::notice .*exempt until 2027-01-31/,
    );
  });

  it('make a warning that rejected an error', () => {
    const warning = { id: 'yanked', severity: 'warning', message: 'this version was yanked' } as const;
    const packages = [
      { ...aRejected(), verdict: { kind: 'rejected', because: [warning] } as const, findings: [warning] },
    ];
    expect(lines(aReport({ packages }))[0]).toMatch(/^::error .*yanked/);
  });

  it('are at most what GitHub shows of each kind, worst first, and the rest is counted', () => {
    const packages = [
      ...Array.from({ length: 30 }, (_, at) => aRejected(`bad-${at}`)),
      ...Array.from({ length: 30 }, (_, at) => anInconclusive(`open-${at}`)),
    ];
    const found = lines(aReport({ packages }));
    expect([counted(found, 'error'), counted(found, 'warning'), counted(found, 'notice')]).toEqual([
      10, 10, 0,
    ]);
    expect(found).toContain('and 50 more of kind error, which GitHub does not show');
    expect(found.at(-1)).toBe('✗ 60 packages: 30 rejected, 30 inconclusive');
  });

  it('are none when all is well, apart from the line that counts', () => {
    expect(lines(aReport({ packages: [aVerified()] }))).toEqual(['✓ 1 package: 1 verified']);
  });

  it('say what is wrong with the run itself', () => {
    const found = lines(aFullReport());
    expect(found[0]).toMatch(/^::error title=the log forked::/);
    expect(found).toContain('::error title=@acme/wigdet::no such package. Hint: did you mean @acme/widget');
    expect(found).toContain('::warning title=trust::TUF could not be reached: connection refused');
  });

  it('cannot be added to by any text from outside', () => {
    const found = github.render(poison(aFullReport()), aContext()).split(/[\n\r]/);
    expect(found.length).toBe(lines(aFullReport()).length + 1);
    for (const line of found.slice(0, -2)) {
      const [, kind, properties = ''] = /^::(error|warning|notice) (.*?)::/.exec(line) ?? [];
      expect(kind).toBeDefined();
      for (const property of properties.split(',')) expect(property).toMatch(/^(file|line|col|title)=[^:]*$/);
    }
  });
});
