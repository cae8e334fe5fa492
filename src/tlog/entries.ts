import { absent, type Gathered, type RawAttestation, unavailable } from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';
import type { Source } from '../source/source.ts';
import { entryByIdUrl, entryByIndexUrl, maxEntryBytes, noEntryIn, parseSearch, searchUrl } from './rekor.ts';

/** Strangers may log as many entries about a public digest as they like; more than these are not looked at. */
const maxCandidates = 50;

/** The log entry at a global index, as the registry names it. */
export async function collectEntry(
  logIndex: string,
  source: Source,
  rekor: string,
): Promise<Gathered<RawAttestation>> {
  const answer = await askEntry(entryByIndexUrl(rekor, logIndex), source);
  return answer.state === 'present'
    ? { ...answer, value: { kind: 'rekor-entry', bytes: answer.value, finder: 'registry', logIndex } }
    : answer;
}

/** What a search of the log for a digest came to. */
export interface Search {
  readonly outcome: 'found' | 'nothing-found' | 'unavailable';
  /** Candidates, oldest first: strangers come later than the publisher. Each must be verified in full. */
  readonly candidates: readonly Gathered<RawAttestation>[];
  /** Why the search, or a part of it, could not be made. */
  readonly why?: string;
}

/**
 * Entries that name a digest, by the log's search index. Best effort on the log's side: finding nothing means "unknown
 * to the index". Entries at hand, `known` by their leaf hashes, are not asked for again.
 */
export async function searchEntries(
  digest: Sha256,
  source: Source,
  rekor: string,
  known: ReadonlySet<string> = new Set(),
): Promise<Search> {
  const answer = await source.ask({
    method: 'POST',
    url: searchUrl(rekor),
    body: JSON.stringify({ hash: `sha256:${digest}` }),
    maxBytes: 2_000_000,
    lifetime: 'never',
    expect: 'json',
  });
  if (answer.state === 'unavailable') return { outcome: 'unavailable', candidates: [], why: answer.why };
  if (answer.state === 'absent')
    return { outcome: 'unavailable', candidates: [], why: 'the log has no search index' };
  const ids = parseSearch(answer.value);
  if (!ids.ok) return { outcome: 'unavailable', candidates: [], why: ids.why };
  if (ids.value.length === 0) return { outcome: 'nothing-found', candidates: [] };
  const others = ids.value.filter((id) => !known.has(id.slice(-64)));
  const oldest = others.toReversed().slice(0, maxCandidates);
  const candidates = await Promise.all(oldest.map((id) => collectCandidate(id, source, rekor)));
  const left = others.length - oldest.length;
  return {
    outcome: 'found',
    candidates,
    ...(left > 0 ? { why: `${left} newer entries that name the digest were not checked` } : {}),
  };
}

async function collectCandidate(
  entryId: string,
  source: Source,
  rekor: string,
): Promise<Gathered<RawAttestation>> {
  const answer = await askEntry(entryByIdUrl(rekor, entryId), source);
  switch (answer.state) {
    case 'present':
      return { ...answer, value: { kind: 'rekor-entry', bytes: answer.value, finder: 'log-index', entryId } };
    case 'absent':
      return unavailable(answer.from, "the log's search index names an entry that the log does not have");
    case 'unavailable':
      return answer;
  }
}

async function askEntry(url: string, source: Source): Promise<Gathered<Uint8Array>> {
  const answer = await source.ask({
    method: 'GET',
    url,
    maxBytes: maxEntryBytes,
    lifetime: 'immutable',
    expect: 'json',
  });
  if (answer.state === 'absent') return absent(url);
  if (answer.state === 'unavailable') return answer;
  // An answer that holds no entry at all says nothing about the package: the entry could not be fetched.
  const why = noEntryIn(answer.value);
  return why === undefined ? answer : unavailable(url, why);
}
