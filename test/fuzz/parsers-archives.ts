import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readBundles } from '../../src/cli/bundles.ts';
import { cachedName, cacheHosts, vendorHosts } from '../../src/installed/deno/deno-paths.ts';
import { readVersionMetadata } from '../../src/installed/deno/metadata.ts';
import { collectInstalled } from '../../src/installed/installed.ts';
import { Names } from '../../src/installed/node/names.ts';
import { readAsked, readClaim, readVersion } from '../../src/installed/node/package-identity.ts';
import { readPnp } from '../../src/installed/node/pnp.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { parseScript } from '../../src/npm/script/syntax.ts';
import { readModuleGraph } from '../../src/npm/tarball/graph.ts';
import { checkPackageJson } from '../../src/npm/tarball/package-json.ts';
import { rewriteText } from '../../src/npm/tarball/rewrite.ts';
import { checkSourceMap } from '../../src/npm/tarball/sourcemap.ts';
import { dependenciesOf } from '../../src/npm/tarball/specifiers.ts';
import { readTarball } from '../../src/npm/tarball/tar.ts';
import { readUpload } from '../../src/npm/tarball/upload.ts';
import { tufCache } from '../../src/sigstore/tuf-cache.ts';
import { readMemory } from '../../src/source/cache/log-memory.ts';
import { recording } from '../../src/source/pack/pack.ts';
import { readPack } from '../../src/source/pack/pack-reader.ts';
import { unzip } from '../../src/source/zip.ts';
import { toExports } from '../../src/wire/exports.ts';
import { field } from '../../src/wire/json.ts';
import { zipOf } from '../installed/archive.ts';
import { jsonBytes } from '../support/json.ts';
import { textFrom } from './inputs.ts';
import type { Parser } from './outcome.ts';
import { honest, widget } from './samples.ts';
import { answering, diskWith, home } from './sources.ts';

const about = { scope: widget.scope, name: widget.name, version: widget.version };
const registry = 'https://jsr.io';
const npmRegistry = 'https://npm.jsr.io';
const target = {
  package: about,
  occurrences: [
    {
      at: { file: 'deno.lock', line: 1 },
      locked: { kind: 'manifest', digest: widget.digest as Sha256 },
      dependents: [],
    },
  ],
} as const;

