import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executable = '/usr/bin/chromium';

/** Whether there is a Chromium where Debian installs it. */
export const hasChromium = existsSync(executable);

/** A page in Chromium, and what it complained of or asked for meanwhile: nothing, where all is well. */
export interface Opened {
  readonly page: Page;
  readonly trouble: readonly string[];
}

/** How a page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** What stands behind the `#` of the address. */
  readonly fragment?: string;
  /** Served with this content security policy, instead of opened as a file. */
  readonly policy?: string;
}

/** A Chromium of its own, for the tests of one file. */
export interface Chromium {
  open(html: string, options?: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

export async function openChromium(): Promise<Chromium> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const browser = await chromium.launch({
    executablePath: executable,
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
  return {
    open: (html, options = {}) => openPage(browser, join(folder, 'page.html'), html, options),
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openPage(
  browser: Browser,
  file: string,
  html: string,
  { fragment, policy, ...options }: OpenOptions,
): Promise<Opened> {
  writeFileSync(file, html);
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  const address = policy === undefined ? pathToFileURL(file).href : 'http://ci.example/report.html';
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) trouble.push(request.url());
  });
  if (policy !== undefined)
    await page.route(address, (route) =>
      route.fulfill({ body: html, contentType: 'text/html', headers: { 'content-security-policy': policy } }),
    );
  await page.goto(fragment === undefined ? address : `${address}#${fragment}`);
  if (policy === undefined && options.javaScriptEnabled !== false)
    await page.waitForSelector('html[data-ready]', { timeout: 60_000 });
  return { page, trouble };
}

/** What axe finds wrong with the page as it is: the rule, and the element that breaks it. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}
