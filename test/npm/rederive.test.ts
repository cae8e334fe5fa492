import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { readModuleGraph } from '../../src/npm/tarball/graph.ts';
import { layOut } from '../../src/npm/tarball/layout.ts';
import { type FileClass, type Rederivation, rederive } from '../../src/npm/tarball/rederive.ts';
import { toExports } from '../../src/wire/exports.ts';
import { type MintedPackage, mintInput } from './support/package.ts';
import { parseSpec } from './support/spec.ts';

const minted: MintedPackage = {
  exports: { '.': './mod.ts', './script': './script.js' },
  files: {
    '/jsr.json': '{ "name": "@scope/foo", "version": "1.0.0" }\n',
    '/mod.ts':
      'import { join } from "jsr:@std/path@^1";\nexport { one } from "./lib/one.ts";\nexport const text: string = join("a", "b");\n',
    '/lib/one.ts': 'export const one: number = 1;\n',
    '/script.js': 'import { one } from "./lib/one.ts";\nexport const two = one + one;\n',
    '/mod_test.ts': 'import { one } from "./lib/one.ts";\none satisfies number;\n',
    '/README.md': '# foo\n',
  },
};

const packageJson = {
  name: '@jsr/scope__foo',
  version: '1.0.0',
  homepage: 'http://jsr.test/@scope/foo',
  type: 'module',
  dependencies: { '@jsr/std__path': '^1' } as Record<string, string>,
  exports: {
    '.': { types: './_dist/mod.d.ts', default: './mod.js' },
    './script': { default: './script.js' },
  } as Record<string, Record<string, string>>,
  _jsr_revision: 11,
};

const map = (file: string, from: string, mappings: string) =>
  JSON.stringify({ version: 3, file, sources: [from], names: [], mappings });

const honest: Readonly<Record<string, string>> = {
  ...minted.files,
  '/mod.ts':
    'import { join } from "@jsr/std__path";\nexport { one } from "./lib/one.js";\nexport const text: string = join("a", "b");\n',
  '/mod.js':
    'import { join } from "@jsr/std__path";\nexport { one } from "./lib/one.js";\nexport const text = join("a", "b");\n//# sourceMappingURL=mod.js.map',
  '/mod.js.map': map('mod.js', './mod.ts', 'AAAA,SAAS,IAAI;AACb,SAAS,GAAG'),
  '/_dist/mod.d.ts':
    'export { one } from "./lib/one.js";\nexport declare const text: string;\n//# sourceMappingURL=mod.d.ts.map',
  '/_dist/mod.d.ts.map': map('mod.d.ts', '../mod.ts', 'AACA,SAAS,GAAG'),
  '/lib/one.js': 'export const one = 1;\n//# sourceMappingURL=one.js.map',
  '/lib/one.js.map': map('one.js', './one.ts', 'AAAA'),
  '/_dist/lib/one.d.ts': 'export declare const one: number;\n//# sourceMappingURL=one.d.ts.map',
  '/_dist/lib/one.d.ts.map': map('one.d.ts', '../../lib/one.ts', 'AAAA'),
  '/script.js': 'import { one } from "./lib/one.js";\nexport const two = one + one;\n',
  '/package.json': JSON.stringify(packageJson, null, 2),
};

function tarballWith(changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries({ ...honest, ...changes }))
    if (text !== undefined) files[path] = text;
  return files;
}

const rederiveWith = (changes: Readonly<Record<string, string | undefined>>) =>
  rederive(mintInput(minted, tarballWith(changes)));

function classes({ files }: Rederivation): Record<string, FileClass> {
  return Object.fromEntries(files.map((file) => [file.path, file.class]));
}

function unexplained({ files, missing }: Rederivation): string[] {
  return [
    ...files.filter((file) => file.class === 'unexplained').map(({ path, reason }) => `${path} ${reason}`),
    ...missing.map((path) => `${path} is missing`),
  ];
}

beforeAll(() => loadCompiler());

