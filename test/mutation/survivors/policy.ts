import type { Reason } from '../survivors.ts';

/** Mutants of `src/policy` that no unit test needs to notice. */
export const policy: readonly Reason[] = [];
