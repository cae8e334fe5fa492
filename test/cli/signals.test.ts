import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

// Ctrl-Break can only be pressed on Windows; what happens then can be looked at anywhere.
test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('%s ends the work in an orderly way', (signal) => {
  const program = `
    import { processEnvironment } from './src/cli/environment.ts';
    const { signal } = processEnvironment();
    process.emit('${signal}', '${signal}');
    process.stdout.write(String(signal.aborted), () => process.exit(0));
  `;
  const root = resolve(import.meta.dirname, '../..');
  const words = ['--import', './scripts/typescript.js', '--input-type=module', '--eval', program];
  expect(execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8' })).toBe('true');
});
