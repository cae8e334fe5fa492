import type { Identity } from './provenance.ts';

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

/**
 * The claims of a certificate under the names of the policy file. A claim that cannot be read exactly is left out.
 */
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

/** Reads the claims that a policy can name from the certificate's extensions. */
export function claimsOf(identity: Identity): Claims {
  const repository = parseRepository(identity.sourceRepositoryURI);
  const owner = ownerOf(identity, repository);
  const workflow = parseWorkflow(identity.buildConfigURI);
  // The build configuration must belong to the source repository; otherwise `workflow` is left out.
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

/** The workflow that signed. With a reusable workflow it is in another repository than the source. */
export function signerOf(identity: Identity): WorkflowName | undefined {
  return parseWorkflow(identity.buildSignerURI ?? identity.subjectAlternativeName);
}

/** Accepts only `https://github.com/<owner>/<name>` in GitHub's alphabet; anything else is `undefined`. */
export function parseRepository(uri: string | undefined): RepositoryName | undefined {
  const match = /^https:\/\/github\.com\/([A-Za-z0-9_-]+)\/([A-Za-z0-9._-]+)$/.exec(uri ?? '');
  const [, owner, name] = match ?? [];
  if (owner === undefined || name === undefined || name === '.' || name === '..') return undefined;
  return { owner, name };
}

/**
 * Accepts only `https://github.com/<owner>/<name>/.github/workflows/<file>@<ref>`. Tags may contain `@`, and all
 * workflow files are in one folder, so the first `@refs/` (or else the last `@`) ends the path.
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

/** Whether two names are the same repository. GitHub ignores case, so this does too. */
export function sameRepository(a: RepositoryName, b: RepositoryName): boolean {
  return sameAscii(a.owner, b.owner) && sameAscii(a.name, b.name);
}

/** Equality that ignores the case of ASCII letters only. */
export function sameAscii(a: string, b: string): boolean {
  return foldAscii(a) === foldAscii(b);
}

/** The owner from its own extension; `undefined` if it disagrees with the owner of the repository. */
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
  // An empty extension makes no claim.
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
