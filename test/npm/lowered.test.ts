import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { sameOrigin } from '../../src/npm/script/enums.ts';
import { withMovedInitialisers } from '../../src/npm/script/fields.ts';
import { sameProgram } from '../../src/npm/script/program.ts';
import { parseScript } from '../../src/npm/script/syntax.ts';
import { loweredNames, nothingLowered } from '../../src/npm/script/typescript.ts';
import { remembering } from './support/remembering.ts';

const compiler = remembering(await loadCompiler());

function isSame(source: string, emitted: string): boolean {
  const script = { source, media: 'ts' as const, name: 'mod.js', rewrite: () => undefined };
  const answer = sameProgram({ ...script, emitted: `${emitted}\n//# sourceMappingURL=mod.js.map` }, compiler);
  if (!answer.same) expect(answer.reason, emitted).toMatch(/^differs from its source at line/);
  return answer.same;
}

/** The honest form is accepted; with one thing changed in it, it is another program. */
function check(
  source: string,
  honest: string,
  changes: readonly (readonly [from: string, to: string])[],
): void {
  expect(isSame(source, honest), honest).toBe(true);
  for (const [from, to] of changes) {
    const changed = honest.replace(from, () => to);
    expect(changed, from).not.toBe(honest);
    expect(isSame(source, changed), changed).toBe(false);
  }
}

// What is put around the members of an enum in every form of it.
const wrappers: readonly (readonly [from: string, to: string])[] = [
  ['function(A)', 'async function(A)'],
  ['function(A)', 'function*(A)'],
  ['function(A)', 'function A(A)'],
  ['function(A)', 'function(A, b)'],
  ['function(A)', 'function(A, b = go())'],
  ['function(A)', 'function(A = go())'],
  ['function(A)', 'function(...A)'],
  ['function(A)', 'function(B)'],
  ['function(A)', 'function()'],
  ['function(A) {', 'function(A) { var b;'],
  ['function(A) {', 'function(A) { go();'],
];

