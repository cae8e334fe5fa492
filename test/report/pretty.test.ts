import { describe, expect, it } from 'vitest';
import { skipped } from '../../src/model/check.ts';
import { pretty } from '../../src/report/formats/pretty.ts';
import { cells } from '../../src/report/words/lines.ts';
import { hostile, poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anInconclusive,
  aProvenance,
  aRejected,
  aReport,
  aVerified,
  passedChecks,
} from './sample.ts';

const render = (report = aReport(), context = aContext()) => pretty.render(report, context);
const single = (context = aContext()) =>
  render(aReport({ packages: [aVerified('widget', { occurrences: [] })] }), context);

describe('a report for people', () => {
  it('puts the worst last, whatever the order in which packages finished', () => {
    const heads = render()
      .split('\n')
      .filter((line) => /^[✓✗?–~] @/.test(line))
      .map((line) => line.split('  ', 2).join('  '));
    expect(heads).toEqual([
      '✓ @acme/widget@1.2.3  verified',
      '– @acme/old@0.1.0  unattested',
      '~ @acme/dispatched@4.0.0-rc.1  exempt',
      '? @acme/unreachable@0.3.0  inconclusive',
      '✗ @acme/tampered@2.0.0  rejected',
    ]);
    expect(render(aReport({ packages: aReport().packages.toReversed() }))).toBe(render());
  });

  it('says place, finding, what was seen and wanted, and the hint', () => {
    const text = render();
    expect(text).toContain('✗ @acme/tampered@2.0.0  rejected  (deno.lock:14)\n');
    expect(text).toContain('    pinned-identity: signed by https://github.com/evil/widget, pinned to\n');
    expect(text).toContain(`      seen ${'a'.repeat(64)}\n      wanted ${'b'.repeat(64)}\n`);
    expect(text).toContain('      hint: if the move is intended, run `jsr-verify pin @acme/tampered` and\n');
    expect(text).toContain('    yanked (warning): this version was yanked\n');
    expect(text).toContain('    inclusion: rekor.example did not answer within 10 seconds\n');
    expect(text).toContain('      until 2027-01-31: releases are dispatched by hand until the move\n');
  });

  it('does not hide a failed check that no finding names', () => {
    const text = render(aReport({ packages: [aRejected('tampered', { findings: [] })] }));
    expect(text).toContain('    subject: the digests differ\n');
  });

  it('says where it looked when there was nothing to check, and what to do', () => {
    const none = aReport({ packages: [] });
    expect(render(none)).toContain(
      '  empty        no JSR package was found; add --allow-empty if that is expected\n',
    );
    const inFiles = (files: number) => {
      const lockfiles = Array.from({ length: files }, (_, at) => ({ file: `${at}/deno.lock`, packages: 0 }));
      return render(none, aContext({ run: { lockfiles } })).replace(/\s+/g, ' ');
    };
    expect(inFiles(1)).toContain(' no JSR package was found in 0/deno.lock; add --allow-empty');
    expect(inFiles(5)).toContain(' in 0/deno.lock, 1/deno.lock, 2/deno.lock, 3/deno.lock, 4/deno.lock; add ');
    expect(inFiles(7)).toContain(', 4/deno.lock and 2 others; add ');
    expect(render(none, aContext({ allowEmpty: true }))).not.toContain('empty');
    expect(render()).not.toContain('empty');
  });

  it('ends with a line that counts everything', () => {
    expect(render().trimEnd().split('\n').at(-1)).toBe(
      '✗ 5 packages: 1 rejected, 1 inconclusive, 1 exempt, 1 unattested, 1 verified',
    );
    expect(render(aReport({ packages: [] })).trimEnd()).toMatch(/– 0 packages; nothing was checked$/);
    expect(render(aReport({ packages: [] }), aContext({ allowEmpty: true })).trimEnd()).toMatch(
      /– 0 packages$/,
    );
  });

  it('says what was not checked, and why', () => {
    const text = render().replace(/\s+/g, ' ');
    expect(text).toContain('not checked files, tarball, installed: not asked for at depth attestation');
    expect(text).toContain('incomplete inclusion (1 of 5): rekor.example did not answer within 10 seconds');
    expect(text).toContain('not reached signature, statement, subject');
    const why = 'the lockfile pins the npm tarball, but the attestation covers the source files only';
    const packages = ['a', 'b', 'c'].map((name) =>
      aVerified(name, { checks: { ...aVerified().checks, lockfile: skipped(why) } }),
    );
    expect(render(aReport({ packages })).match(/not checked +lockfile/g)).toHaveLength(1);
    expect(render(aReport({ log: { kind: 'not-checked', why: 'no checkpoint was seen' } }))).toContain(
      'consistency not checked: no checkpoint was seen',
    );
  });

  it('shows a fork with both checkpoints and the proof, even when told to be quiet', () => {
    for (const quiet of [false, true]) {
      const text = render(aFullReport(), aContext({ quiet }));
      for (const part of ['✗ the log log.example - 42 forked', '900', 'CCCC', '1000', 'AAAA', 'EEEE', 'FFFF'])
        expect(text).toContain(part);
    }
  });

  it('says what is wrong with the run itself: warnings about trust, specs, lockfiles, exemptions, changes', () => {
    const text = render(aFullReport()).replace(/\s+/g, ' ');
    for (const part of [
      'trust TUF could not be reached: connection refused',
      '@acme/wigdet: no such package hint: did you mean @acme/widget',
      'lockfile-entry: the entry "jsr:@acme" has no name (deno.lock:3)',
      'unused exemption: yanked for @acme/gone until 2027-01-31',
      '@acme/moved@1.1.0: moved from 1.0.0: had provenance at 1.0.0, has none at 1.1.0',
      'interrupted the run was stopped, so the results are incomplete',
      'policy jsr-verify.json',
      'offline yank and link data from the registry, cached 2026-05-30T08:00:00Z, or later',
      '@acme/widget@1.2.3: same version, no longer locked: was sha512-AAAA at',
    ])
      expect(text).toContain(part);
  });

  it('says of one verified package who built it, where the proof is, who expected it and what was checked', () => {
    const text = single();
    for (const part of [
      '  repository   acme/widget\n',
      '  workflow     .github/workflows/publish.yml\n',
      '  ref          refs/tags/1.2.3\n',
      '  commit       1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b\n',
      '  run          https://github.com/acme/widget/actions/runs/15551212/attempts/1\n',
      '  log index    2313255666, 2026-05-01T10:20:30Z\n',
      '               https://search.sigstore.dev/?logIndex=2313255666\n',
      '  expected by  registry link (acme/widget)\n',
      '    ✓ signature    the signature over the statement holds\n',
      '    – files        every file equals its checksum in the manifest',
    ])
      expect(text).toContain(part);
  });

  it('names the workflow that signed apart from the one that was started', () => {
    const pkg = { scope: 'acme', name: 'widget', version: '1.2.3' };
    const signer = 'https://github.com/shared/ci/.github/workflows/release.yml@refs/heads/main';
    const provenance = aProvenance(pkg, 'acme/widget', { buildSignerURI: signer });
    const checks = passedChecks(provenance);
    const text = render(aReport({ packages: [aVerified('widget', { provenance, checks })] }));
    expect(text).toContain('  workflow     .github/workflows/publish.yml\n');
    expect(text).toContain(`  signed by\n    ${signer}\n`);
  });

  it('fits the terminal: no line is wider, unless it is an address that must stay whole', () => {
    for (const columns of [40, 80, 120]) {
      for (const verbose of [false, true]) {
        const text = render(aFullReport(), aContext({ columns, verbose })) + single(aContext({ columns }));
        const wide = text.split('\n').filter((line) => cells(line) > columns && !line.includes('https://'));
        // The manifest digest is 64 digits and is not broken below 80 columns either.
        expect(wide.filter((line) => columns >= 80 || !/[0-9a-f]{40}/.test(line))).toEqual([]);
      }
    }
  });

  it('counts many verified packages by who built them, and names each one when verbose', () => {
    const packages = Array.from({ length: 51 }, (_, at) =>
      aVerified(`part-${at}`, { repository: ['acme/tools', 'acme/widget', 'acme/widget'][at % 3] ?? '' }),
    );
    packages.push(aVerified('lonely', { repository: 'other/lonely' }));
    const report = aReport({ packages: [...packages, aRejected()] });
    const text = render(report);
    expect(text).toMatch(
      /^✓ 34 packages verified, built by acme\/widget\n✓ 17 packages verified, built by acme\/tools\n✓ @acme\/lonely@1\.2\.3 {2}verified {2}other\/lonely/,
    );
    expect(text).not.toContain('@acme/part-');
    const verbose = render(report, aContext({ verbose: true }));
    for (const { package: pkg } of packages) expect(verbose).toContain(`✓ @acme/${pkg.name}@1.2.3  verified`);
  });

  it('names up to ten verified packages, one per line', () => {
    const packages = Array.from({ length: 10 }, (_, at) => aVerified(`part-${at}`));
    const text = render(aReport({ packages }));
    for (const { package: pkg } of packages)
      expect(text).toContain(`✓ @acme/${pkg.name}@1.2.3  verified  acme/widget`);
  });

  it('ends with what is wrong: packages, the run, the count', () => {
    const text = render(aFullReport());
    const order = [
      '✓ @acme/widget@1.2.3  verified',
      '  not checked  files',
      '  policy       jsr-verify.json',
      '  4 changes',
      '– @acme/old@0.1.0  unattested',
      '✗ @acme/tampered@2.0.0  rejected',
      '  about this run',
      '  trust        TUF',
      '✗ the log log.example - 42 forked',
      '✗ 7 packages: 1 rejected',
    ].map((part) => text.indexOf(part));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('does not show a package with warnings as plain green, nor the run', () => {
    const warned = aVerified('yanked', {
      findings: [{ id: 'yanked', severity: 'warning', message: 'this version was yanked' }],
    });
    const text = render(aReport({ packages: [warned, aVerified()] }), aContext({ color: true }));
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toContain('@acme/widget@1.2.3');
    expect(text).toContain('\u001b[33m✓\u001b[39m');
    expect(text).toContain('  \u001b[33mverified, with warnings\u001b[39m');
    expect(lines.at(-1)).toBe('\u001b[33m✓ 2 packages: 2 verified, 1 with warnings\u001b[39m');
  });

  it('when quiet, shows only what is wrong or open, and the count', () => {
    const text = render(aReport(), aContext({ quiet: true }));
    expect(text).toContain('@acme/tampered');
    expect(text).toContain('@acme/unreachable');
    expect(text).not.toContain('@acme/widget@1.2.3');
    expect(text).not.toContain('not checked');
    expect(render(aReport({ packages: [aVerified()] }), aContext({ quiet: true }))).toBe(
      '✓ 1 package: 1 verified\n',
    );
  });

  it('when verbose, counts the requests by host and lists every check of every package', () => {
    const text = render(aReport(), aContext({ verbose: true }));
    expect(text).toContain('requests     11, jsr.io 5, api.jsr.io 5, rekor.sigstore.dev 1');
    expect(text.match(/ certificate +the certificate chains/g)?.length).toBe(5);
  });

  it('uses colour and links only when asked, and says the same without', () => {
    expect(render()).not.toContain('\u001b');
    const coloured = render(aReport(), aContext({ color: true }));
    expect(coloured).toContain('\u001b[31m');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(render());
    const linked = single(aContext({ hyperlinks: true }));
    expect(linked).toContain('\u001b]8;;https://search.sigstore.dev/?logIndex=2313255666\u001b\\');
    expect(linked).toContain('\u001b]8;;https://jsr.io/@acme/widget@1.2.3\u001b\\');
    expect(linked.replace(/\u001b\]8;;[^\u001b]*\u001b\\/g, '')).toBe(single());
  });

  it('is the same text every time', () => {
    expect(render(aFullReport())).toBe(render(aFullReport()));
  });
});

describe('hostile names', () => {
  it('print nothing that a terminal acts on, and begin no line of their own', () => {
    for (const verbose of [false, true]) {
      const text = render(poison(aFullReport()), aContext({ verbose, hyperlinks: true, color: true }));
      const ours = text.replace(/\u001b\[\d+m/g, '').replace(/\u001b\]8;;[\x21-\x7e]*\u001b\\/g, '');
      expect(ours.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(ours.split('\n').filter((line) => /^(✓ verified|::|##)/.test(line))).toEqual([]);
      expect(text).not.toContain('\u001b]8;;https://evil.example');
    }
  });

  it('cannot make a report without end', () => {
    const long = hostile.repeat(200_000 / hostile.length);
    const text = render(poison(aReport(), long));
    expect(text.length).toBeLessThan(60_000);
  });

  it('a thousand reasons are counted, not listed', () => {
    const packages = Array.from({ length: 1000 }, (_, at) => {
      const pkg = anInconclusive(`p-${at}`);
      return { ...pkg, checks: { ...pkg.checks, files: skipped(`reason ${at}`) } };
    });
    expect(render(aReport({ packages }))).toMatch(/and \d+ other reasons/);
  });
});
