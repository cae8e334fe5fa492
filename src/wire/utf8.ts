/**
 * The text of bytes. Where they are not UTF-8, lone surrogates stand in it, which no UTF-8 can say: U+FFFD may be meant.
 * A byte order mark is kept.
 */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\uFFFD', '\uD800');
  }
}

/** Where `textOfBytes` met bytes that are not UTF-8, or -1. */
export function notUtf8At(text: string): number {
  return text.search(/\p{Surrogate}/u);
}