/** For the readers that know no other place than a disk. */
const folder = mkdtempSync(join(tmpdir(), 'jsr-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const packed = await packOf();
const mirror = new URL('https://tuf.test/');
const keptTuf = await keptTufOf();
const map = {
  version: 3,
  file: 'mod.js',
  sources: ['./mod.ts'],
  names: ['first'],
  mappings: 'AAAA,IAAIA;AACJ',
};
const packageJson =
  gunzipSync(honest.tarball)
    .toString('latin1')
    .match(/\{\n {2}"name"[\s\S]*?\n\}/)?.[0] ?? '{}';
const packageFacts = {
  package: about,
  registryUrl: 'https://npm.jsr.test',
  revision: undefined,
  exports: new Map([['.', './mod.js']]),
  dependencies: new Map<string, ReadonlySet<string>>(),
  layout: {
    tables: { source: new Map(), declaration: new Map() },
    scripts: new Map(),
    declarations: new Map(),
  },
  inTarball: () => true,
};
const moduleFacts = {
  moduleGraph2: {
    '/mod.ts': {
      dependencies: [
        {
          type: 'static',
          kind: 'import',
          specifier: './a.ts',
          specifierRange: [
            [0, 7],
            [0, 15],
          ],
          typesSpecifier: { text: './a.d.ts' },
        },
        {
          type: 'dynamic',
          argument: 'jsr:@std/path@1',
          argumentRange: [
            [1, 7],
            [1, 12],
          ],
        },
      ],
      tsReferences: [
        {
          type: 'types',
          text: './b.d.ts',
          range: [
            [1, 1],
            [1, 9],
          ],
        },
      ],
      jsDocImports: [
        {
          text: 'npm:a@1/b',
          range: [
            [2, 0],
            [2, 4],
          ],
        },
      ],
      selfTypesSpecifier: { text: './mod.d.ts' },
      jsxImportSource: { text: 'npm:preact' },
    },
  },
  exports: { '.': './mod.ts', './sub': './sub/mod.ts' },
};
const pnp = {
  packageRegistryData: [
    [
      '@jsr/acme__widget',
      [
        [
          'npm:1.0.0',
          {
            packageLocation:
              './.yarn/cache/@jsr-acme__widget-npm-1.0.0-0-0.zip/node_modules/@jsr/acme__widget/',
          },
        ],
      ],
    ],
    ['@acme/widget', [['jsr:1.0.0', { packageLocation: './node_modules/@acme/widget/' }]]],
  ],
};
const npmPlaces = {
  packages: { '': {}, 'node_modules/@jsr/acme__widget': { name: '@jsr/acme__widget', version: '1.0.0' } },
};
const cacheTrailer = `${honest.manifest}\n// denoCacheMetadata={"headers":{"location":"https://evil.test/","x-typescript-types":"./a.d.ts"},"url":"${registry}/"}`;

/** Archives and everything that lies on a disk. */
export const archiveParsers: readonly Parser[] = [
  { name: 'npm tarball', samples: [honest.tarball], read: (bytes) => readTarball(bytes) },
  { name: 'npm tarball, unpacked', samples: [honest.tar], read: (bytes) => readTarball(gzipped(bytes)) },
  { name: 'uploaded tarball', samples: [gzipSync(honest.upload)], read: (bytes) => readUpload(bytes) },
  {
    name: 'uploaded tarball, unpacked',
    samples: [honest.upload],
    read: (bytes) => readUpload(gzipped(bytes)),
  },
  {
    name: 'pack',
    samples: [packed],
    read: (bytes) => readPack(bytes).then(packSummary),
    throws: ['PACK_INVALID'],
  },
  {
    name: 'pack, unpacked',
    samples: [gunzipSync(packed)],
    read: (bytes) => readPack(gzipped(bytes)).then(packSummary),
    throws: ['PACK_INVALID'],
  },
  {
    name: 'zip archive',
    samples: [
      zipOf([
        { name: 'node_modules/@jsr/acme__widget/mod.ts', content: 'export {};\n' },
        { name: 'node_modules/@jsr/acme__widget/package.json', content: '{}', deflate: true },
        { name: 'node_modules/', content: '' },
      ]),
    ],
    read: async (bytes) => unzip(await onDisk(bytes), 'node_modules/@jsr/acme__widget/', 1_000_000),
    share: 0.5,
  },
  { name: 'version manifest as Deno keeps it', samples: [honest.manifest], read: readVersionMetadata },
  {
    name: "Deno's cache and vendor folder",
    samples: [
      Buffer.from(cacheTrailer),
      jsonBytes({
        modules: { [`${registry}/@acme/widget/${about.version}/mod.ts`]: { headers: { location: 'x' } } },
      }),
      jsonBytes({ ...(JSON.parse(honest.manifest.toString()) as object), lockfileChecksum: 'a'.repeat(64) }),
    ],
    read: (bytes) => {
      const place = `@acme/widget/${about.version}`;
      const [vendorHost = ''] = vendorHosts(registry);
      const [cacheHost = ''] = cacheHosts(registry);
      const disk = diskWith({
        'deno.lock': Buffer.from('{}'),
        'vendor/manifest.json': bytes,
        [`vendor/${vendorHost}/${place}_meta.json`]: bytes,
        [`vendor/${vendorHost}/${place}/mod.ts`]: bytes,
        [`deno/remote/${cacheHost}/${cachedName(new URL(`${registry}/${place}_meta.json`))}`]: bytes,
        [`deno/remote/${cacheHost}/${cachedName(new URL(`${registry}/${place}/mod.ts`))}`]: bytes,
      });
      const deno = { folder: join(home, 'deno'), lockfiles: ['deno.lock'] };
      return collectInstalled({ projects: [home], registry, npmRegistry, deno }, [target], disk);
    },
  },
  {
    name: 'what lies in node_modules',
    samples: [
      jsonBytes(npmPlaces),
      jsonBytes(pnp),
      Buffer.from(
        `const a = 1;\nconst RAW_RUNTIME_STATE =\n'${JSON.stringify(pnp).replaceAll("'", "\\'")}';\n`,
      ),
      jsonBytes({
        name: '@jsr/acme__widget',
        version: '1.0.0',
        _jsr_revision: 11,
        dependencies: { a: 'npm:@jsr/acme__widget@1', b: 'jsr:^1' },
      }),
    ],
    read: async (bytes) => {
      const modules = {
        'package.json': bytes,
        'package-lock.json': bytes,
        'node_modules/a/package.json': bytes,
        'node_modules/@jsr/acme__widget/package.json': bytes,
      };
      const disk = diskWith({ ...modules, '.pnp.data.json': bytes });
      return [
        await readAsked(disk, home),
        await readClaim(disk, home),
        await readVersion(disk, home),
        await readPnp(disk, home, new Names()),
        await readPnp(diskWith({ '.pnp.cjs': bytes }), home, new Names()),
        await collectInstalled({ projects: [home], registry, npmRegistry }, [target], disk),
      ];
    },
  },
  {
    name: 'module graph of a manifest',
    samples: [jsonBytes(moduleFacts), honest.manifest],
    read: (bytes) => {
      const manifest = jsonOf(bytes);
      const graph = readModuleGraph(manifest);
      const exports = toExports(field(manifest, 'exports')) ?? new Map<string, string>();
      const context = { package: about, exports, selfImports: 'file' as const };
      const text = 'import "./a.ts";\nimport("jsr:@std/path@1");\n/** 🦕 */\n';
      return [
        exports,
        [...graph].map(([path, facts]) => [
          facts,
          dependenciesOf(path, facts, context),
          rewriteText(text, facts, 'source', (specifier) => specifier.toUpperCase()),
          rewriteText(text, facts, 'declaration', () => undefined),
        ]),
      ];
    },
  },
  {
    name: 'package.json of a tarball',
    samples: [Buffer.from(packageJson)],
    read: (bytes) => [
      checkPackageJson(textFrom(bytes), packageFacts),
      checkPackageJson(textFrom(bytes), {
        ...packageFacts,
        exports: new Map([['__proto__', './mod.ts']]),
        dependencies: new Map([['__proto__', new Set(['1'])]]),
      }).same,
    ],
  },
  {
    name: 'source map',
    samples: [jsonBytes(map)],
    read: (bytes) =>
      checkSourceMap({
        text: textFrom(bytes),
        name: 'mod.js',
        from: './mod.ts',
        source: 'let first = 1\nlet b',
        emitted: 'let aaaaaaaa\nb',
      }),
  },
  {
    name: 'script of a tarball',
    samples: [
      Buffer.from(
        'import a from "./a.js";\n/* b */ export const c = [1n, /d/g, `e`, class { #f = "g" }];\n//# sourceMappingURL=mod.js.map',
      ),
    ],
    read: (bytes) => parseScript(textFrom(bytes)),
  },
  {
    name: 'bundles in a file',
    samples: [
      ...honest.bundles,
      Buffer.from(honest.bundles.map((bundle) => JSON.stringify(JSON.parse(bundle.toString()))).join('\n')),
    ],
    read: async (bytes) => readBundles([await onDisk(bytes)], folder),
    throws: ['BUNDLE_INVALID'],
    share: 0.3,
  },
  {
    name: 'memory of a log',
    samples: [Buffer.from('{"version":1,"entries":{"a":"b"}}')],
    read: async (bytes) => {
      // Behind a digest that fits, and as it is.
      const digest = createHash('sha256').update(bytes).digest('hex');
      const fitting = Buffer.concat([Buffer.from(`${digest}\n`), bytes]);
      return [
        await readMemory(dirname(await onDisk(fitting, 'fitting/memory.1.json'))),
        await readMemory(dirname(await onDisk(bytes, 'plain/memory.1.json'))),
      ];
    },
    share: 0.3,
  },
  {
    name: 'kept TUF state',
    samples: [
      jsonBytes({
        version: 1,
        confirmedAt: '2026-01-01T00:00:00.000Z',
        roots: { 2: 'QUJD' },
        roles: { 'timestamp.json': 'QUJD' },
        trustedRoot: 'QUJD',
      }),
    ],
    read: async (bytes) => {
      await writeFile(keptTuf, bytes);
      return tufCache(folder, mirror).read();
    },
    share: 0.3,
  },
];

// Least effort: it is unpacked again at once.
function gzipped(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}

async function packOf(): Promise<Buffer> {
  const ask = { method: 'GET', lifetime: 'immutable', expect: 'any', maxBytes: 100_000 } as const;
  const recorder = recording(answering(honest.checkpoint));
  await recorder.source.ask({ ...ask, url: 'https://jsr.io/a' });
  await recorder.source.ask({ ...ask, url: 'https://jsr.io/b', method: 'POST', body: '{}' });
  recorder.attach('trust.json', Buffer.from('{}'));
  return Buffer.from(await recorder.finish());
}

/** The file in which the cache of a mirror keeps its state. */
async function keptTufOf(): Promise<string> {
  const state = { roots: new Map(), roles: new Map(), trustedRoot: Buffer.alloc(0) };
  await tufCache(folder, mirror).write({ state, confirmedAt: new Date(0) });
  const [name = ''] = await readdir(join(folder, 'tuf'));
  return join(folder, 'tuf', name);
}

function packSummary({ tool, shelf, records, attachments }: Awaited<ReturnType<typeof readPack>>): unknown {
  return [tool, shelf.digests, records, attachments];
}

function jsonOf(bytes: Buffer): object {
  try {
    return Object(JSON.parse(bytes.toString('utf8'))) as object;
  } catch {
    return {};
  }
}

async function onDisk(bytes: Buffer, name = 'file'): Promise<string> {
  const place = join(folder, name);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, bytes);
  return place;
}
