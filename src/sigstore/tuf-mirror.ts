import type { Dispatcher } from 'undici';
import { tool } from '../model/tool.ts';
import { errorCode } from '../source/error-code.ts';

/** The source of TUF files: a mirror on the network, or a saved state. */
export interface TufFiles {
  /**
   * The file at a path, `undefined` if it does not exist.
   *
   * Rejects with `MirrorUnavailable` if that is not known, with a plain `Error` if the file is longer than
   * `maxBytes`.
   */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
}

/** The mirror did not answer; `message` says why. Nothing is known to be wrong. */
export class MirrorUnavailable extends Error {
  override readonly name = 'MirrorUnavailable';
  /** Whether a retry may succeed. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient = false) {
    super(message);
    this.isTransient = isTransient;
  }
}

/** Sends one request, as the agents of `source/` do: through a proxy, or with other certificate authorities. */
export type Send = (
  url: URL,
  options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
) => Promise<Dispatcher.ResponseData>;

/**
 * Lets `use` read a mirror over HTTP, at an address whose path ends with a slash; `signal` aborts every request.
 * Without `send`, connects to the mirror directly and closes the connections at the end.
 */
export async function withMirror<T>(
  mirror: URL,
  signal: AbortSignal,
  send: Send | undefined,
  use: (files: TufFiles) => Promise<T>,
): Promise<T> {
  const line = send === undefined ? await openDirect() : { send, close: async () => undefined };
  const read: TufFiles['read'] = (path, maxBytes) =>
    readWithRetries({ url: new URL(path, mirror), path, maxBytes, send: line.send, signal });
  try {
    return await use({ read });
  } finally {
    await line.close();
  }
}

async function openDirect(): Promise<{ readonly send: Send; readonly close: () => Promise<unknown> }> {
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  const { default: request } = await import('undici/lib/api/api-request.js');
  const agent = new Agent({ connections: 2, headersTimeout: 0, bodyTimeout: 0, autoSelectFamily: true });
  return {
    send: (url, options) =>
      request.call(agent, { ...options, origin: url.origin, path: url.pathname + url.search }),
    close: () => agent.destroy(),
  };
}

interface Question {
  readonly url: URL;
  readonly path: string;
  readonly maxBytes: number;
  readonly send: Send;
  readonly signal: AbortSignal;
}

/** Milliseconds to wait before the second and the third try. */
const retryDelaysMs = [200, 800];

async function readWithRetries(question: Question): Promise<Uint8Array | undefined> {
  for (const pause of retryDelaysMs) {
    try {
      return await readOnce(question);
    } catch (error) {
      if (!(error instanceof MirrorUnavailable && error.isTransient) || question.signal.aborted) throw error;
    }
    await sleep(pause, question.signal);
  }
  return readOnce(question);
}

async function readOnce(question: Question): Promise<Uint8Array | undefined> {
  const { url, path, send, signal } = question;
  try {
    const answer = await send(url, {
      method: 'GET',
      headers: { 'user-agent': `${tool.name}/${tool.version}`, 'accept-encoding': 'identity' },
      signal,
    });
    answer.body.on('error', () => undefined);
    try {
      return await readAnswer(answer, question);
    } finally {
      answer.body.destroy();
    }
  } catch (error) {
    if (error instanceof MirrorUnavailable || error instanceof TooLong) throw error;
    if (signal.aborted) throw new MirrorUnavailable('no answer in time');
    throw new MirrorUnavailable(`${path}: ${reason(error)}`, transientCodes.has(errorCode(error) ?? ''));
  }
}

class TooLong extends Error {}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { path, maxBytes }: Question,
): Promise<Uint8Array | undefined> {
  // Stores such as S3 answer 403 for a missing file; TUF clients treat both as "no such file".
  if (statusCode === 404 || statusCode === 403) return undefined;
  if (statusCode !== 200) {
    const isTransient = statusCode >= 500 || statusCode === 429 || statusCode === 408;
    throw new MirrorUnavailable(`${path}: answered ${statusCode}`, isTransient);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new MirrorUnavailable(`${path}: answered in an encoding that was not requested`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLong(`${path} is longer than the ${maxBytes} bytes it may have`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  // A captive portal answers 200 with a web page; a TUF file never starts with `<`.
  if (/^\s*</.test(bytes.subarray(0, 64).toString('latin1'))) {
    throw new MirrorUnavailable(`${path}: answered with a web page`);
  }
  return bytes;
}

/** Errors of broken connections, which a retry may solve; it cannot solve a closed port or a wrong certificate. */
const transientCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The error's code, if there is one: the texts of network errors contain internal addresses. */
function reason(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.message.slice(0, 200) : 'no connection');
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
