import { describe, expect, it } from 'vitest';
import {
  hole,
  match,
  oneOf,
  plain,
  textOf,
  treeAt,
  treesAt,
} from '../../src/npm/declarations/declaration-tree.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';

const type = (name: string, more: object = {}) => ({ type: name, ...more });

describe('a plain tree', () => {
  it('says nothing of positions, spelling and parentheses around types', async () => {
    const compiler = await loadCompiler();
    const tree = (text: string) => {
      const parsed = compiler.parse(text, 'ts');
      return parsed.ok ? plain(parsed.value) : expect.unreachable(parsed.reason);
    };
    const wanted = tree('let a: (string)[];\nf(...b, "c");');
    expect(tree("let   a: ((string))[]; f( ... b,'c')")).toEqual(wanted);
    expect(tree('let a: (string | number)[];\nf(...b, "c");')).not.toEqual(wanted);
    expect(tree('let a: (string)[];\nf(b, "c");')).not.toEqual(wanted);
  });

  it('keeps that something is spread, not where', () => {
    expect(plain({ spread: { start: 1, end: 2, ctxt: 0 }, other: null })).toEqual({
      spread: true,
      other: null,
    });
    expect(
      plain([{ type: 'A', start: 1, end: 2 }, { start: 1 }, { end: 2 }, { type: 'B', end: 1 }, 5]),
    ).toEqual([{ type: 'A', start: 1, end: 2 }, { start: 1 }, { end: 2 }, { type: 'B', end: 1 }, 5]);
    expect(plain({ type: 'TsParenthesizedType', typeAnnotation: { type: 'A', span: 1 } })).toEqual({
      type: 'A',
    });
    expect(plain({ type: 'TsParenthesizedType' })).toEqual({ type: 'TsParenthesizedType' });
    expect(plain({ type: 'B', typeAnnotation: type('A') })).toEqual({ type: 'B', typeAnnotation: type('A') });
  });
});

describe('fields of a tree', () => {
  it('are nodes, lists of nodes and texts, or nothing', () => {
    const node = type('X', {
      a: type('A'),
      b: [type('B'), null, {}, { type: 5 }],
      c: { type: 5 },
      d: 'text',
    });
    expect(treeAt(node, 'a')).toEqual(type('A'));
    for (const field of ['b', 'c', 'd', 'e']) expect(treeAt(node, field), field).toBeUndefined();
    expect(treesAt(node, 'b')).toEqual([type('B')]);
    for (const field of ['a', 'd', 'e']) expect(treesAt(node, field), field).toEqual([]);
    expect(textOf(type('Identifier', { value: 'a' }))).toBe('a');
    expect(textOf(type('StringLiteral', { value: 'a' }))).toBe('a');
    expect(textOf(type('TemplateElement', { value: 'a' }))).toBeUndefined();
    expect(textOf(type('Identifier', { value: 5 }))).toBeUndefined();
    expect(textOf({ value: 'a' })).toBeUndefined();
  });
});

describe('two trees', () => {
  const string = type('TsKeywordType', { kind: 'string' });
  const number = type('TsKeywordType', { kind: 'number' });

  it.each([
    [1, 1, 'same'],
    [1, 2, 'different'],
    [null, undefined, 'different'],
    [Number.NaN, Number.NaN, 'same'],
    [0, -0, 'different'],
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, 'same'],
    [[1, 2], [1], 'different'],
    [[1], [1, 2], 'different'],
    [[], {}, 'different'],
    [{}, [], 'different'],
    [[], { length: 0 }, 'different'],
    [{ length: 0 }, [], 'different'],
    [{}, null, 'different'],
    [{ a: undefined }, 'text', 'different'],
    [{}, { a: 1 }, 'different'],
    [{ a: 1 }, {}, 'different'],
    [[1], '1', 'different'],
  ])('%j and %j are %s', (expected, actual, found) => {
    expect(match(expected, actual)).toBe(found);
  });

  it('with a hole are open where a type stands there, whatever stands beside it', () => {
    expect(match(hole(), string)).toBe('open');
    expect(match(hole(number), string)).toBe('open');
    expect(match(hole(number, string), string)).toBe('same');
    for (const other of [undefined, null, 'Ts', type('Identifier'), { type: 5 }, {}, [string]])
      expect(match(hole(string), other)).toBe('different');
    expect(match({ a: hole(), b: 1 }, { a: string, b: 1 })).toBe('open');
    expect(match({ a: hole(), b: 1 }, { a: string, b: 2 })).toBe('different');
    expect(match([1, hole(), 2], [1, string, 2])).toBe('open');
    expect(match([hole(), 2], [string, 3])).toBe('different');
  });

  it('of which one must stand are that one, the proved one before the open', () => {
    expect(match(oneOf(string, number), number)).toBe('same');
    expect(match(oneOf(string), number)).toBe('different');
    expect(match(oneOf(), undefined)).toBe('different');
    expect(match(oneOf({ a: hole() }, { a: string }), { a: string })).toBe('same');
    expect(match(oneOf({ a: hole() }, { a: number }), { a: string })).toBe('open');
    expect(match(oneOf({ a: number }, { a: hole() }, { b: 1 }), { a: string })).toBe('open');
  });
});
