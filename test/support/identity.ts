/** Who ran which workflow: what GitHub would put into the token that Fulcio turns into a certificate. */
export interface GitHubIdentity {
  readonly issuer: string;
  /** Repository owner and name, in the spelling GitHub shows. */
  readonly owner: string;
  readonly name: string;
  /** Decimal ids that survive a rename. */
  readonly repositoryId: string;
  readonly ownerId: string;
  readonly ref: string;
  readonly commit: string;
  /** Path of the workflow that was started, in the source repository. */
  readonly workflow: string;
  readonly workflowName: string;
  readonly event: string;
  readonly runner: 'github-hosted' | 'self-hosted';
  readonly runId: string;
  readonly attempt: string;
  readonly visibility: 'public' | 'private' | 'internal';
  /** The reusable workflow that did the work, if it is another than `workflow`. */
  readonly reusable?: ReusableWorkflow;
}

/** A workflow called from another repository; it becomes the signer, not the source. */
export interface ReusableWorkflow {
  /** owner/name */
  readonly repository: string;
  readonly workflow: string;
  readonly ref: string;
  readonly commit: string;
}

/** The identity every package is published with unless a test says otherwise. */
export const acme: GitHubIdentity = {
  issuer: 'https://token.actions.githubusercontent.com',
  owner: 'acme',
  name: 'widget',
  repositoryId: '454279688',
  ownerId: '6497122',
  ref: 'refs/heads/main',
  commit: 'ad541fd931deec83de578ce37f42200da608fc76',
  workflow: '.github/workflows/publish.yml',
  workflowName: 'Publish',
  event: 'push',
  runner: 'github-hosted',
  runId: '30709797553',
  attempt: '1',
  visibility: 'public',
};

/** Address of the source repository. */
export const repositoryUri = (who: GitHubIdentity): string => `https://github.com/${who.owner}/${who.name}`;

/** Address of the run, as claim .21 and the statement's invocation id spell it. */
export const runUri = (who: GitHubIdentity): string =>
  `${repositoryUri(who)}/actions/runs/${who.runId}/attempts/${who.attempt}`;

/** The workflow that was started, as claim .18 spells it. */
export const configUri = (who: GitHubIdentity): string => `${repositoryUri(who)}/${who.workflow}@${who.ref}`;

/** The workflow that signed, as the SAN and claim .9 spell it; differs from the started one if reusable. */
export function signerUri(who: GitHubIdentity): string {
  const { reusable } = who;
  return reusable === undefined
    ? configUri(who)
    : `https://github.com/${reusable.repository}/${reusable.workflow}@${reusable.ref}`;
}

/** Fulcio's claims about the identity by their last number under 1.3.6.1.4.1.57264.1. */
export function claimsOf(who: GitHubIdentity): Readonly<Record<number, string>> {
  return {
    1: who.issuer,
    2: who.event,
    3: who.commit,
    4: who.workflowName,
    5: `${who.owner}/${who.name}`,
    6: who.ref,
    8: who.issuer,
    9: signerUri(who),
    10: who.reusable?.commit ?? who.commit,
    11: who.runner,
    12: repositoryUri(who),
    13: who.commit,
    14: who.ref,
    15: who.repositoryId,
    16: `https://github.com/${who.owner}`,
    17: who.ownerId,
    18: configUri(who),
    19: who.commit,
    20: who.event,
    21: runUri(who),
    22: who.visibility,
    24: `repo:${who.owner}/${who.name}:ref:${who.ref}`,
  };
}
