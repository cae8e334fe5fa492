import { type Claims, claimsOf } from '../../model/claims.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { PackageRule } from '../rule.ts';

const compared = ['repositoryId', 'repository', 'workflow', 'ref', 'commit', 'event', 'runner'] as const;

/** Rule `conflicting-attestations`, explained in docs/rules/conflicting-attestations.md. */
export const conflictingAttestations = {
  id: 'conflicting-attestations',
  about: 'package',
  // The same repository telling two stories about one version deserves an explanation.
  severity: 'warning',
  title: 'all valid attestations of the version agree',
  why: 'Several attestations of the same bytes that name different builds cannot all be right about how the bytes were built.',
  fix: 'Compare the runs; pin the workflow that publishes, so that only its attestations count.',
  *judge({ assessment, provenance }) {
    if (provenance === undefined) return;
    const mine = claimsOf(provenance.identity);
    for (const other of [assessment.provenance, ...(assessment.others ?? [])]) {
      if (other === undefined) continue;
      const theirs = claimsOf(other.identity);
      const differing = compared.filter((claim) => mine[claim] !== theirs[claim]);
      if (differing.length === 0) continue;
      const stranger = !sameSource(mine, theirs);
      yield {
        // Anyone may log an attestation of public bytes: a stranger's is noise, the repository's own second one is not.
        severity: stranger ? 'note' : 'warning',
        message: `log entry ${indexOf(other)} attests the same bytes differently: ${differing
          .map(
            (claim) => `${claim} ${theirs[claim] ?? 'not stated'} instead of ${mine[claim] ?? 'not stated'}`,
          )
          .join(', ')}`,
      };
    }
  },
} satisfies PackageRule;

function sameSource(mine: Claims, theirs: Claims): boolean {
  if (mine.repositoryId !== undefined && theirs.repositoryId !== undefined)
    return mine.repositoryId === theirs.repositoryId;
  return mine.repository !== undefined && mine.repository === theirs.repository;
}

function indexOf({ logged }: Provenance): string {
  return logged.logIndex;
}
