import { describe, expect, it } from 'vitest';
import type { MediaType } from '../../src/npm/media.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';

describe('a hostile source', () => {
  const bombs: Readonly<Record<string, string>> = {
    parentheses: `x = ${'('.repeat(50_000)}1${')'.repeat(50_000)};`,
    'conditional types': `type T = ${'A extends B ? C : '.repeat(50_000)}D;`,
    'object types': `type T = ${'{a:'.repeat(20_000)}1${'}'.repeat(20_000)};`,
    'arrow functions': `x = ${'a => '.repeat(20_000)}1;`,
    'unary operators': `x = ${'!'.repeat(100_000)}1;`,
  };
  it.each(Object.entries(bombs))(
    'nested %s do not break the compiler for the next package',
    async (_, source) => {
      const compiler = await loadCompiler();
      expect(compiler.parse(source, 'ts')).toEqual({
        ok: false,
        reason: 'nested too deeply for the compiler',
      });
      expect(compiler.emit(source, 'ts').ok).toBe(false);
      expect(compiler.emit('export const a: number = 1;', 'ts')).toEqual({
        ok: true,
        value: 'export const a = 1;\n',
      });
    },
  );

  it('that cannot be parsed gets a reason on one line', async () => {
    const compiler = await loadCompiler();
    expect(compiler.emit('const = 1;\nlet;', 'ts')).toEqual({
      ok: false,
      reason: 'Unexpected token `=`. Expected yield, an identifier, [ or {',
    });
  });
});

describe('what JSR emits', () => {
  const emitted: readonly (readonly [name: string, media: MediaType, source: string, code: string])[] = [
    [
      'an enum, whose members keep their name',
      'ts',
      'enum A { X = 1 }\nb(A.X);',
      'var A = /*#__PURE__*/ function(A) {\n    A[A["X"] = 1] = "X";\n    return A;\n}(A || {});\nb(A.X);\n',
    ],
    ['a constant enum', 'ts', 'const enum A { X = 1 }\nb(A.X);', 'b(1);\n'],
    ['a cast in angle brackets', 'ts', 'b(<string>c);', 'b(c);\n'],
    ['a module by its other name', 'mts', 'const a: number = 1;\nb(a);', 'const a = 1;\nb(a);\n'],
    [
      'JSX in types',
      'tsx',
      'b(<p {...c} d="e"/> as unknown);',
      'b(/*#__PURE__*/ React.createElement("p", {\n    ...c,\n    d: "e"\n}));\n',
    ],
    ['JSX with a namespace', 'jsx', 'b(<a:b/>);', 'b(/*#__PURE__*/ React.createElement("a:b", null));\n'],
    [
      'import attributes',
      'jsx',
      'import a from "./a.json" with { type: "json" };\nb(a);',
      'import a from "./a.json" with {\n    type: "json"\n};\nb(a);\n',
    ],
  ];
  it.each(emitted)('is for %s', async (_, media, source, code) => {
    const compiler = await loadCompiler();
    const answer = compiler.emit(source, media);
    expect(answer).toEqual({ ok: true, value: code });
  });

  it.each([
    ['js', 'b(<p/>);'],
    ['mjs', 'b(<p/>);'],
    ['other', 'b(<p/>);'],
    ['js', 'const a: number = 1;'],
    ['jsx', 'const a: number = 1;'],
    ['ts', 'b(<p/>);'],
    ['tsx', 'b(<string>c);'],
  ] as const)('is nothing of another kind: %s of %s', async (media, source) => {
    const compiler = await loadCompiler();
    expect(compiler.emit(source, media).ok).toBe(false);
  });

  it.each(['js', 'mjs', 'jsx', 'other'] as const)('knows the newer signs in %s', async (media) => {
    const compiler = await loadCompiler();
    for (const source of [
      '@a export class A { @b c }',
      'import a from "./a.json" with { type: "json" };\na();',
    ])
      expect(compiler.parse(source, media)).toMatchObject({ ok: true });
  });

  it('prints types as they were read', async () => {
    const compiler = await loadCompiler();
    const source = 'export declare const a: "\\u{1F600}" | `😀`;\n';
    const parsed = compiler.parse(source, 'd.ts');
    expect(parsed.ok && compiler.print(parsed.value)).toEqual({ ok: true, value: source });
  });

  it.each(['d.ts', 'd.mts'] as const)('knows the types in %s', async (media) => {
    const compiler = await loadCompiler();
    expect(compiler.parse('export declare const a: number;', media)).toMatchObject({ ok: true });
  });
});
