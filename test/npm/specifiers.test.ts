import { describe, expect, it } from 'vitest';
import { type ModuleGraph, readModuleGraph } from '../../src/npm/tarball/graph.ts';
import { rewriteText } from '../../src/npm/tarball/rewrite.ts';
import {
  dependenciesOf,
  exportPath,
  follow,
  parseRequirement,
  type ResolutionContext,
  type RewriteKind,
  type RewriteTables,
  relativeSpecifier,
  respell,
  rewriteSpecifier,
  selfTypesOf,
} from '../../src/npm/tarball/specifiers.ts';

const context: ResolutionContext = {
  package: { scope: 'scope', name: 'foo', version: '1.2.0' },
  exports: new Map([
    ['.', './mod.ts'],
    ['./sub', './sub/mod.ts'],
  ]),
  selfImports: 'file',
};

const tables: RewriteTables = {
  source: new Map([
    ['file:///a.ts', 'file:///a.js'],
    ['file:///sub/mod.ts', 'file:///sub/mod.js'],
    ['file:///mod.ts', 'file:///mod.js'],
  ]),
  declaration: new Map([
    ['file:///a.ts', 'file:///_dist/a.d.ts'],
    ['file:///slow.ts', 'file:///slow.js'],
    ['file:///b.js', 'file:///b.d.ts'],
  ]),
};

function graphOf(path: string, facts: unknown): ModuleGraph {
  return readModuleGraph({ moduleGraph2: { [path]: facts } });
}

function imports(...specifiers: readonly (string | object)[]): unknown {
  return {
    dependencies: specifiers.map((specifier) => ({
      type: 'static',
      kind: 'import',
      specifierRange: [
        [0, 0],
        [0, 1],
      ],
      ...(typeof specifier === 'string' ? { specifier } : specifier),
    })),
  };
}

function rewrite(
  specifier: string | object,
  kind: RewriteKind,
  from = '/mod.ts',
  output = from,
): string | undefined {
  const facts = graphOf(from, imports(specifier)).get(from);
  if (facts === undefined) throw new Error('no facts');
  const text = facts.imports[0]?.text ?? '';
  return rewriteSpecifier(text, kind, dependenciesOf(from, facts, context), tables, output);
}

describe('specifiers in code', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['./a.ts', './a.js'],
    ['./sub/mod.ts', './sub/mod.js'],
    ['/a.ts', './a.js'],
    ['./other.js', undefined],
    ['./types.d.ts', undefined],
    ['//host/a.ts', undefined],
    ['./data.json', undefined],
    ['jsr:@std/path@^1.0.0', '@jsr/std__path'],
    ['jsr:@std/path@^1.0.0/posix/join', '@jsr/std__path/posix/join'],
    ['jsr:/@std/path@1', '@jsr/std__path'],
    ['npm:preact@10', 'preact'],
    ['npm:@types/node@^20/fs', '@types/node/fs'],
    ['npm:chalk', 'chalk'],
    ['node:fs', undefined],
    ['https://example.com/x.ts', undefined],
    ['data:text/javascript,1', undefined],
    ['bare', undefined],
  ];
  it.each(cases)('%s', (specifier, expected) => {
    expect(rewrite(specifier, 'source')).toBe(expected);
  });

  it('are found from another folder', () => {
    expect(rewrite('../a.ts', 'source', '/sub/x.ts')).toBe('../a.js');
    expect(rewrite('../../a.ts', 'source', '/sub/x.ts')).toBe('../a.js');
  });

  it('of the package itself become files, when the version fits', () => {
    expect(rewrite('jsr:@scope/foo@^1', 'source', '/deep/x.ts')).toBe('../mod.js');
    expect(rewrite('jsr:@scope/foo@1.2.0/sub', 'source', '/deep/x.ts')).toBe('../sub/mod.js');
    expect(rewrite('jsr:@scope/foo@^2', 'source')).toBe('@jsr/scope__foo');
    expect(rewrite('jsr:@scope/foo@^1/none', 'source')).toBe('@jsr/scope__foo/none');
  });

  it('that the module does not have are left alone', () => {
    for (const kind of ['source', 'declaration'] as const) {
      expect(rewriteSpecifier('./a.ts', kind, new Map(), tables, '/mod.ts')).toBeUndefined();
      expect(respell('./a.ts', kind, new Map(), tables, '/mod.ts')).toBeUndefined();
    }
  });

  it('lead to the same file from where the output lies', () => {
    const facts = graphOf('/mod.ts', imports('./other.js')).get('/mod.ts') ?? expect.unreachable();
    const dependencies = dependenciesOf('/mod.ts', facts, context);
    expect(respell('./other.js', 'source', dependencies, tables, '/_dist/mod.d.ts')).toBe('../other.js');
  });
});

