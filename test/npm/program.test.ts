import { describe, expect, it } from 'vitest';
import type { MediaType } from '../../src/npm/media.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { sameProgram } from '../../src/npm/script/program.ts';

interface Case {
  readonly source: string;
  readonly emitted: string;
  readonly media?: MediaType;
  readonly rewrites?: Readonly<Record<string, string>>;
}

async function compare({ source, emitted, media = 'ts', rewrites = {} }: Case) {
  const code = emitted === '' || emitted.endsWith('\n') ? emitted : `${emitted}\n`;
  return sameProgram(
    {
      source,
      media,
      emitted: `${code}//# sourceMappingURL=mod.js.map`,
      name: 'mod.js',
      rewrite: (specifier) => rewrites[specifier],
    },
    await loadCompiler(),
  );
}

async function reasonOf(test: Case): Promise<string> {
  const answer = await compare(test);
  return answer.same ? 'the same program' : answer.reason;
}

const same = { same: true };

describe('the same program', () => {
  it('without its types, in other quotes, breaks, numbers, escapes and parentheses', async () => {
    const source =
      'export const a: number = (1000 as number), b: string = "it\'s \\u0041", c = 0xFFn;\nif (a) {}';
    const emitted = "export const a = 1e3,\n  b = 'it\\'s A', c = 255n;\nif ((a)) {\n}\n;";
    expect(await compare({ source, emitted })).toEqual(same);
  });

  it('with its specifiers rewritten, in every place that JSR rewrites', async () => {
    const source =
      'import { a } from "./a.ts";\nexport { b } from "./a.ts";\nexport * from "./a.ts";\nawait import("./a.ts");\na(() => [import("./a.ts")]);';
    const emitted = source.replaceAll('./a.ts', './a.js');
    expect(await compare({ source, emitted, rewrites: { './a.ts': './a.js' } })).toEqual(same);
    expect(await reasonOf({ source, emitted: source, rewrites: { './a.ts': './a.js' } })).toMatch(/line 1/);
  });

  it('leaves an import alone whose argument is computed', async () => {
    const source = 'const name = "./a.ts";\nawait import(name);\nawait import(`./a.ts`);';
    expect(await compare({ source, emitted: source, rewrites: { './a.ts': './a.js' } })).toEqual(same);
  });

  it('keeps import attributes', async () => {
    const source = 'import data from "./a.json" with { type: "json" };\nexport { data };';
    expect(await compare({ source, emitted: source })).toEqual(same);
    expect(await reasonOf({ source, emitted: source.replace(' with { type: "json" }', '') })).toMatch(
      /missing/,
    );
  });

  it('with comments of many lines, whatever ends a line in them', async () => {
    const [source, emitted] = ['/* one\r\n two */\r\na();', '/* one\n two */\na();'];
    expect(await compare({ source, emitted })).toEqual(same);
    expect(await compare({ source: emitted, emitted: source })).toEqual(same);
  });

  it('that is empty once its types are gone', async () => {
    expect(await compare({ source: 'export type A = 1;', emitted: '' })).toEqual(same);
    expect(await compare({ source: 'export type A = 1;', emitted: 'export { };' })).toEqual(same);
  });

  it('in lowered JSX, classic and with an import source, rewritten by some servers and not by others', async () => {
    const classic = 'export const a = <p title="x &amp; y">{1} <b/></p>;';
    const lowered =
      'export const a = /*#__PURE__*/ React.createElement("p", { title: "x & y" }, 1, " ", /*#__PURE__*/ React.createElement("b", null));';
    expect(await compare({ source: classic, emitted: lowered, media: 'jsx' })).toEqual(same);

    const source = '/** @jsxImportSource npm:preact@10 */\nexport const a = <p/>;';
    const emitted = (from: string) =>
      `import { jsx as _jsx } from "${from}";\n/** @jsxImportSource npm:preact@10 */ export const a = /*#__PURE__*/ _jsx("p", {});`;
    const rewrites = { 'npm:preact@10/jsx-runtime': 'preact/jsx-runtime' };
    for (const from of ['preact/jsx-runtime', 'npm:preact@10/jsx-runtime']) {
      expect(await compare({ source, emitted: emitted(from), media: 'jsx', rewrites })).toEqual(same);
    }
    expect(await reasonOf({ source, emitted: emitted('evil/jsx-runtime'), media: 'jsx', rewrites })).toMatch(
      /differs/,
    );
  });
});

