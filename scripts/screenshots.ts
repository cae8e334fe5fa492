// Photographs the HTML report of the demo's project for the README, in both colour schemes, and keeps the digest of what was
// photographed beside the pictures: `test/docs/screenshots.test.ts` fails when the program makes another page.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openChromium } from '../test/report/browser.ts';
import { builtProgram, runProcess } from '../test/support/process.ts';
import { demoCi, demoReport, openDemo, withoutChance } from './demo-world.ts';

const folder = resolve(import.meta.dirname, '../docs/images');
await mkdir(folder, { recursive: true });

const { server, project } = await openDemo();
const { stdout: page } = await runProcess([...builtProgram(), ...demoReport], {
  cwd: project,
  env: { ...server.env({ trust: 'tuf' }), ...demoCi },
}).finally(() => server.close());

const browser = await openChromium();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page: shown, trouble } = await browser.open(page, {
      colorScheme,
      fragment: '@acme/parser@2.0.0',
      viewport: { width: 1280, height: 1180 },
      deviceScaleFactor: 1.5,
    });
    if (trouble.length > 0) throw new Error(trouble.join('\n'));
    await shown.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
    const picture = await shown.locator('.detail figure:visible').boundingBox();
    await shown.screenshot({
      path: join(folder, `report-${colorScheme}.png`),
      clip: { x: 0, y: 0, width: 1280, height: (picture?.y ?? 0) + (picture?.height ?? 0) + 20 },
    });
    await shown.context().close();
  }
} finally {
  await browser.close();
}
const digest = createHash('sha256').update(withoutChance(page)).digest('hex');
await writeFile(join(folder, 'report.sha256'), `${digest}\n`);
console.log(`docs/images: report-light.png, report-dark.png, of the page ${digest}`);
