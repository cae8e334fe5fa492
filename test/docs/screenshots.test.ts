import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoCi, demoReport, openDemo, withoutChance } from '../../scripts/demo-world.ts';
import { run } from '../cli/program.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root));

it('the README shows photographs of the HTML report that the program makes now', async () => {
  const { server, project } = await openDemo();
  const { stdout } = await run(demoReport, {
    cwd: project,
    env: { ...server.env({ trust: 'tuf' }), ...demoCi },
  }).finally(() => server.close());
  const digest = createHash('sha256').update(withoutChance(stdout)).digest('hex');
  expect(read('docs/images/report.sha256').toString().trim(), 'run npm run screenshots').toBe(digest);
});

it.each(['light', 'dark'])('the README shows the picture of the %s scheme, which is there', (scheme) => {
  const path = `docs/images/report-${scheme}.png`;
  expect(read('README.md').toString()).toContain(path);
  expect(read(path).subarray(1, 4).toString()).toBe('PNG');
});
