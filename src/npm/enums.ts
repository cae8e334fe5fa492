import { hoistedNames, identifier, isMember, isNode, nodesAt, type SyntaxNode } from './syntax.ts';
import type { LoweredNames } from './typescript.ts';

/**
 * Since mid-2024: `var X = function(X) { …; return X; }(X || {});` or `({})`. Before:
 * `var X; (function(X) { … })(X || (X = {}));`. The newer form is brought to the older one.
 */
export function enumStatements(statement: SyntaxNode, names: LoweredNames): readonly SyntaxNode[] {
  const exported = statement.type === 'ExportNamedDeclaration' && isNode(statement['declaration']);
  const declaration = exported ? (statement['declaration'] as SyntaxNode) : statement;
  if (declaration.type !== 'VariableDeclaration' || declaration['kind'] !== 'var') return [statement];
  const [declarator, ...more] = nodesAt(declaration, 'declarations');
  if (declarator === undefined || more.length > 0) return [statement];
  const name = identifier(declarator['id']);
  const call = declarator['init'];
  if (name === undefined || !names.enums.has(name) || !isNode(call)) return [statement];
  const parts = wrapper(call, name);
  const last = parts?.statements.at(-1);
  if (parts === undefined || last?.type !== 'ReturnStatement' || identifier(last['argument']) !== name) {
    return [statement];
  }
  const fresh = isEmptyObject(parts.argument);
  if (!fresh && !isOr(parts.argument, name, isEmptyObject)) return [statement];
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
      body: parts.statements.slice(0, -1),
    },
  ];
}

/** Recognises the older form of an enum, and the second part of a merged one: `(function(X) { … })(X)`. */
export function enumBody(statement: SyntaxNode, names: LoweredNames): SyntaxNode {
  const call = statement['expression'];
  if (statement.type !== 'ExpressionStatement' || !isNode(call)) return statement;
  for (const name of names.enums.keys()) {
    const parts = wrapper(call, name);
    if (parts === undefined) continue;
    const assigns = (value: unknown) => isAssignment(value, name, isEmptyObject);
    const merges = identifier(parts.argument) === name;
    if (!merges && !isOr(parts.argument, name, assigns)) continue;
    const { start, end } = statement;
    return {
      type: 'EnumBody',
      start,
      end,
      name,
      onto: merges ? 'itself' : 'anything',
      body: parts.statements,
    };
  }
  return statement;
}

/**
 * Whether an emitted enum may begin from what it does, given what it should begin from: `nothing` (`{}`), `itself` (`X`) or
 * `anything` (`X || {}`). Starting from nothing is the same as from anything where the name is declared once.
 */
export function sameOrigin(expected: unknown, actual: unknown, name: unknown, names: LoweredNames): boolean {
  if (expected === actual || actual === 'anything') return true;
  return expected === 'anything' && actual === 'nothing' && names.enums.get(String(name)) === 1;
}

/**
 * Nested in a namespace N, until 2024: `let I; (function(I) { … })(I = N.I || (N.I = {}));`. Since then:
 * `(function(I) { … })(N.I || (N.I = {}));`.
 */
export function withoutNamespaceLets(
  statements: readonly SyntaxNode[],
  names: LoweredNames,
): readonly SyntaxNode[] {
  const kept: SyntaxNode[] = [];
  for (const statement of statements) {
    const before = kept.at(-1);
    const name = before === undefined ? undefined : bareLet(before);
    const lowered = name !== undefined && (names.namespaces.has(name) || names.enums.has(name));
    const inner = lowered ? nestedWrapper(statement, name) : undefined;
    if (inner !== undefined) kept.pop();
    kept.push(inner ?? statement);
  }
  return kept;
}

function bareLet(statement: SyntaxNode): string | undefined {
  if (statement.type !== 'VariableDeclaration' || statement['kind'] !== 'let') return undefined;
  const [declarator, ...more] = nodesAt(statement, 'declarations');
  if (declarator === undefined || more.length > 0 || declarator['init'] !== null) return undefined;
  return identifier(declarator['id']);
}

function nestedWrapper(statement: SyntaxNode, name: string): SyntaxNode | undefined {
  const call = statement['expression'];
  if (statement.type !== 'ExpressionStatement' || !isNode(call)) return undefined;
  const argument = wrapper(call, name)?.argument;
  if (!isNode(argument) || argument.type !== 'AssignmentExpression' || argument['operator'] !== '=') {
    return undefined;
  }
  const value = argument['right'];
  const ofNamespace = isNode(value) && value.type === 'LogicalExpression' && isMember(value['left'], name);
  if (identifier(argument['left']) !== name || !ofNamespace) return undefined;
  return { ...statement, expression: { ...call, arguments: [value] } };
}

interface Wrapper {
  readonly statements: readonly SyntaxNode[];
  readonly argument: unknown;
}

// `(function(X) { … })(argument)`: the function all forms put around the members of X.
function wrapper(call: SyntaxNode, name: string): Wrapper | undefined {
  const callee = call['callee'];
  if (call.type !== 'CallExpression' || call['optional'] === true || !isNode(callee)) return undefined;
  if (callee.type !== 'FunctionExpression' || callee['async'] === true || callee['generator'] === true) {
    return undefined;
  }
  const parameters = nodesAt(callee, 'params');
  const given = nodesAt(call, 'arguments');
  if (callee['id'] !== null || parameters.length !== 1 || given.length !== 1) return undefined;
  if (identifier(parameters[0]) !== name || !isNode(callee['body'])) return undefined;
  if (hoistedNames(callee['body']).length > 0) return undefined;
  return { statements: nodesAt(callee['body'], 'body'), argument: given[0] };
}

function isEmptyObject(value: unknown): boolean {
  return isNode(value) && value.type === 'ObjectExpression' && nodesAt(value, 'properties').length === 0;
}

function isOr(value: unknown, name: string, right: (value: unknown) => boolean): boolean {
  return (
    isNode(value) &&
    value.type === 'LogicalExpression' &&
    value['operator'] === '||' &&
    identifier(value['left']) === name &&
    right(value['right'])
  );
}

function isAssignment(value: unknown, name: string, right: (value: unknown) => boolean): boolean {
  return (
    isNode(value) &&
    value.type === 'AssignmentExpression' &&
    value['operator'] === '=' &&
    identifier(value['left']) === name &&
    right(value['right'])
  );
}
