import { describe, expect, it } from 'vitest';
import { type Difference, difference } from '../../src/npm/script/program-difference.ts';
import {
  fieldsOf,
  fingerprint,
  hoistedNames,
  identifier,
  isMember,
  isNode,
  marksAt,
  nodesAt,
  parseScript,
  type SyntaxNode,
} from '../../src/npm/script/syntax.ts';
import { nothingLowered } from '../../src/npm/script/typescript.ts';

function programOf(code: string): SyntaxNode {
  const parsed = parseScript(code);
  return parsed.ok ? parsed.program : expect.unreachable(parsed.reason);
}

const expressionsOf = (code: string): readonly unknown[] =>
  nodesAt(programOf(code), 'body').map((statement) => statement['expression']);

describe('comments', () => {
  it.each([
    ['/*#__PURE__*/ a();', ['#__PURE__']],
    ['/* @__PURE__ */ new A();', ['#__PURE__']],
    ['/* #__PURE__ because */ a();', ['/* #__PURE__ because */']],
    ['// #__PURE__\n\n a();', ['// #__PURE__']],
    ['/*#__PURE__*/ /* why */ // and how\n a();', ['#__PURE__', '/* why */', '// and how']],
    ['/* one\r\ntwo */ a();', ['/* one\ntwo */']],
    ['a(); /* why */ ; b();', []],
    ['b(); /* why */', []],
    ['b() /* why */; a();', []],
    ['a(/* why */);', ['/* why */ in CallExpression 1']],
    ['a(b /* why */);', ['/* why */ in CallExpression 2']],
    ['a(b /* why */, c);', ['/* why */ in CallExpression 2']],
    ['a(b, /* why */ c);', []],
    ['a(b/* why */);', ['/* why */ in CallExpression 2']],
    ['a(b(/* one */), c /* two */);', ['/* two */ in CallExpression 3']],
    ['a(b(/* one */)/* two */);', ['/* two */ in CallExpression 2']],
    ['// /*#__PURE__*/\n a();', ['// /*#__PURE__*/']],
    ['/* why */ (a());', ['/* why */']],
    ['(/* why */ a());', ['/* why */']],
    ['/* why */ (a)();', ['/* why */']],
    ['(/* why */ a)();', []],
    ['/* why */ `x`;', ['/* why */']],
    ['/* why */ 1;', ['/* why */']],
  ])('before %j and in it are %j', (code, marks) => {
    const [expression] = expressionsOf(code);
    if (!isNode(expression)) expect.unreachable();
    expect(marksAt(expression).map(({ text }) => text)).toEqual(marks);
  });

  it('are placed in the order of the text, which a template does not list its parts in', () => {
    const [template] = expressionsOf(`\`x\${a /* why */}y\${b(/* two */)}\`;`);
    if (!isNode(template)) expect.unreachable();
    expect(marksAt(template).map(({ text }) => text)).toEqual(['/* why */ in TemplateLiteral 2']);
  });

  it('stand in the node around them, once, where no node begins behind them', () => {
    const marked = (code: string): readonly string[] => {
      const found: string[] = [];
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        if (isNode(value)) found.push(...marksAt(value).map(({ text }) => text));
        for (const field of Object.values(value)) visit(field);
      };
      visit(programOf(code));
      return found.sort();
    };
    expect(marked('a(b(/* one */), c(/* two */), d /* three */);\n/* four */')).toEqual([
      '/* four */ in Program',
      '/* one */ in CallExpression 1',
      '/* three */ in CallExpression 4',
      '/* two */ in CallExpression 1',
    ]);
  });

  it('belong to every node that begins there, up to the next parenthesis', () => {
    const marked = (code: string): readonly string[] => {
      const found: string[] = [];
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        if (isNode(value) && marksAt(value).length > 0) found.push(value.type);
        for (const field of Object.values(value)) visit(field);
      };
      visit(programOf(code));
      return found;
    };
    expect(marked('/* why */ a() + b;')).toEqual([
      'ExpressionStatement',
      'BinaryExpression',
      'CallExpression',
      'Identifier',
    ]);
    expect(marked('/* why */ (a() + b);')).toEqual(['ExpressionStatement', 'BinaryExpression']);
    expect(marked('a; /* why */')).toEqual(['Program']);
    expect(marked('{ a; /* why */ }')).toEqual(['BlockStatement']);
  });
});

