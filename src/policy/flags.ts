import type { Expectation } from '../model/policy.ts';

/** The claims that flags of the command line can state, in the order of help, and the flag of each without its dashes. */
export const claimFlags = {
  repository: 'repo',
  repositoryId: 'repo-id',
  owner: 'owner',
  ownerId: 'owner-id',
  workflow: 'workflow',
  ref: 'ref',
  commit: 'commit',
  event: 'event',
  runner: 'runner',
  issuer: 'issuer',
  tagMatchesVersion: 'tag-matches-version',
} as const satisfies { readonly [Claim in keyof Expectation]?: string };

/** A claim that a flag can state. */
export type FlagClaim = keyof typeof claimFlags;

/** Every claim that a flag can state. */
export const flagClaims = Object.keys(claimFlags) as readonly FlagClaim[];

/** The flags that state an expectation, such as `--repo`, in the order of help. */
export function flagsOf(expectation: Expectation): readonly string[] {
  return flagClaims
    .filter((claim) => expectation[claim] !== undefined)
    .map((claim) => `--${claimFlags[claim]}`);
}
