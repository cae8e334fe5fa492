import { type PackageVersion, purlOf } from '../model/package.ts';
import type { Expectation } from '../model/policy.ts';
import type { Identity, Provenance } from '../model/provenance.ts';

/** The one issuer that is understood; an enterprise has its slug as one more path segment. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

/** The keys of an expectation. */
export type Claim = keyof Expectation;

/** A GitHub repository as a certificate names it. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

/** A workflow file in a repository, at a ref or commit. */
export interface WorkflowName extends RepositoryName {
  readonly path: string;
  readonly ref: string;
}

/** One way in which a certificate is not what was expected. */
export interface Difference {
  readonly claim: Claim;
  readonly expected: string;
  /** What the certificate says; `undefined` when it says nothing that can be read. */
  readonly seen: string | undefined;
  /** The same name now belongs to somebody else: the name agrees, the number behind it does not. */
  readonly resurrected: boolean;
}

/** A name that changed while the number behind it stayed. */
export interface Rename {
  readonly claim: 'repository' | 'owner';
  readonly from: string;
  readonly to: string;
}

/** How a proven identity compares with one expectation; it holds when there is no difference. */
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
    // Numeric ids decide: the same id under a new name is a rename, the same name with another id is somebody else.
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

/** The claims of a certificate under the names of the policy file; what cannot be read exactly is not there. */
export interface Claims {
  readonly repository?: string;
  readonly repositoryId?: string;
  readonly owner?: string;
  readonly ownerId?: string;
  readonly workflow?: string;
  readonly ref?: string;
  readonly commit?: string;
  readonly event?: string;
  readonly runner?: string;
  readonly visibility?: string;
  readonly issuer: string;
}

/** Reads the claims a policy can name from the certificate's extensions. */
export function claimsOf(identity: Identity): Claims {
  const repository = parseRepository(identity.sourceRepositoryURI);
  const owner = ownerOf(identity, repository);
  const workflow = parseWorkflow(identity.buildConfigURI);
  // The build configuration belongs to the source repository; one that does not is no answer to "which workflow".
  const ownWorkflow = workflow && repository && sameRepository(workflow, repository) ? workflow : undefined;
  return {
    issuer: identity.issuer,
    ...(repository && { repository: `${repository.owner}/${repository.name}` }),
    ...(owner !== undefined && { owner }),
    ...(ownWorkflow && { workflow: ownWorkflow.path }),
    ...optional('repositoryId', identity.sourceRepositoryIdentifier),
    ...optional('ownerId', identity.sourceRepositoryOwnerIdentifier),
    ...optional('ref', identity.sourceRepositoryRef),
    ...optional('commit', identity.sourceRepositoryDigest),
    ...optional('event', identity.buildTrigger),
    ...optional('runner', identity.runnerEnvironment),
    ...optional('visibility', identity.sourceRepositoryVisibility),
  };
}

/** The workflow that signed: in another repository than the source where a reusable workflow did the build. */
export function signerOf(identity: Identity): WorkflowName | undefined {
  return parseWorkflow(identity.buildSignerURI ?? identity.subjectAlternativeName);
}

/** Exactly `https://github.com/<owner>/<name>`, in GitHub's own alphabet; anything else is `undefined`. */
export function parseRepository(uri: string | undefined): RepositoryName | undefined {
  const match = /^https:\/\/github\.com\/([A-Za-z0-9_-]+)\/([A-Za-z0-9._-]+)$/.exec(uri ?? '');
  const [, owner, name] = match ?? [];
  if (owner === undefined || name === undefined || name === '.' || name === '..') return undefined;
  return { owner, name };
}

/**
 * Exactly `https://github.com/<owner>/<name>/.github/workflows/<file>@<ref>`.
 * Tags may hold `@` and workflow files lie in one folder, so the first `@refs/` (or else the last `@`) ends the path.
 */
export function parseWorkflow(uri: string | undefined): WorkflowName | undefined {
  const match =
    /^(https:\/\/github\.com\/[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+)\/(\.github\/workflows\/[^/]+?)@(refs\/.+)$/.exec(
      uri ?? '',
    ) ??
    /^(https:\/\/github\.com\/[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+)\/(\.github\/workflows\/[^/]+)@([^@/]+)$/.exec(
      uri ?? '',
    );
  const [, base, path, ref] = match ?? [];
  const repository = parseRepository(base);
  if (repository === undefined || path === undefined || ref === undefined) return undefined;
  return { ...repository, path, ref };
}

/** Whether two names are the same repository: without regard to case, as GitHub compares them. */
export function sameRepository(a: RepositoryName, b: RepositoryName): boolean {
  return sameAscii(a.owner, b.owner) && sameAscii(a.name, b.name);
}

/** Equality without regard to the case of ASCII letters; no other letter is ever folded. */
export function sameAscii(a: string, b: string): boolean {
  return foldAscii(a) === foldAscii(b);
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

/** The owner's own extension, which must agree with the repository's where both can be read. */
function ownerOf(identity: Identity, repository: RepositoryName | undefined): string | undefined {
  if (identity.sourceRepositoryOwnerURI === undefined) return repository?.owner;
  const owner = /^https:\/\/github\.com\/([A-Za-z0-9_-]+)$/.exec(identity.sourceRepositoryOwnerURI)?.[1];
  if (owner === undefined || repository === undefined) return owner;
  return sameAscii(owner, repository.owner) ? owner : undefined;
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function optional<Key extends keyof Claims>(
  key: Key,
  value: string | undefined,
): { readonly [K in Key]?: string } {
  // An extension that is there but empty claims nothing.
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
