import { createGunzip } from 'node:zlib';
import { JsrVerifyError } from '../../model/error.ts';
import { type Failure, failureKinds } from '../../model/evidence.ts';
import { type Sha256, toSha256 } from '../../model/package.ts';
import { field, fromBase64, isRecord, textAt } from '../../wire/json.ts';
import { tame } from '../reason.ts';
import {
  mostPackBytes,
  type PackContents,
  type PackRecord,
  packFormat,
  packKey,
  packVersion,
} from './pack-file.ts';
import { Shelf } from './shelf.ts';

const mostPackedBytes = 512_000_000;
const mostContentBytes = 64_000_000;
const longestLine = 96_000_000;
const mostLines = 500_000;
const mostRecordBytes = 128_000_000;

/** Reads a pack and believes nothing in it: throws `PACK_INVALID` unless all counts, sizes and digests agree. */
export async function readPack(bytes: Uint8Array): Promise<PackContents> {
  if (bytes.length > mostPackedBytes) throw invalid(`it is larger than ${mostPackedBytes} bytes`);
  const lines = unpack(bytes);
  try {
    const head = readHead(await nextOf(lines));
    const shelf = await readContents(lines, head);
    const records = await readRecords(lines, head, shelf);
    return { tool: head.tool, shelf, records, attachments: head.attachments };
  } finally {
    await lines.return(undefined);
  }
}

interface Head extends Pick<PackContents, 'tool' | 'attachments'> {
  readonly count: number;
  readonly contents: readonly { readonly sha256: Sha256; readonly size: number }[];
}

function readHead(head: unknown): Head {
  if (textAt(head, 'format') !== packFormat)
    throw invalid('it does not start with the header of a pack', 'packs are made by `jsr-verify pack`');
  if (field(head, 'version') !== packVersion)
    throw invalid(
      `its version is ${tame(JSON.stringify(field(head, 'version')) ?? 'missing')}, not ${packVersion}`,
      'update jsr-verify',
    );
  const count = field(head, 'records');
  const listed = field(head, 'contents');
  const attached = field(head, 'attachments');
  if (
    !isCount(count, mostLines) ||
    !Array.isArray(listed) ||
    listed.length > mostLines ||
    !Array.isArray(attached)
  )
    throw invalid('its head is damaged');

  let sum = 0;
  let last = '';
  const contents = (listed as readonly unknown[]).map((item) => {
    const [sha256, size] = pairOf(item);
    if (sha256 === undefined || sha256 <= last || !isCount(size, mostContentBytes))
      throw invalid('its list of contents is damaged');
    last = sha256;
    sum += size;
    if (sum > mostPackBytes) throw invalid(`it unpacks to more than ${mostPackBytes} bytes`);
    return { sha256, size };
  });
  const attachments = new Map<string, Sha256>();
  for (const item of attached as readonly unknown[]) {
    const [name, sha256] = Array.isArray(item) ? (item as readonly unknown[]) : [];
    const digest = typeof sha256 === 'string' ? toSha256(sha256) : undefined;
    if (typeof name !== 'string' || name.length > 100 || digest === undefined || attachments.has(name))
      throw invalid('its list of attachments is damaged');
    attachments.set(name, digest);
  }
  return { tool: tame(textAt(head, 'tool') ?? ''), count, contents, attachments };
}

async function readContents(lines: Lines, head: Head): Promise<Shelf> {
  const shelf = new Shelf();
  for (const { sha256, size } of head.contents) {
    const content = contentOf(await nextOf(lines));
    if (content?.length !== size || shelf.put(content) !== sha256)
      throw invalid(`content ${sha256} is not what its digest says`);
  }
  for (const [name, sha256] of head.attachments)
    if (shelf.size(sha256) === undefined) throw invalid(`attachment "${tame(name)}" is missing`);
  return shelf;
}