describe('an honest tarball', () => {
  it('is explained file by file', async () => {
    const result = await rederiveWith({});
    expect(classes(result)).toEqual({
      '/jsr.json': 'verbatim',
      '/mod_test.ts': 'verbatim',
      '/README.md': 'verbatim',
      '/lib/one.ts': 'verbatim',
      '/mod.ts': 'rewritten',
      '/script.js': 'rewritten',
      '/mod.js': 'derived',
      '/mod.js.map': 'derived',
      '/_dist/mod.d.ts': 'derived',
      '/_dist/mod.d.ts.map': 'derived',
      '/lib/one.js': 'derived',
      '/lib/one.js.map': 'derived',
      '/_dist/lib/one.d.ts': 'derived',
      '/_dist/lib/one.d.ts.map': 'derived',
      '/package.json': 'generated',
    });
    expect(result).toMatchObject({
      revision: 11,
      missing: [],
      counts: { verbatim: 4, rewritten: 2, derived: 8, generated: 1, 'not-derived': 0, unexplained: 0 },
    });
  });

  it('names the attested file each file comes from', async () => {
    const { files } = await rederiveWith({});
    expect(files.find(({ path }) => path === '/_dist/lib/one.d.ts.map')?.from).toBe('/lib/one.ts');
  });

  it('without any declarations points its types nowhere', async () => {
    const exports = { '.': { default: './mod.js' }, './script': { default: './script.js' } };
    const result = await rederiveWith({
      '/_dist/mod.d.ts': undefined,
      '/_dist/mod.d.ts.map': undefined,
      '/_dist/lib/one.d.ts': undefined,
      '/_dist/lib/one.d.ts.map': undefined,
      '/package.json': JSON.stringify({ ...packageJson, exports }, null, 2),
    });
    expect(unexplained(result)).toEqual([]);
  });

  it('does not need a compiler when nothing in it was compiled', async () => {
    const plain: MintedPackage = { exports: './a.js', files: { '/a.js': 'export {};\n' } };
    const json = { ...packageJson, dependencies: {}, exports: { '.': { default: './a.js' } } };
    const result = await rederive(
      mintInput(plain, { ...plain.files, '/package.json': JSON.stringify(json, null, 2) }),
    );
    expect(classes(result)).toEqual({ '/a.js': 'verbatim', '/package.json': 'generated' });
  });

  it('may hold a script in place of an attested one that an emitted script overwrote', async () => {
    const both: MintedPackage = {
      exports: './a.ts',
      files: { '/a.ts': 'export const a: number = 1;\n', '/a.js': 'old();\n' },
    };
    const json = { ...packageJson, dependencies: {}, exports: { '.': { default: './a.js' } } };
    const result = await rederive(
      mintInput(both, {
        '/a.ts': 'export const a: number = 1;\n',
        '/a.js': 'export const a = 1;\n//# sourceMappingURL=a.js.map',
        '/a.js.map': map('a.js', './a.ts', 'AAAA'),
        '/package.json': JSON.stringify(json, null, 2),
      }),
    );
    expect(unexplained(result)).toEqual([]);
  });

  it('imports itself as a file or as a package, as its server did', async () => {
    const source = 'export const a = 1;\n';
    const self: MintedPackage = {
      exports: { '.': './mod.ts', './two': './two.js' },
      files: { '/mod.ts': source, '/two.js': 'export { a } from "jsr:@scope/foo@^1";\n' },
    };
    const exports = { '.': { default: './mod.js' }, './two': { default: './two.js' } };
    for (const specifier of ['./mod.js', '@jsr/scope__foo']) {
      const result = await rederive(
        mintInput(self, {
          '/mod.ts': source,
          '/mod.js': `${source}//# sourceMappingURL=mod.js.map`,
          '/mod.js.map': map('mod.js', './mod.ts', 'AAAA'),
          '/two.js': `export { a } from "${specifier}";\n`,
          '/package.json': JSON.stringify({ ...packageJson, dependencies: {}, exports }, null, 2),
        }),
      );
      expect(unexplained(result)).toEqual([]);
    }
  });

  it('may hold a declaration file that was inferred, which is counted and never called attested', async () => {
    const source = `${minted.files['/mod.ts']}export const more = join;\n`;
    const inferring = { ...minted, files: { ...minted.files, '/mod.ts': source } };
    const result = await rederive(
      mintInput(
        inferring,
        tarballWith({
          '/mod.ts': `${honest['/mod.ts']}export const more = join;\n`,
          '/mod.js': honest['/mod.js']?.replace('//#', 'export const more = join;\n//#'),
          '/_dist/mod.d.ts': honest['/_dist/mod.d.ts']?.replace(
            '//#',
            'export declare const more: (...paths: string[]) => string;\n//#',
          ),
        }),
      ),
    );
    expect(unexplained(result)).toEqual([]);
    expect(result.counts['not-derived']).toBe(1);
    expect(result.files.find(({ path }) => path === '/_dist/mod.d.ts')).toMatchObject({
      class: 'not-derived',
      reason: 'has a type that only a type checker could infer: VariableDeclaration more',
    });
  });
});

