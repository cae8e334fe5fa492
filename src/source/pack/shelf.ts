import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fileDigest } from '../../model/evidence.ts';
import type { Sha256 } from '../../model/package.ts';

interface Item {
  readonly size: number;
  readonly packed: Uint8Array;
}

/** Contents by their SHA-256, held compressed so that the evidence of thousands of packages fits into memory. */
export class Shelf {
  readonly #items = new Map<Sha256, Item>();

  /** Bytes of all contents, unpacked. */
  bytes = 0;

  get count(): number {
    return this.#items.size;
  }

  /** The digests, sorted. */
  get digests(): readonly Sha256[] {
    return [...this.#items.keys()].sort();
  }

  put(bytes: Uint8Array): Sha256 {
    const { sha256, size } = fileDigest(bytes);
    if (!this.#items.has(sha256)) {
      this.#items.set(sha256, { size, packed: deflateRawSync(bytes, { level: 1 }) });
      this.bytes += size;
    }
    return sha256;
  }

  size(sha256: Sha256): number | undefined {
    return this.#items.get(sha256)?.size;
  }

  get(sha256: Sha256): Uint8Array | undefined {
    const item = this.#items.get(sha256);
    return item === undefined ? undefined : inflateRawSync(item.packed, { maxOutputLength: item.size + 1 });
  }
}
