import { transformSync } from 'esbuild';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { isNeeded, isObeyed } from '../../src/npm/script/marks.ts';
import { sameProgram } from '../../src/npm/script/program.ts';
import { remembering } from './support/remembering.ts';

const compiler = remembering(await loadCompiler());

function honestOf(source: string): string {
  const emitted = compiler.emit(source, 'ts');
  return emitted.ok ? emitted.value : expect.unreachable(emitted.reason);
}

function answerOf(source: string, emitted: string): string {
  const answer = sameProgram(
    {
      source,
      media: 'ts',
      emitted: `${emitted.trimEnd()}\n//# sourceMappingURL=mod.js.map`,
      name: 'mod.js',
      rewrite: () => undefined,
    },
    compiler,
  );
  return answer.same ? 'the same program' : answer.reason;
}

const byEsbuild = (code: string): string =>
  transformSync(code, { treeShaking: true, minifySyntax: true, format: 'esm' }).code;

async function byRolldown(code: string): Promise<string> {
  const bundle = await rolldown({
    input: 'mod.js',
    external: /^ext/,
    plugins: [
      {
        name: 'memory',
        resolveId: (id) => (id === 'mod.js' ? id : null),
        load: () => ({ code, moduleSideEffects: true }),
      },
    ],
  });
  const { output } = await bundle.generate({ comments: false });
  await bundle.close();
  return output[0].code;
}

// Each takes a call away, which the honest program makes.
const dropping: readonly (readonly [what: string, source: string, from: string, to: string])[] = [
  [
    'set before a call in parentheses',
    'import { check } from "ext";\n(check as any)();\n',
    'check();',
    '/*#__PURE__*/ (check());',
  ],
  [
    'set before a parenthesis of many',
    'import { check } from "ext";\ncheck();\n',
    'check();',
    '/*#__PURE__*/ ((check()));',
  ],
  [
    'set inside of a parenthesis',
    'import { check } from "ext";\ncheck();\n',
    'check();',
    '(/* @__PURE__ */ check());',
  ],
  [
    'moved out of a parenthesis, so that a call of its value is dropped',
    'import { check } from "ext";\n(/*#__PURE__*/ check())();\n',
    '(/*#__PURE__*/ check())()',
    '/*#__PURE__*/ (check()())',
  ],
  [
    'moved from one function to another',
    'import { check } from "ext";\n/*#__NO_SIDE_EFFECTS__*/ function a() { return 1; }\nfunction b() { check(); }\na();\nb();\n',
    'function b',
    '/*#__NO_SIDE_EFFECTS__*/ function b',
  ],
  [
    'moved from an arrow function to another',
    'import { check } from "ext";\nconst a = /*#__NO_SIDE_EFFECTS__*/ () => 1, b = () => check();\na();\nb();\n',
    '()=>check()',
    '/*#__NO_SIDE_EFFECTS__*/ ()=>check()',
  ],
  [
    'set before an enum in its older form',
    'import { check } from "ext";\nenum A { X = check() }\n',
    /var A = [\s\S]*/.exec(honestOf('enum A { X = check() }'))?.[0] ?? '',
    'var A; /*#__PURE__*/ (function(A) {\n A[A["X"] = check()] = "X";\n})(A || (A = {}));\n',
  ],
  [
    'set before an enum that calls',
    'import { check } from "ext";\nenum A { X = check() }\n',
    '= function(A)',
    '= /*#__PURE__*/ function(A)',
  ],
];

describe('a comment that lets bundlers drop a call', () => {
  it.each(dropping)('is refused where it was %s', async (_, source, from, to) => {
    const honest = honestOf(source);
    expect(answerOf(source, honest)).toBe('the same program');
    const attacked = honest.replace(from, () => to);
    expect(attacked).not.toBe(honest);
    expect(answerOf(source, attacked)).toMatch(
      /a comment (?:that tools obey|at line \d+ that its source has not)/,
    );
    const [built, lost] = [await byRolldown(honest), await byRolldown(attacked)];
    const changes = byEsbuild(honest) !== byEsbuild(attacked) || built !== lost;
    expect(changes, `${built}\n${lost}`).toBe(true);
  });

  // Marks that are gone let bundlers drop less.
  const harmless: readonly (readonly [what: string, source: string, from: string, to: string])[] = [
    [
      'spelt otherwise',
      'import { a } from "ext";\nexport const b = /* @__PURE__ */ a();\n',
      '/* @__PURE__ */',
      '/*#__PURE__*/',
    ],
    [
      'before the same call in parentheses',
      'import { a } from "ext";\nexport const b = /*#__PURE__*/ a();\n',
      '/*#__PURE__*/ a()',
      '/*#__PURE__*/ (a())',
    ],
    [
      'before an enum, which swc marked until 2026',
      'export enum A { X = 1 << 2 }\n',
      '= function',
      '= /*#__PURE__*/ function',
    ],
  ];
  it.each(harmless)('may stand %s, which bundles to the same', async (_, source, from, to) => {
    const honest = honestOf(source);
    const other = honest.replace(from, () => to);
    expect(answerOf(source, other)).toBe('the same program');
    expect(byEsbuild(other)).toBe(byEsbuild(honest));
    expect(await byRolldown(other)).toBe(await byRolldown(honest));
  });
});

