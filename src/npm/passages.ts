/** What may be searched for beside the words, in characters gone through: seconds, for a text of any size. */
const patience = 2_000_000_000;

/**
 * The passages of a text, to ask of many others whether they stand in it. Those that `words` finds cost nothing to
 * look up; others are searched for until patience runs out, after which there is none.
 */
export class Passages {
  readonly #text: string;
  readonly #words: RegExp;
  #known: Set<string> | undefined;
  #left: number;

  constructor(text: string, words: RegExp, most = patience) {
    this.#text = text;
    this.#words = words;
    this.#left = most;
  }

  /** Whether the passage stands somewhere in the text. */
  has(passage: string): boolean {
    this.#known ??= new Set(this.#text.match(this.#words) ?? []);
    if (this.#known.has(passage)) return true;
    this.#left -= this.#text.length;
    if (this.#left < 0 || !this.#text.includes(passage)) return false;
    this.#known.add(passage);
    return true;
  }
}

/** Names, as source maps list them. */
export const identifiers = /[\p{ID_Continue}$#]+/gu;

/** Most comments. What a string keeps of one, or hides, is found by searching. */
export const comments = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
