import type { Reason } from '../survivors.ts';

/** Mutants of what reads and compares types, in `src/npm`, that no unit test needs to notice. */
export const npmTypes: readonly Reason[] = [];
