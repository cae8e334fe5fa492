import { mentionsIn } from './mentions.ts';
import { boundBy, freeIdentifiers } from './scopes.ts';
import { hoistedNames, isNode, nodesAt, type SyntaxNode } from './syntax.ts';
import { classesOf, type LoweredNames } from './typescript.ts';

/**
 * Moves the field initialisers of all classes with parameter properties into their constructors, as swc does with
 * `native_class_properties: false`. Either all of them move or none, because one compiler wrote the script.
 * `undefined` if none moves.
 */
export function withMovedInitialisers(program: SyntaxNode, names: LoweredNames): SyntaxNode | undefined {
  const classes = classesWithProperties(program, names);
  if (classes.size === 0) return undefined;
  const moved = rebuilt(program, (node, copy) => {
    const properties = classes.get(node);
    return properties === undefined ? copy : (movedInitialisers(copy, properties) ?? copy);
  });
  return moved === program ? undefined : moved;
}

// `undefined` if the class cannot have this form.
function movedInitialisers(node: SyntaxNode, properties: number): SyntaxNode | undefined {
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
    // swc stores the value of a computed key in a variable with a generated name.
    if (member['computed'] === true || !isNode(member['key'])) return undefined;
    assignments.push(assignment(member['key'], member['value']));
    members.push({ ...member, value: null });
  }
  const open = method === undefined ? undefined : withoutCapture(method, assignments);
  const lowered = open === undefined ? undefined : insertAfterProperties(open, properties, assignments);
  if (lowered === undefined) return undefined;
  return {
    ...node,
    body: {
      ...node['body'],
      body: members.map((member) => (member === method ? lowered : member)),
    },
  };
}

/**
 * Renames what the constructor binds if a moved initialiser uses the same name for something else: `z = x;
 * constructor(private x)` becomes `constructor(x1) { this.x = x1; this.z = x; }`.
 */
function withoutCapture(definition: SyntaxNode, moved: readonly SyntaxNode[]): SyntaxNode | undefined {
  const method = definition['value'];
  if (!isNode(method) || !isNode(method['body'])) return undefined;
  const { parameters, body } = boundBy(method);
  const meant = new Set(freeIdentifiers(moved).map(nameOf));
  const captured = [...meant].filter((name) => parameters.has(name) || body.has(name));
  if (captured.length === 0) return definition;
  const own = freeIdentifiers([method['params'], method['body']['body']]);
  // A default value of a parameter that mentions a variable of the body refers to neither binding.
  const inParameters = new Set(freeIdentifiers(method['params']).map(nameOf));
  if (captured.some((name) => !parameters.has(name) && inParameters.has(name))) return undefined;
  const taken = new Set([...namesIn(method), ...meant]);
  const names = new Map(captured.map((name) => [name, freshName(name, taken)]));
  const renamed = new Set(own.filter((node) => names.has(nameOf(node))));
  const other = (name: string) => names.get(name) ?? name;
  return rebuilt(definition, (node, copy) => {
    if (renamed.has(node)) return { ...copy, name: other(nameOf(node)) };
    if (node === method['body']) return { ...copy, hoisted: hoistedNames(node).map(other).sort() };
    return node['shorthand'] === true && node['value'] !== copy['value']
      ? { ...copy, shorthand: false }
      : copy;
  });
}

function nameOf(node: SyntaxNode): string {
  return String(node['name']);
}

function namesIn(tree: SyntaxNode): ReadonlySet<string> {
  const found = new Set(mentionsIn(tree).keys());
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    for (const name of hoistedNames(value)) found.add(name);
    for (const child of Object.values(value)) visit(child);
  };
  visit(tree);
  return found;
}

// Numbered as swc does it.
function freshName(name: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${name}${number}`)) number += 1;
  return `${name}${number}`;
}

// Rebuilds a tree from the leaves up; unchanged nodes stay identical.
function rebuilt(tree: SyntaxNode, change: (node: SyntaxNode, copy: SyntaxNode) => SyntaxNode): SyntaxNode {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = value.map(visit);
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    if (!isNode(value)) return value;
    const fields: Record<string, unknown> = {};
    let changed = false;
    for (const [field, child] of Object.entries(value)) {
      fields[field] = visit(child);
      changed ||= fields[field] !== child;
    }
    return change(value, changed ? (fields as unknown as SyntaxNode) : value);
  };
  return visit(tree) as SyntaxNode;
}

// Empty if the classes of the source and of the script cannot be matched.
function classesWithProperties(
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
