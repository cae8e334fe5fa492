import { describe, expect, it } from 'vitest';
import { loadCompiler } from '../../src/npm/compiler.ts';

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
    const answer = compiler.emit('const = 1;\nlet;', 'ts');
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.reason).toMatch(/^[^\n\u001b]+$/);
  });
});
