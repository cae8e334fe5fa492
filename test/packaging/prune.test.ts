import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { prune } from '../../scripts/build/prune.ts';

/** Prunes files given by name; what is not given is not ours. */
function pruned(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = prune('index.d.ts', {
    read: (path) => files[path] ?? '',
    resolve(from, specifier) {
      const path = posix.join(posix.dirname(from), specifier).replace(/\.ts$/, '.d.ts');
      if (!(path in files)) throw new Error(`${from} needs ${specifier}`);
      return path;
    },
  });
  return Object.fromEntries(kept);
}

test('leaves out a type nobody can reach, and with it the package it comes from', () => {
  expect(
    pruned({
      'index.d.ts': "export { type Log } from './log.ts';",
      'log.d.ts':
        "import type { Key } from 'x';\n/** A log. */\nexport interface Log {\n  a: 1;\n}\nexport type Keys = Key[];",
    }),
  ).toEqual({
    'index.d.ts': "export { type Log } from './log.js';\nexport {};\n",
    'log.d.ts': '/** A log. */\nexport interface Log {\n  a: 1;\n}\nexport {};\n',
  });
});

test('refuses a foreign type that can be reached', () => {
  const log = "import type { Key } from 'x';\nexport interface Log {\n  key: Key;\n}";
  expect(() => pruned({ 'index.d.ts': "export { type Log } from './log.ts';", 'log.d.ts': log })).toThrow(
    'log.d.ts needs x',
  );
});

test('follows names through files, renames, computed keys and imports inside types', () => {
  const files = pruned({
    'index.d.ts': "export type { B as C } from './b.ts';",
    'b.d.ts':
      "import { type A as Z } from './a.ts';\ndeclare const brand: unique symbol;\nexport type B = Z & { [brand]: import('./d.ts').D };",
    'a.d.ts': 'export type A = 1;\nexport type Other = 2;',
    'd.d.ts': 'interface Inner {}\nexport interface D extends Inner {}',
  });
  expect(files['index.d.ts']).toContain("export { type B as C } from './b.js';");
  expect(files['b.d.ts']).toContain("import { type A as Z } from './a.js';");
  expect(files['b.d.ts']).toContain('declare const brand: unique symbol;');
  expect(files['b.d.ts']).toContain("import('./d.js').D");
  expect(files['a.d.ts']).toBe('export type A = 1;\nexport {};\n');
  expect(files['d.d.ts']).toContain('interface Inner {}');
});

test.each([
  "export * from './a.ts';",
  "import * as a from './a.ts';",
  'export default 1;',
  'declare const a: 1;\nexport { a };',
])('stops at a form it does not know: %s', (text) => {
  expect(() => pruned({ 'index.d.ts': text, 'a.d.ts': '' })).toThrow('cannot be pruned');
});