describe('an enum', () => {
  const calls: readonly (readonly [from: string, to: string])[] = [
    ...wrappers,
    ['({})', '([])'],
    ['({})', '({ x: 1 })'],
    ['({})', '({ ...b })'],
    ['({})', '({}, go())'],
    ['({})', '()'],
    ['({})', '(...{})'],
    ['({})', '?.({})'],
    ['({})', '(go())'],
    ['({})', '(A)'],
    ['({})', '(B || {})'],
    ['({})', '(go() || {})'],
    ['({})', '(A && {})'],
    ['({})', '(A ?? {})'],
    ['({})', '(A || [])'],
    ['({})', '(A || { x: 1 })'],
    ['({})', '(A || go())'],
    ['({})', '(A || (A = {}))'],
    ['var A', 'let A'],
    ['var A', 'const A'],
    ['var A', 'var B'],
    ['= function', '= new function'],
    ['= function', '= go(), B = function'],
    ['}({})', '}({}), b = go()'],
    ['return A;', ''],
    ['return A;', 'return B;'],
    ['return A;', 'throw A;'],
    ['return A;', 'return A; go();'],
    ['return A;', 'return go(), A;'],
  ];

  it('as a value of its own, exported or not', () => {
    const body = '{ A[A["X"] = 0] = "X"; return A; }';
    check('export enum A { X }', `export var A = function(A) ${body}({});`, [
      ...calls,
      ['export var', 'var'],
      ['export var', 'var A = go(); export var'],
      ['export var', 'var A = function(A) { return go(); }({}); export var'],
      ['export var', 'var A = function(A) { return A; }(go()); export var'],
      ['= function', '= go() && function'],
      [`function(A) ${body}({})`, 'go()'],
      [`function(A) ${body}({})`, '{}'],
    ]);
    check('enum A { X } go(A);', `var A = function(A) ${body}({}); go(A);`, calls);
    check('enum A { X } go(A);', `var A = function(A) ${body}(A || {}); go(A);`, [['A || {}', 'A || go()']]);
  });

  it('in a statement behind its name', () => {
    const changes: readonly (readonly [from: string, to: string])[] = [
      ...wrappers,
      ['function(A)', '(A) =>'],
      ['A || (A = {})', 'A'],
      ['A || (A = {})', '{}'],
      ['A || (A = {})', 'A || {}'],
      ['A || (A = {})', 'A || (B = {})'],
      ['A || (A = {})', 'A || (A.b = {})'],
      ['A || (A = {})', 'A || (A += {})'],
      ['A || (A = {})', 'A || (A ||= {})'],
      ['A || (A = {})', 'A || (A = [])'],
      ['A || (A = {})', 'A || (A = { x: 1 })'],
      ['A || (A = {})', 'A || (A = go())'],
      ['A || (A = {})', 'A || go(A = {})'],
      ['A || (A = {})', 'B || (A = {})'],
      ['A || (A = {})', 'A && (A = {})'],
      ['A || (A = {})', 'A ?? (A = {})'],
      ['A || (A = {})', 'A || (A = {}), go()'],
      ['(A || (A = {}))', '?.(A || (A = {}))'],
      ['(function', 'new (function'],
      ['(function', 'void (function'],
      ['(function', 'if (b) (function'],
      ['var A;', 'var B;'],
      ['var A;', 'let A;'],
    ];
    const body = '{ A[A["X"] = 0] = "X"; }';
    check('export enum A { X }', `export var A; (function(A) ${body})(A || (A = {}));`, changes);
    check('enum A { X } go(A);', `var A; (function(A) ${body})(A || (A = {})); go(A);`, changes);
  });

  it('goes on from what its first part made', () => {
    const [one, two] = ['A[A["X"] = 0] = "X";', 'A[A["Y"] = 1] = "Y";'];
    const source = 'enum A { X } enum A { Y = 1 } go(A);';
    const honest = `var A = function(A) { ${one} return A; }(A || {}); (function(A) { ${two} })(A); go(A);`;
    check(source, honest, [
      ['(A || {})', '({})'],
      ['(A);', '({});'],
      ['(A);', '(A || {});'],
      ['(A);', '(B);'],
      [`(function(A) { ${two} })(A);`, `var A = function(A) { ${two} return A; }({});`],
    ]);
    expect(
      isSame(
        source,
        `var A; (function(A) { ${one} })(A || (A = {})); (function(A) { ${two} })(A || (A = {})); go(A);`,
      ),
    ).toBe(true);
  });

  it.each([
    ['namespace', 'namespace A { export const y = 1; }', '(function(A) { A.y = 1; })(A || (A = {}));'],
    ['function', 'function A() {}', 'function A() {}'],
    ['class', 'class A {}', 'class A {}'],
  ])('does not lose the %s that it merges with', (_, other, emitted) => {
    const source = `${other} enum A { X } export { A };`;
    const compiled = compiler.emit(source, 'ts');
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(isSame(source, compiled.value)).toBe(true);
    expect(
      isSame(source, `${emitted} var A = function(A) { A[A["X"] = 0] = "X"; return A; }({}); export { A };`),
    ).toBe(false);
  });

  it('is none by let, which is not there before it has a value', () => {
    const source = 'enum A { X } function f() { let A = function(A) { return A; }({}); return A; }';
    expect(
      isSame(
        source,
        source.replace('enum A { X }', 'var A = function(A) { A[A["X"] = 0] = "X"; return A; }({});'),
      ),
    ).toBe(true);
    expect(
      isSame(
        source,
        source
          .replace('({})', '(A || {})')
          .replace('enum A { X }', 'var A = function(A) { A[A["X"] = 0] = "X"; return A; }({});'),
      ),
    ).toBe(false);
  });

  it('is never accepted from nothing where a later part goes on from the first', () => {
    const names = { ...nothingLowered, enums: new Map([['A', 1]]) };
    const origins = ['nothing', 'anything', 'itself'];
    const accepted = origins.flatMap((expected) =>
      origins.flatMap((actual) => (sameOrigin(expected, actual, 'A', names) ? [[expected, actual]] : [])),
    );
    expect(accepted).toEqual([
      ['nothing', 'nothing'],
      ['nothing', 'anything'],
      ['anything', 'nothing'],
      ['anything', 'anything'],
      ['itself', 'anything'],
      ['itself', 'itself'],
    ]);
  });

  it('may be marked as pure where its values call nothing', () => {
    const marked = (value: string) =>
      [
        `enum A { X = ${value} } go(A);`,
        `var A = /*#__PURE__*/ function(A) { A[A["X"] = ${value}] = "X"; return A; }(A || {}); go(A);`,
      ] as const;
    for (const value of ['1', 'b', '"a".length', 'null', 'typeof (() => 1)', 'typeof function () {}'])
      expect(isSame(...marked(value)), value).toBe(true);
    for (const value of ['b()', 'new B', 'b`c`', 'import("c")', 'typeof (() => b())', '[1, b()].length'])
      expect(isSame(...marked(value)), value).toBe(false);
  });

  it('does not begin anew for what only looks like a part of it', () => {
    const source = 'enum A { X } (function(A) { A.x = 1; })(A); go(A);';
    const honest =
      'var A = function(A) { A[A["X"] = 0] = "X"; return A; }(A || {}); (function(A) { A.x = 1; })(A); go(A);';
    check(source, honest, [
      ['(function(A) { A.x = 1; })(A)', 'var A = function(A) { A.x = 1; return A; }({})'],
      ['(function(A) { A.x = 1; })(A)', '(function(A) { A.x = 1; })({})'],
    ]);
  });
});

