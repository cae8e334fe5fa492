import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ForkEvidence } from '../../src/model/report.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import { checkFork, maxForkBytes, parseForkFile, toForkFile } from '../../src/tlog/fork.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { frozen, keys, openLog, origin } from './follow-world.ts';

const log = openLog();
const forked = log.fork(50);
const proofOf = (of: typeof log, from: number, to: number): readonly string[] =>
  of.proof(from, to).hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64'));
const evidence: ForkEvidence = {
  origin,
  older: log.checkpoint(undefined, 151),
  newer: forked.checkpoint(),
  proof: proofOf(forked, 151, 200),
  why: 'as the finder says',
};

describe('evidence of a fork', () => {
  test('convinces whoever has nothing but the log’s key', () => {
    expect(checkFork(evidence, keys)).toEqual({
      kind: 'contradiction',
      why: 'the log signed two histories in its trees of 151 and 200 entries: the older tree is not a prefix of the newer one',
    });
  });

  test('survives being written to a file and read by somebody else', () => {
    const file = toForkFile(evidence);
    const parsed = parseForkFile(Buffer.from(file));
    expect(parsed).toEqual({ ok: true, value: evidence });
    expect(JSON.parse(file)).toMatchObject({ kind: 'log-fork', version: 1 });
  });

  test('is found in a JSON report as well', () => {
    const report = { schemaVersion: 1, log: { kind: 'forked', logs: [], fork: evidence } };
    expect(parseForkFile(Buffer.from(JSON.stringify(report)))).toEqual({ ok: true, value: evidence });
  });

  test('may have as many hashes as a proof has, as many bytes as a file may, and no reason', () => {
    const proof = Array.from({ length: 64 }, () => 'AA==');
    const { why: _, ...silent } = evidence;
    for (const list of [[], proof])
      expect(parseForkFile(Buffer.from(JSON.stringify({ ...silent, proof: list })))).toEqual({
        ok: true,
        value: { ...silent, proof: list, why: '' },
      });
    const file = Buffer.from(toForkFile(evidence));
    const padded = (size: number) =>
      parseForkFile(Buffer.concat([file, Buffer.alloc(size - file.length, ' ')]));
    expect(padded(maxForkBytes)).toEqual({ ok: true, value: evidence });
    expect(padded(maxForkBytes + 1)).toEqual({ ok: false, why: 'larger than 262144 bytes' });
  });

  test('does not depend on which checkpoint is called the older one', () => {
    const swapped = { ...evidence, older: evidence.newer, newer: evidence.older };
    expect(checkFork(swapped, keys)).toEqual(checkFork(evidence, keys));
  });

  test('of one size needs no proof', () => {
    const fork = { ...evidence, older: log.checkpoint(), proof: [] };
    expect(checkFork(fork, keys)).toEqual({
      kind: 'contradiction',
      why: 'the log signed two histories in its trees of 200 and 200 entries: two different roots for the same size',
    });
  });
});

describe('the sample files', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../fixtures/tlog/fork/${name}.json`, import.meta.url));
  const known = logKeys(trustFromBytes(read('trusted_root'), 'fixtures'));

  test.each(['contradiction', 'unproven', 'consistent'])(
    '%s.json is what the entry names another package:',
    (kind) => {
      const parsed = parseForkFile(read(kind));
      if (!parsed.ok) throw new Error(parsed.why);
      expect(checkFork(parsed.value, known).kind).toBe(kind);
      expect(checkFork(parsed.value, keys).kind).toBe('invalid');
      expect(toForkFile(parsed.value)).toBe(read(kind).toString());
    },
  );
});

describe('what is not evidence', () => {
  test('a bad proof between good checkpoints accuses nobody: anyone can write one', () => {
    const honest = { ...evidence, newer: log.checkpoint(), proof: evidence.proof };
    const nothing = 'the log signed both, but this proof does not connect its trees of 151 and 200 entries';
    expect(checkFork(honest, keys)).toEqual({
      kind: 'unproven',
      why: `${nothing}: the proof does not match the newer root`,
    });
    expect(checkFork({ ...honest, proof: [] }, keys)).toEqual({
      kind: 'unproven',
      why: `${nothing}: the proof has the wrong number of hashes`,
    });
  });

  test('a good proof shows that there is no fork', () => {
    const honest = { ...evidence, newer: log.checkpoint(), proof: proofOf(log, 151, 200) };
    expect(checkFork(honest, keys)).toEqual({
      kind: 'consistent',
      why: 'the proof connects its trees of 151 and 200 entries',
    });
  });

  test('no proof at all makes an honest log look guilty', () => {
    const hash = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    const honest = { ...evidence, newer: log.checkpoint() };
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hash, fc.constantFrom(...evidence.proof, ...proofOf(log, 151, 200))), {
          maxLength: 10,
        }),
        (proof) => {
          expect(checkFork({ ...honest, proof }, keys).kind).not.toBe('contradiction');
        },
      ),
    );
  });

  test.each<readonly [string, Partial<ForkEvidence>, string]>([
    [
      'a checkpoint that is none',
      { older: 'x' },
      'the older checkpoint is a checkpoint without a newline at its end',
    ],
    [
      'a checkpoint that was changed',
      { newer: evidence.newer.replace('\n200\n', '\n201\n') },
      'the newer checkpoint is a checkpoint without a valid signature of its log',
    ],
    [
      'checkpoints of different trees',
      { newer: log.checkpoint(frozen) },
      'the checkpoints are of different logs',
    ],
    [
      'a different origin than the checkpoints have',
      { origin: 'rekor.sigstore.dev - 1' },
      'the evidence is about a different log than its checkpoints',
    ],
    ['a proof that is no base64', { proof: ['!'] }, 'the proof is not base64'],
  ])('%s', (_what, change, why) => {
    expect(checkFork({ ...evidence, ...change }, keys)).toEqual({ kind: 'invalid', why });
  });

  test('checkpoints of a log that one’s own trusted root does not know', () => {
    const strangers = logKeys(trustFromBytes(mintSigstore().trustedRootBytes(), 'x'));
    expect(checkFork(evidence, strangers).kind).toBe('invalid');
  });

  const nothing = 'not evidence of a fork';
  const noProof = 'not evidence of a fork: its proof is malformed';
  test.each([
    ['', 'not JSON'],
    ['null', nothing],
    ['[]', nothing],
    ['{}', nothing],
    ['{"origin":1,"older":"","newer":"","proof":[]}', nothing],
    ['{"origin":"","older":"","newer":"","proof":{}}', noProof],
    ['{"origin":"","older":"","newer":"","proof":[1]}', noProof],
    ['{"origin":"","older":"","newer":"","proof":["AA==",1]}', noProof],
    [JSON.stringify({ ...evidence, proof: Array.from({ length: 65 }, () => 'AA==') }), noProof],
    [`{"origin":"a","origin":"b","older":"","newer":"","proof":[]}`, 'ambiguous: duplicate key "origin"'],
    [' '.repeat(300_000), 'larger than 262144 bytes'],
  ])('a file such as %.30j', (text, why) => {
    expect(parseForkFile(Buffer.from(text))).toEqual({ ok: false, why });
  });
});