describe('a tree', () => {
  it.each([
    ["'it\\'s';", '"it\'s";'],
    ['"use\\x20strict";', "'use strict';"],
    ['x = 1000;', 'x=1e3'],
    ['x = 0xFFn;', 'x = 255n;'],
    ['x = /a\\/b/gu;', 'x=/a\\/b/gu'],
    ['/*#__PURE__*/ a();', 'a();'],
    ['(a);', 'a;'],
    ['x = [, 1];', 'x = [,1,]'],
  ])('is one for %j and %j', (one, other) => {
    expect(fingerprint(programOf(one))).toBe(fingerprint(programOf(other)));
  });

  it.each([
    ['"a";', '("a");'],
    ['x = 1n;', 'x = 2n;'],
    ['x = 1n;', 'x = 1;'],
    ['x = /a/g;', 'x = /b/g;'],
    ['x = /a/g;', 'x = /a/u;'],
    ['x = /a/;', 'x = "/a/";'],
    ['x = null;', 'x = "null";'],
    ['x = "1";', 'x = 1;'],
    ['x = -0;', 'x = 0;'],
    ['x = `a`;', 'x = `b`;'],
    ['x = `\\u0041`;', 'x = `A`;'],
    ['a.b;', 'a[b];'],
    ['a?.b;', 'a.b;'],
    ['x = [, 1];', 'x = [1];'],
    ['x = [, 1];', 'x = [, 1, , ];'],
    ['x = [a, , b];', 'x = [a, a, b];'],
    ['f(a);', 'f(a, a);'],
    ['f(a, a);', 'f(a);'],
    ['f(a);', 'f(...a);'],
    ['async function f() {}', 'function f() {}'],
    ['class A { static a }', 'class A { a }'],
    ['class A { #a }', 'class A { a }'],
    ['x = a ? b : c;', 'x = a ? c : b;'],
    ['import a from "a" with { type: "json" };', 'import a from "a";'],
  ])('tells %j from %j', (one, other) => {
    const [expected, actual] = [programOf(one), programOf(other)];
    expect(fingerprint(expected)).not.toBe(fingerprint(actual));
    expect(difference(expected, actual, { names: nothingLowered, alternatives: new Map() })).toBeDefined();
  });

  it('is none where the text is no module', () => {
    expect(parseScript('return (')).toEqual({ ok: false, reason: "'return' outside of function (1:0)" });
    expect(parseScript('a b')).toEqual({ ok: false, reason: 'Unexpected token (1:2)' });
    expect(parseScript(`${'['.repeat(50_000)}`)).toEqual({ ok: false, reason: 'nested too deeply' });
  });

  it('takes what is no matter of grammar', () => {
    expect(parseScript('const a = 1; const a = 2; export { b };').ok).toBe(true);
  });

  it('keeps comments as they stand', () => {
    const parsed = parseScript('a; // one\n/* two */');
    expect(parsed.ok && parsed.comments).toEqual([
      { text: '// one', start: 3, end: 9 },
      { text: '/* two */', start: 10, end: 19 },
    ]);
  });
});

describe('questions to a tree', () => {
  const [member, computed, name, call, literal] = expressionsOf('a.b; a[b]; b; b(); "b";');

  it('are answered for what they are about alone', () => {
    expect(isMember(member, 'b')).toBe(true);
    for (const other of [computed, name, call, literal, undefined]) expect(isMember(other, 'b')).toBe(false);
    expect(isMember(member, 'a')).toBe(false);
    expect(identifier(name)).toBe('b');
    for (const other of [member, literal, undefined, null, 'b', { name: 'b' }, [name]])
      expect(identifier(other)).toBeUndefined();
    for (const other of [undefined, null, 'b', {}, [name], 5]) expect(isNode(other)).toBe(false);
  });

  it('find nodes in lists only, and names among what is hoisted', () => {
    const node = { type: 'X', start: 0, end: 0, list: [name, null, 5], one: name, hoisted: ['a', 5] };
    expect(nodesAt(node, 'list')).toEqual([name]);
    expect(nodesAt(node, 'one')).toEqual([]);
    expect(nodesAt(node, 'none')).toEqual([]);
    expect(hoistedNames(node)).toEqual(['a']);
    expect(hoistedNames({ type: 'X', start: 0, end: 0 })).toEqual([]);
    expect(fieldsOf({ ...node, marks: [], dropped: [] })).toEqual(['hoisted', 'list', 'one', 'type']);
  });
});

