import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ReadOptions, readLockfile } from '../../src/lockfile/lockfile.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { nameOf } from '../../src/model/package.ts';
import type { LockfileContents, Place } from '../../src/model/target.ts';

/** The public registries, which every test uses that does not say otherwise. */
export const publicRegistries = { registry: 'https://jsr.io', npmRegistry: 'https://npm.jsr.io' };

export const fixtures = join(import.meta.dirname, '../../fixtures/lockfiles');

/** One fixture: a lockfile, how to read it, and what must come of it. */
export interface Case {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly options: ReadOptions;
  readonly expected: unknown;
}

/** All fixtures of one format, `fixtures/lockfiles/<format>/<case>/`. */
export function casesOf(format: string): readonly Case[] {
  const folder = join(fixtures, format);
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const files = readdirSync(join(folder, name)).filter(
        (file) => !['expected.json', 'options.json'].includes(file),
      );
      const [file = ''] = files;
      const read = (path: string): unknown =>
        existsSync(join(folder, name, path))
          ? JSON.parse(readFileSync(join(folder, name, path), 'utf8'))
          : undefined;
      return {
        name,
        file,
        text: readFileSync(join(folder, name, file), 'utf8'),
        options: { ...publicRegistries, ...(read('options.json') as Partial<ReadOptions> | undefined) },
        expected: read('expected.json'),
      };
    });
}

/** What comes of reading, in the form of `expected.json`: contents or a typed error; anything else is thrown on. */
export function outcomeOf(file: string, text: string, options: ReadOptions): unknown {
  try {
    return brief(readLockfile(file, text, options));
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
}

/** Contents with places as `line:column` and packages as names. */
export function brief({ targets, foreign, unreadable }: LockfileContents) {
  const at = ({ line, column }: Place) => `${line}:${column}`;
  return {
    targets: Object.fromEntries(
      targets.map((target) => [
        nameOf(target.package),
        target.occurrences.map((occurrence) => ({ ...occurrence, at: at(occurrence.at) })),
      ]),
    ),
    foreign: foreign.map((one) => `${at(one.at)} ${nameOf(one.package)} at ${one.host}`),
    unreadable: unreadable.map((one) => `${at(one.at)} ${one.entry}: ${one.reason}`),
  };
}

/** The names of all package versions, sorted. */
export function packagesIn({ targets }: LockfileContents): readonly string[] {
  return targets.map((target) => nameOf(target.package)).sort();
}

/** The folder of real lockfiles of other people, and words for the test names when it is not there. */
export const realData = resolve(process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real');
export const noRealData = existsSync(realData) ? '' : ' (skipped, no real data)';
