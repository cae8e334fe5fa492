import { tgzOf } from '../support/archive.ts';
import { jsonOf, withBody } from '../support/http.ts';
import type { GitHubIdentity } from '../support/identity.ts';
import type { Json } from '../support/json.ts';
import { sha256Hex, sign } from '../support/keys.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { preAuthEncoding, type StatementOptions } from '../support/statement.ts';
import type { Area, Row, Scene } from './row.ts';

const made = (promise: string, provenance: ProvenanceOptions, id: string, says: RegExp): Row => ({
  promise,
  publish: { provenance },
  verdict: 'rejected',
  code: 1,
  id,
  says,
});

const stated = (promise: string, statement: StatementOptions, says: RegExp, id = 'statement'): Row =>
  made(promise, { statement }, id, says);

/** The statement in its envelope. */
export const enveloped: Area = {
  area: 'envelopes',
  rows: [
    {
      promise: 'an honest envelope with a key id is verified',
      publish: { provenance: { keyid: 'anything' } },
      verdict: 'verified',
      code: 0,
    },
    made(
      'two signatures are none',
      { envelope: (one) => ({ ...one, signatures: [...one.signatures, ...one.signatures] }) },
      'bundle',
      /must hold exactly one signature/,
    ),
    made(
      'no signatures are none',
      { envelope: (one) => ({ ...one, signatures: [] }) },
      'bundle',
      /must hold exactly one signature/,
    ),
    made(
      'an empty signature is none',
      { envelope: (one) => ({ ...one, signatures: [{ sig: Buffer.alloc(0) }] }) },
      'bundle',
      /holds no signature/,
    ),
    made(
      'a signature in the form of the web (P1363) is not taken for one in DER',
      { encoding: 'ieee-p1363' },
      'signature',
      /does not match the payload/,
    ),
    made(
      'a signature over the bare payload, without its type, is none',
      { envelope: (one, { key }) => ({ ...one, signatures: [{ sig: sign(key, one.payload) }] }) },
      'signature',
      /does not match the payload/,
    ),
    made(
      'a signature over another type of payload is none',
      {
        envelope: (one, { key }) => ({
          ...one,
          signatures: [{ sig: sign(key, preAuthEncoding('text/plain', one.payload)) }],
        }),
      },
      'signature',
      /does not match the payload/,
    ),
    made(
      'signed bytes of another type are not read as a statement',
      { payloadType: 'application/json' },
      'signature',
      /payload is of the type "application\/json"/,
    ),
    made(
      'a payload with one blank more is not the signed one',
      { envelope: (one) => ({ ...one, payload: Buffer.concat([one.payload, Buffer.from(' ')]) }) },
      'signature',
      /does not match the payload/,
    ),
    made(
      'a signature that the log’s own base64 writes in the URL alphabet is not read',
      { record: (record) => withEntryBody(record, (json) => json.replace(/"sig":"..../, '"sig":"-_-_')) },
      'bundle',
      /holds no signature/,
    ),
    made(
      'a signature with something behind it is none',
      {
        envelope: (one) => ({
          ...one,
          signatures: one.signatures.map(({ sig }) => ({ sig: Buffer.concat([sig, Buffer.from([0])]) })),
        }),
      },
      'signature',
      /does not match the payload/,
    ),
  ],
};

const subjects = (change: (name: string, sha256: string) => readonly Json[]): StatementOptions => ({
  edit: (statement) => {
    const [first] = statement['subject'] as readonly {
      readonly name: string;
      readonly digest: { readonly sha256: string };
    }[];
    return { ...statement, subject: change(first?.name ?? '', first?.digest.sha256 ?? '') };
  },
});

const about = (promise: string, options: StatementOptions, says: RegExp): Row =>
  stated(promise, options, says, 'subject');

const evil = Buffer.from('evil();\n');

type Files = Readonly<Record<string, Uint8Array>>;

/** Has the registry serve other files, and a manifest that fits them. */
function serve({ edit, name, widget }: Scene, change: (files: Files) => Files): Files {
  const files = change(Object.fromEntries(widget.files));
  const listed = Object.entries(files).map(([path, bytes]) => [
    path,
    { size: bytes.length, checksum: `sha256-${sha256Hex(bytes)}` },
  ]);
  edit({ role: 'registry', path: `/@acme/${name}/1.0.0_meta.json` }, (answer) =>
    withBody(answer, JSON.stringify({ ...jsonOf<object>(answer), manifest: Object.fromEntries(listed) })),
  );
  for (const [path, bytes] of Object.entries(files))
    edit({ role: 'registry', path: `/@acme/${name}/1.0.0${path}` }, (answer) =>
      withBody({ ...answer, status: 200 }, bytes),
    );
  return files;
}

/** A statement over the uploaded tarball, and a registry that serves other files in the end. */
const uploaded = (promise: string, change: (files: Files) => Files, says: RegExp): Row => ({
  promise,
  publish: { provenance: { digest: 'tarball', statement: { typeKey: '_type' } } },
  attack: (scene) => void serve(scene, change),
  verdict: 'rejected',
  code: 1,
  id: 'subject',
  says,
});

/** What is stated. */
export const statements: Area = {
  area: 'statements',
  rows: [
    {
      promise: 'an honest statement with `_type` is verified',
      publish: { provenance: { statement: { typeKey: '_type' } } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an honest statement with both type keys, alike, is verified',
      publish: { provenance: { statement: { typeKey: 'both' } } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an honest statement of old, whose subject is no list, is verified',
      publish: { provenance: { statement: { subjectShape: 'object' } } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an honest name with its @ escaped is verified',
      publish: ({ name }) => ({ provenance: { subject: `pkg:jsr/%40acme/${name}@1.0.0` } }),
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an honest digest in capitals is the same digest',
      publish: {
        provenance: {
          statement: subjects((name, sha256) => [{ name, digest: { sha256: sha256.toUpperCase() } }]),
        },
      },
      verdict: 'verified',
      code: 0,
    },
    stated(
      'a statement without a type is none',
      { typeKey: 'none' },
      /not an in-toto statement: its type is missing/,
    ),
    stated(
      'a statement of two types that disagree is none',
      { typeKey: 'disagreeing' },
      /two different types/,
    ),
    stated(
      'a statement of a version nobody knows is none',
      { statementType: 'https://in-toto.io/Statement/v2' },
      /its type is "https:\/\/in-toto\.io\/Statement\/v2"/,
    ),
    stated(
      'a verification summary is no provenance',
      { predicateType: 'https://slsa.dev/verification_summary/v1' },
      /not SLSA provenance v1/,
    ),
    stated(
      'provenance of an older version is not read as this one',
      { predicateType: 'https://slsa.dev/provenance/v0.2' },
      /not SLSA provenance v1/,
    ),
    stated(
      'a type with more at its end is another one',
      { predicateType: 'https://slsa.dev/provenance/v1.evil' },
      /not SLSA provenance v1/,
    ),
    stated(
      'a statement without a predicate is none',
      { edit: ({ predicate: _, ...rest }) => rest },
      /has no predicate/,
    ),
    stated('a statement without a subject is none', { subjects: [] }, /no readable subject/),
    stated(
      'a statement with a key twice is read in no way',
      { editText: (json) => json.replace('{', '{"subject":[],') },
      /duplicate key "subject"/,
    ),
    stated(
      'a key twice is seen also where it is spelled with escapes',
      { editText: (json) => json.replace('{', '{"s\\u0075bject":[],') },
      /duplicate key "subject"/,
    ),
    stated(
      'invalid UTF-8 is not read',
      {
        editText: (json) =>
          Buffer.concat([Buffer.from(json.replace(/\}$/, ',"x":"')), Buffer.from([0xff, 0x22, 0x7d])]),
      },
      /not valid UTF-8/,
    ),
    stated('a byte order mark is not read over', { editText: (json) => `\uFEFF${json}` }, /byte order mark/),
    stated('a statement behind another value is not read', { editText: (json) => `{}${json}` }, /not JSON/),
    stated(
      'a statement nested without end is not read',
      { editText: (json) => json.replace('{', `{"x":${'['.repeat(5000)}${']'.repeat(5000)},`) },
      /nested deeper than 64/,
    ),
    about(
      'two subjects are none, even where one of them fits',
      subjects((name, sha256) => [
        { name, digest: { sha256 } },
        { name: 'pkg:jsr/@evil/evil@1.0.0', digest: { sha256 } },
      ]),
      /2 subjects, expected 1/,
    ),
    about(
      'the right name over another digest does not pass',
      subjects((name) => [{ name, digest: { sha256: '0'.repeat(64) } }]),
      /not that of the version manifest/,
    ),
    about(
      'the right digest under another name does not pass',
      subjects((_, sha256) => [{ name: 'pkg:jsr/@acme/other@1.0.0', digest: { sha256 } }]),
      /about "pkg:jsr\/@acme\/other@1\.0\.0"/,
    ),
    about(
      'the right name of another version does not pass',
      subjects((name, sha256) => [{ name: `${name}0`, digest: { sha256 } }]),
      /about "pkg:jsr\/@acme\/row-\d+@1\.0\.00"/,
    ),
    about(
      'a name with a blank behind it is another one',
      subjects((name, sha256) => [{ name: `${name} `, digest: { sha256 } }]),
      /is about "pkg:jsr/,
    ),
    about(
      'a name with an invisible character in it is another one',
      subjects((name, sha256) => [{ name: name.replace('@acme', '@ac\u200bme'), digest: { sha256 } }]),
      /is about "pkg:jsr/,
    ),
    about(
      'the npm package of the same name is another one',
      subjects((name, sha256) => [
        { name: name.replace('pkg:jsr/@acme/', 'pkg:npm/@jsr/acme__'), digest: { sha256 } },
      ]),
      /is about "pkg:npm/,
    ),
    about(
      'a digest of another kind is none',
      subjects((name) => [{ name, digest: { sha512: '0'.repeat(128) } }]),
      /gives no SHA-256 digest/,
    ),
    about(
      'a digest cut short is none',
      subjects((name, sha256) => [{ name, digest: { sha256: sha256.slice(0, 63) } }]),
      /gives no SHA-256 digest/,
    ),
    about(
      'a digest that only a prototype has is none',
      {
        editText: (json) =>
          json.replace(/"digest":\{"sha256":("[0-9a-f]+")\}/, '"digest":{"__proto__":{"sha256":$1}}'),
      },
      /gives no SHA-256 digest/,
    ),
    stated(
      'a subject that only a prototype has is none',
      { editText: (json) => json.replace('"subject":', '"__proto__":{"subject":0},"subjects":') },
      /no readable subject/,
    ),
    {
      promise: 'huge numbers in a statement change nothing',
      publish: {
        provenance: {
          statement: { editText: (json) => json.replace('{', `{"x":1e400,"y":${'9'.repeat(5000)},`) },
        },
      },
      verdict: 'verified',
      code: 0,
    },
    uploaded(
      'a statement over the upload does not pass for a manifest with a file more',
      (files) => ({ ...files, '/evil.ts': evil }),
      /whose files are not those of the manifest: \/evil\.ts is missing from the upload/,
    ),
    uploaded(
      'a statement over the upload does not pass for a manifest with a file less',
      ({ '/README.md': _, ...files }) => files,
      /whose files are not those of the manifest: \/README\.md is in the upload only/,
    ),
    uploaded(
      'a statement over the upload does not pass for a file of other bytes',
      (files) => ({ ...files, '/mod.ts': evil }),
      /whose files are not those of the manifest: \/mod\.ts has other bytes in the upload/,
    ),
    {
      ...uploaded(
        'a statement over one upload does not pass for another one',
        (files) => ({ ...files, '/mod.ts': evil }),
        /neither that of the version manifest nor that of the uploaded tarball/,
      ),
      attack: (scene) => {
        const files = serve(scene, (honest) => ({ ...honest, '/mod.ts': evil }));
        const upload = tgzOf(
          Object.entries(files).map(([path, content]) => ({ path: path.slice(1), content })),
        );
        scene.edit({ role: 'api', path: /\/tarball$/ }, (answer) => withBody(answer, upload));
      },
    },
    {
      promise: "Deno's own statements get no detour by the upload",
      publish: { provenance: { digest: 'tarball' } },
      verdict: 'rejected',
      code: 1,
      id: 'subject',
      says: /not that of the version manifest/,
    },
  ],
};

const lie = (what: string, claims: Partial<GitHubIdentity>): Row =>
  stated(
    `a predicate that lies about the ${what} is found out`,
    { claims },
    new RegExp(`claims a different .*${what}`),
    'claims',
  );

/** What the predicate claims. */
export const predicates: Area = {
  area: 'predicates that lie',
  rows: [
    {
      promise: 'an honest predicate in the style of actions/attest is verified, and told',
      publish: { provenance: { statement: { style: 'actions-attest' } } },
      verdict: 'verified',
      code: 0,
      id: 'foreign-signer',
      says: /made with build type/,
    },
    lie('repository', { name: 'famous' }),
    lie('source ref', { ref: 'refs/tags/v1.0.0' }),
    lie('commit', { commit: '0'.repeat(40) }),
    lie('workflow path', { workflow: '.github/workflows/other.yml' }),
    lie('run', { runId: '1' }),
    lie('event', { event: 'release' }),
    lie('repository id', { repositoryId: '1' }),
    lie('owner id', { ownerId: '1' }),
    {
      ...lie('runner', { runner: 'github-hosted' }),
      publish: {
        provenance: {
          identity: { runner: 'self-hosted' },
          statement: { claims: { runner: 'github-hosted' } },
        },
      },
    },
    stated(
      'a predicate that names no repository is compared with nothing, and does not pass',
      {
        edit: (statement) =>
          JSON.parse(JSON.stringify(statement).replace(/"repository":"[^"]+"/, '"repository":""')) as Json,
      },
      /names no repository to compare/,
      'claims',
    ),
    stated(
      'a lie about the repository passes under no build type',
      { style: 'actions-attest', claims: { name: 'famous' } },
      /claims a different repository/,
      'claims',
    ),
    {
      promise:
        'what a predicate of another build type claims is told apart from what is proven, and with --strict turned away',
      publish: { provenance: { statement: { style: 'actions-attest', claims: { commit: '0'.repeat(40) } } } },
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'foreign-signer',
      says: /commit 0{40} \(claimed\), [0-9a-f]{40} \(proven\)/,
    },
    {
      promise: 'what a predicate claims never meets a pin',
      publish: ({ name }) => ({
        linked: false,
        repository: { owner: 'evil', name: 'evil' },
        provenance: { statement: { style: 'actions-attest', claims: { owner: 'acme', name } } },
      }),
      argv: ({ widget, name }) => [widget.spec, '--repo', `acme/${name}`],
      verdict: 'rejected',
      code: 1,
      id: 'claims',
      says: /repository: claimed "https:\/\/github\.com\/acme\/row-\d+", proven "https:\/\/github\.com\/evil\/evil"/,
    },
  ],
};
