import { identifier, isNode, nodesAt, type SyntaxNode } from './syntax.ts';

/** How often a tree mentions each name where it may be a variable. */
export function mentionsIn(tree: unknown): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = identifier(value);
    if (name !== undefined) found.set(name, (found.get(name) ?? 0) + 1);
    for (const [field, child] of Object.entries(value)) if (!isKey(value, field)) visit(child);
  };
  visit(tree);
  return found;
}

/** The names that a tree assigns to, imports, or declares with `var` and a value. */
export function assignedNames(tree: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value))
      for (const target of targetsOf(value)) for (const name of mentionsIn(target).keys()) found.add(name);
    for (const child of Object.values(value)) visit(child);
  };
  visit(tree);
  return found;
}

function targetsOf(node: SyntaxNode): readonly unknown[] {
  switch (node.type) {
    case 'AssignmentExpression':
    case 'ForInStatement':
    case 'ForOfStatement':
      // `a.b = 1` does not assign to a.
      return isNode(node['left']) && node['left'].type === 'MemberExpression' ? [] : [node['left']];
    case 'UpdateExpression':
      return [node['argument']];
    case 'VariableDeclaration':
      return node['kind'] === 'var' ? initialised(node) : [];
    case 'ImportDeclaration':
      return nodesAt(node, 'specifiers').map((specifier) => specifier['local']);
    default:
      return [];
  }
}

// `let` and `const` declare a name in their own scope.
function initialised(declaration: SyntaxNode): readonly unknown[] {
  return nodesAt(declaration, 'declarations').flatMap(({ id, init }) => (init === null ? [] : [id]));
}

/**
 * Whether a field is a property name, as in `a.name` and `{ name: a }`. A shorthand key also appears as the value.
 */
export function isKey(node: object, field: string): boolean {
  if (!isNode(node) || node['computed'] === true) return false;
  if (node.type === 'MemberExpression') return field === 'property';
  return field === 'key' && /^(?:Property|PropertyDefinition|MethodDefinition)$/.test(node.type);
}
