import type { MediaType } from '../media.ts';
import { comments, Passages } from '../passages.ts';
import { differs, type Sameness, same } from '../sameness.ts';
import type { Compiler } from '../script/compiler.ts';
import { isTree, type Match, match, plain, type Tree, textOf, treeAt, treesAt } from './declaration-tree.ts';
import { declarationOf, declareModule, functionName, madeUpName, type SpecifierTexts } from './declare.ts';

/** A declaration file of the tarball and the attested source that it should describe. */
export interface EmittedDeclarations {
  readonly source: string;
  readonly media: MediaType;
  readonly emitted: string;
  readonly name: string;
  /** Whether the package exports the module; all its exports are then public. */
  readonly entry: boolean;
  readonly texts: SpecifierTexts;
}

/** Proved, different, or open because a type was inferred in a way that this program cannot repeat. */
export type DeclarationAnswer = Sameness | { readonly same: 'open'; readonly reason: string };

/**
 * Decides whether a declaration file follows from the attested source. JSR's fast check omits what is not public, so
 * statements may be missing (but not in an entry module, and never one of several overloads). Each statement that is
 * present must follow from the source, in the same order.
 */
export function sameDeclarations(file: EmittedDeclarations, compiler: Compiler): DeclarationAnswer {
  const tail = `//# sourceMappingURL=${file.name}.map`;
  if (!file.emitted.endsWith(`\n${tail}`) && file.emitted !== tail)
    return differs(`does not end in "${tail}"`);
  try {
    return compare(file, file.emitted.slice(0, -tail.length), compiler);
  } catch (error) {
    // The recursion through a tree, or a regular expression on a text of many megabytes, exceeded its limit.
    if (error instanceof RangeError) return differs('is too deep or too long to be compared');
    throw error;
  }
}

function compare(file: EmittedDeclarations, text: string, compiler: Compiler): DeclarationAnswer {
  const source = compiler.parse(file.source, file.media);
  if (!source.ok) return differs(`its source cannot be parsed: ${source.reason}`);
  const given = compiler.parse(text, 'd.ts');
  if (!given.ok) return differs(`cannot be parsed: ${given.reason}`);

  const printed = compiler.print(given.value);
  if (!printed.ok || wordsOf(printed.value) !== wordsOf(text)) {
    return differs('is written in a way that parsers may read differently');
  }
  const expected = declareModule(bodyOf(source.value), file.texts);
  const actual = bodyOf(given.value);
  const answer = align(expected, actual, expandoNames(bodyOf(source.value)));
  if (answer.same !== true && answer.same !== 'open') return answer;
  const incomplete = missingExport(expected, actual, file.entry) ?? missingOverload(expected, actual);
  if (incomplete !== undefined) return differs(`lacks ${incomplete}`);
  const known = new Passages(file.source.replaceAll('\r\n', '\n'), comments);
  const strange = commentsOf(text).find((comment) => !known.has(comment.replaceAll('\r\n', '\n')));
  if (strange !== undefined) return differs('has a comment that its source has not');
  const head = new Set(headOf(file.source));
  const moved = headOf(text).some((comment) => isForHead.test(comment) && !head.has(comment));
  return moved ? differs('begins with a comment that its source does not begin with') : answer;
}

// Finds each actual statement among the remaining expected ones, in order.
function align(
  expected: readonly Tree[],
  actual: readonly Tree[],
  expandos: ReadonlySet<string>,
): DeclarationAnswer {
  let position = 0;
  let open: string | undefined;
  for (const statement of actual) {
    let found = position;
    let answer: Match = 'different';
    for (; found < expected.length && answer === 'different'; found += 1) {
      const candidate = expected[found];
      if (candidate !== undefined) answer = matchStatement(candidate, statement);
    }
    if (answer === 'different') {
      if (!isExpando(statement, expandos))
        return differs(`says what its source does not: ${nameOf(statement)}`);
      open ??= nameOf(statement);
      continue;
    }
    if (answer === 'open') open ??= nameOf(statement);
    position = found;
  }
  return open === undefined
    ? same
    : { same: 'open', reason: `has a type that only a type checker could infer: ${open}` };
}

const lists: Readonly<Record<string, string>> = {
  ImportDeclaration: 'specifiers',
  ExportNamedDeclaration: 'specifiers',
  VariableDeclaration: 'declarations',
};

// Imports, exports and variable statements may lack single names that are not public.
function matchStatement(expected: Tree, actual: Tree): Match {
  if (expected.type === 'ExportDeclaration' && actual.type === 'ExportDeclaration') {
    const [wanted, given] = [treeAt(expected, 'declaration'), treeAt(actual, 'declaration')];
    return wanted === undefined || given === undefined ? 'different' : matchStatement(wanted, given);
  }
  if (expected.type === 'TsModuleDeclaration' && actual.type === 'TsModuleDeclaration')
    return matchNamespace(expected, actual);
  const field = lists[expected.type];
  if (field === undefined || actual.type !== expected.type) return match(expected, withMadeUpName(actual));
  const left = [...treesAt(expected, field)];
  const items = treesAt(withMadeUpName(actual), field);
  const chosen: Tree[] = [];
  for (const item of items) {
    const index = left.findIndex((candidate) => match(candidate, item) !== 'different');
    const candidate = left[index];
    if (candidate === undefined) return 'different';
    chosen.push(candidate);
    left.splice(0, index + 1);
  }
  if (items.length === 0 && treesAt(expected, field).length > 0) return 'different';
  return match({ ...expected, [field]: chosen }, { ...actual, [field]: items });
}

