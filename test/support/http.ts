import { createHash } from 'node:crypto';
import { jsonBytes } from './json.ts';

/** The five services a world is made of. */
export type Role = 'registry' | 'api' | 'npm' | 'rekor' | 'tuf';

/** All roles, in the order a reader meets them. */
export const ROLES: readonly Role[] = ['registry', 'api', 'npm', 'rekor', 'tuf'];

/** One request as a world sees it. */
export interface WorldRequest {
  readonly role: Role;
  readonly method: string;
  /** Path with query, exactly as sent. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One answer as it goes over the wire. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What is needed to ask: everything else has a default. */
export type Ask = Pick<WorldRequest, 'role' | 'path'> & Partial<WorldRequest>;

/** An answer with a body of the given type. */
export function answerOf(
  status: number,
  type: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(body as string) };
}

/** An answer in JSON. */
export const jsonAnswer = (
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer => answerOf(status, 'application/json', jsonBytes(value), headers);

/** The body of an answer, parsed; `unknown` in disguise, since tests know what they asked for. */
export const jsonOf = <T>(answer: Answer): T => JSON.parse(Buffer.from(answer.body).toString('utf8')) as T;

/** The same answer with another JSON body. */
export const withJson = (answer: Answer, value: unknown): Answer => ({ ...answer, body: jsonBytes(value) });

/** The same answer with another body. */
export const withBody = (answer: Answer, body: Uint8Array | string): Answer => ({
  ...answer,
  body: Buffer.from(body as string),
});

/** The same answer with further headers; `undefined` takes one away. */
export function withHeaders(answer: Answer, headers: Readonly<Record<string, string | undefined>>): Answer {
  const merged = Object.entries({ ...answer.headers, ...headers });
  const kept = merged.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...answer, headers: Object.fromEntries(kept) };
}

/** Adds the ETag, answers 304 to whoever has it already, and takes the body from a HEAD. */
export function conditional(answer: Answer, request: WorldRequest): Answer {
  if (answer.status !== 200) return bodiless(answer, request);
  const etag = `"${createHash('md5').update(answer.body).digest('hex')}"`;
  const tagged = withHeaders(answer, { etag });
  return request.headers['if-none-match'] === etag
    ? { ...tagged, status: 304, body: Buffer.alloc(0) }
    : bodiless(tagged, request);
}

const bodiless = (answer: Answer, { method }: WorldRequest): Answer =>
  method === 'HEAD' ? { ...answer, body: Buffer.alloc(0) } : answer;
