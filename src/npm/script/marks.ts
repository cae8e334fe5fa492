import { isNode, type SourceComment, type SyntaxNode } from './syntax-node.ts';

/** A comment attached to a node: its normalised text and, if it is inside the node, its position there. */
export interface Mark {
  readonly text: string;
  readonly start: number;
}

/** The comments of a script: by the offset of the next token, and those inside nodes without a following node. */
export interface Marks {
  readonly before: ReadonlyMap<number, readonly Mark[]>;
  readonly inside: ReadonlyMap<SyntaxNode, readonly Mark[]>;
}

/** The compiler's annotation that lets bundlers drop a call whose value is not used. */
export const pure = '#__PURE__';

/**
 * Whether a tool may obey this comment: bundlers, minifiers, coverage, type checkers, linters, debuggers. Only used
 * for comments that compilers may move; the position of all others is always compared.
 */
export function isObeyed(text: string): boolean {
  return obeyed.some((pattern) => pattern.test(text));
}

/** Whether the comment is required: without it, a bundler loads another module than the author wrote. */
export function isNeeded(text: string): boolean {
  return needed.test(text);
}

const needed = /\b(?:webpack|rspack|turbopack)[A-Z]|@(?:vite|rollup|parcel|metro)\b/;

const obeyed: readonly RegExp[] = [
  needed,
  // Bundlers and minifiers: what they may drop, inline and rename, and which comments they keep.
  /[@#]_|no-side-effects|@(?:nosideeffects|pureOrBreakMyCode|noinline|nocollapse|define)\b/i,
  /@(?:licen[cs]e|preserve|cc_on|lic)\b|^\/[*/]!/i,
  // Coverage, linters and formatters.
  /\b(?:istanbul|c8|v8|nyc|coverage|stryker)\s+(?:ignore|disable|enable|restore)\b/i,
  /\w-(?:ignore|disable|enable)\b|^\/[*/]\s*(?:eslint|[jt]shint|jslint|tslint|globals?|exported)\b/i,
  // Type checkers, runtimes and debuggers.
  /@(?:ts|deno)-|@(?:jsx|bun|flow|noflow)|^\/\/\/\s*<|[@#]\s*source(?:Mapping)?URL|^#!|<!--|-->/i,
];

/**
 * Attaches the comments of a script to nodes: each to all nodes that start at the next token. Parentheses are nodes
 * here, so a comment before `(call())` is different from one before `call()`.
 */
export function marksOf(code: string, program: SyntaxNode, comments: readonly SourceComment[]): Marks {
  const before = new Map<number, Mark[]>();
  const loose: Mark[] = [];
  const starts = new Set<number>();
  if (comments.length > 0) collectStarts(program, starts);
  for (const { comment, token } of tokensBehind(code, comments)) {
    const mark = { text: spelling(comment.text), start: comment.start };
    if (!starts.has(token)) loose.push(mark);
    else if (before.get(token)?.push(mark) === undefined) before.set(token, [mark]);
  }
  const inside = new Map<SyntaxNode, Mark[]>();
  if (loose.length > 0) placeInside(program, loose, inside);
  return { before, inside };
}

// Works backwards, so that a series of comments is scanned only once.
function tokensBehind(
  code: string,
  comments: readonly SourceComment[],
): readonly { readonly comment: SourceComment; readonly token: number }[] {
  const found: { readonly comment: SourceComment; readonly token: number }[] = [];
  for (const comment of comments.toReversed()) {
    const gap = afterBlanks(code, comment.end);
    const following = found.at(-1);
    found.push({ comment, token: following?.comment.start === gap ? following.token : gap });
  }
  return found.reverse();
}

// Compilers put a comment after a statement before or after its semicolon.
function afterBlanks(code: string, from: number): number {
  const blanks = /[\s;]*/y;
  blanks.lastIndex = from;
  return from + (blanks.exec(code)?.[0].length ?? 0);
}

function collectStarts(node: SyntaxNode, starts: Set<number>): void {
  starts.add(node.start);
  for (const child of childrenOf(node)) collectStarts(child, starts);
}

// All marks are inside the node; marks and children are in the order of the text.
function placeInside(node: SyntaxNode, marks: readonly Mark[], inside: Map<SyntaxNode, Mark[]>): void {
  const children = [...childrenOf(node)].sort((a, b) => a.start - b.start || b.end - a.end);
  const isList = lists.has(node.type);
  const own: Mark[] = [];
  let next = 0;
  let index = 0;
  while (index < marks.length) {
    const mark = marks[index] as Mark;
    let child = children[next];
    while (child !== undefined && child.end <= mark.start) child = children[++next];
    if (child === undefined || mark.start < child.start) {
      own.push({ ...mark, text: `${mark.text} in ${node.type}${isList ? '' : ` ${next}`}` });
      index += 1;
      continue;
    }
    let end = index;
    while (end < marks.length && (marks[end] as Mark).start < child.end) end += 1;
    placeInside(child, marks.slice(index, end), inside);
    index = end;
  }
  if (own.length > 0) inside.set(node, own);
}

// In these nodes statements may be added or removed, and a comment at the end must still be at the end.
const lists: ReadonlySet<string> = new Set([
  'Program',
  'BlockStatement',
  'StaticBlock',
  'SwitchCase',
  'ClassBody',
]);

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flat().filter(isNode);
}

function spelling(text: string): string {
  const plain = text.replaceAll('\r\n', '\n');
  return /^\/\*\s*[@#]__PURE__\s*\*\/$/.test(plain) ? pure : plain;
}