// What a text says with other signs, statement by statement.
describe('the same statements', () => {
  const pairs: readonly (readonly [name: string, source: string, emitted: string])[] = [
    ['split in a case', 'switch (a) { case 1: b(), c(); }', 'switch (a) { case 1: b(); c(); }'],
    [
      'split in a static block',
      'export class A { static { b(), c(); } }',
      'export class A { static { b(); ; c(); } }',
    ],
    [
      'a var of a function, wherever it stands',
      'export const f = function () { a(); var q: number; };',
      'export const f = function () { var q; a(); };',
    ],
    [
      'a var of an arrow function, wherever it stands',
      'export const f = () => { a(); var q: number, r; };',
      'export const f = () => { var r; var q; a(); };',
    ],
    ['a var said twice', 'var q: number;\nvar q: number;\na(q);', 'var q;\na(q);'],
    [
      'a var with a value beside one without',
      'export var a: number, b = 1;',
      'export var b = 1;\nexport var a;',
    ],
    [
      'an enum said once, which starts from nothing',
      'enum A { X }\nexport default A;',
      'var A = /*#__PURE__*/ function(A) {\n  A[A["X"] = 0] = "X";\n  return A;\n}({});\nexport default A;',
    ],
    ['a mark that is gone', 'export const a = /*#__PURE__*/ b();', 'export const a = b();'],
    ['big numbers', 'const a = 0xFFn;\nexport { a };', 'const a = 255n;\nexport { a };'],
  ];
  it.each(pairs)('%s', async (_, source, emitted) => {
    expect(await compare({ source, emitted })).toEqual(same);
  });

  const others: readonly (readonly [name: string, source: string, emitted: string, reason: RegExp])[] = [
    [
      'an arrow function in another',
      'export const f = () => () => a(1);',
      'export const f = () => () => a(2);',
      /value of Literal/,
    ],
    ['an import without names', 'export {};', 'export {} from "evil";', /added ExportNamedDeclaration/],
    [
      'an export that is gone',
      'const a = 1;\nexport { a };',
      'const a = 1;',
      /missing ExportNamedDeclaration/,
    ],
    ['a let that became a var', 'let a;\nexport { a };', 'var a;\nexport { a };', /differs/],
    ['a var that became a let', 'var a;\nexport { a };', 'let a;\nexport { a };', /differs/],
    ['a var that is gone', 'var a;\nb();', 'b();', /line 1: missing var a/],
    ['another value of an exported var', 'export var a, b = 1;', 'export var a, b = 2;', /value of Literal/],
    [
      'another regular expression',
      'export const a = /good/g;',
      'export const a = /evil/g;',
      /regex of Literal/,
    ],
    ['another flag', 'export const a = /good/g;', 'export const a = /good/y;', /regex of Literal/],
    [
      'another big number',
      'const a = 1n;\nexport { a };',
      'const a = 2n;\nexport { a };',
      /bigint of Literal/,
    ],
    ['another template', 'export const a = `good`;', 'export const a = `evil`;', /value of TemplateElement/],
    [
      'a hole that is filled',
      'export const a = [b, , c];',
      'export const a = [b,\nb, c];',
      /line 2: elements of ArrayExpression/,
    ],
    [
      'a member of an enum',
      'export enum A { X }',
      'export var A;\n(function(A) {\n  A[A["X"] = 1] = "X";\n})(A || (A = {}));',
      /differs/,
    ],
    [
      'a statement in an enum',
      'export enum A { X }',
      'export var A;\n(function(A) {\n  A[A["X"] = 0] = "X";\n  evil();\n})(A || (A = {}));',
      /added ExpressionStatement/,
    ],
    [
      'an enum in two parts that forgets the first',
      'enum A { X }\nenum A { Y = 1 }\nexport { A };',
      'var A = /*#__PURE__*/ function(A) {\n  A[A["X"] = 0] = "X";\n  return A;\n}({});\n(function(A) {\n  A[A["Y"] = 1] = "Y";\n})(A);\nexport { A };',
      /what the enum starts from/,
    ],
    [
      'a class with parameter properties and a computed key',
      'export class A { [k] = 1; constructor(private a: number) {} }',
      'export class A { a; [k] = 2; constructor(a) { this.a = a; } }',
      /differs/,
    ],
    [
      'a class with parameter properties',
      'export class A { constructor(private a: number) {} }',
      'export class A { a; constructor(a) { this.a = evil; } }',
      /differs/,
    ],
  ];
  it.each(others)('are not %s', async (_, source, emitted, reason) => {
    expect(await reasonOf({ source, emitted })).toMatch(reason);
  });

  it('come from a source of bounded size', async () => {
    const most = 256 * 1024 + 16 * 'export {};'.length;
    const blank = (length: number) => `${' '.repeat(length - 1)}\n`;
    expect(await reasonOf({ source: 'export {};', emitted: blank(most) })).toBe('the same program');
    expect(await reasonOf({ source: 'export {};', emitted: blank(most + 1) })).toBe(
      'is far larger than its source',
    );
  });

  it('come from a source that can be read', async () => {
    expect(await reasonOf({ source: 'const = 1;', emitted: 'a();' })).toBe('its source cannot be parsed');
    expect(await reasonOf({ source: 'const = 1;', emitted: 'a();', media: 'jsx' })).toMatch(
      /^its source cannot be compiled: \S/,
    );
  });
});