describe('a namespace in a namespace', () => {
  const older =
    'export var N; (function(N) { let I; (function(I) { I.q = 1; })(I = N.I || (N.I = {})); let E; (function(E) { E[E["X"] = 0] = "X"; })(E = N.E || (N.E = {})); })(N || (N = {}));';

  it('may have a name of its own', () => {
    check('export namespace N { export namespace I { export let q = 1; } export enum E { X } }', older, [
      ['let I;', 'var I;'],
      ['let I;', 'let I, J;'],
      ['let I;', 'let J;'],
      ['let I;', 'let I = go();'],
      ['let I;', 'let I; go();'],
      ['let I;', 'let I; let I;'],
      ['let E;', 'let I;'],
      ['I = N.I || (N.I = {})', 'I += N.I || (N.I = {})'],
      ['I = N.I || (N.I = {})', 'J = N.I || (N.I = {})'],
      ['I = N.I || (N.I = {})', 'I = N.J || (N.J = {})'],
      ['I = N.I || (N.I = {})', 'I = N["I"] || (N.I = {})'],
      ['I = N.I || (N.I = {})', 'I = N.I && (N.I = {})'],
      ['I = N.I || (N.I = {})', 'I = N.I || (N.I = [])'],
      ['I = N.I || (N.I = {})', 'I = N.I'],
      ['I = N.I || (N.I = {})', 'I = {}'],
      ['I = N.I || (N.I = {})', 'I ||= N.I || (N.I = {})'],
      ['I = N.I || (N.I = {})', 'I = N.I || (N.I = {}), go()'],
      ['(function(I)', '(async function(I)'],
      ['(function(I)', '(function(J)'],
      ['(function(I)', 'new (function(I)'],
    ]);
  });

  it('keeps the name of its own where eval may use it', () => {
    const source =
      'export namespace N { export namespace I { export let q = 1; } export const p = eval("I.q"); }';
    const form = (head: string, argument: string) =>
      `export var N; (function(N) { ${head}(function(I) { I.q = 1; })(${argument}); N.p = eval("I.q"); })(N || (N = {}));`;
    const forms = [form('let I; ', 'I = N.I || (N.I = {})'), form('', 'N.I || (N.I = {})')];
    expect(forms.map((emitted) => isSame(source, emitted))).toEqual([false, true]);
    expect(isSame(source, emittedBy(source))).toBe(true);
  });

  it('assigns to the name of its own where something else uses it', () => {
    const source =
      'namespace I {} function f(N) { let I; (function(I) { go(I); })(I = N.I || {}); return I; }';
    check(source, source.replace('namespace I {} ', ''), [
      ['I = N.I || {}', 'N.I || {}'],
      ['let I; (function(I) { go(I); })(I = N.I || {})', '(function(I) { go(I); })(N.I || {})'],
    ]);
  });

  // What somebody wrote like that is no form of the compiler.
  const alike: readonly (readonly [what: string, source: string, without: string])[] = [
    [
      'of another name',
      'function f(N) { let q; (function(q) { go(q); })(q = N.q || (N.q = {})); }',
      'function f(N) { (function(q) { go(q); })(N.q || (N.q = {})); }',
    ],
    ...['N.I && go()', 'N.I + 1', 'go(N.I)', 'N.J || {}', 'I.I || {}', 'N', 'N.I'].map(
      (value) =>
        [
          `of ${value}`,
          `function f(N) { let I; (function(I) { go(I); })(I = ${value}); }`,
          `function f(N) { (function(I) { go(I); })(${value}); }`,
        ] as const,
    ),
    [
      'by var in a block',
      'function f(N) { { var I; (function(I) { go(I); })(I = N.I || {}); } }',
      'function f(N) { { (function(I) { go(I); })(N.I || {}); } }',
    ],
    [
      'with a value',
      'function f(N) { let I = 1; (function(I) { go(I); })(I = N.I || {}); }',
      'function f(N) { (function(I) { go(I); })(N.I || {}); }',
    ],
    [
      'with another',
      'function f(N) { let I, J; (function(I) { go(I); })(I = N.I || {}); }',
      'function f(N) { (function(I) { go(I); })(N.I || {}); }',
    ],
    [
      'added to',
      'function f(N) { let I; (function(I) { go(I); })(I += N.I || {}); }',
      'function f(N) { (function(I) { go(I); })(N.I || {}); }',
    ],
    [
      'kept elsewhere',
      'function f(N) { let I; (function(I) { go(I); })(N.x = N.I || {}); }',
      'function f(N) { (function(I) { go(I); })(N.I || {}); }',
    ],
  ];
  it.each(alike)('is not taken for one that somebody wrote %s', (_, source, without) => {
    const module = (text: string) => `${text} namespace I {}`;
    expect(isSame(module(source), source)).toBe(true);
    expect(isSame(module(source), without)).toBe(false);
  });
});

