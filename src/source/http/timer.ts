import { setMaxListeners } from 'node:events';

/** What timers can count to; they take anything longer for nothing. */
const longest = 2 ** 31 - 1;

/**
 * A signal that is aborted after a while, or together with any of its parents.
 *
 * With a timer of its own: `AbortSignal.timeout` can be collected as garbage while a slow body trickles in.
 */
export class Timer {
  /** Milliseconds it was set to. */
  readonly ms: number;
  /** Whether it was the time that ran out. */
  rang = false;
  readonly #controller = new AbortController();
  readonly #parents: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;
  readonly #stop: () => void;

  constructor(ms: number, ...parents: readonly AbortSignal[]) {
    this.ms = ms;
    this.#parents = parents;
    this.#stop = () => this.#controller.abort(new Error('aborted'));
    this.#timer = setTimeout(
      () => {
        this.rang = true;
        this.#stop();
      },
      Math.min(ms, longest),
    );
    for (const parent of parents) {
      if (parent.aborted) this.#stop();
      setMaxListeners(0, parent);
      parent.addEventListener('abort', this.#stop, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Nothing rings after this; the signal stays as it is. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const parent of this.#parents) parent.removeEventListener('abort', this.#stop);
  }
}
