import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openToAppend } from '../local-file.ts';
import { NotOurs, OwnFolder } from '../own-folder.ts';
import { tame } from '../reason.ts';
import type { SourceRequest } from '../source.ts';
import { sweep } from './sweep.ts';

/** An answer from the disk, verified against its digest, with the time it was stored. */
export interface Kept {
  readonly bytes: Uint8Array;
  readonly storedAt: Date;
}

/**
 * Answers on disk, for later runs and for runs without a network: evidence only, never trust.
 *
 * Neither method rejects: what cannot be read is missing, and what cannot be written is not kept. "There is none" is
 * never kept, since it may change any moment.
 */
export interface EvidenceCache {
  /** The kept answer: `fresh` within the lifetime of the question, `any` however old it is. */
  get(request: SourceRequest, age: 'fresh' | 'any'): Promise<Kept | undefined>;
  /** Keeps an answer that met every expectation of the question. */
  put(request: SourceRequest, bytes: Uint8Array): Promise<void>;
}

/** Where and how much to keep. */
export interface CacheOptions {
  /** A folder of its own; made when needed. */
  readonly dir: string;
  /** Where there are more bytes than this (500 MB), the oldest answers go until a fifth of it is free. */
  readonly maxBytes?: number;
  /** Told once when the folder cannot be used, in words; the run goes on without it. */
  readonly onTrouble?: (text: string) => void;
}

/** A cache in a folder, which several processes may share. Nothing is loaded or touched before the first question. */
export function openCache(options: CacheOptions): EvidenceCache {
  return new DiskCache(options);
}

/** The same cache, of which nothing is believed: for asking anew and keeping what comes. */
export function writeOnly(cache: EvidenceCache): EvidenceCache {
  return { get: async () => undefined, put: (request, bytes) => cache.put(request, bytes) };
}

// The parts of cacache that are used. Its declarations lag behind: options are missing, and so is what "none" looks like.
interface Cacache {
  readonly get: {
    info(dir: string, key: string): Promise<Entry | null>;
    byDigest(dir: string, integrity: string): Promise<Uint8Array>;
  };
  put(
    dir: string,
    key: string,
    bytes: Uint8Array,
    options: { readonly algorithms: readonly string[] },
  ): Promise<unknown>;
  readonly rm: {
    entry(dir: string, key: string, options: { readonly removeFully: true }): Promise<unknown>;
    content(dir: string, integrity: string): Promise<unknown>;
  };
}

interface Entry {
  readonly integrity: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** One dot in the ledger stands for this many bytes written, by whichever process. */
const dotBytes = 65_536;
/** What an answer takes on disk beside its bytes. */
const overhead = 8192;

/** An index file has some 300 bytes for each time that its answer was kept. */
const largestIndex = 1_000_000;

class DiskCache implements EvidenceCache {
  readonly #dir: string;
  readonly #own: OwnFolder;
  readonly #maxBytes: number;
  readonly #onTrouble: (text: string) => void;
  #cacache: Promise<Cacache> | undefined;
  #usable: 'yes' | 'read-only' | 'no' = 'yes';
  // A process notes its first answer at once, so that many short ones are counted, too.
  #unnoted = dotBytes;
  #sweeping = false;

  constructor({ dir, maxBytes = 500_000_000, onTrouble = () => undefined }: CacheOptions) {
    this.#dir = dir;
    this.#own = new OwnFolder(dir);
    this.#maxBytes = maxBytes;
    this.#onTrouble = onTrouble;
  }

