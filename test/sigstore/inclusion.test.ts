import { describe, expect, it } from 'vitest';
import { present, type RawAttestation } from '../../src/model/evidence.ts';
import { verifyBundle } from '../../src/sigstore/verifier.ts';
import { toBundle, toBundleEntry } from '../support/bundle.ts';
import { signCheckpoint } from '../support/checkpoint.ts';
import type { Json } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import { mintKey, sha256, sha256Hex, sign } from '../support/keys.ts';
import type { Attestation } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { signEnvelope } from '../support/statement.ts';
import { type ValidFor, validFor } from '../support/trusted-root.ts';
import {
  checksOf,
  expectBroken,
  expectProven,
  type Lies,
  publish,
  reasonOf,
  trustOf,
} from '../verify/chain.ts';

const world = mintWorld();
const { rekorKey } = world.sigstore;
const publication = publish(world);
// So that the entry has neighbours on both sides, and its proof hashes of both kinds.
world.rekor.grow(60);
const { attested } = publication;
const [frozenTree = '', growingTree = ''] = world.rekor.treeIds;

interface Case {
  readonly name: string;
  readonly lies: Lies;
  readonly why: RegExp | string;
  readonly status?: 'unknown';
}

const missing: readonly Case[] = [
  {
    name: 'a promise',
    lies: { entry: attack.withoutSet },
    why: 'the log entry comes without an inclusion promise',
  },
  {
    name: 'a proof',
    lies: { entry: attack.withoutProof },
    why: 'the log entry comes without an inclusion proof',
  },
  {
    name: 'both',
    lies: { entry: attack.both(attack.withoutSet, attack.withoutProof) },
    why: 'the log entry comes without an inclusion promise and an inclusion proof',
  },
  {
    name: 'a checkpoint',
    lies: { entry: attack.withProof(() => ({ checkpoint: '' })) },
    why: 'the log entry comes without a signed checkpoint',
  },
  {
    name: 'a promise, which is there but empty',
    lies: {
      entry: (entry) => ({ ...entry, verification: { ...entry.verification, signedEntryTimestamp: '' } }),
    },
    why: 'the log entry comes without an inclusion promise',
  },
];

