import { format } from 'node:util';
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import * as chai from 'chai';

// The part of vitest that the unit tests use, said in mocha's words: Stryker loads mocha's tests once and runs them
// for every mutant, where it would load vitest's anew each time.

type Body = (...args: readonly unknown[]) => unknown;
type Define = (name: string, body: Body) => void;
interface Mocha {
  readonly describe: Define;
  readonly it: Define;
  readonly before: (body: Body) => void;
  readonly after: (body: Body) => void;
  readonly beforeEach: (body: Body) => void;
  readonly afterEach: (body: Body) => void;
}
const mocha = globalThis as unknown as Mocha & Record<symbol, object>;

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

/** vitest's `expect`. */
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  mocha[ASYMMETRIC_MATCHERS_OBJECT],
  { unreachable: (message = 'unreachable') => chai.assert.fail(message) },
);
const nothing = { assertionCalls: 0, isExpectingAssertions: false, isExpectingAssertionsError: null };
setState({ ...nothing, expectedAssertionsNumber: null, testPath: '', currentTestName: '' }, expect as never);
(chai.expect as unknown as { extend(to: unknown, matchers: object): void }).extend(expect, customMatchers);
mocha[GLOBAL_EXPECT as unknown as symbol] = expect;

const files: { readonly name: string; readonly said: (() => void)[] }[] = [];
let isRegistering = false;

/** What is said from here on is said in this file. */
export function inFile(name: string): void {
  files.push({ name, said: [] });
}

/** Hands all that was said to mocha, a suite for each file. */
export function register(): void {
  isRegistering = true;
  mocha.after(forgetLoading);
  for (const { name, said } of files)
    mocha.describe(name, () => {
      for (const what of said) what();
    });
}

interface Coverage {
  readonly static: Record<string, number>;
  readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

// What runs while files are loaded and again in a test need not be loaded anew for each mutant.
function forgetLoading(): void {
  const { __stryker__: stryker } = globalThis as { readonly __stryker__?: { mutantCoverage?: Coverage } };
  const coverage = stryker?.mutantCoverage;
  if (coverage === undefined) return;
  const inTests = new Set(Object.values(coverage.perTest).flatMap((test) => Object.keys(test)));
  for (const id of Object.keys(coverage.static)) if (inTests.has(id)) delete coverage.static[id];
}

function say(what: () => void): void {
  if (isRegistering) what();
  else files.at(-1)?.said.push(what);
}

// Tests that try everything there is take seconds; for every mutant, that is too long.
const isSweep = (name: string): boolean =>
  /anywhere in the|every one of|every single flipped bit of|no text makes it throw|is bent at any place|began otherwise|in well under/.test(
    name,
  );

function withVariants(define: Define) {
  const plain = (name: string, a: unknown, b?: unknown): void =>
    say(() => define(name, (typeof a === 'function' ? a : b) as Body));
  const each =
    (rows: readonly unknown[]) =>
    (template: string, a: unknown, b?: unknown): void =>
      rows.forEach((row, index) => {
        const args = Array.isArray(row) ? row : [row];
        const body = (typeof a === 'function' ? a : b) as Body;
        plain(titled(template, row, index), () => body(...args));
      });
  const skip = Object.assign(() => undefined, { each: () => () => undefined });
  const variants = { each, skip };
  return Object.assign(plain, variants, {
    skipIf: (condition: unknown) => (condition ? skip : Object.assign(plain, variants)),
  });
}

// Mocha and Stryker know a test by its name alone.
function titled(template: string, row: unknown, index: number): string {
  const args = Array.isArray(row) ? row : [row];
  const named = template.replaceAll(/\$(\w+)/g, (whole, key: string) =>
    String((row as Record<string, unknown> | null)?.[key] ?? whole),
  );
  const holes = named.match(/%[sdifjo]/g) ?? [];
  return `${format(named.replaceAll('%j', '%o'), ...args.slice(0, holes.length))} #${index}`;
}

/** vitest's `describe`. */
export const describe = withVariants((name, body) => mocha.describe(name, () => void body()));
/** vitest's `test`. */
export const test = withVariants((name, body) => {
  if (!isSweep(name)) mocha.it(name, () => finishing(body));
});
export const it = test;

let endings: (() => unknown)[] = [];

/** vitest's `onTestFinished`. */
export function onTestFinished(ending: () => unknown): void {
  endings.push(ending);
}

async function finishing(body: Body): Promise<void> {
  endings = [];
  try {
    await body({ onTestFinished });
  } finally {
    for (const ending of endings.reverse()) await ending();
  }
}

export const beforeAll = (body: Body): void => say(() => mocha.before(() => body()));
export const afterAll = (body: Body): void => say(() => mocha.after(() => body()));
export const beforeEach = (body: Body): void => say(() => mocha.beforeEach(() => body()));
export const afterEach = (body: Body): void => say(() => mocha.afterEach(() => body()));

const before = new Map<string, string | undefined>();

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** The part of vitest's `vi` that is used. */
export const vi = {
  setConfig: (): void => undefined,
  stubEnv: (name: string, value: string | undefined): void => {
    if (!before.has(name)) before.set(name, process.env[name]);
    setEnv(name, value);
  },
  unstubAllEnvs: (): void => {
    for (const [name, value] of before) setEnv(name, value);
    before.clear();
  },
};
