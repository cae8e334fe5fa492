import { assignedNames, mentionsIn } from './mentions.ts';
import { hoistedNames, identifier, isMember, isNode, nodesAt, type SyntaxNode } from './syntax.ts';
import type { LoweredNames } from './typescript.ts';

/**
 * Converts the newer form of an enum to the older one. Since mid-2024, swc writes `var X = function(X) { …; return X;
 * }(X || {});` or `({})`. Before: `var X; (function(X) { … })(X || (X = {}));`.
 */
export function enumStatements(statement: SyntaxNode, names: LoweredNames): readonly SyntaxNode[] {
  const exported = isNode(statement['declaration']);
  const declaration = exported ? (statement['declaration'] as SyntaxNode) : statement;
  if (declaration['kind'] !== 'var') return [statement];
  const [declarator, ...more] = nodesAt(declaration, 'declarations');
  const name = identifier(declarator?.['id']) ?? '';
  const call = declarator?.['init'];
  if (more.length > 0 || !names.enums.has(name) || !isNode(call)) return [statement];
  const { statements, argument } = wrapper(call, name);
  const last = statements.at(-1);
  if (last?.type !== 'ReturnStatement' || identifier(last['argument']) !== name) return [statement];
  const fresh = isEmptyObject(argument);
  if (!fresh && !isOr(argument, name, isEmptyObject)) return [statement];
  const { start, end } = statement;
  const bare = {
    ...declaration,
    declarations: [{ ...declarator, init: null }],
  };
  return [
    exported ? { ...statement, declaration: bare } : bare,
    {
      type: 'EnumBody',
      start,
      end,
      name,
      onto: fresh ? 'nothing' : 'anything',
      marks: call['marks'],
      body: statements.slice(0, -1),
    },
  ];
}

/** Recognises the older form of an enum, and the second part of a merged one: `(function(X) { … })(X)`. */
export function enumBody(statement: SyntaxNode, names: LoweredNames): SyntaxNode {
  const call = statement['expression'];
  if (!isNode(call)) return statement;
  const callee = call['callee'];
  const name = isNode(callee) ? identifier(nodesAt(callee, 'params')[0]) : undefined;
  if (name === undefined || !names.enums.has(name)) return statement;
  const { statements, argument } = wrapper(call, name);
  const assigns = (value: unknown) => isAssignment(value, name, isEmptyObject);
  const merges = identifier(argument) === name;
  if (!merges && !isOr(argument, name, assigns)) return statement;
  const { start, end } = statement;
  return {
    type: 'EnumBody',
    start,
    end,
    name,
    onto: merges ? 'itself' : 'anything',
    body: statements,
  };
}

/**
 * Whether an emitted enum may start from this value, given the expected one: `nothing` (`{}`), `itself` (`X`) or
 * `anything` (`X || {}`). If the name is declared once, `nothing` and `anything` are equivalent.
 */
export function sameOrigin(expected: unknown, actual: unknown, name: unknown, names: LoweredNames): boolean {
  if (expected === actual || actual === 'anything') return true;
  return expected === 'anything' && actual === 'nothing' && names.enums.get(String(name)) === 1;
}

/**
 * Removes names for which the module has other statements in the form of a compiled enum: code that an author wrote
 * in that form is not the compiler's. Also removes names that the module assigns to, because they may already have a
 * value.
 */
export function withoutLookalikes(program: SyntaxNode, names: LoweredNames): LoweredNames {
  const found = new Map<string, number>();
  for (const { type, name } of nodesAt(program, 'body')) {
    if (type === 'EnumBody') found.set(String(name), (found.get(String(name)) ?? 0) + 1);
  }
  const assigned = assignedNames(program);
  const genuine = [...names.enums].filter(
    ([name]) => found.get(name) === names.moduleEnums.get(name) && !assigned.has(name),
  );
  return { ...names, enums: new Map(genuine) };
}

/**
 * In a namespace N, until 2024: `let I; (function(I) { … })(I = N.I || (N.I = {}));`. Since then: `(function(I) { …
 * })(N.I || (N.I = {}));`. Both are equivalent if nothing else in the scope of the `let` mentions `I`.
 */
export function withoutNamespaceLets(
  statements: readonly SyntaxNode[],
  names: LoweredNames,
): readonly SyntaxNode[] {
  const kept: SyntaxNode[] = [];
  let mentions: ReadonlyMap<string, number> | undefined;
  for (const statement of statements) {
    const before = kept.at(-1);
    const name = bareLet(before);
    const lowered = names.namespaces.has(name) || names.enums.has(name);
    const inner = lowered ? nestedWrapper(statement, name) : undefined;
    if (inner !== undefined) {
      mentions ??= mentionsIn(statements);
      const own = mentionsIn([before, statement]).get(name);
      if (mentions.get(name) === own && !mentions.has('eval')) kept.pop();
      else {
        kept.push(statement);
        continue;
      }
    }
    kept.push(inner ?? statement);
  }
  return kept;
}

// The declared name, or `''`.
function bareLet(statement: SyntaxNode | undefined): string {
  if (statement?.['kind'] !== 'let') return '';
  const [declarator, ...more] = nodesAt(statement, 'declarations');
  if (more.length > 0 || declarator?.['init'] !== null) return '';
  return identifier(declarator['id']) ?? '';
}

function nestedWrapper(statement: SyntaxNode, name: string): SyntaxNode | undefined {
  const call = statement['expression'];
  if (!isNode(call)) return undefined;
  const { argument } = wrapper(call, name);
  if (!isAssignment(argument, name, (value) => isMemberOr(value, name))) return undefined;
  if (mentionsIn(argument['right']).has(name)) return undefined;
  return { ...statement, expression: { ...call, arguments: [argument['right']] } };
}

// `N.I || …`.
function isMemberOr(value: unknown, name: string): boolean {
  return isNode(value) && value['operator'] === '||' && isMember(value['left'], name);
}

interface Wrapper {
  readonly statements: readonly SyntaxNode[];
  readonly argument: unknown;
}

// The result for every node that is not such a call.
const none: Wrapper = { statements: [], argument: undefined };

// `(function(X) { … })(argument)`: all forms wrap the members of X in this function.
function wrapper({ type, callee, arguments: given }: SyntaxNode, name: string): Wrapper {
  if (type !== 'CallExpression' || !isNode(callee) || callee.type !== 'FunctionExpression') return none;
  if (callee['async'] === true || callee['generator'] === true || callee['id'] !== null) return none;
  const [parameter, ...parameters] = nodesAt(callee, 'params');
  const [argument, ...rest] = Array.isArray(given) ? given : [];
  if (identifier(parameter) !== name || parameters.length > 0 || rest.length > 0) return none;
  if (!isNode(callee['body']) || hoistedNames(callee['body']).length > 0) return none;
  return { statements: nodesAt(callee['body'], 'body'), argument };
}

function isEmptyObject(value: unknown): boolean {
  return isNode(value) && value.type === 'ObjectExpression' && nodesAt(value, 'properties').length === 0;
}

function isOr(value: unknown, name: string, right: (value: unknown) => boolean): boolean {
  return (
    isNode(value) && value['operator'] === '||' && identifier(value['left']) === name && right(value['right'])
  );
}

function isAssignment(value: unknown, name: string, right: (value: unknown) => boolean): value is SyntaxNode {
  return (
    isNode(value) && value['operator'] === '=' && identifier(value['left']) === name && right(value['right'])
  );
}
