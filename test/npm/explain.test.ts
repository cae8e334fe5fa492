import { beforeAll, describe, expect, it } from 'vitest';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { readModuleGraph } from '../../src/npm/tarball/graph.ts';
import { type Rederivation, type RederivationInput, rederive } from '../../src/npm/tarball/rederive.ts';
import { type MintedInput, type MintedPackage, mintInput } from './support/package.ts';

beforeAll(() => loadCompiler());

const packageJson = (exports: object, more: object = {}) =>
  JSON.stringify(
    {
      name: '@jsr/scope__foo',
      version: '1.0.0',
      homepage: 'http://jsr.test/@scope/foo',
      type: 'module',
      dependencies: {},
      exports,
      _jsr_revision: 11,
      ...more,
    },
    null,
    2,
  );
const map = (file: string, from: string, mappings = '') =>
  JSON.stringify({ version: 3, file, sources: [from], names: [], mappings });
const emitted = (name: string, code: string) => `${code}//# sourceMappingURL=${name}.map`;

/** What is wrong with a tarball, and of the given files what they are. */
function said({ files, missing }: Rederivation): string[] {
  return [
    ...files
      .filter(({ class: is }) => is === 'unexplained')
      .map(({ path, from, reason }) => `${path} (${from ?? 'nothing'}) ${reason}`),
    ...missing.map((path) => `${path} is missing`),
  ];
}

const classOf = ({ files }: Rederivation, path: string) => files.find((file) => file.path === path)?.class;

type Graph = Readonly<Record<string, unknown>>;

function withGraph(input: MintedInput, change: (graph: Graph) => Graph): RederivationInput {
  return { ...input, graph: readModuleGraph({ moduleGraph2: change(input.moduleGraph2) }) };
}

describe('a module that the graph names and nobody attested', () => {
  const minted: MintedPackage = { exports: './a.js', files: { '/a.js': 'export {};\n' } };
  const files = { ...minted.files, '/package.json': packageJson({ '.': { default: './a.js' } }) };
  const ghost = (path: string, more: Readonly<Record<string, string>>) =>
    rederive(withGraph(mintInput(minted, { ...files, ...more }), (graph) => ({ ...graph, [path]: {} })));

  it('explains no copy, not even an empty one', async () => {
    expect(said(await ghost('/ghost.js', { '/ghost.js': '' }))).toEqual([
      '/ghost.js (nothing) is not derived from any attested file',
    ]);
  });

  it('explains nothing that could come from it, and is not missed', async () => {
    expect(said(await ghost('/ghost.ts', {}))).toEqual([]);
    expect(
      said(
        await ghost('/ghost.ts', {
          '/ghost.js': emitted('ghost.js', ''),
          '/ghost.js.map': map('ghost.js', './ghost.ts'),
          '/_dist/ghost.d.ts': emitted('ghost.d.ts', 'export { };\n'),
          '/_dist/ghost.d.ts.map': map('ghost.d.ts', '../ghost.ts'),
        }),
      ),
    ).toEqual(
      ['/ghost.js', '/ghost.js.map', '/_dist/ghost.d.ts', '/_dist/ghost.d.ts.map'].map(
        (path) => `${path} (/ghost.ts) comes from a module that is not attested`,
      ),
    );
  });
});

