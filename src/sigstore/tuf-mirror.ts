import type { Dispatcher } from 'undici';
import { tool } from '../model/tool.ts';
import { errorCode } from '../source/error-code.ts';

/** Where TUF files come from: a mirror on the network, or what was kept of one. */
export interface TufFiles {
  /**
   * The file at a path, `undefined` when there is none.
   *
   * Rejects with `MirrorUnavailable` when there is no telling, with a plain `Error` when it is longer than `maxBytes`.
   */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
}

/** The mirror did not answer; `message` says why, in words. Nothing is known to be wrong. */
export class MirrorUnavailable extends Error {
  override readonly name = 'MirrorUnavailable';
  /** Whether it may pass in a moment. */
  readonly mayPass: boolean;

  constructor(message: string, mayPass = false) {
    super(message);
    this.mayPass = mayPass;
  }
}

/** Sends one request to an address, as the agents of `source/` do: through a proxy, or with other authorities. */
export type Send = (
  url: URL,
  options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
) => Promise<Dispatcher.ResponseData>;

/**
 * Lets `use` read a mirror over HTTP, at an address whose path ends with a slash; every request ends when `signal`
 * does. Without `send` the mirror is connected to directly, and the connections are closed in the end.
 */
export async function withMirror<T>(
  mirror: URL,
  signal: AbortSignal,
  send: Send | undefined,
  use: (files: TufFiles) => Promise<T>,
): Promise<T> {
  const line = send === undefined ? await openDirect() : { send, close: async () => undefined };
  const read: TufFiles['read'] = (path, maxBytes) =>
    readPatiently({ url: new URL(path, mirror), path, maxBytes, send: line.send, signal });
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

/** Pauses before the second and the third try, in milliseconds. */
const pauses = [200, 800];

async function readPatiently(question: Question): Promise<Uint8Array | undefined> {
  for (const pause of pauses) {
    try {
      return await readOnce(question);
    } catch (error) {
      if (!(error instanceof MirrorUnavailable && error.mayPass) || question.signal.aborted) throw error;
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
    throw new MirrorUnavailable(`${path}: ${reason(error)}`, passing.has(errorCode(error) ?? ''));
  }
}

class TooLong extends Error {}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { path, maxBytes }: Question,
): Promise<Uint8Array | undefined> {
  // Stores such as S3 answer 403 for what is not there; TUF clients take both for "no such file".
  if (statusCode === 404 || statusCode === 403) return undefined;
  if (statusCode !== 200) {
    const mayPass = statusCode >= 500 || statusCode === 429 || statusCode === 408;
    throw new MirrorUnavailable(`${path}: answered ${statusCode}`, mayPass);
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
  // A portal that wants a password or money answers 200 with a page; no TUF file is one.
  if (/^\s*</.test(bytes.subarray(0, 64).toString('latin1'))) {
    throw new MirrorUnavailable(`${path}: answered with a web page`);
  }
  return bytes;
}

/** Connections that broke; a closed port or a wrong certificate will not change in a moment. */
const passing: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The error's code where it has one: texts of network errors name internal addresses. */
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
