import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { X509Certificate } from '@peculiar/x509';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { initTUF } from '@sigstore/tuf';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { parseSyml } from '@yarnpkg/parsers';
import { Parser, type ReadEntry } from 'tar';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { toBundle, toBundleEntry } from './support/bundle.ts';
import { asAuthority, mintAuthority } from './support/certificate.ts';
import { SERVER_AUTH } from './support/extension.ts';
import { type Ask, jsonOf, withHeaders } from './support/http.ts';
import { acme } from './support/identity.ts';
import { mintWorld, type World } from './support/jsr.ts';
import { sha256Hex } from './support/keys.ts';
import { bunLock, denoLock, packageLock, pnpmLock, yarnLock } from './support/lockfiles.ts';
import { leafHash, MerkleTree, nodeHash } from './support/merkle.ts';
import { dependenciesOf } from './support/module-graph.ts';
import type { Attestation, ProvenanceOptions, Publication } from './support/publication.ts';
import type { LogEntries, LogEntry } from './support/rekor.ts';
import * as attack from './support/rekor-attacks.ts';
import { hashedRekord, withEntryBody } from './support/rekor-entry.ts';
import { serveWorld } from './support/server.ts';
import { mintSigstore } from './support/sigstore.ts';
import { preAuthEncoding, statementBytes } from './support/statement.ts';

const folder = join(
  process.env['JSR_VERIFY_REAL_DATA'] ?? resolve(import.meta.dirname, '../../shared/real'),
  'A-jsr/neat-ai-6.2.0',
);

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
});

/** The stock verifier, with a log entry and a CT stamp demanded. */
function stockVerify(world: World, attestation: Attestation, entry = honestEntry(world, attestation)) {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(world.sigstore.trustedRoot()));
  const bundle = toBundle(attestation.certificate, attestation.envelope, [toBundleEntry(entry)]);
  return new Verifier(trust, { tlogThreshold: 1, ctlogThreshold: 1 }).verify(
    toSignedEntity(bundleFromJSON(bundle)),
  );
}

const honestEntry = (world: World, { position }: Attestation): LogEntry => world.rekor.entry(position);

function publish(world: World, provenance: ProvenanceOptions = {}): Publication {
  const files = { '/mod.ts': 'export const a: number = 1;\n', '/README.md': '# widget\n' };
  return world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files, provenance });
}

function get(world: World, ask: Ask) {
  return world.answer({ headers: { accept: 'application/json' }, ...ask });
}

