import { JsrVerifyError } from '../../model/error.ts';
import {
  absent,
  type FileDigest,
  failureOf,
  fileDigest,
  type Gathered,
  present,
  unavailable,
} from '../../model/evidence.ts';
import type { Sha256 } from '../../model/package.ts';
import { tame } from '../reason.ts';
import type { Source, SourceRequest } from '../source.ts';
import { sayTheSame } from './lasting.ts';
import { type PackContents, type PackRecord, packKey, writePack } from './pack-file.ts';
import { readPack } from './pack-reader.ts';
import { Shelf } from './shelf.ts';

/** Listens to a source and writes down what it answers. */
export interface Recorder {
  /** The source to ask from now on. */
  readonly source: Source;
  /** Puts something beside the evidence, by name; never a source of trust. */
  attach(name: string, bytes: Uint8Array): void;
  /** The pack so far. */
  finish(): Promise<Uint8Array>;
}

/** A pack, answering like the sources it was recorded from. */
export interface Pack extends Source {
  /** Name and version of the program that recorded it, for people. */
  readonly tool: string;
  /** Questions it has an answer to. */
  readonly size: number;
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

/**
 * Records every question that is asked through it, with the bytes of the answer.
 *
 * Bodies that are only to be hashed are kept, too: a replay hashes them again, so that a pack proves itself.
 */
export function recording(source: Source, tool = 'jsr-verify'): Recorder {
  const shelf = new Shelf();
  const records = new Map<string, PackRecord>();
  const attachments = new Map<string, Sha256>();

  const note = (request: SourceRequest, answer: Gathered<Uint8Array>): void => {
    const key = packKey(request);
    // A second try that fails takes nothing away from a first that did not.
    if (answer.state !== 'unavailable' || !records.has(key))
      records.set(key, recordOf(request, answer, shelf));
  };
  const listening = (from: Source): Source => {
    const ask = async (request: SourceRequest): Promise<Gathered<Uint8Array>> => {
      const answer = await from.ask(request);
      note(request, answer);
      return answer;
    };
    return {
      ask,
      digest: (request) => ask(request).then(toDigest),
      get requests() {
        return from.requests;
      },
      get fresh() {
        return from.fresh && listening(from.fresh);
      },
    };
  };
  return {
    source: listening(source),
    attach: (name, bytes) => void attachments.set(name, shelf.put(bytes)),
    finish: () => writePack({ tool, shelf, records, attachments }),
  };
}

/** Opens a pack that came from anywhere; throws `PACK_INVALID` unless it is sound throughout. */
export async function openPack(bytes: Uint8Array): Promise<Pack> {
  const { tool, shelf, records, attachments } = await readPack(bytes);
  const ask = async (request: SourceRequest): Promise<Gathered<Uint8Array>> => {
    request.signal?.throwIfAborted();
    const { url, maxBytes } = request;
    const answer = records.get(packKey(request))?.answer;
    if (answer === undefined) return unavailable(url, { kind: 'not-recorded', why: 'not in the pack' });
    if (answer.state === 'absent') return absent(url);
    if (answer.state === 'unavailable') return unavailable(url, answer);
    const content = shelf.get(answer.sha256);
    if (content === undefined || content.length > maxBytes)
      return unavailable(url, { kind: 'too-large', why: `longer than ${maxBytes} bytes` });
    return present(content, url);
  };
  return {
    tool,
    size: records.size,
    attachments: new Map(
      [...attachments].map(([name, digest]) => [name, shelf.get(digest) ?? new Uint8Array()]),
    ),
    requests: new Map(),
    ask,
    digest: (request) => ask(request).then(toDigest),
  };
}

/**
 * One pack with the answers of both; where both have one, present beats absent, absent beats unavailable, and what
 * may change over time is taken from `b`.
 *
 * Throws `PACK_INVALID` when either is not sound, or when they differ about something that never changes.
 */
export async function mergePacks(a: Uint8Array, b: Uint8Array): Promise<Uint8Array> {
  const [first, second] = [await readPack(a), await readPack(b)];
  const shelf = new Shelf();
  const records = new Map<string, PackRecord>();
  const attachments = new Map<string, Sha256>();
  for (const from of [first, second]) {
    for (const [key, record] of from.records) {
      const before = records.get(key);
      if (before !== undefined && !replaces(record, before, [first, second])) continue;
      records.set(key, record);
    }
    for (const [name, digest] of from.attachments) attachments.set(name, digest);
  }
  for (const digest of [...attachments.values(), ...[...records.values()].flatMap(digestsOf)])
    shelf.put(contentIn([second, first], digest));
  return await writePack({ tool: second.tool, shelf, records, attachments });
}

const rank = { unavailable: 0, absent: 1, present: 2 } as const;

function replaces(record: PackRecord, before: PackRecord, packs: readonly PackContents[]): boolean {
  const [now, then] = [record.answer, before.answer];
  if (now.state !== 'present' || then.state !== 'present') return rank[now.state] >= rank[then.state];
  if (now.sha256 === then.sha256) return false;
  const lasts = record.lifetime === 'immutable' || before.lifetime === 'immutable';
  if (lasts && !sayTheSame(record.url, contentIn(packs, then.sha256), contentIn(packs, now.sha256)))
    throw new JsrVerifyError(
      'PACK_INVALID',
      `the packs differ about ${tame(record.url)}, which must never change`,
      {
        hint: 'one of them was tampered with, or the version was deleted and published again: verify each by itself',
      },
    );
  return true;
}

function digestsOf({ answer }: PackRecord): readonly Sha256[] {
  return answer.state === 'present' ? [answer.sha256] : [];
}

function contentIn(packs: readonly PackContents[], digest: Sha256): Uint8Array {
  for (const { shelf } of packs) {
    const content = shelf.get(digest);
    if (content !== undefined) return content;
  }
  // Reading a pack has made sure of it.
  throw new Error(`content ${digest} is in neither pack`);
}

function recordOf(request: SourceRequest, answer: Gathered<Uint8Array>, shelf: Shelf): PackRecord {
  const { method, url, body, lifetime } = request;
  const question = { method, url, lifetime, ...(body === undefined ? {} : { body }) };
  if (answer.state === 'present')
    return { ...question, answer: { state: 'present', sha256: shelf.put(answer.value) } };
  if (answer.state === 'absent') return { ...question, answer: { state: 'absent' } };
  return { ...question, answer: { state: 'unavailable', ...failureOf(answer) } };
}

function toDigest(answer: Gathered<Uint8Array>): Gathered<FileDigest> {
  return answer.state === 'present' ? present(fileDigest(answer.value), answer.from) : answer;
}
