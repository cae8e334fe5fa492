import { identifier, isMember, isNode, nodesAt, type SyntaxNode } from './syntax.ts';
import { classesOf, type LoweredNames } from './typescript.ts';

/**
 * The class with its field initialisers moved into the constructor, behind the assignments of the parameter properties:
 * what swc emits for such a class under `native_class_properties: false`. `undefined` where the class has no such form.
 */
export function movedInitialisers(node: SyntaxNode): SyntaxNode | undefined {
  if (!isNode(node['body'])) return undefined;
  const assignments: SyntaxNode[] = [];
  const members: SyntaxNode[] = [];
  let method: SyntaxNode | undefined;
  for (const member of nodesAt(node['body'], 'body')) {
    if (member.type === 'MethodDefinition' && member['kind'] === 'constructor') method = member;
    if (member.type !== 'PropertyDefinition' || member['static'] === true || !isNode(member['value'])) {
      members.push(member);
      continue;
    }
    // swc keeps the value of any other key in a variable, and renames freely there.
    if (!isNode(member['key']) || !isPlainName(member)) return undefined;
    assignments.push(assignment(member['key'], member['value']));
    members.push({ ...member, value: null });
  }
  const lowered = method === undefined ? undefined : insertAfterProperties(method, assignments);
  if (lowered === undefined) return undefined;
  return {
    ...node,
    body: {
      ...node['body'],
      body: members.map((member) => (member === method ? lowered : member)),
    },
  };
}

/** The classes of a canonical script that have parameter properties, or none when they cannot be told apart. */
export function classesWithProperties(program: SyntaxNode, names: LoweredNames): readonly SyntaxNode[] {
  const classes = classesOf(program);
  if (classes.length !== names.parameterProperties.length) return [];
  return classes.filter((_, index) => names.parameterProperties[index]);
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

function insertAfterProperties(definition: SyntaxNode, added: readonly SyntaxNode[]): SyntaxNode | undefined {
  const method = definition['value'];
  if (!isNode(method) || !isNode(method['body'])) return undefined;
  const statements = nodesAt(method['body'], 'body');
  const parameters = new Set(nodesAt(method, 'params').map(parameterName));
  const callsSuper = statements.findIndex(isSuperCall);
  let position = callsSuper + 1;
  while (isPropertyAssignment(statements[position], parameters)) position += 1;
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

function parameterName(parameter: SyntaxNode): string | undefined {
  return identifier(parameter.type === 'AssignmentPattern' ? parameter['left'] : parameter);
}

function isSuperCall(statement: SyntaxNode): boolean {
  const call = statement['expression'];
  return (
    isNode(call) &&
    call.type === 'CallExpression' &&
    isNode(call['callee']) &&
    call['callee'].type === 'Super'
  );
}

// `this.a = a;` for a parameter a.
function isPropertyAssignment(statement: SyntaxNode | undefined, parameters: ReadonlySet<unknown>): boolean {
  const expression = statement?.['expression'];
  if (!isNode(expression) || expression.type !== 'AssignmentExpression') return false;
  const { left, right } = expression;
  const name = identifier(right);
  return (
    name !== undefined &&
    parameters.has(name) &&
    isMember(left, name) &&
    isNode(left) &&
    isNode(left['object']) &&
    left['object'].type === 'ThisExpression'
  );
}

function isPlainName(member: SyntaxNode): boolean {
  const key = member['key'];
  return (
    member['computed'] === false && isNode(key) && ['Identifier', 'PrivateIdentifier'].includes(key.type)
  );
}
