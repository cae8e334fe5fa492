import type { Reason } from '../survivors.ts';

/** Mutants of `src/tlog` that no unit test needs to notice. */
export const tlog: readonly Reason[] = [];
