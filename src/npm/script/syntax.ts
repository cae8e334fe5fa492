import { createHash } from 'node:crypto';
import { type Comment, Parser } from 'acorn';

/** A node of a syntax tree: its kind, where it begins in the text, and its fields. Only kind and fields are compared. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A comment with its delimiters. */
export interface SourceComment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A parsed script, or why it is none. */
export type ParsedScript =
  | { readonly ok: true; readonly program: SyntaxNode; readonly comments: readonly SourceComment[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Parses a JavaScript module into a bare tree: no positions but the start, no formatting. Literals count by their value, so
 * `1000` and `1e3` are one; calls remember whether a `#__PURE__` comment lets bundlers drop them.
 */
export function parseScript(code: string): ParsedScript {
  const comments: Comment[] = [];
  try {
    const program = LenientParser.parse(code, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      onComment: comments,
    });
    const pure = pureTokens(code, comments);
    return {
      ok: true,
      program: bare(program, pure) as SyntaxNode,
      comments: comments.map(({ start, end }) => ({ text: code.slice(start, end), start, end })),
    };
  } catch (error) {
    // How deep is too deep depends on who calls, and the parser would name the place.
    const reason = error instanceof Error ? error.message : 'syntax error';
    const isDeep = error instanceof RangeError || reason.startsWith(noStack);
    return { ok: false, reason: isDeep ? 'nested too deeply' : reason };
  }
}

const noStack = 'Not enough stack space';

// Rules beyond the grammar, such as one declaration per name, are no business of a comparison, and swc does not check them.
class LenientParser extends Parser {
  raiseRecoverable(): undefined {
    return undefined;
  }
}

/** Narrows a field of a tree to a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'type' in value;
}

/** The field of a node as a list of nodes; holes are left out. */
export function nodesAt(node: SyntaxNode, field: string): readonly SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier, or `undefined` for every other node. */
export function identifier(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}

/** Is this `something.name`? */
export function isMember(value: unknown, name: string): boolean {
  return (
    isNode(value) &&
    value.type === 'MemberExpression' &&
    value['computed'] === false &&
    identifier(value['property']) === name
  );
}

/** The names that `var` declares without a value in a canonical list of statements. */
export function hoistedNames(node: SyntaxNode): readonly string[] {
  const names = node['hoisted'];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** The fields of a node that make up the program, in a fixed order. */
export function fieldsOf(node: SyntaxNode): readonly string[] {
  return Object.keys(node)
    .filter((field) => field !== 'start' && field !== 'end' && field !== 'pure')
    .sort();
}

/** SHA-256 of a tree, the same for any two texts that parse to the same program. */
export function fingerprint(node: SyntaxNode): string {
  return createHash('sha256').update(serialise(node)).digest('hex');
}

function serialise(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialise).join()}]`;
  if (!isNode(value)) return JSON.stringify(value) ?? 'undefined';
  return `{${fieldsOf(value)
    .map((field) => `${field}:${serialise(value[field])}`)
    .join()}}`;
}

/** Where the tokens begin that a `#__PURE__` comment stands before, with only spaces and other comments between. */
function pureTokens(code: string, comments: readonly Comment[]): ReadonlySet<number> {
  const found = new Set<number>();
  let following: { readonly start: number; readonly token: number } | undefined;
  // From the last one, so that comments one behind the other are not gone through again for each of them.
  for (const { start, end, value } of comments.toReversed()) {
    const gap = afterBlanks(code, end);
    const token = following?.start === gap ? following.token : gap;
    if (/[@#]__PURE__/.test(value)) found.add(token);
    following = { start, token };
  }
  return found;
}

function afterBlanks(code: string, from: number): number {
  const blanks = /\s*/y;
  blanks.lastIndex = from;
  return from + (blanks.exec(code)?.[0].length ?? 0);
}

function bare(value: unknown, pure: ReadonlySet<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item, pure));
  if (!isNode(value)) return value;
  if (value.type === 'Literal') return bareLiteral(value);
  const fields: Record<string, unknown> = {};
  for (const field of Object.keys(value)) {
    // A directive is told from a string by being one; its spelling is a matter of quotes.
    fields[field] = field === 'directive' || bare(value[field], pure);
  }
  const isCall = value.type === 'CallExpression' || value.type === 'NewExpression';
  if (isCall && pure.has(value.start)) fields['pure'] = true;
  return fields;
}

function bareLiteral(literal: SyntaxNode): SyntaxNode {
  const { type, start, end } = literal;
  if (isRecord(literal['regex'])) {
    return { type, start, end, regex: `/${literal['regex']['pattern']}/${literal['regex']['flags']}` };
  }
  if (typeof literal['bigint'] === 'string') {
    return { type, start, end, bigint: BigInt(literal['bigint']).toString() };
  }
  return { type, start, end, value: literal['value'] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
