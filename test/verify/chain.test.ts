import { describe, expect, it } from 'vitest';
import { type CheckId, checkIds, type Outcome, provenanceChecks } from '../../src/model/check.ts';
import { absent, present, unavailable } from '../../src/model/evidence.ts';
import { prove, verify } from '../../src/verify/verify.ts';
import { mintAuthority } from '../support/certificate.ts';
import { CODE_SIGNING } from '../support/extension.ts';
import { acme } from '../support/identity.ts';
import { mintWorld } from '../support/jsr.ts';
import { sha256Hex } from '../support/keys.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import type { LogEntry } from '../support/rekor.ts';
import * as attack from '../support/rekor-attacks.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { mintSigstore } from '../support/sigstore.ts';
import {
  checksOf,
  expectBroken,
  expectProven,
  type Lies,
  publish,
  targetOf,
  verificationOf,
} from './chain.ts';

const world = mintWorld();
const { rekorKey } = world.sigstore;

interface Attack {
  readonly name: string;
  readonly breaks: (typeof provenanceChecks)[number];
  readonly why: RegExp;
  readonly status?: 'failed' | 'unknown' | 'absent';
  /** How the attestation is made. */
  readonly provenance?: ProvenanceOptions;
  /** How the evidence is bent on its way. */
  readonly lies?: Lies;
  readonly also?: readonly CheckId[];
}

const attacks: readonly Attack[] = [
  {
    name: 'the registry has no manifest',
    breaks: 'manifest',
    status: 'absent',
    why: /has no version manifest/,
    lies: { manifest: absent('https://jsr.test/x_meta.json') },
  },
  {
    name: 'the registry does not answer',
    breaks: 'manifest',
    status: 'unknown',
    why: /could not be fetched: answered 500/,
    lies: { manifest: unavailable('https://jsr.test', { kind: 'status', status: 500, why: 'answered 500' }) },
  },
  {
    name: 'the manifest is no JSON',
    breaks: 'manifest',
    why: /malformed: not JSON/,
    lies: { manifest: Buffer.from('{') },
  },
  {
    name: 'there is no attestation',
    breaks: 'bundle',
    status: 'absent',
    why: /nobody knows one/,
    lies: { raw: absent('nobody knows one') },
  },
  {
    name: 'the attestation cannot be had',
    breaks: 'bundle',
    status: 'unknown',
    why: /could not be fetched: timeout/,
    lies: { raw: unavailable('the log', { kind: 'timeout', why: 'timeout' }) },
  },
  {
    name: 'the log stores a different payload than it logged',
    breaks: 'bundle',
    why: /not the one in the log entry/,
    lies: { entry: attack.withAttestation(Buffer.from('{}')) },
  },
  {
    name: 'the entry is of an unknown kind',
    breaks: 'bundle',
    why: /kind rfc3161\/0.0.2 is not supported/,
    provenance: { record: (record) => withEntryBody(record, (json) => json.replace('intoto', 'rfc3161')) },
  },
  {
    name: 'the certificate is of another Sigstore',
    breaks: 'certificate',
    why: /failed to verify certificate chain/,
    provenance: { sigstore: mintSigstore() },
  },
  {
    name: 'the certificate is of an authority with the same name',
    breaks: 'certificate',
    why: /failed to verify certificate chain/,
    provenance: {
      certificate: {
        authority: mintAuthority({
          window: world.sigstore.window,
          organization: 'sigstore.test',
          usage: CODE_SIGNING,
        }),
      },
    },
  },
  {
    name: 'the certificate had expired at the logged time',
    breaks: 'certificate',
    why: /not valid or expired/,
    provenance: { loggedAt: world.now },
  },
  {
    name: 'no certificate transparency log knows the certificate',
    breaks: 'certificate',
    why: /no signed certificate timestamp/,
    provenance: { certificate: { sct: 'none' } },
  },
  {
    name: 'the log did not promise inclusion',
    breaks: 'inclusion',
    status: 'unknown',
    why: /without an inclusion promise$/,
    lies: { entry: attack.withoutSet },
  },
  {
    name: 'the log did not prove inclusion',
    breaks: 'inclusion',
    status: 'unknown',
    why: /without an inclusion proof$/,
    lies: { entry: attack.withoutProof },
  },
  {
    name: 'the promise is by another key',
    breaks: 'inclusion',
    why: /inclusion promise could not be verified/,
    lies: { entry: attack.setBy() },
  },
  {
    name: 'the proof has a bit flipped',
    breaks: 'inclusion',
    why: /calculated root hash does not match/,
    lies: { entry: attack.tamperedHash() },
  },
  {
    name: 'the checkpoint is by another key',
    breaks: 'inclusion',
    why: /checkpoint/,
    lies: { entry: attack.checkpointBy(attack.impostor(rekorKey)) },
  },
  {
    name: 'the log answered about another entry',
    breaks: 'inclusion',
    why: /answered with entry \d+ when asked for 7$/,
    lies: { asked: { logIndex: '7' } },
  },
  {
    name: 'the signature is over another payload',
    breaks: 'signature',
    why: /does not match the payload/,
    provenance: {
      envelope: (envelope) => ({ ...envelope, payload: Buffer.concat([envelope.payload, Buffer.from(' ')]) }),
    },
  },
  {
    name: 'the signed bytes are of another type',
    breaks: 'signature',
    why: /payload is of the type "text\/plain"/,
    provenance: { payloadType: 'text/plain' },
  },
  {
    name: 'the signed bytes are no statement',
    breaks: 'statement',
    why: /not an in-toto statement/,
    provenance: { statement: { typeKey: 'none' } },
  },
  {
    name: 'the statement is no provenance',
    breaks: 'statement',
    why: /not SLSA provenance v1/,
    provenance: { statement: { predicateType: 'https://slsa.dev/verification_summary/v1' } },
  },
  {
    name: 'the statement is about another package',
    breaks: 'subject',
    why: /is about "pkg:jsr\/@acme\/other@1.0.0"/,
    provenance: { subject: 'pkg:jsr/@acme/other@1.0.0' },
  },
  {
    name: 'the statement is about other bytes',
    breaks: 'subject',
    why: /not that of the version manifest/,
    provenance: { digest: 'a'.repeat(64) },
  },
  {
    name: 'the statement claims another repository',
    breaks: 'claims',
    why: /claims a different repository/,
    provenance: { statement: { claims: { name: 'famous' } } },
  },
];

