import {
  type Failure,
  type FileDigest,
  type Gathered,
  present,
  type Unavailable,
} from '../model/evidence.ts';
import { type EvidenceCache, writeOnly } from '../source/cache/cache.ts';
import type { Source, SourceRequest } from '../source/source.ts';
import { field, isRecord, parseJson, toInteger } from '../wire/json.ts';
import { isEntryId, maxEntriesPerQuestion, maxEntryBytes, retrieveUrl } from './rekor.ts';

/** Milliseconds without a new request after which a batch is sent, and the longest wait of a request. */
const idleMs = 120;
const longestWaitMs = 600;

interface Waiting {
  readonly key: { readonly logIndex: string } | { readonly entryId: string };
  readonly request: SourceRequest;
  readonly settle: (answer: Gathered<Uint8Array>) => void;
}

/**
 * A source that requests up to ten Rekor entries at a time (contract 7.1). For the caller, every entry is still one
 * request: caches and packs do not see which entries were in one batch.
 */
export function batching(source: Source, rekor: string, cache?: EvidenceCache): Source {
  return new Batching(source, rekor, cache);
}

class Batching implements Source {
  readonly #source: Source;
  readonly #rekor: string;
  readonly #cache: EvidenceCache | undefined;
  #usedCache = false;
  #fresh: Source | undefined;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #deadline = 0;

  constructor(source: Source, rekor: string, cache: EvidenceCache | undefined) {
    this.#source = source;
    this.#rekor = rekor;
    this.#cache = cache;
  }

  get requests(): ReadonlyMap<string, number> {
    return this.#source.requests;
  }

  get fresh(): Source | undefined {
    const cache = this.#cache;
    const { fresh } = this.#source;
    if (!this.#usedCache && fresh === undefined) return undefined;
    this.#fresh ??= new Batching(fresh ?? this.#source, this.#rekor, cache && writeOnly(cache));
    return this.#fresh;
  }

  digest(request: SourceRequest): Promise<Gathered<FileDigest>> {
    return this.#source.digest(request);
  }

  async ask(request: SourceRequest): Promise<Gathered<Uint8Array>> {
    const key = this.#keyOf(request);
    if (key === undefined) return this.#source.ask(request);
    const kept = await this.#cache?.get(request, 'fresh');
    if (kept !== undefined) {
      this.#usedCache = true;
      return present(kept.bytes, request.url);
    }
    return new Promise((settle) => {
      this.#waiting.push({ key, request, settle });
      if (this.#waiting.length >= maxEntriesPerQuestion) this.#send();
      else this.#waitForMore();
    });
  }

  #keyOf({ method, url }: SourceRequest): Waiting['key'] | undefined {
    const base = `${this.#rekor}/api/v1/log/entries`;
    if (method !== 'GET' || !url.startsWith(base)) return undefined;
    const rest = url.slice(base.length);
    const byIndex = /^\?logIndex=([0-9]{1,20})$/.exec(rest)?.[1];
    if (byIndex !== undefined) return { logIndex: byIndex };
    const byId = rest.slice(1);
    return rest.startsWith('/') && isEntryId(byId) ? { entryId: byId } : undefined;
  }

  #waitForMore(): void {
    const now = performance.now();
    if (this.#waiting.length === 1) this.#deadline = now + longestWaitMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), Math.max(0, Math.min(idleMs, this.#deadline - now)));
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.#retrieve(batch);
  }

  async #retrieve(batch: readonly Waiting[]): Promise<void> {
    const answer = batch.length === 1 ? alone : await this.#retrieveTogether(batch);
    await Promise.all(
      batch.map(async ({ key, request, settle }) => {
        if (!isList(answer)) return settle(answer);
        const found = answer.map((entries) => entryIn(entries, key)).find((entry) => entry !== undefined);
        // Rekor leaves out entries it does not have (trap 26). An omitted entry is not proof of absence: ask for it
        // alone.
        if (found === undefined) return settle(await this.#source.ask(request));
        await this.#cache?.put(request, found);
        settle(present(found, request.url));
      }),
    );
  }

  /**
   * The entries in the log's answer; `alone` if the batch had no usable answer, so that each entry is then requested
   * alone.
   */
  async #retrieveTogether(batch: readonly Waiting[]): Promise<readonly unknown[] | Unavailable> {
    const logIndexes = batch.flatMap(({ key }) => ('logIndex' in key ? [Number(key.logIndex)] : []));
    const entryUUIDs = batch.flatMap(({ key }) => ('entryId' in key ? [key.entryId] : []));
    if (!logIndexes.every(Number.isSafeInteger)) return alone;
    const answer = await this.#source.ask({
      method: 'POST',
      url: retrieveUrl(this.#rekor),
      body: JSON.stringify({
        ...(logIndexes.length > 0 && { logIndexes }),
        ...(entryUUIDs.length > 0 && { entryUUIDs }),
      }),
      maxBytes: maxEntryBytes * maxEntriesPerQuestion,
      lifetime: 'never',
      expect: 'json',
    });
    // One broken or oversized entry must not hide the others. If the log does not answer at all, single requests are
    // pointless.
    if (answer.state === 'unavailable') return concernsEntry(answer) ? alone : answer;
    if (answer.state === 'absent') return alone;
    const parsed = parseJson(answer.value);
    return parsed.ok && isList(parsed.value) ? parsed.value : alone;
  }
}

/**
 * Whether one entry, rather than the log, may be the cause. 408 and 429 ask the client to wait, so they are about the
 * log.
 */
function concernsEntry(failure: Failure): boolean {
  if (failure.kind === 'web-page' || failure.kind === 'too-large') return true;
  if (failure.kind !== 'status' || failure.status === 408 || failure.status === 429) return false;
  return failure.status >= 400 && failure.status < 500;
}

/** An empty answer, so that each entry is requested alone. */
const alone: readonly unknown[] = [];

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The entry with this key, as the bytes of an answer to a single request. */
function entryIn(answer: unknown, key: Waiting['key']): Uint8Array | undefined {
  if (!isRecord(answer)) return undefined;
  for (const [id, entry] of Object.entries(answer)) {
    const wanted =
      'logIndex' in key
        ? toInteger(field(entry, 'logIndex')) === BigInt(key.logIndex)
        : isSameId(id.toLowerCase(), key.entryId);
    if (wanted && isEntryId(id)) return Buffer.from(JSON.stringify({ [id]: entry }));
  }
  return undefined;
}

/** Whether two ids are equal; either may lack its tree id. */
function isSameId(id: string, wanted: string): boolean {
  return id === wanted || (id.length !== wanted.length && id.slice(-64) === wanted.slice(-64));
}
