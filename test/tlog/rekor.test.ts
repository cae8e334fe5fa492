import { describe, expect, it } from 'vitest';
import {
  entryByIdUrl,
  entryByIndexUrl,
  isEntryId,
  leafOf,
  noEntryIn,
  parseEntry,
  parseSearch,
} from '../../src/tlog/rekor.ts';
import { mintWorld } from '../support/jsr.ts';
import type { InclusionProof, LogEntry } from '../support/rekor.ts';
import * as attack from '../support/rekor-attacks.ts';
import { publish } from '../verify/chain.ts';

const world = mintWorld();
const { position, statement, record } = publish(world).attested;
const honest = world.rekor.entry(position);

const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (entry: unknown, id: string = position.uuid) => parseEntry(bytesOf({ [id]: entry }));
const why = (entry: unknown, id?: string) => {
  const parsed = parse(entry, id);
  return parsed.ok ? 'accepted' : parsed.why;
};
const hash = 'ab'.repeat(32);
const proofWith = (changes: Partial<Record<keyof InclusionProof, unknown>>): LogEntry =>
  attack.withProof(() => changes as Partial<InclusionProof>)(honest);

describe("the log's answer about one entry", () => {
  it('is read in full', () => {
    const parsed = parse(honest);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        entryId: position.uuid,
        logIndex: BigInt(position.logIndex),
        integratedTime: BigInt(record.integratedTime),
        kind: 'intoto',
        apiVersion: '0.0.2',
        body: record.body,
        logId: Buffer.from(honest.logID, 'hex'),
        signedEntryTimestamp: Buffer.from(honest.verification.signedEntryTimestamp ?? '', 'base64'),
        attestation: statement,
        proof: {
          logIndex: BigInt(position.treeIndex),
          treeSize: BigInt(honest.verification.inclusionProof?.treeSize ?? 0),
          rootHash: Buffer.from(honest.verification.inclusionProof?.rootHash ?? '', 'hex'),
          hashes: honest.verification.inclusionProof?.hashes.map((hex) => Buffer.from(hex, 'hex')),
          checkpoint: honest.verification.inclusionProof?.checkpoint,
        },
      },
    });
  });

  it('may lack promise, proof and payload, which is not malformed', () => {
    const bare = attack.both(attack.withoutAttestation, attack.withoutSet, attack.withoutProof)(honest);
    const parsed = parse(bare);
    if (!parsed.ok) throw new Error(parsed.why);
    for (const part of ['signedEntryTimestamp', 'proof', 'attestation'])
      expect(parsed.value).not.toHaveProperty(part);
    expect(parse({ ...bare, verification: undefined }).ok).toBe(true);
    expect(parse({ ...bare, verification: null }).ok).toBe(true);
    expect(parse({ ...bare, attestation: {} }).ok).toBe(true);
    const empty = {
      verification: { signedEntryTimestamp: '', inclusionProof: null },
      attestation: { data: '' },
    };
    expect(parse({ ...bare, ...empty })).toEqual(parsed);
  });

  it('may be as late as the year 9999, with a proof of 64 hashes', () => {
    expect(why({ ...honest, integratedTime: 253_402_300_799 })).toBe('accepted');
    expect(why(proofWith({ hashes: Array.from({ length: 64 }, () => hash) }))).toBe('accepted');
  });

  it('may give numbers as text', () => {
    expect(
      why({ ...honest, logIndex: String(honest.logIndex), integratedTime: String(honest.integratedTime) }),
    ).toBe('accepted');
  });

  it.each([
    ['no JSON', '{', "the log's answer is not JSON"],
    ['a list', '[]', "the log's answer is not an object"],
    ['null', 'null', "the log's answer is not an object"],
    ['no entry', '{}', "the log's answer holds 0 entries, expected one"],
    ['a key twice', '{"a":1,"a":2}', `the log's answer is ambiguous: duplicate key "a"`],
  ])('is none when it is %s', (_, text, expected) => {
    expect(parseEntry(bytesOf(text))).toEqual({ ok: false, why: expected });
    expect(noEntryIn(bytesOf(text))).toBe(expected);
    expect(leafOf(bytesOf(text))).toBeUndefined();
  });

  it('is none when it holds two entries', () => {
    const two = bytesOf({ [position.uuid]: honest, ['0'.repeat(80)]: honest });
    expect(noEntryIn(two)).toBe("the log's answer holds 2 entries, expected one");
  });

  it.each([
    ['an index below zero', { ...honest, logIndex: -1 }, 'has no index'],
    ['half an index', { ...honest, logIndex: 0.5 }, 'has no index'],
    ['an index beyond numbers', { ...honest, logIndex: 2 ** 60 }, 'has no index'],
    ['an index in hex', { ...honest, logIndex: '0x10' }, 'has no index'],
    ['an index of 21 digits', { ...honest, logIndex: '9'.repeat(21) }, 'has no index'],
    ['no time', { ...honest, integratedTime: undefined }, 'has no time'],
    ['a time after the year 9999', { ...honest, integratedTime: 253_402_300_800 }, 'has no time'],
    ['no log', { ...honest, logID: undefined }, 'names no log'],
    ['a log in capitals', { ...honest, logID: honest.logID.toUpperCase() }, 'names no log'],
    ['a log of another length', { ...honest, logID: 'abcd' }, 'names no log'],
    ['a log with more before it', { ...honest, logID: `ab${honest.logID}` }, 'names no log'],
    ['a log with more behind it', { ...honest, logID: `${honest.logID}ab` }, 'names no log'],
    ['no body', { ...honest, body: undefined }, 'has no body'],
    ['an empty body', { ...honest, body: '' }, 'has no body'],
    ['a body in the URL alphabet', { ...honest, body: 'e30-_w==' }, 'has no body'],
    ['a body without its padding', { ...honest, body: 'e30' }, 'has no body'],
    ['a body that is no JSON', { ...honest, body: base64('{') }, 'has a body that is not JSON'],
    [
      'a body that names a key twice',
      { ...honest, body: base64('{"kind":"a","kind":"b"}') },
      'has a body that is ambiguous: duplicate key "kind"',
    ],
    [
      'a body without a kind',
      { ...honest, body: base64('{"apiVersion":"0.0.2"}') },
      'does not say of what kind it is',
    ],
    [
      'a body without a version',
      { ...honest, body: base64('{"kind":"intoto"}') },
      'does not say of what kind it is',
    ],
    [
      'a kind that is none',
      { ...honest, body: base64('{"kind":1,"apiVersion":"0.0.2"}') },
      'does not say of what kind it is',
    ],
    [
      'a promise that is not base64',
      { ...honest, verification: { signedEntryTimestamp: '%' } },
      'has a malformed inclusion promise',
    ],
    [
      'a payload that is not base64',
      { ...honest, attestation: { data: '%' } },
      'has a stored payload that is not base64',
    ],
    ['a proof without a size', proofWith({ treeSize: undefined }), 'has a malformed inclusion proof'],
    ['a proof without a root', proofWith({ rootHash: 'abc' }), 'has a malformed inclusion proof'],
    ['a proof without an index', proofWith({ logIndex: null }), 'has a malformed inclusion proof'],
    ['a proof without a checkpoint', proofWith({ checkpoint: undefined }), 'has a malformed inclusion proof'],
    ['a proof without a list', proofWith({ hashes: 'abc' }), 'has a malformed inclusion proof'],
    [
      'a proof of 65 hashes',
      proofWith({ hashes: Array.from({ length: 65 }, () => 'ab'.repeat(32)) }),
      'has an inclusion proof of more than 64 hashes',
    ],
    [
      'a proof with something else',
      proofWith({ hashes: ['ab'] }),
      'has an inclusion proof with something else than hashes',
    ],
    ['a root within a list', proofWith({ rootHash: [hash] }), 'has a malformed inclusion proof'],
    ['a root with more before it', proofWith({ rootHash: `ab${hash}` }), 'has a malformed inclusion proof'],
    ['a root with more behind it', proofWith({ rootHash: `${hash}ab` }), 'has a malformed inclusion proof'],
    [
      'a proof that is a list',
      { ...honest, verification: { ...honest.verification, inclusionProof: [] } },
      'has a malformed inclusion proof',
    ],
  ])('is refused with %s', (_, entry, expected) => {
    expect(why(entry)).toBe(`the log entry ${expected}`);
  });

  it.each(['', 'abc', 'g'.repeat(80), '0'.repeat(81), '0'.repeat(72), `${position.uuid}\n`])(
    'is refused under the id %j',
    (id) => {
      expect(why(honest, id)).toBe('the log entry has no valid id');
    },
  );

  it('has a leaf hash, which is the end of its id as long as nobody lies', () => {
    expect(leafOf(bytesOf({ [position.uuid]: honest }))).toBe(position.uuid.slice(16));
    expect(leafOf(bytesOf({ ['0'.repeat(80)]: honest }))).toBe(position.uuid.slice(16));
  });

  it('never crashes, whatever is put into any place of it', () => {
    for (const odd of [null, '', -1, 1e300, [], {}, [null], 'x'.repeat(1000), true])
      for (const key of ['attestation', 'body', 'integratedTime', 'logID', 'logIndex', 'verification'])
        expect(() => parse({ ...honest, [key]: odd })).not.toThrow();
  });
});