describe('an honest attestation', () => {
  it.each(['intoto', 'dsse'] as const)(
    'of kind %s proves the version, and says who, when and where',
    (kind) => {
      const publication = publish(world, { kind });
      const { provenance, checks } = expectProven(world, publication);
      expect(provenance).toMatchObject({
        purl: publication.purl,
        manifestDigest: publication.digest,
        subjectOf: 'manifest',
        identity: { sourceRepositoryURI: 'https://github.com/acme/widget', issuer: acme.issuer },
        logged: {
          logIndex: publication.attested.logIndex,
          entryId: publication.attested.position.uuid,
          logId: rekorKey.id.toString('hex'),
          integratedTime: new Date(publication.attested.record.integratedTime * 1000),
        },
      });
      expect(provenance.logged.checkpoint).toMatch(/^rekor\.sigstore\.test - \d+\n/);
      expect(Object.keys(checks)).toEqual([...checkIds]);
    },
  );
});

describe('the chain breaks where it is attacked, and nowhere else', () => {
  it.each(attacks)('$name: $breaks', ({ breaks, why, provenance = {}, lies = {}, status, also }) => {
    const publication = publish(world, provenance);
    expectBroken(world, publication, lies, {
      check: breaks,
      why,
      ...(status && { status }),
      ...(also && { also }),
    });
  });

  it('has an attack on every check of provenance', () => {
    expect(new Set(attacks.map(({ breaks }) => breaks))).toEqual(new Set(provenanceChecks));
  });
});