const wrong: readonly Case[] = [
  // The promise.
  {
    name: 'a promise by another key',
    lies: { entry: attack.setBy() },
    why: 'inclusion promise could not be verified',
  },
  {
    name: 'a promise for another time',
    lies: { entry: attack.withFields({ integratedTime: attested.record.integratedTime + 1 }) },
    why: 'inclusion promise could not be verified',
  },
  {
    name: 'a promise for another index',
    lies: { entry: attack.withFields({ logIndex: 7 }), asked: { logIndex: '7' } },
    why: 'inclusion promise could not be verified',
  },
  {
    name: 'a promise of a log nobody trusts',
    lies: { entry: attack.withFields({ logID: 'ab'.repeat(32) }) },
    why: 'inclusion promise could not be verified',
  },
  {
    name: 'a promise from before the log was trusted',
    lies: { trust: trustedFor(validFor(new Date(attested.record.integratedTime * 1000 + 1000))) },
    why: 'inclusion promise could not be verified',
  },
  {
    name: 'a promise from after the log was retired',
    lies: {
      trust: trustedFor(validFor(new Date(0), new Date(attested.record.integratedTime * 1000 - 1000))),
    },
    why: 'inclusion promise could not be verified',
  },
  // The proof.
  {
    name: 'a flipped bit in the proof',
    lies: { entry: attack.tamperedHash(3, 77) },
    why: 'the inclusion proof is not valid: calculated root hash does not match inclusion proof',
  },
  {
    name: 'a hash too few',
    lies: { entry: attack.withProof(({ hashes }) => ({ hashes: hashes.slice(1) })) },
    why: 'the inclusion proof is not valid: invalid hash count',
  },
  {
    name: 'a hash too many',
    lies: { entry: attack.withProof(({ hashes }) => ({ hashes: [...hashes, 'ab'.repeat(32)] })) },
    why: 'the inclusion proof is not valid: invalid hash count',
  },
  {
    name: 'hashes in another order',
    lies: { entry: attack.withProof(({ hashes }) => ({ hashes: hashes.toReversed() })) },
    why: 'the inclusion proof is not valid: calculated root hash does not match inclusion proof',
  },
  {
    name: 'no hashes',
    lies: { entry: attack.withProof(() => ({ hashes: [] })) },
    why: 'the inclusion proof is not valid: invalid hash count',
  },
  {
    name: 'a proof for another leaf',
    lies: { entry: attack.withProof(({ logIndex }) => ({ logIndex: logIndex - 1 })) },
    why: 'the inclusion proof is not valid: calculated root hash does not match inclusion proof',
  },
  {
    name: 'the global index in the place of the one in the shard',
    lies: { entry: attack.withProof(() => ({ logIndex: Number(attested.logIndex) })) },
    why: `the inclusion proof is not valid: invalid index: ${attested.logIndex}`,
  },
  {
    name: 'a proof for a larger tree than the checkpoint',
    lies: { entry: attack.otherTreeSize(1) },
    why: /tree size|root hash/,
  },
  {
    name: 'a proof for a smaller tree than the checkpoint',
    lies: { entry: attack.otherTreeSize(-1) },
    why: /tree size|root hash|invalid hash count/,
  },
  {
    name: 'another root beside the proof than the signed one',
    lies: { entry: attack.otherRoot },
    why: 'the checkpoint has a different root than the inclusion proof',
  },
  // The checkpoint.
  {
    name: 'a checkpoint by another key',
    lies: { entry: attack.checkpointBy(attack.impostor(rekorKey)) },
    why: 'the checkpoint is a checkpoint without a valid signature of its log',
  },
  {
    name: 'a checkpoint of another root',
    lies: { entry: attack.checkpointBy(rekorKey, { root: Buffer.alloc(32, 1) }) },
    why: 'the checkpoint has a different root than the inclusion proof',
  },
  {
    name: 'a checkpoint of another size',
    lies: { entry: attack.checkpointBy(rekorKey, { size: 1_000_000 }) },
    why: /tree size|root hash|invalid hash count/,
  },
  {
    name: 'a checkpoint of another tree of the same log',
    lies: { entry: attack.checkpointBy(rekorKey, { origin: `${rekorKey.host} - ${frozenTree}` }) },
    why: 'the checkpoint belongs to a different tree than the entry',
  },
  {
    name: 'a checkpoint that names another log',
    lies: { entry: attack.checkpointBy(rekorKey, { origin: `evil.test - ${growingTree}` }) },
    why: 'the checkpoint is a checkpoint of a log that the trusted root does not know',
  },
  {
    name: 'a checkpoint whose log only begins like ours',
    lies: { entry: attack.checkpointBy(rekorKey, { origin: `${rekorKey.host}.evil.test - ${growingTree}` }) },
    why: 'the checkpoint is a checkpoint of a log that the trusted root does not know',
  },
  {
    name: 'a checkpoint signed under another name',
    lies: { entry: attack.checkpointBy(rekorKey, { signer: 'witness.test' }) },
    why: 'the checkpoint is a checkpoint without a valid signature of its log',
  },
  {
    name: 'a checkpoint with the hint of another key',
    lies: { entry: attack.checkpointBy(rekorKey, { keyHint: Buffer.alloc(4) }) },
    why: 'the checkpoint is a checkpoint without a valid signature of its log',
  },
  {
    name: 'a checkpoint that is none',
    lies: { entry: attack.withProof(() => ({ checkpoint: 'hello' })) },
    why: 'the checkpoint is a checkpoint without a newline at its end',
  },
  {
    name: 'the checkpoint of a fork of the log',
    lies: { entry: attack.withProof(() => ({ checkpoint: world.rekor.fork(5).checkpoint() })) },
    why: 'the checkpoint has a different root than the inclusion proof',
  },
  {
    name: 'the proof of a fork of the log under the true checkpoint',
    lies: {
      entry: attack.withProof(() => ({
        ...world.rekor.fork(5).entry(attested.position).verification.inclusionProof,
        checkpoint: world.rekor.checkpoint(),
      })),
    },
    why: 'the checkpoint has a different root than the inclusion proof',
  },
  // What was asked.
  {
    name: 'an entry of a different index than asked for',
    lies: { asked: { logIndex: '7' } },
    why: `the log answered with entry ${attested.logIndex} when asked for 7`,
  },
  {
    name: 'an entry of a different id than asked for',
    lies: { asked: { entryId: publish(world).attested.position.uuid } },
    why: 'the log answered with a different entry than the one asked for',
  },
  {
    name: 'an entry of the same leaf in a different tree than asked for',
    lies: { asked: { entryId: `${'0'.repeat(16)}${attested.position.uuid.slice(16)}` } },
    why: 'the log answered with a different entry than the one asked for',
  },
  {
    name: 'a different leaf than asked for, where no tree was named',
    lies: { asked: { entryId: publish(world).attested.position.uuid.slice(16) } },
    why: 'the log answered with a different entry than the one asked for',
  },
  {
    name: 'an id that is not that of the leaf',
    lies: { entries: attack.underUuid((uuid) => `${uuid.slice(0, 16)}${'ab'.repeat(32)}`) },
    why: "the log's answer holds a different entry than its id says",
  },
  {
    name: 'an id in another tree',
    lies: { entries: attack.underUuid((uuid) => `${'0'.repeat(16)}${uuid.slice(16)}`) },
    why: 'the checkpoint belongs to a different tree than the entry',
  },
];

