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

/** Milliseconds without a further question after which a batch goes out, and the longest a question waits for company. */
const quiet = 120;
const longestWait = 600;

interface Waiting {
  readonly key: { readonly logIndex: string } | { readonly entryId: string };
  readonly request: SourceRequest;
  readonly settle: (answer: Gathered<Uint8Array>) => void;
}

/**
 * A source that asks Rekor for up to ten entries at a time (contract 7.1). For the caller, every entry is still a
 * question of its own: caches and packs never see which entries happened to travel together.
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
    if (this.#waiting.length === 1) this.#deadline = now + longestWait;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), Math.max(0, Math.min(quiet, this.#deadline - now)));
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
        // Entries that the log does not have are left out of its answer (trap 26), and so may be others: only "there
        // is none" is none.
        if (found === undefined) return settle(await this.#source.ask(request));
        await this.#cache?.put(request, found);
        settle(present(found, request.url));
      }),
    );
  }

  /** What the log has of them; nothing where the question together had no proper answer, so that each is asked alone. */
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
    // One broken or oversized entry must not hide the others; a log that does not answer at all is not asked for each.
    if (answer.state === 'unavailable') return concernsEntry(answer) ? alone : answer;
    if (answer.state === 'absent') return alone;
    const parsed = parseJson(answer.value);
    return parsed.ok && isList(parsed.value) ? parsed.value : alone;
  }
}

/** Whether one entry may be the cause, rather than the log. 408 and 429 ask to wait: they are about the log. */
function concernsEntry(failure: Failure): boolean {
  if (failure.kind === 'web-page' || failure.kind === 'too-large') return true;
  if (failure.kind !== 'status' || failure.status === 408 || failure.status === 429) return false;
  return failure.status >= 400 && failure.status < 500;
}

/** Brings no entry, so that each is asked for alone. */
const alone: readonly unknown[] = [];

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The one entry that answers to the key, as the bytes that a question for it alone would have brought. */
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

/** An id may come with its tree or without. */
function isSameId(id: string, wanted: string): boolean {
  return id === wanted || (id.length !== wanted.length && id.slice(-64) === wanted.slice(-64));
}
