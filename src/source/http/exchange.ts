import { randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Failure } from '../../model/evidence.ts';
import { refusal } from '../address.ts';
import { looksLikeHtml, type Sink } from '../body.ts';
import { tame, toTrouble } from '../reason.ts';
import type { SourceRequest } from '../source.ts';
import type { Agents } from './agent.ts';
import { retryAfterMs } from './retry.ts';

/** The result of one try. `again` is trouble that may have passed in a moment; `alone`: over a connection of its own. */
export type Reply<T> =
  | { readonly kind: 'present'; readonly value: T; readonly bytes: Uint8Array | undefined }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly failure: Failure }
  | { readonly kind: 'again'; readonly failure: Failure; readonly afterMs?: number; readonly alone?: true };

export interface Exchange {
  readonly agents: Agents;
  readonly userAgent: string;
  /** Ends the try; its reason is not looked at. */
  readonly signal: AbortSignal;
  /** Called for every request that goes out. */
  readonly onRequest: (url: URL) => void;
  /** Called for every answer that begins, and every piece of one. */
  readonly onAnswer: () => void;
}

/** Redirects followed, all of them within one origin. */
const mostRedirects = 3;
/** Bytes looked at in the body of a "no", to tell a registry's word from a web page. */
const noBytes = 4096;

/** Puts a question to its host once and reads the answer within the bounds of the question. */
export async function exchange<T>(
  request: SourceRequest,
  sink: () => Sink<T>,
  using: Exchange,
): Promise<Reply<T>> {
  let url = addressOf(request);
  for (let redirects = 0; ; redirects++) {
    // Before the question goes out: a short answer and its surplus can both be through before anybody looks at either.
    const garbled = using.agents.garbled(url.origin);
    const answer = await send(request, url, using);
    try {
      const target = redirect(answer, url);
      if (target === undefined) {
        const reply = await read(request, answer, sink(), using);
        return reply.kind === 'present' && (await isOverlong(answer, url, garbled, using)) ? overlong : reply;
      }
      if (typeof target === 'string') return unavailable('refused', target);
      if (request.method !== 'GET') return unavailable('refused', 'the answer is a redirect');
      if (redirects === mostRedirects) return unavailable('refused', `more than ${mostRedirects} redirects`);
      url = target;
    } finally {
      // A body that was read to its end is left alone by this; any other takes its connection with it.
      answer.body.destroy();
    }
  }
}

/** The reply for an error that `exchange` rejected with. */
export function replyOf(error: unknown): Reply<never> {
  const { again, ...failure } = toTrouble(error);
  return { kind: again ? 'again' : 'unavailable', failure };
}

// The query string is part of every cache's key on the way.
function addressOf({ url: text, pastEdge }: SourceRequest): URL {
  const url = new URL(text);
  if (pastEdge === true) url.search += `${url.search === '' ? '?' : '&'}fresh=${randomUUID()}`;
  return url;
}

