import { describe, expect, it } from 'vitest';
import { mediaTypeOf, withExtension } from '../../src/npm/media.ts';
import { readModuleGraph } from '../../src/npm/tarball/graph.ts';
import { layOut } from '../../src/npm/tarball/layout.ts';

describe('what a path names', () => {
  it.each([
    ['/a.js', 'js'],
    ['/a.mjs', 'mjs'],
    ['/a.jsx', 'jsx'],
    ['/a.ts', 'ts'],
    ['/a.mts', 'mts'],
    ['/a.tsx', 'tsx'],
    ['/a.d.ts', 'd.ts'],
    ['/a.d.mts', 'd.mts'],
    ['/a_test.test.ts', 'ts'],
    ['/A.D.TS', 'd.ts'],
    ['/a.cjs', 'other'],
    ['/a.cts', 'other'],
    ['/a.d.cts', 'other'],
    ['/a.json', 'other'],
    ['/LICENSE', 'other'],
    ['/a.ts/LICENSE', 'other'],
    ['/a.ts.', 'other'],
  ])('%s is %s', (path, media) => {
    expect(mediaTypeOf(path)).toBe(media);
  });

  it.each([
    ['/a.ts', '/a'],
    ['/x.y/a.test.ts', '/x.y/a.test'],
    ['/a.d.ts', '/a'],
    ['/a.d.mts', '/a'],
    ['/x.y/LICENSE', '/x.y/LICENSE'],
  ])('%s without its extension is %s', (path, stem) => {
    expect(withExtension(path, 'js')).toBe(`${stem}.js`);
    expect(withExtension(path, 'd.ts')).toBe(`${stem}.d.ts`);
  });
});

describe('the outputs of a package', () => {
  const context = {
    package: { scope: 'scope', name: 'foo', version: '1.0.0' },
    exports: new Map<string, string>(),
    selfImports: 'file' as const,
  };
  const modules = ['/a.ts', '/b.mts', '/c.tsx', '/d.jsx', '/e.js', '/f.mjs', '/g.cts', '/h.d.ts', '/i.ts'];
  const typed = (types: string) => ({ selfTypesSpecifier: { text: types } });
  const graph = readModuleGraph({
    moduleGraph2: {
      ...Object.fromEntries(modules.map((path) => [path, {}])),
      '/typed.jsx': typed('./typed.d.ts'),
      '/typed.js': typed('./own.d.ts'),
      '/typed.mjs': typed('npm:@types/x@1'),
      // Only scripts name their types this way.
      '/typed.ts': typed('./other.d.ts'),
      '/typed.cjs': typed('./other.d.ts'),
    },
  });
  const lay = (revision: number) => {
    const inTarball = (path: string) => /\/[acd]\.d\.ts$/.test(path);
    const { tables, scripts, declarations } = layOut(graph, inTarball, context, revision);
    const short = (table: ReadonlyMap<string, unknown>) =>
      Object.fromEntries([...table].map(([from, to]) => [from.replace('file://', ''), to]));
    return {
      source: short(tables.source),
      declaration: short(tables.declaration),
      scripts: short(scripts),
      declarations: short(declarations),
    };
  };
  const own = {
    '/typed.jsx': 'file:///typed.d.ts',
    '/typed.js': 'file:///own.d.ts',
    '/typed.mjs': 'npm:@types/x@1',
  };
  const places = (folder: string) => ({
    '/a.ts': `file://${folder}/a.js`,
    '/b.mts': `file://${folder}/b.js`,
    '/d.jsx': `file://${folder}/d.js`,
    '/i.ts': `file://${folder}/i.js`,
    '/typed.jsx': `file://${folder}/typed.js`,
    '/typed.ts': `file://${folder}/typed.js`,
  });
  const scripts = (folder: string) => ({
    [`${folder}/a.js`]: ['/a.ts'],
    [`${folder}/b.js`]: ['/b.mts'],
    [`${folder}/d.js`]: ['/d.jsx'],
    [`${folder}/i.js`]: ['/i.ts'],
    [`${folder}/typed.js`]: ['/typed.jsx', '/typed.ts'],
  });
  const declaration = (folder: string, types: string) => ({
    ...own,
    '/a.ts': `file://${types}/a.d.ts`,
    '/b.mts': `file://${folder}/b.js`,
    '/i.ts': `file://${folder}/i.js`,
    '/typed.ts': `file://${folder}/typed.js`,
  });

  it.each([
    [9, '', ''],
    [10, '/_dist', '/_dist'],
    [11, '', '/_dist'],
  ])('lie in the folders of revision %i', (revision, folder, types) => {
    expect(lay(revision)).toEqual({
      source: places(folder),
      declaration: declaration(folder, types),
      scripts: scripts(folder),
      declarations: { [`${types}/a.d.ts`]: ['/a.ts'] },
    });
  });

  it('are those of TSX as well from revision 12 on', () => {
    for (const revision of [12, 13])
      expect(lay(revision)).toEqual({
        source: { ...places(''), '/c.tsx': 'file:///c.js' },
        declaration: {
          ...declaration('', '/_dist'),
          '/c.tsx': 'file:///_dist/c.d.ts',
          '/d.jsx': 'file:///d.js',
        },
        scripts: { ...scripts(''), '/c.js': ['/c.tsx'] },
        declarations: { '/_dist/a.d.ts': ['/a.ts'], '/_dist/c.d.ts': ['/c.tsx'] },
      });
  });
});