describe('no check can be skipped', () => {
  const publication = publish(world);
  const { checks } = expectProven(world, publication);
  const others: readonly Outcome<never>[] = [
    { status: 'failed', reason: 'x' },
    { status: 'unknown', why: 'x' },
    { status: 'absent', why: 'x' },
    { status: 'skipped', why: 'x' },
    { status: 'blocked', by: 'manifest' },
  ];

  it.each(provenanceChecks)('nothing is proved while %s has not passed', (id) => {
    for (const outcome of others)
      expect(prove(targetOf(publication), { ...checks, [id]: outcome }), outcome.status).toBeUndefined();
  });

  it('the depths and the lockfile do not stand in the way of provenance', () => {
    const shallow = checksOf(world, publication);
    expect(shallow).toMatchObject({
      lockfile: { status: 'skipped' },
      files: { status: 'skipped' },
      tarball: { status: 'skipped', why: 'not checked at this depth; add --depth tarball' },
      installed: { status: 'skipped', why: 'not checked at this depth; add --depth installed' },
    });
    expect(prove(targetOf(publication), shallow)).toBeDefined();
  });

  it('files are not compared with a manifest that could not be read', () => {
    const files = new Map([['/mod.ts', absent('x')]]);
    expect(checksOf(world, publication, { files }).files.status).toBe('failed');
    expect(checksOf(world, publication, { files, manifest: Buffer.from('{') }).files).toEqual({
      status: 'blocked',
      by: 'manifest',
    });
  });

  it('the same evidence always comes to the same checks', () => {
    const verification = verificationOf(world, publication);
    expect(verify(verification)).toEqual(verify(verification));
  });
});