async function send(request: SourceRequest, url: URL, using: Exchange): Promise<Dispatcher.ResponseData> {
  using.onRequest(url);
  const answer = await using.agents.request(url, {
    method: request.method,
    headers: {
      'user-agent': using.userAgent,
      // JSR sends pages instead of data to whoever prefers `text/html` or calls itself a browser.
      accept: request.expect === 'json' ? 'application/json' : '*/*',
      // Digests are over the bytes as published, so no encoding in between.
      'accept-encoding': 'identity',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: request.body ?? null,
    signal: using.signal,
  });
  using.onAnswer();
  // A body that is not read may still fail, which must not end the process.
  answer.body.on('error', () => undefined);
  return answer;
}

// The address to ask next, or why not to.
function redirect({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const location = header(headers, 'location');
  if (location === undefined || !URL.canParse(location, from.href))
    return 'a redirect without a valid Location';
  const to = new URL(location, from);
  if (to.origin !== from.origin) return `a redirect to another origin, ${tame(to.origin)}`;
  const why = refusal(to.href);
  return why === undefined ? to : `a redirect that is not followed: ${why}`;
}

async function read<T>(
  request: SourceRequest,
  answer: Dispatcher.ResponseData,
  sink: Sink<T>,
  using: Exchange,
): Promise<Reply<T>> {
  const { statusCode: status, headers } = answer;
  if (status === 429 || status === 408 || status >= 500) {
    const afterMs = retryAfterMs(header(headers, 'retry-after'), Date.now());
    return { kind: 'again', failure: answered(status), ...(afterMs === undefined ? {} : { afterMs }) };
  }
  if (status !== 200 && status !== 404 && status !== 410)
    return { kind: 'unavailable', failure: answered(status) };

  const { answeredBy } = request;
  const answerer = answeredBy && header(headers, answeredBy.header);
  if (answerer !== undefined && answerer !== answeredBy?.value)
    return unavailable('unreadable', `answered by "${tame(answerer)}" instead of "${answeredBy?.value}"`);

  const type = header(headers, 'content-type') ?? '';
  const html = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type);
  if (status !== 200) return await readNo(answer, status, html);
  if (html && request.expect === 'json')
    return unavailable('web-page', 'answered with a web page instead of data');

  const encoding = header(headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '')
    return unavailable('unreadable', `encoded as "${tame(encoding)}" although no encoding was requested`);
  return await readYes(request, answer, sink, using);
}

// The registry says "no" in plain text, its API and the log in JSON. A web page comes from something in between.
async function readNo(answer: Dispatcher.ResponseData, status: number, html: boolean): Promise<Reply<never>> {
  if (html || looksLikeHtml(await head(answer.body)))
    return unavailable('web-page', `answered ${status} with a web page, which is not the registry's "no"`);
  return { kind: 'absent' };
}

async function readYes<T>(
  request: SourceRequest,
  { headers, body }: Dispatcher.ResponseData,
  sink: Sink<T>,
  { onAnswer }: Exchange,
): Promise<Reply<T>> {
  const tooLong = unavailable('too-large', `longer than ${request.maxBytes} bytes`);
  const announced = header(headers, 'content-length');
  if (announced !== undefined && Number(announced) > request.maxBytes) return tooLong;
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    onAnswer();
    if (size === 0 && request.expect === 'json' && looksLikeHtml(chunk))
      return unavailable('web-page', 'answered with a web page instead of data');
    size += chunk.length;
    if (size > request.maxBytes) return tooLong;
    sink.write(chunk);
  }
  if (announced !== undefined && Number(announced) !== size)
    return {
      kind: 'again',
      failure: { kind: 'cut-off', why: 'the answer is not as long as its Content-Length says' },
    };
  return { kind: 'present', ...sink.end() };
}

const overlong: Reply<never> = {
  kind: 'again',
  failure: { kind: 'cut-off', why: 'the answer is longer than its Content-Length says' },
  alone: true,
};

// HTTP ends a body where its Content-Length says, even if it is longer. The rest, which is in the same packet most of
// the time, then breaks the connection a moment later. It may also be somebody else's connection that broke, so the next
// try has one of its own.
async function isOverlong(
  { headers }: Dispatcher.ResponseData,
  { origin }: URL,
  before: number,
  { agents }: Exchange,
): Promise<boolean> {
  if (header(headers, 'content-length') === undefined) return false;
  await nextTurn();
  await nextTurn();
  return agents.garbled(origin) !== before;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function head(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const bytes = new Uint8Array(noBytes);
  let size = 0;
  for await (const chunk of body) {
    bytes.set(chunk.subarray(0, noBytes - size), size);
    size = Math.min(noBytes, size + chunk.length);
    if (size === noBytes) break;
  }
  return bytes.subarray(0, size);
}

function header(headers: Dispatcher.ResponseData['headers'], name: string): string | undefined {
  const value = headers[name];
  // Sent twice: the first counts, as servers in front put theirs last.
  return Array.isArray(value) ? value[0] : value;
}

function answered(status: number): Failure {
  return { kind: 'status', status, why: `answered ${status}` };
}

function unavailable(kind: Exclude<Failure['kind'], 'status'>, why: string): Reply<never> {
  return { kind: 'unavailable', failure: { kind, why } };
}