describe('inclusion is unknown without', () => {
  it.each(missing)('$name', ({ lies, why }) => {
    expectBroken(world, publication, lies, { check: 'inclusion', status: 'unknown', why });
  });

  it('a time, even where the log promised inclusion at the beginning of time', () => {
    const trust = trustedFor(validFor(new Date(0)));
    const lies: Lies = { trust, entry: attack.resigned(rekorKey, { integratedTime: 0 }) };
    expectBroken(world, publication, lies, {
      check: 'inclusion',
      status: 'unknown',
      why: 'no trusted time is known for the log entry',
    });
  });
});

describe('inclusion fails for', () => {
  it.each(wrong)('$name', ({ lies, why }) => {
    expectBroken(world, publication, lies, { check: 'inclusion', why });
  });

  it('a promise nobody gave, and keeps what was seen', () => {
    const { inclusion } = checksOf(world, publication, { entry: attack.setBy() });
    expect(inclusion).toMatchObject({ status: 'failed', cause: { code: 'TLOG_INCLUSION_PROMISE_ERROR' } });
  });

  it('another body, even where the log promised it, since it did not prove it', () => {
    const other = publish(world).attested;
    const body = world.rekor.entry(other.position).body;
    const lies: Lies = {
      entry: attack.both(attack.resigned(rekorKey, { body }), attack.withAttestation(other.statement)),
      entries: attack.underUuid(() => other.position.uuid),
    };
    expectBroken(world, publication, lies, {
      check: 'inclusion',
      why: 'the inclusion proof is not valid: calculated root hash does not match inclusion proof',
      also: ['subject'],
    });
  });
});