describe('two modules that one script may come from', () => {
  const one = 'export const a: number = 1;\n';
  const two = 'export const a: number = 2;\n';
  const both: MintedPackage = {
    exports: { '.': './a.ts', './b': './a.mts' },
    files: { '/a.ts': one, '/a.mts': two },
  };
  const exports = { '.': { default: './a.js' }, './b': { default: './a.js' } };
  const tarball = (value: number, from: string) => ({
    ...both.files,
    '/a.js': emitted('a.js', `export const a = ${value};\n`),
    '/a.js.map': map('a.js', from, 'AAAA'),
    '/package.json': packageJson(exports),
  });

  it('are both tried, the script and its map each for itself', async () => {
    for (const [value, from] of [
      [1, './a.ts'],
      [2, './a.mts'],
    ] as const)
      expect(said(await rederive(mintInput(both, tarball(value, from))))).toEqual([]);
    expect(said(await rederive(mintInput(both, tarball(3, './a.ts'))))).toHaveLength(1);
  });

  it('miss it as soon as one is attested', async () => {
    const input = mintInput({ ...both, files: { '/a.ts': one } }, tarball(1, './a.ts'));
    const kept = [...input.tarball].filter(([path]) => path !== '/a.js' && path !== '/a.mts');
    const missing = { ...input, tarball: new Map(kept) };
    const result = await rederive(withGraph(missing, (graph) => ({ '/a.mts': {}, ...graph })));
    expect(result.missing).toEqual(['/a.js']);
  });
});

