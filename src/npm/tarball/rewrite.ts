import type { ModuleFacts, Position } from './graph.ts';
import type { RewriteKind } from './specifiers.ts';

/** Returns the new text of a specifier; `undefined` keeps it. */
export type Rewriter = (specifier: string, kind: RewriteKind) => string | undefined;

/**
 * The text of a module with its specifiers rewritten and everything else unchanged (contract 3.5), or `undefined` if
 * the attested ranges do not fit the text.
 */
export function rewriteText(
  text: string,
  facts: ModuleFacts,
  kind: RewriteKind,
  rewrite: Rewriter,
): string | undefined {
  const lines = new Lines(text);
  const edits: Edit[] = [];
  for (const { text: specifier, range } of facts.imports) {
    edits.push(...replacement(lines, range, rewrite(specifier, kind)));
  }
  for (const { kind: reference, text: specifier, range } of facts.references) {
    // In a script, a reference to types has no meaning for npm's tools, so JSR removes the comment up to the end of
    // the line.
    if (reference === 'types' && kind === 'source') edits.push(...blanking(lines, range[0]));
    else edits.push(...replacement(lines, range, rewrite(specifier, 'declaration')));
  }
  for (const { text: specifier, range } of facts.jsdocImports) {
    edits.push(...replacement(lines, range, rewrite(specifier, 'declaration')));
  }
  return apply(text, edits);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replacement(
  lines: Lines,
  [from, to]: readonly [Position, Position],
  text: string | undefined,
): Edit[] {
  if (text === undefined) return [];
  const start = lines.offset(from);
  const end = lines.offset(to);
  const quoted = /^["'`]/.test(lines.text.slice(start, end));
  return [{ start: quoted ? start + 1 : start, end: quoted ? end - 1 : end, text }];
}

function blanking(lines: Lines, position: Position): Edit[] {
  const [start, end] = lines.bounds(position[0]);
  const comment = lines.text.slice(start, lines.offset(position)).lastIndexOf('///');
  return comment === -1 ? [] : [{ start: start + comment, end, text: '' }];
}

function apply(text: string, edits: readonly Edit[]): string | undefined {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => a.start - b.start)) {
    // NaN is a position outside the text.
    if (!(start >= done && end >= start)) return undefined;
    parts.push(text.slice(done, start), inserted);
    done = end;
  }
  return [...parts, text.slice(done)].join('');
}

/** Converts positions in code points to offsets in a JavaScript string. */
class Lines {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** Start and end of a line, without its line break. */
  bounds(line: number): readonly [start: number, end: number] {
    const start = this.#starts[line] ?? Number.NaN;
    const next = this.#starts[line + 1];
    if (next === undefined) return [start, this.text.length];
    return [start, this.text[next - 2] === '\r' ? next - 2 : next - 1];
  }

  offset([line, column]: Position): number {
    const [start, end] = this.bounds(line);
    let offset = start;
    for (let left = column; left > 0 && offset <= end; left -= 1) {
      offset += (this.text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
    }
    return offset <= end ? offset : Number.NaN;
  }
}