async function readRecords(lines: Lines, head: Head, shelf: Shelf): Promise<Map<string, PackRecord>> {
  const records = new Map<string, PackRecord>();
  let last = '';
  let bytes = 0;
  for await (const line of lines) {
    bytes += line.length;
    if (records.size === head.count || bytes > mostRecordBytes) throw invalid('data follows its end');
    const record = readRecord(parse(line), shelf);
    const key = packKey(record);
    if (key <= last) throw invalid(`the question ${tame(record.url)} is a duplicate or out of order`);
    last = key;
    records.set(key, record);
  }
  if (records.size !== head.count) throw invalid(`it holds ${records.size} answers instead of ${head.count}`);
  return records;
}

function pairOf(item: unknown): readonly [Sha256 | undefined, unknown] {
  const [sha256, size] = Array.isArray(item) ? (item as readonly unknown[]) : [];
  return [typeof sha256 === 'string' ? toSha256(sha256) : undefined, size];
}

function contentOf(line: unknown): Uint8Array | undefined {
  const text = textAt(line, 'text');
  if (text !== undefined) return Buffer.from(text, 'utf8');
  const base64 = textAt(line, 'base64');
  return base64 === undefined ? undefined : fromBase64(base64);
}

function readRecord(line: unknown, shelf: Shelf): PackRecord {
  const method = textAt(line, 'method');
  const url = textAt(line, 'url');
  const body = field(line, 'body');
  const lifetime = textAt(line, 'lifetime');
  const answer = readAnswer(line, shelf);
  if (
    (method !== 'GET' && method !== 'POST') ||
    url === undefined ||
    (body !== undefined && typeof body !== 'string') ||
    (lifetime !== 'immutable' && lifetime !== 'short' && lifetime !== 'never') ||
    answer === undefined
  )
    throw invalid(`the answer to ${tame(url ?? 'a question')} is damaged`);
  return { method, url, ...(body === undefined ? {} : { body }), lifetime, answer };
}

function readAnswer(line: unknown, shelf: Shelf): PackRecord['answer'] | undefined {
  const state = textAt(line, 'state');
  if (state === 'absent') return { state };
  if (state === 'unavailable') return { state, ...readFailure(line) };
  const sha256 = toSha256(textAt(line, 'sha256') ?? '');
  if (state !== 'present' || sha256 === undefined || shelf.size(sha256) === undefined) return undefined;
  return { state, sha256 };
}

// Packs of earlier versions record no kind: nothing is concluded from such an answer.
function readFailure(line: unknown): Failure {
  const why = tame(textAt(line, 'why') ?? '');
  const kind = failureKinds.find((one) => one === textAt(line, 'kind')) ?? 'unknown';
  if (kind !== 'status') return { kind, why };
  const status = field(line, 'status');
  return isCount(status, 999) ? { kind, status, why } : { kind: 'unknown', why };
}

type Lines = AsyncGenerator<Buffer, undefined>;

async function nextOf(lines: Lines): Promise<unknown> {
  const { value } = await lines.next();
  return value === undefined ? undefined : parse(value);
}

// Lines are bounded one by one, so that little packed bytes never become much memory.
async function* unpack(bytes: Uint8Array): Lines {
  const gunzip = createGunzip();
  gunzip.end(bytes);
  let parts: Buffer[] = [];
  let length = 0;
  let total = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      total += chunk.length;
      // Text and base64 take more room than the bytes they stand for.
      if (total > 2 * mostPackBytes) throw invalid(`it unpacks to more than ${mostPackBytes} bytes`);
      let from = 0;
      for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
        yield Buffer.concat([...parts, chunk.subarray(from, to)]);
        parts = [];
        length = 0;
        from = to + 1;
      }
      parts.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longestLine) throw invalid('it has a line that is too long');
    }
  } catch (error) {
    if (error instanceof JsrVerifyError) throw error;
    throw invalid(`it cannot be unpacked: ${tame(error instanceof Error ? error.message : String(error))}`);
  }
  if (length > 0) throw invalid('its final newline is missing');
  return undefined;
}

function parse(line: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // Said below, in the same words.
  }
  throw invalid('it has a line that is not JSON');
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

/** `PACK_INVALID` with the fact, and what to do about it. */
function invalid(fact: string, hint = 'record it again with `jsr-verify pack`'): JsrVerifyError {
  return new JsrVerifyError('PACK_INVALID', `the pack is not valid: ${fact}`, { hint });
}
