/** One DER element: tag, shortest length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

/** SEQUENCE of the given elements. */
export const sequence = (...items: readonly Uint8Array[]): Buffer => element(0x30, ...items);

/** SET of the given elements, in the order given. */
export const set = (...items: readonly Uint8Array[]): Buffer => element(0x31, ...items);

/** INTEGER from a small number or from big-endian bytes, which are read as unsigned. */
export function integer(value: number | Uint8Array): Buffer {
  const bytes = typeof value === 'number' ? unsigned(value) : Buffer.from(value);
  const first = bytes[0] ?? 0;
  return element(0x02, first > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** BOOLEAN TRUE: the only one that certificates spell out. */
export const TRUE = element(0x01, Buffer.from([0xff]));

/** NULL. */
export const NULL = element(0x05);

/** OBJECT IDENTIFIER from its dotted spelling. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** OCTET STRING around bytes. */
export const octets = (bytes: Uint8Array): Buffer => element(0x04, bytes);

/** BIT STRING of whole bytes, or with some unused bits at the end. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(0x03, Buffer.from([unused]), bytes);

/** UTF8String, the form of Fulcio's claims from .8 on. */
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8'));

/** PrintableString. */
export const printable = (text: string): Buffer => element(0x13, Buffer.from(text, 'latin1'));

/** Time as RFC 5280 §4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime after. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : element(0x18, Buffer.from(digits, 'latin1'));
}

/** GeneralizedTime to the second, as RFC 3161 wants it. */
export function generalizedTime(date: Date): Buffer {
  return element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, ''), 'latin1'));
}

/** Context-specific element that holds other elements. */
export const context = (number: number, ...items: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...items);

/** Context-specific element that holds plain bytes. */
export const contextBytes = (number: number, bytes: Uint8Array): Buffer => element(0x80 | number, bytes);

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const bytes = unsigned(size);
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function unsigned(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function base128(arc: number): number[] {
  const groups = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    groups.unshift((left % 128) | 0x80);
  }
  return groups;
}
