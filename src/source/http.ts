import { absent, type FileDigest, type Gathered, present, unavailable } from '../model/evidence.ts';
import { refusal } from './address.ts';
import { type Agents, openAgents, type Proxies } from './agent.ts';
import { collector, digestOf, hasher, type Sink } from './body.ts';
import type { EvidenceCache } from './cache.ts';
import { type Exchange, exchange, type Reply, replyOf } from './exchange.ts';
import { Host } from './host.ts';
import { tame } from './reason.ts';
import { Recent } from './recent.ts';
import { attempts, backoffMs, longestWaitMs, sleep } from './retry.ts';
import { Shared } from './shared.ts';
import type { Source, SourceRequest } from './source.ts';
import { Timer } from './timer.ts';

/** How to ask the network. */
export interface HttpOptions {
  /** `jsr-verify/<version>; <url>`, as the registry's usage policy wants tools to name themselves. */
  readonly userAgent: string;
  /** Milliseconds one exchange may take, from connecting to the last byte; a whole question three times that. */
  readonly timeoutMs?: number;
  /** Exchanges with one host at the same time. */
  readonly concurrencyPerHost?: number;
  readonly cache?: EvidenceCache;
  readonly proxies?: Proxies;
  /** When given, only these origins are asked. */
  readonly allowedOrigins?: readonly string[];
  /** Certificate authorities in PEM that are trusted beside the built-in ones. */
  readonly ca?: string;
}

/** A `Source` that asks the network. */
export interface HttpSource extends Source {
  /** Questions that hold a connection at this moment. */
  readonly inFlight: number;
  /** Ends what is under way and closes all connections. */
  close(): Promise<void>;
}

/** Bodies that are only hashed are kept in the disk cache up to this size. */
const largestHashedAndKept = 4_000_000;

/** Asks over HTTP: each question once, bounded in time and size, and never more than a few at a time per host. */
export function httpSource(options: HttpOptions): HttpSource {
  return new Http(options);
}

class Http implements HttpSource {
  readonly requests = new Map<string, number>();
  readonly #options: HttpOptions;
  readonly #timeoutMs: number;
  readonly #hosts = new Map<string, Host>();
  readonly #shared = new Shared();
  readonly #recent = new Recent();
  readonly #closing = new AbortController();
  #agents: Promise<Agents> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  get inFlight(): number {
    let sum = 0;
    for (const host of this.#hosts.values()) sum += host.running;
    return sum;
  }

  ask(request: SourceRequest): Promise<Gathered<Uint8Array>> {
    return this.#answer(request, 'ask', collector, (bytes) => bytes);
  }

  digest(request: SourceRequest): Promise<Gathered<FileDigest>> {
    const keepUpTo = this.#options.cache === undefined ? 0 : largestHashedAndKept;
    return this.#answer(request, 'digest', () => hasher(keepUpTo), digestOf);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    const agents = await this.#agents?.catch(() => undefined);
    await agents?.destroy();
  }