describe('a tampered tarball', () => {
  const json = (change: object) => JSON.stringify({ ...packageJson, ...change }, null, 2);
  const attacks: readonly (readonly [string, Readonly<Record<string, string | undefined>>, RegExp])[] = [
    [
      'an injected statement',
      { '/mod.js': honest['/mod.js']?.replace('export const', 'fetch("https://evil.test");\nexport const') },
      /^\/mod\.js differs from its source at line 3/,
    ],
    [
      'a changed string literal',
      { '/mod.js': honest['/mod.js']?.replace('"b"', '"c"') },
      /^\/mod\.js differs/,
    ],
    [
      'a statement injected into a source',
      { '/mod.ts': `${honest['/mod.ts']}evil();\n` },
      /^\/mod\.ts differs from the attested file/,
    ],
    [
      'a statement injected into a script that is copied',
      { '/script.js': `${honest['/script.js']}evil();\n` },
      /^\/script\.js differs from the attested file/,
    ],
    [
      'one byte of a file that is copied',
      { '/README.md': '# fop\n' },
      /^\/README\.md differs from the attested file/,
    ],
    ['an added script', { '/evil.js': 'evil();\n' }, /^\/evil\.js is not derived from any attested file/],
    [
      'an added declaration file',
      { '/_dist/evil.d.ts': 'export {};\n' },
      /^\/_dist\/evil\.d\.ts is not derived from any attested file/,
    ],
    ['an added map', { '/evil.js.map': '{}' }, /^\/evil\.js\.map is not derived from any attested file/],
    [
      'an emitted script of a file outside the graph',
      { '/mod_test.js': 'evil();\n//# sourceMappingURL=mod_test.js.map' },
      /^\/mod_test\.js is not derived from any attested file/,
    ],
    [
      'a swapped import',
      { '/mod.js': honest['/mod.js']?.replace('@jsr/std__path', '@jsr/evil__path') },
      /^\/mod\.js differs/,
    ],
    [
      'an import swapped for another file of the package',
      { '/script.js': honest['/script.js']?.replace('./lib/one.js', './mod.js') },
      /^\/script\.js differs/,
    ],
    [
      'an altered exports map',
      { '/package.json': json({ exports: { ...packageJson.exports, '.': { default: './script.js' } } }) },
      /^\/package\.json has exports "\."/,
    ],
    [
      'an added export',
      { '/package.json': json({ exports: { ...packageJson.exports, './evil': { default: './mod.js' } } }) },
      /^\/package\.json has exports "\.\/evil"/,
    ],
    [
      'a condition before the others',
      {
        '/package.json': json({
          exports: { ...packageJson.exports, '.': { node: './script.js', ...packageJson.exports['.'] } },
        }),
      },
      /^\/package\.json has exports/,
    ],
    [
      'a new dependency',
      { '/package.json': json({ dependencies: { ...packageJson.dependencies, evil: '1' } }) },
      /^\/package\.json has dependencies "evil", which nothing asks for/,
    ],
    [
      'another range of a dependency',
      { '/package.json': json({ dependencies: { '@jsr/std__path': '*' } }) },
      /^\/package\.json has dependencies "@jsr\/std__path" "\*", not "\^1"/,
    ],
    [
      'a dependency that is gone',
      { '/package.json': json({ dependencies: {} }) },
      /^\/package\.json lacks dependencies/,
    ],
    [
      'a scripts entry',
      { '/package.json': json({ scripts: { postinstall: 'evil' } }) },
      /^\/package\.json has a field "scripts" that JSR never writes/,
    ],
    ['a bin entry', { '/package.json': json({ bin: './mod.js' }) }, /^\/package\.json has a field "bin"/],
    ['a main entry', { '/package.json': json({ main: './mod.js' }) }, /^\/package\.json has a field "main"/],
    ['another name', { '/package.json': json({ name: '@jsr/evil__foo' }) }, /^\/package\.json says name/],
    ['another version', { '/package.json': json({ version: '2.0.0' }) }, /^\/package\.json says version/],
    [
      'another homepage',
      { '/package.json': json({ homepage: 'https://evil.test/' }) },
      /^\/package\.json says homepage/,
    ],
    [
      'scripts run as CommonJS',
      { '/package.json': json({ type: 'commonjs' }) },
      /^\/package\.json says type/,
    ],
    [
      'a key that stands twice',
      { '/package.json': honest['/package.json']?.replace('"type"', '"type": "commonjs",\n  "type"') },
      /^\/package\.json is not written as JSR writes it/,
    ],
    ['a package.json that is none', { '/package.json': '[]' }, /^\/package\.json is not a JSON object/],
    ['a package.json that is gone', { '/package.json': undefined }, /^\/package\.json is missing/],
    ['an attested file that is gone', { '/README.md': undefined }, /^\/README\.md is missing/],
    ['an emitted script that is gone', { '/lib/one.js': undefined }, /^\/lib\/one\.js is missing/],
    ['a map that is gone', { '/lib/one.js.map': undefined }, /^\/lib\/one\.js\.map is missing/],
    [
      'a map with source text of its own',
      { '/mod.js.map': honest['/mod.js.map']?.replace('"names"', '"sourcesContent":["evil()"],"names"') },
      /^\/mod\.js\.map has a field "sourcesContent"/,
    ],
    [
      'a map of another source',
      { '/mod.js.map': honest['/mod.js.map']?.replace('./mod.ts', './README.md') },
      /^\/mod\.js\.map does not name \.\/mod\.ts/,
    ],
    [
      'a declaration that lies',
      { '/_dist/lib/one.d.ts': honest['/_dist/lib/one.d.ts']?.replace('number', 'any') },
      /^\/_dist\/lib\/one\.d\.ts says what its source does not/,
    ],
    [
      'a declaration that imports from elsewhere',
      { '/_dist/mod.d.ts': honest['/_dist/mod.d.ts']?.replace('./lib/one.js', 'evil') },
      /^\/_dist\/mod\.d\.ts says what its source does not/,
    ],
    [
      'bytes that are not UTF-8',
      { '/lib/one.js': honest['/lib/one.js']?.replace('1', '\ud800') },
      /^\/lib\/one\.js/,
    ],
  ];
  it.each(attacks)('%s', async (_, changes, reason) => {
    const found = unexplained(await rederiveWith(changes));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(reason);
  });

  it('is judged by the revision of its address, not by its own word', async () => {
    const input = { ...mintInput(minted, tarballWith({})), revision: 12 };
    expect(unexplained(await rederive(input))).toEqual(['/package.json states revision 11, not 12']);
  });
});

