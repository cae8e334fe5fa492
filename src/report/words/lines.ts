/** Lays out text in terminal cells; all input must already be escaped. */

// East Asian wide and fullwidth characters and emoji take two cells.
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** The number of cells of a text. */
export function cells(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let total = 0;
  for (const char of text) total += /\p{M}/u.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return total;
}

/**
 * Breaks the text at spaces into lines of at most `width` cells. Words that are too long are broken anywhere, except
 * addresses, because a broken address can be neither clicked nor copied.
 */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(width, 20);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    for (const piece of cells(word) > room && !isAddress(word) ? pieces(word, room) : [word]) {
      if (line !== '' && cells(line) + 1 + cells(piece) > room) {
        lines.push(line);
        line = piece;
      } else line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** Wraps text with `first` before the first line and the same width of spaces before the others. */
export function hang(first: string, text: string, columns: number): readonly string[] {
  const indent = cells(first);
  return wrap(text, columns - indent).map((line, at) => (at === 0 ? first : ' '.repeat(indent)) + line);
}

/** An OSC 8 hyperlink; `address` must come from `toLink`, which leaves printable ASCII only. */
export function hyperlink(label: string, address: string): string {
  return `\u001b]8;;${address}\u001b\\${label}\u001b]8;;\u001b\\`;
}

function isAddress(word: string): boolean {
  return /^(?:[^()]*\()?https?:\/\//.test(word);
}

function* pieces(word: string, width: number): Iterable<string> {
  let piece = '';
  for (const char of word) {
    if (cells(piece) + cells(char) > width) {
      yield piece;
      piece = '';
    }
    piece += char;
  }
  yield piece;
}