describe('fields beside parameter properties', () => {
  const first: readonly string[] = [
    'go();',
    'this.c = c;',
    'this.y = y;',
    'this.y = a;',
    'c.a = a;',
    'this.a === a;',
    'this.a += a;',
    'this.#p = 1;',
    'a = this.a;',
    'this.a = a;',
    'super.x();',
    'new.target;',
  ];
  it.each(first)('move before the first statement of the constructor: %s', (statement) => {
    const source = `export class A { z = 3; #p; constructor(private a: number, public b = 1, { d }: any, c: any) { ${statement} more(); } }`;
    const start = 'export class A { a; b; z; #p; constructor(a, b = 1, { d }, c) { this.a = a; this.b = b;';
    check(source, `${start} this.z = 3; ${statement} more(); } }`, [
      ['this.a = a; this.b = b; this.z = 3;', 'this.z = 3; this.a = a; this.b = b;'],
      ['this.a = a; this.b = b; this.z = 3;', 'this.a = a; this.z = 3; this.b = b;'],
      ['this.z = 3;', 'this.z = 4;'],
      ['this.z = 3;', 'this.x = 3;'],
      ['this.z = 3;', 'z = 3;'],
      ['this.z = 3;', 'this["z"] = 3;'],
      ['this.z = 3;', 'this.z += 3;'],
      ['this.z = 3;', ''],
      ['this.z = 3;', 'this.z = 3; this.z = 3;'],
      [`this.z = 3; ${statement}`, `${statement} this.z = 3;`],
      [`this.z = 3; ${statement} more();`, `${statement} more(); this.z = 3;`],
      [' z;', ' z = 3;'],
      [' z;', ''],
    ]);
  });

  it('move behind super(), wherever it stands', () => {
    const source =
      'export class A extends B { z = 3; constructor(private a: number) { before(); super(); one(); two(); } m() { go(); } }';
    const honest =
      'export class A extends B { a; z; constructor(a) { before(); super(); this.a = a; this.z = 3; one(); two(); } m() { go(); } }';
    check(source, honest, [
      ['super(); this.a = a; this.z = 3;', 'this.z = 3; super(); this.a = a;'],
      ['before(); super(); this.a = a; this.z = 3;', 'this.z = 3; before(); super(); this.a = a;'],
      ['this.z = 3; one();', 'one(); this.z = 3;'],
      ['this.z = 3; one(); two();', 'one(); two(); this.z = 3;'],
      [' this.z = 3; one(); two(); } m() { go(); }', ' one(); two(); } m() { this.z = 3; go(); }'],
    ]);
  });

  it('stay where they are when static, computed or without a value', () => {
    const source =
      'export class A { static s = 1; x; y = 2; static { go(); } constructor(private a: number) { } get constructor2() { return 1; } }';
    const stays =
      'export class A { a; static s = 1; x; y = 2; static { go(); } constructor(a) { this.a = a; } get constructor2() { return 1; } }';
    check(source, stays, [
      ['static s = 1;', 'static s;'],
      ['this.a = a;', 'this.a = a; this.s = 1;'],
      ['x;', 'x = undefined;'],
    ]);
    const computed = 'export class A { [k] = 1; constructor(private a: number) { } }';
    check(computed, 'export class A { a; [k] = 1; constructor(a) { this.a = a; } }', [
      ['[k] = 1; constructor(a) { this.a = a;', '[k]; constructor(a) { this.a = a; this.k = 1;'],
      ['[k] = 1; constructor(a) { this.a = a;', '[k]; constructor(a) { this.a = a; this[k] = 1;'],
    ]);
    const still = 'export class A { static s = 1; y = 2; constructor(private a: number) { } }';
    check(still, 'export class A { a; static s = 1; y; constructor(a) { this.a = a; this.y = 2; } }', [
      ['static s = 1;', 'static s;'],
      [
        'static s = 1; y; constructor(a) { this.a = a;',
        'static s; y; constructor(a) { this.a = a; this.s = 1;',
      ],
    ]);
  });

  it('move in the class that has them, and in no other', () => {
    const properties = (name: string) => `class ${name} { z = 1; constructor(private a: number) {} }`;
    const plain = (name: string) => `class ${name} { z = 1; constructor(a: number) {} }`;
    const moved = (name: string) => `class ${name} { a; z; constructor(a) { this.a = a; this.z = 1; } }`;
    const kept = (name: string) => `class ${name} { z = 1; constructor(a) {} }`;
    const wrong = (name: string) => `class ${name} { z; constructor(a) { this.z = 1; } }`;
    const places: readonly ((one: string, two: string) => string)[] = [
      (one, two) => `${one} ${two}`,
      (one, two) => `export const x = [${one}, ${two}];`,
      (one, two) => `(${one}) in (${two});`,
      (one, two) => `class X extends (${one}) { m() { return ${two}; } }`,
      (one, two) => `switch (y) { case ${one}: go(${two}); }`,
      (one, two) => `export default ${one}; export const x = ${two};`,
    ];
    for (const place of places) {
      for (const [one, two, left, right] of [
        [properties('P'), plain('Q'), moved('P'), kept('Q')],
        [plain('P'), properties('Q'), kept('P'), moved('Q')],
      ] as const) {
        expect(isSame(place(one, two), place(left, right)), place(left, right)).toBe(true);
      }
      expect(isSame(place(properties('P'), plain('Q')), place(moved('P'), wrong('Q')))).toBe(false);
      expect(isSame(place(plain('P'), properties('Q')), place(wrong('P'), moved('Q')))).toBe(false);
    }
  });

  // What the compiler writes when initialisers move, and the same without its new names.
  const captures: readonly (readonly [what: string, source: string, older: string, captured: string])[] = [
    [
      'a parameter',
      'const x = "denied"; class A { z = x; constructor(private x: any) { print(this.z); print(x); } } new A("allowed");',
      'const x = "denied"; class A { x; z; constructor(x1) { this.x = x1; this.z = x; print(this.z); print(x1); } } new A("allowed");',
      'const x = "denied"; class A { x; z; constructor(x) { this.x = x; this.z = x; print(this.z); print(x); } } new A("allowed");',
    ],
    [
      'a parameter with a value, said in an arrow function',
      'const x = "denied"; class A { z = () => x; constructor(private x = "allowed") { print(this.z()); } } new A();',
      'const x = "denied"; class A { x; z; constructor(x1 = "allowed") { this.x = x1; this.z = () => x; print(this.z()); } } new A();',
      'const x = "denied"; class A { x; z; constructor(x = "allowed") { this.x = x; this.z = () => x; print(this.z()); } } new A();',
    ],
    [
      'a part of a parameter',
      'const b = "denied", d = 1; class A { z = { b, d }; constructor(private a: any, { b, ...c }: any, [d] = [b]) { print(this.z.b); print([c, { d }, { b }].length); } } new A(1, { b: "allowed" });',
      'const b = "denied", d = 1; class A { a; z; constructor(a, { b: b1, ...c }, [d1] = [b1]) { this.a = a; this.z = { b, d }; print(this.z.b); print([c, { d: d1 }, { b: b1 }].length); } } new A(1, { b: "allowed" });',
      'const b = "denied", d = 1; class A { a; z; constructor(a, { b, ...c }, [d1] = [b]) { this.a = a; this.z = { b, d }; print(this.z.b); print([c, { d: d1 }, { b }].length); } } new A(1, { b: "allowed" });',
    ],
    [
      'a variable in a block',
      'const y = "denied"; class A { z = y; constructor(private a = 1) { print(this.z); for (var y of ["1"]) { let y = 2; print(y); } print(y); } } new A();',
      'const y = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = y; print(this.z); for (var y1 of ["1"]) { let y = 2; print(y); } print(y1); } } new A();',
      'const y = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = y; print(this.z); for (var y of ["1"]) { let y = 2; print(y); } print(y); } } new A();',
    ],
    [
      'a variable without a value',
      'const y = "denied"; class A { z = y; constructor(private a = 1) { var y; print(this.z); print(y); } } new A();',
      'const y = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = y; var y1; print(this.z); print(y1); } } new A();',
      'const y = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = y; var y; print(this.z); print(y); } } new A();',
    ],
    [
      'a function',
      'const f = "denied"; class A { z = f; constructor(private a = 1) { print(typeof this.z); function f() {} f(); } } new A();',
      'const f = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = f; print(typeof this.z); function f1() {} f1(); } } new A();',
      'const f = "denied"; class A { a; z; constructor(a = 1) { this.a = a; this.z = f; print(typeof this.z); function f() {} f(); } } new A();',
    ],
  ];
  it.each(captures)('do not come to mean %s of the constructor', (_, source, older, captured) => {
    expect(printed(older)).toBe(printed(emittedBy(source)));
    expect(isSame(source, older), older).toBe(true);
    expect(isSame(source, captured), captured).toBe(false);
  });

  it.each([
    ['(x) => x', 'private x: any'],
    ['function () { var x = 1; return x; }', 'private x: any'],
    ['function x() { return x; }', 'private x: any'],
    ['class x { m() { return x; } }', 'private x: any'],
    [
      '() => { for (const x of []) go(x); { class x {} } try { go(); } catch (x) { go(x); } }',
      'private x: any',
    ],
    ['() => { switch (y) { case 1: let x = 1; go(x); } x: for (;;) { break x; } }', 'private x: any'],
    ['({ x: 1, m() { return this.x; } })', 'private x: any'],
    ['({ x, ...q }) => [x, q]', 'private x: any, private q: any'],
  ])('move as they are where only they bind the name: %s', (value, parameters) => {
    const source = `class A { z = ${value}; constructor(${parameters}) { } }`;
    const names = parameters.replaceAll(/private |: any/g, '').split(', ');
    const fields = names.map((name) => `${name};`).join(' ');
    const set = names.map((name) => `this.${name} = ${name};`).join(' ');
    expect(
      isSame(source, `class A { ${fields} z; constructor(${names}) { ${set} this.z = ${value}; } }`),
    ).toBe(true);
  });

  it.each([
    '(a = x) => { var x; return a; }',
    '{ m() { { let x = 1; } return x; } }',
    'function () { try { go(); } catch (x) { go(x); } return x; }',
    'class { static { var x = 1; } m() { return x; } }',
    'class { [x]() {} }',
    'class extends x {}',
    '() => { switch (x) { case 1: let x; } }',
    '(() => { let x = 1; return x; })() + x',
    '() => { for (let x = 0; x < 1; ) go(x); return x; }',
  ])('do not come to mean what the constructor binds: %s', (value) => {
    const source = `const x = 1; class A { z = ${value}; constructor(private x: any) { } }`;
    // The compiler renames what inner scopes bind.
    const written = /z = (.*);\n\s+constructor/s.exec(emittedBy(source))?.[1] ?? expect.unreachable();
    const moved = (name: string) =>
      `const x = 1; class A { x; z; constructor(${name}) { this.x = ${name}; this.z = ${written}; } }`;
    expect(isSame(source, moved('x1')), moved('x1')).toBe(true);
    expect(isSame(source, moved('x')), moved('x')).toBe(false);
  });

  it.each([
    ['only a variable of the body', 'z = y; constructor(a = y) { this.a = a; var y = 2; }'],
    ['a parameter too', 'z = x + y; constructor(x, b = y) { this.x = x; var y = 2; }'],
  ])('do not move where a default value of a parameter says the name of %s', (_, members) => {
    const movedIn = (text: string) => {
      const parsed = parseScript(`class A { ${text} }`);
      if (!parsed.ok) expect.unreachable(parsed.reason);
      return withMovedInitialisers(parsed.program, { ...nothingLowered, parameterProperties: [1] });
    };
    expect(movedIn(members)).toBeUndefined();
    expect(movedIn(members.replace(' = y)', ' = 1)'))).toBeDefined();
  });

  it('leave alone what stands beside the new name', () => {
    const source =
      'const x = 1; class A { z = x; constructor(private x: any, { p, q = [1] }: any) { go({ p, x }, [q], { q }); } }';
    const moved = (beside: string) =>
      `const x = 1; class A { x; z; constructor(x1, { p, q = [1] }) { this.x = x1; this.z = x; go({ ${beside}, x: x1 }, [q], { q }); } }`;
    expect(isSame(source, moved('p'))).toBe(true);
    expect(isSame(source, moved('q'))).toBe(false);
  });

  it('do not lend the new name to what stands in its way', () => {
    const source =
      'const x = "denied"; class A { z = x; constructor(private x: any) { print((() => { var x1; return x; })()); } } new A("allowed");';
    const moved = (name: string) =>
      `const x = "denied"; class A { x; z; constructor(${name}) { this.x = ${name}; this.z = x; print((() => { var x1; return ${name}; })()); } } new A("allowed");`;
    expect(printed(moved('x1'))).not.toBe(printed(emittedBy(source)));
    expect(isSame(source, moved('x1'))).toBe(false);
    expect(printed(moved('x2'))).toBe(printed(emittedBy(source)));
    expect(isSame(source, moved('x2'))).toBe(true);
  });

  it('move in all classes of a script, or in none', () => {
    const source = (name: string) => `class ${name} { z = 1; constructor(private a: number) {} }`;
    const moved = (name: string) => `class ${name} { a; z; constructor(a) { this.a = a; this.z = 1; } }`;
    const kept = (name: string) => `class ${name} { a; z = 1; constructor(a) { this.a = a; } }`;
    const both = `${source('A')} ${source('B')}`;
    expect(isSame(both, `${moved('A')} ${moved('B')}`)).toBe(true);
    expect(isSame(both, `${kept('A')} ${kept('B')}`)).toBe(true);
    expect(isSame(both, `${moved('A')} ${kept('B')}`)).toBe(false);
    expect(isSame(both, `${kept('A')} ${moved('B')}`)).toBe(false);
  });

  it('do not move where the compiler made another class', () => {
    // A decorated class comes with one that nobody wrote, so classes cannot be told by their order.
    const source =
      'export class A { z = 1; constructor(private a: number) {} } export class B { accessor b = 1; }';
    const compiled = compiler.emit(source, 'ts');
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(isSame(source, compiled.value)).toBe(true);
  });
});

