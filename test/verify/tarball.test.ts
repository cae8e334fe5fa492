import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { absent, present, unavailable } from '../../src/model/evidence.ts';
import { type Attested, checkTarball } from '../../src/verify/one-tarball.ts';
import { checkTarballs, type TarballEvidence } from '../../src/verify/tarball.ts';
import { type MintedPackage, mintInput } from '../npm/support/package.ts';
import { tgzOf } from '../support/archive.ts';
import { sha256Hex } from '../support/keys.ts';

type Files = Readonly<Record<string, string>>;

const minted: MintedPackage = {
  exports: './mod.js',
  files: {
    '/jsr.json': '{ "name": "@scope/foo", "version": "1.0.0" }\n',
    '/mod.js': 'import { join } from "jsr:@std/path@^1";\nexport const text = join("a", "b");\n',
    '/README.md': '# foo\n',
  },
};
const generated = {
  name: '@jsr/scope__foo',
  version: '1.0.0',
  homepage: 'http://jsr.test/@scope/foo',
  type: 'module',
  dependencies: { '@jsr/std__path': '^1' },
  exports: { '.': { default: './mod.js' } },
  _jsr_revision: 11,
};
const honest: Files = {
  ...minted.files,
  '/mod.js': 'import { join } from "@jsr/std__path";\nexport const text = join("a", "b");\n',
  '/package.json': JSON.stringify(generated, null, 2),
};

function attestedOf(source: MintedPackage): Attested {
  const { attested, ...rest } = mintInput(source, {});
  return { ...rest, files: attested };
}
const attested = attestedOf(minted);

const tgz = (files: Files): Buffer =>
  tgzOf(Object.entries(files).map(([path, content]) => ({ path: `package${path}`, content })));
const without = (path: string): Files =>
  Object.fromEntries(Object.entries(honest).filter(([name]) => name !== path));

const url = 'https://npm.test/~/11/@jsr/scope__foo/1.0.0.tgz';
const sri = (algorithm: string, bytes: Uint8Array): string =>
  `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;
const bytes = tgz(honest);

function served(content: Uint8Array, more: Partial<TarballEvidence> = {}): TarballEvidence {
  return { url, bytes: present(content, url), integrity: new Map(), ...more };
}
const check = (...tarballs: readonly TarballEvidence[]) =>
  checkTarballs(tarballs, (tarball) => checkTarball(tarball, attested));
const outcomeOf = async (...tarballs: readonly TarballEvidence[]) => (await check(...tarballs)).outcome;

const fact = {
  url,
  integrity: sri('sha512', bytes),
  verbatim: 2,
  rewritten: 1,
  derived: 0,
  generated: 1,
  notDerived: [],
};
const contentsOf = (files: Files) =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { sha256: sha256Hex(text), size: Buffer.byteLength(text) },
    ]),
  );
const unfounded = ([first, ...others]: readonly string[]) =>
  `the npm tarball does not match the attested files: ${first}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;

