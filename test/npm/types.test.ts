import { describe, it } from 'vitest';
import { check, type Form } from './support/forms.ts';

describe('the type of an expression without one', () => {
  const expressions: readonly (readonly [expression: string, types: Omit<Form, 'source'>])[] = [
    ['"x"', { says: ['"x"', 'string'], never: ['"y"', 'number', 'any'] }],
    ['1', { says: ['1', 'number'], never: ['2', 'string'] }],
    ['true', { says: ['true', 'boolean'], never: ['false', 'string', 'any'] }],
    ['1n', { says: ['1n', 'bigint'], never: ['2n', 'number'] }],
    ['null', { says: ['null'], never: ['any', 'undefined'] }],
    ['/x/', { says: ['RegExp'], never: ['any', 'RegExp2', 'RegExp<x>'] }],
    ['("x")', { says: ['"x"', 'string'], never: ['number'] }],
    ['"x" satisfies string', { says: ['"x"', 'string'], never: ['number'] }],
    ['"x" as const', { says: ['"x"'], never: ['string', '"y"'] }],
    ['-1 as const', { says: ['-1'], never: ['number', '1'] }],
    ['<number>go()', { says: ['number'], never: ['string'] }],
    ['go() as number', { says: ['number'], never: ['string'] }],
    ['-1', { says: ['-1', 'number'], never: ['1', '-2', 'string'] }],
    ['+1', { open: ['-1', 'number'] }],
    ['-1n', { open: ['-1n', 'number', 'bigint'] }],
    ['-b', { open: ['number'] }],
    ['`x`', { says: ['string'], open: ['"x"', 'number'] }],
    ['["x"]', { says: ['["x"]', 'readonly [string]'], open: ['[number]', 'string[]'] }],
    ['["x", 1] as const', { says: ['readonly ["x", 1]'], open: ['readonly [string, 1]', 'readonly ["x"]'] }],
    ['[..."x"] as const', { open: ['readonly ["x"]', 'readonly ["x", "y"]'] }],
    ['[1, , 2]', { open: ['[number, any, number]'] }],
    [
      '{ a: 1, "b": "x" }',
      {
        says: ['{ a: number; "b": string }', '{ readonly a: 1; readonly "b": "x" }'],
        open: ['{ a: string; "b": string }', '{ readonly a: number; "b": string }', '{ a: number }'],
      },
    ],
    ['{ a() {} }', { open: ['{ a(): void }', '{ a: () => void }', '{ a: any }'] }],
    ['{ a }', { open: ['{ a: number }', '{ readonly a: number }'] }],
    [
      'function <T>(b: T, c = 1): T { return b }',
      {
        says: ['<T>(b: T, c?: number) => T'],
        never: ['(b: T, c?: number) => T', '<T>(b: T, c: number) => T', 'any'],
      },
    ],
    ['<T,>(b: T): T => b', { says: ['<T>(b: T) => T'], never: ['(b: T) => T', '<T>(b: T) => any'] }],
    ['() => "x"', { says: ['() => "x"', '() => string'], never: ['() => void', '() => Promise<string>'] }],
    [
      'async () => 1',
      { says: ['() => Promise<number>', '() => Promise<1>'], never: ['() => number', '() => Promise<2>'] },
    ],
    ['() => { go() }', { says: ['() => void'], never: ['() => any'] }],
    ['() => go()', { open: ['() => void', '() => number'] }],
    ['Symbol()', { says: ['unique symbol', 'symbol'], never: ['string'] }],
    ['Symbol.for("x")', { says: ['symbol'], never: ['string'] }],
    ['Other()', { open: ['symbol', 'unique symbol'] }],
    ['Symbols.for("x")', { open: ['symbol'] }],
    ['undefined', { says: ['undefined'], open: ['typeof undefined', 'any'] }],
    ['NaN', { says: ['number'], never: ['typeof NaN', 'string'] }],
    ['Infinity', { says: ['number'], never: ['typeof Infinity', '1'] }],
    ['b', { says: ['typeof b'], open: ['number', 'typeof c', 'undefined'] }],
    ['new Map()', { open: ['Map<any, any>', 'symbol'] }],
  ];
  it.each(expressions)('%s', (expression, { says = [], open = [], never = [] }) => {
    const declared = (types: readonly string[]) => types.map((type) => `export declare const a: ${type};`);
    check({
      source: `export const a = ${expression};`,
      says: declared(says),
      open: declared(open),
      never: declared(never),
    });
  });

  it('is left to a type checker where there is no expression', () => {
    check({
      source: 'export let a;',
      open: ['export declare let a: any;'],
      never: ['export declare let a;'],
    });
  });
});

