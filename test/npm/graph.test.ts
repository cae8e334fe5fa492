import { describe, expect, it } from 'vitest';
import { readModuleGraph } from '../../src/npm/tarball/graph.ts';

const range = [
  [1, 2],
  [3, 4],
];
const read = (facts: object) => readModuleGraph({ moduleGraph2: { '/a.ts': facts } }).get('/a.ts');
const nothing = {
  imports: [],
  references: [],
  jsdocImports: [],
  selfTypes: undefined,
  jsxImportSource: undefined,
};

describe('the module graph of a manifest', () => {
  it('keeps what decides about specifiers, and nothing else', () => {
    const plain = { typeOnly: false, typesSpecifier: undefined };
    const facts = {
      dependencies: [
        { type: 'static', kind: 'import', specifier: 'a', specifierRange: range },
        { type: 'static', kind: 'importType', specifier: 'b', specifierRange: range },
        { type: 'static', kind: 'exportType', specifier: 'c', specifierRange: range },
        { type: 'dynamic', argument: 'd', argumentRange: range, specifier: 'x', specifierRange: [] },
        { specifier: 'e', specifierRange: range, typesSpecifier: { text: 'types', range } },
      ],
      tsReferences: [
        { type: 'path', text: 'f', range },
        { type: 'types', text: 'g', range },
        { type: 'lib', text: 'h', range },
      ],
      jsdocImports: [{ text: 'i', range }],
      selfTypesSpecifier: { text: 'j', range },
      jsxImportSource: { text: 'k', range },
      webAssembly: 'l',
    };
    expect(read(facts)).toEqual({
      imports: [
        { text: 'a', range, ...plain },
        { text: 'b', range, ...plain, typeOnly: true },
        { text: 'c', range, ...plain, typeOnly: true },
        { text: 'd', range, ...plain },
        { text: 'e', range, ...plain, typesSpecifier: 'types' },
      ],
      references: [
        { text: 'f', range, kind: 'path' },
        { text: 'g', range, kind: 'types' },
      ],
      jsdocImports: [{ text: 'i', range }],
      selfTypes: 'j',
      jsxImportSource: 'k',
    });
    expect(read({ jsDocImports: [{ text: 'i', range }] })).toEqual({
      ...nothing,
      jsdocImports: [{ text: 'i', range }],
    });
  });

  it('leaves out what has no text and no place', () => {
    const places = [undefined, [], [[1, 2]], [[1, 2], 3], [[1, 2], [3]]];
    const indices = [-1, 1.5, '1', null, 2 ** 53, Number.NaN];
    const mentions = [
      ...places.map((place) => ({ text: 'a', range: place })),
      ...[undefined, 5, null].map((text) => ({ text, range })),
      ...indices.flatMap((index) => [
        { text: 'a', range: [[index, 2], range[1]] },
        { text: 'a', range: [range[0], [3, index]] },
      ]),
      { text: 'a', range: [undefined, range[1]] },
    ];
    expect(
      read({ jsdocImports: mentions, selfTypesSpecifier: { text: 5 }, jsxImportSource: 'preact' }),
    ).toEqual(nothing);
  });

  it.each([
    [' @deno-types="./a.d.ts"', './a.d.ts'],
    ["@Deno-Types = './a.d.ts'", './a.d.ts'],
    ['   @deno-types=./a.d.ts and more', './a.d.ts'],
    [' see @deno-types="./a.d.ts"', undefined],
    [' @deno-typesx="./a.d.ts"', undefined],
    [undefined, undefined],
  ])('of version 1 reads the comment %j', (comment, types) => {
    const leadingComments = [{ text: '@deno-types="./other.d.ts"' }, { text: comment }];
    const entry = { specifier: 'a', specifierRange: range, leadingComments };
    const graph = readModuleGraph({ moduleGraph1: { '/a.ts': { dependencies: [entry] } } });
    expect(graph.get('/a.ts')?.imports).toEqual([
      { text: 'a', range, typeOnly: false, typesSpecifier: types },
    ]);
  });
});