describe('the names that a source declares', () => {
  const names = (source: string) => {
    const tree = compiler.parse(source, 'ts');
    if (!tree.ok) throw new Error(tree.reason);
    const { enums, moduleEnums, constEnums, namespaces, parameterProperties } = loweredNames(tree.value);
    return {
      enums: [...enums],
      moduleEnums: [...moduleEnums],
      constEnums: [...constEnums],
      namespaces: [...namespaces],
      parameterProperties,
    };
  };
  const nothing = { enums: [], moduleEnums: [], constEnums: [], namespaces: [], parameterProperties: [] };

  it('are counted where an enum may merge with them', () => {
    expect(
      names('enum A {} enum A {} namespace A {} class A {} function A() {} const enum B {} const A = 1;'),
    ).toEqual({
      enums: [
        ['A', 5],
        ['B', 1],
      ],
      moduleEnums: [
        ['A', 2],
        ['B', 1],
      ],
      constEnums: ['B'],
      namespaces: ['A'],
      parameterProperties: [0],
    });
  });

  it('are found at any depth', () => {
    const source =
      'export namespace A.B { export enum C {} } function f() { if (a) { enum D {} } return [class E { m() { enum F {} } }, { m() { enum G {} } }, ...(() => { enum H {} })()]; }';
    expect(names(source)).toEqual({
      enums: ['C', 'D', 'F', 'G', 'H'].map((name) => [name, 1]),
      moduleEnums: [],
      constEnums: [],
      namespaces: ['A', 'B'],
      parameterProperties: [0],
    });
  });

  it('are those of the module where they are statements of it, exported or not', () => {
    const found = names(
      'export enum A {} enum B {} export const enum C {} const enum D {} export class E {}',
    );
    expect(found.moduleEnums).toEqual(['A', 'B', 'C', 'D'].map((name) => [name, 1]));
    expect(found.constEnums).toEqual(['D']);
  });

  it('are not those of other things, or of what is only declared', () => {
    const source =
      'declare enum A {} declare const enum J {} export declare const enum K {} declare namespace B {} declare class C { constructor(a: number); } declare global { enum D {} } declare module "E" { enum F {} } interface G {} type H = 1; export default function () {} (function I() {});';
    expect(names(source)).toEqual(nothing);
  });

  it('come with the parameter properties of each class, in the order of the text', () => {
    const source =
      'class A extends (class { constructor(private b: B, readonly c: C, d: D) {} }) { e = class { constructor(public f: F) {} }; constructor(x: X) { super(); } m(y: Y) {} } export default class { constructor(a?: A); constructor(readonly a: A = 1, protected override b: B, public c: C) {} }';
    expect(names(source).parameterProperties).toEqual([0, 2, 1, 3]);
  });
});

