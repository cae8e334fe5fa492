import { describe, expect, it } from 'vitest';
import { answer, answerTo, check, type Form } from './support/forms.ts';

type Row = readonly [what: string, form: Form];

const enums = `export declare enum A { B, C = 1, D = "d", E = C, F = C | 2, G = A.C, H = (1), I = \`i\${C}\` } export declare const enum J { K = 1 }`;
const imports =
  'import a, { b, type c as d } from "./b.js"; import * as e from "./e.js"; import type f from "./f.js"; import "./g.js"; export { h, i as j } from "./h.js"; export * from "./k.js"; export * as l from "./l.js"; export type { m }; import n = require("./n.ts"); import o = A.B;';

describe('the statements of a declaration file', () => {
  const statements: readonly Row[] = [
    [
      'a function',
      {
        source: 'export async function* a<T>(b: T): C<T> { yield b; }',
        says: ['export declare function a<T>(b: T): C<T>;'],
        never: [
          'export declare function a(b: T): C<T>;',
          'export declare function a<T>(b: T): C<any>;',
          'export declare function b<T>(b: T): C<T>;',
          'export declare const a: <T>(b: T) => C<T>;',
          'declare function a<T>(b: T): C<T>;',
          'export default function a<T>(b: T): C<T>;',
        ],
      },
    ],
    [
      'overloads, without the function behind them',
      {
        source: 'export function a(): A; export function a(b: B): A; export function a(b?: B): A { go(); }',
        says: ['export declare function a(): A; export declare function a(b: B): A;'],
        never: [
          'export declare function a(): A; export declare function a(b: B): A; export declare function a(b?: B): A;',
          'export declare function a(): A;',
          'export declare function a(b: B): A;',
          'export declare function a(b?: B): A;',
        ],
      },
    ],
    [
      'a default function with and without a name',
      {
        source: 'export default function a(): A { go(); }',
        says: ['export default function a(): A;'],
        never: [
          'export default function (): A;',
          'export default function b(): A;',
          'export default function a(): B;',
          'export declare function a(): A;',
          'export default a;',
        ],
      },
    ],
    [
      'overloads of a default function without a name',
      {
        source:
          'export default function (): A; export default function (b: B): A; export default function (b?: B): A {}',
        says: ['export default function (): A; export default function (b: B): A;'],
        never: [
          'export default function (): A; export default function (b: B): A; export default function (b?: B): A;',
          'export default function (b?: B): A;',
          'export default function (): A;',
        ],
      },
    ],
    [
      'a default class',
      {
        source: 'export default class A<T> extends B<T> implements C { a(): T { go(); } }',
        says: ['export default class A<T> extends B<T> implements C { a(): T; }'],
        never: [
          'export default class A<T> extends B<T> { a(): T; }',
          'export default class A<T> extends B<any> implements C { a(): T; }',
          'export default class A<T> extends B<T> implements C { a(): any; }',
          'export default class A<T> extends B<T> implements C { }',
          'export default class A<T> implements C { a(): T; }',
          'export declare class A<T> extends B<T> implements C { a(): T; }',
        ],
      },
    ],
    [
      'a default class without a name',
      {
        source: '@sealed export default class { a: A; }',
        says: ['export default class { a: A; }'],
        never: [
          'export default class { a: B; }',
          'export default class A { a: A; }',
          'export default abstract class { a: A; }',
        ],
      },
    ],
    [
      'a default interface',
      {
        source: 'export default interface A { a: A }',
        says: ['export default interface A { a: A }'],
        never: [
          'export default interface A { a: B }',
          'export interface A { a: A }',
          'export default interface B { a: A }',
        ],
      },
    ],
    [
      'a default value, under a name that the file makes up',
      {
        source: 'export default 1;',
        says: [
          'declare const _dts_1: number; export default _dts_1;',
          'declare const _dts_12: 1; export default _dts_12;',
        ],
        never: [
          'declare const _dts_1: string; export default _dts_1;',
          'declare const _dts_1: 2; export default _dts_1;',
          'declare const _dts_1x: number; export default _dts_1x;',
          'declare const x_dts_1: number; export default x_dts_1;',
          'declare const _dts_: number; export default _dts_x;',
          'declare let _dts_1: number; export default _dts_1;',
          'declare const _dts_1: number; export default a;',
          'declare const _dts_1: number;',
          'export default 1;',
          'export declare const _dts_1: number; export default _dts_1;',
        ],
      },
    ],
    [
      'a default value by its name',
      {
        source: 'export default a;',
        says: ['export default a;', 'declare const _dts_1: typeof a; export default _dts_1;'],
        open: ['declare const _dts_1: number; export default _dts_1;'],
        never: [
          'export default b;',
          'export default typeof a;',
          'export = a;',
          'declare const _dts_1: typeof a;',
        ],
      },
    ],
    [
      'variables',
      {
        source: 'export const a: A = 1, b: B = 2; let c: C; var d: D; export declare const e: E;',
        says: [
          'export declare const a: A, b: B; declare let c: C; declare var d: D; export declare const e: E;',
          'export declare const a: A, b: B; export declare const e: E;',
        ],
        never: [
          'export declare const b: B, a: A; declare let c: C; declare var d: D; export declare const e: E;',
          'export declare const a: A; export declare const e: E;',
          'export declare const b: B; export declare const e: E;',
          'export declare let a: A, b: B; export declare const e: E;',
          'export declare const a: A, b: B; export declare let c: C; export declare const e: E;',
          'export declare const a: A, b: B, f: F; export declare const e: E;',
          'export declare const a: A, b: B; export declare const e: E; declare let c: C;',
          'export declare const a: A, a: A, b: B; export declare const e: E;',
        ],
      },
    ],
    [
      'nothing for what is taken apart',
      {
        source: 'export const { a }: A = b;',
        never: [
          'export declare const { a }: A;',
          'export declare const a: any;',
          'export declare const a: A;',
        ],
      },
    ],
    [
      'types and interfaces',
      {
        source: 'export type A<T = B> = T | C; export interface D<T> extends E<T> { a?(): T }',
        says: ['export type A<T = B> = T | C; export interface D<T> extends E<T> { a?(): T }'],
        never: [
          'export type A<T> = T | C; export interface D<T> extends E<T> { a?(): T }',
          'export type A<T = B> = C | T; export interface D<T> extends E<T> { a?(): T }',
          'export type A<T = B> = T | C; export interface D<T> extends E<T> { a(): T }',
          'export type A<T = B> = T | C; export interface D<T> { a?(): T }',
          'export interface D<T> extends E<T> { a?(): T } export type A<T = B> = T | C;',
        ],
      },
    ],
    [
      'a mapped type, with or without its new name, but no other',
      {
        source: 'export type A = { readonly [K in B as C]?: K }; export type D = { [K in B]: K };',
        says: [
          'export type A = { readonly [K in B as C]?: K }; export type D = { [K in B]: K };',
          'export type A = { readonly [K in B]?: K }; export type D = { [K in B]: K };',
        ],
        never: [
          'export type A = { readonly [K in B as E]?: K }; export type D = { [K in B]: K };',
          'export type A = { readonly [K in B as C]?: K }; export type D = { [K in B as C]: K };',
          'export type A = { [K in B as C]?: K }; export type D = { [K in B]: K };',
          'export type A = { readonly [K in B as C]: K }; export type D = { [K in B]: K };',
        ],
      },
    ],
    [
      'an enum, whose constant members keep their values',
      {
        source: `export enum A { B, C = 1, D = "d", E = C, F = C | 2, G = A.C, H = (1), I = \`i\${C}\` } export const enum J { K = 1 } declare enum L { M = 1 }`,
        says: [`${enums} declare enum L { M = 1 }`, enums],
        never: [
          ['B', 'B = 0'],
          ['C = 1', 'C'],
          ['C = 1', 'C = 2'],
          ['D = "d"', 'D'],
          ['D = "d"', 'D = "e"'],
          ['E = C', 'E'],
          ['E = C', 'E = B'],
          ['F = C | 2', 'F'],
          ['F = C | 2', 'F = C | 3'],
          ['G = A.C', 'G'],
          ['H = (1)', 'H'],
          [`I = \`i\${C}\``, 'I'],
          ['B, ', ''],
          ['B, C = 1', 'C = 1, B'],
          ['const enum', 'enum'],
          ['K = 1', 'K'],
          ['enum A', 'const enum A'],
        ].map(([from = '', to = '']) => enums.replace(from, to)),
      },
    ],
    [
      'an enum, whose other members may lose their values',
      {
        source: `export enum A { B = go(), C = go().length, D = 1 + go(), E = go() + 1, F = (go()), G = \`\${1}\${go()}\` }`,
        says: [
          'export declare enum A { B, C, D, E, F, G }',
          `export declare enum A { B = go(), C = go().length, D = 1 + go(), E = go() + 1, F = (go()), G = \`\${1}\${go()}\` }`,
        ],
        never: [
          'export declare enum A { B = 1, C, D, E, F, G }',
          'export declare enum A { B, C = 1, D, E, F, G }',
          'export declare enum A { B, C, D, E, F }',
        ],
      },
    ],
    [
      'a namespace, with less in it where it is not public',
      {
        source:
          'export namespace A { export const a: A = 1; const b: B = 2; go(); export function c(): void {} }',
        says: [
          'export declare namespace A { export const a: A; const b: B; export function c(): void; }',
          'export declare namespace A { export const a: A; export function c(): void; }',
        ],
        never: [
          'export declare namespace A { export const a: B; export function c(): void; }',
          'export declare namespace A { export const a: A; export const b: B; export function c(): void; }',
          'export declare namespace A { export function c(): void; export const a: A; }',
          'export declare namespace A { export const a: A; export function c(): void; export const d: D; }',
          'export declare namespace B { export const a: A; export function c(): void; }',
          'export declare module "A" { export const a: A; export function c(): void; }',
          'declare namespace A { export const a: A; export function c(): void; }',
        ],
      },
    ],
    [
      'a namespace with a type that only a type checker knows',
      {
        source: 'export namespace A { export const a = go(); }',
        open: ['export declare namespace A { export const a: number; }'],
        never: [
          'export declare namespace A { export const b: number; }',
          'export declare namespace B { export const a: number; }',
        ],
      },
    ],
    [
      'a namespace that is not public, but of no other name',
      {
        source: 'namespace A { export const a = go(); } export {};',
        open: ['declare namespace A { export const a: number; } export {};'],
        never: ['declare namespace B { export const a: number; } export {};'],
      },
    ],
    [
      'a namespace in a namespace',
      {
        source: 'export namespace A.B { export const a: A = 1; }',
        says: ['export declare namespace A.B { export const a: A; }'],
        never: [
          'export declare namespace A.B { export const a: B; }',
          'export declare namespace A.C { export const a: A; }',
          'export declare namespace A { export const a: A; }',
          'export declare namespace A.B.C { export const a: A; }',
          'export declare namespace A.B { const a: A; }',
        ],
      },
    ],
    [
      'what is declared for other modules and for all',
      {
        source:
          'declare module "x"; declare module "y" { const a: A; import "./b.ts"; } declare global { var b: B; } export {};',
        says: [
          'declare module "x"; declare module "y" { const a: A; import "./b.js"; } declare global { var b: B; } export {};',
        ],
        never: [
          'declare module "z"; export {};',
          'declare module "x" { const a: A; } export {};',
          'declare module "y"; export {};',
          'declare module "y" { const a: B; } export {};',
          'declare module "y" { import "./c.js"; } export {};',
          'declare global { var b: any; } export {};',
          'declare global { var c: any; } export {};',
          'declare namespace global { var b: B; } export {};',
        ],
      },
    ],
    [
      'imports and exports',
      {
        source:
          'import a, { b, type c as d } from "./b.ts"; import * as e from "./e.ts"; import type f from "./f.ts"; import "./g.ts"; export { h, i as j } from "./h.ts"; export * from "./k.ts"; export * as l from "./l.ts"; export type { m }; import n = require("./n.ts"); import o = A.B;',
        says: [
          imports,
          'import { b } from "./b.mjs"; export { h, i as j } from "./h.mjs"; export * from "./k.mjs"; export * as l from "./l.mjs"; export type { m };',
          'import { type c as d } from "./b.js"; export { h, i as j } from "./h.js"; export * from "./k.js"; export * as l from "./l.js"; export type { m };',
        ],
        never: [
          ['import a, ', 'import { b, a } from "./b.js"; import x, '],
          ['{ b, type c as d }', '{ type c as d, b }'],
          ['{ b, type c as d }', '{ b, b, type c as d }'],
          ['{ b, type c as d }', '{ b, c as d }'],
          ['{ b, type c as d }', '{ x as b }'],
          ['import a, { b, type c as d } from "./b.js"', 'import "./b.js"'],
          ['import a, { b, type c as d } from "./b.js"', 'import {} from "./b.js"'],
          ['"./b.js"', '"./b.ts"'],
          ['* as e', 'e'],
          ['import type f', 'import f'],
          ['import "./g.js"', 'import "./x.js"'],
          ['export { h, i as j } from "./h.js"', 'export { h, i as j }'],
          ['export { h, i as j } from "./h.js"', 'export { i as j, h } from "./h.js"'],
          ['i as j', 'j'],
          ['"./k.js"', '"./x.js"'],
          ['* as l', '* as x'],
          ['export type { m }', 'export { m }'],
          ['require("./n.ts")', 'require("./x.ts")'],
          ['A.B', 'A.C'],
        ].map(([from = '', to = '']) => imports.replace(from, to)),
      },
    ],
    [
      'a name for all scripts',
      {
        source: 'export as namespace A;',
        says: ['export as namespace A;'],
        never: ['export as namespace B;'],
      },
    ],
    [
      'imported types, wherever they stand',
      {
        source: 'export type A = import("./a.ts").A<typeof import("./b.ts")>; export type B = "./c.ts";',
        says: [
          'export type A = import("./a.js").A<typeof import("./b.js")>; export type B = "./c.ts";',
          'export type A = import("./a.mjs").A<typeof import("./b.js")>; export type B = "./c.ts";',
        ],
        never: [
          'export type A = import("./a.ts").A<typeof import("./b.js")>; export type B = "./c.ts";',
          'export type A = import("./a.js").B<typeof import("./b.js")>; export type B = "./c.ts";',
          'export type A = import("./a.js").A<typeof import("./x.js")>; export type B = "./c.ts";',
          'export type A = import("./a.js").A<typeof import("./b.js")>; export type B = "./c.js";',
        ],
      },
    ],
    [
      'a made-up name only where it is a name',
      {
        source: 'export type A = "_dts_";',
        says: ['export type A = "_dts_";'],
        never: ['export type A = "_dts_1";'],
      },
    ],
    [
      'nothing for what only runs',
      {
        source: 'go(); if (a) b(); export {};',
        says: ['', 'export {};'],
        never: ['declare const go: A;', 'export { go };'],
      },
    ],
    [
      'properties of functions, which only a type checker knows',
      {
        source: 'export function a(): void {} a.b = 1; b.c = 1; ({}).d = 2; e = f; g().h = 1;',
        open: ['export declare function a(): void; export declare namespace a { var b: number; }'],
        never: [
          'export declare function a(): void; export declare namespace b2 { var c: number; }',
          'export declare function a(): void; export declare namespace e { var c: number; }',
          'export declare function a(): void; declare module "" { var b: number; }',
          'export declare function a(): void; export interface a { b: number }',
          'export declare function a(): void; export type a = number;',
        ],
      },
    ],
  ];
  it.each(statements)('%s', (_, form) => check(form));
});

