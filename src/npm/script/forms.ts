import { enumBody, enumStatements, withoutNamespaceLets } from './enums.ts';
import type { Mark } from './marks.ts';
import { identifier, isNode, marksAt, nodesAt, type SyntaxNode } from './syntax.ts';
import type { LoweredNames } from './typescript.ts';

/**
 * Converts every construct that swc has compiled differently since 2024 to one form. Each rule preserves the meaning
 * of the program. The rules for enums and namespaces apply only to names that the attested source declares as such,
 * and only in places where a compiler writes that form.
 */
export function canonical(program: SyntaxNode, names: LoweredNames): SyntaxNode {
  return normalise(program, names) as SyntaxNode;
}

function normalise(value: unknown, names: LoweredNames): unknown {
  if (Array.isArray(value)) return value.map((item) => normalise(item, names));
  if (!isNode(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [field, child] of Object.entries(value)) fields[field] = normalise(child, names);
  const node = fields as unknown as SyntaxNode;
  switch (node.type) {
    case 'Program':
      return withStatements(node, 'body', names, true);
    case 'BlockStatement':
    case 'StaticBlock':
      return withStatements(node, 'body', names, false);
    case 'SwitchCase':
      return withStatements(node, 'consequent', names, false);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return isNode(node['body']) && node['body'].type === 'BlockStatement'
        ? { ...node, body: withStatements(node['body'], 'body', names, true) }
        : node;
    default:
      return node;
  }
}

function withStatements(node: SyntaxNode, field: string, names: LoweredNames, scope: boolean): SyntaxNode {
  // In a function, block or namespace an enum is a `let` with a value, which all versions write in the same form.
  const isModule = node.type === 'Program';
  const hoisted = new Hoisted();
  const dropped: Mark[] = [];
  const kept = (statement: SyntaxNode, others: readonly SyntaxNode[]) => {
    if (others.length === 0) dropped.push(...marksAt(statement));
    return others;
  };
  const statements = nodesAt(node, field)
    .flatMap(split)
    .flatMap((statement) => kept(statement, isNothing(statement) ? [] : [statement]))
    .flatMap((statement) => (isModule ? enumStatements(statement, names) : [statement]))
    .flatMap((statement) => kept(statement, scope ? withoutBareVars(statement, hoisted) : [statement]));
  const merged = withoutNamespaceLets(statements, names).map((statement) =>
    isModule ? enumBody(statement, names) : statement,
  );
  return { ...node, [field]: merged, hoisted: hoisted.names.sort(), dropped };
}

// Splits `a, b;` into `a; b;`: compilers join and split statements after `super()`.
function split(statement: SyntaxNode): readonly SyntaxNode[] {
  const expression = statement['expression'];
  if (!isNode(expression) || expression.type !== 'SequenceExpression') return [statement];
  const { marks, ...rest } = statement;
  return nodesAt(expression, 'expressions').map((part, index) => ({
    ...rest,
    type: statement.type,
    end: statement.end,
    ...(index === 0 && marks !== undefined && { marks }),
    start: part.start,
    expression: part,
  }));
}

// `;` does nothing, and `export {}` only marks a module, as does `"type": "module"`.
function isNothing(statement: SyntaxNode): boolean {
  return (
    statement.type === 'EmptyStatement' ||
    (statement.type === 'ExportNamedDeclaration' &&
      statement['declaration'] === null &&
      statement['source'] === null &&
      nodesAt(statement, 'specifiers').length === 0)
  );
}

/** Declaring a name twice has no effect, but exporting it twice is an error. */
class Hoisted {
  readonly names: string[] = [];
  readonly #once = new Set<string>();

  add(name: string, exported: boolean): void {
    if (exported) this.names.push(`export ${name}`);
    else if (!this.#once.has(name)) this.names.push(name);
    if (!exported) this.#once.add(name);
  }
}

// A `var x;` without a value declares x for the whole function, at any position, so only the set of names counts.
function withoutBareVars(statement: SyntaxNode, hoisted: Hoisted): readonly SyntaxNode[] {
  const exported = statement.type === 'ExportNamedDeclaration' && isNode(statement['declaration']);
  const declaration = exported ? (statement['declaration'] as SyntaxNode) : statement;
  if (declaration['kind'] !== 'var') return [statement];
  const kept: SyntaxNode[] = [];
  for (const declarator of nodesAt(declaration, 'declarations')) {
    const name = identifier(declarator['id']);
    if (declarator['init'] !== null || name === undefined) kept.push(declarator);
    else hoisted.add(name, exported);
  }
  if (kept.length === 0) return [];
  const rest = { ...declaration, declarations: kept };
  return [exported ? { ...statement, declaration: rest } : rest];
}
