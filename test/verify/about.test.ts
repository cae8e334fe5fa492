import { describe, expect, it } from 'vitest';
import { checkIds } from '../../src/model/check.ts';
import { aboutChecks } from '../../src/verify/about.ts';

describe('every check', () => {
  it.each(checkIds)('%s says what it asks, why, what passes, who could forge it and what to do', (id) => {
    for (const [part, text] of Object.entries(aboutChecks[id])) {
      expect(text.length, part).toBeGreaterThan(10);
      expect(text, part).not.toMatch(/\s{2}|^\s|\s$|\n/);
    }
    const { title, expected, forgeable } = aboutChecks[id];
    for (const fact of [title, expected, forgeable]) expect(fact).not.toMatch(/\.$/);
  });

  it('has a title of its own', () => {
    expect(new Set(checkIds.map((id) => aboutChecks[id].title)).size).toBe(checkIds.length);
  });
});
