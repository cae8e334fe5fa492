import { describe, expect, it } from 'vitest';
import { sameDeclarations } from '../../src/npm/declarations/declarations.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';

async function compare(source: string, declarations: string, entry = true) {
  return sameDeclarations(
    {
      source,
      media: 'ts',
      emitted: `${declarations}${declarations === '' ? '' : '\n'}//# sourceMappingURL=mod.d.ts.map`,
      name: 'mod.d.ts',
      entry,
      texts: (specifier) => [specifier.replace('.ts', '.js')],
    },
    await loadCompiler(),
  );
}

async function reasonOf(source: string, declarations: string, entry = true): Promise<string> {
  const answer = await compare(source, declarations, entry);
  return answer.same === true ? 'the same' : answer.reason;
}

const same = { same: true };

describe('declarations that follow from their source', () => {
  const pairs: readonly (readonly [what: string, source: string, declarations: string])[] = [
    ['a literal, wide or narrow', 'export const a = "x", b = 1;', 'export declare const a: "x", b: number;'],
    [
      'a constant assertion',
      'export const a = ["x", { b: 1 }] as const;',
      'export declare const a: readonly ["x", {\n  readonly b: 1;\n}];',
    ],
    [
      'a function without a return',
      'export function a(b: number) { go(b); }',
      'export declare function a(b: number): void;',
    ],
    [
      'an async function without a return',
      'export async function a() { await go(); }',
      'export declare function a(): Promise<void>;',
    ],
    [
      'a default before a required parameter',
      'export function a(b: string = "", c: number): void {}',
      'export declare function a(b: string | undefined, c: number): void;',
    ],
    [
      'a destructured parameter',
      'export function a({ b }: B, [c]: C): void {}',
      'export declare function a({}: B, []: C): void;',
    ],
    [
      'an arrow function',
      'export const a = (b: string): number => 1;',
      'export declare const a: (b: string) => number;',
    ],
    ['a symbol', 'export const a = Symbol("a");', 'export declare const a: unique symbol;'],
    [
      'an assertion',
      'export const a = go() as Map<string, number>;',
      'export declare const a: Map<string, number>;',
    ],
    [
      'an accessor field',
      'export class A { accessor b: number = 1; }',
      'export declare class A {\n  b: number;\n}',
    ],
    [
      'a computed key in quotes',
      'export class A { ["b"]: number = 1; }',
      'export declare class A {\n  "b": number;\n}',
    ],
    [
      'a default export without a name',
      'export default { a: 1 as number };',
      'declare const _dts_1: {\n  readonly a: number;\n};\nexport default _dts_1;',
    ],
    [
      'a default export by name, as older servers wrote it',
      'const a: number = 1;\nexport default a;',
      'declare const a: number;\ndeclare const _dts_1: typeof a;\nexport default _dts_1;',
    ],
    [
      'an unused import left out',
      'import { A, B } from "./b.ts";\nexport const a: A = B;',
      'import { A } from "./b.js";\nexport declare const a: A;',
    ],
    ['a mapped type', 'export type A = { [K in B as C]: K };', 'export type A = {\n  [K in B as C]: K;\n};'],
    [
      'a mapped type that lost its name in 2024',
      'export type A = { [K in B as C]: K };',
      'export type A = {\n  [K in B]: K;\n};',
    ],
    ['nothing at all', 'const hidden = 1;\ngo(hidden);', ''],
  ];
  it.each(pairs)('%s', async (_, source, declarations) => {
    expect(await compare(source, declarations)).toEqual(same);
  });

  it('leave what is not public out of a module that is no entry', async () => {
    const source = 'export const a: number = 1;\nexport const b: string = "";';
    expect(await compare(source, 'export declare const b: string;', false)).toEqual(same);
    expect(await reasonOf(source, 'export declare const b: string;', true)).toBe('lacks a');
  });
});

describe('declarations whose types only a type checker could infer', () => {
  const open: readonly (readonly [string, string, string])[] = [
    [
      'an identifier',
      'import { b } from "./b.ts";\nexport const a = b;',
      'import { b } from "./b.js";\nexport declare const a: number;',
    ],
    ['a spread', 'export const a = { ...b };', 'export declare const a: {\n  readonly c: string;\n};'],
    [
      'properties assigned to a function',
      'export function a(): void {}\na.b = 1;',
      'export declare function a(): void;\nexport declare namespace a {\n  var b: number;\n}',
    ],
  ];
  it.each(open)('%s is open, not proved', async (_, source, declarations) => {
    expect(await compare(source, declarations)).toMatchObject({ same: 'open' });
  });

  it('are refused when anything else beside them differs', async () => {
    const source = 'export const a = b, c: string = "";';
    expect(await reasonOf(source, 'export declare const a: number, c: number;')).toMatch(
      /says what its source does not/,
    );
  });
});

describe('declarations that say something else', () => {
  const source =
    'import type { B } from "./b.ts";\n/** Doc. */\nexport function a(b: B): void;\nexport function a(b: B, c?: string): void;\nexport function a(): void {}\nexport class C { private secret = 1; run(x: string): void {} }';
  const declarations =
    'import type { B } from "./b.js";\n/** Doc. */ export declare function a(b: B): void;\nexport declare function a(b: B, c?: string): void;\nexport declare class C {\n  private secret: any;\n  run(x: string): void;\n}';

  it('are told from those that do not', async () => {
    expect(await compare(source, declarations)).toEqual(same);
  });

  const attacks: readonly (readonly [string, string, string, RegExp])[] = [
    ['another parameter type', 'x: string', 'x: any', /ClassDeclaration C/],
    ['another member', 'run(', 'hide(', /ClassDeclaration C/],
    ['an added member', 'private secret', 'extra(): void;\n  private secret', /ClassDeclaration C/],
    [
      'an added declaration',
      '/** Doc',
      'export declare const evil: string;\n/** Doc',
      /VariableDeclaration evil/,
    ],
    ['an import from elsewhere', './b.js', './evil.js', /ImportDeclaration/],
    ['a missing overload', 'export declare function a(b: B): void;\n', '', /an overload of a/],
    [
      'a comment that tools obey',
      '/** Doc. */',
      '/// <reference path="./evil.d.ts" />\n/** Doc. */',
      /comment/,
    ],
    [
      'a modifier that another parser reads as a member',
      'private secret',
      'private\n  secret',
      /parsers may read differently/,
    ],
    ['a sign that the parser overlooks', 'class C {', 'class C ,{', /parsed|read differently/],
    ['broken syntax', 'export declare class', 'export declare class {', /cannot be parsed/],
  ];
  it.each(attacks)('%s', async (_, from, to, reason) => {
    expect(declarations).toContain(from);
    expect(await reasonOf(source, declarations.replace(from, to))).toMatch(reason);
  });

  it('by another order of overloads, which picks another type', async () => {
    const [before, one, two, after] = [
      'import type { B } from "./b.js";\n',
      'export declare function a(b: B): void;\n',
      'export declare function a(b: B, c?: string): void;\n',
      declarations.slice(declarations.indexOf('export declare class')),
    ];
    expect(await compare(source, before + one + two + after)).toEqual(same);
    expect(await reasonOf(source, before + two + one + after)).toMatch(/says what its source does not/);
  });

  it('in their last line', async () => {
    const answer = sameDeclarations(
      { source, media: 'ts', emitted: declarations, name: 'mod.d.ts', entry: true, texts: (text) => [text] },
      await loadCompiler(),
    );
    expect(answer.same).toBe(false);
  });
});
