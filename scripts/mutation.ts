// Changes the code, one mutant at a time, and runs the unit tests of the same folder on each. Arguments are folders of
// src/, all five by default; `--jobs 2` runs two at a time, `--only src/verify/files.ts:10-20` takes a part of one folder.
// Exits with 1 if less than 90 % are killed in a folder, or if one survives that test/mutation/survivors.ts does not list.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { reasonFor } from '../test/mutation/survivors.ts';

type Options = ConstructorParameters<typeof Stryker>[0];
type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const root = resolve(import.meta.dirname, '..');
process.chdir(root);
process.env['JSR_VERIFY_REAL_DATA'] ??= resolve(root, '../shared/real');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '2' }, only: { type: 'string', multiple: true } },
});
const areas = positionals.length > 0 ? positionals : ['verify', 'policy', 'tlog', 'sigstore', 'npm'];

/** Stryker's options for one folder. */
const options = (area: string): Options => ({
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner'],
  mochaOptions: { spec: ['test/mutation/unit.mjs'] },
  testRunnerNodeArgs: ['--import', new URL('../test/mutation/hooks.js', import.meta.url).href],
  mutate: values.only ?? [`src/${area}/**/*.ts`],
  coverageAnalysis: 'perTest',
  // A mutant in code that runs while a file is loaded would need all files and tests to be loaded again.
  ignoreStatic: true,
  ignorePatterns: ['.mutation', 'dist', 'fixtures/packs'],
  concurrency: Number(values.jobs),
  reporters: ['progress-append-only'],
  tempDirName: `.mutation/${area}`,
  tsconfigFile: 'none',
  disableTypeChecks: false,
  timeoutMS: 4000,
  timeoutFactor: 3,
  allowConsoleColors: false,
});

process.exitCode = 0;
for (const area of areas) {
  process.env['AREA'] = area;
  tell(area, await new Stryker(options(area)).runMutationTest());
}

function tell(area: string, results: readonly MutantResult[]): void {
  const of = (...states: readonly MutantResult['status'][]) =>
    results.filter(({ status }) => states.includes(status));
  const killed = of('Killed', 'Timeout').length;
  const survivors = of('Survived', 'NoCoverage').map(shown);
  const rate = killed / (killed + survivors.length);
  console.log(
    `${area}: ${results.length} mutants, ${killed} killed, ${survivors.length} survived, ${of('Ignored').length} only at loading: ${(rate * 100).toFixed(1)} %`,
  );
  const unlisted = survivors.filter((survivor) => reasonFor(survivor) === undefined);
  for (const { place, code, to } of unlisted) console.log(`${place}: ${code}  →  ${to}`);
  if (rate < 0.9 || unlisted.length > 0) process.exitCode = 1;
}

function shown({ fileName, location, replacement = '', mutatorName }: MutantResult) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(location.start.line - 1, location.end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, location.end.column - 1) ?? '';
  lines[0] = lines[0]?.slice(location.start.column - 1) ?? '';
  const file = relative(root, fileName);
  const flat = (text: string) => text.replace(/\s+/g, ' ');
  return {
    place: `${file}:${location.start.line}`,
    file,
    mutator: mutatorName,
    code: flat(lines.join(' ')),
    to: flat(replacement),
  };
}
