import { describe, expect, it } from 'vitest';
import { boundBy, freeIdentifiers } from '../../src/npm/script/scopes.ts';
import { isNode, nodesAt, parseScript, type SyntaxNode } from '../../src/npm/script/syntax.ts';

function programOf(code: string): SyntaxNode {
  const parsed = parseScript(code);
  return parsed.ok ? parsed.program : expect.unreachable(parsed.reason);
}

describe('the identifiers that no scope inside a tree binds', () => {
  it.each([
    ['a; b(a);', ['a', 'a', 'b']],
    ['a.b; a?.c; a[d];', ['a', 'a', 'a', 'd']],
    ['({ a: b, c, [d]: 1 });', ['b', 'c', 'd']],
    // Functions: their names, parameters and bodies.
    ['function f(a, { b: c, ...d }, [e, g = h], ...i) { f(a, b, c, d, e, g, i); }', ['b', 'f', 'f', 'h']],
    ['(function f(a) { f(a, b); });', ['b']],
    ['((a) => a + b);', ['b']],
    ['(function () { var a = 1; let b; a; b; { var c; } c; return d; });', ['d']],
    ['(function (a = b) { var b; return a; });', ['b']],
    ['(() => (a = b) => { var b; });', ['b']],
    ['(() => { (() => { var a; })(); return a; });', ['a']],
    ['(() => { { let a; } return a; });', ['a']],
    ['(() => { class A { static { var a; } } return a; });', ['a']],
    // Classes.
    ['class A extends B { [c]() { return A; } d = e; }', ['A', 'B', 'c', 'e']],
    ['(class A extends B { m() { return A; } });', ['B']],
    ['(class { static { var a; let b; { var c; } a; b; c; d; } });', ['d']],
    // Blocks. At the top level, `var` and `let` belong to the tree that was asked about.
    ['{ let a; class B {} function c() {} a; B; c; d; }', ['d']],
    ['{ var a; a; }', ['a', 'a']],
    ['{ let a; } a;', ['a']],
    ['switch (a) { case b: let c; c; default: d; }', ['a', 'b', 'd']],
    ['switch (a) { case 1: let a; a; }', ['a']],
    ['for (let a = 0; a < b; a++) c(a);', ['b', 'c']],
    ['for (const a in b) c(a);', ['b', 'c']],
    ['for (const [a] of b) c(a);', ['b', 'c']],
    ['for (a of b) c;', ['a', 'b', 'c']],
    ['try { a; } catch ({ b }) { b; } try { c; } catch { b; }', ['a', 'b', 'c']],
    // Labels and keywords are not variables.
    ['a: for (;;) { b; continue a; break a; }', ['b']],
    ['import.meta; (function () { new.target; });', []],
  ])('in %j are %j', (code, names) => {
    const found = freeIdentifiers(programOf(code)).map(({ name }) => name);
    expect(found.sort()).toEqual(names);
  });
});

describe('the names that a function binds', () => {
  it('are those of its parameters, and those of its body', () => {
    const [statement] = nodesAt(
      programOf('(function f(a, { b: c }) { var d; let e; function g() {} });'),
      'body',
    );
    const method = statement?.['expression'];
    if (!isNode(method)) expect.unreachable();
    const { parameters, body } = boundBy(method);
    expect([[...parameters], [...body].sort()]).toEqual([
      ['a', 'c'],
      ['d', 'e', 'g'],
    ]);
  });
});