describe('inclusion holds', () => {
  it('and says what was proved, with the checkpoint that was read and only an id that was given', () => {
    const seen = world.rekor.entry(attested.position);
    const fact = {
      logIndex: attested.logIndex,
      logId: rekorKey.id.toString('hex'),
      integratedTime: new Date(attested.record.integratedTime * 1000),
      checkpoint: seen.verification.inclusionProof?.checkpoint,
    };
    expect(checksOf(world, publication, { entry: () => seen }).inclusion).toEqual({
      status: 'passed',
      fact: { ...fact, entryId: attested.position.uuid },
    });
    const { inclusion } = checksOf(world, publication, { raw: raw(attested, [toBundleEntry(seen)]) });
    expect(inclusion).toEqual({ status: 'passed', fact });
  });

  it('for an entry of the kind dsse, in an answer and in a bundle', () => {
    const other = publish(world, { kind: 'dsse' });
    expectProven(world, other);
    const { certificate, envelope, position } = other.attested;
    const entry = toBundleEntry(world.rekor.entry(position));
    expectProven(world, other, { raw: bundle(toBundle(certificate, envelope, [entry])) });
  });

  it('for an entry of a frozen shard, whose index there is a different one than in the whole log', () => {
    const fresh = mintWorld();
    const old = publish(fresh);
    fresh.rekor.rotate(undefined, 30);
    const young = publish(fresh);
    expect(old.attested.position.treeId).not.toBe(young.attested.position.treeId);
    expect(young.attested.position.treeIndex).toBe(30);
    expectProven(fresh, old);
    expectProven(fresh, young);
  });

  it('for the first leaf of a tree, and for a tree of one leaf', () => {
    const lonely = mintWorld({ rekor: { shards: [{ treeId: '42', filler: 0 }] } });
    const first = publish(lonely);
    expect(first.attested.position).toMatchObject({ logIndex: 0, treeIndex: 0 });
    expectProven(lonely, first);
    lonely.rekor.grow(1);
    expectProven(lonely, first);
  });

  it('at every size that the tree has had since', () => {
    const fresh = mintWorld();
    const old = publish(fresh);
    const from = fresh.rekor.activeSize;
    fresh.rekor.grow(9);
    for (let size = from; size <= fresh.rekor.activeSize; size++)
      expectProven(fresh, old, { entry: () => fresh.rekor.entry(old.attested.position, size) });
  });

  it('for an entry that answers under its leaf alone, without a tree', () => {
    const short = attested.position.uuid.slice(16);
    expectProven(world, publication, { entries: attack.underUuid(() => short) });
    expectProven(world, publication, { asked: { entryId: short } });
    const { uuid: entryId } = attested.position;
    expectProven(world, publication, { entries: attack.underUuid(() => short), asked: { entryId } });
  });

  it('for the entry whose id was asked for', () => {
    expectProven(world, publication, { asked: { entryId: attested.position.uuid } });
  });

  it('under a checkpoint of the log that names no tree', () => {
    expectProven(world, publication, { entry: attack.checkpointBy(rekorKey, { origin: rekorKey.host }) });
  });

  it('for an id in capitals', () => {
    expectProven(world, publication, { entries: attack.underUuid((uuid) => uuid.toUpperCase()) });
  });

  it('under a checkpoint that witnesses have signed as well', () => {
    const witness = { ...rekorKey, key: mintKey('ed25519'), host: 'witness.test' };
    expectProven(world, publication, {
      entry: attack.withProof(({ checkpoint, treeSize, rootHash }) => {
        const [origin = ''] = checkpoint.split('\n');
        const root = Buffer.from(rootHash, 'hex');
        const theirs = signCheckpoint(witness, { origin, size: treeSize, root }).split('\n\n')[1];
        return { checkpoint: `${checkpoint}${theirs}` };
      }),
    });
  });

  it('under a checkpoint with further lines, which are signed with it', () => {
    expectProven(world, publication, { entry: attack.checkpointBy(rekorKey, { extra: ['Timestamp: 1'] }) });
  });
});

