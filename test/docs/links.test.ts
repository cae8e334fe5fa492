import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aboutEverything } from '../../src/catalogue.ts';

const root = join(import.meta.dirname, '../..');
const index = 'docs/index.md';

/** Every Markdown file of the repository, by its path from the root. */
const pages: ReadonlyMap<string, string> = new Map(
  ['', '.github', 'docs', 'fixtures'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== '', encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && path !== 'THIRD_PARTY_LICENSES.md')
      .map((path): [string, string] => {
        const name = join(folder, path).replaceAll(sep, '/');
        return [name, readFileSync(join(root, name), 'utf8')];
      }),
  ),
);

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]+`/g, '');

/** The targets of all links and images of a page that lead to a file or an anchor of this repository. */
function linksOf(text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/\]\(\s*([^)\s]+)\s*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives to the headings of a page, and those that are written into it. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
  );
  const written = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...written]);
}

/** Why a link of a page leads nowhere, or nothing. */
function brokenLink(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path).replaceAll(sep, '/');
  if (file.startsWith('../')) return `${page}: ${target} leaves the repository`;
  if (!existsSync(join(root, file))) return `${page}: ${target} does not exist`;
  if (anchor === undefined) return undefined;
  const text = pages.get(file);
  if (text === undefined) return `${page}: ${target} is an anchor in a file that is not Markdown`;
  return anchorsOf(text).has(anchor) ? undefined : `${page}: there is no heading #${anchor} in ${file}`;
}

describe('the Markdown files', () => {
  it.each([...pages.keys()])('%s has no broken link', (page) => {
    const broken = linksOf(pages.get(page) ?? '').flatMap((target) => brokenLink(page, target) ?? []);
    expect(broken).toEqual([]);
  });

  it.each([
    ['docs/nowhere.md', 'does not exist'],
    ['docs/index.md#nowhere', 'there is no heading'],
    ['#nowhere', 'there is no heading'],
    ['package.json#nowhere', 'not Markdown'],
    ['../../security', 'leaves the repository'],
  ])('a link to %s is found to be broken', (target, why) => {
    expect(brokenLink('README.md', target)).toContain(why);
  });

  it('every page below docs/ is linked from docs/index.md itself', () => {
    const linked = new Set(
      linksOf(pages.get(index) ?? '').map((target) =>
        relative(root, join(root, 'docs', target.split('#')[0] ?? '')).replaceAll(sep, '/'),
      ),
    );
    const below = [...pages.keys()].filter((page) => page.startsWith('docs/') && page !== index);
    expect(below.length).toBeGreaterThan(40);
    expect(below.filter((page) => !linked.has(page))).toEqual([]);
  });

  // `--update` writes it.
  it('docs/index.md lists each check and each rule with its title', async () => {
    const listed = (wanted: string) =>
      [...aboutEverything.values()]
        .filter(({ kind }) => kind === wanted)
        .map(({ id, kind, title }) => `- [${id}](${kind}s/${id}.md): ${title}\n`)
        .join('');
    const written = (pages.get(index) ?? '')
      .replace(/(?:^- \[[a-z-]+\]\(checks\/.*\n)+/m, () => listed('check'))
      .replace(/(?:^- \[[a-z-]+\]\(rules\/.*\n)+/m, () => listed('rule'));
    await expect(written).toMatchFileSnapshot(join(root, index));
  });

  // GitHub Pages takes `{{` and `{%` for its templates and removes them from the page, also in code.
  it.each([...pages.keys()].filter((page) => page.startsWith('docs/')))(
    '%s keeps its braces on GitHub Pages',
    (page) => {
      const open = (pages.get(page) ?? '').replaceAll(/<!-- {% raw %} -->[\s\S]*?<!-- {% endraw %} -->/g, '');
      expect(open).not.toMatch(/{{|{%/);
    },
  );
});