  async #answer<T>(
    request: SourceRequest,
    kind: 'ask' | 'digest',
    sink: () => Sink<T>,
    fromBytes: (bytes: Uint8Array) => T,
  ): Promise<Gathered<T>> {
    request.signal?.throwIfAborted();
    const { url } = request;
    const refused = refusal(url) ?? this.#foreign(url);
    if (refused !== undefined) return unavailable(url, refused);
    const { method, body = '', maxBytes, expect, backend = '' } = request;
    const key = JSON.stringify([kind, method, url, body, maxBytes, expect, backend]);
    const known = this.#recent.get(key);
    // One key is always of one kind, so the value is what this kind makes.
    if (known !== undefined) return known as Gathered<T>;
    return await this.#shared.run(key, request.signal, async (signal) => {
      const answer = await this.#throughCache(request, sink, fromBytes, signal);
      this.#remember(key, request, answer);
      return answer;
    });
  }

  #foreign(url: string): string | undefined {
    const { origin } = new URL(url);
    const { allowedOrigins } = this.#options;
    if (allowedOrigins === undefined || allowedOrigins.includes(origin)) return undefined;
    return `not asked, since ${tame(origin)} is none of the configured addresses`;
  }

  #remember(key: string, { lifetime, maxAgeSeconds = 60 }: SourceRequest, answer: Gathered<unknown>): void {
    if (lifetime === 'never' || answer.state === 'unavailable') return;
    const seconds = answer.state === 'absent' ? Math.min(60, maxAgeSeconds) : maxAgeSeconds;
    const ageless = lifetime === 'immutable' && answer.state === 'present';
    const bytes =
      answer.state === 'present' && answer.value instanceof Uint8Array ? answer.value.length : 100;
    this.#recent.set(key, answer, bytes, ageless ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000);
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
    if (kept?.state === 'absent') return absent(url);
    if (kept !== undefined) return present(fromBytes(kept.bytes), url);
    const reply = await this.#overNetwork(request, sink, signal);
    if (reply.kind === 'present') {
      if (reply.bytes !== undefined) await cache?.put(request, reply.bytes);
      return present(reply.value, url);
    }
    if (reply.kind === 'unavailable') return unavailable(url, reply.why);
    await cache?.put(request, 'absent');
    return absent(url);
  }

  async #overNetwork<T>(request: SourceRequest, sink: () => Sink<T>, signal: AbortSignal): Promise<Final<T>> {
    const host = this.#host(request.url);
    await host.enter();
    try {
      signal.throwIfAborted();
      const silent = host.silent;
      if (silent !== undefined) return { kind: 'unavailable', why: silent };
      const reply = await this.#persist(request, sink, host, signal);
      if (reply.kind === 'unavailable' && reply.weather) host.unanswered();
      else host.answered();
      return reply;
    } finally {
      host.leave();
    }
  }

  // Tries until there is an answer, the tries are used up or the time is.
  async #persist<T>(
    request: SourceRequest,
    sink: () => Sink<T>,
    host: Host,
    signal: AbortSignal,
  ): Promise<Final<T>> {
    const until = Date.now() + attempts * this.#timeoutMs;
    for (let attempt = 1; ; attempt++) {
      if (host.pausedMs > 0) await this.#sleep(Math.min(host.pausedMs, longestWaitMs), signal);
      const reply = await this.#tryOnce(request, sink, until, signal);
      if (reply.kind !== 'again') return reply;
      const { why, afterMs } = reply;
      if (afterMs !== undefined && afterMs > longestWaitMs)
        return lost(`${why} and asks to wait ${Math.ceil(afterMs / 1000)} s`);
      if (attempt === attempts) return lost(`${why}, ${attempts} times`);
      const waitMs = Math.max(afterMs ?? 0, backoffMs(attempt));
      if (Date.now() + waitMs >= until) return lost(why);
      // Whoever asks for patience asks it of the whole program, not of one question.
      if (afterMs !== undefined) host.pause(afterMs);
      await this.#sleep(waitMs, signal);
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, signal, this.#closing.signal);
    signal.throwIfAborted();
  }

  async #tryOnce<T>(
    request: SourceRequest,
    sink: () => Sink<T>,
    until: number,
    signal: AbortSignal,
  ): Promise<Reply<T> | Lost> {
    const patienceMs = Math.min(this.#timeoutMs, until - Date.now());
    const timer = new Timer(patienceMs, signal, this.#closing.signal);
    try {
      const agents = await this.#open();
      const using: Exchange = {
        dispatcher: agents.for(new URL(request.url)),
        userAgent: this.#options.userAgent,
        signal: timer.signal,
        onRequest: ({ host }) => this.requests.set(host, (this.requests.get(host) ?? 0) + 1),
      };
      return await exchange(request, sink, using);
    } catch (error) {
      signal.throwIfAborted();
      if (this.#closing.signal.aborted) return { kind: 'unavailable', why: 'interrupted' };
      // Not tried again: who waited that long once would wait that long again.
      if (timer.rang) return lost(`no complete answer within ${seconds(patienceMs)}`);
      const reply = replyOf(error);
      return reply.kind === 'unavailable' ? lost(reply.why) : reply;
    } finally {
      timer.stop();
    }
  }

  async #open(): Promise<Agents> {
    const { concurrencyPerHost = defaultConcurrency, proxies, ca } = this.#options;
    this.#agents ??= openAgents({
      connections: concurrencyPerHost,
      connectMs: Math.min(10_000, this.#timeoutMs),
      proxies,
      ca,
    });
    return await this.#agents;
  }

  #host(url: string): Host {
    const { origin } = new URL(url);
    const known = this.#hosts.get(origin);
    if (known !== undefined) return known;
    const host = new Host(this.#options.concurrencyPerHost ?? defaultConcurrency);
    this.#hosts.set(origin, host);
    return host;
  }
}

/** Measured against a server with 30 ms latency: see ARCHITECTURE.md. */
const defaultConcurrency = 16;

// `weather`: the host itself did not manage to answer, as opposed to an answer that cannot be used.
type Lost = { readonly kind: 'unavailable'; readonly why: string; readonly weather?: true };
type Final<T> = Exclude<Reply<T>, { kind: 'again' | 'unavailable' }> | Lost;

function lost(why: string): Lost {
  return { kind: 'unavailable', why, weather: true };
}

function seconds(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${ms} ms`;
}