describe('the return type of a function without one', () => {
  const bodies: readonly (readonly [body: string, isVoid: boolean])[] = [
    ['go();', true],
    ['return;', true],
    ['if (b) return;', true],
    ['const f = function () { return 1; };', true],
    ['const f = () => { return 1; };', true],
    ['class C { m() { return 1; } }', true],
    ['const o = { m() { return 1; }, get p() { return 1; }, set p(v) { return 1; } };', true],
    ['return 1;', false],
    ['return null;', false],
    ['if (b) { go(); } else return 1;', false],
    ['for (const c of b) { go(c); return c; }', false],
    ['try { go(); } finally { return 1; }', false],
  ];
  it.each(bodies)('%s', (body, isVoid) => {
    const declaration = 'export declare function a(b: any): void;';
    check({ source: `export function a(b: any) { ${body} }`, [isVoid ? 'says' : 'open']: [declaration] });
    check({ source: `export function* a(b: any) { ${body} }`, open: [declaration] });
    const promised = 'export declare function a(b: any): Promise<void>;';
    check({
      source: `export async function a(b: any) { ${body} }`,
      [isVoid ? 'says' : 'open']: [promised],
      [isVoid ? 'never' : 'open']: [isVoid ? declaration : promised],
    });
  });

  it('is left to a type checker where there is no body', () => {
    check({ source: 'export declare function a();', open: ['export declare function a(): void;'] });
  });
});

describe('the parameters of a function', () => {
  const parameters: readonly (readonly [source: string, says: string, never: readonly string[]])[] = [
    ['a: number = 1', 'a?: number', ['a: number', 'a?: string', 'a: number | undefined']],
    ['a = 1', 'a?: number', ['a: number', 'a?: string', 'a?: any']],
    [
      'a: number = 1, b: string',
      'a: number | undefined, b: string',
      ['a?: number, b: string', 'a: number, b: string'],
    ],
    [
      'a = 1, b: string',
      'a: number | undefined, b: string',
      ['a: number | null, b: string', 'a: string | undefined, b: string'],
    ],
    ['a = 1, b?: string', 'a?: number, b?: string', ['a: number | undefined, b?: string']],
    [
      'a = 1, b = ""',
      'a?: number, b?: string',
      ['a: number | undefined, b?: string', 'a?: number, b: string'],
    ],
    [
      'a = 1, ...b: string[]',
      'a?: number, ...b: string[]',
      ['a: number | undefined, ...b: string[]', 'a?: number, b: string[]'],
    ],
    [
      'a: number, b = ""',
      'a: number, b?: string',
      ['a: number, b: string | undefined', 'a?: number, b?: string'],
    ],
    ['{ a }: A', '{}: A', ['{}: B', 'a: A', '{ b }: A']],
    ['{ a }: A', '{ a }: A', ['{ a }?: A']],
    ['{ a }: A = {}', '{}?: A', ['{}: A', '{}?: B', '[]?: A']],
    ['[a]: A', '[]: A', ['[]: B', '{}: A', '[b]: A']],
    ['[a]: A', '[a]: A', []],
    ['[a]: A = [1]', '[]?: A', ['[]: A']],
    ['@sealed a: A', 'a: A', ['a: B']],
    ['this: A, a?: B', 'this: A, a?: B', ['a?: B', 'this: B, a?: B', 'this: A, a: B']],
  ];
  it.each(parameters)('%s', (source, says, never) => {
    const declared = (list: string) => `export declare function f(${list}): void;`;
    check({
      source: `export function f(${source}): void {}`,
      says: [declared(says)],
      never: never.map(declared),
    });
  });

  it('without a type are open', () => {
    check({
      source: 'export function f(a, { b } = c, ...d): void {}',
      open: ['export declare function f(a: any, {}?: any, ...d: any[]): void;'],
      never: ['export declare function f(a, {}?, ...d): void;'],
    });
  });
});

