import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { publint } from 'publint';
import * as tar from 'tar';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { build } from '../../scripts/build/build.ts';
import { importsOf, isNamed, syntaxOf } from '../../scripts/syntax.ts';
import { isCycloneDx } from '../support/cyclonedx.ts';
import { root, tool } from './run.ts';

const tarball = inject('tarball');
let folder: string;
let packed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsr-verify-package-'));
  await tar.extract({ file: tarball, cwd: folder });
  packed = join(folder, 'package');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds the program, its types and its papers, and nothing else', async () => {
    const promised =
      /^dist\/(index\.js|worker\.js|cli\/main\.js|chunks\/[\w.-]+\.js|types\/[\w./-]+\.d\.ts|[a-z]+\.schema\.json|docs\/(checks|rules)\/[a-z-]+\.md|swc\.wasm\.br)$/;
    const files = await filesBelow(packed);
    expect(files.filter((file) => !promised.test(file))).toEqual([
      'LICENSE',
      'README.md',
      'THIRD_PARTY_LICENSES.md',
      'bin/jsr-verify.js',
      'package.json',
      'sbom.cdx.json',
    ]);
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/cli/main.js',
        'dist/index.js',
        'dist/policy.schema.json',
        'dist/report.schema.json',
        'dist/types/index.d.ts',
      ]),
    );
  });

  test('depends on nothing and runs nothing when it is installed', async () => {
    const { scripts, ...manifest } = await readJson('package.json');
    for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
      expect(manifest).not.toHaveProperty(key);
    }
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(hook);
  });

  test('imports nothing but itself and what Node brings', async () => {
    for (const file of (await filesBelow(packed)).filter((name) => name.endsWith('.js'))) {
      const foreign = importsOf(file, await readFile(join(packed, file), 'utf8'))
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier));
      expect(foreign, file).toEqual([]);
    }
  });

  // A bundled module that looks beside itself finds nothing there any more.
  test('asks nowhere for the folder a module once lay in', async () => {
    for (const file of (await filesBelow(packed)).filter((name) => name.endsWith('.js'))) {
      const places = syntaxOf(file, await readFile(join(packed, file), 'utf8'));
      const asks = places.some(({ node }) => isNamed(node, '__dirname'));
      const knows = places.some(
        ({ node }) => node.type === 'VariableDeclarator' && isNamed(node['id'], '__dirname'),
      );
      expect(asks && !knows, file).toBe(false);
    }
  });

  test('brings the compiler of @swc/wasm byte for byte, if any', async () => {
    const { components } = await readJson('sbom.cdx.json');
    const inside = (components as readonly Component[]).some(({ purl }) =>
      purl.startsWith('pkg:npm/%40swc/wasm@'),
    );
    const files = (await filesBelow(packed)).filter((file) => file.endsWith('.wasm.br'));
    expect(files).toEqual(inside ? ['dist/swc.wasm.br'] : []);
    const published = await readFile(join(root, 'node_modules/@swc/wasm/wasm_bg.wasm'));
    for (const file of files) {
      expect(brotliDecompressSync(await readFile(join(packed, file))).equals(published)).toBe(true);
    }
  });

  test('names no path of the machine that built it', async () => {
    for (const file of await filesBelow(packed)) {
      expect((await readFile(join(packed, file), 'utf8')).includes(root), file).toBe(false);
    }
  });

  test('is what publint calls clean', async () => {
    const { buffer } = new Uint8Array(await readFile(tarball));
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that are not wrong', async () => {
    const { code, stdout, stderr } = await tool(
      root,
      '@arethetypeswrong/cli/dist/index.js',
      tarball,
      '--profile',
      'esm-only',
      '--no-definitely-typed',
      '--no-emoji',
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('node16 (from ESM): OK (ESM)');
  });
});

describe('the papers', () => {
  test('are a bill of materials that its official schema accepts', async () => {
    expect(isCycloneDx(await readJson('sbom.cdx.json')), JSON.stringify(isCycloneDx.errors)).toBe(true);
  });

  test('list in the SBOM exactly the packages of which the bundle holds code', async () => {
    const { components, dependencies, metadata } = await readJson('sbom.cdx.json');
    const named = new Set<string>();
    for (const file of (await filesBelow(packed)).filter(
      (name) => name.startsWith('dist/') && name.endsWith('.js'),
    )) {
      const text = await readFile(join(packed, file), 'utf8');
      for (const [, name] of text.matchAll(/^\s*\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//gm))
        named.add(name ?? '');
    }
    const listed = components.map(({ group, name }: Component) =>
      group === undefined ? name : `${group}/${name}`,
    );
    expect([...new Set(listed)].sort()).toEqual([...named].sort());
    const refs = [metadata.component, ...components].map((component: Component) => component['bom-ref']);
    expect(dependencies.map(({ ref }: { ref: string }) => ref).sort()).toEqual(refs.sort());
  });

  test('give a hash, a licence and a licence text for each of them', async () => {
    const { components } = await readJson('sbom.cdx.json');
    const licenses = await readFile(join(packed, 'THIRD_PARTY_LICENSES.md'), 'utf8');
    const sections = licenses.split(/^## /m).slice(1);
    expect(components.length).toBeGreaterThan(0);
    for (const { group, name, version, hashes, licenses } of components as readonly Component[]) {
      const full = `${group === undefined ? '' : `${group}/`}${name} ${version}`;
      const section = sections.find((text) => (text.split('\n')[0] ?? '').split(', ').includes(full));
      expect(section?.length, full).toBeGreaterThan(400);
      expect(hashes, full).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
      expect(licenses, full).toEqual([{ license: { id: expect.any(String) } }]);
    }
  });
});

test('building again gives the same bytes', async () => {
  const again = join(folder, 'again');
  await build(root, again);
  const files = await filesBelow(again);
  expect(files).toEqual((await filesBelow(packed)).filter((file) => files.includes(file)));
  for (const file of files) {
    const [one, two] = await Promise.all([packed, again].map((place) => readFile(join(place, file))));
    expect(one?.equals(two ?? Buffer.alloc(0)), file).toBe(true);
  }
});

interface Component {
  readonly 'bom-ref': string;
  readonly purl: string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly hashes: unknown;
  readonly licenses: unknown;
}

async function readJson(file: string) {
  return JSON.parse(await readFile(join(packed, file), 'utf8'));
}

async function filesBelow(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}