describe('the payload is not read before its signature passed', () => {
  // Each of these would fail the statement for a reason of its own if anybody looked.
  const bombs = [
    ['nested deeply', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['of another type', '{"type":"evil"}'],
    ['no JSON', 'rm -rf'],
  ] as const;

  it.each(bombs)('a payload that is %s', (_, payload) => {
    const publication = publish(world, {
      envelope: (envelope) => ({ ...envelope, payload: Buffer.from(payload) }),
    });
    const checks = checksOf(world, publication);
    expect(checks.signature.status).toBe('failed');
    expect(checks.statement).toEqual({ status: 'blocked', by: 'signature' });
    expect(checks.subject).toEqual({ status: 'blocked', by: 'signature' });
    expect(checks.claims).toEqual({ status: 'blocked', by: 'signature' });
  });

  it('a stranger in the chain blocks everything that would read what he signed', () => {
    const publication = publish(world, { sigstore: mintSigstore(), statement: { typeKey: 'none' } });
    const checks = checksOf(world, publication);
    for (const id of ['inclusion', 'signature', 'statement', 'subject', 'claims'] as const)
      expect(checks[id]).toEqual({ status: 'blocked', by: 'certificate' });
  });
});

describe('a bit that flips anywhere', () => {
  const publication = publish(world);
  const honest = world.rekor.entry(publication.attested.position);

  const fields: readonly [
    string,
    (entry: LogEntry) => Buffer,
    (entry: LogEntry, bytes: Buffer) => LogEntry,
  ][] = [
    [
      'the body',
      (entry) => base64(entry.body),
      (entry, bytes) => ({ ...entry, body: bytes.toString('base64') }),
    ],
    [
      'the stored payload',
      (entry) => base64(entry.attestation?.data ?? ''),
      (entry, bytes) => ({ ...entry, attestation: { data: bytes.toString('base64') } }),
    ],
    [
      'the promise',
      (entry) => base64(entry.verification.signedEntryTimestamp ?? ''),
      (entry, bytes) => ({
        ...entry,
        verification: { ...entry.verification, signedEntryTimestamp: bytes.toString('base64') },
      }),
    ],
    [
      'the hashes of the proof',
      (entry) => Buffer.from(entry.verification.inclusionProof?.hashes.join('') ?? '', 'hex'),
      (entry, bytes) =>
        attack.withProof(() => ({ hashes: bytes.toString('hex').match(/.{64}/g) ?? [] }))(entry),
    ],
    [
      'the root of the proof',
      (entry) => Buffer.from(entry.verification.inclusionProof?.rootHash ?? '', 'hex'),
      (entry, bytes) => attack.withProof(() => ({ rootHash: bytes.toString('hex') }))(entry),
    ],
    [
      'the checkpoint',
      (entry) => Buffer.from(entry.verification.inclusionProof?.checkpoint ?? '', 'utf8'),
      (entry, bytes) => attack.withProof(() => ({ checkpoint: bytes.toString('utf8') }))(entry),
    ],
  ];

  it.each(fields)('in %s proves nothing', (_, read, write) => {
    const bytes = read(honest);
    expect(bytes.length).toBeGreaterThan(30);
    // A step that is no multiple of eight, so that every position in a byte has its turn.
    for (let bit = 0; bit < bytes.length * 8; bit += Math.max(1, Math.floor((bytes.length * 8) / 25)) | 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const lies = { entry: (entry: LogEntry) => write(entry, flipped) };
      const target = targetOf(publication);
      expect(prove(target, checksOf(world, publication, lies)), `bit ${bit}`).toBeUndefined();
    }
  });

  it('in the manifest proves nothing', () => {
    for (let bit = 0; bit < publication.manifest.length * 8; bit += 149) {
      const flipped = Buffer.from(publication.manifest);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const checks = checksOf(world, publication, { manifest: flipped });
      expect(prove(targetOf(publication), checks), `bit ${bit}`).toBeUndefined();
    }
  });

  it('each number of the answer is vouched for by somebody', () => {
    for (const change of [
      attack.withFields({ integratedTime: honest.integratedTime + 1 }),
      attack.withFields({ logIndex: honest.logIndex + 1 }),
      attack.withFields({ logID: sha256Hex('another log') }),
      attack.withProof(({ logIndex }) => ({ logIndex: logIndex + 1 })),
      attack.withProof(({ treeSize }) => ({ treeSize: treeSize + 1 })),
    ])
      expect(prove(targetOf(publication), checksOf(world, publication, { entry: change }))).toBeUndefined();
  });
});

describe('evidence that belongs to something else', () => {
  const first = publish(world);
  const second = publish(world);

  it('the attestation of another version of the same package is refused at the subject', () => {
    expectBroken(
      world,
      second,
      { attestation: first.attested },
      {
        check: 'subject',
        why: `the statement is about "${first.purl}", not about ${second.spec}`,
      },
    );
  });

  it('the manifest of another version under a valid attestation is refused at the subject', () => {
    const other = publish(world, {}, { files: { '/mod.ts': 'export const evil = 1;\n' } });
    const checks = expectBroken(
      world,
      first,
      { manifest: other.manifest },
      {
        check: 'subject',
        why: 'the attested digest is not that of the version manifest',
      },
    );
    expect(checks.subject).toMatchObject({
      details: [`attested ${first.digest}`, `served   ${other.digest}`],
    });
  });

  it('a proof from another log under the same key is refused at inclusion', () => {
    const fork = world.rekor.fork(3);
    const lies: Lies = {
      entry: (entry) => ({
        ...entry,
        verification: {
          ...fork.entry(first.attested.position).verification,
          inclusionProof: { ...entry.verification.inclusionProof, checkpoint: fork.checkpoint() } as never,
        },
      }),
    };
    expectBroken(world, first, lies, { check: 'inclusion', why: /\broot\b/ });
  });

  it('present evidence of nothing is a failure, not a crash', () => {
    for (const bytes of ['', 'null', '[]', '{}', '{"a":1}', '{"a":null,"b":null}', '\u0000']) {
      const raw = present(
        { kind: 'rekor-entry', bytes: Buffer.from(bytes), finder: 'registry' } as const,
        'x',
      );
      expectBroken(world, first, { raw }, { check: 'bundle', why: /the log('s answer| entry)/ });
    }
  });
});

function base64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
