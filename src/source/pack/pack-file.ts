import { isUtf8 } from 'node:buffer';
import { createGzip } from 'node:zlib';
import { JsrVerifyError } from '../../model/error.ts';
import type { Failure } from '../../model/evidence.ts';
import type { Sha256 } from '../../model/package.ts';
import type { SourceRequest } from '../source.ts';
import type { Shelf } from './shelf.ts';

/** How a pack identifies a question, and its answer. */
export interface PackRecord extends Pick<SourceRequest, 'method' | 'url' | 'body' | 'lifetime'> {
  readonly answer:
    | { readonly state: 'present'; readonly sha256: Sha256 }
    | { readonly state: 'absent' }
    | ({ readonly state: 'unavailable' } & Failure);
}

/** All that a pack holds. */
export interface PackContents {
  /** Name and version of the program that recorded it, for people. */
  readonly tool: string;
  readonly shelf: Shelf;
  /** By `packKey`. */
  readonly records: ReadonlyMap<string, PackRecord>;
  /** Things beside the evidence, by name. */
  readonly attachments: ReadonlyMap<string, Sha256>;
}

/** What the first line of a pack says it is. */
export const packFormat = 'jsr-verify-pack';
/** The version of the format that is written, and the only one that is read. */
export const packVersion = 1;
/** The most bytes that the contents of one pack may have together. */
export const mostPackBytes = 1_000_000_000;
/** Larger texts go as base64: escaping can make text six times as long. */
const largestText = 8_000_000;

/** The name of a question in a pack: method, URL and body. */
export function packKey({ method, url, body }: Pick<SourceRequest, 'method' | 'url' | 'body'>): string {
  return JSON.stringify([method, url, body ?? null]);
}

/**
 * A pack as a file: gzip over lines of JSON, namely a head with the digests of all contents, the contents, the records.
 *
 * Everything is sorted and nothing says when, so the same records make the same file.
 */
export async function writePack(contents: PackContents): Promise<Uint8Array> {
  if (contents.shelf.bytes > mostPackBytes)
    throw new JsrVerifyError('PACK_INVALID', `the pack would hold more than ${mostPackBytes} bytes`, {
      hint: 'record fewer packages at a time, or at a lower depth',
    });
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => gzip.on('end', resolve).on('error', reject));
  for (const line of linesOf(contents))
    if (!gzip.write(`${JSON.stringify(line)}\n`)) await new Promise((resolve) => gzip.once('drain', resolve));
  gzip.end();
  await ended;
  return Buffer.concat(chunks);
}

function* linesOf({ tool, shelf, records, attachments }: PackContents): Generator<object> {
  const { digests } = shelf;
  yield {
    format: packFormat,
    version: packVersion,
    tool,
    records: records.size,
    contents: digests.map((sha256) => [sha256, shelf.size(sha256)]),
    attachments: [...attachments].sort(byName),
  };
  for (const sha256 of digests) yield asLine(shelf.get(sha256) ?? new Uint8Array());
  for (const [, { method, url, body, lifetime, answer }] of [...records].sort(byName))
    yield { method, url, ...(body === undefined ? {} : { body }), lifetime, ...answer };
}

// As text where it is text, so that a pack can be read by people and packs well.
function asLine(bytes: Uint8Array): object {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return content.length <= largestText && isUtf8(content)
    ? { text: content.toString('utf8') }
    : { base64: content.toString('base64') };
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
