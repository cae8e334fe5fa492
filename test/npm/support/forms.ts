import { expect } from 'vitest';
import { sameDeclarations } from '../../../src/npm/declarations/declarations.ts';
import { loadCompiler } from '../../../src/npm/script/compiler.ts';
import { remembering } from './remembering.ts';

/**
 * What a source may say in its declarations, what only a type checker could tell, and what says something else, so that it must
 * never be taken for it.
 */
export interface Form {
  readonly source: string;
  readonly says?: readonly string[];
  readonly open?: readonly string[];
  readonly never?: readonly string[];
}

const compiler = remembering(await loadCompiler());

/** `same`, `open: …` or why a declaration file of these statements differs. */
export function answer(source: string, text: string, options: { readonly entry?: boolean } = {}): string {
  return answerTo(source, `${printed(text)}//# sourceMappingURL=mod.d.ts.map`, options);
}

/** The same about a whole file, to the letter. */
export function answerTo(source: string, emitted: string, { entry = true } = {}): string {
  const { same, ...rest } = sameDeclarations(
    {
      source,
      media: 'ts',
      emitted,
      name: 'mod.d.ts',
      entry,
      texts: (specifier) => [specifier.replace(/ts$/, 'js'), specifier.replace(/ts$/, 'mjs')],
    },
    compiler,
  );
  if (same === true) return 'same';
  return `${same === 'open' ? 'open: ' : ''}${'reason' in rest ? rest.reason : ''}`;
}

/** In the lines that JSR's compiler writes. */
function printed(text: string): string {
  const tree = compiler.parse(text, 'd.ts');
  const code = tree.ok ? compiler.print(tree.value) : tree;
  if (!code.ok) throw new Error(`${code.reason}: ${text}`);
  return code.value;
}

/** Holds a form to what it promises. */
export function check({ source, says = [], open = [], never = [] }: Form): void {
  for (const text of says) expect(answer(source, text), text).toBe('same');
  for (const text of open) {
    expect(answer(source, text), text).toMatch(/^open: has a type that only a type checker could infer: /);
  }
  for (const text of never) {
    expect(answer(source, text), text).toMatch(/^(?:says what its source does not: |lacks )/);
  }
}