describe('private Sigstore', () => {
  const world = mintWorld();

  it.each(['intoto', 'dsse'] as const)('the stock verifier accepts an honest %s entry', (kind) => {
    const signer = stockVerify(world, publish(world, { kind }).attested);
    expect(signer.identity?.subjectAlternativeName).toBe(
      'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
    );
  });

  it('the stock verifier accepts an entry of a frozen shard', () => {
    const old = publish(world).attested;
    world.rekor.rotate();
    expect(old.position.treeId).not.toBe(publish(world).attested.position.treeId);
    stockVerify(world, old);
  });

  it('the stock verifier accepts a Rekor v2 entry with a timestamp', () => {
    const { certificate, envelope } = publish(world).attested;
    const stamp = world.sigstore.tsa.stamp(
      envelope.signatures[0]?.sig ?? Buffer.alloc(0),
      certificate.notBefore,
    );
    const entry = world.sigstore.openLogV2().addDsse(envelope, certificate.der);
    const bundle = toBundle(certificate, envelope, [entry], { timestamps: [stamp] });
    const trust = toTrustMaterial(TrustedRoot.fromJSON(world.sigstore.trustedRoot()));
    const entity = toSignedEntity(bundleFromJSON(bundle));
    expect(new Verifier(trust, { tlogThreshold: 1 }).verify(entity).identity).toBeDefined();
  });

  it.each([
    ['another authority', { sigstore: mintSigstore() }],
    ['no stamp', { certificate: { sct: 'none' } }],
    ['an empty list of stamps', { certificate: { sct: 'empty' } }],
    ['the same stamp twice', { certificate: { sct: 'twice' } }],
    ['a broken stamp', { certificate: { sct: 'broken' } }],
    ['a stamp of an unknown log', { certificate: { sct: 'unknown-log' } }],
    ['a time before it was valid', { loggedAt: new Date('2024-01-01T00:00:00Z') }],
    ['a time after it was valid', { loggedAt: world.now }],
    ['an authority of the same name', { certificate: { authority: twinAuthority() } }],
  ] satisfies [string, ProvenanceOptions][])(
    'the stock verifier refuses a certificate with %s',
    (_, options) => {
      const { attested } = publish(world, options);
      expect(() => stockVerify(world, attested)).toThrow();
    },
  );

  it('the stock verifier refuses a certificate that another leaf issued', () => {
    const leaf = world.sigstore.issueCertificate();
    const { attested } = publish(world, {
      certificate: { authority: asAuthority(leaf, world.sigstore.authority) },
    });
    expect(() => stockVerify(world, attested)).toThrow();
  });

  it.each(['p384', 'p521', 'secp256k1', 'ed25519', 'rsa'] as const)(
    'issues certificates for a %s key',
    (key) => {
      const { der } = world.sigstore.issueCertificate({ key });
      expect(new NodeCertificate(der).publicKey.asymmetricKeyType).toBe(
        key === 'rsa' || key === 'ed25519' ? key : 'ec',
      );
    },
  );

  it('an independent reader finds all claims, plain up to .6 and DER from .8 on', () => {
    const { der } = world.sigstore.issueCertificate();
    const certificate = new X509Certificate(der);
    const value = (n: number) =>
      Buffer.from(certificate.getExtension(`1.3.6.1.4.1.57264.1.${n}`)?.value ?? new ArrayBuffer(0));
    expect(value(1).toString()).toBe(acme.issuer);
    expect(value(8).subarray(0, 2)).toEqual(Buffer.from([0x0c, acme.issuer.length]));
    expect(value(8).subarray(2).toString()).toBe(acme.issuer);
    for (const n of [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]) {
      expect(value(n).length, `claim .${n}`).toBeGreaterThan(0);
    }
  });

  it('issues for another purpose, for several names and with a broken seal on request', () => {
    const { der } = world.sigstore.issueCertificate({
      usage: [SERVER_AUTH],
      san: ['https://a.example/', { email: 'a@example.test' }, { dns: 'a.example.test' }],
      tamper: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]),
    });
    const certificate = new NodeCertificate(der);
    expect(certificate.keyUsage).toEqual([SERVER_AUTH]);
    expect(certificate.subjectAltName).toBe(
      'URI:https://a.example/, email:a@example.test, DNS:a.example.test',
    );
    expect(certificate.verify(world.sigstore.authority.key.publicKey)).toBe(false);
    const honest = new NodeCertificate(world.sigstore.issueCertificate().der);
    expect(honest.verify(world.sigstore.authority.key.publicKey)).toBe(true);
  });

  it('leaves out, repeats and replaces claims on request', () => {
    const { der } = world.sigstore.issueCertificate({
      claims: {
        15: null,
        12: ['https://github.com/a/b', { raw: 'plain' }],
        '1.2.3.4': { der: Buffer.of(5, 0), critical: true },
      },
    });
    const certificate = new X509Certificate(der);
    expect(certificate.getExtension('1.3.6.1.4.1.57264.1.15')).toBeNull();
    expect(certificate.getExtensions('1.3.6.1.4.1.57264.1.12')).toHaveLength(2);
    expect(certificate.getExtension('1.2.3.4')?.critical).toBe(true);
  });
});

describe('certificate', () => {
  it.skipIf(!existsSync(folder))(
    'has the extensions Fulcio writes, value by value (skipped, no real data)',
    () => {
      const real = new X509Certificate(readFileSync(join(folder, 'neat-ai-6.2.0.cert.pem'), 'utf8'));
      const minted = new X509Certificate(mintSigstore().issueCertificate({ identity: neatAi }).der);
      const ofItsOwn = ['2.5.29.14', '2.5.29.35', '1.3.6.1.4.1.11129.2.4.2']; // key ids and stamps
      const listed = (certificate: X509Certificate) =>
        certificate.extensions.map(({ type, critical, value }) => [
          type,
          critical,
          ofItsOwn.includes(type) ? '' : Buffer.from(value).toString('latin1'),
        ]);
      expect(listed(minted)).toEqual(listed(real));
    },
  );
});

describe('Merkle tree', () => {
  const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
  const tree = new MerkleTree(leaves);

  it('has the root of a naive tree at every size', () => {
    for (let size = 0; size <= leaves.length; size++) {
      expect(tree.root(size)).toEqual(naiveRoot(leaves.slice(0, size)));
    }
  });

  it('proves inclusion of every leaf at every size', () => {
    for (let size = 1; size <= leaves.length; size++) {
      for (let index = 0; index < size; index++) {
        const root = inclusionRoot(index, size, leaves[index], tree.inclusion(index, size));
        expect(root).toEqual(tree.root(size));
      }
    }
  });

  it('proves consistency between all sizes', () => {
    for (let last = 1; last <= leaves.length; last++) {
      for (let first = 1; first <= last; first++) {
        const roots = consistencyRoots(first, last, tree.consistency(first, last), tree.root(first));
        expect(roots).toEqual([tree.root(first), tree.root(last)]);
      }
    }
  });
});

