import { toHtml, toLink } from '../words/escape.ts';

/** HTML that can be put into the page as it is; only this file makes it. */
export class Markup {
  readonly #html: string;
  constructor(html: string) {
    this.#html = html;
  }
  toString(): string {
    return this.#html;
  }
}

/** What may stand in a piece of markup: text, which is escaped, markup, or nothing. */
export type Part = string | number | Markup | undefined | false | readonly Part[];

/** Longest piece of foreign text in the page, in code points. */
const longest = 4000;

/** A template of our own HTML: every text put into it is escaped, for element content and for quoted attributes. */
export function markup(words: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(words.map((word, at) => (at === 0 ? word : `${toText(parts[at - 1])}${word}`)).join(''));
}

/** A constant of this program, such as the script of the page, that must not be escaped. */
export function trusted(constant: string): Markup {
  return new Markup(constant);
}

/** Text with its digests and what stands in backticks set as code. */
export function prose(text: string): Markup {
  const parts = text.split(/(`[^`]+`|\b[0-9a-f]{40,}\b)/);
  return markup`${parts.map((part) => {
    if (/^`[^`]+`$/.test(part)) return markup`<code>${part.slice(1, -1)}</code>`;
    return /^[0-9a-f]{40,}$/.test(part) ? markup`<code>${part}</code>` : part;
  })}`;
}

/** Lines of text that stay lines; for elements whose style keeps line breaks. */
export function lines(text: readonly string[]): Markup {
  return markup`${text.map((line, at) => [at > 0 && new Markup('\n'), prose(line)])}`;
}

/** A link where the address is one that may be linked, else the text alone. */
export function link(text: string | Markup, address: string | undefined): Markup {
  const safe = address === undefined ? undefined : toLink(address);
  return safe === undefined
    ? markup`${text}`
    : markup`<a href="${safe}" rel="noopener noreferrer">${text}</a>`;
}

/** Rows of a description list: a label, and what belongs to it. */
export function description(
  rows: readonly (readonly [label: string, value: Part])[],
  className = '',
): Markup {
  return markup`<dl class="${className}">${rows.map(
    ([label, value]) => markup`<div><dt>${label}</dt> <dd>${value}</dd></div>`,
  )}</dl>`;
}

function toText(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(toText).join('');
  return toHtml(String(part), longest);
}