describe('a bundle from disk', () => {
  const honestEntry = toBundleEntry(world.rekor.entry(attested.position));

  it.each(['0.1', '0.2', '0.3'] as const)('of version %s is held to the same', (version) => {
    const { certificate, envelope } = attested;
    expectProven(world, publication, {
      raw: bundle(toBundle(certificate, envelope, [honestEntry], { version })),
    });
  });

  it('of the first version, whose proof has no checkpoint, is not proved', () => {
    const { certificate, envelope } = attested;
    const { inclusionProof, ...rest } = honestEntry as { readonly [key: string]: Json };
    const { checkpoint: _, ...proof } = inclusionProof as { readonly [key: string]: Json };
    const first = (entry: Json) => bundle(toBundle(certificate, envelope, [entry], { version: '0.1' }));
    const without = (entry: Json, what: string) =>
      expectBroken(
        world,
        publication,
        { raw: first(entry) },
        { check: 'inclusion', status: 'unknown', why: `the log entry comes without ${what}` },
      );
    without({ ...rest, inclusionProof: proof }, 'a signed checkpoint');
    without(rest, 'an inclusion proof');
  });

  it.each([
    ['is no JSON', '{', "the log entry's body is not JSON"],
    [
      'two readers would read in two ways',
      '{"apiVersion":"0.0.2","kind":"dsse","kind":"intoto"}',
      `the log entry's body is ambiguous: duplicate key "kind"`,
    ],
    [
      'holds no certificate',
      '{"apiVersion":"0.0.2","kind":"intoto"}',
      'the log entry is about another certificate',
    ],
    [
      'holds something else than base64 where its certificate should be',
      '{"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{"envelope":{"signatures":[{"publicKey":"?"}]}}}}',
      'the log entry is about another certificate',
    ],
    [
      'is of a kind that knows no certificates',
      '{"apiVersion":"0.0.1","kind":"rfc3161"}',
      'the log entry is about another certificate',
    ],
  ])('whose entry has a body that %s is refused', (_, body, why) => {
    const [, version, kind] = /"apiVersion":"(.*?)".*"kind":"(\w+)"/.exec(body) ?? ['', '0.0.2', 'intoto'];
    const entry = {
      ...(honestEntry as object),
      kindVersion: { kind, version },
      canonicalizedBody: Buffer.from(body).toString('base64'),
    } as Json;
    expectBroken(world, publication, { raw: raw(attested, [entry]) }, { check: 'inclusion', why });
  });

  it('whose entry the log logged with a malformed signature is refused', () => {
    const other = publish(world, {
      record: (record) => withEntryBody(record, (text) => text.replace(/"sig":"[^"]*"/, '"sig":7')),
    });
    const entry = toBundleEntry(world.rekor.entry(other.attested.position));
    expectBroken(
      world,
      other,
      { raw: raw(other.attested, [entry]) },
      { check: 'inclusion', why: 'the log entry is malformed' },
    );
  });

  it('that signs a file, with an entry about an envelope, is refused', () => {
    const { certificate } = attested;
    const artifact = Buffer.from('a file');
    const file = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: certificate.der.toString('base64') },
        tlogEntries: [honestEntry],
      },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: sha256(artifact).toString('base64') },
        signature: sign(certificate.key, artifact).toString('base64'),
      },
    };
    const bytes = Buffer.from(JSON.stringify(file));
    const { inclusion } = verifyBundle(bytes, trustOf(world.sigstore), { artifact });
    expect(reasonOf(inclusion)).toBe('the log entry is about something else: tlog entry signature mismatch');
  });

  it('without a log entry was never logged', () => {
    expectBroken(
      world,
      publication,
      { raw: raw(attested, []) },
      {
        check: 'inclusion',
        status: 'unknown',
        why: 'there is no log entry, so nothing shows that the attestation was logged',
      },
    );
  });

  it('with two log entries is not read in the way one likes best', () => {
    expectBroken(
      world,
      publication,
      { raw: raw(attested, [honestEntry, honestEntry]) },
      {
        check: 'inclusion',
        why: 'the bundle holds 2 log entries, expected one',
      },
    );
  });

  it('with the log entry of another attestation is refused', () => {
    const other = publish(world, {
      certificate: { key: attested.certificate.key, notBefore: attested.certificate.notBefore },
    });
    const entry = toBundleEntry(world.rekor.entry(other.attested.position));
    expectBroken(
      world,
      publication,
      { raw: raw(attested, [entry]) },
      {
        check: 'inclusion',
        why: 'the log entry is about another certificate',
      },
    );
  });

  it('with another certificate for the same key than was logged is refused', () => {
    // Whoever holds a key may get two certificates for it; only one of them was made public with this signature.
    const { key, notBefore, notAfter } = attested.certificate;
    const certificate = world.sigstore.issueCertificate({
      key,
      notBefore,
      notAfter,
      identity: { owner: 'acme', name: 'widget', ref: 'refs/heads/secret' },
    });
    const lies = { raw: raw({ certificate, envelope: attested.envelope }, [honestEntry]) };
    expectBroken(world, publication, lies, {
      check: 'inclusion',
      why: 'the log entry is about another certificate',
      also: ['claims'],
    });
  });

  it('with another signature by the same key than was logged is refused', () => {
    const envelope = signEnvelope(attested.statement, attested.certificate.key);
    const lies = { raw: raw({ certificate: attested.certificate, envelope }, [honestEntry]) };
    expectBroken(world, publication, lies, {
      check: 'inclusion',
      why: 'the log entry is about something else: tlog entry signature mismatch',
    });
  });

  it('with a different payload than was logged is refused', () => {
    const other = publish(world, {
      certificate: { key: attested.certificate.key },
      // The payload hash in the entry is the log's word, which is not that of the signed payload here.
      record: (record) =>
        withEntryBody(record, (text) =>
          text.replace(
            /("payloadHash":\{"algorithm":"sha256","value":")[0-9a-f]{64}/,
            `$1${'ab'.repeat(32)}`,
          ),
        ),
    });
    const entry = toBundleEntry(world.rekor.entry(other.attested.position));
    expectBroken(
      world,
      other,
      { raw: raw(other.attested, [entry]) },
      { check: 'inclusion', why: 'the log entry is about something else: DSSE payload hash mismatch' },
    );
  });

  it('with a different payload type than was logged is refused', () => {
    const other = publish(world, {
      record: (record) =>
        withEntryBody(record, (text) => text.replace('application/vnd.in-toto+json', 'text/plain')),
    });
    const entry = toBundleEntry(world.rekor.entry(other.attested.position));
    expectBroken(
      world,
      other,
      { raw: raw(other.attested, [entry]) },
      {
        check: 'inclusion',
        why: 'the log entry is about another payload type',
      },
    );
  });

  it('whose entry says it is of a different kind than its body is refused', () => {
    const entry = { ...(honestEntry as object), kindVersion: { kind: 'dsse', version: '0.0.1' } } as Json;
    expectBroken(
      world,
      publication,
      { raw: raw(attested, [entry]) },
      {
        check: 'inclusion',
        why: 'the log entry is of a different kind than it says',
      },
    );
  });

  it.each(['intoto', 'dsse'] as const)(
    'whose %s entry passes for one of Rekor v2, which needs no promise, is refused',
    (kind) => {
      const other = publish(world, { kind });
      const logged = toBundleEntry(world.rekor.entry(other.attested.position));
      const { inclusionPromise: _, ...rest } = logged as Record<string, Json>;
      const entry = { ...rest, kindVersion: { kind: 'dsse', version: '0.0.2' } };
      const stamp = world.sigstore.tsa.stamp(
        signatureOf(other.attested),
        other.attested.certificate.notBefore,
      );
      expectBroken(
        world,
        other,
        { raw: raw(other.attested, [entry], [stamp]) },
        {
          check: 'inclusion',
          why: 'the log entry is of a different kind than it says',
        },
      );
    },
  );

  describe('with an entry of Rekor v2', () => {
    const log = world.sigstore.openLogV2();
    const entry = log.addDsse(attested.envelope, attested.certificate.der);
    const at = new Date(attested.certificate.notBefore.getTime() + 30_000);
    const stamp = world.sigstore.tsa.stamp(signatureOf(attested), at);

    it('and a timestamp holds, at the time of the timestamp', () => {
      const { provenance } = expectProven(world, publication, { raw: raw(attested, [entry], [stamp]) });
      expect(provenance.logged.integratedTime).toEqual(at);
    });

    it.each([
      ['before it was trusted', validFor(new Date(at.getTime() + 1000))],
      ['after it was retired', validFor(new Date(0), new Date(at.getTime() - 1000))],
    ])('of a log that logged it %s is refused, though its key signed the checkpoint', (_, period) => {
      const trust = trustedFor(period, log.key);
      expectBroken(
        world,
        publication,
        { trust, raw: raw(attested, [entry], [stamp]) },
        { check: 'inclusion', why: 'the log was not trusted at the time of the entry' },
      );
    });

    it('a timestamp authority counts from the first to the last moment of its period', () => {
      const { chain } = world.sigstore.tsa;
      const held = (from: number, to: number) => {
        const period = validFor(new Date(at.getTime() + from), new Date(at.getTime() + to));
        const timestampAuthorities = [{ chain, uri: 'https://timestamp.sigstore.test', validFor: period }];
        const trust = trustOf(world.sigstore, { timestampAuthorities });
        const { inclusion } = checksOf(world, publication, { trust, raw: raw(attested, [entry], [stamp]) });
        return inclusion.status;
      };
      expect([held(0, 0), held(1, 1000), held(-1000, -1)]).toEqual(['passed', 'blocked', 'blocked']);
    });

    it('must be of its time by every timestamp', () => {
      const earlier = world.sigstore.tsa.stamp(signatureOf(attested), new Date(at.getTime() - 10_000));
      const trust = trustedFor(validFor(at), log.key);
      expectProven(world, publication, { trust, raw: raw(attested, [entry], [stamp]) });
      expectBroken(
        world,
        publication,
        { trust, raw: raw(attested, [entry], [stamp, earlier]) },
        { check: 'inclusion', why: 'the log was not trusted at the time of the entry' },
      );
    });

    it('and no timestamp has no time anybody vouches for', () => {
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [entry]) },
        {
          check: 'inclusion',
          status: 'unknown',
          why: 'the log entry comes without a signed timestamp',
        },
      );
    });

    it('takes no word of the entry for its time beside a timestamp', () => {
      const timed = { ...(entry as object), integratedTime: String(attested.record.integratedTime) } as Json;
      const { provenance } = expectProven(world, publication, { raw: raw(attested, [timed], [stamp]) });
      expect(provenance.logged.integratedTime).toEqual(at);
      expect(at.getTime()).not.toBe(attested.record.integratedTime * 1000);
    });

    it('does not get a time from the entry itself', () => {
      const timed = { ...(entry as object), integratedTime: String(attested.record.integratedTime) } as Json;
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [timed]) },
        {
          check: 'inclusion',
          status: 'unknown',
          why: 'the log entry comes without a signed timestamp',
        },
      );
    });

    it.each([
      ['over another signature', world.sigstore.tsa.stamp(Buffer.from('other'), at)],
      ['of an authority nobody trusts', mintSigstore().tsa.stamp(signatureOf(attested), at)],
      ['that is none', Buffer.from('no timestamp')],
      [
        'from before the certificate was valid',
        world.sigstore.tsa.stamp(signatureOf(attested), new Date('2024-01-01T00:00:00Z')),
      ],
      ['from after the certificate expired', world.sigstore.tsa.stamp(signatureOf(attested), world.now)],
    ])('and a timestamp %s is refused', (_, bad) => {
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [entry], [bad]) },
        { check: 'certificate', why: /./ },
      );
    });

    it('and one good timestamp beside a bad one is refused', () => {
      const bad = world.sigstore.tsa.stamp(signatureOf(attested), world.now);
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [entry], [stamp, bad]) },
        {
          check: 'certificate',
          why: /not valid or expired/,
        },
      );
    });

    it('of a log nobody trusts is refused', () => {
      const foreign = mintSigstore().openLogV2().addDsse(attested.envelope, attested.certificate.der);
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [foreign], [stamp]) },
        {
          check: 'inclusion',
          why: 'the checkpoint is a checkpoint of a log that the trusted root does not know',
        },
      );
    });

    it('about another envelope is refused', () => {
      const other = publish(world).attested;
      const theirs = log.addDsse(other.envelope, other.certificate.der);
      expectBroken(
        world,
        publication,
        { raw: raw(attested, [theirs], [stamp]) },
        {
          check: 'inclusion',
          why: 'the log entry is about another certificate',
        },
      );
    });
  });
});