// What swc changed between the servers of 2024 and those of 2026, with revision 11 all the time.
describe('the forms one compiler had over time', () => {
  const forms: readonly (readonly [name: string, source: string, older: string, newer: string])[] = [
    [
      'an exported enum',
      'export enum A { X, Y = "y" }',
      'export var A;\n(function(A) {\n  A[A["X"] = 0] = "X";\n  A["Y"] = "y";\n})(A || (A = {}));',
      'export var A = /*#__PURE__*/ function(A) {\n  A[A["X"] = 0] = "X";\n  A["Y"] = "y";\n  return A;\n}({});',
    ],
    [
      'an enum of the module',
      'enum A { X }\nexport default A;',
      'var A;\n(function(A) {\n  A[A["X"] = 0] = "X";\n})(A || (A = {}));\nexport default A;',
      'var A = /*#__PURE__*/ function(A) {\n  A[A["X"] = 0] = "X";\n  return A;\n}(A || {});\nexport default A;',
    ],
    [
      'an enum in two parts',
      'enum A { X }\nenum A { Y = 1 }\nexport { A };',
      'var A;\n(function(A) {\n  A[A["X"] = 0] = "X";\n})(A || (A = {}));\n(function(A) {\n  A[A["Y"] = 1] = "Y";\n})(A || (A = {}));\nexport { A };',
      'var A = /*#__PURE__*/ function(A) {\n  A[A["X"] = 0] = "X";\n  return A;\n}(A || {});\n(function(A) {\n  A[A["Y"] = 1] = "Y";\n})(A);\nexport { A };',
    ],
    [
      'a constant enum, which leaves nothing or an empty var',
      'const enum A { X = 1 }\nexport const a = A.X;',
      'var A;\nexport const a = 1;',
      'export const a = 1;',
    ],
    [
      'a namespace, whose var moved to the end',
      'export namespace N { export const a = 1; }\nexport const b = 2;',
      'export var N;\n(function(N) {\n  N.a = 1;\n})(N || (N = {}));\nexport const b = 2;',
      '(function(N) {\n  N.a = 1;\n})(N || (N = {}));\nexport const b = 2;\nexport var N;',
    ],
    [
      'a namespace in a namespace',
      'export namespace N { export namespace I { export let q = 1; } }',
      'export var N;\n(function(N) {\n  let I;\n  (function(I) {\n    I.q = 1;\n  })(I = N.I || (N.I = {}));\n})(N || (N = {}));',
      '(function(N) {\n  (function(I) {\n    I.q = 1;\n  })(N.I || (N.I = {}));\n})(N || (N = {}));\nexport var N;',
    ],
    [
      'parameter properties beside fields',
      'export class A extends B { z = 3; constructor(private a: number) { super(); go(); } #p = 2; static s = 1 }',
      'export class A extends B {\n  a;\n  z;\n  constructor(a){\n    super();\n    this.a = a;\n    this.z = 3;\n    this.#p = 2;\n    go();\n  }\n  #p;\n  static s = 1;\n}',
      'export class A extends B {\n  a;\n  z = 3;\n  constructor(a){\n    super(), this.a = a;\n    go();\n  }\n  #p = 2;\n  static s = 1;\n}',
    ],
    [
      'parameter properties, their fields moved and joined by commas',
      'export class A extends B { z = 3; constructor(public a: number) { super(); go(); } }',
      'export class A extends B {\n  a;\n  z;\n  constructor(a){\n    super(), this.a = a, this.z = 3;\n    go();\n  }\n}',
      'export class A extends B {\n  a;\n  z = 3;\n  constructor(a){\n    super();\n    this.a = a;\n    go();\n  }\n}',
    ],
  ];
  it.each(forms)('%s', async (_, source, older, newer) => {
    expect(await compare({ source, emitted: older })).toEqual(same);
    expect(await compare({ source, emitted: newer })).toEqual(same);
  });

  it('do not let an enum lose what it merges with', async () => {
    const source = 'function A() {}\nnamespace A { export const z = 1; }\nexport enum B { X }\nexport { A };';
    const emitted =
      'function A() {}\n(function(A) {\n  A.z = 1;\n})(A || (A = {}));\nexport var B = /*#__PURE__*/ function(B) {\n  B[B["X"] = 0] = "X";\n  return B;\n}({});\nexport { A };';
    expect(await compare({ source, emitted })).toEqual(same);
    expect(await reasonOf({ source, emitted: emitted.replace('(A || (A = {}))', '({})') })).toMatch(
      /differs/,
    );

    const merged = 'namespace E { export const z = 1; }\nenum E { X }\nexport { E };';
    const lowered =
      '(function(E) {\n  E.z = 1;\n})(E || (E = {}));\n(function(E) {\n  E[E["X"] = 0] = "X";\n})(E || (E = {}));\nvar E;\nexport { E };';
    expect(
      await reasonOf({
        source: merged,
        emitted: lowered.replace(/\(E \|\| \(E = \{\}\)\);\nvar/, '({});\nvar'),
      }),
    ).toMatch(/differs/);
  });

  it('hold for names the source declares as enums, and for no others', async () => {
    const source = 'export var A = function(A) { A.x = 1; return A; }({});';
    const other = 'export var A;\n(function(A) { A.x = 1; })(A || (A = {}));';
    expect(await compare({ source, emitted: source })).toEqual(same);
    expect(await reasonOf({ source, emitted: other })).toMatch(/differs/);
  });

  it('move fields into the constructor only where the source has parameter properties', async () => {
    const source = 'export class A { a = 1; constructor() { go(); } }';
    const moved = 'export class A {\n  a;\n  constructor(){\n    this.a = 1;\n    go();\n  }\n}';
    expect(await reasonOf({ source, emitted: moved })).toMatch(/differs/);
  });

  it('accept an empty var only for constant enums, and only once where it is exported', async () => {
    expect(
      await reasonOf({ source: 'export const a = 1;', emitted: 'var fetch;\nexport const a = 1;' }),
    ).toMatch(/added var fetch/);
    const source = 'export namespace N { export const a = 1; }';
    const emitted = 'export var N;\n(function(N) {\n  N.a = 1;\n})(N || (N = {}));\nexport var N;';
    expect(await reasonOf({ source, emitted })).toMatch(/added var export N/);
  });
});