describe('other revisions', () => {
  it('before 11 explain copied and rewritten files, and say why not the rest', async () => {
    const old = { ...honest, '/package.json': honest['/package.json']?.replace(': 11', ': 9') ?? '' };
    const result = await rederive({ ...mintInput(minted, old), revision: 9 });
    expect(result.counts).toMatchObject({ verbatim: 4, rewritten: 2, derived: 0 });
    expect(result.files.find(({ path }) => path === '/mod.js')?.reason).toBe(
      'was emitted in the form of revision 9, which is not re-derived',
    );
  });

  it('from 12 on emit TSX', async () => {
    const tsx: MintedPackage = {
      exports: './a.tsx',
      files: { '/a.tsx': 'export const a: unknown = <p/>;\n' },
    };
    const json = {
      ...packageJson,
      dependencies: {},
      exports: { '.': { default: './a.js' } },
      _jsr_revision: 12,
    };
    const tarball = {
      ...tsx.files,
      '/a.js':
        'export const a = /*#__PURE__*/ React.createElement("p", null);\n//# sourceMappingURL=a.js.map',
      '/a.js.map': map('a.js', './a.tsx', 'AAAA'),
      '/package.json': JSON.stringify(json, null, 2),
    };
    expect(unexplained(await rederive({ ...mintInput(tsx, tarball), revision: 12 }))).toEqual([]);
    expect(unexplained(await rederive({ ...mintInput(tsx, tarball), revision: 11 }))).toHaveLength(3);
  });

  it('from 12 on rewrite TSX, which was copied before', async () => {
    const source = 'import { one } from "./one.ts";\none();\n';
    const tsx: MintedPackage = {
      exports: './a.tsx',
      files: { '/a.tsx': source, '/one.ts': 'export const one = 1;\n' },
    };
    const tarball = { ...tsx.files, '/a.tsx': source.replace('./one.ts', './one.js') };
    for (const [revision, is] of [
      [11, 'unexplained'],
      [12, 'rewritten'],
    ] as const) {
      const result = await rederive({ ...mintInput(tsx, tarball), revision });
      expect(classes(result)['/a.tsx']).toBe(is);
    }
  });
});

