import type { FileDigest, Gathered } from '../model/evidence.ts';

/** One question to the outside world; a pack keys on method, URL and body. */
export interface SourceRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** A small JSON body; only with `POST`. */
  readonly body?: string;
  /** An answer with more bytes than this is unavailable, never truncated. */
  readonly maxBytes: number;
  /** `immutable` answers may be cached forever; `short` ones for `maxAgeSeconds`; `never` ones are not kept. */
  readonly lifetime: 'immutable' | 'short' | 'never';
  /** Seconds a `short` answer may be reused; 60 when missing. */
  readonly maxAgeSeconds?: number;
  /**
   * Which of the servers behind an address must have answered: where the answer has this header (its name in lower case) with
   * another value, it is unavailable. An answer without the header says nothing.
   */
  readonly answeredBy?: { readonly header: string; readonly value: string };
  /** `json`: an answer whose content type is HTML is unavailable. `any`: no expectation. */
  readonly expect: 'json' | 'any';
  readonly signal?: AbortSignal;
  /** Asks past every cache on the way, by a query string that was never used before; the question itself keeps its address. */
  readonly pastEdge?: true;
}

/**
 * The outside world, as bytes by address.
 *
 * Answers are `present` (200), `absent` (404 or 410, unless a web page says so) or `unavailable` (everything else,
 * with the reason in words); neither method ever rejects, except with the reason of an aborted `signal`.
 * `from` is the address that was asked.
 */
export interface Source {
  /** The body of the answer. */
  ask(request: SourceRequest): Promise<Gathered<Uint8Array>>;
  /** The SHA-256 and size of the answer's body, hashed as it streams past and not kept in memory. */
  digest(request: SourceRequest): Promise<Gathered<FileDigest>>;
  /** Requests that went out so far, second tries and redirects included, by host (with the port where one is given). */
  readonly requests: ReadonlyMap<string, number>;
  /** The same source past what was kept from earlier runs; missing as long as nothing of that kind was answered with. */
  readonly fresh?: Source | undefined;
  /** When the oldest answer was kept of those that may be another by now; missing where all were asked for in this run. */
  readonly oldest?: Date | undefined;
}
