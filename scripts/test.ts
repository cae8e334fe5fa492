// The one command that checks everything; `check` as an argument leaves out the tests of what the program does.
// Every step runs, whatever became of the one before. The last line is the total, for people and for CI.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = resolve(import.meta.dirname, '..');
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
};

const counts = [
  await step('lint', 'biome ci --error-on-warnings .'),
  await step('types', 'tsc --noEmit -p tsconfig.json'),
  await step('unused code', 'knip --no-progress --treat-config-hints-as-errors'),
  await step('build', 'node --import ./scripts/typescript.js scripts/build.ts'),
  await tests(process.argv[2] === 'check' ? '--project packaging test/packaging/package.test.ts' : ''),
];
const total = (key: keyof Count) => counts.reduce((sum, count) => sum + count[key], 0);
if (total('skipped') > 0) console.log(`${total('skipped')} skipped`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') > 0 ? 1 : 0;

/** Counts as one test; shows what the command has to say only when it fails. */
async function step(name: string, command: string): Promise<Count> {
  const started = performance.now();
  const { code, output } = await run(command, 'pipe');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(`${output.trimEnd()}\n`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Counts each test; a run that breaks without a failed test counts as one failure. */
async function tests(which: string): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'jsr-verify-tests-'));
  const file = join(folder, 'results.json');
  try {
    const { code } = await run(
      `vitest run --reporter=default --reporter=json --outputFile.json=${file} ${which}`,
      'inherit',
    );
    const results: Partial<Record<string, number>> = JSON.parse(
      await readFile(file, 'utf8').catch(() => '{}'),
    );
    const failed = results['numFailedTests'] ?? 0;
    return {
      passed: results['numPassedTests'] ?? 0,
      failed: code !== 0 && failed === 0 ? 1 : failed,
      skipped: (results['numPendingTests'] ?? 0) + (results['numTodoTests'] ?? 0),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command: string, output: 'pipe' | 'inherit'): Promise<{ code: number | null; output: string }> {
  return new Promise((done, broken) => {
    const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', output, output] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', broken);
    child.on('close', (code) => done({ code, output: Buffer.concat(chunks).toString() }));
  });
}
