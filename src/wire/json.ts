import { visit } from 'jsonc-parser';

/** JSON text from outside, parsed within limits, or the reason for its rejection. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

const maxDepth = 64;

/**
 * Parses strict UTF-8 JSON and rejects what parsers handle differently: a byte order mark, invalid UTF-8, duplicate
 * keys, nesting deeper than 64. Two parsers of one signed document must get the same value.
 */
export function parseJson(bytes: Uint8Array): Parsed<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused('not valid UTF-8');
  }
  if (text.startsWith('\uFEFF')) return refused('preceded by a byte order mark');
  if (depthOf(text) > maxDepth) return refused(`nested deeper than ${maxDepth}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('not JSON');
  }
  const duplicate = duplicateKey(text);
  return duplicate === undefined
    ? { ok: true, value }
    : refused(`ambiguous: duplicate key ${JSON.stringify(clip(duplicate))}`);
}

/** The object's own property, or `undefined`; inherited names such as `constructor` are not found. */
export function field(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a path of object keys and list indexes, or `undefined`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    here = typeof step === 'number' ? (Array.isArray(here) ? here[step] : undefined) : field(here, step);
  }
  return here;
}

/** The string at a path, or `undefined`. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** A JSON object: not a list and not `null`. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes standard base64 in its one canonical form (no URL alphabet, no unused bits set), or returns `undefined`.
 */
export function fromBase64(text: string): Buffer<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // RFC 4648 3.5: other unused bits would be a second encoding of the same bytes.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * Decodes base64 of an envelope or a bundle, or returns `undefined`. DSSE and protobuf allow both alphabets ("either
 * standard or URL-safe"), but not mixed; URL-safe base64 may omit its padding (RFC 4648 3.2).
 */
export function fromEitherBase64(text: string): Buffer<ArrayBuffer> | undefined {
  if (/[+/]/.test(text)) return fromBase64(text);
  const padding = text.endsWith('=') ? '' : '='.repeat(-text.length & 3);
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + padding);
}

/** A non-negative decimal integer of at most 20 digits, from a JSON number or a decimal string, or `undefined`. */
export function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'string' && /^(?:0|[1-9][0-9]{0,19})$/.test(value) ? BigInt(value) : undefined;
}

function refused(why: string): Parsed<never> {
  return { ok: false, why };
}

// Checked before parsing, because both parsers recurse.
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let found: string | undefined;
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectProperty: (key) => {
      const keys = open.at(-1);
      if (keys?.has(key)) found ??= key;
      keys?.add(key);
    },
    onObjectEnd: () => {
      open.pop();
    },
  });
  return found;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