describe('a signed file with an entry of Rekor v2', () => {
  const { certificate } = attested;
  const artifact = Buffer.from('a file');
  const signature = sign(certificate.key, artifact);
  const stamp = world.sigstore.tsa.stamp(signature, certificate.notBefore);
  const log = world.sigstore.openLogV2();
  const inclusionOf = (entry: Json) => {
    const file = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: certificate.der.toString('base64') },
        tlogEntries: [entry],
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: stamp.toString('base64') }] },
      },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: sha256(artifact).toString('base64') },
        signature: signature.toString('base64'),
      },
    };
    return verifyBundle(Buffer.from(JSON.stringify(file)), trustOf(world.sigstore), { artifact }).inclusion;
  };

  it('holds', () => {
    const entry = log.addFile(sha256Hex(artifact), signature, certificate.der);
    expect(inclusionOf(entry)).toMatchObject({
      status: 'passed',
      fact: { integratedTime: certificate.notBefore },
    });
  });

  it.each([
    [
      'another certificate',
      log.addFile(sha256Hex(artifact), signature, publish(world).attested.certificate.der),
    ],
    ['no certificate', log.addFile(sha256Hex(artifact), signature, Buffer.alloc(0))],
  ])('about %s is refused', (_, entry) => {
    expect(reasonOf(inclusionOf(entry))).toBe('the log entry is about another certificate');
  });
});