describe('files that JSR copies', () => {
  const lib = 'export const one = 1;\n';
  const refusal = async (
    path: string,
    minted: MintedPackage,
    copy: string,
    change = (graph: Graph) => graph,
  ) => {
    const input = mintInput(minted, { ...minted.files, [path]: copy });
    return said(await rederive(withGraph(input, change))).find((text) => text.startsWith(`${path} `));
  };

  it.each(['/a.cjs', '/a.cts', '/a.jsx', '/a.tsx'])('%s keep their specifiers', async (path) => {
    const source = 'import { one } from "./one.ts";\none();\n';
    const minted = { exports: `.${path}`, files: { [path]: source, '/one.ts': lib } };
    expect(await refusal(path, minted, source.replace('one.ts', 'one.js'))).toBe(
      `${path} (${path}) differs from the attested file at line 1: ${JSON.stringify(source.split('\n')[0]?.replace('one.ts', 'one.js'))}, expected ${JSON.stringify(source.split('\n')[0])}`,
    );
  });

  it('are told from the attested ones where the ranges do not fit the text', async () => {
    const source = 'import "./one.ts";\n';
    const minted = { exports: './a.js', files: { '/a.js': source, '/one.ts': lib } };
    const broken = (graph: Graph) =>
      JSON.parse(JSON.stringify(graph).replace(/"specifierRange":\[\[0,/g, '"specifierRange":[[9,')) as Graph;
    expect(await refusal('/a.js', minted, source.replace('one.ts', 'one.js'))).toBeUndefined();
    expect(await refusal('/a.js', minted, source.replace('one.ts', 'one.js'), broken)).toBe(
      '/a.js (/a.js) differs from the attested file at line 1: "import \\"./one.js\\";", expected "import \\"./one.ts\\";"',
    );
  });

  it.each(['/types.d.ts', '/types.d.mts'])('%s name the declarations of what they import', async (path) => {
    const source = 'export { one } from "./one.ts";\n';
    const minted = { exports: `.${path}`, files: { [path]: source, '/one.ts': lib } };
    const tarball = (specifier: string) => ({
      ...minted.files,
      [path]: source.replace('./one.ts', specifier),
      '/_dist/one.d.ts': emitted('one.d.ts', 'export declare const one = 1;\n'),
    });
    const classes = async (specifier: string) =>
      classOf(await rederive(mintInput(minted, tarball(specifier))), path);
    expect(await classes('./_dist/one.js')).toBe('rewritten');
    expect(await classes('./one.js')).toBe('unexplained');
  });
});

describe('files that JSR makes', () => {
  const minted: MintedPackage = { exports: './a.ts', files: { '/a.ts': 'export const a: number = 1;\n' } };
  const files = {
    ...minted.files,
    '/a.js': emitted('a.js', 'export const a = 1;\n'),
    '/a.js.map': map('a.js', './a.ts', 'AAAA'),
    '/package.json': packageJson({ '.': { default: './a.js' } }),
  };

  it('are UTF-8 without a mark, byte for byte', async () => {
    expect(said(await rederive(mintInput(minted, files)))).toEqual([]);
    const bytes = Buffer.from(files['/a.js'], 'latin1');
    bytes.writeUInt8(0xff, 19);
    const input = mintInput(minted, files);
    const broken = { ...input, tarball: new Map([...input.tarball, ['/a.js', bytes]]) };
    expect(said(await rederive(broken))).toEqual(['/a.js (/a.ts) is not UTF-8']);
    expect(
      said(await rederive(mintInput(minted, { ...files, '/a.js.map': `\ufeff${files['/a.js.map']}` }))),
    ).toEqual(['/a.js.map (/a.ts) is not a JSON object']);
  });

  it('are nothing without what they belong to', async () => {
    const { '/a.js': _, ...without } = files;
    expect(
      said(await rederive(mintInput(minted, { ...without, '/a.js.map': map('a.js', './a.ts') }))),
    ).toEqual([
      '/a.js.map (nothing) is not derived from any attested file',
      '/package.json (nothing) has exports "." {"default":"./a.js"}, not {}',
      '/a.js is missing',
    ]);
  });

  it('are missed in the order of their names', async () => {
    const named = { exports: './z.ts', files: { '/z.ts': 'export {};\n', '/B': '', '/a': '' } };
    expect((await rederive(mintInput(named, {}))).missing).toEqual([
      '/B',
      '/a',
      '/package.json',
      '/z.js',
      '/z.js.map',
      '/z.ts',
    ]);
  });
});

describe('specifiers in declarations', () => {
  const source =
    '/** @module */\nexport { one } from "./one.ts";\nexport { two } from "./two.js";\nexport * from "./three.js";\n';
  const minted: MintedPackage = {
    exports: './a.ts',
    files: {
      '/a.ts': source,
      '/one.ts': 'export const one: number = 1;\n',
      '/two.js': '// @ts-self-types="./two.d.ts"\nexport const two = 2;\n',
      '/two.d.ts': 'export declare const two: number;\n',
      '/three.js': 'export const three = 3;\n',
    },
  };
  const answer = async (one: string, two: string, three: string, change = (graph: Graph) => graph) => {
    const text = `/** @module */ export { one } from "${one}";\nexport { two } from "${two}";\nexport * from "${three}";\n`;
    const tarball = {
      ...minted.files,
      '/_dist/a.d.ts': emitted('a.d.ts', text),
      '/_dist/one.d.ts': emitted('one.d.ts', 'export declare const one: number;\n'),
    };
    return classOf(await rederive(withGraph(mintInput(minted, tarball), change)), '/_dist/a.d.ts');
  };

  it('lead to the same file, as one server or the other wrote it', async () => {
    expect(await answer('./one.js', '../two.js', '../three.js')).toBe('derived');
    expect(await answer('./one.js', '../two.js', './three.js')).toBe('derived');
    expect(await answer('./one.js', '../two.js', '../one.js')).toBe('unexplained');
    expect(await answer('./one.ts', '../two.js', '../three.js')).toBe('unexplained');
    expect(await answer('./three.js', '../two.js', '../three.js')).toBe('unexplained');
  });

  it('that the graph does not know are left alone', async () => {
    const unknown = (graph: Graph) => ({ ...graph, '/a.ts': {} });
    expect(await answer('./one.ts', './two.js', './three.js', unknown)).toBe('derived');
    expect(await answer('./one.js', './two.js', './three.js', unknown)).toBe('unexplained');
  });

  it('may name what fast check had resolved to its types', async () => {
    const typed = (graph: Graph) =>
      JSON.parse(
        JSON.stringify(graph).replace(
          '"specifier":"./two.js"',
          '"specifier":"./two.js","typesSpecifier":{"text":"./two.d.ts"}',
        ),
      ) as Graph;
    expect(await answer('./one.js', './two.d.ts', '../three.js', typed)).toBe('derived');
    expect(await answer('./one.js', './three.d.ts', '../three.js', typed)).toBe('unexplained');
    // The script names these types itself.
    expect(await answer('./one.js', './two.d.ts', '../three.js')).toBe('derived');
    expect(await answer('./one.js', '../two.js', './three.d.ts')).toBe('unexplained');
    expect(await answer('./_dist/one.d.ts', '../two.js', '../three.js')).toBe('unexplained');
  });

  it('stand in all that an entry exports, and in what an inner module does', async () => {
    const inner = {
      exports: './b.js',
      files: {
        '/b.js': 'export * from "./a.ts";\n',
        '/a.ts': 'export const a: number = 1;\nexport const b: number = 2;\n',
      },
    };
    const tarball = {
      ...inner.files,
      '/_dist/a.d.ts': emitted('a.d.ts', 'export declare const a: number;\n'),
    };
    expect(classOf(await rederive(mintInput(inner, tarball)), '/_dist/a.d.ts')).toBe('derived');
    const entry = { ...inner, exports: { '.': './b.js', './a': './a.ts' } };
    expect(classOf(await rederive(mintInput(entry, tarball)), '/_dist/a.d.ts')).toBe('unexplained');
  });
});

describe('dependencies', () => {
  it('are those of the declarations that scripts name, and never the package itself', async () => {
    const minted: MintedPackage = {
      exports: { '.': './a.js', './b': './b.js' },
      files: {
        '/a.js': '// @ts-self-types="jsr:@other/types@^1/a"\nexport {};\n',
        '/b.js': 'import "jsr:@scope/foo@^2";\nimport "npm:chalk@5";\n',
      },
    };
    const exports = { '.': { default: './a.js' }, './b': { default: './b.js' } };
    const dependencies = { '@jsr/other__types': '^1', chalk: '5' };
    const result = await rederive(
      mintInput(minted, {
        ...minted.files,
        '/b.js': 'import "@jsr/scope__foo";\nimport "chalk";\n',
        '/package.json': packageJson(exports, { dependencies }),
      }),
    );
    expect(said(result)).toEqual([]);
  });

  it('on the package itself may stay beside others', async () => {
    const minted: MintedPackage = {
      exports: { '.': './a.ts', './b': './b.js' },
      files: {
        '/a.ts': 'import "npm:chalk@5";\n',
        '/b.js': 'import "jsr:@scope/foo@^1";\nimport "npm:chalk@5";\n',
      },
    };
    const exports = { '.': { default: './a.js' }, './b': { default: './b.js' } };
    for (const own of ['./a.js', '@jsr/scope__foo']) {
      const result = await rederive(
        mintInput(minted, {
          ...minted.files,
          '/a.ts': 'import "chalk";\n',
          '/a.js': emitted('a.js', 'import "chalk";\n'),
          '/a.js.map': map('a.js', './a.ts'),
          '/b.js': `import "${own}";\nimport "chalk";\n`,
          '/package.json': packageJson(exports, { dependencies: { chalk: '5' } }),
        }),
      );
      expect(said(result), own).toEqual([]);
    }
  });
});

describe('the revision of a tarball without an address', () => {
  const minted: MintedPackage = { exports: './a.js', files: { '/a.js': 'export {};\n' } };
  const revisionOf = async (json: string | undefined) =>
    (
      await rederive(
        mintInput(minted, { ...minted.files, ...(json !== undefined && { '/package.json': json }) }),
      )
    ).revision;

  it('is the one it states at its end, else the current one', async () => {
    for (const stated of [9, 12, 123_456])
      expect(await revisionOf(packageJson({}, { _jsr_revision: stated }))).toBe(stated);
    for (const stated of [0, 1_234_567, '9', -1])
      expect(await revisionOf(packageJson({}, { _jsr_revision: stated }))).toBe(11);
    expect(await revisionOf(`{ "x": {\n"_jsr_revision": 9\n}}`)).toBe(11);
    expect(await revisionOf(undefined)).toBe(11);
  });
});
