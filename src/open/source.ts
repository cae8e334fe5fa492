import { join } from 'node:path';
import { tool } from '../model/tool.ts';
import { publicAddresses } from '../registry/addresses.ts';
import { type EvidenceCache, openCache } from '../source/cache/cache.ts';
import { readBytesFile } from '../source/disk.ts';
import type { Proxies } from '../source/http/agent.ts';
import type { Pack } from '../source/pack/pack.ts';
import type { Source } from '../source/source.ts';

/** Where evidence comes from. What is left out is the usual: the network, directly, with nothing kept between runs. */
export interface SourceOptions {
  /** Base address of the transparency log, by which questions to it are recognised; the public one when missing. */
  readonly rekor?: string | undefined;
  /** A folder where evidence is kept between runs, below `evidence/`; nothing is kept when missing. */
  readonly cacheDir?: string | undefined;
  /** Opens no socket: answers come from the cache alone. */
  readonly offline?: boolean | undefined;
  /** Answers come from this pack alone; no socket is opened. */
  readonly packFile?: string | undefined;
  /** Requests to one host at the same time; 16 when missing. */
  readonly concurrency?: number | undefined;
  /** Milliseconds that one request may take; 30 000 when missing. */
  readonly timeoutMs?: number | undefined;
  readonly proxies?: Proxies | undefined;
  /** Name and home page of the program that asks, as the registry's usage policy wants to see it; those of jsr-verify when missing. */
  readonly userAgent?: string | undefined;
  /** `false` sends each question to the log at once: for a single package, waiting to send some together only costs time. */
  readonly batch?: boolean | undefined;
  /** Closes the source when it is aborted: whatever is still waited for becomes unavailable. */
  readonly signal?: AbortSignal | undefined;
  /** Told what does not stop the work, such as a cache that cannot be written. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A source that holds connections, to be closed at the end: with `await using`, or by `close`. */
export interface OpenSource extends Source {
  /** Requests under way at this moment. */
  readonly inFlight: number;
  /** The pack, where answers come from one. */
  readonly pack?: Pack | undefined;
  /** Ends what is under way as unavailable and closes all connections; a second call does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The tool and where to read about it. */
const userAgent = `jsr-verify/${tool.version}; https://github.com/jsr-verify/jsr-verify`;

const maxPackBytes = 1_000_000_000;

/**
 * Opens a pack, the cache alone, or the network with the cache before it: whatever the options say, and nothing else.
 *
 * @throws {JsrVerifyError} `PACK_INVALID` for a pack that is not sound
 */
export async function openSource(options: SourceOptions = {}): Promise<OpenSource> {
  const { cacheDir, packFile, offline = false, onWarning, signal } = options;
  const cache =
    cacheDir === undefined
      ? undefined
      : openCache({ dir: join(cacheDir, 'evidence'), ...(onWarning && { onTrouble: onWarning }) });
  if (packFile !== undefined) {
    const { openPack } = await import('../source/pack/pack.ts');
    const bytes = await readBytesFile(packFile, { code: 'PACK_INVALID', maxBytes: maxPackBytes });
    const pack = await openPack(bytes);
    return new Opened(pack, signal, { pack });
  }
  if (offline) {
    const { offlineSource } = await import('../source/offline.ts');
    return new Opened(offlineSource(cache), signal);
  }
  return openNetwork(options, cache);
}

async function openNetwork(options: SourceOptions, cache: EvidenceCache | undefined): Promise<OpenSource> {
  const { rekor = publicAddresses.rekor, batch = true, concurrency, timeoutMs, proxies, signal } = options;
  const { httpSource } = await import('../source/http/http.ts');
  const { batching } = await import('../tlog/batch.ts');
  const network = httpSource({
    userAgent: options.userAgent ?? userAgent,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(concurrency !== undefined && { concurrencyPerHost: concurrency }),
    ...(cache !== undefined && { cache }),
    ...(proxies !== undefined && { proxies }),
  });
  return new Opened(batch ? batching(network, rekor, cache) : network, signal, { network });
}

/** What lies under an opened source: connections or a pack, if anything. */
interface Beneath {
  readonly network?: { readonly inFlight: number; close(): Promise<void> };
  readonly pack?: Pack;
}

class Opened implements OpenSource {
  readonly #source: Source;
  readonly #beneath: Beneath;
  readonly #signal: AbortSignal | undefined;
  readonly #hangUp = () => void this.close();

  constructor(source: Source, signal: AbortSignal | undefined, beneath: Beneath = {}) {
    this.#source = source;
    this.#beneath = beneath;
    this.#signal = signal;
    if (signal?.aborted === true) this.#hangUp();
    else signal?.addEventListener('abort', this.#hangUp, { once: true });
  }

  get requests(): ReadonlyMap<string, number> {
    return this.#source.requests;
  }

  get fresh(): Source | undefined {
    return this.#source.fresh;
  }

  get oldest(): Date | undefined {
    return this.#source.oldest;
  }

  get inFlight(): number {
    return this.#beneath.network?.inFlight ?? 0;
  }

  get pack(): Pack | undefined {
    return this.#beneath.pack;
  }

  ask(request: Parameters<Source['ask']>[0]): ReturnType<Source['ask']> {
    return this.#source.ask(request);
  }

  digest(request: Parameters<Source['digest']>[0]): ReturnType<Source['digest']> {
    return this.#source.digest(request);
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#hangUp);
    await this.#beneath.network?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
