import { createHash } from 'node:crypto';
import { at, field, fromBase64, isRecord, type Parsed, parseJson, textAt, toInteger } from '../wire/json.ts';

/** Rekor v1 limits: bytes of an answer with one entry, and entries in one request (contract 7.1). */
export const maxEntryBytes = 2_000_000;
export const maxEntriesPerQuestion = 10;

/** One parsed entry of a Rekor v1 log; nothing in it is verified. */
export interface LogEntry {
  /** 80 hex digits (tree id and leaf hash), or 64 (leaf hash). */
  readonly entryId: string;
  /** Global index over all shards. */
  readonly logIndex: bigint;
  /** SHA-256 of the log's public key, 32 bytes. */
  readonly logId: Buffer<ArrayBuffer>;
  /** Unix seconds. */
  readonly integratedTime: bigint;
  /** The canonical body: the leaf of the tree. */
  readonly body: Buffer<ArrayBuffer>;
  readonly kind: string;
  readonly apiVersion: string;
  /** The body, parsed as JSON. */
  readonly content: unknown;
  readonly signedEntryTimestamp?: Buffer<ArrayBuffer>;
  readonly proof?: LoggedProof;
  /** The payload that Rekor stored separately; optional and not part of the log. */
  readonly attestation?: Buffer<ArrayBuffer>;
}

/** An inclusion proof; index and size are those of the shard, not of the whole log. */
export interface LoggedProof {
  readonly logIndex: bigint;
  readonly treeSize: bigint;
  readonly rootHash: Buffer<ArrayBuffer>;
  readonly hashes: readonly Buffer<ArrayBuffer>[];
  readonly checkpoint: string;
}

export function entryByIndexUrl(rekor: string, logIndex: string): string {
  return `${rekor}/api/v1/log/entries?logIndex=${logIndex}`;
}

export function entryByIdUrl(rekor: string, entryId: string): string {
  return `${rekor}/api/v1/log/entries/${entryId}`;
}

export function searchUrl(rekor: string): string {
  return `${rekor}/api/v1/index/retrieve`;
}

export function retrieveUrl(rekor: string): string {
  return `${rekor}/api/v1/log/entries/retrieve`;
}

/** Parses the answer of `GET /api/v1/log/entries`: an object with one key, the entry id. */
export function parseEntry(bytes: Uint8Array): Parsed<LogEntry> {
  const only = onlyEntry(bytes);
  return only.ok ? readEntry(...only.value) : only;
}

/** Why an answer does not contain exactly one entry; `undefined` if it does, even if the entry is not valid. */
export function noEntryIn(bytes: Uint8Array): string | undefined {
  const only = onlyEntry(bytes);
  return only.ok ? undefined : only.why;
}

/** Leaf hash (RFC 6962 2.1), hex, of the entry in an answer, computed from its body. */
export function leafOf(bytes: Uint8Array): string | undefined {
  const entry = parseEntry(bytes);
  return entry.ok
    ? createHash('sha256').update(Buffer.of(0)).update(entry.value.body).digest('hex')
    : undefined;
}

/** The entry ids in the answer of `POST /api/v1/index/retrieve`, newest first, as the log sorts them. */
export function parseSearch(bytes: Uint8Array): Parsed<readonly string[]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the log's search answer is ${parsed.why}` };
  if (!Array.isArray(parsed.value)) return { ok: false, why: "the log's search answer is not a list" };
  const ids: string[] = [];
  for (const id of parsed.value as readonly unknown[]) {
    if (typeof id !== 'string' || !isEntryId(id))
      return { ok: false, why: "the log's search answer holds something else than entry ids" };
    ids.push(id.toLowerCase());
  }
  return { ok: true, value: [...new Set(ids)] };
}

export function isEntryId(text: string): boolean {
  return /^(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{80})$/.test(text);
}

function onlyEntry(bytes: Uint8Array): Parsed<readonly [id: string, entry: unknown]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the log's answer is ${parsed.why}` };
  if (!isRecord(parsed.value)) return { ok: false, why: "the log's answer is not an object" };
  const entries = Object.entries(parsed.value);
  const [only] = entries;
  if (only === undefined || entries.length !== 1)
    return { ok: false, why: `the log's answer holds ${entries.length} entries, expected one` };
  return { ok: true, value: only };
}

function readEntry(id: string, value: unknown): Parsed<LogEntry> {
  const no = (why: string): Parsed<never> => ({ ok: false, why: `the log entry ${why}` });
  if (!isEntryId(id)) return no('has no valid id');
  const logIndex = toInteger(field(value, 'logIndex'));
  const integratedTime = toInteger(field(value, 'integratedTime'));
  const logId = textAt(value, 'logID');
  const body = fromBase64(textAt(value, 'body') ?? '');
  if (logIndex === undefined) return no('has no index');
  if (integratedTime === undefined || integratedTime > 253_402_300_799n) return no('has no time');
  if (logId === undefined || !/^[0-9a-f]{64}$/.test(logId)) return no('names no log');
  if (body === undefined || body.length === 0) return no('has no body');
  const content = parseJson(body);
  if (!content.ok) return no(`has a body that is ${content.why}`);
  const kind = textAt(content.value, 'kind');
  const apiVersion = textAt(content.value, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return no('does not say of what kind it is');

  const verification = field(value, 'verification');
  const set = textAt(verification, 'signedEntryTimestamp');
  const signedEntryTimestamp = set === undefined || set === '' ? undefined : fromBase64(set);
  if (set !== undefined && set !== '' && signedEntryTimestamp === undefined)
    return no('has a malformed inclusion promise');
  const proof = field(verification, 'inclusionProof');
  const read = proof === undefined || proof === null ? undefined : readProof(proof);
  if (read !== undefined && !read.ok) return no(read.why);
  const stored = textAt(value, 'attestation', 'data');
  const attestation = stored === undefined || stored === '' ? undefined : fromBase64(stored);
  if (stored !== undefined && stored !== '' && attestation === undefined)
    return no('has a stored payload that is not base64');
  return {
    ok: true,
    value: {
      entryId: id.toLowerCase(),
      logIndex,
      logId: Buffer.from(logId, 'hex'),
      integratedTime,
      body,
      kind,
      apiVersion,
      content: content.value,
      ...(signedEntryTimestamp === undefined ? {} : { signedEntryTimestamp }),
      ...(read === undefined ? {} : { proof: read.value }),
      ...(attestation === undefined ? {} : { attestation }),
    },
  };
}

function readProof(value: unknown): Parsed<LoggedProof> {
  const logIndex = toInteger(field(value, 'logIndex'));
  const treeSize = toInteger(field(value, 'treeSize'));
  const rootHash = hash(field(value, 'rootHash'));
  const checkpoint = textAt(value, 'checkpoint');
  const listed = at(value, 'hashes');
  if (
    logIndex === undefined ||
    treeSize === undefined ||
    rootHash === undefined ||
    checkpoint === undefined ||
    !Array.isArray(listed)
  ) {
    return { ok: false, why: 'has a malformed inclusion proof' };
  }
  if (listed.length > 64) return { ok: false, why: 'has an inclusion proof of more than 64 hashes' };
  const hashes: Buffer<ArrayBuffer>[] = [];
  for (const item of listed as readonly unknown[]) {
    const read = hash(item);
    if (read === undefined)
      return { ok: false, why: 'has an inclusion proof with something else than hashes' };
    hashes.push(read);
  }
  return { ok: true, value: { logIndex, treeSize, rootHash, hashes, checkpoint } };
}

function hash(value: unknown): Buffer<ArrayBuffer> | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : undefined;
}