describe('the members of a class', () => {
  const members: readonly (readonly [what: string, form: Form])[] = [
    [
      'overloads without the function behind them',
      {
        source: 'a(): void; a(b: number): void; a(b?: number): void {} z: number = 1;',
        says: ['a(): void; a(b: number): void; z: number;'],
        never: [
          'a(): void; a(b: number): void; a(b?: number): void; z: number;',
          'a(): void; z: number;',
          'a(b: number): void; a(): void; z: number;',
        ],
      },
    ],
    [
      'overloads by number, string and computed name',
      {
        source:
          '1(): void; 1(b?: A): void {} "c"(): void; "c"(b?: A): void {} [d](): void; [d](b?: A): void {}',
        says: ['1(): void; "c"(): void; [d](): void;'],
        never: [
          '1(): void; 1(b?: A): void; "c"(): void; [d](): void;',
          '1(): void; "c"(): void; [d](): void; [d](b?: A): void;',
        ],
      },
    ],
    [
      'methods of other names, kinds and places, which are no overloads of one another',
      {
        source:
          'a(): void; b(): void {} static a(): void {} get a(): A {} set a(b: A) {} abstract c(): void; c(): void {}',
        says: [
          'a(): void; b(): void; static a(): void; get a(): A; set a(b: A); abstract c(): void; c(): void;',
        ],
        never: [
          'a(): void; static a(): void; get a(): A; set a(b: A); abstract c(): void; c(): void;',
          'a(): void; b(): void; get a(): A; set a(b: A); abstract c(): void; c(): void;',
          'a(): void; b(): void; static a(): void; abstract c(): void; c(): void;',
          'a(): void; b(): void; static a(): void; get a(): A; set a(b: A); abstract c(): void;',
        ],
      },
    ],
    [
      'overloads of a constructor',
      {
        source: 'constructor(); constructor(a: A); constructor(a?: A) {}',
        says: ['constructor(); constructor(a: A);'],
        never: [
          'constructor(); constructor(a: A); constructor(a?: A);',
          'constructor();',
          'constructor(a?: A);',
        ],
      },
    ],
    [
      'a private constructor without its parameters',
      {
        source: 'private constructor(a: A) {}',
        says: ['private constructor();'],
        never: ['constructor();', 'private constructor(a: A);', 'constructor(a: A);', ''],
      },
    ],
    [
      'overloads of a private constructor',
      {
        source: 'private constructor(); private constructor(a: A); private constructor(a?: A) {}',
        says: ['private constructor(); private constructor();'],
        never: [
          'private constructor();',
          'private constructor(); private constructor(); private constructor();',
        ],
      },
    ],
    [
      'private methods once, without types',
      {
        source:
          'private a(): void; private a(b: number): void; private a(b?: number): void {} private c(): void {}',
        says: ['private a: any; private c: any;', 'private a; private c;'],
        never: [
          'private a: any; private a: any; private c: any;',
          'private a(): void; private c: any;',
          'a: any; private c: any;',
          'private a: any;',
          'private c: any;',
          'private a: void; private c: any;',
        ],
      },
    ],
    [
      'private overloads without a function behind them, once',
      {
        source: 'private a(): void; private a(b: number): void;',
        says: ['private a: any;'],
        never: ['private a: any; private a: any;'],
      },
    ],
    [
      'nothing private by a computed name, but by a string',
      {
        source: 'private [a](): void {} private ["b"](): void {} private [c] = 1; [d]: A; private 1 = 1;',
        says: ['private "b": any; [d]: A; private 1: any;'],
        never: [
          'private [a]: any; private "b": any; [d]: A; private 1: any;',
          'private "b": any; private 1: any;',
          '[d]: A; private 1: any;',
        ],
      },
    ],
    [
      'nothing with a hash, and no static block',
      {
        source: '#a = 1; #b() {} accessor #c = 1; static {} d: A;',
        says: ['d: A;'],
        never: ['a: any; d: A;', 'd: B;', 'd: A; #private;'],
      },
    ],
    [
      'accessor fields, but for computed ones',
      {
        source: 'accessor a: A; static accessor b: B = 1; accessor [c]: C;',
        says: ['a: A; static b: B;'],
        never: [
          'accessor a: A; static b: B;',
          'a: A; b: B;',
          'a: A;',
          'a?: A; static b: B;',
          'readonly a: A; static b: B;',
          'a: A; static b: B; [c]: C;',
        ],
      },
    ],
    [
      'fields with what stands before and behind their names',
      {
        source:
          'static readonly a: A = 1; protected b?: B; override c: C; abstract d: D; declare e: E; f!: F; public g: G; private h: H;',
        says: [
          'static readonly a: A; protected b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
        ],
        never: [
          'readonly a: A; protected b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
          'static a: A; protected b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
          'static readonly a: A; b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
          'static readonly a: A; protected b: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
          'static readonly a: A; protected b?: B; c: C; abstract d: D; e: E; f: F; public g: G; private h: any;',
          'static readonly a: A; protected b?: B; override c: C; d: D; e: E; f: F; public g: G; private h: any;',
          'static readonly a: A; protected b?: B; override c: C; abstract d: D; e?: E; f: F; public g: G; private h: any;',
          'static readonly a: A; protected b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; h: H;',
          'static readonly a: A; protected b?: B; override c: C; abstract d: D; e: E; f: F; public g: G; private h: H;',
        ],
      },
    ],
    [
      'the type of a value where none is written',
      {
        source: 'a = 1; b = "x" as const;',
        says: ['a: number; b: "x";'],
        never: ['a: string; b: "x";', 'a: number; b: string;'],
      },
    ],
    [
      'a field that only a type checker knows',
      { source: 'a = go();', open: ['a: number;'], never: ['b: number;', 'a;'] },
    ],
    [
      'a setter without a return type',
      {
        source: 'set a(b: A) {}',
        says: ['set a(b: A);'],
        never: ['set a(b: B);', 'set a(b: A): void;', 'a(b: A): void;'],
      },
    ],
    [
      'methods without async, stars and decorators',
      {
        source: '@log async a(): Promise<A> {} *b(): B {}',
        says: ['a(): Promise<A>; b(): B;'],
        never: ['a(): A; b(): B;', 'a?(): Promise<A>; b(): B;'],
      },
    ],
    [
      'index signatures, without the static that the compiler does not print',
      {
        source: '[a: string]: A; static readonly [b: number]: B;',
        says: ['[a: string]: A; static readonly [b: number]: B;'],
        never: [
          '[a: string]: B; readonly [b: number]: B;',
          '[a: string]: A;',
          '[a: string]: A; [b: number]: B;',
        ],
      },
    ],
    [
      'keys in brackets that are literals',
      {
        source: '["a"](): A {} [1]: A; [2n]: A; [b]: A;',
        says: ['"a"(): A; 1: A; 2n: A; [b]: A;'],
        never: ['"a"(): A; 2: A; 2n: A; [b]: A;', '"a"(): A; 1: A; 2n: A; b: A;'],
      },
    ],
    [
      'parameter properties, before all others',
      {
        source:
          'z: Z; constructor(readonly a: A, public b?: B, protected override c = 1, private d: D = 1, e?: E) {}',
        says: [
          'readonly a: A; b?: B; protected override c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: 1; private d; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
        ],
        never: [
          'a: A; b?: B; protected override c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; public b?: B; protected override c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b: B; protected override c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; override c: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c?: number; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: string; private d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: number; private d: D; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: number; d: any; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: number; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'readonly a: A; b?: B; protected override c: number; private d: any; e?: E; z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'z: Z; readonly a: A; b?: B; protected override c: number; private d: any; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
          'z: Z; constructor(a: A, b?: B, c?: number, d?: D, e?: E);',
        ],
      },
    ],
  ];
  it.each(members)('%s', (_, { source, says = [], open = [], never = [] }) => {
    const declared = (texts: readonly string[]) =>
      texts.map((text) => `export declare abstract class K extends J { ${text} }`);
    check({
      source: `export abstract class K extends J { ${source} }`,
      says: declared(says),
      open: declared(open),
      never: declared(never),
    });
  });
});