describe('helpers of the compiler', () => {
  const decorated = 'export class A { @log m() {} }';
  const resource = 'export function f() { using a = g(); return a; }';

  it.each([decorated, resource])('are known as this compiler writes them: %s', async (source) => {
    const compiler = await loadCompiler();
    const emitted = compiler.emit(source, 'ts');
    if (!emitted.ok) throw new Error(emitted.reason);
    expect(await compare({ source, emitted: emitted.value })).toEqual(same);
  });

  it('are variables only before all other statements', async () => {
    const compiler = await loadCompiler();
    const source = `"use strict";\nimport "./a.ts";\nconst first = f();\n${resource}\nf();`;
    const honest = compiler.emit(source, 'ts');
    if (!honest.ok) throw new Error(honest.reason);
    expect(await compare({ source, emitted: honest.value })).toEqual(same);
    const [variable = ''] = /^var _SuppressedError1 = .*?^\};\n/ms.exec(honest.value) ?? [];
    expect(variable).not.toBe('');
    const without = honest.value.replace(variable, '');
    const at = (place: string) => without.replace(place, () => `${variable}${place}`);
    for (const emitted of [at('function _ts_add'), at('import ')])
      expect(await compare({ source, emitted })).toEqual(same);
    for (const emitted of [at('const first'), at('export '), `${without}\n${variable}`])
      expect(await reasonOf({ source, emitted })).toMatch(/^differs from its source at line/);
  });

  it('are code like any other once a character of them changed', async () => {
    const compiler = await loadCompiler();
    const emitted = compiler.emit(resource, 'ts');
    if (!emitted.ok) throw new Error(emitted.reason);
    const changed = emitted.value.replace('env.hasError = true', 'env.hasError = false');
    expect(changed).not.toBe(emitted.value);
    expect(await reasonOf({ source: resource, emitted: changed })).toMatch(/differs/);
  });

  it('may hold comments, unlike what stands around them', async () => {
    const compiler = await loadCompiler();
    const emitted = compiler.emit(resource, 'ts');
    if (!emitted.ok) throw new Error(emitted.reason);
    const inside = emitted.value.replace('{', '{ /* FIELD */ ');
    expect(await compare({ source: resource, emitted: inside })).toEqual(same);
    for (const around of [
      `/* FIELD */ ${emitted.value}`,
      emitted.value.replace('export function', '/* FIELD */ export function'),
    ])
      expect(await reasonOf({ source: resource, emitted: around })).toMatch(
        /has a comment at line \d+ that its source has not/,
      );
  });

  it('are refused when one of them is gone', async () => {
    const compiler = await loadCompiler();
    const emitted = compiler.emit(resource, 'ts');
    if (!emitted.ok) throw new Error(emitted.reason);
    const functions = emitted.value.split(/^(?=function )/m);
    expect(functions.length).toBeGreaterThan(1);
    for (const left of functions.slice(0, -1))
      expect(await reasonOf({ source: resource, emitted: emitted.value.replace(left, '') })).toMatch(
        /differs|lacks/,
      );
  });

  it('are refused where nothing needs them, and missed where they are needed', async () => {
    const compiler = await loadCompiler();
    const emitted = compiler.emit(resource, 'ts');
    if (!emitted.ok) throw new Error(emitted.reason);
    const start = emitted.value.indexOf('export function f');
    const helpers = emitted.value.slice(0, start);
    expect(await reasonOf({ source: 'export {};', emitted: helpers })).toBe(
      'has a helper for using it does not need',
    );
    expect(await reasonOf({ source: resource, emitted: emitted.value.slice(start) })).toBe(
      'lacks a helper for using',
    );
  });
});

