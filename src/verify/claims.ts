import { type Facts, failed, type Outcome, passed } from '../model/check.ts';
import { sameAscii } from '../model/claims.ts';
import { type ClaimDifference, denoBuildType, type Identity, type Predicate } from '../model/provenance.ts';
import { denoWorkflow } from './workflow.ts';

/**
 * Compares what the predicate claims with what the certificate proves, field by field. The predicate is written by the
 * job itself; only the certificate counts, and it is what reports show. Empty claims are tolerated (contract 4.2, trap
 * 28).
 *
 * A statement of Deno's own build type must agree in every field. Of hand-made ones only the repository must: their
 * commit and ref may honestly be those of a tag that another run attests (contract 4.7, trap 41); what differs is kept
 * for the policy to judge.
 */
export function checkClaims({
  statement,
  certificate,
}: Pick<Facts, 'statement' | 'certificate'>): Outcome<Facts['claims']> {
  const { identity } = certificate;
  const { predicate } = statement;
  const { sourceRepositoryURI: repository } = identity;
  if (repository === undefined) return failed('the certificate does not name a source repository');
  const compared: string[] = [];
  const differs: ClaimDifference[] = [];
  for (const { claim, claimed, proven, same } of comparisons(predicate, identity, repository)) {
    if (claimed === undefined || claimed === '') continue;
    compared.push(claim);
    if (proven === undefined || !same(claimed, proven))
      differs.push({ claim, claimed, proven: proven ?? 'nothing' });
  }
  const deno = predicate.buildType === denoBuildType;
  const fatal = deno ? differs : differs.filter(({ claim }) => claim === 'repository');
  if (fatal.length > 0) {
    return failed(
      `the predicate claims a different ${fatal.map(({ claim }) => claim).join(', ')} than the certificate proves`,
      {
        details: fatal.map(
          ({ claim, claimed, proven }) => `${claim}: claimed ${clip(claimed)}, proven ${clip(proven)}`,
        ),
      },
    );
  }
  if (deno && !compared.includes('repository'))
    return failed('the predicate names no repository to compare with the certificate');
  return passed({ compared, differs });
}

interface Comparison {
  readonly claim: string;
  readonly claimed: string | undefined;
  readonly proven: string | undefined;
  readonly same: (claimed: string, proven: string) => boolean;
}

function comparisons(predicate: Predicate, identity: Identity, repository: string): readonly Comparison[] {
  const workflow = denoWorkflow(identity);
  const exactly = (claimed: string, proven: string) => claimed === proven;
  // GitHub's owner and repository names do not regard case; everything behind them does.
  const underRepository = (claimed: string, proven: string) => {
    const [left, right] = [afterRepository(claimed, repository), afterRepository(proven, repository)];
    return left !== undefined && left === right;
  };
  return [
    { claim: 'repository', claimed: predicate.repository, proven: repository, same: underRepository },
    { claim: 'commit', claimed: predicate.commit, proven: identity.sourceRepositoryDigest, same: exactly },
    {
      claim: 'source ref',
      claimed: predicate.dependencyUri?.replace(/^git\+/, ''),
      proven:
        identity.sourceRepositoryRef === undefined
          ? undefined
          : `${repository}@${identity.sourceRepositoryRef}`,
      same: underRepository,
    },
    { claim: 'workflow path', claimed: predicate.workflowPath, proven: workflow?.path, same: exactly },
    // A tag that holds an `@` is cut there by some publishers.
    {
      claim: 'workflow ref',
      claimed: predicate.ref,
      proven: workflow?.ref,
      same: (claimed, proven) =>
        claimed === proven || (proven.includes('@') && claimed === proven.slice(0, proven.indexOf('@'))),
    },
    { claim: 'run', claimed: predicate.run, proven: identity.runInvocationURI, same: underRepository },
    { claim: 'event', claimed: predicate.event, proven: identity.buildTrigger, same: exactly },
    {
      claim: 'repository id',
      claimed: predicate.repositoryId,
      proven: identity.sourceRepositoryIdentifier,
      same: exactly,
    },
    {
      claim: 'owner id',
      claimed: predicate.ownerId,
      proven: identity.sourceRepositoryOwnerIdentifier,
      same: exactly,
    },
    {
      claim: 'runner',
      claimed: predicate.builderId,
      proven: identity.runnerEnvironment,
      same: (claimed, proven) => sameBuilder(claimed, proven, identity),
    },
  ];
}

// Deno names the kind of runner; actions/attest names the workflow that signed.
function sameBuilder(claimed: string, runner: string, { buildSignerURI }: Identity): boolean {
  return claimed === `https://github.com/actions/runner/${runner}` || claimed === buildSignerURI;
}

function afterRepository(url: string, repository: string): string | undefined {
  return sameAscii(url.slice(0, repository.length), repository) ? url.slice(repository.length) : undefined;
}

function clip(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
