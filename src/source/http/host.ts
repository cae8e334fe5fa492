/** After so many questions in a row without a proper answer a host is left alone for a while. */
const patience = 20;
/** Milliseconds a silent host is left alone before one question is tried again. */
const restMs = 10_000;

/**
 * One host as the program treats it: so many questions at a time, none while it asked for a pause,
 * and hardly any once it has stopped answering.
 */
export class Host {
  /** Questions that hold a place now. */
  running = 0;
  readonly #width: number;
  readonly #queue: (() => void)[] = [];
  #pausedUntil = 0;
  #unanswered = 0;
  #restUntil = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Waits for a place; the caller must `leave`. */
  async enter(): Promise<void> {
    if (this.running < this.#width) {
      this.running++;
      return;
    }
    // The place is handed over by `leave`, so `running` stays as it is.
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.running--;
    else next();
  }

  /** Nobody asks this host for so many milliseconds. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + ms);
  }

  /** Milliseconds left of a pause. */
  get pausedMs(): number {
    return Math.max(0, this.#pausedUntil - Date.now());
  }

  /** The host answered, even if only with "no". */
  answered(): void {
    this.#unanswered = 0;
    this.#restUntil = 0;
  }

  /** All tries of one question came to nothing. */
  unanswered(): void {
    this.#unanswered++;
    if (this.#unanswered >= patience) this.#restUntil = Date.now() + restMs;
  }

  /** Why the host is not worth a question at the moment; every ten seconds one question may find out. */
  get silent(): string | undefined {
    if (this.#unanswered < patience) return undefined;
    if (Date.now() >= this.#restUntil) {
      this.#restUntil = Date.now() + restMs;
      return undefined;
    }
    return `not asked, since the host left the last ${this.#unanswered} questions unanswered`;
  }
}
