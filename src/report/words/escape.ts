import { isLoopback } from '../../model/loopback.ts';

/** Escapes text from outside, with one function for each target. No other code may interpolate such text. */

/** The longest piece of foreign text in any report for people, in code points. */
const longest = 1000;

// Controls, format characters (bidi, zero width, tags), lone surrogates, separators, fillers and noncharacters.
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/gu;

/**
 * One visible line of text: line breaks and special spaces become spaces, invisible characters are removed, and text
 * longer than `max` code points is cut with `…`.
 */
export function toPlain(text: string, max = longest): string {
  if (text.length <= max && /^[ -~]*$/.test(text)) return text;
  // Cut first, so that the work is limited; half a surrogate pair at the cut is removed below.
  const bounded = text.length > max * 4 ? text.slice(0, max * 4) : text;
  const line = bounded
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+|\p{Zs}/gu, ' ')
    .replace(invisible, '')
    // Many combining marks on one character would overwrite the neighbouring lines.
    .replace(/(\p{M}{3})\p{M}+/gu, '$1');
  const points = [...line];
  return points.length > max || bounded !== text ? `${points.slice(0, max - 1).join('')}…` : line;
}

/**
 * For a terminal: no escape sequence, no line break, no change of reading direction. The output is often part of a CI
 * log, so CI commands are disabled too: GitHub interprets `::name` at the start of a line (and wrapping can put any
 * word there); GitHub, Azure and TeamCity interpret `##…[` anywhere.
 */
export function toTerminal(text: string, max = longest): string {
  return toPlain(text, max)
    .replace(/::(?=\p{L})/gu, ': :')
    .replace(/##(?=\w*\[)/g, '# #');
}

/** For HTML text and quoted attributes; also disables CI commands. */
export function toHtml(text: string, max = longest): string {
  return toPlain(text, max).replace(/[&<>"'`=[]|:(?=:)/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** For the fragment of an address: points to the element with this `id`. */
export function toFragment(text: string, max = longest): string {
  return encodeURIComponent(toPlain(text, max)).replace(/%40/g, '@').replace(/%2F/gi, '/');
}

/** For XML 1.0 text and quoted attributes; line breaks become spaces, and CI commands are disabled. */
export function toXml(text: string, max = longest): string {
  return toPlain(text, max).replace(/[&<>"'[]|:(?=:)/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * For Markdown, as a code span, in which markup, HTML, mentions and references have no effect. Valid in table cells.
 */
export function toMarkdownCode(text: string, max = longest): string {
  const plain = toPlain(text, max).trim();
  if (plain === '') return '` `';
  if (/^[\w ./:@+=,;()*^#~?!'"&%$-]+$/.test(plain)) return `\`${plain}\``;
  // Tables and code spans treat escaped backticks, pipes and backslashes differently. Entities work everywhere and
  // never act as markup (CommonMark 6.2).
  return `<code>${plain.replace(/[!-/:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`)}</code>`;
}

/** For Markdown, as a block of several lines of terminal output. */
export function toMarkdownBlock(text: string): string {
  const lines = text.split('\n', 200).map((line) => toTerminal(line));
  const longestRun = Math.max(
    2,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length),
  );
  const fence = '`'.repeat(longestRun + 1);
  return [`${fence}text`, ...lines, fence].join('\n');
}

/** For Markdown, as prose: plain words stay unchanged; text in backticks and all other words become code. */
export function toMarkdown(text: string, max = longest): string {
  const parts = toPlain(text, max).split(/`([^`]+)`/);
  const spans = parts.flatMap((part, at) => (at % 2 === 1 ? [toMarkdownCode(part, max)] : [toProse(part)]));
  return spans.join('').trim();
}

/** For a Markdown link: an address that {@link toLink} allows, without characters that could end the link. */
export function toMarkdownLink(label: string, address: string | undefined): string {
  const link = address === undefined ? undefined : toLink(address);
  const text = toMarkdownCode(label, 200);
  if (link === undefined) return text;
  return `[${text}](${link.replace(/[()[\]<>\\|`*_~'"!]/g, (char) => `%${hex(char)}`)})`;
}

/** For the message of a GitHub workflow command. */
export function toWorkflowData(text: string, max = longest): string {
  return toPlain(text, max).replace(/%/g, '%25');
}

/** For a property of a GitHub workflow command. */
export function toWorkflowProperty(text: string, max = longest): string {
  return toWorkflowData(text, max).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** JSON text that is safe to print anywhere: invisible characters and CI commands become `\uXXXX`. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(invisible, (char) => (char === '\n' ? char : toEscapes(char)))
    .replace(/##/g, '#\\u0023');
}

/** JSON text for a `<script type="application/json">`; it contains no `<`, so no tag can start or end in it. */
export function toScriptJson(value: unknown): string {
  return toJson(value).replace(/[<>&]/g, (char) => `\\u00${hex(char).toLowerCase()}`);
}

/**
 * The address in canonical ASCII form if it may be a link (https, or http to this machine), otherwise `undefined`.
 */
export function toLink(address: string): string | undefined {
  if (address.length > 2000 || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return undefined;
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  // Browsers do not encode these characters, but RFC 3986 does not allow them.
  return isAllowed ? url.href.replace(/["<>\\^`{|}]/g, (char) => `%${hex(char)}`) : undefined;
}

/** Keeps plain words; every other word becomes code, without its final punctuation. */
function toProse(text: string): string {
  return text
    .split(' ')
    .map((word) => {
      const [, inner = '', tail = ''] = /^(.*?)([,.;:]?)$/su.exec(word) ?? [];
      return inner === '' || isWord(inner) ? word : `${toMarkdownCode(inner)}${tail}`;
    })
    .join(' ');
}

/** Letters only, except dashes inside; GitHub treats long hexadecimal words and `GH-1` as references. */
function isWord(word: string): boolean {
  if (/^gh-\d+$/i.test(word) || /^[0-9a-f]{7,}$/i.test(word)) return false;
  return /^(?:\(?[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*\)?|[→–—…]+)$/u.test(word);
}

function toEscapes(char: string): string {
  return Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
