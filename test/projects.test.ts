import { readdirSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { filesOf } from '../vitest.config.ts';

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name).replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.ts'));

const projectsOf = (file: string): readonly string[] =>
  Object.entries(filesOf)
    .filter(([, { include, exclude }]) => {
      const isIn = (globs: readonly string[]) => globs.some((glob) => matchesGlob(file, glob));
      return isIn(include) && !isIn(exclude);
    })
    .map(([name]) => name);

test('every test file belongs to exactly one project', () => {
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => projectsOf(file).length !== 1)).toEqual([]);
});

test('every project has test files, and every name in its lists is one of a file', () => {
  const found = new Set(files.flatMap(projectsOf));
  for (const [name, { include, exclude }] of Object.entries(filesOf)) {
    expect(found).toContain(name);
    for (const glob of [...include, ...exclude])
      expect(
        files.some((file) => matchesGlob(file, glob)),
        glob,
      ).toBe(true);
  }
});

test('a deep test is what its name says, wherever it lies', () => {
  expect(projectsOf('test/policy/pin.test.ts')).toEqual(['quick']);
  for (const file of ['test/policy/pin.deep.test.ts', 'test/packaging/attacks.deep.test.ts'])
    expect(projectsOf(file)).toEqual(['deep']);
  expect(projectsOf('test/nowhere/pin.test.ts')).toEqual([]);
});