describe('an npm tarball', () => {
  it('of which every file follows from the attested ones passes, counted by how, with the digest of each file', async () => {
    expect(await check(served(bytes))).toEqual({
      outcome: { status: 'passed', fact },
      contents: [contentsOf(honest)],
    });
  });

  it('that nobody named is unknown, which is not passed', async () => {
    expect(await check()).toEqual({
      outcome: { status: 'unknown', why: 'no npm tarball of this version is known' },
      contents: [],
    });
  });

  it('that is not there is unknown', async () => {
    expect(await check(served(bytes, { bytes: absent(url) }))).toEqual({
      outcome: { status: 'unknown', why: `the npm registry does not have ${url}` },
      contents: [],
    });
  });

  it('that cannot be had is unknown', async () => {
    expect(
      await check(
        served(bytes, { bytes: unavailable(url, { kind: 'status', status: 503, why: 'answered 503' }) }),
      ),
    ).toEqual({
      outcome: { status: 'unknown', why: `the npm tarball ${url} could not be fetched: answered 503` },
      contents: [],
    });
  });

  it('that two readers could read differently fails', async () => {
    expect(await check(served(Buffer.concat([bytes, bytes])))).toEqual({
      outcome: {
        status: 'failed',
        reason: 'the npm tarball is malformed or ambiguous: data follows the gzip member',
      },
      contents: [],
    });
  });

  it.each([
    [
      'with a file of its own',
      { ...honest, '/evil.js': 'evil();\n' },
      ['/evil.js is not derived from any attested file'],
    ],
    [
      'with other bytes in a file',
      { ...honest, '/README.md': '# evil\n' },
      ['/README.md differs from the attested file at line 1: "# evil", expected "# foo"'],
    ],
    ['that lacks a file', without('/README.md'), ['/README.md is missing from the tarball']],
    [
      'with one file too many and one too few',
      { ...without('/README.md'), '/evil.js': 'evil();\n' },
      ['/evil.js is not derived from any attested file', '/README.md is missing from the tarball'],
    ],
  ])('%s fails, and the file is named', async (_, files, details) => {
    expect(await check(served(tgz(files)))).toEqual({
      outcome: { status: 'failed', reason: unfounded(details), details },
      contents: [],
      refuted: contentsOf(files),
    });
  });

  it.each([
    [20, []],
    [25, ['and 5 more']],
  ])('with %d files of its own names twenty, and counts the others', async (count, rest) => {
    const own = Array.from({ length: count }, (_, index) => `/evil${index}.js`);
    const files = { ...honest, ...Object.fromEntries(own.map((path) => [path, 'evil();\n'])) };
    expect(await outcomeOf(served(tgz(files)))).toEqual({
      status: 'failed',
      reason: unfounded(own.map((path) => `${path} is not derived from any attested file`)),
      details: [...own.slice(0, 20).map((path) => `${path} is not derived from any attested file`), ...rest],
    });
  });

  it('is read by the revision in its address, whatever revision it states', async () => {
    expect(await outcomeOf(served(bytes, { revision: 11 }))).toEqual({ status: 'passed', fact });
    expect(await outcomeOf(served(bytes, { revision: 10 }))).toEqual({
      status: 'failed',
      reason: unfounded(['/package.json states revision 11, not 10']),
      details: [expect.stringMatching(/^\/package\.json .*revision/)],
    });
  });

  it('with a declaration whose types had to be inferred passes, and the declaration is named', async () => {
    const source: MintedPackage = {
      exports: './mod.ts',
      files: { '/mod.ts': 'import { join } from "jsr:@std/path@^1";\nexport const more = join;\n' },
    };
    const map = (file: string, from: string) =>
      JSON.stringify({ version: 3, file, sources: [from], names: [], mappings: 'AAAA' });
    const program = 'import { join } from "@jsr/std__path";\nexport const more = join;\n';
    const files = {
      '/mod.ts': program,
      '/mod.js': `${program}//# sourceMappingURL=mod.js.map`,
      '/mod.js.map': map('mod.js', './mod.ts'),
      '/_dist/mod.d.ts':
        'export declare const more: (...paths: string[]) => string;\n//# sourceMappingURL=mod.d.ts.map',
      '/_dist/mod.d.ts.map': map('mod.d.ts', '../mod.ts'),
      '/package.json': JSON.stringify(
        { ...generated, exports: { '.': { types: './_dist/mod.d.ts', default: './mod.js' } } },
        null,
        2,
      ),
    };
    const { outcome } = await checkTarballs([served(tgz(files)), served(tgz(files))], (tarball) =>
      checkTarball(tarball, attestedOf(source)),
    );
    expect(outcome).toMatchObject({
      status: 'passed',
      fact: { verbatim: 0, rewritten: 2, derived: 6, generated: 2, notDerived: ['/_dist/mod.d.ts'] },
    });
  });
});

