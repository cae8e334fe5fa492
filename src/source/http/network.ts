import { type Failure, failureOf } from '../../model/evidence.ts';
import type { Sink } from '../body.ts';
import type { SourceRequest } from '../source.ts';
import { type Agents, openAgents, type Proxies } from './agent.ts';
import { type Exchange, exchange, type Reply, replyOf } from './exchange.ts';
import { type Exchanging, Host } from './host.ts';
import { attempts, backoffMs, inWords, longestWaitMs, sleep } from './retry.ts';
import { Timer } from './timer.ts';

/** How to use the network. */
export interface NetworkOptions {
  /** `jsr-verify/<version>; <url>`, as the registry's usage policy wants tools to name themselves. */
  readonly userAgent: string;
  /** Milliseconds one exchange may take, from connecting to the last byte (30 s); a whole question three times that. */
  readonly timeoutMs?: number;
  /** Exchanges with one host at the same time (16). */
  readonly concurrencyPerHost?: number;
  /** Milliseconds before the second try of a question (250); four times that before the third. */
  readonly pauseMs?: number;
  readonly proxies?: Proxies;
  /** Certificate authorities in PEM that are trusted beside the built-in ones. */
  readonly ca?: string;
}

/** The result of a question; `answered` is false where the host sent no usable answer. */
export type Final<T> =
  | Extract<Reply<T>, { kind: 'present' | 'absent' }>
  | { readonly kind: 'unavailable'; readonly failure: Failure; readonly answered: boolean };

/**
 * Enough for what follows: with 30 ms of latency 16 places give 430 answers a second, with 200 ms 80, and
 * a package takes two answers and 20 ms of cryptography.
 */
const defaultConcurrency = 16;

/** One try of a question; `alone`: over a connection of its own. */
interface Try {
  readonly timer: Timer;
  readonly host: Host;
  readonly exchanging: Exchanging;
  readonly alone: boolean;
}

/** Puts questions to hosts: some at a time, more than once if need be, and never without an end. */
export class Network {
  /** Requests that went out, by host. */
  readonly requests = new Map<string, number>();
  readonly #options: NetworkOptions;
  readonly #timeoutMs: number;
  readonly #concurrency: number;
  readonly #hosts = new Map<string, Host>();
  readonly #closing = new AbortController();
  #agents: Promise<Agents> | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#concurrency = Math.max(1, Math.floor(options.concurrencyPerHost ?? defaultConcurrency));
  }

  /** Questions that hold a place at a host now. */
  get inFlight(): number {
    let sum = 0;
    for (const host of this.#hosts.values()) sum += host.running;
    return sum;
  }

  /** Ends everything under way as unavailable and closes all connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    const agents = await this.#agents?.catch(() => undefined);
    await agents?.destroy();
  }

  /** Gives each try a sink of its own. Rejects only with the reason of `signal`. */
  async get<T>(request: SourceRequest, sink: () => Sink<T>, signal: AbortSignal): Promise<Final<T>> {
    const host = this.#host(request.url);
    await host.enter();
    try {
      signal.throwIfAborted();
      const silent = host.silent;
      if (silent !== undefined) return unanswered({ kind: 'skipped', why: silent });
      const reply = await this.#persist(request, sink, host, signal);
      if (reply.kind === 'unavailable' && !reply.answered) host.unanswered();
      else host.answered();
      return reply;
    } finally {
      host.leave();
    }
  }

  // Tries until there is an answer, or the tries or the time are used up.
  async #persist<T>(
    request: SourceRequest,
    sink: () => Sink<T>,
    host: Host,
    signal: AbortSignal,
  ): Promise<Final<T>> {
    const until = Date.now() + attempts * this.#timeoutMs;
    let alone = false;
    for (let attempt = 1; ; attempt++) {
      if (host.pausedMs > 0) await this.#sleep(host.pausedMs, signal);
      if (host.gone.aborted) return unanswered(givenUp(host));
      const leftMs = until - Date.now();
      if (leftMs <= 0)
        return unanswered({ kind: 'timeout', why: 'the host asked to wait longer than the time limit' });
      const timer = new Timer(Math.min(this.#timeoutMs, leftMs), signal, this.#closing.signal, host.gone);
      const exchanging = host.begin();
      const reply = await this.#tryOnce(request, sink, { timer, host, exchanging, alone }).finally(() => {
        timer.stop();
        exchanging.end(timer.rang);
      });
      signal.throwIfAborted();
      if (reply.kind !== 'again') return reply;
      alone ||= reply.alone === true;

      const { failure, afterMs = 0 } = reply;
      const { why } = failure;
      if (attempt === attempts) return unanswered(failureOf(failure, `${why}, ${attempts} times`));
      if (afterMs > Math.min(longestWaitMs, until - Date.now()))
        return unanswered(failureOf(failure, `${why} and asks to wait ${inWords(afterMs)}`));
      const waitMs = Math.max(afterMs, backoffMs(attempt, this.#options.pauseMs));
      // A host that asks to wait asks the whole program to wait, not one question.
      if (afterMs > 0) host.pause(afterMs);
      await this.#sleep(waitMs, signal);
    }
  }

  async #tryOnce<T>(
    request: SourceRequest,
    sink: () => Sink<T>,
    { timer, host, exchanging, alone }: Try,
  ): Promise<Final<T> | Extract<Reply<T>, { kind: 'again' }>> {
    const agents = alone ? this.#openAgents(1) : this.#sharedAgents();
    try {
      const using: Exchange = {
        agents: await agents,
        userAgent: this.#options.userAgent,
        signal: timer.signal,
        onAnswer: exchanging.heard,
        onRequest: ({ host }) => this.requests.set(host, (this.requests.get(host) ?? 0) + 1),
      };
      const reply = await exchange(request, sink, using);
      return reply.kind === 'unavailable' ? { ...reply, answered: true } : reply;
    } catch (error) {
      if (this.#closing.signal.aborted) return unanswered(interrupted);
      // Not tried again: who waited that long once would wait that long again.
      if (timer.rang)
        return unanswered({ kind: 'timeout', why: `no complete answer within ${inWords(timer.ms)}` });
      if (host.gone.aborted) return unanswered(givenUp(host));
      const reply = replyOf(error);
      return reply.kind === 'unavailable' ? unanswered(reply.failure) : reply;
    } finally {
      if (alone) await agents.then((opened) => opened.destroy()).catch(() => undefined);
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, signal, this.#closing.signal);
    signal.throwIfAborted();
  }

  #sharedAgents(): Promise<Agents> {
    this.#agents ??= this.#openAgents(this.#concurrency);
    return this.#agents;
  }

  #openAgents(connections: number): Promise<Agents> {
    const { proxies, ca } = this.#options;
    return openAgents({ connections, connectMs: Math.min(10_000, this.#timeoutMs), proxies, ca });
  }

  #host(url: string): Host {
    const { origin } = new URL(url);
    let host = this.#hosts.get(origin);
    if (host === undefined) {
      host = new Host(this.#concurrency, this.#timeoutMs);
      this.#hosts.set(origin, host);
    }
    return host;
  }
}

const interrupted: Failure = { kind: 'interrupted', why: 'interrupted' };

function givenUp({ silent }: Host): Failure {
  return silent === undefined ? interrupted : { kind: 'skipped', why: silent };
}

function unanswered(failure: Failure): Final<never> {
  return { kind: 'unavailable', failure, answered: false };
}
