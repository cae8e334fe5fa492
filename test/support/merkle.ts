import { createHash } from 'node:crypto';

/** RFC 6962 §2.1: hash of a leaf. */
export const leafHash = (data: Uint8Array): Buffer => createHash('sha256').update(LEAF).update(data).digest();

/** RFC 6962 §2.1: hash of an inner node. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

/**
 * An append-only Merkle tree of RFC 6962 over leaf hashes, which remembers every complete subtree, so that
 * roots and proofs of any earlier size cost only a few hashes.
 */
export class MerkleTree {
  /** levels[k][i] is the root of the complete subtree over leaves i·2^k … (i+1)·2^k − 1. */
  readonly #levels: Buffer[][] = [[]];

  constructor(leaves: Iterable<Buffer> = []) {
    for (const leaf of leaves) this.append(leaf);
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Adds a leaf hash and answers its index. */
  append(leaf: Buffer): number {
    const index = this.size;
    let node = leaf;
    for (let level = 0; ; level++) {
      const row = this.#row(level);
      row.push(node);
      const left = row[row.length - 2];
      if (row.length % 2 === 1 || left === undefined) return index;
      node = nodeHash(left, node);
    }
  }

  /** Hash of one leaf. */
  leaf(index: number): Buffer {
    return this.#node(0, index);
  }

  /** Root of the first `size` leaves; of none it is the hash of nothing. */
  root(size = this.size): Buffer {
    return size === 0 ? createHash('sha256').digest() : this.#range(0, size);
  }

  /** RFC 6962 §2.1.1: audit path of a leaf in the tree of the first `size` leaves. */
  inclusion(index: number, size = this.size): readonly Buffer[] {
    if (index < 0 || index >= size || size > this.size) throw new RangeError(`no leaf ${index} of ${size}`);
    return this.#path(index, 0, size);
  }

  /** RFC 6962 §2.1.2: proof that the first `first` leaves are a prefix of the first `last`. */
  consistency(first: number, last = this.size): readonly Buffer[] {
    if (first < 0 || first > last || last > this.size) throw new RangeError(`no proof ${first} to ${last}`);
    return first === 0 || first === last ? [] : this.#subproof(first, 0, last, true);
  }

  /** A tree of its own with the first `size` leaves of this one. */
  prefix(size: number): MerkleTree {
    return new MerkleTree(this.#levels[0]?.slice(0, size));
  }

  #path(index: number, from: number, to: number): Buffer[] {
    if (to - from <= 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...this.#path(index, from, middle), this.#range(middle, to)]
      : [...this.#path(index, middle, to), this.#range(from, middle)];
  }

  #subproof(first: number, from: number, to: number, known: boolean): Buffer[] {
    if (first === to) return known ? [] : [this.#range(from, to)];
    const middle = from + split(to - from);
    return first <= middle
      ? [...this.#subproof(first, from, middle, known), this.#range(middle, to)]
      : [...this.#subproof(first, middle, to, false), this.#range(from, middle)];
  }

  /** Root over leaves from … to − 1, where `from` is a multiple of the subtree that holds them. */
  #range(from: number, to: number): Buffer {
    const count = to - from;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.#node(level, from / count);
    const middle = from + split(count);
    return nodeHash(this.#range(from, middle), this.#range(middle, to));
  }

  #row(level: number): Buffer[] {
    const row = this.#levels[level] ?? [];
    this.#levels[level] = row;
    return row;
  }

  #node(level: number, index: number): Buffer {
    const node = this.#levels[level]?.[index];
    if (node === undefined) throw new RangeError(`no node ${level}/${index}`);
    return node;
  }
}

/** Largest power of two smaller than n. */
const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
