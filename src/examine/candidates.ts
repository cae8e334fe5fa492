import type { Auditor } from '../auditor.ts';
import type { Gathered, RawAttestation } from '../model/evidence.ts';
import type { Search, TransparencyLog } from '../tlog/log.ts';
import { leafOf } from '../tlog/rekor.ts';
import type { Attempt } from './attempt.ts';
import type { Collected } from './evidence.ts';

/** Searches the log for further attestations of the manifest if they are needed; otherwise returns `undefined`. */
export async function searchCandidates(
  { manifest, named }: Collected,
  attempts: readonly Attempt[],
  log: TransparencyLog,
  wanted: Pick<Auditor, 'bundles' | 'discover'>,
): Promise<Search | undefined> {
  return manifest.status === 'passed' && isNeeded(attempts, wanted)
    ? log.search(manifest.fact.digest, leavesOf(named))
    : undefined;
}

function isNeeded(
  attempts: readonly Attempt[],
  { bundles, discover }: Pick<Auditor, 'bundles' | 'discover'>,
): boolean {
  if (discover === true) return true;
  if (bundles !== undefined || attempts.some(({ provenance }) => provenance !== undefined)) return false;
  // The log has just failed to answer, so it is not asked again.
  return !attempts.some(({ attestation }) => attestation.state === 'unavailable');
}

/** Leaf hashes of the entries that are already fetched, so that the search does not fetch them again. */
function leavesOf(named: readonly Gathered<RawAttestation>[]): ReadonlySet<string> {
  return new Set(
    named.flatMap((attestation) =>
      attestation.state === 'present' && attestation.value.kind === 'rekor-entry'
        ? (leafOf(attestation.value.bytes) ?? [])
        : [],
    ),
  );
}
