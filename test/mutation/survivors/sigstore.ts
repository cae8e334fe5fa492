import type { Reason } from '../survivors.ts';

/** Mutants of `src/sigstore` that no unit test needs to notice. */
export const sigstore: readonly Reason[] = [];