describe('the first difference', () => {
  const between = (expected: object, actual: object): Difference | undefined => {
    const node = { type: 'X', start: 7, end: 8 };
    return difference(
      { ...node, ...expected },
      { ...node, ...actual },
      { names: nothingLowered, alternatives: new Map() },
    );
  };
  const marked = (...texts: readonly string[]) => ({ marks: texts.map((text) => ({ text, start: 3 })) });
  const inner = (start: number, value: unknown) => ({ type: 'Y', start, end: start, value });

  it.each([
    [{ type: 'Y' }, {}, { at: 7, what: 'X in place of Y' }],
    [{ a: 1 }, { a: 2 }, { at: 7, what: 'a of X' }],
    [{ a: 1 }, {}, { at: 7, what: 'a of X' }],
    [{}, { a: 1 }, { at: 7, what: 'a of X' }],
    [{ a: inner(1, 1) }, { a: inner(9, 2) }, { at: 9, what: 'value of Y' }],
    [{ a: inner(1, 1) }, { a: null }, { at: 7, what: 'a of X' }],
    [{ a: null }, { a: inner(9, 1) }, { at: 7, what: 'a of X' }],
    [{ a: [] }, { a: null }, { at: 7, what: 'a of X' }],
    [{ a: null }, { a: [] }, { at: 7, what: 'a of X' }],
    [{ a: [] }, { a: {} }, { at: 7, what: 'a of X' }],
    [{ a: {} }, { a: [] }, { at: 7, what: 'a of X' }],
    [{ a: {} }, { a: null }, { at: 7, what: 'a of X' }],
    [{ a: null }, { a: {} }, { at: 7, what: 'a of X' }],
    [{ a: { b: 1 } }, { a: { b: 2 } }, { at: 7, what: 'a of X' }],
    [{ a: { b: 1, c: 1 } }, { a: { b: 1, c: 2 } }, { at: 7, what: 'a of X' }],
    [{ a: { b: 1 } }, { a: {} }, { at: 7, what: 'a of X' }],
    [{ a: {} }, { a: { b: 1 } }, { at: 7, what: 'a of X' }],
    [{ a: [inner(1, 1)] }, { a: [inner(9, 2)] }, { at: 9, what: 'value of Y' }],
    [{ a: [null] }, { a: [inner(9, 2)] }, { at: 9, what: 'a of X' }],
    [{ a: [1] }, { a: [2] }, { at: 7, what: 'a of X' }],
    [{ a: [] }, { a: [inner(9, 2)] }, { at: 9, what: 'added Y' }],
    [{ a: [] }, { a: [null] }, { at: 7, what: 'added a of X' }],
    [{ a: [] }, { a: [undefined] }, { at: 7, what: 'added a of X' }],
    [{ a: [inner(1, 1)] }, { a: [] }, { at: 7, what: 'missing Y' }],
    [{ a: [null] }, { a: [] }, { at: 7, what: 'missing a of X' }],
    [{ hoisted: ['a'] }, { hoisted: [] }, { at: 7, what: 'missing var a' }],
    [{ hoisted: ['a', 'a'] }, { hoisted: ['a'] }, { at: 7, what: 'missing var a' }],
    [{ hoisted: [] }, { hoisted: ['a'] }, { at: 7, what: 'added var a' }],
    [{ hoisted: ['a'] }, { hoisted: ['a', 'a'] }, { at: 7, what: 'added var a' }],
    [{}, marked('#__PURE__'), { at: 3, what: 'a comment that tools obey' }],
    [{}, { dropped: marked('// @ts-ignore').marks }, { at: 3, what: 'a comment that tools obey' }],
    [marked('#__PURE__'), marked('#__PURE__', '#__PURE__'), { at: 3, what: 'a comment that tools obey' }],
    [marked('/* webpackIgnore: true */'), {}, { at: 7, what: 'missing a comment that bundlers obey' }],
    [
      { type: 'EnumBody', body: [1] },
      { type: 'EnumBody', body: [2] },
      { at: 7, what: 'body of EnumBody' },
    ],
    [
      { type: 'EnumBody', name: 'A', onto: 'anything' },
      { type: 'EnumBody', name: 'A', onto: 'nothing' },
      { at: 7, what: 'what the enum starts from' },
    ],
  ])('between %j and %j', (expected, actual, found) => {
    expect(between(expected, actual)).toEqual(found);
  });

  it.each([
    [{ a: { b: 1, c: [2] } }, { a: { c: [2], b: 1 } }],
    [marked('#__PURE__'), {}],
    [marked('#__PURE__', '/* a */'), marked('/* b */', '#__PURE__')],
    [
      { start: 1, end: 2 },
      { start: 3, end: 4 },
    ],
    [{ hoisted: ['a', 'b'] }, { hoisted: ['b', 'a'] }],
    [{ a: [null, 1, inner(1, 1)] }, { a: [null, 1, inner(2, 1)] }],
  ])('is none between %j and %j', (expected, actual) => {
    expect(between(expected, actual)).toBeUndefined();
  });
});
