import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConsistencyClaim,
  emptyRoot,
  leafHash,
  rootFromInclusion,
  verifyConsistency,
} from '../../src/tlog/merkle.ts';

const leaves = Array.from({ length: 300 }, (_, i) => Buffer.from(`leaf ${i}`));
const size = fc.integer({ min: 0, max: leaves.length });

describe('known answers', () => {
  // The tree of RFC 6962's reference implementations: eight leaves of growing length.
  const known = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const data = known.map((hex) => Buffer.from(hex, 'hex'));

  test('the naive tree of this test has the roots of RFC 6962’s vectors', () => {
    expect(roots.map((_, n) => treeHash(data.slice(0, n)).toString('hex'))).toEqual(roots);
  });

  test('the empty tree and the empty leaf', () => {
    expect(Buffer.from(emptyRoot).toString('hex')).toBe(roots[0]);
    expect(Buffer.from(leafHash(Buffer.alloc(0))).toString('hex')).toBe(roots[1]);
  });

  const vectors: readonly Vector[] = JSON.parse(
    readFileSync(new URL('../../fixtures/tlog/consistency.json', import.meta.url), 'utf8'),
  );
  test.each(vectors)('$name: $holds', ({ oldSize, oldRoot, newSize, newRoot, proof, holds }) => {
    const claim = {
      oldSize: BigInt(oldSize),
      oldRoot: Buffer.from(oldRoot, 'hex'),
      newSize: BigInt(newSize),
      newRoot: Buffer.from(newRoot, 'hex'),
      proof: proof.map((hex) => Buffer.from(hex, 'hex')),
    };
    expect(verifyConsistency(claim).ok).toBe(holds);
  });
});

/** One entry of `fixtures/tlog/consistency.json`: hashes are hex. */
interface Vector {
  readonly name: string;
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly newSize: number;
  readonly newRoot: string;
  readonly proof: readonly string[];
  readonly holds: boolean;
}

describe('vectors of transparency-dev/merkle', () => {
  const folder = join(
    resolve(process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real'),
    'F-hostile/merkle-inclusion',
  );
  const files = filesIn(folder);
  test.skipIf(files.length === 0)(
    `hold one by one (${files.length === 0 ? 'skipped, no real data' : files.length})`,
    () => {
      for (const file of files) {
        const vector = JSON.parse(readFileSync(join(folder, file), 'utf8'));
        const root = rootFromInclusion({
          leafHash: bytes(vector.leafHash),
          index: BigInt(vector.leafIdx),
          size: BigInt(vector.treeSize),
          proof: (vector.proof ?? []).map(bytes),
        });
        const holds = root !== undefined && bytes(vector.root).equals(root);
        expect(holds, file).toBe(vector.wantErr !== true);
      }
    },
  );
});

describe('against a naive tree', () => {
  test('every leaf of every tree up to 40 is included, and only where it is', () => {
    for (let n = 1; n <= 40; n++) {
      const root = treeHash(leaves.slice(0, n));
      for (let index = 0; index < n; index++) {
        const claim = {
          leafHash: leafOf(index),
          index: BigInt(index),
          size: BigInt(n),
          proof: path(index, leaves.slice(0, n)),
        };
        expect(root.equals(rootFromInclusion(claim) ?? Buffer.alloc(0))).toBe(true);
        const elsewhere = rootFromInclusion({ ...claim, index: BigInt((index + 1) % n) });
        expect(n === 1 || elsewhere === undefined || !root.equals(elsewhere)).toBe(true);
      }
    }
  });

  test('every tree up to 40 is consistent with every later one', () => {
    for (let to = 0; to <= 40; to++)
      for (let from = 0; from <= to; from++)
        expect(verifyConsistency(claimOf(from, to)), `${from} to ${to}`).toEqual({ ok: true });
  });

  test('so are trees of any size', () => {
    fc.assert(
      fc.property(size, size, (a, b) => {
        const claim = claimOf(Math.min(a, b), Math.max(a, b));
        expect(verifyConsistency(claim)).toEqual({ ok: true });
      }),
    );
  });

  test('a tree that began otherwise is never consistent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), size, fc.nat(), (from, more, where) => {
        const to = Math.min(300, from + more);
        const forged = leaves.map((leaf, i) => (i === where % from ? Buffer.from('other') : leaf));
        const claim = claimOf(from, to, forged);
        const answer = verifyConsistency({ ...claim, oldRoot: treeHash(leaves.slice(0, from)) });
        expect(answer.ok).toBe(false);
        // Unless the older tree is a node of the newer one, an honest answer of the forked log convicts it.
        const isNode = Number.isInteger(Math.log2(from)) && from < to;
        expect(answer).toMatchObject({ contradiction: !isNode });
      }),
    );
  });

  test('every single flipped bit of a proof or a root is rejected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 299 }), fc.integer({ min: 1, max: 300 }), (from, more) => {
        const claim = claimOf(from, Math.min(300, from + more));
        const hashes = [claim.oldRoot, claim.newRoot, ...claim.proof];
        for (let bit = 0; bit < hashes.length * 256; bit++) {
          const [oldRoot, newRoot, ...proof] = hashes.map((hash, i) =>
            i === bit >> 8 ? flipped(hash, bit & 255) : hash,
          );
          if (oldRoot === undefined || newRoot === undefined) throw new Error('no roots');
          expect(verifyConsistency({ ...claim, oldRoot, newRoot, proof }).ok).toBe(false);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('every single flipped bit of an inclusion proof or a leaf leads to another root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (n, where) => {
        const index = where % n;
        const root = treeHash(leaves.slice(0, n));
        const hashes = [leafOf(index), ...path(index, leaves.slice(0, n))];
        for (let bit = 0; bit < hashes.length * 256; bit++) {
          const [leaf, ...proof] = hashes.map((hash, i) =>
            i === bit >> 8 ? flipped(hash, bit & 255) : hash,
          );
          const found = rootFromInclusion({
            leafHash: leaf ?? Buffer.alloc(0),
            index: BigInt(index),
            size: BigInt(n),
            proof,
          });
          expect(found !== undefined && root.equals(found)).toBe(false);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('a hash too many or too few is rejected', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 299 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        (from, more, where) => {
          const claim = claimOf(from, Math.min(300, from + more));
          const at = where % (claim.proof.length + 1);
          const longer = claim.proof.toSpliced(at, 0, leafHash(Buffer.from('more')));
          expect(verifyConsistency({ ...claim, proof: longer }).ok).toBe(false);
          const doubled = claim.proof.toSpliced(at, 0, claim.proof[at] ?? claim.newRoot);
          expect(verifyConsistency({ ...claim, proof: doubled }).ok).toBe(false);
          if (at < claim.proof.length)
            expect(verifyConsistency({ ...claim, proof: claim.proof.toSpliced(at, 1) }).ok).toBe(false);
        },
      ),
    );
  });
});

