import type { Reason } from '../survivors.ts';

/** Mutants of `src/npm` that no unit test needs to notice. */
export const npm: readonly Reason[] = [];
