import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { compareNpm } from '../../src/installed/copy-difference.ts';
import { readVersionMetadata } from '../../src/installed/deno/metadata.ts';
import { Names } from '../../src/installed/node/names.ts';
import { readAsked } from '../../src/installed/node/package-identity.ts';
import { readPnp } from '../../src/installed/node/pnp.ts';
import { type LockfileFormatId, readLockfile } from '../../src/lockfile/lockfile.ts';
import { Collector } from '../../src/lockfile/parts/collector.ts';
import { Dependents } from '../../src/lockfile/parts/dependents.ts';
import { Lines } from '../../src/lockfile/parts/place.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { present } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { sameDeclarations } from '../../src/npm/declarations/declarations.ts';
import { identifiers, Passages } from '../../src/npm/passages.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { canonical } from '../../src/npm/script/forms.ts';
import { sameProgram } from '../../src/npm/script/program.ts';
import { parseScript } from '../../src/npm/script/syntax.ts';
import { nothingLowered } from '../../src/npm/script/typescript.ts';
import { checkSourceMap } from '../../src/npm/tarball/sourcemap.ts';
import { readTarball } from '../../src/npm/tarball/tar.ts';
import { readUpload } from '../../src/npm/tarball/upload.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { derOfPem, parseBundle, unpackEntry } from '../../src/sigstore/bundle.ts';
import { identityOf } from '../../src/sigstore/certificate-identity.ts';
import { verifyBundle } from '../../src/sigstore/verifier.ts';
import { readPack } from '../../src/source/pack/pack-reader.ts';
import { parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { parseSearch } from '../../src/tlog/rekor.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { checkStatement } from '../../src/verify/statement.ts';
import { parseJson } from '../../src/wire/json.ts';
import { publicRegistries } from '../lockfile/support.ts';
import { type ArchiveEntry, tgzOf } from '../support/archive.ts';
import { context, element, integer, octets, oid, sequence, utf8 } from '../support/der.ts';
import { trustOf } from '../verify/chain.ts';
import { type Family, jsonFamilies, lineFamilies, many, textFamilies } from './families.ts';
import { growthOf, mostGrowth } from './growth.ts';
import { parsers } from './parsers.ts';
import { honest, world } from './samples.ts';
import { diskWith, home } from './sources.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Measured {
  readonly name: string;
  readonly read: (input: Buffer) => unknown;
  readonly families: readonly Family[];
}

const parserNamed = (name: string) => {
  const parser = parsers.find((one) => one.name === name);
  if (parser === undefined) throw new Error(`there is no parser ${name}`);
  return parser.read;
};
const trust = trustOf(world.sigstore);
const lockfile = (id: LockfileFormatId, file: string) => (input: Buffer) =>
  readLockfile(file, input.toString('utf8'), { ...publicRegistries, format: id });
