import type { Auditor } from '../auditor.ts';
import type { Gathered, RawAttestation } from '../model/evidence.ts';
import type { Search, TransparencyLog } from '../tlog/log.ts';
import { leafOf } from '../tlog/rekor.ts';
import type { Attempt } from './attempt.ts';
import type { Collected } from './evidence.ts';

/** Searches the log for further attestations of the manifest where they are needed; `undefined` where they are not. */
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
  // A log that did not answer a moment ago is not asked again.
  return !attempts.some(({ attestation }) => attestation.state === 'unavailable');
}

/** The log's own names of entries that are already there, so that no search fetches them a second time. */
function leavesOf(named: readonly Gathered<RawAttestation>[]): ReadonlySet<string> {
  return new Set(
    named.flatMap((attestation) =>
      attestation.state === 'present' && attestation.value.kind === 'rekor-entry'
        ? (leafOf(attestation.value.bytes) ?? [])
        : [],
    ),
  );
}
