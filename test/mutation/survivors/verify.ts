import type { Reason } from '../survivors.ts';

/** Mutants of `src/verify` that no unit test needs to notice. */
export const verify: readonly Reason[] = [];
