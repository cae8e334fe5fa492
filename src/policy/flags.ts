import type { Expectation } from '../model/policy.ts';

/** The flag of the command line that means each claim. */
export const flagNames = {
  repository: '--repo',
  repositoryId: '--repo-id',
  owner: '--owner',
  ownerId: '--owner-id',
  workflow: '--workflow',
  ref: '--ref',
  commit: '--commit',
  event: '--event',
  runner: '--runner',
  issuer: '--issuer',
  tagMatchesVersion: '--tag-matches-version',
  visibility: '--visibility',
  notBefore: '--not-before',
  notAfter: '--not-after',
} as const satisfies Record<keyof Expectation, string>;

/** The flags that state an expectation, in the order in which claims are listed. */
export function flagsOf(expectation: Expectation): readonly string[] {
  return (Object.keys(flagNames) as (keyof Expectation)[])
    .filter((claim) => expectation[claim] !== undefined)
    .map((claim) => flagNames[claim]);
}