describe('specifiers in declarations', () => {
  it('take the types, where they are named beside the code', () => {
    const named = { specifier: './b.js', typesSpecifier: { text: 'npm:@types/b@1', range: [] } };
    expect(rewrite(named, 'declaration')).toBe('@types/b');
    expect(rewrite(named, 'source')).toBeUndefined();
  });

  it('write a declaration file by the name of its script', () => {
    expect(rewrite('./a.ts', 'declaration', '/mod.ts', '/_dist/mod.d.ts')).toBe('./a.js');
    expect(rewrite('./a.ts', 'declaration', '/mod.d.ts')).toBe('./_dist/a.js');
    expect(rewrite('./types.d.ts', 'declaration', '/mod.d.ts')).toBe('./types.js');
    expect(rewrite('./types.d.mts', 'declaration', '/mod.d.ts')).toBe('./types.js');
    expect(rewrite('./b.js', 'declaration', '/sub/mod.d.ts')).toBeUndefined();
  });

  it('leave data and other addresses as they are', () => {
    for (const specifier of ['./data.json', './other.js', 'https://example.com/x.d.ts', 'node:fs'])
      expect(rewrite(specifier, 'declaration', '/mod.ts', '/_dist/mod.d.ts'), specifier).toBeUndefined();
  });

  it('fall back to the script of a module without declarations', () => {
    expect(rewrite('./slow.ts', 'declaration', '/mod.ts', '/_dist/mod.d.ts')).toBe('../slow.js');
  });

  it('resolve type imports for types only', () => {
    const typeOnly = { specifier: './a.ts', kind: 'importType' };
    expect(rewrite(typeOnly, 'source')).toBeUndefined();
    expect(rewrite(typeOnly, 'declaration')).toBe('./_dist/a.js');
  });
});

describe('following', () => {
  it('ends after ten hops, so that a loop ends too', () => {
    const chain = new Map(Array.from({ length: 20 }, (_, hop) => [`file:///${hop}`, `file:///${hop + 1}`]));
    expect(follow('file:///10', chain)).toBe('file:///20');
    expect(follow('file:///9', chain)).toBeUndefined();
    expect(follow('file:///a', new Map([['file:///a', 'file:///a']]))).toBeUndefined();
  });

  it('of own types prefers the pragma to the comment, and asks scripts only', () => {
    const reference = {
      tsReferences: [
        {
          type: 'types',
          text: './b.d.ts',
          range: [
            [0, 0],
            [0, 1],
          ],
        },
      ],
    };
    const both = { ...reference, selfTypesSpecifier: { text: './c.d.ts' } };
    const facts = (path: string, value: unknown) => graphOf(path, value).get(path) ?? expect.unreachable();
    expect(selfTypesOf('/a.js', facts('/a.js', reference), context)).toBe('file:///b.d.ts');
    expect(selfTypesOf('/a.js', facts('/a.js', both), context)).toBe('file:///c.d.ts');
    for (const path of ['/a.mjs', '/a.jsx', '/a.cjs'])
      expect(selfTypesOf(path, facts(path, reference), context), path).toBe('file:///b.d.ts');
    expect(selfTypesOf('/a.ts', facts('/a.ts', reference), context)).toBeUndefined();
    const path = { tsReferences: [{ ...reference.tsReferences[0], type: 'path' }] };
    expect(selfTypesOf('/a.js', facts('/a.js', path), context)).toBeUndefined();
    expect(selfTypesOf('/a.js', facts('/a.js', {}), context)).toBeUndefined();
  });

  it('gives relative paths that start with a dot', () => {
    expect(relativeSpecifier('/a/b/c.ts', '/a/b/d.ts')).toBe('./d.ts');
    expect(relativeSpecifier('/a/b/c.ts', '/a/d.ts')).toBe('../d.ts');
    expect(relativeSpecifier('/a/b/c.ts', '/a/b/c.ts')).toBe('./c.ts');
    expect(relativeSpecifier('/c.ts', '/a/b/d.ts')).toBe('./a/b/d.ts');
    expect(relativeSpecifier('/a/b/c.ts', '/x/y.ts')).toBe('../../x/y.ts');
    expect(relativeSpecifier('/a/b/c.ts', '/a/b')).toBe('../b');
  });
});