describe('a script that names its own types', () => {
  const minted: MintedPackage = {
    exports: './mod.ts',
    files: {
      '/mod.ts':
        'export type { One as Two } from "./one.js";\nimport { one, type One } from "./one.js";\nexport function get(): One {\n  return one;\n}\n',
      '/one.js': '/// <reference types="./one.d.ts" />\nexport const one = 1;\n',
      '/one.d.ts': 'export type One = 1;\nexport declare const one: One;\n',
    },
  };
  const declarationsOf = async (specifier: string) => {
    const declarations = `export type { One as Two } from "${specifier}";\nimport { type One } from "${specifier}";\nexport declare function get(): One;\n//# sourceMappingURL=mod.d.ts.map`;
    const result = await rederive(mintInput(minted, { '/_dist/mod.d.ts': declarations }));
    return classes(result)['/_dist/mod.d.ts'];
  };

  it('may be imported by them in the declarations of another module', async () => {
    expect(await declarationsOf('./one.d.ts')).toBe('derived');
    expect(await declarationsOf('../one.js')).toBe('derived');
    expect(await declarationsOf('./other.d.ts')).toBe('unexplained');
  });
});

const real = resolve(process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real', 'E-npm-tarballs');
const skipped = existsSync(real) ? '' : ' (skipped, no real data)';

describe.skipIf(!existsSync(real))(`JSR's own inputs and outputs${skipped}`, () => {
  const specs = existsSync(real) ? readdirSync(join(real, 'specs')) : [];
  // JSR's test harness passes no dependencies to the generator; the registry passes those of the module graph.
  const harness: Readonly<Record<string, string>> = {
    'import_jsr.txt': '@jsr/luca__flag',
    'js_with_dts.txt': '@types/node',
  };

  it.each(specs)('%s: every file is explained', async (name) => {
    const { input, output } = parseSpec(readFileSync(join(real, 'specs', name), 'utf8'));
    const result = await rederive(mintInput(input, output));
    const dependency = harness[name];
    expect(unexplained(result)).toEqual(
      dependency === undefined ? [] : [`/package.json lacks dependencies "${dependency}"`],
    );
    expect(result.counts['not-derived']).toBe(0);
    expect(result.files).toHaveLength(Object.keys(output).length);
  });

  it('includes all of them', () => {
    expect(specs).toHaveLength(5);
  });
});

describe.skipIf(!existsSync(real))(`installed packages, known by their hashes${skipped}`, () => {
  const manifests = resolve(real, '../A-jsr/manifests/raw');
  const installed = existsSync(real) ? readdirSync(join(real, 'installed')) : [];
  const withManifest = installed.filter((name) => existsSync(join(manifests, `${name}_meta.json`)));

  it('are three with a raw manifest or more', () => {
    expect(withManifest.length).toBeGreaterThanOrEqual(2);
  });

  it.each(withManifest)(
    '%s: the layout names every file, and the package.json is the generated one',
    async (name) => {
      const manifest = JSON.parse(readFileSync(join(manifests, `${name}_meta.json`), 'utf8')) as {
        readonly exports: unknown;
        readonly manifest: Record<string, unknown>;
      };
      const rows = readFileSync(join(real, 'installed', name, 'files.tsv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1);
      const listed = rows.map((row) => row.split('\t'));
      const paths = new Set(listed.map(([path = '']) => path).filter((path) => path !== '/package.json'));
      const [scope = '', short = '', version = ''] = name.split(/__|@/);
      const context = {
        package: { scope, name: short, version },
        exports: toExports(manifest.exports) ?? new Map<string, string>(),
        selfImports: 'file' as const,
      };
      const graph = readModuleGraph(manifest);
      const layout = layOut(graph, (path) => paths.has(path), context, 11);

      const outputs = [...layout.scripts.keys(), ...layout.declarations.keys()].flatMap((path) => [
        path,
        `${path}.map`,
      ]);
      expect([...paths].sort()).toEqual([...new Set([...Object.keys(manifest.manifest), ...outputs])].sort());
      for (const [path = '', , hash, checksum, status] of listed) {
        if (status === 'source, verbatim') expect(`sha256-${hash}`, path).toBe(checksum);
      }

      const attested = new Map(Object.keys(manifest.manifest).map((path) => [path, Buffer.from('')]));
      const tarball = new Map([...paths].map((path) => [path, Buffer.from('')]));
      tarball.set('/package.json', readFileSync(join(real, 'installed', name, 'package.json')));
      const result = await rederive({
        package: context.package,
        attested,
        graph,
        exports: context.exports,
        tarball,
        registryUrl: 'https://jsr.io',
      });
      expect(result.files.find(({ path }) => path === '/package.json')).toEqual({
        path: '/package.json',
        class: 'generated',
      });
      expect(result.missing).toEqual([]);
    },
  );
});
