import { createHash } from 'node:crypto';
import { type Comment, Parser } from 'acorn';
import { isRecord } from '../../wire/json.ts';
import { type Mark, type Marks, marksOf } from './marks.ts';
import { isNode, type SourceComment, type SyntaxNode } from './syntax-node.ts';

export { isNode, type SourceComment, type SyntaxNode } from './syntax-node.ts';

/** A parsed script, or the reason why it cannot be parsed. */
export type ParsedScript =
  | { readonly ok: true; readonly program: SyntaxNode; readonly comments: readonly SourceComment[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Parses a JavaScript module into a tree without formatting and parentheses. Literals are compared by value, so
 * `1000` and `1e3` are equal. Nodes keep the comments before them.
 */
export function parseScript(code: string): ParsedScript {
  const found: Comment[] = [];
  try {
    const program = LenientParser.parse(code, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      onComment: found,
      preserveParens: true,
    });
    const comments = found.map(({ start, end }) => ({ text: code.slice(start, end), start, end }));
    return {
      ok: true,
      program: bare(program, marksOf(code, program as unknown as SyntaxNode, comments)) as SyntaxNode,
      comments,
    };
  } catch (error) {
    // The depth limit depends on the caller's stack, and the parser's message contains a position, so the text is
    // fixed.
    const message = error instanceof Error ? error.message : 'syntax error';
    const isDeep = error instanceof RangeError || message.startsWith(noStack);
    return { ok: false, reason: isDeep ? 'nested too deeply' : message };
  }
}

const noStack = 'Not enough stack space';

// Rules beyond the grammar, such as one declaration for each name, do not affect the comparison, and swc does not
// check them.
class LenientParser extends Parser {
  raiseRecoverable(): undefined {
    return undefined;
  }
}

/** The field of a node as a list of nodes, without holes. */
export function nodesAt(node: SyntaxNode, field: string): readonly SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier, or `undefined` for every other node. */
export function identifier(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}

/** Whether a node is `something.name`. */
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

/** The comments at a node, or those of nodes that were removed from a canonical list of statements. */
export function marksAt(node: SyntaxNode, field: 'marks' | 'dropped' = 'marks'): readonly Mark[] {
  return Array.isArray(node[field]) ? (node[field] as readonly Mark[]) : [];
}

/** The fields of a node that make up the program, in a fixed order. */
export function fieldsOf(node: SyntaxNode): readonly string[] {
  return Object.keys(node)
    .filter((field) => field !== 'start' && field !== 'end' && field !== 'marks' && field !== 'dropped')
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

function bare(value: unknown, marks: Marks): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item, marks));
  if (!isNode(value)) return value;
  const own = [...(marks.before.get(value.start) ?? []), ...(marks.inside.get(value) ?? [])];
  if (value.type === 'ParenthesizedExpression') {
    const inner = bare(value['expression'], marks) as SyntaxNode;
    return own.length === 0 ? inner : { ...inner, marks: [...own, ...marksAt(inner)] };
  }
  const fields: Record<string, unknown> = value.type === 'Literal' ? { ...bareLiteral(value) } : {};
  if (value.type !== 'Literal') {
    for (const field of Object.keys(value)) {
      // The text of a directive depends on its quotes; only whether the statement is a directive counts.
      fields[field] = field === 'directive' || bare(value[field], marks);
    }
  }
  if (own.length > 0) fields['marks'] = own;
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