// What a module prints, run as it stands.
function printed(code: string): string {
  const said: unknown[] = [];
  runInNewContext(`(function () {\n${code.replaceAll(/^export /gm, '')}\n})()`, {
    print: (what: unknown) => void said.push(what),
    allowed: () => 'allowed',
    N: { I: { q: 'denied' } },
    I: { q: 'allowed' },
  });
  return said.map(String).join();
}

describe('a form of the compiler', () => {
  const lookalikes: readonly (readonly [what: string, source: string, from: string, to: string])[] = [
    [
      'in a function, of the name of a constant enum',
      'const enum allowed { X = 1 }\nfunction f() { return typeof allowed === "function" ? "denied" : "allowed"; }\nprint(f());',
      'function f() {',
      'function f() { var allowed;',
    ],
    [
      'in the module, of the name of a constant enum in a function',
      'function f() { const enum allowed { X = 1 } return allowed.X; }\nprint(typeof allowed === "function" ? "denied" : "allowed");',
      'function f()',
      'var allowed;\nfunction f()',
    ],
    [
      'in the module, of the name of a constant enum that the module says as a value',
      'const enum allowed { X = 1 }\nprint(typeof allowed === "function" ? "denied" : "allowed");',
      'print',
      'var allowed;\nprint',
    ],
    [
      'in a function, which begins anew',
      'enum A { X }\nfunction f() { var A: any = { x: "denied" }; var A: any = function (A: any) { return A; }(A || {}); return A.x; }\nprint(f());',
      '(A || {});\n    return A.x',
      '({});\n    return A.x',
    ],
    [
      'in a function, which keeps what it was',
      'enum A { X }\nfunction f() { var A: any = { x: "allowed" }; var A: any = function (A: any) { return A; }({}); return A.x; }\nprint(f());',
      '({});\n    return A.x',
      '(A || {});\n    return A.x',
    ],
    [
      'in the module, before the enum',
      'try { (function (A: any) { A.x = 1; })(A); print("allowed"); } catch { print("denied"); }\nenum A { X }',
      '})(A);',
      '})(A || (A = {}));',
    ],
    [
      'as a statement of the module before the enum',
      '(function (A: any) { print(A ? "allowed" : "denied"); })(A);\nenum A { X }',
      '})(A);',
      '})(A || (A = {}));',
    ],
    [
      'with a name of its own that is used',
      'namespace I {}\nfunction f() { let I: any; (function (I: any) { I.r = 1; })(I = N.I || (N.I = {})); return I.q; }\nprint(f());',
      'let I;\n    (function(I) {\n        I.r = 1;\n    })(I = N.I || (N.I = {}));',
      '(function(I) { I.r = 1; })(N.I || (N.I = {}));',
    ],
  ];
  it.each(lookalikes)('is none where somebody wrote it %s', (_, source, from, to) => {
    const honest = emittedBy(source);
    expect(isSame(source, honest)).toBe(true);
    const other = honest.replace(from, () => to);
    expect(other).not.toBe(honest);
    expect(printed(other), other).not.toBe(printed(honest));
    expect(isSame(source, other)).toBe(false);
  });

  it('is an empty var of a constant enum only in the module, and only where nothing can use its name', () => {
    const source = 'const enum A { X = 1 } function f() { go(A.X); }';
    check(source, 'var A; function f() { go(1); }', [
      ['var A; function f() {', 'function f() { var A;'],
      ['var A;', 'var B;'],
    ]);
    check('const enum A { X = 1 } eval("typeof A");', 'eval("typeof A");', [['eval', 'var A; eval']]);
  });

  const forms: readonly (readonly [source: string, other: string])[] = [
    ['const enum A { X = 1 }\nprint(A.X);', 'var A;\nprint(1);'],
    [
      'enum A { X, Y = "y" }\nprint(A.X, A.Y, Object.keys(A));',
      'var A;\n(function(A) { A[A["X"] = 0] = "X"; A["Y"] = "y"; })(A || (A = {}));\nprint(A.X, A.Y, Object.keys(A));',
    ],
    [
      'enum A { X }\nfunction f() { let A = 1; return A; }\nprint(A.X, f());',
      'var A = function(A) { A[A["X"] = 0] = "X"; return A; }({});\nfunction f() { let A = 1; return A; }\nprint(A.X, f());',
    ],
    [
      'enum A { X }\nenum A { Y = 1 }\nprint(Object.keys(A));',
      'var A;\n(function(A) { A[A["X"] = 0] = "X"; })(A || (A = {}));\n(function(A) { A[A["Y"] = 1] = "Y"; })(A || (A = {}));\nprint(Object.keys(A));',
    ],
    [
      'namespace M { export namespace I { export let q = 1; } }\nprint(M.I.q);',
      'var M;\n(function(M) { let I; (function(I) { I.q = 1; })(I = M.I || (M.I = {})); })(M || (M = {}));\nprint(M.I.q);',
    ],
    [
      'class B { y = 1; constructor() { print("B"); } }\nclass A extends B { z = print("z"); constructor(private a: number) { super(); print(this.a); } }\nnew A(3);',
      'class B { y = 1; constructor() { print("B"); } }\nclass A extends B { a; z; constructor(a) { super(); this.a = a; this.z = print("z"); print(this.a); } }\nnew A(3);',
    ],
  ];
  it.each(forms)('is accepted where it prints the same: %s', (source, other) => {
    expect(isSame(source, other)).toBe(true);
    expect(printed(other)).toBe(printed(emittedBy(source)));
  });
});

function emittedBy(source: string): string {
  const emitted = compiler.emit(source, 'ts');
  return emitted.ok ? emitted.value : expect.unreachable(emitted.reason);
}
