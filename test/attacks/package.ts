import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { files } from '../cli/program.ts';
import type { ArchiveEntry } from '../support/archive.ts';
import { type BundleJson, toBundle } from '../support/bundle.ts';
import { withBody } from '../support/http.ts';
import type { Json } from '../support/json.ts';
import { sha256Hex, sign } from '../support/keys.ts';
import { packageLock, pnpmLock } from '../support/lockfiles.ts';
import type { NpmChanges } from '../support/npm.ts';
import type { PublishOptions } from '../support/publication.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { type ValidFor, validFor } from '../support/trusted-root.ts';
import { underRoot } from './root.ts';
import type { Area, Row, Scene } from './row.ts';

const deep = ({ widget }: Scene) => [widget.spec, '--depth', 'tarball'];

const integrityOf = (bytes: Uint8Array): string =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** The npm registry serves other bytes, and names their digest. */
const serveTarball = (scene: Scene, bytes: Uint8Array): void => {
  scene.edit({ role: 'npm', path: /\.tgz$/ }, (answer) => withBody(answer, bytes));
  scene.edit({ role: 'npm', path: /^\/@jsr/ }, (answer) =>
    withBody(
      answer,
      Buffer.from(answer.body)
        .toString()
        .replace(/sha512-[^"]+/, integrityOf(bytes)),
    ),
  );
};

/** A tar whose first entry changed at another time: same files, other bytes. */
const touched = (tar: Uint8Array): Uint8Array => {
  const copy = Buffer.from(tar);
  copy.write('00000000001', 136);
  copy.fill(' ', 148, 156);
  const sum = copy.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return copy;
};

/** A tarball as the npm registry serves it, with the digest the npm registry gives for it. */
const tarball = (promise: string, npm: NpmChanges, says: RegExp): Row => ({
  promise,
  publish: { npm },
  argv: deep,
  verdict: 'rejected',
  code: 1,
  id: 'tarball',
  says,
});

const evil: ArchiveEntry = { path: 'package/evil.js', content: 'evil();\n' };
const more = (...entries: readonly ArchiveEntry[]): NpmChanges => ({
  entries: (honest) => [...honest, ...entries],
});

const free = '/*#__NO_SIDE_EFFECTS__*/ ';
const checked = `export function check(): void {\n  throw new Error("denied");\n}\n${free}export function free(): void {}\ncheck();\n`;

/** A module, and the script that the tarball has for it. */
const emitted = (source: string, script: string): Partial<PublishOptions> => ({
  files: files(source),
  npm: {
    files: {
      '/mod.js': `${script}\n//# sourceMappingURL=mod.js.map`,
      '/mod.js.map': '{"version":3,"file":"mod.js","sources":["./mod.ts"],"names":[],"mappings":""}',
    },
  },
});

/** A module, and the script of it that ends in this statement. */
const published = (
  source: string,
  last: string,
  change: (script: string) => string = (script) => script,
): Partial<PublishOptions> =>
  emitted(source, `${change(source.replaceAll(': void', '').replace(/check\(\);\n$/, ''))}${last}`);

/** A script that means something else than its module. */
const altered = (promise: string, source: string, script: string, says: RegExp): Row => ({
  promise,
  publish: emitted(source, script),
  argv: deep,
  verdict: 'rejected',
  code: 1,
  id: 'tarball',
  says,
});

/** A script as a compiler writes it. */
const compiled = (promise: string, source: string, script: string): Row => ({
  promise,
  publish: emitted(source, script),
  argv: deep,
  verdict: 'verified',
  code: 0,
});

const captured = `const role = "guest";
class User { level = role; constructor(private role: string) {} }
console.log(new User("admin"));
`;
const movedField = (name: string) => `const role = "guest";
class User { role; level; constructor(${name}) { this.role = ${name}; this.level = role; } }
console.log(new User("admin"));`;

const resource = `class Lock { [Symbol.dispose]() { throw new Error("locked"); } }
function run() { using lock = new Lock(); throw new Error("failed"); }
try { run(); } catch (error) { console.log(error); }
`;
// The helpers that the compiler puts before the script, whose last one is a variable.
const disposing = (await loadCompiler()).emit(resource, 'ts');
const withHelpers = disposing.ok ? disposing.value.trimEnd() : '';
const [variable = ''] = /^var _SuppressedError1 = .*?^\};\n/ms.exec(withHelpers) ?? [];

const constantEnum = `const enum allowed { X = 1 }
function ask() { return typeof allowed === "function" ? "denied" : "allowed"; }
console.log(ask(), allowed.X);
`;
const constantScript = (left: string, inner: string) => `${left}
function ask() { ${inner}return typeof allowed === "function" ? "denied" : "allowed"; }
console.log(ask(), 1);`;

const lookalike = `enum Role { Admin }
function ask() { var Role: any = { x: "denied" }; var Role: any = function (Role: any) { return Role; }(Role || {}); return Role.x; }
console.log(ask(), Role.Admin);
`;
const lookalikeScript = (start: string) => `var Role = function(Role) {
  Role[Role["Admin"] = 0] = "Admin";
  return Role;
}(Role || {});
function ask() { var Role = { x: "denied" }; var Role = function (Role) { return Role; }(${start}); return Role.x; }
console.log(ask(), Role.Admin);`;

/** What npm, pnpm, yarn and bun install. */
export const tarballs: Area = {
  area: 'npm tarballs',
  rows: [
    { promise: 'an honest tarball is verified', argv: deep, verdict: 'verified', code: 0 },
    tarball('a file more is named', more(evil), /\/evil\.js is not derived from any attested file/),
    tarball(
      'a file less is named',
      { files: { '/README.md': null } },
      /\/README\.md is missing from the tarball/,
    ),
    tarball(
      'a script of other code is named',
      { files: { '/mod.js': 'export const row = evil();\n//# sourceMappingURL=mod.js.map' } },
      /\/mod\.js/,
    ),
    tarball(
      'a source of other code is named',
      { files: { '/mod.ts': 'export const row = evil();\n' } },
      /\/mod\.ts/,
    ),
    {
      promise: 'a script with the comments of its source is verified',
      publish: published(checked, 'check();'),
      argv: deep,
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a script with a comment that lets bundlers drop a call is named',
      publish: published(checked, '/*#__PURE__*/ (check());'),
      argv: deep,
      verdict: 'rejected',
      code: 1,
      id: 'tarball',
      says: /\/mod\.js differs from its source at line 5: a comment that tools obey/,
    },
    {
      promise: 'a script in which such a comment moved to another function is named',
      publish: published(checked, 'check();', (script) =>
        script.replace(free, '').replace('export function', `${free}export function`),
      ),
      argv: deep,
      verdict: 'rejected',
      code: 1,
      id: 'tarball',
      says: /\/mod\.js differs from its source at line 1: a comment that tools obey/,
    },
    compiled(
      'a script whose fields moved beside a renamed parameter is verified',
      captured,
      movedField('role1'),
    ),
    altered(
      'a script whose moved fields mean a parameter of that name is named',
      captured,
      movedField('role'),
      /\/mod\.js differs from its source at line 2/,
    ),
    compiled('a script with the helpers of the compiler is verified', resource, withHelpers),
    altered(
      'a script in which a variable of the compiler is set only at the end is named',
      resource,
      `${withHelpers.replace(variable, '')}\n${variable}`,
      /\/mod\.js differs from its source at line \d+/,
    ),
    compiled(
      'a script with an empty variable for a constant enum is verified',
      constantEnum.replace('typeof allowed', 'typeof other'),
      constantScript('var allowed;', '').replace('typeof allowed', 'typeof other'),
    ),
    altered(
      'a script with a variable of the name of a constant enum in an inner scope is named',
      constantEnum,
      constantScript('', 'var allowed; '),
      /\/mod\.js differs from its source at line \d+: added var allowed/,
    ),
    compiled(
      'a script with what only looks like an enum is verified',
      lookalike,
      lookalikeScript('Role || {}'),
    ),
    altered(
      'a script with another form of what only looks like an enum is named',
      lookalike,
      lookalikeScript('{}'),
      /\/mod\.js differs from its source at line 5/,
    ),
    tarball(
      'a script that runs on installation is named',
      { packageJson: { scripts: { postinstall: 'node evil.js' } } },
      /\/package\.json/,
    ),
    tarball(
      'a dependency that nobody imports is named',
      { packageJson: { dependencies: { evil: '1.0.0' } } },
      /\/package\.json/,
    ),
    tarball(
      'exports that lead elsewhere are named',
      { packageJson: { exports: { '.': './evil.js' } } },
      /\/package\.json/,
    ),
    tarball(
      'a file beside the package is refused',
      more({ path: '../evil.js', content: '' }),
      /"\.\.\/evil\.js" is not under package\//,
    ),
    tarball(
      'a file that steps out of the package is refused',
      more({ path: 'package/../../evil.js', content: '' }),
      /steps out of its folder/,
    ),
    tarball(
      'a symbolic link is refused',
      more({ path: 'package/evil.js', type: 'SymbolicLink', linkpath: '/etc/passwd' }),
      /"package\/evil\.js" is a symbolic link/,
    ),
    tarball(
      'a hard link is refused',
      more({ path: 'package/evil.js', type: 'Link', linkpath: 'package/mod.js' }),
      /"package\/evil\.js" is a hard link/,
    ),
    tarball(
      'a file that stands twice is refused',
      { entries: (honest) => [...honest, { ...evil, path: 'package/mod.js' }] },
      /"package\/mod\.js" is a duplicate/,
    ),
    tarball(
      'two files that are one on some disks are refused',
      { entries: (honest) => [...honest, { ...evil, path: 'package/MOD.js' }] },
      /differ in case only/,
    ),
    {
      promise: 'a tarball of other bytes than the npm registry names is not read',
      argv: deep,
      attack: (scene) =>
        scene.edit({ role: 'npm', path: /\.tgz$/ }, (answer) =>
          withBody(answer, gzipSync(gunzipSync(answer.body), { level: 1 })),
        ),
      verdict: 'rejected',
      code: 1,
      id: 'tarball',
      says: /not the one that the npm registry names/,
    },
    {
      promise:
        'a tarball of other bytes than the lockfile holds is not read, whatever the npm registry names',
      project: ({ widget, world }) => ({ 'package-lock.json': packageLock([widget], world.urls) }),
      argv: () => ['audit', '--depth', 'tarball'],
      attack: (scene) =>
        serveTarball(
          scene,
          gzipSync(gunzipSync(scene.widget.npmTarball(scene.world.urls.registry)), { level: 1 }),
        ),
      verdict: 'rejected',
      code: 1,
      id: 'tarball',
      says: /not the one that package-lock\.json:\d+ names/,
    },
    ...[true, false].map(
      (same): Row => ({
        promise: `a lockfile of pnpm that holds the uncompressed tar is verified with ${same ? 'that tar, however it is compressed' : 'no other tar'}`,
        project: ({ widget, world }) => ({
          'pnpm-lock.yaml': pnpmLock([widget], world.urls)
            .replace("'9.0'\n", "'9.0'\nsettings:\n  integrityTarget: tar\n")
            .replace(/sha512-[^,]+/, integrityOf(gunzipSync(widget.npmTarball(world.urls.registry)))),
        }),
        argv: () => ['audit', '--depth', 'tarball'],
        attack: (scene) => {
          const honest = gunzipSync(scene.widget.npmTarball(scene.world.urls.registry));
          // The same files with another time of change: nothing but the digest can tell.
          const tar = same ? honest : touched(honest);
          serveTarball(scene, gzipSync(tar, { level: 1 }));
        },
        ...(same
          ? { verdict: 'verified', code: 0 }
          : {
              verdict: 'rejected',
              code: 1,
              id: 'tarball',
              says: /uncompressed tar of the npm tarball is not the one that pnpm-lock\.yaml:\d+ names/,
            }),
      }),
    ),
    {
      promise: 'a tarball on another host is not fetched',
      argv: deep,
      attack: (scene) =>
        scene.edit({ role: 'npm', path: /^\/@jsr/ }, (answer) =>
          withBody(
            answer,
            Buffer.from(answer.body)
              .toString()
              .replace(/"tarball": "[^"]+"/, '"tarball": "https://evil.example/x.tgz"'),
          ),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'tarball',
      says: /not on the npm registry that is configured/,
    },
    {
      promise: 'a tarball that the npm registry denies to us alone is not waived',
      argv: deep,
      attack: (scene) =>
        scene.edit({ role: 'npm', path: /^\/@jsr/ }, (answer) =>
          withBody(answer, Buffer.from(Buffer.from(answer.body).toString().replaceAll('"1.0.0"', '"1.0.1"'))),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'tarball',
      says: /the npm registry does not list the version, which is not yanked/,
    },
    {
      promise: 'a tarball that is a bomb ends at its bound',
      publish: {
        npm: {
          entries: (honest) => [...honest, { path: 'package/bomb.js', content: Buffer.alloc(40_000_000) }],
        },
      },
      argv: deep,
      verdict: 'rejected',
      code: 1,
      id: 'tarball',
      says: /unpacks to more than 250 times its size/,
    },
  ],
};

/** Edits the lines of a pack and writes it again, with the counts and digests that fit. */
function repacked(bytes: Uint8Array, change: (content: string) => string): Buffer {
  const [head = '', ...lines] = gunzipSync(bytes).toString('utf8').trimEnd().split('\n');
  const parsed = JSON.parse(head) as { contents: [string, number][]; records: number };
  const contents = parsed.contents.map(([sha256], index) => {
    const line = JSON.parse(lines[index] ?? '{}') as { text?: string };
    const text = change(line.text ?? '');
    return {
      old: sha256,
      sha256: sha256Hex(text),
      size: Buffer.byteLength(text),
      line: JSON.stringify({ text }),
    };
  });
  const sorted = contents.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const records = lines
    .slice(contents.length)
    .map((line) =>
      contents.reduce(
        (text, { old, sha256 }) => text.replace(`"sha256":"${old}"`, `"sha256":"${sha256}"`),
        line,
      ),
    );
  const written = { ...parsed, contents: sorted.map(({ sha256, size }) => [sha256, size]) };
  return gzipSync(`${[JSON.stringify(written), ...sorted.map(({ line }) => line), ...records].join('\n')}\n`);
}

/** A pack is recorded from an honest package, then changed and replayed. */
const pack = (
  promise: string,
  change: (bytes: Buffer, scene: Scene) => Uint8Array,
  end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
): Row => ({
  promise,
  recording: true,
  argv: ({ widget }) => [widget.spec, '--pack', 'it.pack'],
  attack: (scene) => {
    const file = join(scene.folder, 'it.pack');
    writeFileSync(file, change(readFileSync(file), scene));
  },
  ...end,
});

const invalid = (says: RegExp) => ({ verdict: 'refused', code: 2, id: 'error', says }) as const;

/** Evidence from a file. */
export const packs: Area = {
  area: 'packs and bundles',
  rows: [
    pack('an honest pack is verified', (bytes) => bytes, { verdict: 'verified', code: 0 }),
    pack(
      'a pack with a bit flipped is refused',
      (bytes) => Buffer.from(bytes).fill((bytes[200] ?? 0) ^ 1, 200, 201),
      invalid(/pack is not valid/),
    ),
    pack(
      'a pack cut short is refused',
      (bytes) => bytes.subarray(0, bytes.length / 2),
      invalid(/pack is not valid: it cannot be unpacked/),
    ),
    pack(
      'a pack with something behind it is refused',
      (bytes) => Buffer.concat([bytes, gzipSync('{"x":1}\n')]),
      invalid(/pack is not valid: data follows its end/),
    ),
    pack(
      'a pack whose digests do not fit its contents is refused',
      (bytes) => gzipSync(gunzipSync(bytes).toString().replace('export const row', 'export const bow')),
      invalid(/content [0-9a-f]{64} is not what its digest says/),
    ),
    pack(
      'a pack of other bytes, with digests that fit, is checked like every other source',
      (bytes) => repacked(bytes, (text) => text.replace('export const row', 'export const bow')),
      { verdict: 'rejected', code: 1, id: 'files', says: /\/mod\.ts: SHA-256/ },
    ),
    pack(
      'a pack with another manifest in it does not pass',
      (bytes) => repacked(bytes, (text) => (text.startsWith('{"manifest"') ? `${text} ` : text)),
      { verdict: 'rejected', code: 1, id: 'subject', says: /not that of the version manifest/ },
    ),
    pack(
      'a pack that holds no answers leaves the question open',
      (bytes) => {
        const [head = ''] = gunzipSync(bytes).toString().split('\n');
        return gzipSync(
          `${JSON.stringify({ ...JSON.parse(head), records: 0, contents: [], attachments: [] })}\n`,
        );
      },
      { verdict: 'inconclusive', code: 3, id: 'manifest', says: /could not be fetched/ },
    ),
    pack(
      'a pack that says "there is none" of the attestation does not make it optional',
      (bytes) => {
        const text = gunzipSync(bytes)
          .toString()
          .split('\n')
          .map((line) =>
            /"url":"[^"]*logIndex=/.test(line)
              ? JSON.stringify({ ...JSON.parse(line), state: 'absent', sha256: undefined })
              : line,
          )
          .join('\n');
        return gzipSync(text);
      },
      {
        verdict: 'inconclusive',
        code: 3,
        id: 'bundle',
        says: /names log entry \d+, which the log does not have, and the log could not be searched: not in the pack/,
      },
    ),
    pack(
      'a bomb is no pack',
      () => gzipSync(Buffer.alloc(120_000_000, 0x61)),
      invalid(/a line that is too long/),
    ),
    pack('a web page is no pack', () => Buffer.from('<!DOCTYPE html>'), invalid(/pack is not valid/)),
    ...bundles(),
  ],
};

function bundles(): readonly Row[] {
  const given = (
    promise: string,
    change: (bundle: BundleJson, scene: Scene) => Json,
    end: Pick<Row, 'verdict' | 'code' | 'id' | 'says'>,
  ): Row => ({
    promise,
    publish: { rekorLogId: null, provenance: { indexed: false } },
    project: ({ folder, world, widget }) =>
      existsSync(join(folder, 'it.json')) ? {} : { 'it.json': JSON.stringify(world.bundle(widget.attested)) },
    argv: ({ widget }) => [widget.spec, '--bundle', 'it.json'],
    attack: (scene) => {
      const file = join(scene.folder, 'it.json');
      writeFileSync(
        file,
        JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as BundleJson, scene)),
      );
    },
    ...end,
  });
  const not = (id: string, says: RegExp) => ({ verdict: 'rejected', code: 1, id, says }) as const;
  /** With an entry of Rekor v2 and a timestamp, under a root that trusts the log in another period. */
  const younger = (promise: string, period: (stamped: number) => ValidFor): Row => {
    const stampedAt = ({ widget }: Scene) => widget.attested.certificate.notBefore;
    const root = underRoot((scene) => ({
      tlogs: [{ key: scene.world.sigstore.rekorV2Key, validFor: period(stampedAt(scene).getTime()) }],
    }));
    return {
      ...given(
        promise,
        (bundle) => bundle,
        not('inclusion', /the log was not trusted at the time of the entry/),
      ),
      ...root,
      project: (scene) => {
        const { sigstore } = scene.world;
        const { certificate, envelope } = scene.widget.attested;
        const entry = sigstore.openLogV2().addDsse(envelope, certificate.der);
        const stamps = envelope.signatures.map(({ sig }) => sigstore.tsa.stamp(sig, stampedAt(scene)));
        const bundle = toBundle(certificate, envelope, [entry], { timestamps: stamps });
        return { ...root.project(scene), 'it.json': JSON.stringify(bundle) };
      },
    };
  };
  const inside = (bundle: BundleJson, from: string | RegExp, to: string): Json =>
    JSON.parse(JSON.stringify(bundle).replace(from, to)) as Json;
  const spelled = (bundle: BundleJson, spell: (text: string) => string): Json => {
    const { payload, signatures, ...rest } = bundle['dsseEnvelope'] as {
      readonly payload: string;
      readonly payloadType: string;
      readonly signatures: readonly { readonly sig: string }[];
    };
    const respelled = signatures.map((one) => ({ ...one, sig: spell(one.sig) }));
    return { ...bundle, dsseEnvelope: { ...rest, payload: spell(payload), signatures: respelled } };
  };
  const material = (bundle: BundleJson) => bundle['verificationMaterial'] as { readonly [key: string]: Json };
  return [
    given('an honest bundle is verified', (bundle) => bundle, { verdict: 'verified', code: 0 }),
    given(
      'a bundle whose payload and signature are in the URL alphabet of base64, as DSSE allows, is verified',
      (bundle) => spelled(bundle, (text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      { verdict: 'verified', code: 0 },
    ),
    ...Object.entries({
      'that mixes both alphabets of base64': (text: string) => `-_+/${text.slice(4)}`,
      'with a blank in its base64': (text: string) => `${text.slice(0, 4)} ${text.slice(4)}`,
      'with something behind its base64': (text: string) => `${text}!`,
    }).map(([what, spell]) =>
      given(`a bundle ${what} is not read`, (bundle) => spelled(bundle, spell), {
        verdict: 'rejected',
        code: 1,
        id: 'bundle',
        says: /has bytes that are not valid base64/,
      }),
    ),
    given(
      'the bundle of another package does not pass',
      (_, { publish, name, world }) =>
        world.bundle(publish({ name: `${name}-other`, files: { '/mod.ts': 'export {};\n' } }).attested),
      not('subject', /is about "pkg:jsr\/@acme\/row-\d+-other@1\.0\.0"/),
    ),
    given(
      'a bundle without a log entry leaves the question open',
      (bundle) => ({ ...bundle, verificationMaterial: { ...material(bundle), tlogEntries: [] } }),
      {
        verdict: 'inconclusive',
        code: 3,
        id: 'inclusion',
        says: /no log entry, so nothing shows that the attestation was logged/,
      },
    ),
    given(
      'a bundle with two log entries does not pass',
      (bundle) => {
        const entries = material(bundle)['tlogEntries'] as readonly Json[];
        return {
          ...bundle,
          verificationMaterial: { ...material(bundle), tlogEntries: [...entries, ...entries] },
        };
      },
      not('inclusion', /holds 2 log entries, expected one/),
    ),
    given(
      'a bundle of a different signature than was logged does not pass',
      (bundle) => inside(bundle, /"sig":"M[^"]{6}/, '"sig":"MEUCIQA'),
      not('signature', /does not match/),
    ),
    given(
      'a bundle with another certificate for the same key than was logged does not pass',
      (bundle, { world, widget }) => {
        const { key, identity, notBefore, notAfter } = widget.attested.certificate;
        const { der } = world.sigstore.issueCertificate({ key, identity, notBefore, notAfter });
        return {
          ...bundle,
          verificationMaterial: { ...material(bundle), certificate: { rawBytes: der.toString('base64') } },
        };
      },
      not('inclusion', /the log entry is about another certificate/),
    ),
    given(
      'a bundle of a different type of payload than was logged does not pass',
      (_, { world, widget }) =>
        world.bundle(
          world.attest(widget, {
            indexed: false,
            record: (record) =>
              withEntryBody(record, (json) => json.replace('application/vnd.in-toto+json', 'text/plain')),
          }),
        ),
      not('inclusion', /the log entry is about another payload type/),
    ),
    given(
      'a bundle whose signed bytes are of another type is not read as a statement',
      (_, { world, widget }) =>
        world.bundle(world.attest(widget, { indexed: false, payloadType: 'application/json' })),
      not('signature', /payload is of the type "application\/json"/),
    ),
    given(
      'a bundle that signs the manifest as a file states nothing',
      ({ dsseEnvelope: _, ...bundle }, { world, widget }) => {
        const { certificate } = widget.attested;
        const signature = sign(certificate.key, widget.manifest);
        const entry = world.sigstore.openLogV2().addFile(widget.digest, signature, certificate.der);
        const stamp = world.sigstore.tsa.stamp(signature, certificate.notBefore);
        return {
          ...bundle,
          verificationMaterial: {
            ...material(bundle),
            tlogEntries: [entry],
            timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: stamp.toString('base64') }] },
          },
          messageSignature: {
            messageDigest: {
              algorithm: 'SHA2_256',
              digest: Buffer.from(widget.digest, 'hex').toString('base64'),
            },
            signature: signature.toString('base64'),
          },
        };
      },
      not('bundle', /signs a file, not an in-toto statement/),
    ),
    younger('a bundle with an entry of Rekor v2 from after that log was retired does not pass', (stamped) =>
      validFor(new Date(0), new Date(stamped - 1000)),
    ),
    younger('a bundle with an entry of Rekor v2 from before that log was trusted does not pass', (stamped) =>
      validFor(new Date(stamped + 1000)),
    ),
    given(
      'a bundle of a version nobody knows is not read',
      (bundle) => inside(bundle, 'bundle.v0.3', 'bundle.v0.9'),
      not('bundle', /an unknown version: "application\/vnd\.dev\.sigstore\.bundle\.v0\.9\+json"/),
    ),
    given(
      'a bundle that is a list of bundles is not read',
      (bundle) => [bundle],
      not('bundle', /does not follow its format/),
    ),
  ];
}
