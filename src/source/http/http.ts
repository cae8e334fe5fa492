import { LRUCache } from 'lru-cache';
import {
  absent,
  type FileDigest,
  fileDigest,
  type Gathered,
  present,
  unavailable,
} from '../../model/evidence.ts';
import { refusal } from '../address.ts';
import { collector, hasher, type Sink } from '../body.ts';
import { type EvidenceCache, writeOnly } from '../cache/cache.ts';
import type { Source, SourceRequest } from '../source.ts';
import { Network, type NetworkOptions } from './network.ts';
import { Shared } from './shared.ts';

/** How to ask over HTTP. */
export interface HttpOptions extends NetworkOptions {
  /** Where answers are kept between runs. */
  readonly cache?: EvidenceCache;
}

/** A `Source` that asks the network. */
export interface HttpSource extends Source {
  /** Questions that hold a connection at this moment. */
  readonly inFlight: number;
  /** Ends what is under way as unavailable and closes all connections, so that the process can end. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Bodies that are only hashed are kept on disk up to this size, so that they can be hashed again. */
const largestHashedAndKept = 4_000_000;

/** Bounds of the answers that are remembered, in bytes: of all together, and of each. */
const mostRemembered = 8_000_000;
const largestRemembered = 256_000;

/** Asks over HTTP: each question once, bounded in time and size, and never more than a few at a time per host. */
export function httpSource(options: HttpOptions): HttpSource {
  return new Http(options);
}

class Http implements HttpSource {
  readonly #options: HttpOptions;
  readonly #network: Network;
  readonly #shared = new Shared();
  /** The answers that were given last, so that memory stays flat however long the run. */
  readonly #recent = new LRUCache<string, Gathered<unknown>>({
    maxSize: mostRemembered,
    maxEntrySize: largestRemembered,
  });
  #usedCache = false;
  #fresh: Source | undefined;

  constructor(options: HttpOptions, network = new Network(options)) {
    this.#options = options;
    this.#network = network;
  }

  get fresh(): Source | undefined {
    const { cache } = this.#options;
    if (cache === undefined || !this.#usedCache) return undefined;
    this.#fresh ??= new Http({ ...this.#options, cache: writeOnly(cache) }, this.#network);
    return this.#fresh;
  }

  get requests(): ReadonlyMap<string, number> {
    return this.#network.requests;
  }

  get inFlight(): number {
    return this.#network.inFlight;
  }

  ask(request: SourceRequest): Promise<Gathered<Uint8Array>> {
    return this.#answer('ask', request, collector, (bytes) => bytes);
  }

  digest(request: SourceRequest): Promise<Gathered<FileDigest>> {
    const keepUpTo = this.#options.cache === undefined ? 0 : largestHashedAndKept;
    return this.#answer('digest', request, () => hasher(keepUpTo), fileDigest);
  }

  close(): Promise<void> {
    return this.#network.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer<T>(
    kind: 'ask' | 'digest',
    request: SourceRequest,
    sink: () => Sink<T>,
    fromBytes: (bytes: Uint8Array) => T,
  ): Promise<Gathered<T>> {
    request.signal?.throwIfAborted();
    const { method, url, body, maxBytes, expect, answeredBy, pastEdge } = request;
    const refused = refusal(url);
    if (refused !== undefined) return unavailable(url, { kind: 'refused', why: refused });

    const key = JSON.stringify([kind, method, url, body, maxBytes, expect, answeredBy, pastEdge]);
    const known = this.#recent.get(key);
    // One key is always of one kind, so the value is what this kind makes.
    if (known !== undefined) return known as Gathered<T>;
    return await this.#shared.run(key, request.signal, async (signal) => {
      const answer = await this.#throughCache(request, sink, fromBytes, signal);
      this.#remember(key, request, answer);
      return answer;
    });
  }

  async #throughCache<T>(
    request: SourceRequest,
    sink: () => Sink<T>,
    fromBytes: (bytes: Uint8Array) => T,
    signal: AbortSignal,
  ): Promise<Gathered<T>> {
    const { url } = request;
    const { cache } = this.#options;
    const kept = await cache?.get(request, 'fresh');
    if (kept !== undefined) {
      this.#usedCache = true;
      return present(fromBytes(kept.bytes), url);
    }

    const reply = await this.#network.get(request, sink, signal);
    if (reply.kind === 'unavailable') return unavailable(url, reply.failure);
    if (reply.kind === 'absent') return absent(url);
    if (reply.bytes !== undefined) await cache?.put(request, reply.bytes);
    return present(reply.value, url);
  }

  #remember(key: string, { lifetime, maxAgeSeconds = 60 }: SourceRequest, answer: Gathered<unknown>): void {
    if (lifetime === 'never' || answer.state === 'unavailable') return;
    const forEver = lifetime === 'immutable' && answer.state === 'present';
    // A 404 may become an answer at any moment, even where that answer then never changes.
    const seconds = answer.state === 'absent' ? Math.min(60, maxAgeSeconds) : maxAgeSeconds;
    const bytes =
      answer.state === 'present' && answer.value instanceof Uint8Array ? answer.value.length : 100;
    const ttl = forEver ? 0 : seconds * 1000;
    // To the library, a life of 0 is one that never ends.
    if (!forEver && ttl <= 0) return;
    this.#recent.set(key, answer, { size: bytes + 2 * key.length + 200, ttl });
  }
}