describe('requirements', () => {
  it('are taken apart by registry, name, range and subpath', () => {
    expect(parseRequirement('jsr:@std/path@^1.0.8/posix')).toEqual({
      registry: 'jsr',
      npmName: '@jsr/std__path',
      range: '^1.0.8',
      subpath: 'posix',
    });
    expect(parseRequirement('npm:@a/b')).toEqual({
      registry: 'npm',
      npmName: '@a/b',
      range: '*',
      subpath: undefined,
    });
    expect(parseRequirement('jsr:@a/b/')).toEqual({
      registry: 'jsr',
      npmName: '@jsr/a__b',
      range: '*',
      subpath: undefined,
    });
  });

  it.each([
    'jsr:path',
    'jsr:@A/b@1',
    'jsr:@a/b c@1',
    'jsr:@a/b@',
    'file:///a',
    'npm:',
    'npm:a@',
    'JSR:@a/b@1',
    'https://example.com/npm:a',
  ])('are none: %s', (text) => {
    expect(parseRequirement(text)).toBeUndefined();
  });
});

describe('targets of exports', () => {
  it.each([
    ['./mod.ts', '/mod.ts'],
    ['mod.ts', '/mod.ts'],
    ['/mod.ts', '/mod.ts'],
    ['.././/sub/../mod.ts', '/.//sub/../mod.ts'],
    ['..//mod.ts', '/mod.ts'],
  ])('%s is the file %s', (target, path) => {
    expect(exportPath(target)).toBe(path);
  });
});

describe('what a module depends on', () => {
  const somewhere = [
    [0, 0],
    [0, 1],
  ];
  const mention = (text: string, type?: string) => ({ text, range: somewhere, ...(type && { type }) });
  const found = (path: string, facts: unknown) =>
    Object.fromEntries(dependenciesOf(path, graphOf(path, facts).get(path) ?? expect.unreachable(), context));

  it('are the types its comments name, and the runtime of its JSX', () => {
    const facts = {
      tsReferences: [mention('./b.d.ts', 'types'), mention('./c.ts', 'path')],
      jsdocImports: [mention('npm:chalk@5')],
      jsxImportSource: { text: 'npm:preact@10' },
    };
    const others = {
      './c.ts': { code: undefined, type: 'file:///c.ts' },
      'npm:chalk@5': { code: undefined, type: 'npm:chalk@5' },
      'npm:preact@10/jsx-runtime': { code: 'npm:preact@10/jsx-runtime', type: undefined },
    };
    expect(found('/a.ts', facts)).toEqual({ './b.d.ts': { type: 'file:///b.d.ts' }, ...others });
    // There it names the types of the script itself.
    expect(found('/a.js', facts)).toEqual(others);
  });

  it('is nothing that leads to another host', () => {
    expect(found('/a.ts', imports('//host/a.ts'))).toEqual({ '//host/a.ts': {} });
  });
});