describe('a declaration file of an entry module', () => {
  const exports: readonly (readonly [source: string, lacks: string])[] = [
    ['export const a: A = 1;', 'a'],
    ['export const a: A = 1, b: B = 1;', 'a'],
    ['export function a(): void {}', 'a'],
    ['export class a {}', 'a'],
    ['export interface a {}', 'a'],
    ['export type a = A;', 'a'],
    ['export enum a {}', 'a'],
    ['export namespace a {}', 'a'],
    ['export default function a(): void {}', 'default'],
    ['export default class {}', 'default'],
    ['export default interface a {}', 'default'],
    ['export default 1;', 'default'],
    ['export default a;', 'default'],
    ['export { a };', 'a'],
    ['export { a as b } from "./a.ts";', 'b'],
    ['export { default as a } from "./a.ts";', 'a'],
    ['export * as a from "./a.ts";', 'a'],
    ['export * from "./a.ts";', '*'],
  ];
  it.each(exports)('must have %s', (source, lacks) => {
    const rest = 'declare const z: Z;';
    expect(answer(`${source} ${rest}`, rest)).toBe(`lacks ${lacks}`);
    expect(answer(`${source} ${rest}`, rest, { entry: false })).toBe('same');
  });

  it('must have them although something else is open', () => {
    const source = 'export const a: A = 1; export const b = go(); /* c */';
    expect(answer(source, 'export declare const b: B;')).toBe('lacks a');
    expect(answer(source, 'export declare const b: B;', { entry: false })).toMatch(
      /^open: .*: VariableDeclaration b$/,
    );
  });
});

