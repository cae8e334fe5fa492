import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Tests compare paths, and this folder is behind a link on macOS and has a short name on Windows.
const temporary = realpathSync.native(tmpdir());
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;

const posixOnly = [
  'test/faults/disk.test.ts',
  'test/faults/interrupts.test.ts',
  'test/faults/terminal.test.ts',
  'test/source/tree.test.ts',
  'test/story/git.test.ts',
];
const skipped = process.platform === 'win32' ? posixOnly : [];
if (skipped.length > 0)
  process.stderr.write(
    `skipped, because Windows has no pipes in folders, permissions, signals and shell scripts: ${skipped.join(', ')}\n`,
  );

export default defineConfig({
  define: { JSR_VERIFY_VERSION: JSON.stringify(version) },
  test: {
    // One more than by default, which leaves a core of two idle: the tests wait for processes and servers, too.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/packaging/**', 'test/clients/**', 'test/ci/**', ...skipped],
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packaging',
          globalSetup: ['test/packaging/setup.ts'],
          include: ['test/packaging/**/*.test.ts'],
          environment: 'node',
          // A Node of another version may have to be downloaded first.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // After all others: it keeps the machine busy with installs.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'ci',
          include: ['test/ci/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          environment: 'node',
          // The package managers may have to be downloaded first.
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
