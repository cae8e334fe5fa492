import type { MediaType } from '../media.ts';
import { comments as commentsIn, Passages } from '../passages.ts';
import { differs, type Sameness, same } from '../sameness.ts';
import type { Compiler } from './compiler.ts';
import { withoutLookalikes } from './enums.ts';
import { withMovedInitialisers } from './fields.ts';
import { canonical } from './forms.ts';
import { withoutHelpers } from './helpers.ts';
import { isObeyed } from './marks.ts';
import { type Difference, difference, type Equivalence } from './program-difference.ts';
import { isNode, marksAt, nodesAt, parseScript, type SourceComment, type SyntaxNode } from './syntax.ts';
import { type LoweredNames, loweredNames, nothingLowered } from './typescript.ts';

/** One script of the tarball and the attested source that it should be compiled from. */
export interface EmittedScript {
  readonly source: string;
  readonly media: MediaType;
  readonly emitted: string;
  /** The file name of the script; its last line contains it in the name of the source map. */
  readonly name: string;
  /** The new text of a specifier, `undefined` to keep it. */
  readonly rewrite: (specifier: string) => string | undefined;
}

/**
 * Decides whether an emitted script is the same program as its attested source. The source is compiled with JSR's
 * compiler, specifiers are rewritten, both sides are parsed, and the trees are compared. Nothing is executed.
 * Comments may be missing or moved, but not added.
 */
export function sameProgram(script: EmittedScript, compiler: Compiler): Sameness {
  const tail = `//# sourceMappingURL=${script.name}.map`;
  if (!script.emitted.endsWith(`\n${tail}`) && script.emitted !== tail) {
    return differs(`does not end in "${tail}"`);
  }
  const code = script.emitted.slice(0, -tail.length);
  if (code.length > largest(script.source)) return differs('is far larger than its source');
  try {
    return compile(script, code, compiler);
  } catch (error) {
    if (error instanceof RangeError) return differs('is nested too deeply to be compared');
    throw error;
  }
}

function compile(script: EmittedScript, code: string, compiler: Compiler): Sameness {
  const names = namesOf(script, compiler);
  if (names === undefined) return differs('its source cannot be parsed');
  const derived = compiler.emit(script.source, script.media);
  if (!derived.ok) return differs(`its source cannot be compiled: ${derived.reason}`);

  const wanted = parseScript(derived.value);
  if (!wanted.ok) return differs(`its source compiles to no script: ${wanted.reason}`);
  const given = parseScript(code);
  if (!given.ok) return differs(`cannot be parsed: ${given.reason}`);

  return compare(script, names, wanted.program, given.program, given.comments);
}

// A generous limit: helpers and lowered syntax add far less.
function largest(source: string): number {
  return 256 * 1024 + 16 * source.length;
}

function compare(
  script: EmittedScript,
  declared: LoweredNames,
  wanted: SyntaxNode,
  given: SyntaxNode,
  comments: readonly SourceComment[],
): Sameness {
  const names =
    declared.enums.size === 0 ? declared : withoutLookalikes(canonical(wanted, declared), declared);
  const alternatives = new Map<SyntaxNode, readonly SyntaxNode[]>();
  const expected = withoutHelpers(withSpecifiers(canonical(wanted, names), script, alternatives));
  const actual = withoutHelpers(canonical(given, names));
  const equivalence: Equivalence = { names, alternatives };
  const found = scriptDifference(expected.program, actual.program, equivalence);
  const line = (offset: number) => script.emitted.slice(0, offset).split('\n').length;
  if (found !== undefined) return differs(`differs from its source at line ${line(found.at)}: ${found.what}`);
  for (const family of new Set([...expected.families, ...actual.families])) {
    if (!expected.families.has(family)) return differs(`has a helper for ${family} it does not need`);
    if (!actual.families.has(family)) return differs(`lacks a helper for ${family}`);
  }
  const source = new Passages(script.source.replaceAll('\r\n', '\n'), commentsIn);
  const compared = comparedMarks(actual.program);
  const strange = comments.find(
    (comment) =>
      (isObeyed(comment.text) && !compared.has(comment.start)) ||
      !isKnownComment(comment, source, actual.helpers),
  );
  return strange === undefined
    ? same
    : differs(`has a comment at line ${line(strange.start)} that its source has not`);
}

// Some versions of the compiler move field initialisers into constructors, always in the whole script.
function scriptDifference(
  expected: SyntaxNode,
  actual: SyntaxNode,
  equivalence: Equivalence,
): Difference | undefined {
  const found = difference(expected, actual, equivalence);
  if (found === undefined) return undefined;
  const older = withMovedInitialisers(expected, equivalence.names);
  return older !== undefined && difference(older, actual, equivalence) === undefined ? undefined : found;
}

function namesOf({ source, media }: EmittedScript, compiler: Compiler): LoweredNames | undefined {
  if (media === 'jsx') return nothingLowered;
  const tree = compiler.parse(source, media);
  return tree.ok ? loweredNames(tree.value) : undefined;
}

/**
 * Rewrites specifiers as JSR does: in imports, exports and `import("literal")`. Some servers rewrote the import that
 * lowered JSX adds, others did not.
 */
function withSpecifiers(
  node: SyntaxNode,
  { rewrite }: EmittedScript,
  alternatives: Map<SyntaxNode, readonly SyntaxNode[]>,
): SyntaxNode {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isNode(value)) return value;
    const fields: Record<string, unknown> = {};
    for (const [field, child] of Object.entries(value)) fields[field] = visit(child);
    const source = fields['source'];
    if (takesSpecifier.has(value.type) && isNode(source) && typeof source['value'] === 'string') {
      const text = rewrite(source['value']);
      if (text !== undefined) {
        const literal = { ...source, value: text };
        fields['source'] = literal;
        if (source['value'].endsWith('/jsx-runtime')) alternatives.set(literal, [source]);
      }
    }
    return fields;
  };
  return { ...node, body: nodesAt(node, 'body').map(visit) };
}

const takesSpecifier: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
]);

// Comments whose position was compared.
function comparedMarks(program: SyntaxNode): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value))
      for (const field of ['marks', 'dropped'] as const)
        for (const { start } of marksAt(value, field)) found.add(start);
    for (const field of Object.values(value)) visit(field);
  };
  visit(program);
  return found;
}

// Comments move when types are stripped. They are not code, but each must come from the source.
function isKnownComment(
  { text, start, end }: SourceComment,
  source: Passages,
  helpers: readonly SyntaxNode[],
): boolean {
  if (/^\/\*[@#]__PURE__\*\/$/.test(text)) return true;
  if (helpers.some((helper) => helper.start <= start && end <= helper.end)) return true;
  return source.has(text.replaceAll('\r\n', '\n'));
}
