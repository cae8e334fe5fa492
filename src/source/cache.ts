import type { SourceRequest } from './source.ts';

/** An answer from the disk, with the time it was stored. */
export type Kept =
  | { readonly state: 'present'; readonly bytes: Uint8Array; readonly storedAt: Date }
  | { readonly state: 'absent'; readonly storedAt: Date };

/** Answers on disk, for later runs and for runs without a network. Holds evidence only, never trust. */
export interface EvidenceCache {
  /** The kept answer; `fresh` within the lifetime of the question, `any` however old. */
  get(request: SourceRequest, age: 'fresh' | 'any'): Promise<Kept | undefined>;
  /** Keeps an answer that met all expectations of the question. */
  put(request: SourceRequest, answer: Uint8Array | 'absent'): Promise<void>;
}