describe('a comment that tools obey', () => {
  const comments: readonly string[] = [
    '/*#__NO_SIDE_EFFECTS__*/',
    '/* @__INLINE__ */',
    '/* @__NOINLINE__ */',
    '/* @__KEY__ */',
    '/*@__MANGLE_PROP__*/',
    '/** @nosideeffects */',
    '/* tree-shaking no-side-effects-when-called */',
    '/* webpackIgnore: true */',
    '/* webpackChunkName: "x" */',
    '/* turbopackIgnore: true */',
    '/* rspackIgnore: true */',
    '/* @vite-ignore */',
    '/* @parcel-ignore */',
    '/* istanbul ignore next */',
    '/* c8 ignore start */',
    '/* v8 ignore next 3 */',
    '/* node:coverage ignore next */',
    '/* node:coverage disable */',
    '// deno-coverage-ignore',
    '// deno-lint-ignore no-explicit-any',
    '// eslint-disable-next-line',
    '// biome-ignore lint/a: b',
    '// prettier-ignore',
    '/* eslint no-a: 0 */',
    '/* global a */',
    '// @ts-ignore',
    '// @ts-expect-error',
    '// @ts-nocheck',
    '// @ts-check',
    '// @ts-types="./x.d.ts"',
    '// @deno-types="./x.d.ts"',
    '/* @ts-self-types="./x.d.ts" */',
    '/// <reference types="x" />',
    '/** @jsx h */',
    '/** @jsxImportSource x */',
    '/** @jsxRuntime classic */',
    '// @bun',
    '// @flow',
    '/*! keep */',
    '//! keep',
    '/* @license MIT */',
    '/** @preserve */',
    '/*@cc_on */',
    '//# sourceURL=x.js',
    '//@ sourceURL=x.js',
    '//# sourceMappingURL=x.map',
    '/* <!-- */',
    '/* --> */',
  ];
  it.each(comments)('may not move, nor come out of a string: %s', (comment) => {
    expect(isObeyed(comment)).toBe(true);
    const source = `import { a } from "./a.ts";\na();\n${comment}\na(1);\nexport const text = ${JSON.stringify(`${comment}\n`)};\n`;
    const honest = honestOf(source);
    expect(answerOf(source, honest)).toBe('the same program');
    const without = honest.replace(comment, '');
    for (const moved of [
      without.replace('a();', `\n${comment}\na();`),
      without.replace('a();', `a(\n${comment}\n);`),
      without.replace('import', `${comment}\nimport`),
      `${without}${comment}\n`,
    ]) {
      expect(moved.split(comment).length, moved).toBeGreaterThan(1);
      expect(answerOf(source, moved), moved).toMatch(/a comment that (?:tools|bundlers) obey/);
    }
    expect(answerOf(source, without)).toBe(
      isNeeded(comment)
        ? 'differs from its source at line 3: missing a comment that bundlers obey'
        : 'the same program',
    );
  });

  it('stays at the first of several expressions, however they are joined', () => {
    for (const comment of ['/* webpackIgnore: true */', '/* c8 ignore next */']) {
      const source = `import { a, b } from "./a.ts";\n${comment} a(), b();\n`;
      const honest = honestOf(source);
      const split = `import { a, b } from "./a.ts";\n${comment} a();\nb();\n`;
      expect(answerOf(source, honest)).toBe('the same program');
      expect(answerOf(source, split)).toBe('the same program');
      expect(answerOf(split, honest)).toBe('the same program');
      for (const joined of [`a();\n${comment} b()`, `a(), ${comment} b()`])
        expect(answerOf(source, split.replace(/\/\*.*\n.*/, joined))).toMatch(
          /a comment that (?:tools|bundlers) obey/,
        );
    }
  });

  it('is not a comment that says something', () => {
    for (const text of [
      '// we ignore errors of v8 here',
      '/** Covers Deno, webpack and vite. */',
      '/** @deprecated since the source moved */',
      '// see https://deno.land/x/ts-check',
      '/* a -> b */',
    ])
      expect(isObeyed(text), text).toBe(false);
  });

  it('may not stand in a helper of the compiler, nor before it', () => {
    const source =
      'export function f() { using a = g(); return a; }\n/*#__NO_SIDE_EFFECTS__*/ function g() { return null; }\n';
    const honest = honestOf(source);
    expect(answerOf(source, honest)).toBe('the same program');
    for (const moved of [
      honest.replace('function ', '/*#__NO_SIDE_EFFECTS__*/ function '),
      honest.replace('{', '{ /*#__NO_SIDE_EFFECTS__*/'),
    ])
      expect(answerOf(source, moved)).toMatch(/a comment at line 1 that its source has not/);
  });

  it('may stand where a statement is gone', () => {
    const source = '// @ts-ignore\nexport var a: number;\nexport const b = 1;\n';
    expect(answerOf(source, honestOf(source))).toBe('the same program');
    expect(answerOf(source, 'export var a;\n// @ts-ignore\nexport const b = 1;\n')).toMatch(/tools obey/);
  });
});
