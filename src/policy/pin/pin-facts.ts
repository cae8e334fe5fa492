import { claimsOf } from '../../model/claims.ts';
import type { Expectation } from '../../model/policy.ts';
import type { Provenance } from '../../model/provenance.ts';
import { saysWho } from '../expectation.ts';
import { compareIdentity, githubIssuer } from '../identity.ts';
import { claimReaders, isClaim } from '../parse/claim.ts';

/** Something that can be written down, or the reason why it cannot. */
export type Writable<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/**
 * The pin for a proven build: repository and ids, workflow, event and runner, the ref only when it is a branch
 * (tags change with every version), the issuer only when it is an enterprise's own.
 */
export function pinOf({ identity }: Provenance): Writable<Expectation> {
  const { issuer, ref, ...claims } = claimsOf(identity);
  if (claims.repository === undefined)
    return { ok: false, reason: 'the certificate names no repository on github.com' };
  const facts = {
    repository: claims.repository,
    repositoryId: claims.repositoryId,
    ownerId: claims.ownerId,
    workflow: claims.workflow,
    event: claims.event,
    runner: claims.runner,
    ref: ref?.startsWith('refs/heads/') ? ref : undefined,
    issuer: issuer === githubIssuer ? undefined : issuer,
  };
  const expectation: Record<string, unknown> = {};
  for (const [claim, value] of Object.entries(facts)) {
    if (value === undefined || !isClaim(claim)) continue;
    // What a policy file could not say, or would say as a pattern, is not written down as something similar.
    const reading = claimReaders[claim](value);
    if (!reading.ok || (claim === 'ref' && value.endsWith('*')))
      return { ok: false, reason: `its ${claim} cannot be written into a policy file` };
    expectation[claim] = reading.value;
  }
  return { ok: true, value: expectation };
}

/**
 * An existing pin, changed only where the build differs from it: keys that were omitted stay omitted,
 * keys that hold stay as they are. `undefined` where the build cannot be written down, or is not what a demand wants.
 */
export function repin(existing: Expectation, provenance: Provenance): Expectation | undefined {
  const fresh = pinOf(provenance);
  if (!fresh.ok) return undefined;
  const { differences, renames } = compareIdentity(existing, provenance);
  const claims: Readonly<Record<string, string | undefined>> = { ...claimsOf(provenance.identity) };
  const changed: Record<string, unknown> = { ...existing };
  for (const claim of [...differences, ...renames].map((one) => one.claim)) {
    if (isDemand(claim)) return undefined;
    const value = claim === 'ref' ? fresh.value.ref : claims[claim];
    if (value === undefined) delete changed[claim];
    else changed[claim] = value;
  }
  const result: Expectation = changed;
  if (saysWho(result)) return result;
  const { repository, repositoryId, ownerId } = fresh.value;
  return {
    ...result,
    ...(repository !== undefined && { repository }),
    ...(repositoryId !== undefined && { repositoryId }),
    ...(ownerId !== undefined && { ownerId }),
  };
}

const demands = ['tagMatchesVersion', 'notBefore', 'notAfter'] as const;

/**
 * The reason why a build may not replace an expectation without a person's decision: only a demand prevents it,
 * which describes no builder, or the name is the same and belongs to someone else.
 */
export function whyPersonal(expectation: Expectation, provenance: Provenance): string | undefined {
  const { differences } = compareIdentity(expectation, provenance);
  const taken = differences.find(({ resurrected }) => resurrected);
  if (taken !== undefined)
    return `the same name now belongs to someone else: ${taken.claim} is ${taken.seen ?? 'not stated'}, pinned to ${taken.expected}; write the new one by hand if you know who it is`;
  const [demand] = differences.map(({ claim }) => claim);
  if (demand === undefined || !differences.every(({ claim }) => isDemand(claim))) return undefined;
  return `the policy demands "${demand}", and only you can change that`;
}

/** The same alternatives without those that a broader one makes needless. */
export function withoutNarrower(alternatives: readonly Expectation[]): readonly Expectation[] {
  const distinct = [...new Map(alternatives.map((one) => [textOf(one), one])).values()];
  return distinct.filter((one) => !distinct.some((other) => other !== one && isBroader(other, one)));
}

/** The same text for equal expectations, independent of the order of keys. */
export function textOf(expectation: Expectation): string {
  return JSON.stringify(Object.entries(expectation).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isBroader(broad: Expectation, narrow: Expectation): boolean {
  const said: Readonly<Record<string, unknown>> = { ...narrow };
  return Object.entries(broad).every(
    ([claim, value]) => JSON.stringify(said[claim]) === JSON.stringify(value),
  );
}

function isDemand(claim: keyof Expectation): claim is (typeof demands)[number] {
  return demands.some((demand) => demand === claim);
}
