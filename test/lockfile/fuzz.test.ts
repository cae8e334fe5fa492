import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formats } from '../../src/lockfile/lockfile.ts';
import { readJson } from '../../src/lockfile/text/json.ts';
import type { Tree } from '../../src/lockfile/text/value.ts';
import { readYaml } from '../../src/lockfile/text/yaml.ts';
import { casesOf, outcomeOf, publicRegistries } from './support.ts';

/** Whatever comes in, contents or a typed error with file and line come out; anything else is thrown on and fails. */
function expectTyped(file: string, text: string, options: Parameters<typeof outcomeOf>[2]): void {
  const outcome = outcomeOf(file, text, options) as { code?: string; message?: string };
  if (outcome.code === undefined) return;
  expect(outcome.code).toMatch(/^LOCKFILE_(?:INVALID|UNSUPPORTED)$/);
  expect(outcome.message).toMatch(/^[^\n]+:\d+: \S/);
}

describe.each(formats.map(({ id }) => id))('%s, whatever comes in', (id) => {
  const seeds = casesOf(id);
  const seed = fc.constantFrom(...seeds);

  test('lines dropped, doubled and swapped', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.tuple(fc.nat(2), fc.nat(), fc.nat()), { maxLength: 5 }), (one, edits) => {
        const lines = one.text.split('\n');
        for (const [kind, a, b] of edits) {
          const at = a % lines.length;
          if (kind === 0) lines.splice(at, 1);
          else if (kind === 1) lines.splice(b % lines.length, 0, lines[at] ?? '');
          else [lines[at], lines[b % lines.length]] = [lines[b % lines.length] ?? '', lines[at] ?? ''];
          if (lines.length === 0) lines.push('');
        }
        expectTyped(one.file, lines.join('\n'), { ...one.options, format: id });
      }),
      { numRuns: 150 },
    );
  });

  test('characters replaced by such as mean something', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      ',',
      '\n',
      ' ',
      '\\',
      '@',
      '#',
      '&',
      '*',
      '!',
      '|',
      '-',
      '?',
      '__proto__',
      'null',
      '\u0000',
      '\ud800',
      '0',
    );
    fc.assert(
      fc.property(
        seed,
        fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { minLength: 1, maxLength: 6 }),
        (one, edits) => {
          let text = one.text;
          for (const [position, length, replacement] of edits) {
            const at = position % (text.length + 1);
            text = text.slice(0, at) + replacement + text.slice(at + length);
          }
          expectTyped(one.file, text, { ...one.options, format: id });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('texts that have nothing to do with it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json(), fc.lorem()), (text) => {
        expectTyped('some.lock', text, { ...publicRegistries, format: id });
      }),
      { numRuns: 200 },
    );
  });

  test('the right keys with any values', () => {
    const keys = [
      'version',
      'lockfileVersion',
      'packages',
      'dependencies',
      'requires',
      'jsr',
      'npm',
      'specifiers',
      'remote',
      'redirects',
      'workspace',
      'workspaces',
      'importers',
      'snapshots',
      'components',
      'purl',
      'bom-ref',
      'metadata',
      'component',
      'externalReferences',
      'externalRefs',
      'referenceLocator',
      'hashes',
      'relationships',
      'nodes',
      'edges',
      'options',
      'integrity',
      'resolved',
      'resolution',
      'tarball',
      'name',
      'link',
      'node_modules/@jsr/std__path',
      '@jsr/std__path@1.0.8',
      '@std/path@1.0.8',
      '__metadata',
      '__proto__',
      '',
    ];
    const values = [
      '1',
      '3',
      '5',
      '9.0',
      '@jsr/std__path',
      '1.0.8',
      'https://npm.jsr.io/~/11/@jsr/std__path/1.0.8.tgz',
      'npm:@jsr/std__path@1',
      'jsr:@std/path@1',
      '@std/path@jsr:1.0.8',
      'sha512-x',
      'pkg:jsr/@std/path@1.0.8',
      'pkg:npm/%40jsr/std__path@1.0.8?repository_url=x',
    ];
    const { tree } = fc.letrec<{ tree: unknown; map: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(...values, 1, 3, true, null),
        tie('map'),
        fc.array(tie('tree'), { maxLength: 4 }),
      ),
      map: fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 6 }),
    }));
    const versions: Readonly<Record<string, unknown>> = {
      deno: '5',
      npm: 3,
      pnpm: '9.0',
      yarn: '8',
      bun: 1,
      vlt: 1,
    };
    fc.assert(
      fc.property(tree, (value) => {
        const whole = {
          version: versions[id],
          lockfileVersion: versions[id],
          workspaces: {},
          bomFormat: 'CycloneDX',
          specVersion: '1.6',
          spdxVersion: 'SPDX-2.3',
          nodes: {},
          ...(value as object),
        };
        // JSON is YAML, too.
        expectTyped('some.lock', JSON.stringify(whole), { ...publicRegistries, format: id });
      }),
      { numRuns: 200 },
    );
  });
});

/** A tree as plain values, to compare with what other parsers say. */
function plain(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  return new Map([...tree.entries].map(([key, { value }]) => [key, plain(value)]));
}

function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, one]) => [key, mapped(one)]));
}

describe('the readers of texts', () => {
  test('JSON is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plain(readJson(text))).toEqual(mapped(JSON.parse(text)));
      }),
    );
  });

  test('what JSON.parse refuses is refused', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, position, piece) => {
        const at = position % (json.length + 1);
        const text = json.slice(0, at) + piece + json.slice(at + 1);
        let refused = false;
        try {
          JSON.parse(text);
        } catch {
          refused = true;
        }
        if (refused) expect(() => readJson(text)).toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  test('every key stands where the tree says', () => {
    const check = (text: string, tree: Tree): void => {
      if (tree.kind === 'list') for (const item of tree.items) check(text, item);
      if (tree.kind !== 'map') return;
      for (const { key, at, value } of tree.entries.values()) {
        expect(text.startsWith(JSON.stringify(key), at)).toBe(true);
        check(text, value);
      }
    };
    fc.assert(
      fc.property(fc.object({ key: fc.string({ unit: 'grapheme-ascii' }) }), (value) => {
        const text = JSON.stringify(value, null, 2);
        check(text, readJson(text));
        const [yaml] = readYaml(text);
        if (yaml !== undefined) check(text, yaml);
      }),
      { numRuns: 100 },
    );
  });
});
