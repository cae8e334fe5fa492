import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProcess } from '../support/process.ts';

const root = join(import.meta.dirname, '../..');
/** The script of `npm run demo` without its build, which writes the folder that other tests run. */
const demo = [process.execPath, '--import', './scripts/typescript.js', 'scripts/demo.ts'] as const;

it('the demo that the README names ends as it says: every step as expected', {
  timeout: 120_000,
}, async () => {
  const { code, stdout, stderr } = await runProcess([...demo], { cwd: root });
  expect(stderr).toBe('');
  expect(stdout).toContain('$ jsr-verify audit');
  expect(code).toBe(0);
});
