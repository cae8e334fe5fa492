import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/report/formats/html.ts';
import { style } from '../../src/report/html/html-style.ts';
import { attacks, poison } from './hostile.ts';
import {
  aContext,
  aFullReport,
  anInconclusive,
  anOccurrence,
  aRejected,
  aReport,
  aVerified,
  oneOfEach,
} from './sample.ts';

const render = (report = aReport()) => html.render(report, aContext());
const chromiumPath = '/usr/bin/chromium';
const hasChromium = existsSync(chromiumPath);

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
    expect(render()).not.toMatch(
      /\b(src|srcset|action|poster)=|@import|url\(|<(link|iframe|object|embed|base)\b/i,
    );
  });

  it('says the result in one sentence, before any script runs', () => {
    const headline = (report = aReport()) => /<h1>(.*?)<\/h1>/.exec(render(report))?.[1];
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

  it('lets no text from outside stand anywhere but in the data, and there without a single tag', () => {
    const [clean, hostile] = [render(aFullReport()), render(poison(aFullReport()))].map((page) => ({
      data: /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '',
      rest: page.replace(/(<script type="application\/json" id="data">).*?<\/script>/s, '$1'),
    }));
    expect(hostile?.data).toContain('\\u003c/script\\u003e');
    expect(hostile?.data).not.toMatch(/[<>&]/);
    // What stands outside is the sentence about the log, as text.
    const tags = (page = '') => page.match(/<[a-z/!][^>]*>/gi);
    expect(tags(hostile?.rest)).toEqual(tags(clean?.rest));
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

describe.skipIf(!hasChromium)(`in Chromium${hasChromium ? '' : ': skipped, no chromium'}`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    browser = await chromium.launch({
      executablePath: chromiumPath,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page on the report; any request and any complaint of the browser fails the test. */
  async function open(report = aReport(), size = { width: 1200, height: 900 }): Promise<Page> {
    const file = join(folder, 'page.html');
    writeFileSync(file, render(report));
    const context = await browser.newContext({ viewport: size });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) trouble.push(request.url());
    });
    page.on('close', () => expect(trouble).toEqual([]));
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-ready]', { timeout: 15_000 });
    return page;
  }
  const names = (page: Page) => page.locator('.list > li .name').allTextContents();
  async function openPackage(page: Page, name: string): Promise<void> {
    const item = page.locator('.list > li').filter({ has: page.locator('.name', { hasText: name }) });
    await item.locator('summary').click();
    // Browsers say that details were opened a moment later.
    await item.locator('.detail').waitFor();
  }
  const addresses = async (page: Page, inside = 'body') =>
    Promise.all((await page.locator(`${inside} a`).all()).map((link) => link.getAttribute('href')));
  const shown = (page: Page) => page.locator('#shown').textContent();

  it('lists every package, worst first', async () => {
    const page = await open();
    expect(await names(page)).toEqual([
      '@acme/tampered@2.0.0',
      '@acme/unreachable@0.3.0',
      '@acme/dispatched@4.0.0-rc.1',
      '@acme/old@0.1.0',
      '@acme/widget@1.2.3',
    ]);
    await page.context().close();
  });

  it('filters by verdict, scope and repository, searches and sorts', async () => {
    const other = aVerified('tool', { repository: 'denoland/std', version: '9.0.0' });
    const std = { ...other, package: { ...other.package, scope: 'std' } };
    const page = await open(aReport({ packages: [...oneOfEach(), std] }));
    await page.getByRole('button', { name: 'rejected' }).click();
    expect(await names(page)).toEqual(['@acme/tampered@2.0.0']);
    expect(await shown(page)).toBe('1 of 6 packages');
    await page.getByRole('button', { name: 'verified', exact: false }).click();
    expect(await names(page)).toEqual(['@acme/tampered@2.0.0', '@acme/widget@1.2.3', '@std/tool@9.0.0']);
    await page.getByLabel('Scope').selectOption('@std');
    expect(await names(page)).toEqual(['@std/tool@9.0.0']);
    await page.getByRole('button', { name: 'show all' }).click();
    await page.getByLabel('Repository').selectOption('denoland/std');
    expect(await names(page)).toEqual(['@std/tool@9.0.0']);
    await page.getByRole('button', { name: 'show all' }).click();
    await page.getByLabel('Search packages').fill('pinned EVIL');
    expect(await names(page)).toEqual(['@acme/tampered@2.0.0']);
    await page.getByLabel('Search packages').fill('deno.lock:30');
    expect(await names(page)).toEqual(['@acme/old@0.1.0']);
    await page.getByLabel('Search packages').fill('no such thing');
    expect(await page.getByText('Nothing matches').isVisible()).toBe(true);
    await page.locator('#clear-none').click();
    await page.getByLabel('Sort by').selectOption('name');
    expect((await names(page)).at(0)).toBe('@acme/dispatched@4.0.0-rc.1');
    await page.context().close();
  });

  it('shows of each package its findings, every check, and links to the evidence', async () => {
    const page = await open();
    await openPackage(page, '@acme/widget');
    const detail = page.locator('.detail');
    expect(await detail.locator('section').filter({ hasText: 'Checks' }).locator('li').count()).toBe(12);
    expect(new Set(await addresses(page, '.detail'))).toEqual(
      new Set([
        'https://github.com/acme/widget',
        'https://github.com/acme/widget/blob/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b/.github/workflows/publish.yml',
        'https://github.com/acme/widget/commit/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
        'https://search.sigstore.dev/?logIndex=2313255666',
        'https://jsr.io/@acme/widget@1.2.3',
        'https://github.com/acme/widget/actions/runs/15551212/attempts/1',
      ]),
    );
    await openPackage(page, '@acme/tampered');
    const text = await page.locator('.list > li').first().textContent();
    expect(text).toContain(
      'signed by https://github.com/evil/widget, pinned to https://github.com/acme/widget',
    );
    expect(text).toContain('Who built it is not proven');
    await page.context().close();
  });

  it('says who built what, and leads from there to the packages', async () => {
    const packages = [aVerified('a'), aVerified('b'), aVerified('c', { repository: 'denoland/std' })];
    const page = await open(aReport({ packages }));
    expect(await page.locator('#builders tr').allTextContents()).toEqual([
      expect.stringMatching(/^acme\/widget2.*\.github\/workflows\/publish\.ymlgithub-hosted4242$/),
      expect.stringMatching(/^denoland\/std1/),
    ]);
    await page.getByRole('button', { name: '1 packages of denoland/std' }).click();
    expect(await names(page)).toEqual(['@acme/c@1.2.3']);
    await page.context().close();
  });

  it('says what is wrong with the run, shows a fork whole, and what changed', async () => {
    const page = await open(aFullReport());
    const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
    for (const part of [
      'TUF could not be reached',
      'no such package',
      'CCCC',
      'AAAA',
      'EEEE',
      'provenance lost',
    ])
      expect(text).toContain(part);
    await page.context().close();
  });

  it('can be used with the keyboard alone', async () => {
    const page = await open();
    const focused = () =>
      page.evaluate<string>('document.activeElement.id || document.activeElement.tagName');
    await page.keyboard.press('/');
    expect(await focused()).toBe('search');
    await page.keyboard.type('widget');
    expect((await names(page)).length).toBe(3);
    await page.keyboard.press('Escape');
    expect((await names(page)).length).toBe(5);
    while ((await focused()) !== 'SUMMARY') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.list .detail').waitFor();
    expect(await page.locator('.list details[open]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('A');
    await page.context().close();
  });

  it('names every control, says its state, and says aloud how many packages are shown', async () => {
    const page = await open(aFullReport());
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of [
      '- searchbox "Search packages"',
      '- combobox "Scope"',
      '- combobox "Repository"',
      '- combobox "Sort by"',
      '- status: 7 packages',
      '- heading "The transparency log forked" [level=1]',
      '- heading "Who built what" [level=2]',
    ])
      expect(tree).toContain(part);
    await page.getByRole('button', { name: 'rejected' }).click();
    expect(await page.locator('body').ariaSnapshot()).toMatch(/button "1 rejected" \[pressed\]/);
    expect(await page.locator('button:not(:has-text("a")):not(:has-text("e"))').count()).toBe(0);
    await page.context().close();
  });

  it('fits a narrow screen', async () => {
    const page = await open(aFullReport(), { width: 360, height: 800 });
    await openPackage(page, '@acme/tampered');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.context().close();
  });

  it('follows the dark scheme, and prints with the details of what is not verified', async () => {
    const page = await open();
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('.list details[open]').count()).toBe(4);
    expect(await page.locator('#search').isVisible()).toBe(false);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('.list details[open]').count()).toBe(0);
    await page.context().close();
  });

  it('stays quick with 2,000 packages: details are drawn when they are opened', async () => {
    const packages = Array.from({ length: 2000 }, (_, at) =>
      at % 100 === 0
        ? aRejected(`bad-${at}`)
        : aVerified(`part-${at}`, { repository: `acme/r${at % 40}`, occurrences: [anOccurrence(at)] }),
    );
    const started = performance.now();
    const page = await open(aReport({ packages }));
    const ready = performance.now() - started;
    expect(await page.locator('.detail').count()).toBe(0);
    const typed = await page.evaluate<number>(`(() => {
      const search = document.getElementById('search');
      const started = performance.now();
      search.value = 'part-19';
      search.dispatchEvent(new Event('input'));
      document.body.getBoundingClientRect();
      return performance.now() - started;
    })()`);
    expect((await names(page)).length).toBe(110);
    // Generous, since a busy machine runs this too: measured 0.9 s and 0.2 s.
    expect(ready).toBeLessThan(15_000);
    expect(typed).toBeLessThan(1500);
    await page.context().close();
  }, 60_000);

  it('runs nothing and makes nothing of hostile text, wherever it is opened', async () => {
    for (const attack of [undefined, attacks.html, attacks.url]) {
      const page = await open(poison(aFullReport(), attack));
      for (const summary of await page.locator('.list summary').all()) await summary.click();
      expect(await page.evaluate('globalThis.owned')).toBeUndefined();
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('img, svg, iframe, object, embed, form, style:not(head style)').count()).toBe(
        0,
      );
      for (const link of await addresses(page))
        expect(link).toMatch(/^(https:\/\/(jsr\.io|github\.com|search\.sigstore\.dev)\/|#packages$)/);
      expect(await page.locator('body').textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b]/);
      await page.context().close();
    }
  }, 60_000);
});