  async get(request: SourceRequest, age: 'fresh' | 'any'): Promise<Kept | undefined> {
    if (this.#usable === 'no' || request.lifetime === 'never') return undefined;
    const cacache = await this.#load();
    const key = keyOf(request);
    try {
      const entry = await this.#entry(cacache, key);
      if (entry === undefined || (age === 'fresh' && !isFresh(entry.time, request))) return undefined;
      const { size } = this.#own.file(...contentNames(entry.integrity));
      if (size === undefined || size > request.maxBytes) return undefined;
      const bytes = await cacache.get.byDigest(this.#dir, entry.integrity);
      return { bytes, storedAt: new Date(entry.time) };
    } catch (error) {
      const code = systemError(error)?.code;
      if (error instanceof NotOurs || (code !== undefined && code !== 'ENOENT')) this.#trouble(error, 'no');
      else await this.#drop(cacache, key);
      return undefined;
    }
  }

  async put(request: SourceRequest, bytes: Uint8Array): Promise<void> {
    if (this.#usable !== 'yes' || request.lifetime === 'never' || bytes.length > this.#maxBytes / 10) return;
    const cacache = await this.#load();
    const key = keyOf(request);
    try {
      // The library makes folders and files without looking at what is there, so that is done before.
      await this.#prepare(key, bytes);
      // An index file only ever grows, so a short-lived answer starts its own anew.
      if (request.lifetime === 'short') await cacache.rm.entry(this.#dir, key, { removeFully: true });
      await cacache.put(this.#dir, key, bytes, { algorithms: ['sha256'] });
      await this.#note(bytes.length);
    } catch (error) {
      // Gone under our hands: another process is sweeping. Or never there, since folders that cannot be made are
      // reported so, too.
      const gone = systemError(error)?.code === 'ENOENT';
      const trouble = gone ? await hindranceTo(this.#dir) : error;
      if (trouble !== undefined) this.#trouble(trouble, 'read-only');
    }
  }

  async #entry(cacache: Cacache, key: string): Promise<Entry | undefined> {
    const { size } = this.#own.growing(...indexNames(key));
    if (size === undefined) return undefined;
    if (size > largestIndex) throw new Error('the index file is too large');
    const entry = await cacache.get.info(this.#dir, key);
    if (entry === null) return undefined;
    // What the library would look up elsewhere was not written by this program.
    if (!integrityPattern.test(entry.integrity)) throw new Error('the digest is not one of ours');
    return entry;
  }

  async #prepare(key: string, bytes: Uint8Array): Promise<void> {
    const index = indexNames(key);
    const content = contentNames(`sha256-${createHash('sha256').update(bytes).digest('base64')}`);
    for (const folder of [['tmp'], index.slice(0, -1), content.slice(0, -1)]) await this.#own.make(...folder);
    this.#own.growing(...index);
    this.#own.file(...content);
    this.#own.growing(ledgerName);
  }

  // A damaged content file would otherwise prevent the intact one that is fetched next from being stored.
  async #drop(cacache: Cacache, key: string): Promise<void> {
    try {
      const entry = await this.#entry(cacache, key);
      if (entry !== undefined) await cacache.rm.content(this.#dir, entry.integrity);
    } catch {
      // An entry that cannot even be read has no content to be found.
    }
    await cacache.rm.entry(this.#dir, key, { removeFully: true }).catch(() => undefined);
  }

  // The ledger says how much all processes together have put there, give or take; looking at every file is for the sweep.
  async #note(bytes: number): Promise<void> {
    this.#unnoted += bytes + overhead;
    if (this.#unnoted < dotBytes) return;
    const dots = Math.floor(this.#unnoted / dotBytes);
    this.#unnoted -= dots * dotBytes;
    const ledger = await openToAppend(this.#own.growing(ledgerName).path);
    try {
      await ledger.appendFile('.'.repeat(dots));
      const { size } = await ledger.stat();
      if (size * dotBytes < this.#maxBytes || this.#sweeping) return;
      this.#sweeping = true;
      // Before the work, so that no other process starts on it meanwhile.
      await ledger.truncate(Math.floor((this.#maxBytes * 0.8) / dotBytes));
    } finally {
      await ledger.close();
    }
    await sweep(this.#own, this.#maxBytes * 0.8).finally(() => {
      this.#sweeping = false;
    });
  }

  #load(): Promise<Cacache> {
    this.#cacache ??= import('cacache').then(({ default: cacache }) => cacache as unknown as Cacache);
    return this.#cacache;
  }

  #trouble(error: unknown, usable: 'read-only' | 'no'): void {
    const before = this.#usable;
    this.#usable = usable;
    const fact = systemError(error)?.fact ?? (error instanceof Error ? error.message : String(error));
    if (before === 'yes') this.#onTrouble(`the cache in ${tame(this.#dir)} cannot be used: ${tame(fact)}`);
  }
}

const ledgerName = 'written';
const integrityPattern = /^sha256-[A-Za-z0-9+/]{43}=$/;

/** Where the library keeps the index of a key, below the folder. */
function indexNames(key: string): readonly string[] {
  return ['index-v5', ...segments(createHash('sha256').update(key).digest('hex'))];
}

/** Where it keeps the content of a digest. */
function contentNames(integrity: string): readonly string[] {
  const hex = Buffer.from(integrity.slice('sha256-'.length), 'base64').toString('hex');
  return ['content-v2', 'sha256', ...segments(hex)];
}

function segments(hex: string): readonly string[] {
  return [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)];
}

// All that the answer was measured against is part of its name, so that no question gets an answer to a laxer one.
function keyOf({ method, url, body, lifetime, expect, answeredBy }: SourceRequest): string {
  const { header = '', value = '' } = answeredBy ?? {};
  return JSON.stringify(['jsr-verify', 1, method, url, body ?? '', lifetime, expect, header, value]);
}

function isFresh(storedAt: number, { lifetime, maxAgeSeconds = 60 }: SourceRequest): boolean {
  if (lifetime === 'immutable') return true;
  const ageMs = Date.now() - storedAt;
  // Stored in the future means that a clock is wrong, so the age is unknown.
  return ageMs >= 0 && ageMs < maxAgeSeconds * 1000;
}

/** Why nothing can be written to a folder, or to the nearest one above it that is there; `undefined` where it can. */
async function hindranceTo(folder: string): Promise<unknown> {
  try {
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const above = dirname(folder);
    return systemError(error)?.code === 'ENOENT' && above !== folder ? hindranceTo(above) : error;
  }
}

// An error of the system by its text, since the library puts codes of its own on some: `ENOSPC: no space left, write`.
function systemError(error: unknown): { readonly code: string; readonly fact: string } | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const [, code, fact] = /^(E[A-Z]+): ([^,]+)/.exec(error.message) ?? [];
  return code === undefined || fact === undefined ? undefined : { code, fact };
}
