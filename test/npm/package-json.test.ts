import { describe, expect, it } from 'vitest';
import { checkPackageJson, type PackageFacts } from '../../src/npm/tarball/package-json.ts';

const tables = {
  source: new Map([
    ['file:///mod.ts', 'file:///mod.js'],
    ['file:///loop.ts', 'file:///loop.ts'],
  ]),
  declaration: new Map([
    ['file:///mod.ts', 'file:///_dist/mod.d.ts'],
    ['file:///plain.js', 'file:///missing.d.ts'],
    ['file:///foreign.js', 'npm:@types/x@1'],
    ['file:///loop.ts', 'file:///loop.ts'],
  ]),
};
const inTarball = new Set(['/mod.js', '/_dist/mod.d.ts', '/plain.js', '/foreign.js']);
const facts: PackageFacts = {
  package: { scope: 'scope', name: 'foo', version: '1.0.0' },
  registryUrl: 'http://jsr.test',
  revision: 11,
  exports: new Map([
    ['.', './mod.ts'],
    ['./plain', './plain.js'],
    ['./foreign', './foreign.js'],
    ['./loop', './loop.ts'],
    ['./gone', './gone.js'],
  ]),
  dependencies: new Map([
    ['chalk', new Set(['^4', '^5'])],
    ['zod', new Set(['^3'])],
    ['@jsr/std__path', new Set(['*'])],
  ]),
  layout: { tables, scripts: new Map(), declarations: new Map() },
  inTarball: (path) => inTarball.has(path),
};

const honest = {
  name: '@jsr/scope__foo',
  version: '1.0.0',
  homepage: 'http://jsr.test/@scope/foo',
  type: 'module',
  dependencies: { '@jsr/std__path': '*', chalk: '^4', zod: '^3' } as Record<string, unknown>,
  exports: {
    '.': { types: './_dist/mod.d.ts', default: './mod.js' },
    './plain': { default: './plain.js' },
    './foreign': { default: './foreign.js' },
    './loop': {},
    './gone': {},
  } as Record<string, unknown>,
  _jsr_revision: 11 as unknown,
};

const check = (change: object = {}, more: Partial<PackageFacts> = {}) =>
  checkPackageJson(JSON.stringify({ ...honest, ...change }, null, 2), { ...facts, ...more });

describe('the generated package.json', () => {
  it('points at what is in the tarball only', () => {
    expect(check()).toEqual({ same: true });
  });

  it('may take any range that a module asks by, and any order of subpaths', () => {
    expect(check({ dependencies: { ...honest.dependencies, chalk: '^5' } })).toEqual({ same: true });
    const { '.': main, ...others } = honest.exports;
    expect(check({ exports: { ...others, '.': main } })).toEqual({ same: true });
  });

  it('states any revision where the address does not', () => {
    const unknown = { revision: undefined };
    for (const stated of [0, 9, 12])
      expect(check({ _jsr_revision: stated }, unknown)).toEqual({ same: true });
    for (const stated of [-1, 1.5, '11', null, undefined, [11]])
      expect(check({ _jsr_revision: stated }, unknown)).toEqual({
        same: false,
        reason: 'states no revision',
      });
  });

  const refused: readonly (readonly [string, object, string])[] = [
    ['another revision', { _jsr_revision: 12 }, 'states revision 12, not 11'],
    ['a revision in quotes', { _jsr_revision: '11' }, 'states revision "11", not 11'],
    [
      'a range that nothing asks by',
      { dependencies: { ...honest.dependencies, chalk: '*' } },
      'has dependencies "chalk" "*", not "^4"',
    ],
    [
      'a range that is none',
      { dependencies: { ...honest.dependencies, chalk: 5 } },
      'has dependencies "chalk" 5, not "^4"',
    ],
    [
      'a dependency more',
      { dependencies: { ...honest.dependencies, evil: '1' } },
      'has dependencies "evil", which nothing asks for',
    ],
    [
      'dependencies in another order',
      { dependencies: { zod: '^3', chalk: '^4', '@jsr/std__path': '*' } },
      'is not written as JSR writes it',
    ],
    ['dependencies in a list', { dependencies: [] }, 'says dependencies [], not {'],
    ['exports that are one text', { exports: './evil.js' }, 'says exports "./evil.js", not {'],
    [
      'an export more',
      { exports: { ...honest.exports, './evil': { default: './mod.js' } } },
      'has exports "./evil", which nothing asks for',
    ],
    [
      'types that are not in the tarball',
      { exports: { ...honest.exports, './plain': { types: './missing.d.ts', default: './plain.js' } } },
      'has exports "./plain" {"types":"./missing.d.ts","default":"./plain.js"}, not {"default":"./plain.js"}',
    ],
  ];
  it.each(refused)('is refused with %s', (_, change, reason) => {
    const answer = check(change);
    expect(answer).toMatchObject({ same: false });
    if (!answer.same) expect(answer.reason.slice(0, reason.length)).toBe(reason);
  });

  it.each(['null', '5', '"x"', '[]', '{', ''])('is no text such as %j', (text) => {
    expect(checkPackageJson(text, facts)).toEqual({ same: false, reason: 'is not a JSON object' });
  });

  it('has no homepage where the registry has no address', () => {
    const nowhere = { registryUrl: 'nowhere' };
    expect(check({ homepage: undefined }, nowhere)).toEqual({ same: true });
    expect(check({}, nowhere)).toMatchObject({ same: false });
  });
});