const integrity = `sha512-${'A'.repeat(86)}==`;
const digest = 'a'.repeat(64) as Sha256;
const compiler = await loadCompiler();
const hash = (index: number) => createHash('sha256').update(String(index)).digest('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const bundle = JSON.parse(honest.bundles[0]?.toString() ?? '') as Bundle;
interface Bundle {
  readonly verificationMaterial: { readonly tlogEntries: readonly object[] };
  readonly dsseEnvelope: { readonly signatures: readonly object[] };
}
const [entryBytes = Buffer.alloc(0)] = honest.entries;
const [[entryId = '', entry = {}] = []] = Object.entries(
  JSON.parse(entryBytes.toString()) as Record<string, object>,
);
const body = JSON.parse(Buffer.from(Reflect.get(entry, 'body') as string, 'base64').toString()) as {
  readonly spec: { readonly content: { readonly envelope: object } };
};

/** A log entry whose body has something else in its envelope. */
function entryWith(envelope: object, rest: object = {}): string {
  const { content } = body.spec;
  const changed = {
    ...body,
    spec: { content: { ...content, envelope: { ...content.envelope, ...envelope } } },
  };
  return JSON.stringify({ [entryId]: { ...entry, body: base64(JSON.stringify(changed)), ...rest } });
}

/** A certificate that is signed by nobody, with these extensions. */
function certificateWith(extensions: readonly Buffer[]): Buffer {
  const nothing = sequence();
  return sequence(
    sequence(
      context(0, integer(2)),
      integer(1),
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      context(3, sequence(...extensions)),
    ),
    nothing,
    element(3, Buffer.alloc(1)),
  );
}

/** A text of the same tag around and around. */
function nested(tag: number, size: number): Buffer {
  const depth = Math.min(size, 20_000);
  const parts: Buffer[] = [];
  for (let level = 0, length = 0; level < depth; level += 1) {
    const head =
      length < 128
        ? Buffer.from([tag, length])
        : Buffer.from([tag, 0x83, length >> 16, (length >> 8) & 255, length & 255]);
    parts.push(head);
    length += head.length;
  }
  return Buffer.concat(parts.reverse());
}

function archive(size: number, entryOf: (index: number) => ArchiveEntry): Buffer {
  return tgzOf(Array.from({ length: size }, (_, index) => entryOf(index)));
}

const program = (source: string, emitted = source) =>
  sameProgram(
    {
      source,
      media: 'ts',
      emitted: `${emitted}\n//# sourceMappingURL=m.js.map`,
      name: 'm.js',
      rewrite: () => undefined,
    },
    compiler,
  );
const declarations = (source: string, emitted: string) =>
  sameDeclarations(
    {
      source,
      media: 'ts',
      emitted: `${emitted}\n//# sourceMappingURL=m.d.ts.map`,
      name: 'm.d.ts',
      entry: false,
      texts: (specifier) => [specifier],
    },
    compiler,
  );
/** Two texts in one input, which the reader takes apart again. */
const pair = (first: string, second: string) => `${first}\u0000${second}`;
const apart = (input: Buffer): readonly [string, string] => {
  const [first = '', second = ''] = input.toString('utf8').split('\u0000');
  return [first, second];
};
const repeat = (name: string, piece: string, before = '', after = ''): Family => ({
  name,
  make: (size) => before + piece.repeat(size) + after,
});

const measured: readonly Measured[] = [
  { name: 'JSON from outside', read: parseJson, families: jsonFamilies },
  {
    name: 'base64, integers, addresses and headers',
    read: parserNamed('base64, integers, addresses and headers'),
    families: lineFamilies,
  },
  { name: 'package spec', read: parserNamed('package spec'), families: lineFamilies },
  {
    name: 'requirement in a module',
    read: parserNamed('requirement in a module'),
    families: [...lineFamilies, repeat('many parts', 'a@', 'npm:'), repeat('many slashes', '/a', 'jsr:@a/b')],
  },
  {
    name: 'repository and workflow in a certificate',
    read: parserNamed('repository and workflow in a certificate'),
    families: [
      repeat('a long name', 'a', 'https://github.com/acme/', '!'),
      repeat('many @', 'a@', 'https://github.com/a/b/.github/workflows/', '/'),
      repeat('many @refs', 'a@refs/', 'https://github.com/a/b/.github/workflows/', '\n'),
    ],
  },
  { name: 'JSON with places', read: parserNamed('JSON with places'), families: jsonFamilies },
  { name: 'YAML with places', read: parserNamed('YAML with places'), families: textFamilies },
  {
    name: 'lockfile of unknown format',
    read: parserNamed('lockfile of unknown format'),
    families: [
      repeat('a start over and over', '{"lockfileVersion" '),
      repeat('a name over and over', '"nodes" ', '{'),
    ],
  },
  {
    name: 'lockfile of deno',
    read: lockfile('deno', 'deno.lock'),
    families: [
      {
        name: 'one package of many dependents',
        make: (size) =>
          `{"version":"5","specifiers":{"jsr:@std/aa@1":"1.0.0"},"jsr":{"@std/aa@1.0.0":{"integrity":"${digest}"},${many(size, (index) => `"@std/p${index}@1.0.0":{"integrity":"${digest}","dependencies":["jsr:@std/aa"]}`)}}}`,
      },
      {
        name: 'many specifiers of one package',
        make: (size) =>
          `{"version":"5","specifiers":{${many(size, (index) => `"jsr:@std/aa@${index}":"1.0.${index}"`)}},"jsr":{}}`,
      },
      {
        name: 'many addresses',
        make: (size) =>
          `{"version":"5","remote":{${many(size, (index) => `"https://jsr.io/@std/aa/1.0.${index}/mod.ts":"${digest}"`)}}}`,
      },
      {
        ...repeat('one long address', '/..', '{"version":"5","redirects":{"a":"https://jsr.io/@std/a', '"}}'),
      },
      {
        ...repeat(
          'one long alias',
          '@npm:',
          '{"version":"5","npm":{"a@1.0.0":{"dependencies":{"b":"',
          '"}}}}',
        ),
      },
    ],
  },
  {
    name: 'lockfile of npm',
    read: lockfile('npm', 'package-lock.json'),
    families: [
      {
        name: 'one package in many places',
        make: (size) =>
          `{"lockfileVersion":3,"packages":{"":{},${many(size, (index) => `"node_modules/p${index}/node_modules/@jsr/std__aa":{"version":"1.0.0","resolved":"https://npm.jsr.io/~/11/@jsr/std__aa/1.0.0.tgz","integrity":"${integrity}"}`)}}}`,
      },
      {
        ...repeat(
          'one long integrity',
          `${integrity} `,
          '{"lockfileVersion":3,"packages":{"node_modules/@jsr/std__aa":{"version":"1.0.0","integrity":"',
          '"}}}',
        ),
      },
      {
        ...repeat(
          'an integrity of blanks',
          ' ',
          '{"lockfileVersion":3,"packages":{"node_modules/@jsr/std__aa":{"version":"1.0.0","integrity":"a',
          'b"}}}',
        ),
      },
      {
        ...repeat(
          'one long address',
          '/@jsr',
          '{"lockfileVersion":3,"packages":{"node_modules/@jsr/std__aa":{"version":"1.0.0","resolved":"https://npm.jsr.io',
          '"}}}',
        ),
      },
      {
        name: 'a tree of version 1',
        make: (size) =>
          `{"lockfileVersion":1,"dependencies":{${many(size, (index) => `"p${index}":{"version":"1.0.0","requires":{"@jsr/std__aa":"1"}}`)}}}`,
      },
      {
        name: 'many that ask for one package and get another',
        make: (size) =>
          `{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"},${many(size, (index) => `"node_modules/p${index}":{"version":"1.0.0","dependencies":{"a":"npm:@jsr/std__aa@1"}}`)}}}`,
      },
    ],
  },
  {
    name: 'lockfile of Yarn 1',
    read: lockfile('yarn', 'yarn.lock'),
    families: textFamilies.map((family) => ({
      ...family,
      make: (size) => `# yarn lockfile v1\n\n${family.make(size)}`,
    })),
  },
  {
    name: 'lockfile of Yarn 4',
    read: lockfile('yarn', 'yarn.lock'),
    families: [
      ...textFamilies.map((family) => ({
        ...family,
        make: (size: number) =>
          `__metadata:\n  version: 8\n\n"app@workspace:.":\n  resolution: "app@workspace:."\n\n${family.make(size)}`,
      })),
      {
        name: 'many packages under one name, and as many that ask for none of them',
        make: (size) =>
          `__metadata:\n  version: 8\n\n"app@workspace:.":\n  resolution: "app@workspace:."\n\n${many(size, (index) => `"a@npm:p${index}@1":\n  version: 1.0.0\n  resolution: "p${index}@npm:1.0.0"\n  dependencies:\n    a: "npm:@jsr/std__p${index}@1"\n`, '\n')}`,
      },
      repeat(
        'a patch of a patch of a patch',
        'patch:a@',
        '__metadata:\n  version: 8\n\n"app@workspace:.":\n  resolution: "app@workspace:."\n\n"a@npm:1":\n  resolution: "a@',
        '"\n',
      ),
    ],
  },
  {
    name: 'lockfile of pnpm',
    read: lockfile('pnpm', 'pnpm-lock.yaml'),
    families: [
      {
        name: 'many overrides of one name, and as many that ask for it',
        make: (size) =>
          `lockfileVersion: '9.0'\noverrides:\n${many(size, (index) => `  p${index}>@jsr/std__aa: npm:q${index}@1\n`, '')}importers:\n  .: {}\npackages:\n  a@1.0.0: {resolution: {}}\n${many(size, (index) => `  p${index}@1.0.0: {resolution: {}}\n`, '')}snapshots:\n  a@1.0.0: {}\n${many(size, (index) => `  p${index}@1.0.0: {dependencies: {'@jsr/std__aa': a@1.0.0}}\n`, '')}`,
      },
    ],
  },
  {
    name: 'lockfile of bun',
    read: lockfile('bun', 'bun.lock'),
    families: [
      {
        name: 'one package in many places',
        make: (size) =>
          `{"lockfileVersion":1,"workspaces":{},"packages":{${many(size, (index) => `"p${index}/@jsr/std__aa":["@jsr/std__aa@1.0.0","",{},"${integrity}"]`)}}}`,
      },
      repeat('one long key', '@a/', '{"lockfileVersion":1,"workspaces":{},"packages":{"', '":[]}}'),
      repeat(
        'one long workspace',
        'a/',
        '{"lockfileVersion":1,"workspaces":{"a":{"name":"',
        '"}},"packages":{}}',
      ),
    ],
  },
  {
    name: 'lockfile of vlt',
    read: lockfile('vlt', 'vlt-lock.json'),
    families: [
      {
        name: 'one package of many dependents',
        make: (size) =>
          `{"lockfileVersion":1,"nodes":{"~jsr~@jsr+std____aa@1.0.0":[0,"x"]},"edges":{${many(size, (index) => `"~jsr~p${index}@1.0.0 x":"prod 1 ~jsr~@jsr+std____aa@1.0.0"`)}}}`,
      },
      repeat('one long id', '_s', '{"lockfileVersion":1,"nodes":{"~jsr~', '@1":[0,"x"]}}'),
      repeat('an id of many fields', '~', '{"lockfileVersion":1,"nodes":{"', '":[0,"x"]}}'),
    ],
  },
  {
    name: 'policy',
    read: (input) =>
      parsePolicy(input.toString('utf8'), {
        file: 'a/p.json',
        read: (path) =>
          path === 'a/b.json'
            ? input.toString('utf8').replace('"./b.json"', '"./c.json"')
            : path === 'a/c.json'
              ? '{}'
              : undefined,
      }),
    families: [
      ...jsonFamilies,
      {
        name: 'many packages',
        make: (size) =>
          `{"packages":{${many(size, (index) => `"@a${index % 90000}/b${index}":{"repository":"a/b"}`)}}}`,
      },
      {
        name: 'many alternatives',
        make: (size) => `{"packages":{"@aa/bb":[${many(size, (index) => `{"repositoryId":${index + 1}}`)}]}}`,
      },
      {
        name: 'many exemptions',
        make: (size) =>
          `{"exemptions":[${many(size, (index) => `{"package":"@aa/b${index}","rule":"yanked","reason":"r","until":"2027-01-31"}`)}]}`,
      },
      {
        name: 'many overrides of many overrides',
        make: (size) =>
          `{"extends":"./b.json","overrides":{${many(size, (index) => `"a${index}/deno.lock":{"provenance":"optional"}`)}}}`,
      },
      {
        name: 'many wrong rules',
        make: (size) => `{"rules":{${many(size, (index) => `"yankd${index}":"eror"`)}}}`,
      },
      repeat('a long path', '../', '{"extends":"', 'b.json"}'),
      repeat('a long range', '1 || ', '{"packages":{"@aa/bb":{"versions":"', '1","repository":"a/b"}}}'),
    ],
  },
  {
    name: 'version list of a package',
    read: parserNamed('version list of a package'),
    families: [
      {
        name: 'many versions',
        make: (size) =>
          `{"versions":{${many(size, (index) => `"1.0.${index}":{"createdAt":"2026-01-01T00:00:00Z"}`)}}}`,
      },
      {
        name: 'many yanked pre-releases',
        make: (size) => `{"versions":{${many(size, (index) => `"0.0.1-a.${index}":{"yanked":true}`)}}}`,
      },
      repeat('a long version', '.1', '{"versions":{"1.0.0-', '":{}}}'),
      repeat('a long date', ' 1', '{"versions":{"1.0.0":{"createdAt":"2026', '"}}}'),
    ],
  },
  {
    name: 'version manifest',
    read: (input) => [checkManifest(present(input, ''), []), readVersionMetadata(input)],
    families: [
      {
        name: 'many files',
        largest: 6000,
        make: (size) =>
          `{"manifest":{${many(size, (index) => `"/a${index}.ts":{"size":1,"checksum":"sha256-${digest}"}`)}}}`,
      },
      {
        name: 'many exports',
        make: (size) =>
          `{"manifest":{"/a":{"size":1,"checksum":"sha256-${digest}"}},"exports":{${many(size, (index) => `"./a${index}":"./a"`)}}}`,
      },
      repeat('a long path', '/..', '{"manifest":{"', '":{"size":1}}}'),
    ],
  },
  {
    name: 'answer of the npm registry',
    read: parserNamed('answer of the npm registry'),
    families: [
      {
        name: 'many versions',
        make: (size) =>
          `{"versions":{${many(size, (index) => `"1.0.${index}":{"dist":{"tarball":"x","integrity":"y"}}`)}}}`,
      },
    ],
  },
  {
    name: 'log entry',
    read: unpackEntry,
    families: [
      {
        name: 'many signatures',
        make: (size) =>
          entryWith({ signatures: Array.from({ length: size }, () => ({ sig: 'QUE=', publicKey: 'QUE=' })) }),
      },
      {
        name: 'a long signature',
        make: (size) => entryWith({ signatures: [{ sig: base64('A'.repeat(size)), publicKey: 'QUE=' }] }),
      },
      {
        name: 'many blocks of PEM',
        make: (size) =>
          entryWith({
            signatures: [{ sig: 'QUE=', publicKey: base64('-----BEGIN CERTIFICATE-----\n'.repeat(size)) }],
          }),
      },
      {
        name: 'a long block of PEM',
        make: (size) =>
          entryWith({
            signatures: [
              {
                sig: base64(base64('a')),
                publicKey: base64(
                  `-----BEGIN CERTIFICATE-----\n${'QUJD'.repeat(size)}\n-----END CERTIFICATE-----\n`,
                ),
              },
            ],
          }),
      },
      {
        name: 'a payload',
        make: (size) => entryWith({}, { attestation: { data: base64('a'.repeat(size)) } }),
      },
      {
        name: 'many hashes',
        make: (size) =>
          entryWith(
            {},
            {
              verification: {
                inclusionProof: {
                  logIndex: 1,
                  treeSize: 2,
                  rootHash: digest,
                  checkpoint: '',
                  hashes: Array.from({ length: size }, () => digest),
                },
              },
            },
          ),
      },
      { name: 'many entries', make: (size) => `{${many(size, (index) => `"${hash(index)}":{}`)}}` },
    ],
  },
  {
    name: 'search answer of the log',
    read: parseSearch,
    families: [
      { name: 'many ids', make: (size) => `[${many(size, (index) => `"${hash(index)}"`)}]` },
      repeat('one long id', 'a', '["', '"]'),
    ],
  },
  {
    name: 'answer of the log about several entries',
    read: parserNamed('answer of the log about several entries'),
    families: [
      {
        name: 'many entries',
        make: (size) => `[${many(size, (index) => `{"${hash(index)}":{"logIndex":${index}}}`)}]`,
      },
    ],
  },
  {
    name: 'heads of the log',
    read: parserNamed('heads of the log'),
    families: [
      {
        name: 'many shards',
        make: (size) =>
          `{"signedTreeHead":"a","inactiveShards":[${many(size, (index) => `{"signedTreeHead":"${index}"}`)}]}`,
      },
    ],
  },
  {
    name: 'checkpoint',
    read: (input) => parseCheckpoint(input.toString('utf8'), { characters: 1e9, signatures: 1e9 }),
    families: [
      {
        name: 'many signatures',
        make: (size) => `a\n1\n${base64('a'.repeat(32))}\n\n${'\u2014 a AAAAAAAA\n'.repeat(size)}`,
      },
      repeat('many lines', 'a\n', 'a\n1\nb\n', '\n\u2014 a AAAAAAAA\n'),
      repeat('many blank lines', '\n', 'a\n1\nb'),
      repeat('a signature of dashes', '\u2014 ', 'a\n1\nb\n\n', '\n'),
      repeat('a long name', 'a', 'a\n1\nb\n\n\u2014 ', '\n'),
    ],
  },
  {
    name: 'Sigstore bundle',
    read: (input) => [parseBundle(input), verifyBundle(input, trust)],
    families: [
      {
        name: 'many log entries',
        make: (size) =>
          JSON.stringify({
            ...bundle,
            verificationMaterial: {
              ...bundle.verificationMaterial,
              tlogEntries: Array.from({ length: size }, () => ({
                ...bundle.verificationMaterial.tlogEntries[0],
                canonicalizedBody: '',
              })),
            },
          }),
      },
      {
        name: 'many signatures',
        make: (size) =>
          JSON.stringify({
            ...bundle,
            dsseEnvelope: {
              ...bundle.dsseEnvelope,
              signatures: Array.from({ length: size }, () => bundle.dsseEnvelope.signatures[0]),
            },
          }),
      },
      {
        name: 'a long payload',
        make: (size) =>
          JSON.stringify({
            ...bundle,
            dsseEnvelope: { ...bundle.dsseEnvelope, payload: base64('a'.repeat(size)) },
          }),
      },
      {
        name: 'many authorities',
        make: (size) =>
          JSON.stringify({
            ...bundle,
            verificationMaterial: {
              ...bundle.verificationMaterial,
              certificate: undefined,
              x509CertificateChain: {
                certificates: Array.from({ length: size }, () => ({ rawBytes: 'QUFB' })),
              },
            },
          }),
      },
      {
        name: 'an unknown version',
        make: (size) =>
          JSON.stringify({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle.v0.3'.repeat(size) }),
      },
    ],
  },
  {
    name: 'certificate',
    read: parserNamed('certificate'),
    families: [
      {
        name: 'many extensions',
        make: (size) =>
          certificateWith(
            Array.from({ length: size }, (_, index) => sequence(oid(`1.3.6.1.${index}`), octets(utf8('a')))),
          ),
      },
      {
        name: 'many names',
        make: (size) =>
          certificateWith([
            sequence(
              oid('2.5.29.17'),
              octets(sequence(...Array.from({ length: size }, () => element(0x86, Buffer.from('a'))))),
            ),
          ]),
      },
      {
        name: 'a long name',
        make: (size) =>
          certificateWith([
            sequence(oid('2.5.29.17'), octets(sequence(element(0x86, Buffer.alloc(size, 97))))),
          ]),
      },
      {
        name: 'a long object identifier',
        make: (size) => certificateWith([sequence(element(6, Buffer.alloc(size, 0x81)), octets(utf8('a')))]),
      },
      {
        name: 'a long path length',
        make: (size) =>
          certificateWith([
            sequence(
              oid('2.5.29.19'),
              octets(sequence(element(1, Buffer.from([255])), element(2, Buffer.alloc(size, 1)))),
            ),
          ]),
      },
      {
        name: 'a long serial number',
        make: (size) => sequence(sequence(context(0, integer(2)), element(2, Buffer.alloc(size, 1)))),
      },
      { name: 'sequences in sequences', make: (size) => nested(0x30, size) },
      {
        name: 'sequences in an extension',
        make: (size) => certificateWith([sequence(oid('2.5.29.17'), octets(nested(0x30, size)))]),
      },
    ],
  },
  {
    name: 'timestamp',
    read: parserNamed('timestamp'),
    families: [
      { name: 'sequences in sequences', make: (size) => nested(0x30, size) },
      { name: 'a long integer', make: (size) => sequence(sequence(element(2, Buffer.alloc(size, 1)))) },
      {
        name: 'many certificates',
        make: (size) =>
          sequence(
            sequence(integer(0)),
            sequence(
              oid('1.2.840.113549.1.7.2'),
              context(0, sequence(integer(3), ...Array.from({ length: size }, () => sequence(integer(1))))),
            ),
          ),
      },
    ],
  },
  {
    name: 'certificate as PEM',
    read: (input) => derOfPem(input.toString('latin1')),
    families: [
      ...lineFamilies,
      repeat('many beginnings', '-----BEGIN '),
      repeat('many blocks', '-----BEGIN A-----\n'),
      repeat('one block', 'QUJD\n', '-----BEGIN CERTIFICATE-----\n', '-----END CERTIFICATE-----'),
    ],
  },
  {
    name: 'identity for guessing',
    read: identityOf,
    families: [
      {
        name: 'many extensions',
        make: (size) =>
          certificateWith(
            Array.from({ length: size }, () => sequence(oid('1.3.6.1.4.1.57264.1.9'), octets(utf8('a')))),
          ),
      },
    ],
  },
  {
    name: 'claims of a certificate',
    read: parserNamed('claims of a certificate'),
    families: [
      ...lineFamilies.slice(0, 16),
      repeat('a repository over and over', 'acme/widget/', 'https://github.com/'),
    ],
  },
  {
    name: 'statement and its predicate',
    read: (payload) => checkStatement({ signature: { payload } }),
    families: [
      {
        name: 'many subjects',
        make: (size) =>
          honest.statement
            .toString()
            .replace(/"subject":/, `"x":[${many(size, () => '{"name":"a","digest":{}}')}],"subject":`)
            .replace(/"x":(\[.*?\]),"subject":/, '"subject":$1,"y":'),
      },
    ],
  },
  {
    name: 'trusted root',
    read: parserNamed('trusted root'),
    families: ['tlogs', 'ctlogs', 'certificateAuthorities'].map((field) => ({
      name: `many ${field}`,
      largest: 30,
      make: (size) => {
        const root = JSON.parse(honest.trustedRoot.toString()) as Record<string, readonly object[]>;
        return JSON.stringify({ ...root, [field]: Array.from({ length: size }, () => root[field]?.[0]) });
      },
    })),
  },
  {
    name: 'npm tarball',
    read: (input) => readTarball(input),
    families: [
      {
        name: 'many files',
        largest: 6000,
        make: (size) => archive(size, (index) => ({ path: `package/${index}.ts`, content: 'a' })),
      },
      {
        name: 'one large file',
        make: (size) =>
          archive(1, () => ({ path: 'package/a.ts', content: `${'a'.repeat(100)}${size}`.repeat(size) })),
      },
      {
        name: 'files in files',
        largest: 6000,
        make: (size) =>
          archive(size, (index) => ({ path: `package/${'a/'.repeat(30)}${index}`, content: '' })),
      },
      {
        name: 'zeros at the end',
        make: (size) =>
          gzipSync(
            Buffer.concat([
              gunzipSync(tgzOf([{ path: 'package/a', content: '' }])),
              Buffer.alloc(512 * size),
            ]),
          ),
      },
      {
        name: 'bytes behind the end',
        make: (size) => Buffer.concat([honest.tarball, Buffer.alloc(size, 1)]),
      },
    ],
  },
  {
    name: 'uploaded tarball',
    read: readUpload,
    families: [
      {
        name: 'many files',
        largest: 6000,
        make: (size) => archive(size, (index) => ({ path: `${index}.ts`, content: 'a' })),
      },
      {
        name: 'zeros at the end',
        largest: 20_000,
        make: (size) =>
          gzipSync(
            Buffer.concat([gunzipSync(tgzOf([{ path: 'a', content: '' }])), Buffer.alloc(512 * size)]),
          ),
      },
    ],
  },
  {
    name: 'pack',
    read: (input) => readPack(gzipSync(input, { level: 1 })),
    families: [
      repeat('many lines', '{}\n'),
      repeat('one long line', '{}'),
      repeat('empty lines', '\n'),
      {
        name: 'many contents',
        make: (size) => packWith(Array.from({ length: size }, (_, index) => hash(index)).sort(), 0),
      },
      { name: 'many answers', make: (size) => packWith([], size) },
      ...jsonFamilies.slice(0, 4),
    ],
  },
  {
    name: "tables of Yarn's Plug'n'Play",
    read: (input) =>
      readPnp(
        diskWith({
          '.pnp.cjs': Buffer.concat([
            Buffer.from("\nconst RAW_RUNTIME_STATE =\n'"),
            input,
            Buffer.from("';\n"),
          ]),
        }),
        home,
        new Names(),
      ),
    families: [
      {
        name: 'many packages',
        make: (size) =>
          `{"packageRegistryData":[${many(size, (index) => `["@jsr/a__b${index}",[["npm:1.0.0",{"packageLocation":"./a/"}]]]`)}]}`,
      },
      {
        name: 'a long place',
        make: (size) =>
          `{"packageRegistryData":[["@jsr/aa__bb",[["npm:1.0.0",{"packageLocation":"${'a.zip/node_modules/'.repeat(size)}"}]]]]}`,
      },
      {
        name: 'a place of slashes',
        make: (size) =>
          `{"packageRegistryData":[["@jsr/aa__bb",[["npm:1.0.0",{"packageLocation":"${'/node_modules/@'.repeat(size)}"}]]]]}`,
      },
      {
        name: 'a long reference',
        make: (size) =>
          `{"packageRegistryData":[["@jsr/aa__bb",[["virtual:${'#npm:'.repeat(size)}",{"packageLocation":"a"}]]]]}`,
      },
      repeat('many backslashes', '\\'),
    ],
  },
  {
    name: 'what lies in node_modules',
    read: (input) => readAsked(diskWith({ 'package.json': input }), home),
    families: [
      {
        name: 'many dependencies',
        make: (size) => `{"dependencies":{${many(size, (index) => `"a${index}":"npm:@jsr/aa__bb@1"`)}}}`,
      },
      repeat('one long range', '@a/', '{"dependencies":{"a":"jsr:@', '"}}'),
    ],
  },
  {
    name: 'mentions of one package',
    read: (input) => {
      const [dependents, collector] = [new Dependents(), new Collector('a', new Lines(''), publicRegistries)];
      for (let index = 0; index < input.length; index += 1) dependents.add('a', `p${index}`);
      for (let index = 0; index < input.length; index += 1)
        collector.npm({
          at: 0,
          entry: 'a',
          name: '@jsr/std__aa',
          version: `1.0.${index}`,
          dependents: dependents.of('a'),
        });
      return collector.contents({ id: 'npm', runtime: 'node' });
    },
    families: [repeat('with as many dependents', 'a')],
  },
  {
    name: 'passages of a text',
    read: (input) => {
      const passages = new Passages(input.toString('utf8'), identifiers);
      return input
        .toString('utf8')
        .split(' ')
        .toReversed()
        .every((word) => passages.has(word));
    },
    families: [{ name: 'many words', make: (size) => many(size, (index) => `n${index}`, ' ') }],
  },
  {
    name: 'copies with many closed folders',
    read: (input) => {
      const size = input.length;
      const files = new Map(
        Array.from({ length: size }, (_, index) => [`/closed${index}/`, { unread: 'EACCES' }] as const),
      );
      const wanted = new Map(
        Array.from(
          { length: size },
          (_, index) => [`/open${index}/a.ts`, { sha256: digest, size: 1 }] as const,
        ),
      );
      return compareNpm({ kind: 'npm', place: 'a', standing: 'project', files, nests: false }, wanted);
    },
    families: [{ ...repeat('and as many files', 'a'), smallest: 4000 }],
  },
  {
    name: 'source map',
    read: (input) => {
      const [source, text] = apart(input);
      return checkSourceMap({ text, name: 'm.js', from: './m.ts', source, emitted: source });
    },
    families: [
      {
        name: 'many names of a long source',
        make: (size) =>
          pair(
            `${' '.repeat(size * 8)}${many(size, (index) => `n${index}`, ' ')}`,
            mapWith({ names: Array.from({ length: size }, (_, index) => `n${index}`) }),
          ),
      },
      {
        name: 'many lines',
        make: (size) => pair('\n'.repeat(size), mapWith({ mappings: `AAAA${';AACA'.repeat(size)}` })),
      },
      {
        name: 'many mappings of one line',
        make: (size) => pair('a'.repeat(size), mapWith({ mappings: `AAAA${',CAAC'.repeat(size - 1)}` })),
      },
      { name: 'a long number', make: (size) => pair('a', mapWith({ mappings: 'g'.repeat(size) })) },
    ],
  },
  {
    name: 'script of a tarball',
    read: (input) => parseScript(input.toString('utf8')),
    families: [
      repeat('many comments', '/*#__PURE__*/', '', 'a()'),
      repeat('many comments on lines', '//#__PURE__\n', '', 'a()'),
      repeat('many blanks', ' ', '/*#__PURE__*/', 'a()'),
      repeat('many blanks between comments', '/*#__PURE__*/    \n', '', 'a()'),
      repeat('brackets in brackets', '['),
      repeat('many statements', 'a();\n'),
      repeat('a long text', 'a', '"', '"'),
      repeat('templates in templates', '`${', 'a = '),
    ],
  },
  {
    name: 'forms of a script',
    read: (input) => {
      const [names, code] = apart(input);
      const parsed = parseScript(code);
      const declared = new Map(names.split(' ').map((name) => [name, 1]));
      return parsed.ok
        ? canonical(parsed.program, {
            ...nothingLowered,
            enums: declared,
            moduleEnums: declared,
            namespaces: new Set(declared.keys()),
          })
        : expect.unreachable(parsed.reason);
    },
    families: [
      {
        name: 'many enums and many calls',
        smallest: 2000,
        make: (size) =>
          pair(
            many(size, (index) => `E${index}`, ' '),
            '(function(a) {})();\n'.repeat(size),
          ),
      },
      {
        name: 'many variables in many statements',
        smallest: 8000,
        make: (size) =>
          pair(
            'a',
            many(size, (index) => `var v${index};`, '\n'),
          ),
      },
      {
        name: 'many namespaces with names of their own',
        make: (size) =>
          pair(
            many(size, (index) => `I${index}`, ' '),
            many(
              size,
              (index) =>
                `let I${index}; (function(I${index}) {})(I${index} = N.I${index} || (N.I${index} = {}));`,
              '\n',
            ),
          ),
      },
    ],
  },
  {
    name: 'program of a tarball',
    read: (input) => program(...apart(input)),
    families: [
      {
        name: 'many comments',
        make: (size) =>
          pair(
            many(size, (index) => `a(); /* ${index} */`, '\n'),
            many(size, (index) => `a(); /* ${index} */`, '\n'),
          ),
      },
      {
        name: 'many comments in another order',
        largest: 4000,
        make: (size) =>
          pair(
            many(size, (index) => `a(); /* ${index} */`, '\n'),
            many(size, (index) => `a(); /* ${size - 1 - index} */`, '\n'),
          ),
      },
      {
        name: 'many variables',
        make: (size) =>
          pair(
            `var ${many(size, (index) => `v${index}`)};`,
            `var ${many(size, (index) => `v${size - 1 - index}`)};`,
          ),
      },
      { name: 'many statements', make: (size) => pair('a();\n'.repeat(size), 'a();\n'.repeat(size)) },
      {
        name: 'one sum',
        largest: 200,
        make: (size) => pair(`x = ${'a+'.repeat(size)}a;`, `x = ${'a+'.repeat(size)}a;`),
      },
    ],
  },
  {
    name: 'declarations of a tarball',
    read: (input) => declarations(...apart(input)),
    families: [
      {
        name: 'many functions',
        make: (size) =>
          pair(
            many(size, (index) => `export function f${index}(): void {}`, '\n'),
            many(size, (index) => `export declare function f${index}(): void;`, '\n'),
          ),
      },
      {
        name: 'many functions, the last one only',
        make: (size) =>
          pair(
            `${many(size, (index) => `export const f${index}: number = 1;`, '\n')}\nexport const last: { ${many(size, (index) => `a${index}: 1`, '; ')} } = 1;`,
            `export declare const last: { ${many(size, (index) => `a${index}: 1`, '; ')} };`,
          ),
      },
      {
        name: 'many comments',
        make: (size) =>
          pair(
            many(size, (index) => `/** ${index} */ export const f${index}: number = 1;`, '\n'),
            many(size, (index) => `/** ${index} */ export declare const f${index}: number;`, '\n'),
          ),
      },
      ...["\\'", '/* ', '\\`'].map((sign) => ({
        name: `many ${sign} in a template that is not seen to be one`,
        smallest: 4000,
        make: (size: number) => pair('', `export declare const a: \`\${"\`"}\n'${sign.repeat(size)}\n\`;`),
      })),
      {
        name: 'lists in lists',
        largest: 32,
        make: (size) =>
          pair(
            `export const a = ${'['.repeat(size)}1${']'.repeat(size)} as const;`,
            `export declare const a: ${'readonly ['.repeat(size)}1${']'.repeat(size)};`,
          ),
      },
      {
        name: 'objects in objects',
        largest: 32,
        make: (size) =>
          pair(
            `export const a = ${'{a:'.repeat(size)}1${'}'.repeat(size)} as const;`,
            `export declare const a: ${'{readonly a:'.repeat(size)}1${'}'.repeat(size)};`,
          ),
      },
      {
        name: 'functions in functions',
        largest: 32,
        make: (size) =>
          pair(
            `export const a = ${'() => '.repeat(size)}1;`,
            `export declare const a: ${'() => '.repeat(size)}number;`,
          ),
      },
    ],
  },
];

function mapWith(fields: object): string {
  return JSON.stringify({
    version: 3,
    file: 'm.js',
    sources: ['./m.ts'],
    names: [],
    mappings: '',
    ...fields,
  });
}

function packWith(contents: readonly string[], records: number): string {
  const head = {
    format: 'jsr-verify-pack',
    version: 1,
    tool: 'a',
    records,
    contents: contents.map((sha256) => [sha256, 1]),
    attachments: [],
  };
  const answers = many(
    records,
    (index) =>
      JSON.stringify({
        method: 'GET',
        url: `https://a.test/${String(index).padStart(9, '0')}`,
        lifetime: 'never',
        state: 'absent',
      }),
    '\n',
  );
  return `${JSON.stringify(head)}\n${'{"text":"a"}\n'.repeat(contents.length)}${answers}\n`;
}

describe.each(measured)('$name', ({ read, families }: Measured) => {
  test.each(families)(
    '$name: eight times as much is no more than about eight times the work',
    async ({ make, smallest = 250, largest = 50_000 }: Family) => {
      const { ratio } = await growthOf(
        (size) => {
          const input = Buffer.from(make(size));
          return async () => {
            try {
              return await read(input);
            } catch (error) {
              if (error instanceof JsrVerifyError) return error;
              throw error;
            }
          };
        },
        { smallest: Math.min(smallest, largest), largest: Math.max(smallest, largest) },
      );
      expect(ratio).toBeLessThan(mostGrowth);
    },
  );
});
