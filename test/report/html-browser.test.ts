import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { html } from '../../src/report/formats/html.ts';
import { axeViolations, type Chromium, hasChromium, type OpenOptions, openChromium } from './browser.ts';
import { attacks, poison } from './hostile.ts';
import { aContext, aFullReport, anOccurrence, aRejected, aReport, aVerified, oneOfEach } from './sample.ts';

const run = {
  project: 'shop',
  repository: { name: 'acme/shop', url: 'https://github.com/acme/shop' },
  commit: '1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
  command: ['audit', '--format', 'html=report.html'],
};
const render = (report: Report = aReport()) => html.render(report, aContext({ run }));
/** What Jenkins sends with every file of a build, unless its administrator allows more. */
const jenkinsPolicy = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';";

describe.skipIf(!hasChromium)(`in Chromium${hasChromium ? '' : ': skipped, no chromium'}`, () => {
  let browser: Chromium;
  beforeAll(async () => {
    browser = await openChromium();
  }, 60_000);
  afterAll(() => browser.close());

  /** Opens a page on the report; any request and any complaint of the browser fails the test. */
  async function withPage(
    report: Report | string,
    options: OpenOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const text = typeof report === 'string' ? report : render(report);
    const { page, trouble } = await browser.open(text, options);
    await look(page);
    expect(trouble).toEqual([]);
    await page.context().close();
  }
  const names = (page: Page) => page.locator('.list > li:visible .name').allTextContents();
  const rowOf = (page: Page, name: string) =>
    page.locator('.list > li').filter({ has: page.locator('.name', { hasText: name }) });
  async function openPackage(page: Page, name: string): Promise<void> {
    await rowOf(page, name).locator('summary').click();
    await rowOf(page, name).locator('.detail').waitFor();
  }
  const addresses = async (page: Page, inside = 'body') =>
    Promise.all((await page.locator(`${inside} a`).all()).map((link) => link.getAttribute('href')));
  /** What the style sheets make of a property, for every element that a selector names. */
  const computed = (page: Page, selector: string, property: string) =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => getComputedStyle(one)[${JSON.stringify(property)}])`,
    );
  const shown = (page: Page) => page.locator('#shown').textContent();
  const fragment = (page: Page) => decodeURIComponent(page.url().split('#')[1] ?? '');

  it('lists every package, worst first', async () => {
    await withPage(aReport(), {}, async (page) => {
      expect(await names(page)).toEqual([
        '@acme/tampered@2.0.0',
        '@acme/unreachable@0.3.0',
        '@acme/dispatched@4.0.0-rc.1',
        '@acme/old@0.1.0',
        '@acme/widget@1.2.3',
      ]);
    });
  });

  it('filters by verdict, scope and publisher, searches and sorts', async () => {
    const other = aVerified('tool', { repository: 'denoland/std', version: '9.0.0' });
    const std = { ...other, package: { ...other.package, scope: 'std' } };
    await withPage(aReport({ packages: [...oneOfEach(), std] }), {}, async (page) => {
      await page.getByRole('button', { name: 'rejected' }).click();
      expect(await names(page)).toEqual(['@acme/tampered@2.0.0']);
      expect(await shown(page)).toBe('1 of 6 packages');
      expect(await page.getByRole('heading', { level: 2, name: 'Could not be decided' }).count()).toBe(0);
      await page.getByRole('button', { name: '2 verified' }).click();
      expect(await names(page)).toEqual(['@acme/tampered@2.0.0', '@acme/widget@1.2.3', '@std/tool@9.0.0']);
      await page.getByLabel('Scope').selectOption('@std');
      expect(await names(page)).toEqual(['@std/tool@9.0.0']);
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByLabel('Publisher', { exact: true }).selectOption('denoland/std');
      expect(await names(page)).toEqual(['@std/tool@9.0.0']);
      await page.getByRole('button', { name: 'Show all' }).click();
      for (const [text, found] of [
        ['pinned EVIL', ['@acme/tampered@2.0.0']],
        ['deno.lock:30', ['@acme/old@0.1.0']],
        ['no such thing', []],
      ] as const) {
        await page.getByLabel('Search packages').fill(text);
        expect(await names(page)).toEqual(found);
      }
      expect(await page.getByText('No package matches').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByLabel('Sort by').selectOption('name');
      expect(await names(page)).toEqual((await names(page)).toSorted());
      expect(await page.getByRole('heading', { level: 2, name: /^Packages/ }).textContent()).toBe(
        'Packages 6 packages',
      );
      await page.getByLabel('Sort by').selectOption('');
      expect((await names(page)).at(0)).toBe('@acme/tampered@2.0.0');
    });
  });

  it('keeps filter, order and the open package in the address, and restores them from it', async () => {
    let sent = '';
    await withPage(aReport(), {}, async (page) => {
      await openPackage(page, '@acme/widget');
      await expect.poll(() => fragment(page)).toBe('@acme/widget@1.2.3');
      await page.getByLabel('Search packages').fill('widget');
      await page.getByRole('button', { name: '1 verified' }).click();
      await page.getByLabel('Sort by').selectOption('name');
      expect(fragment(page)).toBe('search=widget&sort=name&verdict=verified&open=@acme/widget@1.2.3');
      sent = page.url().split('#')[1] ?? '';
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByLabel('Sort by').selectOption('');
      await rowOf(page, '@acme/widget').locator('summary').click();
      await expect.poll(() => page.url()).not.toContain('#');
    });
    await withPage(aReport(), { fragment: sent }, async (page) => {
      expect(await names(page)).toEqual(['@acme/widget@1.2.3']);
      expect(await page.getByLabel('Search packages').inputValue()).toBe('widget');
      expect(await page.getByLabel('Sort by').inputValue()).toBe('name');
      expect(await page.getByRole('button', { name: '1 verified' }).getAttribute('aria-pressed')).toBe(
        'true',
      );
      expect(await page.locator('.list details[open] .name').textContent()).toBe('@acme/widget@1.2.3');
    });
    await withPage(aReport(), { fragment: '@acme/old@0.1.0' }, async (page) => {
      expect(await names(page)).toHaveLength(5);
      expect(await rowOf(page, '@acme/old').locator('.detail').isVisible()).toBe(true);
    });
    for (const odd of ['%', 'verdict=none&sort=x&scope=%zz', 'open=@acme/gone@1.0.0', 'packages'])
      await withPage(aReport(), { fragment: odd }, async (page) => {
        expect(await names(page)).toHaveLength(5);
      });
  });

  it('is whole without JavaScript: every row, every detail, and no dead control', async () => {
    await withPage(aReport(), { javaScriptEnabled: false }, async (page) => {
      expect(await names(page)).toHaveLength(5);
      expect(await page.locator('input:visible, select:visible, button:visible').count()).toBe(0);
      await openPackage(page, '@acme/tampered');
      const text = await rowOf(page, '@acme/tampered').innerText();
      expect(text).toContain('The chain breaks at the statement');
      expect(text).toContain('pinned to https://github.com/acme/widget');
      await page.locator('td.number a').first().click();
      expect(decodeURIComponent(page.url())).toContain('#repository=acme/widget');
    });
  });

  it('is readable as Jenkins serves it: without script and style, verdicts in words, pictures in colour', async () => {
    const { page } = await browser.open(render(), { policy: jenkinsPolicy });
    // The policy holds: nothing of ours ran, and no style counts.
    expect(await page.locator('html[data-ready]').count()).toBe(0);
    expect(await computed(page, 'main', 'maxWidth')).toEqual(['none']);
    const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
    const at = [
      '1 of 5 packages was rejected',
      'acme/shop',
      '@acme/tampered@2.0.0',
      '@acme/widget@1.2.3',
    ].map((part) => text.indexOf(part));
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at).not.toContain(-1);
    expect(await rowOf(page, '@acme/tampered').locator('summary').innerText()).toMatch(/rejected$/);
    await rowOf(page, '@acme/tampered').locator('summary').click();
    const chain = rowOf(page, '@acme/tampered').locator('svg.chain');
    const box = await chain.boundingBox();
    expect(box?.width).toBe(1020);
    expect(box?.height).toBe(88);
    expect(await computed(page, 'li > details[open] svg.chain use[href="#broken"]', 'color')).toEqual([
      'rgb(211, 63, 56)',
    ]);
    expect(await page.locator('input:visible, select:visible, button:visible').count()).toBe(0);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong, in every state, with the %s scheme',
    async (colorScheme) => {
      const states: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
        'as opened': async () => undefined,
        'filter active': (page) => page.getByRole('button', { name: 'rejected' }).click(),
        'package open': (page) => openPackage(page, '@acme/tampered'),
        'verified package open': (page) => openPackage(page, '@acme/widget'),
        'sorted by name': (page) => page.getByLabel('Sort by').selectOption('name'),
        'nothing matches': (page) => page.getByLabel('Search packages').fill('no such thing'),
      };
      for (const [state, reach] of Object.entries(states))
        await withPage(aReport(), { colorScheme }, async (page) => {
          await reach(page);
          expect(await axeViolations(page), state).toEqual([]);
        });
      const narrow = { colorScheme, viewport: { width: 390, height: 844 } };
      for (const [report, options] of [
        [aReport({ packages: [] }), { colorScheme }],
        [aReport({ packages: [aVerified()] }), { colorScheme }],
        [aFullReport(), { colorScheme }],
        [aFullReport(), { ...narrow, fragment: '@acme/tampered@2.0.0' }],
      ] as const)
        await withPage(report, options, async (page) => {
          expect(await axeViolations(page)).toEqual([]);
        });
    },
    120_000,
  );

  it('draws the chain with the broken link in red, to the right where there is room and down where there is not', async () => {
    const look = async (page: Page) => {
      const chain = rowOf(page, '@acme/tampered').locator('svg.chain');
      const place = async (at: number) => {
        const box = await chain.locator(`.l${at} .label`).boundingBox();
        return {
          x: Math.round(box?.x ?? 0),
          y: Math.round(box?.y ?? 0),
          right: (box?.x ?? 0) + (box?.width ?? 0),
        };
      };
      const [red] = await computed(page, '.verdict.rejected', 'color');
      const colours = await computed(page, 'li > details[open] svg.chain use', 'color');
      expect(colours.map((colour) => colour === red)).toEqual([
        false,
        false,
        false,
        true,
        false,
        false,
        false,
      ]);
      return Promise.all([0, 1, 6].map(place));
    };
    const at = { fragment: '@acme/tampered@2.0.0' };
    await withPage(aReport(), { ...at, viewport: { width: 1280, height: 900 } }, async (page) => {
      const [first, second, last] = await look(page);
      expect(second?.y).toBe(first?.y);
      expect(second?.x).toBeGreaterThan(first?.x ?? 0);
      expect(last?.right).toBeLessThan(1280);
    });
    await withPage(aReport(), { ...at, viewport: { width: 390, height: 844 } }, async (page) => {
      const [first, second, last] = await look(page);
      expect(Math.abs((second?.x ?? 0) - (first?.x ?? 0))).toBeLessThan(2);
      expect(second?.y).toBeGreaterThan(first?.y ?? 0);
      expect(last?.right).toBeLessThan(390);
    });
  });

  it('links each package to the evidence', async () => {
    await withPage(aReport({ packages: [aVerified()] }), {}, async (page) => {
      expect(await page.locator('.detail section').filter({ hasText: 'Checks' }).locator('li').count()).toBe(
        12,
      );
      expect(new Set(await addresses(page, '.detail'))).toEqual(
        new Set([
          'https://github.com/acme/widget',
          'https://github.com/acme/widget/blob/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b/.github/workflows/publish.yml',
          'https://github.com/acme/widget/commit/1f5b0e3a9c7d2846f0a1b2c3d4e5f60718293a4b',
          'https://search.sigstore.dev/?logIndex=2313255666',
          'https://jsr.io/@acme/widget@1.2.3',
          'https://github.com/acme/widget/actions/runs/15551212/attempts/1',
          '#@acme/widget@1.2.3',
        ]),
      );
    });
  });

  it('says who built what, in a picture and a table, and leads from there to the packages', async () => {
    const packages = [
      aVerified('a'),
      aVerified('b'),
      aVerified('c', { repository: 'denoland/std' }),
      aRejected(),
    ];
    await withPage(aReport({ packages }), {}, async (page) => {
      expect(await page.locator('#built tbody tr').allTextContents()).toEqual([
        expect.stringMatching(/^acme\/widget2.*\.github\/workflows\/publish\.ymlgithub-hosted4242$/),
        expect.stringMatching(/^denoland\/std1/),
      ]);
      const picture = page.getByRole('img', { name: /^Publishers by number of packages/ });
      expect(await picture.locator('desc').textContent()).toBe(
        'acme/widget, 2 packages: 2 verified; denoland/std, 1 package: 1 verified; not proven, 1 package: 1 rejected.',
      );
      const widths = await page.evaluate<number[]>(
        "[...document.querySelectorAll('.publishers rect')].map((bar) => bar.getBoundingClientRect().width)",
      );
      expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 1);
      await page.getByRole('link', { name: '1 package of denoland/std' }).click();
      await expect.poll(() => names(page)).toEqual(['@acme/c@1.2.3']);
    });
  });

  it('says what is wrong with the run, shows a fork whole, and what changed', async () => {
    await withPage(aFullReport(), {}, async (page) => {
      const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
      for (const part of [
        'TUF could not be reached',
        'no such package',
        'CCCC',
        'AAAA',
        'EEEE',
        'has none at 1.1.0',
      ])
        expect(text).toContain(part);
    });
  });

  it('can be used with the keyboard alone', async () => {
    await withPage(aReport(), {}, async (page) => {
      const focused = () =>
        page.evaluate<string>('document.activeElement.id || document.activeElement.className');
      await page.keyboard.press('/');
      expect(await focused()).toBe('search');
      await page.keyboard.type('widget');
      expect((await names(page)).length).toBe(4);
      await page.keyboard.press('Escape');
      expect((await names(page)).length).toBe(5);
      while ((await focused()) !== 'row') await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('.list .detail:visible').waitFor();
      expect(await page.locator('.list details[open]').count()).toBe(1);
    });
  });

  it('names every control, says its state, and says aloud how many packages are shown', async () => {
    await withPage(aFullReport(), {}, async (page) => {
      const tree = await page.locator('body').ariaSnapshot();
      for (const part of [
        '- searchbox "Search packages"',
        '- combobox "Scope"',
        '- combobox "Publisher"',
        '- combobox "Sort by"',
        '- status: 7 packages',
        '- heading "The transparency log forked" [level=1]',
        '- heading "Who built what" [level=2]',
      ])
        expect(tree).toContain(part);
      await page.getByRole('button', { name: 'rejected' }).click();
      expect(await page.locator('body').ariaSnapshot()).toMatch(/button "1 rejected" \[pressed\]/);
    });
  });

  it('fits a narrow screen', async () => {
    const options = { viewport: { width: 360, height: 800 }, fragment: '@acme/tampered@2.0.0' };
    await withPage(aFullReport(), options, async (page) => {
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    });
  });

  it.each([true, false])(
    'prints in dark ink on white with the details of what is not verified, script or no script: %s',
    async (javaScriptEnabled) => {
      await withPage(aReport(), { javaScriptEnabled, colorScheme: 'dark' }, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        if (javaScriptEnabled) await page.evaluate("dispatchEvent(new Event('beforeprint'))");
        expect(await page.locator('.list .detail:visible').count()).toBe(4);
        expect(await page.locator('#search').isVisible()).toBe(false);
        expect(await computed(page, 'body', 'backgroundColor')).toEqual(['rgb(255, 255, 255)']);
        if (!javaScriptEnabled) return;
        await page.evaluate("dispatchEvent(new Event('afterprint'))");
        expect(await page.locator('.list details[open]').count()).toBe(0);
      });
    },
  );

  it('answers a filter among 20,000 packages in less than 100 ms, and shows long lists in pieces', async () => {
    const packages = Array.from({ length: 20_000 }, (_, at) =>
      at % 100 === 0
        ? aRejected(`bad-${at}`)
        : aVerified(`part-${at}`, { repository: `acme/r${at % 40}`, occurrences: [anOccurrence(at)] }),
    );
    await withPage(aReport({ packages }), {}, async (page) => {
      await page.waitForSelector('html[data-prepared]', { timeout: 60_000 });
      const rows = () => page.locator('#packages li').count();
      expect(await rows()).toBeLessThan(1000);
      const quickest = (words: readonly string[]) =>
        page.evaluate<number>(`(() => {
          const search = document.getElementById('search');
          const times = ${JSON.stringify([...words, ...words])}.map((word) => {
            const started = performance.now();
            search.value = word;
            search.dispatchEvent(new Event('input'));
            document.body.getBoundingClientRect();
            return performance.now() - started;
          });
          return Math.min(...times);
        })()`);
      // The quickest of some, since other tests keep the machine busy meanwhile.
      const took = [
        await quickest(['part-19', 'part-18', 'part-17', 'part-16', 'part-15']),
        await quickest(['p', 'par', 'pa', 'part', 'part-']),
        await quickest(['acme/r7', 'acme/r1', 'acme/r3', 'acme/r9', 'acme/r5']),
      ];
      console.log(`20,000 packages, ms to a filter: ${took.map((time) => time.toFixed(0)).join(', ')}`);
      for (const time of took) expect(time).toBeLessThan(100);
      await page.getByLabel('Search packages').fill('part-19999');
      expect(await names(page)).toEqual(['@acme/part-19999@1.2.3']);
      await page.getByLabel('Search packages').fill('bad-');
      expect(await shown(page)).toBe('200 of 20000 packages');
      const before = await rows();
      await page.locator('.more-rows:visible').scrollIntoViewIfNeeded();
      await expect.poll(rows).toBeGreaterThan(before);
    });
  }, 180_000);

  it('runs nothing and makes nothing of hostile text, wherever it is opened', async () => {
    for (const attack of [undefined, attacks.html, attacks.url])
      await withPage(poison(aFullReport(), attack), {}, async (page) => {
        for (const summary of await page.locator('.list summary').all()) await summary.click();
        expect(await page.evaluate('globalThis.owned')).toBeUndefined();
        expect(await page.locator('script').count()).toBe(1);
        const strange =
          'img, iframe, object, embed, form, style:not(head style), svg :not(title, desc, g, path, use, text, rect, symbol, circle)';
        expect(await page.locator(strange).count()).toBe(0);
        for (const link of await addresses(page))
          expect(link).toMatch(/^(https:\/\/(jsr\.io|github\.com|search\.sigstore\.dev)\/|#)/);
        expect(await page.locator('body').textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b]/);
      });
  }, 60_000);
});
