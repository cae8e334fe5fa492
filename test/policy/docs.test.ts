import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { rules } from '../../src/policy/rules/index.ts';

const folder = join(import.meta.dirname, '../../docs/rules');
const sources = join(import.meta.dirname, '../../src/policy/rules');

test('every rule has a page and a file of its own, and no page is left over', () => {
  const named = rules.map(({ id }) => id).sort();
  expect(readdirSync(folder).sort()).toEqual(named.map((id) => `${id}.md`));
  expect(readdirSync(sources).sort()).toEqual([...named.map((id) => `${id}.ts`), 'index.ts'].sort());
});

describe.each(rules.map((rule) => ({ ...rule })))('$id', ({ id, title, severity, why, fix }) => {
  const page = readFileSync(join(folder, `${id}.md`), 'utf8');

  test('has a page with its title and its default severity', () => {
    expect(page.split('\n').slice(0, 3)).toEqual([
      `# ${id}: ${title}`,
      '',
      `Default severity: \`${severity}\``,
    ]);
    expect(page).toContain('**Fires**');
    expect(page).toContain('**What to do:**');
  });

  test('has a stanza to paste that is a policy', () => {
    const stanzas = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');
    expect(stanzas).toHaveLength(1);
    for (const stanza of stanzas) expect(() => parsePolicy(stanza, { file: `${id}.md` })).not.toThrow();
  });

  test('has a title, a reason and a remedy', () => {
    expect(title).toMatch(/^[a-z].*[^.]$/);
    expect(why).toMatch(/^[A-Z`].*\.$/);
    expect(fix).toMatch(/^[A-Z`].*\.$/);
  });

  test('says in its source why its severity is what it is', () => {
    const source = readFileSync(join(sources, `${id}.ts`), 'utf8');
    expect(source).toMatch(
      /about: '(?:package|change|run)',\n {2}\/\/ .+\n(?: {2}\/\/ .+\n)* {2}severity: '/,
    );
  });
});
