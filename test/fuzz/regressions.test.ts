import { describe, expect, test } from 'vitest';
import { compareNpm } from '../../src/installed/copy-difference.ts';
import { readAsked } from '../../src/installed/node/package-identity.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { comments, identifiers, Passages } from '../../src/npm/passages.ts';
import { marksAt, parseScript } from '../../src/npm/script/syntax.ts';
import { parseBundle } from '../../src/sigstore/bundle.ts';
import { jsonBytes } from '../support/json.ts';
import { honest } from './samples.ts';
import { diskWith, home } from './sources.ts';

describe('what fuzzing found', () => {
  test('a dependency that names no JSR package means none, not @undefined/undefined', async () => {
    const asked = await readAsked(
      diskWith({
        'package.json': jsonBytes({ dependencies: { a: 'jsr:^1', b: 'jsr:@', '@acme/c': 'jsr:^1' } }),
      }),
      home,
    );
    expect(asked.jsr).toEqual(new Map());
    expect([...asked.others.keys()]).toEqual(['a', 'b', '@acme/c']);
  });

  test('a script that is nested too deeply is refused in the same words wherever the stack ends', () => {
    for (const depth of [5000, 50_000]) {
      expect(parseScript('['.repeat(depth))).toEqual({ ok: false, reason: 'nested too deeply' });
      expect(parseScript('a+'.repeat(depth) + '['.repeat(depth))).toEqual({
        ok: false,
        reason: 'nested too deeply',
      });
    }
  });

  test('a comment counts for the next token behind any number of others, and for no later one', () => {
    const isPure = (code: string) => {
      let pure = false;
      JSON.stringify(parseScript(code), (_, node) => {
        if (node?.type === 'CallExpression') pure = marksAt(node).some(({ text }) => text === '#__PURE__');
        return node;
      });
      return pure;
    };
    expect(isPure('/*#__PURE__*/ // a\n /* b */\n a()')).toBe(true);
    expect(isPure('/* a */ /*#__PURE__*/ a()')).toBe(true);
    expect(isPure('/*#__PURE__*/ b; /* c */ a()')).toBe(false);
    expect(isPure('a() /*#__PURE__*/')).toBe(false);
  });

  test('a bundle with more log entries or timestamps than anybody has is refused before they are checked', () => {
    const bundle = JSON.parse(honest.bundles[1]?.toString() ?? '') as {
      readonly verificationMaterial: {
        readonly tlogEntries: readonly unknown[];
        readonly timestampVerificationData: { readonly rfc3161Timestamps: readonly unknown[] };
      };
    };
    const { verificationMaterial: material } = bundle;
    const with17 = (items: readonly unknown[]) => Array.from({ length: 17 }, () => items[0]);
    const stamps = { rfc3161Timestamps: with17(material.timestampVerificationData.rfc3161Timestamps) };
    for (const more of [
      { tlogEntries: with17(material.tlogEntries) },
      { timestampVerificationData: stamps },
    ]) {
      const bytes = jsonBytes({ ...bundle, verificationMaterial: { ...material, ...more } });
      expect(parseBundle(bytes)).toEqual({
        ok: false,
        why: 'the bundle holds more than 16 log entries or timestamps',
      });
    }
  });

  test('files in a folder that cannot be read are neither there nor missing, those beside it are', () => {
    const digest = { sha256: 'a'.repeat(64) as Sha256, size: 1 };
    const wanted = new Map(
      ['/a.ts', '/sub/b.ts', '/sub/deep/c.ts', '/subject/d.ts'].map((path) => [path, digest]),
    );
    const missing = (closed: string) =>
      compareNpm(
        {
          kind: 'npm',
          place: 'p',
          standing: 'project',
          files: new Map([[closed, { unread: 'EACCES' }]]),
          nests: false,
        },
        wanted,
      ).wrong;
    expect(missing('/')).toEqual([]);
    expect(missing('/sub/')).toEqual(['/a.ts: missing', '/subject/d.ts: missing']);
    expect(missing('/sub/deep/')).toEqual(['/a.ts: missing', '/sub/b.ts: missing', '/subject/d.ts: missing']);
  });
});

describe('passages of a text', () => {
  test('are found as words and anywhere else, and nothing else is', () => {
    const names = new Passages('let first = "kebab-case"', identifiers);
    expect(['first', 'kebab-case', 'irs', 'second'].map((name) => names.has(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const source = new Passages('a(); // b\n"/* c"; /* d */', comments);
    expect(['// b', '/* d */', '/* c', '/* e */'].map((one) => source.has(one))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('are not searched for for ever: when patience is out, only words are found', () => {
    const names = new Passages('first kebab-case', identifiers, 40);
    expect(names.has('kebab-case')).toBe(true);
    expect(names.has('b-c')).toBe(true);
    expect(names.has('t k')).toBe(false);
    expect([names.has('first'), names.has('kebab-case')]).toEqual([true, true]);
  });
});
