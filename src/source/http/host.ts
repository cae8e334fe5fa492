import { setMaxListeners } from 'node:events';
import { inWords } from './retry.ts';

/** After so many questions in a row without a proper answer a host is left alone for a while. */
const patience = 20;
/** Milliseconds a silent host is left alone before one question is tried again. */
const restMs = 10_000;
/** A host may cost so many times the time of one exchange in questions that run out of time, others being answered. */
const mostLost = 3;
/** Timers may ring a little early. */
const toleranceMs = 10;

/** One exchange with a host, from its begin to its end. */
export interface Exchanging {
  /** The host sent something. */
  heard(): void;
  /** `late`: it ran out of time. */
  end(late: boolean): void;
}

/**
 * One host as the program treats it: so many questions at a time, none while it asked for a pause,
 * hardly any once it has stopped answering, and none at all once it has used up the patience of the run.
 *
 * That is used up when nothing was heard from the host for as long as one exchange may take, whoever waited: a host that
 * takes requests and is silent costs that time once, and not once for every question. A host that answers slowly is
 * heard.
 */
export class Host {
  /** Questions that hold a place now. */
  running = 0;
  readonly #width: number;
  readonly #patienceMs: number;
  readonly #gone = new AbortController();
  #goneBecause: string | undefined;
  #exchanging = 0;
  /** Milliseconds that the host has been silent before `#silentSince`, which only counts while something is waited for. */
  #silentMs = 0;
  #silentSince = 0;
  #silence: NodeJS.Timeout | undefined;
  #heard = 0;
  #lostMs = 0;
  #lostUntil = 0;
  readonly #queue: (() => void)[] = [];
  #pausedUntil = 0;
  #unanswered = 0;
  #restUntil = 0;

  constructor(width: number, patienceMs: number) {
    this.#width = width;
    this.#patienceMs = patienceMs;
    setMaxListeners(0, this.#gone.signal);
  }

  /** Aborted once the host has used up the patience of the run. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Begins an exchange; the caller must `end` it. */
  begin(): Exchanging {
    const startedAt = performance.now();
    if (this.#exchanging++ === 0) this.#listen();
    const heardBefore = this.#heard;
    return {
      heard: () => {
        this.#heard += 1;
        this.#silentMs = 0;
        this.#listen();
      },
      end: (late) => {
        if (late) this.#lose(startedAt);
        if (--this.#exchanging > 0) return;
        clearTimeout(this.#silence);
        // A host that answered others meanwhile is not silent: it has lost time, which is counted above.
        if (late && this.#heard > heardBefore) this.#silentMs = 0;
        else this.#silentMs += performance.now() - this.#silentSince;
        this.#judgeSilence();
      },
    };
  }

  #listen(): void {
    this.#silentSince = performance.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#silentMs += performance.now() - this.#silentSince;
      this.#silentSince = performance.now();
      this.#judgeSilence();
    }, this.#patienceMs - this.#silentMs);
  }

  #judgeSilence(): void {
    if (this.#silentMs >= this.#patienceMs - toleranceMs)
      this.#giveUp(`this host did not answer for ${inWords(this.#patienceMs)}`);
  }

  // The union of the times, since several questions may run out of theirs together.
  #lose(startedAt: number): void {
    const now = performance.now();
    this.#lostMs += now - Math.max(startedAt, this.#lostUntil);
    this.#lostUntil = now;
    if (this.#lostMs >= mostLost * (this.#patienceMs - toleranceMs))
      this.#giveUp(`requests to this host timed out for ${inWords(this.#lostMs)} in total`);
  }

  #giveUp(why: string): void {
    this.#goneBecause ??= why;
    this.#gone.abort(new Error(why));
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

  /** No request goes to this host for so many milliseconds. */
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

  /** All tries of one question failed. */
  unanswered(): void {
    this.#unanswered++;
    if (this.#unanswered >= patience) this.#restUntil = Date.now() + restMs;
  }

  /** Why the host is not worth a question at the moment; every ten seconds one question may find out. */
  get silent(): string | undefined {
    if (this.#goneBecause !== undefined) return `skipped: ${this.#goneBecause}`;
    if (this.#unanswered < patience) return undefined;
    if (Date.now() >= this.#restUntil) {
      this.#restUntil = Date.now() + restMs;
      return undefined;
    }
    return `skipped: the last ${this.#unanswered} requests to this host failed`;
  }
}
