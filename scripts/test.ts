// The one command that checks everything. An argument asks for a part: `quick` for the inner loop, `check` for all but
// the tests of what the program does, `deep` for what the one command leaves out because it repeats itself.
// Every step runs, also after a failed one. The last line is the total, for people and for CI.
import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = resolve(import.meta.dirname, '..');
process.chdir(root);
process.env['PATH'] = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
process.env['NO_COLOR'] = '1';
delete process.env['FORCE_COLOR'];

const steps = {
  lint: 'biome ci --colors=off --error-on-warnings .',
  types: 'tsc --noEmit -p tsconfig.json',
  'unused code': 'knip --no-progress --treat-config-hints-as-errors',
  build: 'node --import ./scripts/typescript.js scripts/build.ts',
} as const;

/** Steps, and then the tests of some projects; of all their files, or of these. */
interface Part {
  readonly steps: readonly (keyof typeof steps)[];
  readonly projects: readonly string[];
  readonly files?: readonly string[];
}

const allSteps = Object.keys(steps) as (keyof typeof steps)[];
const parts: Readonly<Record<string, Part>> = {
  everything: { steps: allSteps, projects: ['quick', 'program', 'alone', 'packaging', 'ci', 'clients'] },
  check: {
    steps: allSteps,
    projects: ['packaging'],
    files: ['test/packaging/package.test.ts', 'test/packaging/lockfile.test.ts'],
  },
  quick: { steps: ['lint', 'types'], projects: ['quick'] },
  deep: { steps: ['build'], projects: ['deep'] },
};

const part = parts[process.argv[2] ?? 'everything'];
if (part === undefined) throw new Error(`there is no such part: ${process.argv[2]}`);
const counts: Count[] = [];
for (const name of part.steps) counts.push(await step(name, steps[name]));
counts.push(await tests(part));
const total = (key: keyof Count) => counts.reduce((sum, count) => sum + count[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') > 0 ? 1 : 0;

/** Counts as one test; prints the output of the command only if it fails. */
async function step(name: string, command: string): Promise<Count> {
  const started = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(`${output.trimEnd()}\n`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

function run(command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((done, broken) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', broken);
    child.on('close', (code) => done({ code, output: Buffer.concat(chunks).toString() }));
  });
}

/** Counts each test and each error outside of a test; prints which tests were skipped, and why. */
async function tests({ projects, files = [] }: Part): Promise<Count> {
  // Imported late, because it reads the colour settings once.
  const { startVitest } = await import('vitest/node');
  const vitest = await startVitest('test', [...files], {
    run: true,
    watch: false,
    reporters: ['default'],
    project: [...projects],
  });
  const modules = vitest.state.getTestModules();
  const results = modules.flatMap((module) => [...module.children.allTests()]);
  const states = (state: string) => results.filter((test) => test.result().state === state);
  const skipped = states('skipped');
  for (const module of modules) {
    const here = skipped.filter((test) => test.module === module);
    const [first] = here;
    if (first === undefined) continue;
    const whys = here
      .map((test) => test.result())
      .flatMap((one) => (one.state === 'skipped' ? (one.note ?? []) : []));
    const what = here.length === 1 ? first.fullName : `${here.length} tests, such as ${first.fullName}`;
    console.log(`skipped: ${[`${module.relativeModuleId}: ${what}`, ...new Set(whys)].join(': ')}`);
  }
  const broken =
    vitest.state.getUnhandledErrors().length +
    modules.reduce((sum, module) => sum + module.errors().length, 0);
  const unfinished = states('pending').length;
  await vitest.close();
  const passed = states('passed').length;
  return {
    passed,
    failed: states('failed').length + broken + unfinished + (passed === 0 ? 1 : 0),
    skipped: skipped.length,
  };
}