describe('a declaration file with overloads', () => {
  it.each([
    ['export declare function a(): A;', 'a'],
    ['export default function (): A;', 'default'],
  ])('must have them all: %s', (text, name) => {
    const source = text.replace('declare ', '');
    expect(answer(`${source} ${source} ${source.replace(';', ' {}')}`, text)).toBe(
      `lacks an overload of ${name}`,
    );
    expect(answer(`${source} ${source} ${source.replace(';', ' {}')}`, text, { entry: false })).toBe(
      `lacks an overload of ${name}`,
    );
    expect(answer(`${source} ${source} ${source.replace(';', ' {}')}`, `${text} ${text}`)).toBe('same');
  });
});

describe('what is named when a declaration file says something else', () => {
  const added: readonly (readonly [text: string, named: string])[] = [
    ['declare const a: A, b: B;', 'VariableDeclaration'],
    ['export declare const a: A, b: B;', 'VariableDeclaration a, b'],
    ['declare function a(): void;', 'FunctionDeclaration a'],
    ['export default function a(): void;', 'FunctionExpression default'],
    ['declare class a {}', 'ClassDeclaration a'],
    ['interface a {}', 'TsInterfaceDeclaration a'],
    ['declare module "" {}', 'TsModuleDeclaration'],
    ['import { a } from "./a.js";', 'ImportDeclaration'],
    ['export { a, b as c };', 'ExportNamedDeclaration a, c'],
    ['export * from "./a.js";', 'ExportAllDeclaration *'],
    ['export default a;', 'ExportDefaultExpression default'],
    [
      'export type aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii = A;',
      'TsTypeAliasDeclaration aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhh',
    ],
  ];
  it.each(added)('%s', (text, named) => {
    expect(answer('const z: Z = 1; export const y: Y = 1;', text)).toBe(
      `says what its source does not: ${named}`,
    );
  });
});