describe('two logs under one root', () => {
  it('a checkpoint of one that the other has only signed along is none of the other', () => {
    const other = mintSigstore({ rekorHost: 'other.test' }).rekorKey;
    const trust = trustOf(world.sigstore, {
      tlogs: [other, rekorKey].map((key) => ({ key, validFor: validFor(new Date('2022-01-01')) })),
    });
    const entry = attack.both(
      attack.checkpointBy(other, { origin: other.host }),
      attack.withProof(({ checkpoint, treeSize, rootHash }) => {
        const root = Buffer.from(rootHash, 'hex');
        const along = signCheckpoint(rekorKey, { origin: other.host, size: treeSize, root });
        return { checkpoint: `${checkpoint}${along.split('\n\n')[1]}` };
      }),
    );
    expectBroken(
      world,
      publication,
      { trust, entry },
      {
        check: 'inclusion',
        why: 'the checkpoint is a checkpoint of a log that the trusted root does not know',
      },
    );
  });

  it('each entry is held to the key of the log that it names', () => {
    const other = mintSigstore();
    const trust = trustOf(world.sigstore, {
      tlogs: [
        { key: other.rekorKey, validFor: validFor(new Date('2022-01-01')) },
        { key: rekorKey, validFor: validFor(new Date('2022-01-01')) },
      ],
    });
    expectProven(world, publication, { trust });
    const lies: Lies = { trust, entry: attack.checkpointBy(other.rekorKey) };
    expectBroken(world, publication, lies, {
      check: 'inclusion',
      why: 'the checkpoint is a checkpoint without a valid signature of its log',
    });
  });
});

/** The log as it counts in a period. */
function trustedFor(period: ValidFor, key = rekorKey) {
  return trustOf(world.sigstore, { tlogs: [{ key, validFor: period }] });
}

function raw(
  { certificate, envelope }: Pick<Attestation, 'certificate' | 'envelope'>,
  entries: readonly Json[],
  timestamps: readonly Uint8Array[] = [],
) {
  return bundle(toBundle(certificate, envelope, entries, { timestamps }));
}

function bundle(value: unknown) {
  const bytes = Buffer.from(JSON.stringify(value));
  return present({ kind: 'bundle', bytes, finder: 'file' } satisfies RawAttestation, 'disk');
}

function signatureOf({ envelope }: Pick<Attestation, 'envelope'>): Buffer {
  const [signature] = envelope.signatures;
  if (signature === undefined) throw new Error('no signature');
  return signature.sig;
}