describe("the log's answer to a search", () => {
  const [a, b] = ['a'.repeat(80), 'B'.repeat(64)];

  it('is a list of ids in lower case, each once, in the order of the log', () => {
    expect(parseSearch(bytesOf([b, a, a, b.toLowerCase()]))).toEqual({
      ok: true,
      value: [b.toLowerCase(), a],
    });
    expect(parseSearch(bytesOf([]))).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['no JSON', 'x', /not JSON/],
    ['an object', {}, /not a list/],
    ['null', 'null', /not a list/],
    ['an id that is none', [a, 'abc'], /something else than entry ids/],
    ['an address', [a, `${a}/../../evil`], /something else than entry ids/],
    ['null among ids', [a, null], /something else than entry ids/],
    ['an id within a list', [[a]], /something else than entry ids/],
  ])('is none when it is or holds %s', (_, value, expected) => {
    const parsed = parseSearch(bytesOf(value));
    expect(parsed.ok ? 'accepted' : parsed.why).toMatch(expected);
  });
});

describe('addresses', () => {
  it('are those of the API', () => {
    expect(entryByIndexUrl('https://r.test', '5')).toBe('https://r.test/api/v1/log/entries?logIndex=5');
    expect(entryByIdUrl('https://r.test', position.uuid)).toBe(
      `https://r.test/api/v1/log/entries/${position.uuid}`,
    );
  });

  it('are only made of ids that are ids', () => {
    expect(['a'.repeat(64), 'A'.repeat(80)].map(isEntryId)).toEqual([true, true]);
    expect(['a'.repeat(65), '../x', '', `${'a'.repeat(64)}\n`].map(isEntryId)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
