import { provenanceChecks } from '../model/check.ts';
import { absent, failureOf, type Gathered, type RawAttestation, unavailable } from '../model/evidence.ts';
import type { Search } from '../tlog/log.ts';
import type { Attempt } from './attempt.ts';
import type { Collected } from './evidence.ts';

/**
 * Milliseconds after publication in which a missing attestation is not yet an answer. JSR accepts an attestation for
 * two minutes (contract 5).
 */
const attestationGraceMs = 3 * 60_000;

/**
 * The attestation to report when no attestation is valid: the one that the registry names, otherwise why there is
 * none. The result is `unavailable` while a question without an answer could change it.
 */
export function whyNone(
  collected: Collected,
  attempts: readonly Attempt[],
  search: Search | undefined,
  now: Date,
): Gathered<RawAttestation> {
  const { badge } = collected;
  const [named] = collected.named;
  // An index that is missing from the log counts as no index.
  if (named !== undefined && named.state !== 'absent') return named;
  if (search === undefined) return named ?? (badge.state === 'present' ? absent(badge.from) : badge);
  return afterSearch(collected, attempts, search, now);
}

function afterSearch(
  { named: [named], badge, meta, registryClaims: { publishedAt } }: Collected,
  attempts: readonly Attempt[],
  search: Search,
  now: Date,
): Gathered<RawAttestation> {
  const log = 'the log';
  const registry =
    named?.from ??
    (badge.state === 'unavailable'
      ? `the registry did not say whether there is one (${badge.why})`
      : 'the registry names none');
  if (search.outcome === 'unavailable') {
    const { failure } = search;
    return unavailable(
      log,
      failureOf(failure, `${registry}, and the log could not be searched: ${failure.why}`),
    );
  }
  const open = attempts.find(isOpen);
  if (open !== undefined) return open.attestation;
  if (search.failure !== undefined) return unavailable(log, search.failure);
  if (badge.state === 'unavailable')
    return unavailable(badge.from, failureOf(badge, `${badge.why}; the log's search index has none either`));
  // Without a date, the attestation may still be about to appear.
  if (meta.state === 'unavailable')
    return unavailable(
      meta.from,
      failureOf(
        meta,
        `${registry}, and the registry did not say when the version was published: ${meta.why}`,
      ),
    );
  return (
    withinGracePeriod(badge.from, publishedAt, now) ??
    absent(
      search.outcome === 'found'
        ? `${registry}, and what the log's search index names for the manifest does not hold`
        : `${registry}, and the manifest is unknown to the log's search index`,
    )
  );
}

/** Whether an attestation lacks evidence but no check failed. It is reported in preference to "absent". */
function isOpen({ checks }: Attempt): boolean {
  return !provenanceChecks.some((id) => ['failed', 'absent'].includes(checks[id].status));
}

function withinGracePeriod(
  from: string,
  publishedAt: Date | undefined,
  now: Date,
): Gathered<never> | undefined {
  if (publishedAt === undefined) return undefined;
  // The age can be slightly negative when the registry's clock is ahead.
  const age = now.getTime() - publishedAt.getTime();
  if (Math.abs(age) >= attestationGraceMs) return undefined;
  const seconds = Math.max(0, Math.round(age / 1000));
  return unavailable(from, {
    kind: 'unsettled',
    why: `the version was published ${seconds} s ago, and its provenance may still be on its way`,
  });
}
