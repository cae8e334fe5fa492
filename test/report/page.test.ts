import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reflow } from '../../src/report/words/page.ts';

const docs = new URL('../../docs/', import.meta.url);
const pages = ['checks', 'rules'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, docs)).map((file) => `${folder}/${file}`),
);

describe('a page for a terminal', () => {
  it('has paragraphs and lists of its width', () => {
    const page =
      '# a heading\n\none two three four\nfive six seven\n\n1. one two three four five\n   six\n- seven\n';
    expect(reflow(page, 24)).toBe(
      '# a heading\n\none two three four five\nsix seven\n\n1. one two three four\n   five six\n- seven\n',
    );
  });

  it('has code and tables as they were', () => {
    const page =
      'before\n\n```console\n$ one   two\n- three\n\nfour five six seven eight nine\n```\nafter\n\n| a | b |\n|---|---|\n';
    expect(reflow(page, 20)).toBe(page);
  });

  it.each(pages)('%s has the same words, and no line of prose is longer than 80', (file) => {
    const page = readFileSync(new URL(file, docs), 'utf8');
    const shown = reflow(page, 80);
    expect(shown.split(/\s+/)).toEqual(page.split(/\s+/));
    const prose = shown.replace(/^ *```[\s\S]*?^ *```$/gm, '').split('\n');
    const whole = /^\||\]\(https:/;
    expect(prose.filter((line) => line.length > 80 && !whole.test(line))).toEqual([]);
  });
});
