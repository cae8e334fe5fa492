import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
/** The paths that CONTRIBUTING.md names in backticks, `<id>` and the like included. */
const paths = [...text.matchAll(/`((?:src|test|scripts|docs|fixtures|schemas)\/[^`\s]*)`/g)].map(
  ([, path = '']) => path,
);

/** The folders and files that a path means, when `<id>` stands for any name. */
function meant(path: string): readonly string[] {
  const [before = '', ...rest] = path.split(/<[a-z]+>/);
  if (rest.length === 0) return existsSync(join(root, path)) ? [path] : [];
  const [folder, start] = before.endsWith('/') ? [before, ''] : [`${dirname(before)}/`, before];
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => `${folder}${name}`.startsWith(start))
    .map((name) => `${folder}${name}`)
    .filter((name) => rest.at(-1) === '/' || name.endsWith(rest.at(-1) ?? ''));
}

describe('CONTRIBUTING.md', () => {
  test('names files', () => {
    expect(paths).toEqual(expect.arrayContaining(['src/policy/rules/<id>.ts', 'src/report/reporter.ts']));
  });

  test.each([...new Set(paths)])('%s is there', (path) => {
    expect(meant(path)).not.toEqual([]);
  });

  test.each([
    ['packageRules', 'src/policy/rules/index.ts'],
    ['changeRules', 'src/policy/rules/index.ts'],
    ['runRules', 'src/policy/rules/index.ts'],
    ['reporters', 'src/report/reporter.ts'],
    ['formats', 'src/lockfile/lockfile.ts'],
  ])('the list %s is in %s', async (list, path) => {
    expect(text).toContain(`\`${list}\``);
    expect(await import(join(root, path))).toHaveProperty(list);
  });
});