describe('what somebody holds the tarball to', () => {
  const other = Buffer.from('another tarball');
  const held = (...named: readonly (readonly [string, string])[]) =>
    outcomeOf(served(bytes, { integrity: new Map(named) }));

  it.each([
    ['SHA-512', sri('sha512', bytes)],
    ['SHA-384', sri('sha384', bytes)],
    ['SHA-256', sri('sha256', bytes)],
    ['SHA-1, where an old lockfile has nothing better', sri('sha1', bytes)],
    ['one of two of the same kind', `${sri('sha512', other)} ${sri('sha512', bytes)}`],
    ['the strongest, whatever a weaker one says', `${sri('sha1', other)} ${sri('sha512', bytes)}`],
    ['one in much white space', `\n  ${sri('sha512', bytes)}\t `],
  ])('may be a digest: %s', async (_, integrity) => {
    expect(await held(['package-lock.json:7', integrity])).toEqual({ status: 'passed', fact });
  });

  it.each([
    ['is of other bytes', sri('sha512', other)],
    ['is weaker than one that does not fit', `${sri('sha512', other)} ${sri('sha256', bytes)}`],
    ['is weaker than one that does not fit: 384', `${sri('sha384', other)} ${sri('sha256', bytes)}`],
    ['is weaker than one that does not fit: 256', `${sri('sha256', other)} ${sri('sha1', bytes)}`],
    ['is of a kind nobody should use', sri('md5', bytes)],
    ['is true but for its name', sri('sha512', bytes).replace('sha512', 'sha513')],
    ['is cut short', sri('sha512', bytes).slice(0, 50)],
    ['has something behind it', `${sri('sha512', bytes)}x`],
    ['is in hexadecimal', `sha512-${createHash('sha512').update(bytes).digest('hex')}`],
    ['is nothing', ''],
  ])('is refused where the digest %s', async (_, integrity) => {
    expect(await held(['package-lock.json:7', integrity])).toEqual({
      status: 'failed',
      reason: 'the npm tarball is not the one that package-lock.json:7 names',
      details: [`package-lock.json:7: ${integrity}`, `served: ${sri('sha512', bytes)}`],
    });
  });

  it('must fit whoever says it: one who disagrees is enough', async () => {
    const [good, bad] = [sri('sha512', bytes), sri('sha512', other)];
    expect(await held(['package-lock.json:7', good], ['the npm registry', bad])).toMatchObject({
      status: 'failed',
      reason: 'the npm tarball is not the one that the npm registry names',
    });
    expect(await held(['package-lock.json:7', bad], ['the npm registry', good])).toMatchObject({
      status: 'failed',
      reason: 'the npm tarball is not the one that package-lock.json:7 names',
    });
  });

  it('is compared before anything in the tarball is read', async () => {
    const integrity = new Map([['package-lock.json:7', sri('sha512', bytes)]]);
    expect(await outcomeOf(served(other, { integrity }))).toMatchObject({
      reason: 'the npm tarball is not the one that package-lock.json:7 names',
    });
  });

  it('is never echoed at any length', async () => {
    const outcome = await held(['package-lock.json:7', `sha512-${'A'.repeat(10_000)}`]);
    expect(outcome).toMatchObject({
      details: [`package-lock.json:7: sha512-${'A'.repeat(193)}`, `served: ${sri('sha512', bytes)}`],
    });
  });
});

describe('of several tarballs', () => {
  const [first, second, third] = [
    'https://npm.test/1.tgz',
    'https://npm.test/2.tgz',
    'https://npm.test/3.tgz',
  ];
  const good = served(bytes, { url: first });
  const evil = served(tgz({ ...honest, '/evil.js': 'evil();\n' }), { url: second });
  const lost = served(bytes, {
    url: third,
    bytes: unavailable(third, { kind: 'status', status: 503, why: 'answered 503' }),
  });
  const failed = {
    status: 'failed',
    reason: unfounded(['/evil.js is not derived from any attested file']),
    details: ['/evil.js is not derived from any attested file'],
  };

  it('that all pass the report is about all', async () => {
    // Another archive of the same files.
    const bytesAgain = tgz(Object.fromEntries(Object.entries(honest).reverse()));
    expect(await check(good, served(bytesAgain, { url: second }))).toEqual({
      outcome: {
        status: 'passed',
        fact: {
          url: `${first}, ${second}`,
          integrity: `${sri('sha512', bytes)}, ${sri('sha512', bytesAgain)}`,
          verbatim: 4,
          rewritten: 2,
          derived: 0,
          generated: 2,
          notDerived: [],
        },
      },
      contents: [contentsOf(honest), contentsOf(honest)],
    });
  });

  it('one that fails is enough, wherever it stands', async () => {
    expect(await check(good, evil)).toMatchObject({ outcome: failed, contents: [contentsOf(honest)] });
    expect(await check(evil, good)).toMatchObject({ outcome: failed, contents: [] });
  });

  it('one that cannot be had does not hide another that is wrong', async () => {
    expect(await outcomeOf(lost, evil)).toEqual(failed);
    expect(await outcomeOf(evil, lost)).toEqual(failed);
  });

  it('one that cannot be had leaves open what the others show', async () => {
    const open = {
      outcome: { status: 'unknown', why: `the npm tarball ${third} could not be fetched: answered 503` },
      contents: [contentsOf(honest)],
    };
    expect(await check(good, lost)).toEqual(open);
    expect(await check(lost, good)).toEqual(open);
    expect(await check(lost, good, served(bytes, { bytes: absent(url) }))).toEqual(open);
  });
});
