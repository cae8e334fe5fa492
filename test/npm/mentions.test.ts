import { describe, expect, it } from 'vitest';
import { assignedNames, mentionsIn } from '../../src/npm/script/mentions.ts';
import { parseScript, type SyntaxNode } from '../../src/npm/script/syntax.ts';

function programOf(code: string): SyntaxNode {
  const parsed = parseScript(code);
  return parsed.ok ? parsed.program : expect.unreachable(parsed.reason);
}

describe('the names a tree mentions', () => {
  it('are counted where they may be variables', () => {
    const code = 'a(b, [a]); ({ c: d, e, [f]: 1 }); a.g; a[h]; class I { j = 1; k() {} [l] = 2; }';
    expect(mentionsIn(programOf(code))).toEqual(
      new Map(Object.entries({ a: 4, b: 1, d: 1, e: 1, f: 1, h: 1, I: 1, l: 1 })),
    );
  });
});

describe('the names a tree assigns to', () => {
  it.each([
    ['a = b;', ['a']],
    ['a ||= b;', ['a']],
    ['[a, { b: c }] = d;', ['a', 'c']],
    ['a.b = c;', []],
    ['a.b.c = d;', []],
    ['for (a in b) c;', ['a']],
    ['for (a of b) c;', ['a']],
    ['for (a.b of c) d;', []],
    ['for (a.b in c) d;', []],
    ['for (var a of b) c;', ['a']],
    ['a++; --b;', ['a', 'b']],
    ['var a = 1, b, { c } = d;', ['a', 'c']],
    ['let a = 1; const b = 2;', []],
    ['import a, { b as c, d } from "e"; import * as f from "g";', ['a', 'c', 'd', 'f']],
    ['a(b); a.b; ({ a, b: c });', []],
    ['function f() { if (a) b(() => { c = 1; }); }', ['c']],
  ])('in %j are %j', (code, names) => {
    expect([...assignedNames(programOf(code))].sort()).toEqual(names);
  });
});
