/**
 * The first line that differs between two texts: its number, from 1, and its text in each; `undefined` after the end
 * of one.
 */
export interface LineDifference {
  readonly line: number;
  readonly actual: string | undefined;
  readonly expected: string | undefined;
}

/** The largest number of bytes of a line to show. */
const longest = 80;
const lineFeed = 0x0a;

/** Where two different files first differ, or `undefined` if one of them is not text at that place. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): LineDifference | undefined {
  let at = 0;
  let line = 1;
  let start = 0;
  while (at < actual.length && at < expected.length && actual[at] === expected[at]) {
    if (actual[at] === lineFeed) {
      line += 1;
      start = at + 1;
    }
    at += 1;
  }
  const [found, wanted] = [lineOf(actual, start), lineOf(expected, start)];
  return found.isText && wanted.isText ? { line, actual: found.text, expected: wanted.text } : undefined;
}

/** A difference as the end of a sentence: `at line 3: "evil()", expected "good()"`. */
export function differenceInWords({ line, actual, expected }: LineDifference): string {
  const shown = (text: string | undefined) => (text === undefined ? 'nothing' : JSON.stringify(text));
  return `at line ${line}: ${shown(actual)}, expected ${shown(expected)}`;
}

function lineOf(
  bytes: Uint8Array,
  start: number,
): { readonly isText: boolean; readonly text: string | undefined } {
  if (start >= bytes.length) return { isText: true, text: undefined };
  const end = bytes.indexOf(lineFeed, start);
  const whole = bytes.subarray(start, end < 0 ? bytes.length : end);
  // A streaming decoder omits a character that is cut in two.
  const isCut = whole.length > longest;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const text = decoder.decode(whole.subarray(0, longest), { stream: isCut });
    return { isText: !text.includes('\0'), text: isCut ? `${text}…` : text };
  } catch {
    return { isText: false, text: undefined };
  }
}