describe('Rekor log', () => {
  const world = mintWorld();
  const { attested } = publish(world);
  const ask = (path: string, body?: unknown) =>
    get(world, {
      role: 'rekor',
      path,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });

  it('answers by global index, and proves with the index inside the shard', () => {
    const answer = jsonOf<LogEntries>(ask(`/api/v1/log/entries?logIndex=${attested.logIndex}`));
    const entry = answer[attested.position.uuid];
    expect(entry?.logIndex).toBe(500);
    expect(entry?.verification.inclusionProof?.logIndex).toBe(200);
    expect(attested.position.uuid.slice(16)).toBe(leafHash(attested.record.body).toString('hex'));
    expect(sha256Hex(Buffer.from(entry?.attestation?.data ?? '', 'base64'))).toBe(
      sha256Hex(attested.statement),
    );
  });

  it('has the shape of an intoto 0.0.2 entry, signature in base64 twice', () => {
    const body = JSON.parse(attested.record.body.toString()) as IntotoBody;
    const [signature] = body.spec.content.envelope.signatures;
    const der = Buffer.from(Buffer.from(signature?.sig ?? '', 'base64').toString(), 'base64');
    const pae = preAuthEncoding('application/vnd.in-toto+json', attested.statement);
    expect(Buffer.from(signature?.publicKey ?? '', 'base64').toString()).toBe(attested.certificate.pem);
    expect(verify('sha256', pae, attested.certificate.key.publicKey, der)).toBe(true);
    expect(body.spec.content.payloadHash.value).toBe(sha256Hex(attested.statement));
  });

  it('retrieves at most ten and skips what is missing', () => {
    const found = ask('/api/v1/log/entries/retrieve', { logIndexes: [999_999, 3, 500] });
    expect(
      jsonOf<LogEntries[]>(found).flatMap((entries) => Object.values(entries).map((e) => e.logIndex)),
    ).toEqual([3, 500]);
    expect(
      ask('/api/v1/log/entries/retrieve', { logIndexes: Array.from({ length: 11 }, (_, i) => i) }).status,
    ).toBe(422);
    const byId = ask('/api/v1/log/entries/retrieve', { entryUUIDs: [attested.position.uuid] });
    expect(jsonOf<LogEntries[]>(byId)).toHaveLength(1);
  });

  it('finds entries by the digest of the subject, newest first', () => {
    const publication = publish(world);
    const second = world.attest(publication, { identity: { owner: 'stranger' } });
    const hits = jsonOf<string[]>(ask('/api/v1/index/retrieve', { hash: `sha256:${publication.digest}` }));
    expect(hits.slice(0, 2)).toEqual([second.position.uuid, publication.attested.position.uuid]);
  });

  it('does not know an object-shaped subject by its digest', () => {
    const fresh = mintWorld();
    const publication = publish(fresh, { statement: { subjectShape: 'object' } });
    expect(fresh.rekor.search(`sha256:${publication.digest}`)).toEqual([]);
    expect(fresh.rekor.search(`sha256:${sha256Hex(publication.attested.statement)}`)).toHaveLength(1);
  });

  it('answers a consistency proof with the root of now, and bad sizes with 400', () => {
    const [first, last] = [150, world.rekor.activeSize - 1];
    const answer = ask(`/api/v1/log/proof?firstSize=${first}&lastSize=${last}`);
    const info = world.rekor.info();
    expect(jsonOf<{ rootHash: string }>(answer).rootHash).toBe(info.rootHash);
    for (const query of [
      'firstSize=0&lastSize=5',
      'firstSize=9&lastSize=5',
      'firstSize=1&lastSize=99999',
      'firstSize=1',
    ]) {
      expect(ask(`/api/v1/log/proof?${query}`).status, query).toBe(400);
    }
  });

  it('tells of its frozen tree and gives its key', () => {
    expect(world.rekor.info().inactiveShards).toMatchObject([{ treeSize: 300 }]);
    expect(Buffer.from(ask('/api/v1/log/publicKey').body).toString()).toContain('BEGIN PUBLIC KEY');
  });

  it('a fork shares a prefix, keeps honest entries provable and cannot be proved consistent', () => {
    const fork = world.rekor.fork(120);
    const size = world.rekor.activeSize;
    expect(fork.activeSize).toBe(size);
    expect(fork.info().rootHash).not.toBe(world.rekor.info().rootHash);
    expect(fork.proof(100, 110).hashes).toEqual(world.rekor.proof(100, 110).hashes);
    stockVerify(world, attested, fork.entry(attested.position));
    fork.grow(5);
    const hashes = fork.proof(size, size + 5).hashes.map((hash) => Buffer.from(hash, 'hex'));
    const honest = Buffer.from(world.rekor.info().rootHash, 'hex');
    expect(consistencyRoots(size, size + 5, hashes, honest)[0]).not.toEqual(honest);
  });

  it('edits what the stock verifier does not look at, too', () => {
    const entry = honestEntry(world, attested);
    const proof = entry.verification.inclusionProof;
    expect(attack.withoutAttestation(entry)).not.toHaveProperty('attestation');
    expect(attack.withAttestation(Buffer.from('x'))(entry).attestation?.data).toBe('eA==');
    expect(attack.otherTreeSize(2)(entry).verification.inclusionProof?.treeSize).toBe(
      (proof?.treeSize ?? 0) + 2,
    );
    expect(attack.otherRoot(entry).verification.inclusionProof?.rootHash).not.toBe(proof?.rootHash);
    const moved = attack.underUuid((uuid) => uuid.slice(16))({ [attested.position.uuid]: entry });
    expect(Object.keys(moved)).toEqual([attested.position.uuid.slice(16)]);
  });

  it('holds entries of other kinds and with other bodies', () => {
    const fresh = mintWorld();
    const kindOf = (record: ProvenanceOptions['record']) => {
      const { position } = publish(fresh, record === undefined ? {} : { record }).attested;
      const body = Buffer.from(fresh.rekor.entry(position).body, 'base64').toString();
      return (JSON.parse(body) as { kind: string; apiVersion: string }).kind;
    };
    const { pem } = attested.certificate;
    const digest = '00'.repeat(32);
    expect(
      kindOf(() => hashedRekord({ digest, signature: Buffer.of(1), certificate: pem, at: fresh.now })),
    ).toBe('hashedrekord');
    expect(kindOf((record) => withEntryBody(record, (json) => json.replace('intoto', 'rfc3161')))).toBe(
      'rfc3161',
    );
    expect(fresh.rekor.search(`sha256:${digest}`)).toHaveLength(1);
  });

  it('a rewound log is an earlier state of itself', () => {
    expect(world.rekor.rewind(150).info().rootHash).toBe(
      Buffer.from(world.rekor.checkpoint(undefined, 150).split('\n')[2] ?? '', 'base64').toString('hex'),
    );
  });

  const twin = attack.impostor(world.sigstore.rekorKey);
  it.each([
    ['no promise and no proof', attack.both(attack.withoutSet, attack.withoutProof)],
    ['a promise by another key', attack.setBy()],
    ['another time under the same promise', attack.withFields({ integratedTime: 1 })],
    ['a bit flipped in the proof', attack.tamperedHash()],
    ['a hash missing from the proof', attack.withProof(({ hashes }) => ({ hashes: hashes.slice(1) }))],
    ['a log index the promise does not cover', attack.withFields({ logIndex: 1 })],
    ['another body the log itself promised', attack.resigned(world.sigstore.rekorKey, { body: 'e30=' })],
    ['a checkpoint by another key', attack.checkpointBy(twin)],
    [
      'a checkpoint of another root',
      attack.checkpointBy(world.sigstore.rekorKey, { root: Buffer.alloc(32) }),
    ],
    ['a checkpoint of size zero', attack.checkpointBy(world.sigstore.rekorKey, { size: 0 })],
    [
      'a checkpoint with an unknown key hint',
      attack.checkpointBy(world.sigstore.rekorKey, { keyHint: Buffer.alloc(4) }),
    ],
  ])('the stock verifier refuses an entry with %s', (_, change) => {
    const entry = honestEntry(world, attested);
    expect(() => stockVerify(world, attested, change(entry))).toThrow();
    stockVerify(world, attested, entry);
  });
});

