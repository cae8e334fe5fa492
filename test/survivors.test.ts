import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { syntaxOf } from '../scripts/syntax.ts';
import { kinds, matches, type Reason, reasons } from './mutation/survivors.ts';

const root = join(import.meta.dirname, '..');

/** What the mutator changes in one file: the code of each node, as `scripts/mutation.ts` spells it. */
function codeOf(path: string): ReadonlySet<string> {
  const text = readFileSync(path, 'utf8');
  const nodes = syntaxOf(path, text).map(({ node }) => text.slice(node.start, Number(node['end'])));
  return new Set(nodes.map((code) => code.replace(/\s+/g, ' ')));
}

/** The entries that name a file or a piece of code that the folder does not have. */
function staleIn(
  entries: readonly Reason[],
  sources: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  return entries
    .filter(({ file, code }) => {
      const pieces = file === undefined ? [...sources.values()] : [sources.get(file) ?? new Set<string>()];
      return !pieces.some((found) => [...found].some((piece) => matches(piece, code)));
    })
    .map(({ file = '*', code }) => `${file}: ${code}`);
}

describe('the mutants that may survive', () => {
  it.each(Object.entries(reasons))('are mutants of code that src/%s still has', (folder, entries) => {
    const paths = readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' });
    const sources = new Map(
      paths
        .filter((path) => path.endsWith('.ts'))
        .map((path) => [path.replaceAll('\\', '/'), codeOf(join(root, 'src', folder, path))]),
    );
    expect(staleIn(entries, sources)).toEqual([]);
  });

  it.each(Object.entries(reasons))('have a reason of a known kind in src/%s', (_, entries) => {
    const strange = entries
      .map(({ why }) => why)
      .filter((why) => !Object.hasOwn(kinds, why.split(': ')[0] ?? ''));
    expect(strange).toEqual([]);
  });

  it('are stale where their file or their code is gone', () => {
    const sources = new Map([['a.ts', new Set(['a === b', 'c'])]]);
    const entries = [
      { file: 'a.ts', code: 'a === b', why: '' },
      { file: 'a.ts', code: /^a/, why: '' },
      { code: 'c', why: '' },
      { file: 'b.ts', code: 'c', why: '' },
      { file: 'a.ts', code: 'a', why: '' },
      { file: 'a.ts', code: /^b/, why: '' },
      { code: 'd', why: '' },
    ];
    expect(staleIn(entries, sources)).toEqual(['b.ts: c', 'a.ts: a', 'a.ts: /^b/', '*: d']);
  });
});
