import { createHash } from 'node:crypto';
import type { FileDigest } from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';

/** Takes the bytes of an answer as they arrive and makes something of them at the end. */
export interface Sink<T> {
  write(chunk: Uint8Array): void;
  /** `bytes` is the whole body where it was kept. */
  end(): { readonly value: T; readonly bytes: Uint8Array | undefined };
}

/** Keeps the whole body. */
export function collector(): Sink<Uint8Array> {
  const chunks: Uint8Array[] = [];
  return {
    write: (chunk) => void chunks.push(chunk),
    end: () => {
      const bytes = join(chunks);
      return { value: bytes, bytes };
    },
  };
}

/** Hashes the body as it streams past, and keeps it only up to `keepUpTo` bytes. */
export function hasher(keepUpTo: number): Sink<FileDigest> {
  const hash = createHash('sha256');
  let chunks: Uint8Array[] = [];
  let size = 0;
  return {
    write: (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      if (size <= keepUpTo) chunks.push(chunk);
      else chunks = [];
    },
    end: () => ({
      value: { sha256: hash.digest('hex') as Sha256, size },
      bytes: size <= keepUpTo ? join(chunks) : undefined,
    }),
  };
}

/** A web page where data was expected: no JSON text and no plain "not found" starts with `<`. */
export function looksLikeHtml(bytes: Uint8Array): boolean {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < bytes.length && isSpace(bytes[start])) start++;
  return bytes[start] === 0x3c;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

// A copy of its own: chunks of the network can be views into far larger buffers, which would stay alive with them.
function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