describe('rewriting a text', () => {
  const upper = (specifier: string) => specifier.toUpperCase();
  const facts = (value: unknown) => graphOf('/mod.ts', value).get('/mod.ts') ?? expect.unreachable();
  const at = (specifier: string, line: number, column: number) => ({
    specifier,
    specifierRange: [
      [line, column],
      [line, column + specifier.length + 2],
    ],
  });

  it('touches the specifiers between their quotes and nothing else', () => {
    const text = "import a from './a';\r\nexport * from \"./b\"; // './a'\n";
    expect(rewriteText(text, facts(imports(at('./b', 1, 14), at('./a', 0, 14))), 'source', upper)).toBe(
      "import a from './A';\r\nexport * from \"./B\"; // './a'\n",
    );
  });

  it('counts columns in code points', () => {
    const text = '/* 😀é */ import "./a";';
    expect(rewriteText(text, facts(imports(at('./a', 0, 16))), 'source', upper)).toBe(
      '/* 😀é */ import "./A";',
    );
  });

  it('blanks a reference to types in code up to the end of its line, and rewrites it in declarations', () => {
    const text = '/* x */ /// <reference types="./a.d.ts" />\r\nexport {};\n';
    const reference = facts({
      tsReferences: [
        {
          type: 'types',
          text: './a.d.ts',
          range: [
            [0, 29],
            [0, 39],
          ],
        },
      ],
    });
    expect(rewriteText(text, reference, 'source', upper)).toBe('/* x */ \r\nexport {};\n');
    expect(rewriteText(text, reference, 'declaration', upper)).toBe(text.replace('./a.d.ts', './A.D.TS'));
  });

  it('asks for declarations in comments, whatever the file is', () => {
    const kinds: RewriteKind[] = [];
    const ask = (specifier: string, kind: RewriteKind) => {
      kinds.push(kind);
      return specifier;
    };
    const value = {
      jsdocImports: [
        {
          text: 'a',
          range: [
            [0, 0],
            [0, 1],
          ],
        },
      ],
      tsReferences: [
        {
          type: 'path',
          text: 'b',
          range: [
            [0, 2],
            [0, 3],
          ],
        },
      ],
    };
    rewriteText('a b', facts(value), 'source', ask);
    expect(kinds).toEqual(['declaration', 'declaration']);
  });

  it('gives up on ranges that lie outside the text or over each other', () => {
    const given = (text: string, ...mentions: readonly object[]) =>
      rewriteText(text, facts(imports(...mentions)), 'source', upper);
    const range = (...specifierRange: readonly (readonly [number, number])[]) => ({
      specifier: './a',
      specifierRange,
    });
    expect(given('import "./a";', at('./a', 3, 7))).toBeUndefined();
    expect(given('import "./a";', at('./a', 0, 99))).toBeUndefined();
    expect(given('import "./a";', at('./a', 0, 7), at('./a', 0, 8))).toBeUndefined();
    expect(given('import "./a";', range([0, 12], [0, 7]))).toBeUndefined();
    expect(given('import "./a";', range([0, 7], [0, 2 ** 50]))).toBeUndefined();
    // The line break is part of no line, nor is the next line.
    expect(given('import "./a"\n;', range([0, 7], [0, 13]))).toBeUndefined();
    expect(given('import "./a"\n;', range([0, 7], [1, 2]))).toBeUndefined();
  });

  it('rewrites what ends with its line, what is empty, and what has no quotes', () => {
    expect(rewriteText('import "./a"', facts(imports(at('./a', 0, 7))), 'source', upper)).toBe(
      'import "./A"',
    );
    expect(rewriteText('import ""', facts(imports(at('', 0, 7))), 'source', () => 'x')).toBe('import "x"');
    const comment = {
      tsReferences: [
        {
          type: 'path',
          text: 'x"y',
          range: [
            [0, 1],
            [0, 4],
          ],
        },
      ],
    };
    expect(rewriteText('<x"y>', facts(comment), 'source', () => 'new')).toBe('<new>');
  });

  it('counts the last character of the first plane as one', () => {
    const text = '/*\uffff*/ import "./a";';
    expect(rewriteText(text, facts(imports(at('./a', 0, 13))), 'source', upper)).toBe(
      '/*\uffff*/ import "./A";',
    );
  });

  it('blanks the comment before the reference, no later one, and nothing where there is none', () => {
    const reference = (line: number, column: number) =>
      facts({
        tsReferences: [
          {
            type: 'types',
            text: './a.d.ts',
            range: [
              [line, column],
              [line, column + 10],
            ],
          },
        ],
      });
    const text = 'a();\n/// <reference types="./a.d.ts" />\nb(); /// c\n';
    expect(rewriteText(text, reference(1, 21), 'source', upper)).toBe('a();\n\nb(); /// c\n');
    expect(rewriteText('a("./a.d.ts"); /// b\n', reference(0, 2), 'source', upper)).toBe(
      'a("./a.d.ts"); /// b\n',
    );
  });
});

describe('a hostile module graph', () => {
  it.each([
    null,
    1,
    'x',
    [],
    { '/a.ts': null },
    { '/a.ts': { dependencies: 'x' } },
    { '/a.ts': { dependencies: [null, 1, {}] } },
  ])('of the wrong shape says nothing: %j', (moduleGraph2) => {
    for (const { imports: found } of readModuleGraph({ moduleGraph2 }).values()) expect(found).toEqual([]);
  });

  it('of version 1 keeps the types its comments name', () => {
    const graph = readModuleGraph({
      moduleGraph1: {
        '/mod.ts': {
          dependencies: [
            {
              type: 'static',
              kind: 'import',
              specifier: './a.js',
              specifierRange: [
                [1, 2],
                [1, 9],
              ],
              leadingComments: [
                {
                  text: ' @deno-types="./a.d.ts"',
                  range: [
                    [0, 0],
                    [0, 25],
                  ],
                },
              ],
            },
          ],
        },
      },
    });
    expect(graph.get('/mod.ts')?.imports[0]?.typesSpecifier).toBe('./a.d.ts');
  });
});
