import { type FileDigest, fileDigest, type Gathered, present, unavailable } from '../model/evidence.ts';
import type { EvidenceCache } from './cache/cache.ts';
import type { Source, SourceRequest } from './source.ts';

/**
 * Answers from the cache alone, and opens no socket: what the cache lacks is unavailable.
 *
 * An answer past its lifetime is better than none here; its `from` says how old it is.
 */
export function offlineSource(cache?: EvidenceCache): Source {
  let oldest: Date | undefined;
  const ask = async (request: SourceRequest): Promise<Gathered<Uint8Array>> => {
    request.signal?.throwIfAborted();
    const { url } = request;
    const kept = await cache?.get(request, 'any');
    if (kept === undefined)
      return unavailable(url, { kind: 'offline', why: 'offline, and not in the cache' });
    // What never changes is as good as on its first day.
    if (request.lifetime === 'short' && (oldest === undefined || kept.storedAt < oldest))
      oldest = kept.storedAt;
    return present(
      kept.bytes,
      request.lifetime === 'short' ? `${url} (cached ${ageOf(kept.storedAt)})` : url,
    );
  };
  return {
    requests: new Map(),
    get oldest() {
      return oldest;
    },
    ask,
    digest: async (request): Promise<Gathered<FileDigest>> => {
      const answer = await ask(request);
      return answer.state === 'present' ? present(fileDigest(answer.value), answer.from) : answer;
    },
  };
}

function ageOf(storedAt: Date): string {
  const seconds = Math.floor((Date.now() - storedAt.getTime()) / 1000);
  // A clock went wrong somewhere, so the date is all that can be said.
  if (seconds < 0) return `at ${storedAt.toISOString()}`;
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