describe('statement', () => {
  it.skipIf(!existsSync(folder))('is byte for byte what Deno signed (skipped, no real data)', () => {
    const real = readFileSync(join(folder, 'neat-ai-6.2.0.payload.json'));
    const digest = '9141591496a48c5b815722bf6aa16e85083729f0ed1a5abbccacbbd1d4b41e82';
    const subject = { name: 'pkg:jsr/@stsoftware/neat-ai@6.2.0', sha256: digest };
    expect(statementBytes(subject, neatAi).toString()).toBe(real.toString());
  });

  it.each([
    ['type', ['type']],
    ['_type', ['_type']],
    ['both', ['type', '_type']],
    ['none', []],
  ] as const)('has the wanted key for its type: %s', (typeKey, keys) => {
    const json = JSON.parse(
      statementBytes({ name: 'n', sha256: 'd' }, acme, { typeKey }).toString(),
    ) as object;
    expect(Object.keys(json).filter((key) => key.endsWith('type'))).toEqual(keys);
  });
});

describe('world', () => {
  const world = mintWorld();
  const a =
    "import { b } from './b.ts';\nimport { parse } from 'jsr:@std/semver@^1/parse';\nexport const a: string = parse(b);\n";
  const files = {
    '/mod.ts': a,
    '/b.ts': "export const b: string = '1.0.0';\n",
    '/data.json': '{}',
    '/jsr.json': '{"name":"@acme/tool"}\n',
  };
  const tool = world.publish({ scope: 'acme', name: 'tool', version: '1.2.0', files });

  it('serves a manifest whose digest is the one attested', () => {
    const { body, headers } = get(world, { role: 'registry', path: '/@acme/tool/1.2.0_meta.json' });
    const statement = JSON.parse(tool.attested.statement.toString()) as DenoStatement;
    expect(statement.subject[0]).toEqual({
      name: 'pkg:jsr/@acme/tool@1.2.0',
      digest: { sha256: sha256Hex(body) },
    });
    expect(headers['x-jsr-backend']).toBe('modules');
    const manifest = JSON.parse(Buffer.from(body).toString()) as ManifestJson;
    expect(Object.keys(manifest)).toEqual(['manifest', 'moduleGraph2', 'exports']);
    expect(manifest.manifest['/mod.ts']).toEqual({ size: a.length, checksum: `sha256-${sha256Hex(a)}` });
    expect(manifest.moduleGraph2['/mod.ts']?.dependencies?.[0]).toEqual({
      type: 'static',
      kind: 'import',
      specifier: './b.ts',
      specifierRange: [
        [0, 18],
        [0, 26],
      ],
    });
  });

  it('serves every file of the manifest as it was', () => {
    for (const [path, content] of Object.entries(files)) {
      const { body } = get(world, { role: 'registry', path: `/@acme/tool/1.2.0${path}` });
      expect(Buffer.from(body).toString()).toBe(content);
    }
  });

  it('shows a browser the frontend, and misses as plain text', () => {
    const path = '/@acme/tool/meta.json';
    const page = world.answer({ role: 'registry', path, headers: { accept: 'text/html,*/*' } });
    expect(page.headers['x-jsr-backend']).toBe('frontend');
    expect(
      get(world, { role: 'registry', path: '/%40acme/tool/meta.json' }).headers['content-type'],
    ).toContain('html');
    const miss = get(world, { role: 'registry', path: '/@acme/none/meta.json' });
    expect([miss.status, Buffer.from(miss.body).toString()]).toEqual([404, '404 - Not Found']);
  });

  it('answers 304 to whoever has the answer already', () => {
    const path = '/@acme/tool/meta.json';
    const { headers } = get(world, { role: 'registry', path });
    const again = get(world, { role: 'registry', path, headers: { 'if-none-match': headers['etag'] ?? '' } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('lists versions, yanked ones as such, and never picks one as latest', () => {
    const fresh = mintWorld();
    publish(fresh);
    fresh.publish({ scope: 'acme', name: 'widget', version: '2.0.0', files: {}, yanked: true });
    fresh.publish({ scope: 'acme', name: 'widget', version: '3.0.0-rc.1', files: {} });
    const meta = jsonOf<MetaJson>(get(fresh, { role: 'registry', path: '/@acme/widget/meta.json' }));
    expect(meta.latest).toBe('1.0.0');
    expect(meta.versions['2.0.0']?.yanked).toBe(true);
    expect(meta.versions['1.0.0']).not.toHaveProperty('yanked');
    expect(meta.githubRepository).toEqual({ owner: 'acme', name: 'widget' });
  });

  it('tells the log index through the API, as a string, or null, or a lie', () => {
    const path = '/scopes/acme/packages/widget/versions/1.0.0';
    const fresh = mintWorld();
    const options = { scope: 'acme', name: 'widget', version: '1.0.0', files: {} };
    const told = () => jsonOf<{ rekorLogId: unknown }>(get(fresh, { role: 'api', path })).rekorLogId;
    fresh.publish({ ...options, provenance: 'none' });
    expect(told()).toBeNull();
    const { attested } = fresh.publish(options);
    expect(told()).toBe(attested.logIndex);
    fresh.publish({ ...options, rekorLogId: '7' });
    expect(told()).toBe('7');
    const missing = get(fresh, { role: 'api', path: '/scopes/acme/packages/none' });
    expect([missing.status, jsonOf<{ code: string }>(missing).code]).toEqual([404, 'packageNotFound']);
  });

  it('has an npm tarball that the packument pins, with rewritten specifiers', async () => {
    const packument = jsonOf<Packument>(get(world, { role: 'npm', path: '/@jsr%2facme__tool' }));
    const version = packument.versions['1.2.0'];
    const { body } = get(world, { role: 'npm', path: new URL(version?.dist.tarball ?? '').pathname });
    expect(version?.dist.integrity).toBe(`sha512-${createHash('sha512').update(body).digest('base64')}`);
    expect(version?.dist.shasum).toMatch(/^[0-9A-F]{40}$/);
    const entries = await untar(body);
    expect([...entries.keys()]).toEqual(
      [
        'b.js',
        'b.js.map',
        'b.ts',
        'data.json',
        'jsr.json',
        'mod.js',
        'mod.js.map',
        'mod.ts',
        'package.json',
      ].map((name) => `package/${name}`),
    );
    expect(entries.get('package/mod.ts')).toBe(
      a.replace('./b.ts', './b.js').replace('jsr:@std/semver@^1/parse', '@jsr/std__semver/parse'),
    );
    expect(entries.get('package/mod.js')).not.toContain(': string');
    expect(JSON.parse(entries.get('package/package.json') ?? '')).toEqual({
      name: '@jsr/acme__tool',
      version: '1.2.0',
      homepage: 'https://jsr.test/@acme/tool',
      type: 'module',
      dependencies: { '@jsr/std__semver': '^1' },
      exports: { '.': { default: './mod.js' } },
      _jsr_revision: 11,
    });
  });

  it('keeps the uploaded tarball, which an attestation may be about', async () => {
    const { body } = get(world, { role: 'api', path: '/scopes/acme/packages/tool/versions/1.2.0/tarball' });
    expect([...(await untar(body)).keys()]).toEqual(['mod.ts', 'b.ts', 'data.json', 'jsr.json']);
    const attestation = world.attest(tool, { digest: 'tarball' });
    expect(attestation.statement.toString()).toContain(sha256Hex(body));
  });

  it('lets a test rewrite answers, and take it back', () => {
    const path = '/@acme/tool/1.2.0_meta.json';
    const undo = world.edit({ role: 'registry', path }, (answer) => ({ ...answer, status: 503 }));
    expect(get(world, { role: 'registry', path }).status).toBe(503);
    undo();
    expect(get(world, { role: 'registry', path }).status).toBe(200);
    const back = world.editEntry(tool.attested, attack.onEntries(attack.withoutSet));
    const entries = jsonOf<LogEntries>(
      get(world, { role: 'rekor', path: `/api/v1/log/entries?logIndex=${tool.rekorLogId}` }),
    );
    expect(Object.values(entries)[0]?.verification).not.toHaveProperty('signedEntryTimestamp');
    back();
    const away = world.edit({ role: 'registry', path }, (answer) =>
      withHeaders({ ...answer, status: 302 }, { location: 'http://elsewhere.test/', etag: undefined }),
    );
    const redirect = get(world, { role: 'registry', path });
    expect([redirect.headers['location'], 'etag' in redirect.headers]).toEqual([
      'http://elsewhere.test/',
      false,
    ]);
    away();
  });

  it('attests and indexes a candidate the registry does not know of', () => {
    const fresh = mintWorld();
    const publication = fresh.publish({
      scope: 'acme',
      name: 'widget',
      version: '1.0.0',
      files: {},
      provenance: 'none',
    });
    const found = fresh.attest(publication);
    expect(publication.rekorLogId).toBeNull();
    expect(fresh.rekor.search(`sha256:${publication.digest}`)).toEqual([found.position.uuid]);
    fresh.attest(publication, { indexed: false });
    expect(fresh.rekor.search(`sha256:${publication.digest}`)).toHaveLength(1);
    expect(fresh.bundle(found)['mediaType']).toContain('v0.3');
  });

  it('relinks, yanks and removes what was published', () => {
    const fresh = mintWorld();
    const publication = publish(fresh);
    const meta = () => jsonOf<MetaJson>(get(fresh, { role: 'registry', path: '/@acme/widget/meta.json' }));
    fresh.link(publication, { owner: 'evil' });
    expect(meta().githubRepository).toEqual({ owner: 'evil', name: 'widget' });
    fresh.link(publication, false);
    expect(meta()).not.toHaveProperty('githubRepository');
    fresh.yank(publication);
    expect([meta().latest, meta().versions['1.0.0']?.yanked]).toEqual([null, true]);
    fresh.remove(publication);
    expect(meta().versions).toEqual({});
    expect(fresh.requestsTo('api')).toEqual([]);
    expect(fresh.requestsTo('registry').length).toBeGreaterThan(0);
  });

  it('survives paths that are no paths', () => {
    for (const path of ['/@acme/tool/1.2.0/%', '/@acme/tool/1.2.0/', '//', '/@acme/tool/1.2.0/../mod.ts']) {
      expect([200, 404], path).toContain(get(world, { role: 'registry', path }).status);
    }
  });

  it('is the same world at the same time', () => {
    const now = new Date('2026-03-01T00:00:00Z');
    const [one, two] = [mintWorld({ now }), mintWorld({ now })].map((each) => publish(each));
    expect(one?.manifest).toEqual(two?.manifest);
    expect(one?.attested.statement).toEqual(two?.attested.statement);
    expect(one?.createdAt.toISOString()).toBe('2026-01-30T00:00:00.000Z');
    expect(one?.npmTarball('r')).toEqual(two?.npmTarball('r'));
  });

  it('finds imports of every simple form', () => {
    const text = [
      "import './a.ts';",
      'import x from "./b.ts";',
      "import type { T } from './c.ts';",
      "export * from './d.ts';",
      "export type { U } from './e.ts';",
      'import {\n  y,\n  z,\n} from "./f.ts";',
      "const g = await import('./g.ts');",
      "export const from = 'nowhere';",
      'export default x',
      "import w from './h.ts'",
    ].join('\n');
    const found = dependenciesOf(text);
    expect(found.map(({ type, kind, specifier }) => [kind ?? type, specifier])).toEqual([
      ['import', './a.ts'],
      ['import', './b.ts'],
      ['importType', './c.ts'],
      ['export', './d.ts'],
      ['exportType', './e.ts'],
      ['import', './f.ts'],
      ['dynamic', './g.ts'],
      ['import', './h.ts'],
    ]);
    for (const { start, end, specifier } of found) expect(text.slice(start + 1, end - 1)).toBe(specifier);
  });
});

describe('lockfiles', () => {
  const world = mintWorld();
  const packages = [publish(world)];

  it('deno.lock pins the manifest', () => {
    const { body } = get(world, { role: 'registry', path: '/@acme/widget/1.0.0_meta.json' });
    const lock = JSON.parse(denoLock(packages)) as { jsr: Record<string, { integrity: string }> };
    expect(lock.jsr['@acme/widget@1.0.0']?.integrity).toBe(sha256Hex(body));
  });

  it.each([
    ['package-lock.json', packageLock],
    ['pnpm-lock.yaml', pnpmLock],
    ['yarn.lock', yarnLock],
    ['bun.lock', bunLock],
  ])('%s pins the tarball', (_, lock) => {
    const text = lock(packages, world.urls);
    const { body } = get(world, { role: 'npm', path: '/~/11/@jsr/acme__widget/1.0.0.tgz' });
    expect(text).toContain(`${world.urls.npm}/~/11/@jsr/acme__widget/1.0.0.tgz`);
    expect(text).toContain(createHash('sha512').update(body).digest('base64'));
  });

  it('pnpm-lock.yaml is YAML, yarn.lock is yarn 1, bun.lock is JSON but for its commas', () => {
    const parsed = parseYaml(pnpmLock(packages, world.urls)) as { packages: object };
    expect(Object.keys(parsed.packages)).toEqual(['@jsr/acme__widget@1.0.0']);
    expect(Object.keys(parseSyml(yarnLock(packages, world.urls)))).toContain(
      '@acme/widget@npm:@jsr/acme__widget@^1.0.0',
    );
    const bun = bunLock(packages, world.urls);
    expect(() => JSON.parse(bun) as unknown).toThrow();
    expect(JSON.parse(bun.replace(/,(?=\s*[}\]])/g, ''))).toHaveProperty('packages.@acme/widget');
  });
});

describe('server', () => {
  it('serves the world over loopback, counts requests, and names itself in flags', async () => {
    const world = mintWorld();
    const { spec } = publish(world);
    const server = await serveWorld(world);
    closing.push(server.close);
    const answer = await fetch(`${server.urls.registry}/${spec.replace('@1', '/1')}_meta.json`);
    expect(answer.status).toBe(200);
    expect(world.requests).toMatchObject([
      { role: 'registry', method: 'GET', path: '/@acme/widget/1.0.0_meta.json' },
    ]);
    const flags = server.flags();
    expect(flags).toContain('--registry');
    const root = readFileSync(flags[flags.indexOf('--trusted-root') + 1] ?? '', 'utf8');
    expect(JSON.parse(root)).toHaveProperty('certificateAuthorities');
    expect(server.env({ trust: 'tuf' })['TUF_MIRROR']).toBe(server.urls.tuf);
    const retrieved = await fetch(`${server.urls.rekor}/api/v1/index/retrieve`, {
      method: 'POST',
      body: JSON.stringify({ hash: `sha256:${'0'.repeat(64)}` }),
    });
    expect(await retrieved.json()).toEqual([]);
  });

  it('hands a request over to whoever wants to make trouble', async () => {
    const world = mintWorld();
    const server = await serveWorld(world, {
      intercept: ({ response }) => {
        response.destroy();
        return true;
      },
    });
    closing.push(server.close);
    await expect(fetch(server.urls.api)).rejects.toThrow('fetch failed');
  });
});

describe('TUF repository', () => {
  /** A client with a cache of its own, refreshed once; it may be refreshed again with the same cache. */
  async function client() {
    const world = mintWorld();
    const server = await serveWorld(world);
    closing.push(server.close);
    const options = {
      mirrorURL: server.urls.tuf,
      rootPath: server.tufRootFile(),
      cachePath: join(server.folder, 'tuf'),
      retry: false,
    };
    const refresh = async () => (await initTUF(options)).getTarget('trusted_root.json');
    expect(JSON.parse(await refresh())).toEqual(world.sigstore.trustedRoot());
    return { world, tuf: world.tuf, refresh };
  }

  it('is accepted by the stock client, again after a release and a rotation of all keys', async () => {
    const { world, tuf, refresh } = await client();
    tuf.release({ targets: { 'trusted_root.json': Buffer.from('{"new":true}') } });
    expect(await refresh()).toBe('{"new":true}');
    tuf.rotateRoot({ roles: ['root', 'timestamp', 'snapshot', 'targets'] });
    tuf.release({ targets: { 'trusted_root.json': world.sigstore.trustedRootBytes() } });
    expect(JSON.parse(await refresh())).toEqual(world.sigstore.trustedRoot());
  });

  const changed = { 'trusted_root.json': Buffer.from('{"changed":true}') };
  const past = new Date('2024-01-01T00:00:00Z');
  it.each<[string, (world: World) => void]>([
    ['an expired timestamp', ({ tuf }) => tuf.release({ expires: { timestamp: past } })],
    ['an expired snapshot', ({ tuf }) => tuf.release({ expires: { snapshot: past } })],
    ['expired targets', ({ tuf }) => tuf.release({ expires: { targets: past } })],
    ['an expired root', ({ tuf }) => tuf.rotateRoot({ expires: past })],
    ['a root the old one did not sign', ({ tuf }) => tuf.rotateRoot({ unsignedByOld: true })],
    ['a root that skips a version', ({ tuf }) => skipRoot(tuf)],
    ['a forged timestamp', ({ tuf }) => tuf.release({ forged: ['timestamp'] })],
    ['a forged snapshot', ({ tuf }) => tuf.release({ forged: ['snapshot'] })],
    ['forged targets', ({ tuf }) => tuf.release({ forged: ['targets'] })],
    ['a timestamp rolled back', ({ tuf }) => tuf.release({ version: { timestamp: 0 } })],
    ['a snapshot rolled back', ({ tuf }) => tuf.release({ names: { snapshot: 1 } })],
    ['targets rolled back', ({ tuf }) => tuf.release({ names: { targets: 1 } })],
    ['a wrong length', ({ tuf }) => tuf.release({ targets: changed, lies: { length: 3 } })],
    ['a wrong hash', ({ tuf }) => tuf.release({ targets: changed, lies: { sha256: 'ab'.repeat(32) } })],
    ['a snapshot of another release', ({ tuf }) => mixSnapshot(tuf)],
  ])('the stock client refuses %s', async (_, spoil) => {
    const { world, refresh } = await client();
    world.tuf.release({});
    await refresh();
    spoil(world);
    await expect(refresh()).rejects.toThrow();
  });
});

const neatAi = { ...acme, owner: 'stSoftwareAU', name: 'NEAT-AI', ref: 'refs/heads/Develop' };

function skipRoot(tuf: World['tuf']): void {
  tuf.rotateRoot({ version: 3 });
  tuf.put('2.root.json', tuf.get('3.root.json'));
}

/** The timestamp names the newest snapshot; the mirror has an older one under that name. */
function mixSnapshot(tuf: World['tuf']): void {
  tuf.release({});
  tuf.put(`${tuf.version('snapshot')}.snapshot.json`, tuf.get('1.snapshot.json'));
}

function twinAuthority() {
  return mintAuthority({
    window: { notBefore: new Date('2022-01-01T00:00:00Z'), notAfter: new Date('2035-01-01T00:00:00Z') },
    organization: 'sigstore.test',
    usage: '1.3.6.1.5.5.7.3.3',
  });
}

async function untar(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const chunks: Buffer[] = [];
      entries.set(entry.path, '');
      entry.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      entry.on('end', () => entries.set(entry.path, Buffer.concat(chunks).toString('utf8')));
    },
  });
  await new Promise<void>((done, fail) => {
    parser.on('end', () => done());
    parser.on('error', fail);
    parser.end(gunzipSync(bytes));
  });
  return entries;
}

