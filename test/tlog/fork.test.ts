import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ForkEvidence } from '../../src/model/report.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import { checkFork, parseForkFile, toForkFile } from '../../src/tlog/fork.ts';
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
      why: expect.stringContaining('the newer tree does not begin with the older one'),
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

  test('does not depend on which checkpoint is called the older one', () => {
    const swapped = { ...evidence, older: evidence.newer, newer: evidence.older };
    expect(checkFork(swapped, keys).kind).toBe('contradiction');
  });

  test('of one size needs no proof', () => {
    const fork = { ...evidence, older: log.checkpoint(), proof: [] };
    expect(checkFork(fork, keys).kind).toBe('contradiction');
  });
});

describe('the sample files', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../fixtures/tlog/fork/${name}.json`, import.meta.url));
  const known = logKeys(trustFromBytes(read('trusted_root'), 'fixtures'));

  test.each(['contradiction', 'unproven', 'consistent'])('%s.json is what it is called', (kind) => {
    const parsed = parseForkFile(read(kind));
    if (!parsed.ok) throw new Error(parsed.why);
    expect(checkFork(parsed.value, known).kind).toBe(kind);
    expect(checkFork(parsed.value, keys).kind).toBe('invalid');
  });
});

describe('what is not evidence', () => {
  test('a bad proof between good checkpoints accuses nobody: anyone can write one', () => {
    const honest = { ...evidence, newer: log.checkpoint(), proof: evidence.proof };
    expect(checkFork(honest, keys).kind).toBe('unproven');
    expect(checkFork({ ...honest, proof: [] }, keys).kind).toBe('unproven');
  });

  test('a good proof shows that there is no fork', () => {
    const honest = { ...evidence, newer: log.checkpoint(), proof: proofOf(log, 151, 200) };
    expect(checkFork(honest, keys)).toMatchObject({ kind: 'consistent' });
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

  test.each<readonly [string, Partial<ForkEvidence>]>([
    ['a checkpoint that is none', { older: 'x' }],
    ['a checkpoint that was changed', { newer: evidence.newer.replace('\n200\n', '\n201\n') }],
    ['checkpoints of different trees', { newer: log.checkpoint(frozen) }],
    ['another origin than the checkpoints have', { origin: 'rekor.sigstore.dev - 1' }],
    ['a proof that is no base64', { proof: ['!'] }],
  ])('%s', (_what, change) => {
    expect(checkFork({ ...evidence, ...change }, keys).kind).toBe('invalid');
  });

  test('checkpoints of a log that one’s own trusted root does not know', () => {
    const strangers = logKeys(trustFromBytes(mintSigstore().trustedRootBytes(), 'x'));
    expect(checkFork(evidence, strangers).kind).toBe('invalid');
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"origin":1,"older":"","newer":"","proof":[]}',
    '{"origin":"","older":"","newer":"","proof":{}}',
    '{"origin":"","older":"","newer":"","proof":[1]}',
    JSON.stringify({ ...evidence, proof: Array.from({ length: 65 }, () => 'AA==') }),
    `{"origin":"a","origin":"b","older":"","newer":"","proof":[]}`,
    ' '.repeat(300_000),
  ])('a file such as %.30j', (text) => {
    expect(parseForkFile(Buffer.from(text))).toMatchObject({ ok: false, why: expect.any(String) });
  });
});
