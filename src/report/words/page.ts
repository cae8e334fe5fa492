import { hang } from './lines.ts';

/** A paragraph, heading or list item with the text before its first line, or a line that stays as it is. */
interface Block {
  readonly first: string;
  readonly text: string;
  readonly isFixed: boolean;
}

/** Breaks the paragraphs and lists of a Markdown page anew, for this number of columns; code and tables stay as they are. */
export function reflow(page: string, columns: number): string {
  const blocks: Block[] = [];
  let isCode = false;
  for (const line of page.split('\n')) {
    const isFence = /^\s*```/.test(line);
    const last = blocks.at(-1);
    const [, first, text] = /^(#+ |\s*(?:[-*]|\d+\.) )(.*)$/.exec(line) ?? [];
    if (isCode || isFence || /^\s*(?:\||$)/.test(line)) {
      blocks.push({ first: '', text: line, isFixed: true });
    } else if (first !== undefined && text !== undefined) {
      blocks.push({ first, text, isFixed: false });
    } else if (last === undefined || last.isFixed || last.first.startsWith('#')) {
      blocks.push({ first: '', text: line.trim(), isFixed: false });
    } else {
      blocks[blocks.length - 1] = { ...last, text: `${last.text} ${line.trim()}` };
    }
    isCode = isCode !== isFence;
  }
  return blocks
    .flatMap(({ first, text, isFixed }) => (isFixed ? [text] : hang(first, text, columns)))
    .join('\n');
}
