import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { html } from '../../src/report/formats/html.ts';
import { style } from '../../src/report/html/style.ts';
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
  oneOfEach,
} from './sample.ts';

const render = (report: Report = aReport(), context: Partial<RenderContext> = {}) =>
  html.render(report, aContext(context));
/** What a reader without style and script has before them, line for line. */
const textOf = (page: string) =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

describe('the page', () => {
  it('allows its own script and style by hash, and nothing else at all', () => {
    const page = render();
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, styles = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(styles)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(policy).not.toContain('unsafe');
  });

  it('loads nothing', () => {
    expect(render(aFullReport())).not.toMatch(
      /\b(src|srcset|action|poster)=|@import|url\(|<(link|iframe|object|embed|base)\b/i,
    );
  });

  it('has neither handlers nor styles in its elements', () => {
    for (const [tag] of render(aFullReport()).matchAll(/<[a-z][^>]*>/gi))
      expect(tag).not.toMatch(/\s(on\w+|style)=/i);
  });

  it('says the result in one sentence', () => {
    const headline = (report = aReport()) => /<h1>(?:<svg.*?<\/svg> )?(.*?)<\/h1>/.exec(render(report))?.[1];
    expect(headline()).toBe('1 of 5 packages was rejected');
    expect(headline(aFullReport())).toBe('The transparency log forked');
    expect(headline(aReport({ packages: [aVerified('a'), aVerified('b')] }))).toBe(
      'All 2 packages are verified',
    );
    expect(headline(aReport({ packages: [anInconclusive()] }))).toBe('The package could not be decided');
    expect(headline(aReport({ packages: [] }))).toBe('No package to check');
    expect(headline(aReport({ packages: oneOfEach().slice(0, 3) }))).toBe(
      '1 of 3 packages are verified, the others are allowed',
    );
  });

  it('says what it is about, as far as the caller knows', () => {
    const run = {
      project: 'shop',
      repository: { name: 'acme/shop', url: 'https://github.com/acme/shop' },
      commit: '1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
      commitUrl: 'https://github.com/acme/shop/commit/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
      branch: 'feature/x',
      command: ['audit', '--format', "html=it's here.html"],
      lockfiles: [{ file: 'web/deno.lock', packages: 3, policy: 'override of jsr-verify.json' }],
      ci: {
        service: 'GitHub Actions',
        run: 'verify #7',
        url: 'https://github.com/acme/shop/actions/runs/1',
        startedBy: 'octocat',
      },
    };
    const page = render(aReport({ policyFile: 'jsr-verify.json' }), { run });
    const text = textOf(page);
    for (const part of [
      'Project shop',
      'Repository acme/shop',
      'Branch feature/x',
      'Commit 1f5b0e3a9c7d',
      'Lockfiles web/deno.lock (3 packages, override of jsr-verify.json)',
      'Policy jsr-verify.json',
      `Command jsr-verify audit --format 'html=it'\\''s here.html'`,
      'Run by GitHub Actions, verify #7 , started by octocat',
      'Checked 2026-06-01 12:00 UTC',
    ])
      expect(text).toContain(part);
    for (const address of [
      'https://github.com/acme/shop/commit/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
      'https://github.com/acme/shop/actions/runs/1',
    ])
      expect(page).toContain(`href="${address}"`);
    const bare = textOf(render());
    expect(bare).toContain('Lockfiles deno.lock (5 packages)');
    for (const label of ['Project', 'Repository acme', 'Branch', 'Run by', 'Command'])
      expect(bare.slice(0, bare.indexOf('Rejected'))).not.toContain(`${label} `);
  });

  it('tells the most important first: what is wrong, what is allowed, warnings, then the verified by publisher', () => {
    const warned = aVerified('warned', {
      findings: [{ id: 'yanked', severity: 'warning', message: 'this version was yanked' }],
    });
    const std = ['a', 'b'].map((name) => aVerified(name, { repository: 'denoland/std' }));
    const page = render(aReport({ packages: [...std, warned, ...oneOfEach()] }));
    const found = [...page.matchAll(/<h[23][^>]*>(.*?)<\/h[23]>|<li id="([^"]*)"/g)]
      .map(([, heading, name]) => heading?.replace(/ *<[^>]*>/g, ' ').trim() ?? name)
      .slice(0, -1);
    expect(
      found.filter((one) => !/^(What was|Checks|Built by|Who built it|Found in)/.test(one ?? '')),
    ).toEqual([
      'Rejected 1 package',
      '@acme/tampered@2.0.0',
      'Could not be decided 1 package',
      '@acme/unreachable@0.3.0',
      'Allowed by the policy 2 packages',
      '@acme/dispatched@4.0.0-rc.1',
      '@acme/old@0.1.0',
      'Verified, with warnings 1 package',
      '@acme/warned@1.2.3',
      'Verified 3 packages',
      'denoland/std',
      '@acme/a@1.2.3',
      '@acme/b@1.2.3',
      'acme/widget',
      '@acme/widget@1.2.3',
      'Packages',
      'Who built what',
    ]);
    expect(textOf(page)).toContain('denoland/std 2 packages');
  });

  it('names with a finding what the check found, file by file', () => {
    const [because] = aRejected().findings;
    if (because === undefined) throw new Error('the sample has no finding');
    const details = [
      '/mod.ts: line 3 differs',
      '  - export const a = 1;',
      '  + export const a = eval;',
      '::error::owned',
    ];
    const pkg = aRejected('changed', {
      findings: [{ ...because, id: 'files', message: '1 file is not what the manifest says' }],
      checks: { ...aRejected().checks, files: { status: 'failed', reason: '1 file is wrong', details } },
    });
    const page = render(aReport({ packages: [pkg] }));
    const [, found = ''] = /What was found<\/h3>([\s\S]*?)<\/ul>/.exec(page) ?? [];
    const shown = found.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    expect(shown).toContain(details.join('\n'));
    expect(page).not.toMatch(/^::/m);
  });

  it('claims nothing of what was never fetched or proven', () => {
    const unreached = aFullReport().packages.filter(({ package: { name } }) => name === 'unresolved');
    const text = textOf(render(aReport({ packages: unreached })));
    for (const claim of [
      'well formed',
      'would have passed',
      'signature over the statement holds',
      '✓',
      'Built by',
    ])
      expect(text).not.toContain(claim);
    expect(text).toContain('manifest could not be checked: jsr.io did not answer');
    expect(text).toContain('expected by no expected publisher is known');
    expect(text).toContain('The chain could not be followed at the registry: jsr.io did not answer');
    const proven = textOf(render(aReport({ packages: [aVerified('a', { expectation: 'none' })] })));
    expect(proven).toContain('any identity would have passed');
    expect(proven).toContain('the version manifest is well formed');
  });

  it('lets no text from outside become markup', () => {
    // Tags by their names and the names of their attributes, values left out.
    const tags = (page: string) =>
      new Set([...page.matchAll(/<[a-z/!][^>]*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')));
    const run = {
      project: 'p',
      repository: { name: 'r', url: 'https://x.example' },
      command: ['c'],
      ci: { service: 's' },
    };
    const [clean, bad] = [aFullReport(), poison(aFullReport())].map((report, at) =>
      tags(render(report, { run: at === 0 ? run : (poison(run as never) as never) })),
    );
    expect([...(bad ?? [])].filter((tag) => clean?.has(tag) !== true)).toEqual([]);
  });

  it('is the same every time', () => {
    expect(render(aFullReport())).toBe(render(aFullReport()));
  });

  it('keeps enough contrast in both colour schemes (WCAG AA)', () => {
    const [light = '', dark = ''] = style.match(/:root \{[^}]*\}/g) ?? [];
    for (const scheme of [light, dark]) {
      const colour = (name: string) =>
        toLuminance(new RegExp(`--${name}: (#[0-9a-f]+)`).exec(scheme)?.[1] ?? '');
      for (const text of ['text', 'soft', 'verified', 'rejected', 'inconclusive', 'exempt', 'unattested'])
        for (const ground of ['ground', 'surface', 'hover']) {
          const [bright, dim] = [colour(text), colour(ground)].toSorted((a, b) => b - a) as [number, number];
          expect((bright + 0.05) / (dim + 0.05), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        }
    }
  });
});

describe('the picture of a chain', () => {
  const chainOf = (page: string) => {
    const [, title, about] =
      /<svg class="chain.*?<title[^>]*>(.*?)<\/title><desc[^>]*>(.*?)<\/desc>/s.exec(page) ?? [];
    const [, caption = ''] = /<figcaption[^>]*>(.*?)<\/figcaption>/.exec(page) ?? [];
    return { title, about, caption: caption.replace(/<[^>]*>/g, '') };
  };

  it('follows a verified package from the project to the commit', () => {
    const { title, about, caption } = chainOf(render(aReport({ packages: [aVerified()] })));
    expect(title).toBe('Chain of evidence of @acme/widget@1.2.3');
    expect(about).toBe(
      'Project: holds, deno.lock:7. Registry: holds, jsr.io. Manifest: holds, sha256 aaaaaaaa…. ' +
        'Statement: holds, SLSA provenance. Certificate: holds, GitHub Actions. Log: holds, entry 2313255666. ' +
        'Repository and commit: holds, acme/widget, 1f5b0e3a.',
    );
    expect(caption).toBe('Every link holds, from the registry to acme/widget at 1f5b0e3a.');
  });

  it.each([
    [
      'a manifest that was changed after signing',
      aRejected(),
      'The chain breaks at the statement: the digests differ.',
    ],
    [
      'a log that did not answer',
      anInconclusive(),
      'The chain could not be followed at the log: rekor.example did not answer within 10 seconds.',
    ],
    [
      'no provenance, which the policy allows',
      anUnattested(),
      'The chain ends at the statement: the registry names no attestation and the log has none.',
    ],
  ])('names the link where it ends: %s', (_, pkg, words) => {
    expect(chainOf(render(aReport({ packages: [pkg] }))).caption).toBe(words);
  });

  it('breaks at the manifest when it is another one than the lockfile holds, and at the project when its files differ', () => {
    const failed = { status: 'failed', reason: 'something else' } as const;
    const broken = (id: 'lockfile' | 'installed') =>
      aRejected('x', { checks: { ...aVerified().checks, [id]: failed } });
    const caption = (id: 'lockfile' | 'installed') =>
      chainOf(render(aReport({ packages: [broken(id)] }))).caption;
    expect(caption('lockfile')).toBe('The chain breaks at the manifest: something else.');
    expect(caption('installed')).toBe('The chain breaks at the project: something else.');
  });

  it('breaks at the repository when a rule rejects who built it, and at the statement when there is none', () => {
    const verified = aVerified('router', { occurrences: [anOccurrence(7)] });
    const rejected = (id: string, pkg = verified) => {
      const finding = { id, severity: 'error', message: 'not as expected' } as const;
      return { ...pkg, verdict: { kind: 'rejected', because: [finding] } as const, findings: [finding] };
    };
    const page = render(aReport({ packages: [rejected('pinned-identity')] }));
    expect(chainOf(page).caption).toBe('The chain breaks at the repository and commit: not as expected.');
    expect(chainOf(page).about).toContain('Repository and commit: breaks here, acme/widget.');
    expect(page).toMatch(/<use href="#broken" class="broken" color="#d33f38"/);
    const none = render(aReport({ packages: [rejected('require-provenance', anUnattested())] }));
    expect(chainOf(none).caption).toBe('The chain breaks at the statement: not as expected.');
  });
});

/** Relative luminance as WCAG 2 defines it. */
function toLuminance(hex: string): number {
  const digits =
    hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit) : hex.slice(1).match(/../g);
  const [red = 0, green = 0, blue = 0] = (digits ?? []).map((pair) => {
    const value = Number.parseInt(pair, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