describe('claims of no tree', () => {
  const good = claimOf(7, 20);
  const noSizes = 'the tree sizes are not valid';
  const noHash = 'a hash is not 32 bytes long';
  const wrongCount = 'the proof has the wrong number of hashes';
  const mismatchReason = 'the proof does not match the newer root';
  test.each<readonly [string, Partial<ConsistencyClaim>, string]>([
    ['a newer tree that is smaller', { oldSize: 20n, newSize: 7n }, noSizes],
    ['a size below zero', { oldSize: -1n }, noSizes],
    ['a size of more than 64 bits', { newSize: 2n ** 64n }, noSizes],
    ['another older size', { oldSize: 8n }, wrongCount],
    ['another newer size', { newSize: 40n }, wrongCount],
    ['no proof', { proof: [] }, wrongCount],
    ['a short hash', { proof: good.proof.map((hash) => hash.subarray(1)) }, noHash],
    ['a short hash at the end', { proof: good.proof.with(-1, Buffer.alloc(31)) }, noHash],
    ['a long hash', { proof: good.proof.map((hash) => Buffer.concat([hash, hash])) }, noHash],
    ['an empty root', { oldRoot: Buffer.alloc(0) }, noHash],
    ['an empty newer root', { newRoot: Buffer.alloc(0) }, noHash],
    ['a proof of 65 hashes', { proof: Array.from({ length: 65 }, () => emptyRoot) }, wrongCount],
    [
      'a proof of 64 hashes to the largest tree there may be',
      { oldSize: 1n, newSize: 2n ** 64n - 1n, proof: Array.from({ length: 64 }, () => emptyRoot) },
      mismatchReason,
    ],
    [
      'a hash too many that leads to the newer root: the tree is not of its size',
      {
        oldSize: 1n,
        oldRoot: emptyRoot,
        newSize: 2n,
        newRoot: parentOf(emptyRoot, parentOf(emptyRoot, emptyRoot)),
        proof: [emptyRoot, emptyRoot],
      },
      wrongCount,
    ],
    [
      'an empty tree with a proof',
      { oldSize: 0n, oldRoot: emptyRoot },
      'the proof for an empty tree must be empty',
    ],
    [
      'equal trees with a proof',
      { oldSize: 20n, oldRoot: good.newRoot },
      'the proof for trees of equal size must be empty',
    ],
  ])('%s is rejected, and convicts nobody', (_what, change, why) => {
    expect(verifyConsistency({ ...good, ...change })).toEqual({ ok: false, why, contradiction: false });
  });

  test.each<readonly [string, Partial<ConsistencyClaim>, string]>([
    [
      'an empty tree with a root of its own',
      { oldSize: 0n, proof: [] },
      'the root of the empty tree is wrong',
    ],
    [
      'equal sizes with different roots',
      { oldSize: 20n, proof: [] },
      'two different roots for the same size',
    ],
    [
      'an older tree that the proof shows to be another',
      { oldRoot: emptyRoot },
      'the older tree is not a prefix of the newer one',
    ],
  ])('%s is a contradiction', (_what, change, why) => {
    expect(verifyConsistency({ ...good, ...change })).toEqual({ ok: false, why, contradiction: true });
  });

  test('a proof that leads nowhere is none', () => {
    expect(verifyConsistency({ ...good, proof: good.proof.map(() => emptyRoot) })).toMatchObject({
      why: mismatchReason,
      contradiction: false,
    });
  });

  test.each([
    { index: -1n, size: 5n },
    { index: 5n, size: 5n },
    { index: 0n, size: 0n },
    { index: -1n, size: 1n },
    { index: 0n, size: 1n, hashes: 1 },
    { index: 0n, size: 2n ** 64n },
    { index: 0n, size: 2n ** 64n, hashes: 64 },
    { index: 0n, size: 2n ** 64n - 1n, hashes: 65 },
  ])('a leaf at $index of $size is nowhere, with $hashes hashes', ({ index, size: of, hashes = 0 }) => {
    const proof = Array.from({ length: hashes }, () => emptyRoot);
    expect(rootFromInclusion({ leafHash: leafOf(0), index, size: of, proof })).toBeUndefined();
  });

  test('a leaf may be in the largest tree there may be', () => {
    const proof = Array.from({ length: 64 }, () => emptyRoot);
    expect(rootFromInclusion({ leafHash: leafOf(0), index: 0n, size: 2n ** 64n - 1n, proof })).toHaveLength(
      32,
    );
  });

  test.each([
    [Buffer.alloc(31), emptyRoot],
    [emptyRoot, Buffer.alloc(33)],
  ])('a leaf or a hash that is none leads nowhere: %#', (leaf, hash) => {
    expect(rootFromInclusion({ leafHash: leaf, index: 0n, size: 2n, proof: [hash] })).toBeUndefined();
  });
});

