import type { Auditor } from '../auditor.ts';
import type { LogOutcome, PackageReport } from '../model/report.ts';
import { logKeys } from '../sigstore/trust-logs.ts';
import { openCheckpoint, type SignedCheckpoint } from '../tlog/checkpoint.ts';
import { follow } from '../tlog/follow.ts';
import { openLog } from '../tlog/log.ts';

/** The largest number of checkpoints that one run compares; each comparison is a request. */
const mostCheckpoints = 50;

/** What `followLogs` needs. */
export type Following = Pick<Auditor, 'source' | 'addresses' | 'trust' | 'memory' | 'live' | 'signal'>;

/**
 * Compares all signed checkpoints of each log: those in the packages' attestations, its current one, and the one
 * remembered from earlier runs. Done once for each run.
 */
export async function followLogs(
  packages: readonly PackageReport[],
  { source, addresses, trust, memory, live, signal }: Following,
): Promise<LogOutcome> {
  if (signal?.aborted === true) return { kind: 'not-checked', why: 'the run was interrupted' };
  const notes = new Set(
    packages.flatMap(({ checks: { inclusion } }) =>
      inclusion.status === 'passed' ? [inclusion.fact.checkpoint] : [],
    ),
  );
  if (notes.size === 0) return { kind: 'not-checked', why: 'no log entry was seen' };
  const keys = logKeys(trust);
  const seen = [...notes].flatMap((note) => {
    const opened = openCheckpoint(note, keys);
    return opened.ok ? [opened.value] : [];
  });
  const compared = sampleBySize(seen, mostCheckpoints);
  const log = openLog(source, addresses.rekor);
  // A pack contains a checkpoint that may be older than the remembered one. That does not mean that the log went
  // back.
  const heads = await log.heads();
  const outcome = await follow({
    seen: compared,
    ...(heads.state === 'present' && { current: heads.value }),
    keys,
    memory,
    fetchProof: (question) => log.proof(question),
  });
  const omitted = seen.length - compared.length;
  if (outcome.kind === 'not-checked') return live === true ? { ...outcome, gap: true } : outcome;
  return omitted === 0 ? outcome : { ...outcome, omitted };
}

/** At most `most` checkpoints, evenly spaced from the smallest tree to the largest. */
function sampleBySize(checkpoints: readonly SignedCheckpoint[], most: number): readonly SignedCheckpoint[] {
  if (checkpoints.length <= most) return checkpoints;
  const sorted = checkpoints.toSorted((a, b) => Number(a.size - b.size));
  return Array.from(
    { length: most },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (most - 1))],
  ).filter((one) => one !== undefined);
}