describe('the text of a declaration file', () => {
  const tail = '//# sourceMappingURL=mod.d.ts.map';
  const unlike = 'is written in a way that parsers may read differently';
  const strange = 'has a comment that its source has not';
  const elsewhere = `does not end in "${tail}"`;

  it.each([
    ['export declare const a: A;\n', tail, 'same'],
    ['export declare const a: A; ', tail, elsewhere],
    ['export declare const a: A;\n', `${tail} `, elsewhere],
    ['export declare const a: A;\n', `${tail}\n`, elsewhere],
    ['export declare const a: A;\n', `//# sourceMappingURL=b.d.ts.map`, elsewhere],
    ['export declare const a: A;\n', '', elsewhere],
    ['export declare const a:: A;\n', tail, 'cannot be parsed: Unexpected token'],
  ])('%j ends in its map: %j', (text, end, expected) => {
    expect(answerTo('export const a: A = 1;', text + end)).toContain(expected);
  });

  it('is compared with nothing where the source cannot be parsed', () => {
    expect(answerTo('export const =', tail)).toMatch(/^its source cannot be parsed: \S/);
    expect(answerTo('', tail)).toBe('same');
  });

  const source = 'export class A { /** Says\r\n * two things. */ run(x: "/* y */"): void {} /* c */ }';
  const layouts: readonly (readonly [text: string, expected: string])[] = [
    ['export declare class A {\n  run(x: "/* y */"): void;\n}', 'same'],
    ['export declare class A {\n  run(x: "/* y */"): void\n}', 'same'],
    ['export declare class A {\n\n  run(x: "/* y */"): void;\n\n}\n', 'same'],
    ['export/* c */declare class A {\n  run(x: "/* y */"): void;\n}', 'same'],
    ['export declare class A {\n  /* y */ run(x: "/* y */"): void;\n}', 'same'],
    ['export declare class A {\n  /** Says\n * two things. */ run(x: "/* y */"): void;\n}', 'same'],
    ['export declare class A {\n  /** Says\r\n * two things. */ run(x: "/* y */"): void;\n}', 'same'],
    ['export declare class A {\n  /** Says * two things. */ run(x: "/* y */"): void;\n}', strange],
    ['export declare class A {\n  // two\n  run(x: "/* y */"): void;\n}', strange],
    ['export declare class A {\n  /* z */ run(x: "/* y */"): void;\n}', strange],
    ['export declare class A {\n  run(x: "/* y */"): void;\n}\n/// <reference path="b.d.ts" />', strange],
    ['export declare class A {\n  run\n(x: "/* y */"): void;\n}', unlike],
    ['export declare class A {\n  run(\nx: "/* y */"): void;\n}', unlike],
    ['export declare class A {\r  run(\u2028x: "/* y */"): void;\r}', unlike],
    ['export declare class A { run(x: "/* y */"): void; }', unlike],
    ['export declare class A {\n  run(x: "/* y */",): void;\n}', unlike],
    ['export declare class A {\n  run(x: "\\x2f* y */"): void;\n}', 'same'],
  ];
  it.each(layouts)('%j', (text, expected) => {
    expect(answerTo(source, `${text}\n${tail}`)).toBe(expected);
  });

  it('says the same in other line ends', () => {
    const file = `export declare class A {\r\n  /** Says\r\n * two things. */ run(x: "/* y */"): void;\r\n}\r\n${tail}`;
    expect(answerTo(source.replaceAll('\r\n', '\n'), file)).toBe('same');
  });

  it('is refused for a comment although something is open', () => {
    expect(answerTo('export const a = go();', `/* x */ export declare const a: A;\n${tail}`)).toBe(strange);
    expect(answerTo('/* x */ export const a = go();', `/* x */ export declare const a: A;\n${tail}`)).toBe(
      'open: has a type that only a type checker could infer: VariableDeclaration a',
    );
  });

  it.each(['/// <reference types="b" />', '// @ts-nocheck', '/** @jsxImportSource b */'])(
    'does not begin with what type checkers obey there only, unless its source does: %s',
    (comment) => {
      const file = `${comment}\nexport declare const a: A;\n${tail}`;
      expect(answerTo(`// a\n${comment}\nexport const a: A = 1;`, file)).toBe('same');
      expect(answerTo(`#!/usr/bin/env deno\n${comment}\r\nexport const a: A = 1;`, file)).toBe('same');
      for (const source of [
        `export const a: A = 1;\n${comment}\n`,
        `export const a: A = \`\n${comment}\n\`;`,
      ])
        expect(answerTo(source, file)).toBe('begins with a comment that its source does not begin with');
      expect(
        answerTo(`export const a: A = 1;\n${comment}`, `export declare const a: A;\n${comment}\n${tail}`),
      ).toBe('same');
    },
  );

  it('is refused for what it says before what it lacks', () => {
    expect(answer('export const a: A = 1;', 'export declare const b: B;')).toBe(
      'says what its source does not: VariableDeclaration b',
    );
  });
});
