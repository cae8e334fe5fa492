/** Laying out text in cells of a terminal; everything here is given text that was made harmless before. */

// East Asian wide and fullwidth forms, and what is drawn as an emoji, take two cells.
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** How many cells the text takes. */
export function cells(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let total = 0;
  for (const char of text) total += /\p{M}/u.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return total;
}

/**
 * The text in lines of at most `width` cells, broken at spaces. Words that are too long are broken anywhere,
 * except addresses: a broken address can be neither clicked nor copied.
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

/** Wrapped lines with `first` in front of the first and as many spaces in front of the others. */
export function hang(first: string, text: string, columns: number): readonly string[] {
  const indent = cells(first);
  return wrap(text, columns - indent).map((line, at) => (at === 0 ? first : ' '.repeat(indent)) + line);
}

/** An OSC 8 hyperlink; `address` must come from `toLink`, which leaves printable ASCII only. */
export function hyperlink(label: string, address: string): string {
  return `\u001b]8;;${address}\u001b\\${label}\u001b]8;;\u001b\\`;
}

function isAddress(word: string): boolean {
  return /^\(?https?:\/\//.test(word);
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