function parentOf(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** RFC 6962 §2.1: MTH, written as the RFC has it. */
function treeHash(data: readonly Buffer[]): Buffer {
  const [only] = data;
  if (only === undefined) return createHash('sha256').digest();
  if (data.length === 1) return createHash('sha256').update(Buffer.of(0)).update(only).digest();
  const k = split(data.length);
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(treeHash(data.slice(0, k)))
    .update(treeHash(data.slice(k)))
    .digest();
}

/** RFC 6962 §2.1.1: PATH. */
function path(m: number, data: readonly Buffer[]): Buffer[] {
  if (data.length <= 1) return [];
  const k = split(data.length);
  return m < k
    ? [...path(m, data.slice(0, k)), treeHash(data.slice(k))]
    : [...path(m - k, data.slice(k)), treeHash(data.slice(0, k))];
}

/** RFC 6962 §2.1.2: SUBPROOF. */
function subproof(m: number, data: readonly Buffer[], isComplete: boolean): Buffer[] {
  if (m === data.length) return isComplete ? [] : [treeHash(data)];
  const k = split(data.length);
  return m <= k
    ? [...subproof(m, data.slice(0, k), isComplete), treeHash(data.slice(k))]
    : [...subproof(m - k, data.slice(k), false), treeHash(data.slice(0, k))];
}

function claimOf(from: number, to: number, data: readonly Buffer[] = leaves): ConsistencyClaim {
  const [older, newer] = [data.slice(0, from), data.slice(0, to)];
  return {
    oldSize: BigInt(from),
    oldRoot: treeHash(older),
    newSize: BigInt(to),
    newRoot: treeHash(newer),
    proof: from === 0 ? [] : subproof(from, newer, true),
  };
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const copy = Buffer.from(hash);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

const leafOf = (index: number): Uint8Array => leafHash(leaves[index] ?? Buffer.alloc(0));
const bytes = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64');