/** RFC 6962 §2.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

/** RFC 9162 §2.1.3.2. */
function inclusionRoot(
  index: number,
  size: number,
  leaf: Buffer | undefined,
  path: readonly Buffer[],
): Buffer | undefined {
  let [fn, sn, root] = [index, size - 1, leaf];
  for (const hash of path) {
    if (sn === 0 || root === undefined) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(hash, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else {
      root = nodeHash(root, hash);
    }
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? root : undefined;
}

/** RFC 9162 §2.1.4.2: both roots as the proof has them. */
function consistencyRoots(
  first: number,
  last: number,
  proof: readonly Buffer[],
  firstRoot: Buffer,
): (Buffer | undefined)[] {
  if (first === last) return proof.length === 0 ? [firstRoot, firstRoot] : [];
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof];
  let [fn, sn] = [first - 1, last - 1];
  while (fn % 2 === 1) [fn, sn] = [fn >> 1, sn >> 1];
  let [fr, sr] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (sn === 0 || fr === undefined || sr === undefined) return [];
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(hash, fr), nodeHash(hash, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else {
      sr = nodeHash(sr, hash);
    }
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? [fr, sr] : [];
}

interface IntotoBody {
  readonly spec: {
    readonly content: {
      readonly envelope: {
        readonly signatures: readonly { readonly sig: string; readonly publicKey: string }[];
      };
      readonly payloadHash: { readonly value: string };
    };
  };
}

interface DenoStatement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
}

interface ManifestJson {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly moduleGraph2: Readonly<Record<string, { readonly dependencies?: readonly unknown[] }>>;
}

interface MetaJson {
  readonly latest: string | null;
  readonly githubRepository?: unknown;
  readonly versions: Readonly<Record<string, { readonly yanked?: boolean }>>;
}

interface Packument {
  readonly versions: Readonly<
    Record<
      string,
      { readonly dist: { readonly tarball: string; readonly integrity: string; readonly shasum: string } }
    >
  >;
}
