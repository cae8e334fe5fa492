/**
 * Decodes bytes to text. Bytes that are not UTF-8 become lone surrogates, which valid UTF-8 cannot contain (U+FFFD
 * could be real text). A byte order mark is kept.
 */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\uFFFD', '\uD800');
  }
}

/** The first position at which `textOfBytes` found invalid UTF-8, or -1. */
export function notUtf8At(text: string): number {
  return text.search(/\p{Surrogate}/u);
}
