import type { Gathered } from '../../model/evidence.ts';

const mostBytes = 8_000_000;
const largestAnswer = 256_000;

/** The answers that were given last, at most 8 MB of them, so that memory stays flat however long the run. */
export class Recent {
  readonly #answers = new Map<string, { answer: Gathered<unknown>; bytes: number; until: number }>();
  #bytes = 0;

  get(key: string): Gathered<unknown> | undefined {
    const entry = this.#answers.get(key);
    if (entry === undefined) return undefined;
    this.#answers.delete(key);
    if (entry.until <= Date.now()) {
      this.#bytes -= entry.bytes;
      return undefined;
    }
    // Put back as the newest.
    this.#answers.set(key, entry);
    return entry.answer;
  }

  /** Keeps an answer until a time in milliseconds; `bytes` is what it weighs. */
  set(key: string, answer: Gathered<unknown>, bytes: number, until: number): void {
    if (bytes > largestAnswer) return;
    this.#bytes -= this.#answers.get(key)?.bytes ?? 0;
    this.#answers.delete(key);
    const weight = bytes + 2 * key.length + 200;
    this.#answers.set(key, { answer, bytes: weight, until });
    this.#bytes += weight;
    for (const [oldest, { bytes: freed }] of this.#answers) {
      if (this.#bytes <= mostBytes) break;
      this.#answers.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
