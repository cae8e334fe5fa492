import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breaches, castsToProvenance, neighboursOf } from './support/architecture.ts';
import { circlesIn } from './support/circles.ts';
import { crowdedFunctions, mostLines } from './support/limits.ts';

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll(sep, '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort();
const textOf = (path: string) => readFileSync(join(src, path), 'utf8');

describe('the sources', () => {
  test('are all looked at', () => {
    expect(files).toEqual(expect.arrayContaining(['index.ts', 'cli/main.ts', 'model/check.ts']));
  });

  test('import only what the table of ARCHITECTURE.md lets them', () => {
    expect(files.flatMap((path) => breaches(path, textOf(path)))).toEqual([]);
  });

  test('import one another in no circle, types included', () => {
    const graph = new Map(files.map((path) => [path, neighboursOf(path, textOf(path))]));
    expect(circlesIn(graph)).toEqual([]);
  });

  test('have names that tell them apart: no four files share one', () => {
    const alike = (path: string) => files.filter((other) => basename(other) === basename(path));
    expect(files.filter((path) => alike(path).length > 3)).toEqual([]);
  });

  test('tell their story on one screen each', () => {
    for (const path of ['audit.ts', 'examine.ts'])
      expect(textOf(path).split('\n').length, path).toBeLessThanOrEqual(mostLines);
  });

  test('have no function with more positional parameters than a reader can tell apart', () => {
    expect(files.flatMap((path) => crowdedFunctions(path, textOf(path)))).toEqual([]);
  });

  test('make a Provenance in exactly one place', () => {
    expect(files.flatMap((path) => castsToProvenance(path, textOf(path)))).toHaveLength(1);
  });
});

describe('parameters are counted', () => {
  test.each([
    ['of a function', 'function f(a, b, c, d, e, g) {}'],
    ['of an arrow', 'const f = (a, b, c, d, e, g) => a;'],
    ['of a method', 'class C { f(a, b, c, d, e, g) {} }'],
    ['of a signature', 'interface I { f(a: A, b: B, c: C, d: D, e: E, g: G): void }'],
    ['of a function type', 'type F = (a: A, b: B, c: C, d: D, e: E, g: G) => void;'],
    ['with a rest', 'function f(a, b, c, d, e, ...g) {}'],
  ])('%s', (_, text) => {
    expect(crowdedFunctions('a.ts', text)).toEqual(['a.ts:1: 6 parameters']);
  });

  test('and a named object is one', () => {
    expect(crowdedFunctions('a.ts', 'function f({ a, b, c, d, e, g }, h) {}')).toEqual([]);
  });
});

describe('a circle of imports', () => {
  test.each([
    ['of two', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['of three', { a: ['b'], b: ['c'], c: ['a'], d: ['a'] }, [['a', 'b', 'c']]],
    ['of one with itself', { a: ['a'] }, [['a']]],
    [
      'twice',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
    ['is not where two import a third', { a: ['b', 'c'], b: ['c'], c: [] }, []],
  ])('%s', (_, graph, circles) => {
    expect(circlesIn(new Map(Object.entries(graph)))).toEqual(circles);
  });
});

describe('the checker sees', () => {
  test.each([
    [
      'a fact reading the network',
      'verify/subject.ts',
      "import { get } from '../source/http.ts';",
      'verify may not import source',
    ],
    [
      'a type counts as much',
      'policy/judge.ts',
      "import type { X } from '../report/json.ts';",
      'policy may not import report',
    ],
    [
      'a re-export',
      'model/check.ts',
      "export { x } from '../verify/verify.ts';",
      'model may not import verify',
    ],
    [
      'a re-export of everything',
      'model/check.ts',
      "export * from '../verify/verify.ts';",
      'model may not import verify',
    ],
    [
      'a dynamic import',
      'report/formats/html.ts',
      "await import('../../audit.ts');",
      'report may not import audit.ts',
    ],
    [
      'an import inside a type',
      'diff/changes.ts',
      "type X = import('../policy/judge.ts').X;",
      'diff may not import policy',
    ],
    ['a computed import', 'cli/main.ts', 'await import(name);', 'only the running program knows'],
    ['a template for a name', 'cli/main.ts', 'await import(`./` + name);', 'only the running program knows'],
    [
      'a require',
      'tlog/merkle.ts',
      "const x = require('../verify/verify.ts');",
      'tlog may not import verify',
    ],
    [
      'a part reaching into the command line',
      'audit.ts',
      "import { run } from './cli/session.ts';",
      'audit.ts may not import cli',
    ],
    [
      'an import from outside src',
      'cli/main.ts',
      "import x from '../../package.json' with { type: 'json' };",
      'outside src',
    ],
    ['a part nobody planned', 'utils/misc.ts', '', 'src/utils is not a part'],
    ['a loose file nobody planned', 'helpers.ts', '', 'src/helpers.ts is not a part'],
    [
      'Sigstore outside its folder',
      'verify/bundle.ts',
      "import { x } from '@sigstore/bundle';",
      '@sigstore/bundle, which lives in sigstore',
    ],
    [
      'a sub-path of a package',
      'report/formats/json.ts',
      "import { hideBin } from 'yargs/helpers';",
      'yargs, which lives in cli',
    ],
    [
      'colour outside the pretty reporter',
      'report/formats/markdown.ts',
      "import chalk from 'chalk';",
      'chalk, which lives in report/formats/pretty.ts',
    ],
    [
      'HTTP outside source',
      'registry/jsr.ts',
      "import { request } from 'undici';",
      'undici, which lives in source',
    ],
    ['a package nobody housed', 'cli/main.ts', "import _ from 'lodash';", 'lodash, which has no home'],
    [
      'a package named like a member of every object',
      'cli/main.ts',
      "import x from 'constructor';",
      'constructor, which has no home',
    ],
    [
      'the disk',
      'lockfile/formats/deno-lock.ts',
      "import { readFile } from 'node:fs/promises';",
      'node:fs/promises, which lives in source',
    ],
    [
      'the disk without its prefix',
      'lockfile/formats/deno-lock.ts',
      "import { readFile } from 'fs';",
      'node:fs, which lives in source',
    ],
    [
      'the network',
      'sigstore/trust.ts',
      "import { connect } from 'node:net';",
      'node:net, which lives in source',
    ],
    [
      'another program',
      'verify/files.ts',
      "import { spawn } from 'node:child_process';",
      'node:child_process',
    ],
    [
      'the process by import',
      'source/http/http.ts',
      "import process from 'node:process';",
      'node:process outside cli',
    ],
    ['the process by name', 'source/http/http.ts', 'const proxy = process.env.HTTPS_PROXY;', 'uses process'],
    ['the process in short', 'source/http/http.ts', 'const all = { process };', 'uses process'],
    [
      'the process by the back door',
      'source/http/http.ts',
      'const { env } = globalThis.process;',
      'uses globalThis',
    ],
    [
      'the inside of a package',
      'sigstore/verifier.ts',
      "import { x } from '@sigstore/verify/dist/key/index.js';",
      'imports from inside @sigstore/verify',
    ],
    ['printing', 'audit.ts', "console.log('done');", 'uses console'],
    ['a bare fetch', 'registry/jsr.ts', 'await fetch(url);', 'uses fetch'],
    ['the clock as a Date', 'policy/judge.ts', 'const now = new Date();', 'asks for the time'],
    ['the clock as a Date without brackets', 'policy/judge.ts', 'const now = new Date;', 'asks for the time'],
    ['the clock as a number', 'verify/claims.ts', 'const now = Date.now();', 'asks for the time'],
    ['the clock as a function', 'verify/claims.ts', 'const clock = Date.now;', 'asks for the time'],
    ['the clock as a string', 'report/formats/junit.ts', 'const now = Date();', 'asks for the time'],
    ['the other clock', 'report/formats/json.ts', 'const now = performance.now();', 'asks for the time'],
    ['chance', 'diff/changes.ts', 'const id = Math.random();', 'leaves it to chance'],
    [
      'a property that every host fills in its own way',
      'sigstore/certificate.ts',
      'const usages = new X509Certificate(der).keyUsage;',
      'asks the host for keyUsage',
    ],
    [
      'a file that is opened by name elsewhere',
      'cli/policy.ts',
      "import { readFileSync } from 'node:fs';",
      'opens files by name: readFile',
    ],
    [
      'a file that is opened under another name',
      'source/cache.ts',
      "import { open as look } from 'node:fs/promises';",
      'opens files by name: open',
    ],
    ['all of the disk at once', 'cli/git.ts', "import fs from 'node:fs';", 'imports all of node:fs'],
    ['all of the disk, later', 'cli/git.ts', "await import('node:fs/promises');", 'imports all of node:fs'],
    ['a decision by a pattern', 'tlog/proof.ts', 'if (/ 400$/.test(answer.why)) retry();', 'give it a kind'],
    [
      'a decision by the end of a reason',
      'lockfile/parts/patches.ts',
      'const x = locked?.reason.endsWith(patched);',
      'give it a kind',
    ],
    ['a decision by a whole reason', 'tlog/batch.ts', "if (why === 'offline') stop();", 'give it a kind'],
    [
      'a choice by a reason',
      'tlog/batch.ts',
      "switch (answer.why) { case 'offline': stop(); }",
      'give it a kind',
    ],
    [
      'a Provenance in disguise',
      'verify/verify.ts',
      "import type { Provenance as P } from '../model/provenance.ts';",
      'another name',
    ],
  ])('%s', (_, path, text, message) => {
    expect(breaches(path, text)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['sigstore/trust-disk.ts', "import { mkdtemp, writeFile } from 'node:fs/promises';"],
    ['source/local-file.ts', "import { open } from 'node:fs/promises'; import * as fs from 'node:fs';"],
    [
      'source/cache/cache.ts',
      "import cacache from 'cacache'; import { readdir } from 'node:fs/promises'; await fetch(url);",
    ],
    [
      'cli/main.ts',
      "import { audit } from '../index.ts'; const { env } = process; console.error(new Date());",
    ],
    [
      'verify/subject.ts',
      "import { createHash } from 'node:crypto'; import { x } from './about.ts'; import '../model/check.ts';",
    ],
    ['policy/judge.ts', 'const until = new Date(text); const x = { process: 1 }; x.process; x.fetch(until);'],
    ['policy/judge.ts', 'if (one.reason === other.reason && why !== undefined) say(why);'],
    ['sigstore/verifier.ts', "import { Verifier } from '@sigstore/verify'; const now = new Date();"],
    ['report/formats/pretty.ts', "import { Chalk } from 'chalk';"],
  ])('nothing wrong with %s: %s', (path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });

  test.each([
    'return value as Provenance;',
    'return value as unknown as Provenance;',
    'return value as Readonly<Provenance>;',
    'return { list: value as readonly Provenance[] };',
    'return <Provenance>value;',
    'return value as model.Provenance;',
  ])('a Provenance made by "%s"', (text) => {
    expect(castsToProvenance('verify/verify.ts', `function f() { ${text} }`)).toHaveLength(1);
  });

  test('no Provenance made where one is only passed on', () => {
    const text = 'const f = (p: Provenance): Provenance | undefined => p; const x = y as ProvenanceCheck;';
    expect(castsToProvenance('verify/verify.ts', text)).toEqual([]);
  });
});
