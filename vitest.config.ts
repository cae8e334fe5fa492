import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Tests compare paths, and this folder is behind a link on macOS and has a short name on Windows.
const temporary = realpathSync.native(tmpdir());
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;

const posixOnly = [
  'test/cli/completion.test.ts',
  'test/cli/init.test.ts',
  'test/faults/disk.test.ts',
  'test/faults/interrupts.test.ts',
  'test/faults/interrupts.deep.test.ts',
  'test/faults/terminal.test.ts',
  'test/source/tree.test.ts',
  'test/story/git.test.ts',
];
const skipped = process.platform === 'win32' ? posixOnly : [];
if (skipped.length > 0)
  process.stderr.write(
    `skipped, because Windows has no pipes in folders, permissions, signals and shell scripts: ${skipped.join(', ')}\n`,
  );

const below = (...folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);
const deep = 'test/**/*.deep.test.ts';

/** These replace modules of Node, so they cannot share modules with other tests. */
const alone = [
  'test/lockfile/windows.test.ts',
  'test/source/windows-file.test.ts',
  'test/source/move-over.test.ts',
];

/** In a folder of `quick`, and too slow for it: it starts a browser. */
const inBrowser = 'test/report/html-browser.test.ts';

/** The test files of each project; `test/projects.test.ts` sees that every file has exactly one. */
export const filesOf: Readonly<Record<string, { readonly include: string[]; readonly exclude: string[] }>> = {
  /** The parts that need no process, no server and no program: the inner loop, `npm run test:quick`. */
  quick: {
    include: below(
      'diff',
      'examine',
      'lockfile',
      'model',
      'npm',
      'policy',
      'registry',
      'report',
      'sigstore',
      'tlog',
      'verify',
    ),
    exclude: [...alone, inBrowser, deep],
  },
  /** The program: in the process of the tests, or built. */
  program: {
    include: [
      'test/*.test.ts',
      ...below(
        'attacks',
        'cli',
        'docs',
        'faults',
        'fuzz',
        'installed',
        'mutants',
        'real',
        'source',
        'story',
        'transcripts',
        'traps',
      ),
      inBrowser,
    ],
    exclude: [...alone, deep],
  },
  alone: { include: alone, exclude: [] },
  /** The package as it is published and installed. */
  packaging: { include: below('packaging'), exclude: [deep] },
  /** The action, and every snippet about CI. */
  ci: { include: below('ci'), exclude: [deep] },
  /** Real package managers. */
  clients: { include: below('clients'), exclude: [deep] },
  /** Repetition of what the other tests promise: `npm run test:deep`. */
  deep: { include: [deep], exclude: [] },
};

const project = (name: string, more: object) => {
  const { include = [], exclude = [] } = filesOf[name] ?? {};
  return {
    extends: true as const,
    test: { name, include, exclude: [...exclude, ...skipped], environment: 'node' as const, ...more },
  };
};

export default defineConfig({
  define: { JSR_VERIFY_VERSION: JSON.stringify(version) },
  test: {
    // One more than by default, which leaves a core of two idle: the tests wait for processes and servers, too.
    maxWorkers: availableParallelism(),
    // A worker loads a module once and not once for each test file.
    isolate: false,
    projects: [
      project('quick', { testTimeout: 20_000 }),
      project('program', { testTimeout: 20_000 }),
      project('alone', { isolate: true, testTimeout: 20_000 }),
      // A Node of another version may have to be downloaded first. After all others: installs keep the machine busy.
      project('packaging', {
        globalSetup: ['test/packaging/setup.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
        sequence: { groupOrder: 1 },
      }),
      project('ci', { testTimeout: 120_000, hookTimeout: 300_000, sequence: { groupOrder: 2 } }),
      // The package managers may have to be downloaded first.
      project('clients', { testTimeout: 120_000, hookTimeout: 300_000, sequence: { groupOrder: 2 } }),
      // Some measure time.
      project('deep', { isolate: true, testTimeout: 120_000, hookTimeout: 300_000 }),
    ],
  },
});
