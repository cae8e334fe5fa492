import { claimsOf, sameAscii } from '../model/claims.ts';
import { type PackageVersion, purlOf } from '../model/package.ts';
import type { Expectation } from '../model/policy.ts';
import type { Provenance } from '../model/provenance.ts';

/** The one issuer that is understood; an enterprise has its slug as one more path segment. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

/** The keys of an expectation. */
export type Claim = keyof Expectation;

/** One way in which a certificate is not what was expected. */
export interface Difference {
  readonly claim: Claim;
  readonly expected: string;
  /** The value in the certificate; `undefined` when it is absent or cannot be parsed. */
  readonly seen: string | undefined;
  /** The same name now belongs to someone else: the name matches, the numeric id does not. */
  readonly resurrected: boolean;
}

/** A name that changed while the number behind it stayed. */
export interface Rename {
  readonly claim: 'repository' | 'owner';
  readonly from: string;
  readonly to: string;
}

/** The comparison of a proven identity with one expectation; it matches when there is no difference. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly renames: readonly Rename[];
}

/** Compares an expectation with what is proven, claim by claim, exactly; every key that is present must hold. */
export function compareIdentity(expected: Expectation, provenance: Provenance): Comparison {
  const seen = claimsOf(provenance.identity);
  const differences: Difference[] = [];
  const renames: Rename[] = [];
  const differs = (claim: Claim, wanted: string, found: string | undefined, resurrected = false): void => {
    differences.push({ claim, expected: wanted, seen: found, resurrected });
  };

  for (const [claim, idClaim] of [
    ['repository', 'repositoryId'],
    ['owner', 'ownerId'],
  ] as const) {
    const name = expected[claim];
    const id = expected[idClaim];
    const sameName = name !== undefined && seen[claim] !== undefined && sameAscii(name, seen[claim]);
    // Numeric ids decide: the same id under a new name is a rename, the same name with another id is someone else.
    if (id !== undefined) {
      if (seen[idClaim] !== id) differs(idClaim, id, seen[idClaim], sameName && seen[idClaim] !== undefined);
      else if (name !== undefined && seen[claim] !== undefined && !sameName)
        renames.push({ claim, from: name, to: seen[claim] });
    }
    const idHolds = id !== undefined && seen[idClaim] === id && seen[claim] !== undefined;
    if (name !== undefined && !sameName && !idHolds) differs(claim, name, seen[claim]);
  }

  for (const claim of ['workflow', 'event', 'runner', 'visibility'] as const) {
    const wanted = expected[claim];
    if (wanted !== undefined && wanted !== seen[claim]) differs(claim, wanted, seen[claim]);
  }
  if (expected.commit !== undefined && expected.commit.toLowerCase() !== seen.commit?.toLowerCase())
    differs('commit', expected.commit, seen.commit);
  if (expected.ref !== undefined && !matchesRef(expected.ref, seen.ref))
    differs('ref', expected.ref, seen.ref);
  if (!acceptsIssuer(expected.issuer, seen.issuer))
    differs('issuer', expected.issuer ?? githubIssuer, seen.issuer);
  if (expected.tagMatchesVersion === true && !tagMatches(seen.ref, provenance.package))
    differs('tagMatchesVersion', `a tag of version ${provenance.package.version}`, seen.ref);

  const logged = provenance.logged.integratedTime;
  if (expected.notBefore !== undefined && !(logged >= expected.notBefore))
    differs('notBefore', `logged from ${expected.notBefore.toISOString()} on`, logged.toISOString());
  if (expected.notAfter !== undefined && !(logged <= expected.notAfter))
    differs('notAfter', `logged until ${expected.notAfter.toISOString()}`, logged.toISOString());
  return { differences, renames };
}

/** Whether a string is GitHub's issuer followed by exactly one enterprise slug. */
export function isEnterpriseIssuer(issuer: string): boolean {
  const prefix = `${githubIssuer}/`;
  return issuer.startsWith(prefix) && /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(issuer.slice(prefix.length));
}

/**
 * Whether the ref is a tag of this very version: `1.2.3`, `v1.2.3`, `name@1.2.3`, `@scope/name@1.2.3`,
 * `name-1.2.3` or `name/1.2.3`, the last four with or without `v`. Nothing else counts, not even a longer tag.
 */
export function tagMatches(ref: string | undefined, { scope, name, version }: PackageVersion): boolean {
  if (ref === undefined || !ref.startsWith('refs/tags/')) return false;
  const tag = ref.slice('refs/tags/'.length);
  return ['', `${name}@`, `@${scope}/${name}@`, `${name}-`, `${name}/`].some(
    (prefix) => tag === `${prefix}${version}` || tag === `${prefix}v${version}`,
  );
}

/** Whether a proof is about this package version at all; a proof of another one is never used. */
export function isAbout(provenance: Provenance, target: PackageVersion): boolean {
  return provenance.purl === purlOf(target) && purlOf(provenance.package) === purlOf(target);
}

/** Without an issuer in the expectation only GitHub's public one will do; an enterprise must be named. */
function acceptsIssuer(expected: string | undefined, seen: string): boolean {
  if (expected === undefined) return seen === githubIssuer;
  return seen === expected && (seen === githubIssuer || isEnterpriseIssuer(seen));
}

function matchesRef(expected: string, seen: string | undefined): boolean {
  if (seen === undefined) return false;
  return expected.endsWith('*') ? seen.startsWith(expected.slice(0, -1)) : seen === expected;
}