describe('another program', () => {
  const source =
    'import { a } from "./a.ts";\nexport const text: string = "good";\nexport function run(x: number) {\n  // why\n  return a(x) + 1;\n}';
  const emitted =
    'import { a } from "./a.ts";\nexport const text = "good";\nexport function run(x) {\n  // why\n  return a(x) + 1;\n}';

  it('is told from the same one', async () => {
    expect(await compare({ source, emitted })).toEqual(same);
  });

  const attacks: readonly (readonly [string, string, string, RegExp])[] = [
    ['an injected statement', 'export const', 'fetch("https://evil.test");\nexport const', /line 2/],
    ['a statement injected into a function', 'return a(x)', 'eval(x);\n  return a(x)', /line 5/],
    ['an injected export', '', 'export const evil = 1;\n', /line 1/],
    ['a changed string', '"good"', '"evil"', /line 2: value of Literal/],
    ['a changed number', '+ 1', '+ 2', /line 5/],
    ['a swapped import', '"./a.ts"', '"./b.ts"', /line 1/],
    ['another name imported', '{ a }', '{ b as a }', /line 1/],
    ['an added side-effect import', 'export const', 'import "evil";\nexport const', /line 2/],
    ['a removed statement', 'export const text = "good";\n', '', /differs/],
    ['a changed name', 'run(x)', 'run(y)', /line 3/],
    ['a call that bundlers may drop', 'a(x)', '/*#__PURE__*/ a(x)', /line 5: a comment that tools obey/],
    [
      'a comment that tools obey',
      'return',
      '// webpackIgnore: true\n  return',
      /line 5: a comment that tools obey/,
    ],
    [
      'another source map',
      '',
      '//# sourceMappingURL=https://evil.test/x.map\n',
      /line 1: a comment that tools obey/,
    ],
    [
      'a comment of somebody else',
      'return',
      '// because\n  return',
      /comment at line 5 that its source has not/,
    ],
    ['an interpreter', '', '#!/usr/bin/env evil\n', /line 1: a comment that tools obey/],
    ['a directive', 'return', '"use strict";\n  return', /differs/],
    [
      'a comment behind a mark that is none',
      'return',
      '// webpackIgnore: true /*#__PURE__*/\n  return',
      /line 5: a comment that tools obey/,
    ],
    ['a statement at the end', '(x) + 1;\n}', '(x) + 1;\n}\nevil();', /line 7: added ExpressionStatement/],
    ['a specifier in another kind of text', '"./a.ts"', '`./a.ts`', /cannot be parsed/],
    ['broken syntax', 'return', 'return (', /^cannot be parsed: Unexpected token \(5:/],
  ];
  it.each(attacks)('%s', async (_, from, to, reason) => {
    const attacked = from === '' ? to + emitted : emitted.replace(from, to);
    expect(await reasonOf({ source, emitted: attacked })).toMatch(reason);
  });

  it('is one whose last line names another map, or none', async () => {
    const compiler = await loadCompiler();
    const script = { source, media: 'ts' as const, name: 'mod.js', rewrite: () => undefined };
    for (const tail of [
      '',
      '//# sourceMappingURL=other.js.map',
      '//# sourceMappingURL=mod.js.map\n',
      '//# sourceMappingURL=mod.js.map\nx()',
    ]) {
      expect(sameProgram({ ...script, emitted: `${emitted}\n${tail}` }, compiler)).toEqual({
        same: false,
        reason: 'does not end in "//# sourceMappingURL=mod.js.map"',
      });
    }
  });

  it('is refused in words when it is nested too deeply, or far larger than its source', async () => {
    const deep = `export const a = ${'['.repeat(20_000)}${']'.repeat(20_000)};`;
    expect(await reasonOf({ source: 'export const a = [];', emitted: deep })).toMatch(/parsed|deeply/);
    expect(await reasonOf({ source: 'export {};', emitted: `/*${' '.repeat(300_000)}*/` })).toBe(
      'is far larger than its source',
    );
  });
});
