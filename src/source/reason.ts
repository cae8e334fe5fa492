import { errorCode } from './error-code.ts';

const longest = 200;

/** Text from outside made fit for one line of a report: no control characters, at most 200 characters. */
export function tame(text: string): string {
  // Everything Unicode calls control, format (bidirectional overrides too), surrogate or line separator.
  const line = text
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** What went wrong on the way to a server, and whether a second try has a chance. */
export interface Trouble {
  readonly kind: 'unreachable' | 'timeout' | 'cut-off' | 'unreadable';
  readonly why: string;
  readonly again: boolean;
}

/** An error of the network in words for people, without its stack. */
export function toTrouble(error: unknown): Trouble {
  const inner = innermost(error);
  const code = errorCode(inner);
  const known = code === undefined ? undefined : troubles[code];
  if (known !== undefined) return known;
  const text = tame(inner instanceof Error ? inner.message : String(inner));
  if (code !== undefined && isTlsCode(code))
    return { kind: 'unreachable', why: `TLS failed: ${text}`, again: false };
  if (isGarbled(inner)) return { kind: 'unreadable', why: 'the answer is not HTTP', again: true };
  const why = code === undefined || text.includes(code) ? text : `${text} (${tame(code)})`;
  return { kind: 'unreachable', why, again: true };
}

const troubles: Readonly<Record<string, Trouble>> = {
  __proto__: null as never,
  ENOTFOUND: { kind: 'unreachable', why: 'the host name is unknown', again: false },
  EAI_AGAIN: { kind: 'unreachable', why: 'the host name could not be looked up', again: true },
  ECONNREFUSED: { kind: 'unreachable', why: 'the connection was refused', again: true },
  ECONNRESET: { kind: 'cut-off', why: 'the connection was reset', again: true },
  EPIPE: { kind: 'cut-off', why: 'the connection was closed', again: true },
  ETIMEDOUT: { kind: 'timeout', why: 'the connection timed out', again: true },
  EHOSTUNREACH: { kind: 'unreachable', why: 'the host cannot be reached', again: true },
  ENETUNREACH: { kind: 'unreachable', why: 'the network cannot be reached', again: true },
  UND_ERR_CONNECT_TIMEOUT: { kind: 'timeout', why: 'the connection timed out', again: true },
  UND_ERR_SOCKET: {
    kind: 'cut-off',
    why: 'the connection was closed before the answer was complete',
    again: true,
  },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    kind: 'cut-off',
    why: 'the answer is not as long as its Content-Length says',
    again: true,
  },
  // The addresses of questions have been looked at before, so it is the proxy's.
  ERR_INVALID_URL: { kind: 'unreachable', why: 'the proxy is not an address', again: false },
  UND_ERR_INVALID_ARG: { kind: 'unreachable', why: 'the proxy cannot be used', again: false },
  UND_ERR_HEADERS_OVERFLOW: {
    kind: 'unreadable',
    why: 'the headers of the answer are too large',
    again: false,
  },
};

// Happy eyeballs reports all addresses in one AggregateError; undici wraps the socket's error as its cause.
function innermost(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; depth < 5; depth++) {
    if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
    else if (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
    else break;
  }
  return inner;
}

/** Bytes came that are not HTTP, or that belong to no answer. */
export function isGarbled(error: unknown): boolean {
  return error instanceof Error && (error.name === 'HTTPParserError' || error.message === 'bad response');
}

function isTlsCode(code: string): boolean {
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$)/.test(code);
}
