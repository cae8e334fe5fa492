/** Limit for searching other passages, in characters scanned: a few seconds for a text of any size. */
const searchBudget = 2_000_000_000;

/**
 * Tells whether passages occur in a text. Passages that match `words` are looked up quickly; others are searched for
 * until the limit is reached, after which they count as not found.
 */
export class Passages {
  readonly #text: string;
  readonly #words: RegExp;
  #known: Set<string> | undefined;
  #left: number;

  constructor(text: string, words: RegExp, most = searchBudget) {
    this.#text = text;
    this.#words = words;
    this.#left = most;
  }

  /** Whether the passage occurs in the text. */
  has(passage: string): boolean {
    this.#known ??= new Set(this.#text.match(this.#words) ?? []);
    if (this.#known.has(passage)) return true;
    this.#left -= this.#text.length;
    if (this.#left < 0 || !this.#text.includes(passage)) return false;
    this.#known.add(passage);
    return true;
  }
}

/** Identifiers, as source maps list them. */
export const identifiers = /[\p{ID_Continue}$#]+/gu;

/** Most comments. Comments that contain strings, or are in strings, are found by searching. */
export const comments = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
