import { isNode, nodesAt, type SyntaxNode } from './syntax.ts';
import { classesOf, type LoweredNames } from './typescript.ts';

/**
 * The class with its field initialisers moved into the constructor, behind the assignments of its parameter
 * properties, of which there are `properties`: what swc emits for such a class under `native_class_properties: false`.
 * `undefined` where the class has no such form.
 */
export function movedInitialisers(node: SyntaxNode, properties: number): SyntaxNode | undefined {
  if (!isNode(node['body'])) return undefined;
  const assignments: SyntaxNode[] = [];
  const members: SyntaxNode[] = [];
  let method: SyntaxNode | undefined;
  for (const member of nodesAt(node['body'], 'body')) {
    if (member['kind'] === 'constructor') method = member;
    if (member.type !== 'PropertyDefinition' || member['static'] === true || !isNode(member['value'])) {
      members.push(member);
      continue;
    }
    // swc keeps the value of a computed key in a variable, and renames freely there.
    if (member['computed'] === true || !isNode(member['key'])) return undefined;
    assignments.push(assignment(member['key'], member['value']));
    members.push({ ...member, value: null });
  }
  const lowered = method === undefined ? undefined : insertAfterProperties(method, properties, assignments);
  if (lowered === undefined) return undefined;
  return {
    ...node,
    body: {
      ...node['body'],
      body: members.map((member) => (member === method ? lowered : member)),
    },
  };
}

/** The classes of a canonical script that have parameter properties, with their number; none when they cannot be told apart. */
export function classesWithProperties(
  program: SyntaxNode,
  { parameterProperties }: LoweredNames,
): ReadonlyMap<SyntaxNode, number> {
  const classes = classesOf(program);
  if (classes.length !== parameterProperties.length) return new Map();
  const counted = classes.map((node, index) => [node, parameterProperties[index] ?? 0] as const);
  return new Map(counted.filter(([, properties]) => properties > 0));
}

function assignment(key: SyntaxNode, value: SyntaxNode): SyntaxNode {
  const at = { start: value.start, end: value.end };
  const left = {
    type: 'MemberExpression',
    ...at,
    object: { type: 'ThisExpression', ...at },
    property: key,
    computed: false,
    optional: false,
  };
  return {
    type: 'ExpressionStatement',
    ...at,
    expression: { type: 'AssignmentExpression', ...at, operator: '=', left, right: value },
  };
}

function insertAfterProperties(
  definition: SyntaxNode,
  properties: number,
  added: readonly SyntaxNode[],
): SyntaxNode | undefined {
  const method = definition['value'];
  if (!isNode(method) || !isNode(method['body'])) return undefined;
  const statements = nodesAt(method['body'], 'body');
  const position = statements.findIndex(isSuperCall) + 1 + properties;
  return {
    ...definition,
    value: {
      ...method,
      body: {
        ...method['body'],
        body: [...statements.slice(0, position), ...added, ...statements.slice(position)],
      },
    },
  };
}

function isSuperCall(statement: SyntaxNode): boolean {
  const call = statement['expression'];
  return isNode(call) && isNode(call['callee']) && call['callee'].type === 'Super';
}
