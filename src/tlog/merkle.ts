import { createHash } from 'node:crypto';

/**
 * Two tree roots and a proof that the older tree is a prefix of the newer one; sizes count leaves, hashes are
 * SHA-256.
 */
export interface ConsistencyClaim {
  readonly oldSize: bigint;
  readonly oldRoot: Uint8Array;
  readonly newSize: bigint;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * The result of a consistency proof. `contradiction` is set if the proof fits the newer tree and shows that it began
 * with another older tree than the signed one. That also convinces third parties.
 */
export type Consistency =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly contradiction: boolean };

/** The position of a leaf; `index` counts from 0. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  readonly index: bigint;
  readonly size: bigint;
  readonly proof: readonly Uint8Array[];
}

/** Length of a hash in bytes; tree sizes have 64 bits. */
const hashBytes = 32;
const maxSize = 2n ** 64n;

/** RFC 6962 §2.1: the root of the empty tree. */
export const emptyRoot: Uint8Array = createHash('sha256').digest();

/** RFC 6962 §2.1: hash of a leaf. */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(leafPrefix).update(bytes).digest();
}

/** Whether the proof shows that the older tree is a prefix of the newer one (RFC 9162 §2.1.4.2). */
export function verifyConsistency({
  oldSize,
  oldRoot,
  newSize,
  newRoot,
  proof,
}: ConsistencyClaim): Consistency {
  if (oldSize < 0n || newSize < oldSize || newSize >= maxSize) return wrong('the tree sizes are not valid');
  if (![oldRoot, newRoot, ...proof].every(isHash)) return wrong('a hash is not 32 bytes long');
  if (oldSize === newSize) {
    if (!equal(oldRoot, newRoot)) return wrong('two different roots for the same size', true);
    return proof.length === 0 ? right : wrong('the proof for trees of equal size must be empty');
  }
  if (oldSize === 0n) {
    if (!equal(oldRoot, emptyRoot)) return wrong('the root of the empty tree is wrong', true);
    return proof.length === 0 ? right : wrong('the proof for an empty tree must be empty');
  }
  const roots = rootsOf(oldSize, newSize, oldRoot, proof);
  if (roots === undefined) return wrong('the proof has the wrong number of hashes');
  if (!equal(roots.newer, newRoot)) return wrong('the proof does not match the newer root');
  return equal(roots.older, oldRoot) ? right : wrong('the older tree is not a prefix of the newer one', true);
}

/** The root that the proof leads to (RFC 9162 §2.1.3.2), or `undefined` if it fits no tree. */
export function rootFromInclusion({
  leafHash: leaf,
  index,
  size,
  proof,
}: InclusionClaim): Uint8Array | undefined {
  if (index < 0n || index >= size || size >= maxSize || ![leaf, ...proof].every(isHash)) return undefined;
  let [at, last] = [index, size - 1n];
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0n) return undefined;
    if (isOdd(at) || at === last) {
      root = nodeHash(sibling, root);
      while (!isOdd(at) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, sibling);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? root : undefined;
}

/** Both roots that the proof leads to (RFC 9162 §2.1.4.2, steps 2 to 7), for 0 < oldSize < newSize. */
function rootsOf(
  oldSize: bigint,
  newSize: bigint,
  oldRoot: Uint8Array,
  proof: readonly Uint8Array[],
): { readonly older: Uint8Array; readonly newer: Uint8Array } | undefined {
  // A tree of 2^k leaves is a node of the newer tree, so the proof does not repeat its root.
  const isWhole = (oldSize & (oldSize - 1n)) === 0n;
  const [first, ...rest] = isWhole ? [oldRoot, ...proof] : proof;
  if (first === undefined) return undefined;
  let [at, last] = [oldSize - 1n, newSize - 1n];
  while (isOdd(at)) [at, last] = [at >> 1n, last >> 1n];
  let [older, newer] = [first, first];
  for (const node of rest) {
    if (last === 0n) return undefined;
    if (isOdd(at) || at === last) {
      [older, newer] = [nodeHash(node, older), nodeHash(node, newer)];
      while (!isOdd(at) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, node);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? { older, newer } : undefined;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

function wrong(why: string, contradiction = false): Consistency {
  return { ok: false, why, contradiction };
}

const right: Consistency = { ok: true };
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
const isOdd = (n: bigint): boolean => (n & 1n) === 1n;
const isHash = (bytes: Uint8Array): boolean => bytes.length === hashBytes;
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
