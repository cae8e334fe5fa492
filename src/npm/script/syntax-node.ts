/** A node of a syntax tree: its type, its position in the text, and its fields. The position is not compared. */
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

/** Narrows a field of a tree to a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'type' in value;
}