function matchNamespace(expected: Tree, actual: Tree): Match {
  const [wanted, given] = [treeAt(expected, 'body'), treeAt(actual, 'body')];
  if (wanted?.type !== 'TsModuleBlock' || given?.type !== 'TsModuleBlock') return match(expected, actual);
  const head = match({ ...expected, body: null }, { ...actual, body: null });
  if (head === 'different') return head;
  const answer = align(treesAt(wanted, 'body'), treesAt(given, 'body'), new Set());
  if (answer.same === 'open') return 'open';
  return answer.same ? head : 'different';
}

// Treats `_dts_1`, `_dts_2` and so on as one name, because JSR generates these names.
function withMadeUpName(value: Tree): Tree {
  const known = madeUp.get(value);
  if (known !== undefined) return known;
  const visit = (child: unknown): unknown => {
    if (Array.isArray(child)) return child.map(visit);
    if (!isTree(child)) return child;
    if (child.type === 'Identifier' && /^_dts_[0-9]+$/.test(textOf(child) ?? ''))
      return { ...child, value: madeUpName };
    return Object.fromEntries(Object.entries(child).map(([field, inner]) => [field, visit(inner)]));
  };
  const named = visit(value) as Tree;
  madeUp.set(value, named);
  return named;
}

/** A cache, because one statement is compared with many. */
const madeUp = new WeakMap<Tree, Tree>();

function bodyOf(module: unknown): readonly Tree[] {
  const tree = plain(module);
  return isTree(tree) ? treesAt(tree, 'body') : [];
}

/**
 * Names of functions that get properties by assignment: `f.version = 1`. Only a type checker could infer their types.
 */
function expandoNames(body: readonly Tree[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of body) {
    const expression = treeAt(statement, 'expression');
    const left = expression?.type === 'AssignmentExpression' ? treeAt(expression, 'left') : undefined;
    const name = left?.type === 'MemberExpression' ? textOf(left['object']) : undefined;
    if (name !== undefined) names.add(name);
  }
  return names;
}

function isExpando(statement: Tree, names: ReadonlySet<string>): boolean {
  const node = declarationOf(statement);
  return node?.type === 'TsModuleDeclaration' && names.has(textOf(node['id']) ?? '');
}

function missingExport(
  expected: readonly Tree[],
  actual: readonly Tree[],
  entry: boolean,
): string | undefined {
  if (!entry) return undefined;
  const given = new Set(actual.flatMap(exportedNames));
  return expected.flatMap(exportedNames).find((name) => !given.has(name));
}

function missingOverload(expected: readonly Tree[], actual: readonly Tree[]): string | undefined {
  const wanted = expected.flatMap(overloadName);
  const given = actual.flatMap(overloadName);
  const [left, right] = [counted(given), counted(wanted)];
  const broken = given.find((name) => left.get(name) !== right.get(name));
  return broken === undefined ? undefined : `an overload of ${broken}`;
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function overloadName(statement: Tree): readonly string[] {
  const node = declarationOf(statement);
  const name = node === undefined ? undefined : functionName(node);
  return name === undefined ? [] : [name];
}

function exportedNames(statement: Tree): readonly string[] {
  switch (statement.type) {
    case 'ExportDeclaration': {
      const node = declarationOf(statement);
      if (node?.type === 'VariableDeclaration') {
        return treesAt(node, 'declarations').flatMap((declarator) => textOf(declarator['id']) ?? []);
      }
      return [textOf(node?.['identifier'] ?? node?.['id']) ?? ''];
    }
    case 'ExportNamedDeclaration':
      return treesAt(statement, 'specifiers').map(
        (specifier) => textOf(specifier['exported'] ?? specifier['orig'] ?? specifier['name']) ?? '',
      );
    case 'ExportAllDeclaration':
      return ['*'];
    case 'ExportDefaultDeclaration':
    case 'ExportDefaultExpression':
    case 'OneOf':
      return ['default'];
    default:
      return [];
  }
}

function nameOf(statement: Tree): string {
  const node = declarationOf(statement) ?? statement;
  const names = exportedNames(statement).join(', ') || textOf(node['identifier'] ?? node['id']);
  return names === undefined || names === '' ? node.type : `${node.type} ${names.slice(0, 80)}`;
}

// Declaration files have strings, template types and comments, but no regular expressions. An unterminated token
// extends to the end of the text: searching for its end again after each following token would take quadratic time.
const tokens =
  /"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?|`[^`\\]*(?:\\.[^`\\]*)*`?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(tokens)].map(([token]) => token).filter((token) => token.startsWith('/'));
}

// Type checkers obey these comments only before the first statement.
const isForHead = /^\/\/\/\s*<|@ts-(?:no)?check\b|@jsx/i;

/** The comments before the first token of a text. */
function headOf(text: string): readonly string[] {
  const head = /^(?:#![^\n]*)?(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0] ?? '';
  return commentsOf(head.replaceAll('\r\n', '\n'));
}

/** Whether a token is a terminated comment, so that removing it removes no code. */
function isComment(token: string): boolean {
  return token.startsWith('//') || (token.startsWith('/*') && token.endsWith('*/') && token.length >= 4);
}

/**
 * The tokens of declarations, line by line, without comments and semicolons. Parsers disagree about line breaks and
 * accept invalid tokens, so the text printed from the tree must have the same tokens as the original.
 */
function wordsOf(text: string): string {
  const code = text.replace(tokens, (token) => (isComment(token) ? ' ' : token));
  const lines = code
    .split(/[\n\r\u2028\u2029]/)
    .map((line) => (line.match(/[\p{ID_Continue}$#]+|[^\s;]/gu) ?? []).join(' '));
  return lines.filter((line) => line !== '').join('\n');
}
