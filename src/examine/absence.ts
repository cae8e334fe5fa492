import { provenanceChecks } from '../model/check.ts';
import { absent, failureOf, type Gathered, type RawAttestation, unavailable } from '../model/evidence.ts';
import type { Search } from '../tlog/log.ts';
import type { Attempt } from './attempt.ts';
import type { Collected } from './evidence.ts';

/** JSR accepts an attestation for two minutes after publication (contract 5); until then "none" is no answer. Milliseconds. */
const attestationGraceMs = 3 * 60_000;

/**
 * The attestation to report when none holds: the one that was named, else why there is none, as far as that can be said.
 * `unavailable` as long as anything that could not be asked leaves the answer open.
 */
export function whyNone(
  collected: Collected,
  attempts: readonly Attempt[],
  search: Search | undefined,
  now: Date,
): Gathered<RawAttestation> {
  const { badge } = collected;
  const [named] = collected.named;
  // An index that the log does not have counts as none.
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
  // Without a date nobody can tell whether the attestation may still be on its way.
  if (meta.state === 'unavailable')
    return unavailable(
      meta.from,
      failureOf(
        meta,
        `${registry}, and the registry did not say when the version was published: ${meta.why}`,
      ),
    );
  return (
    stillWaiting(badge.from, publishedAt, now) ??
    absent(
      search.outcome === 'found'
        ? `${registry}, and what the log's search index names for the manifest does not hold`
        : `${registry}, and the manifest is unknown to the log's search index`,
    )
  );
}

/** One that no check speaks against, but that lacks evidence, says more than "none". */
function isOpen({ checks }: Attempt): boolean {
  return !provenanceChecks.some((id) => ['failed', 'absent'].includes(checks[id].status));
}

function stillWaiting(from: string, publishedAt: Date | undefined, now: Date): Gathered<never> | undefined {
  if (publishedAt === undefined) return undefined;
  // A little below zero where the registry's clock and this one differ.
  const age = now.getTime() - publishedAt.getTime();
  if (Math.abs(age) >= attestationGraceMs) return undefined;
  const seconds = Math.max(0, Math.round(age / 1000));
  return unavailable(from, {
    kind: 'unsettled',
    why: `the version was published ${seconds} s ago, and its provenance may still be on its way`,
  });
}
