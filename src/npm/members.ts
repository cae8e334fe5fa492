import { annotation, keyword, parametersOf, patternOf, returnTypeOf, typeOf } from './infer.ts';
import { oneOf, type Tree, textOf, treeAt, treesAt } from './tree.ts';

/** The members of a class as its declaration lists them: bodies, values and private names are gone. */
export function declareMembers(members: readonly Tree[]): readonly Tree[] {
  const properties: Tree[] = [];
  const kept: Tree[] = [];
  const privates = new Set<string>();
  for (const member of members) {
    if (isImplementation(member, members)) continue;
    if (isPrivate(member)) {
      const name = nameOf(member);
      // One private method stands for all its overloads; computed names that are private are nobody's business.
      if (member.type !== 'Constructor' && (name === undefined || privates.has(name))) continue;
      if (name !== undefined) privates.add(name);
    }
    if (member.type === 'Constructor') properties.push(...treesAt(member, 'params').flatMap(propertyOf));
    kept.push(...declareMember(member));
  }
  return [...properties, ...kept];
}

// What is private has no type for others.
const hiddenType = oneOf(annotation(keyword('any')), null);

function declareMember(member: Tree): readonly Tree[] {
  switch (member.type) {
    case 'Constructor':
      return [
        {
          ...member,
          body: null,
          params: isPrivate(member) ? [] : parametersOf(constructorParameters(member)),
        },
      ];
    case 'ClassMethod':
      return [isPrivate(member) ? privateProperty(member) : declareMethod(member)];
    case 'ClassProperty':
    case 'AutoAccessor':
      return member.type === 'AutoAccessor' && textOf(member['key']) === undefined
        ? []
        : [declareProperty(member)];
    case 'TsIndexSignature':
      return [member];
    default:
      return [];
  }
}

// The body of a function with overloads is not part of its declaration.
function isImplementation(member: Tree, members: readonly Tree[]): boolean {
  const holder = member.type === 'ClassMethod' ? functionOf(member) : member;
  if (member.type !== 'ClassMethod' && member.type !== 'Constructor') return false;
  if (holder['body'] === null || member['kind'] === 'getter' || member['kind'] === 'setter') return false;
  return members.some((other) => {
    if (other.type !== member.type || nameOf(other) !== nameOf(member)) return false;
    if (other['isStatic'] !== member['isStatic'] || other['isAbstract'] === true) return false;
    return (other.type === 'ClassMethod' ? functionOf(other) : other)['body'] === null;
  });
}

function declareMethod(method: Tree): Tree {
  const body = functionOf(method);
  const returnType = method['kind'] === 'setter' ? null : returnTypeOf(body);
  return {
    ...method,
    key: plainKey(method['key']),
    function: {
      ...body,
      params: parametersOf(treesAt(body, 'params')),
      decorators: [],
      body: null,
      generator: false,
      async: false,
      returnType,
    },
  };
}

function declareProperty(member: Tree): Tree {
  const declared = treeAt(member, 'typeAnnotation');
  const type = isPrivate(member) ? hiddenType : (declared ?? annotation(typeOf(member['value'])));
  return {
    type: 'ClassProperty',
    key: plainKey(member['key']),
    value: null,
    typeAnnotation: type,
    isStatic: member['isStatic'],
    decorators: [],
    accessibility: member['accessibility'],
    isAbstract: member['isAbstract'],
    isOptional: member['isOptional'] ?? false,
    isOverride: member['isOverride'],
    readonly: member['readonly'] ?? false,
    definite: false,
  };
}

function privateProperty(method: Tree): Tree {
  return declareProperty({ ...method, typeAnnotation: null, value: null });
}

// `constructor(readonly a: T)` declares a property a as well.
function propertyOf(parameter: Tree): readonly Tree[] {
  if (parameter.type !== 'TsParameterProperty') return [];
  const binding = treeAt(parameter, 'param');
  const named = binding?.type === 'AssignmentPattern' ? treeAt(binding, 'left') : binding;
  const type = patternOf(binding, true)['typeAnnotation'];
  const hidden = parameter['accessibility'] === 'private';
  return [
    {
      type: 'ClassProperty',
      key: { type: 'Identifier', value: textOf(named) },
      value: null,
      typeAnnotation: hidden ? hiddenType : type,
      isStatic: false,
      decorators: [],
      accessibility: parameter['accessibility'] === 'public' ? null : parameter['accessibility'],
      isAbstract: false,
      isOptional: binding?.type === 'Identifier' && binding['optional'] === true,
      isOverride: parameter['override'],
      readonly: parameter['readonly'],
      definite: false,
    },
  ];
}

function constructorParameters(member: Tree): readonly Tree[] {
  return treesAt(member, 'params').map((parameter) =>
    parameter.type === 'TsParameterProperty'
      ? { type: 'Parameter', decorators: [], pat: treeAt(parameter, 'param') }
      : parameter,
  );
}

// `["name"]` is `name` in quotes.
function plainKey(key: unknown): unknown {
  const node = typeof key === 'object' && key !== null ? (key as Tree) : undefined;
  const expression = node?.type === 'Computed' ? treeAt(node, 'expression') : undefined;
  return expression !== undefined && /^(?:String|Numeric|BigInt)Literal$/.test(expression.type)
    ? expression
    : key;
}

function functionOf(method: Tree): Tree {
  // swc gives the function of a method no type.
  const value = method['function'];
  return typeof value === 'object' && value !== null ? (value as Tree) : method;
}

function isPrivate(member: Tree): boolean {
  return member['accessibility'] === 'private';
}

// What tells members apart; a computed name that is private has none.
function nameOf(member: Tree): string | undefined {
  if (member.type === 'Constructor') return 'constructor';
  const key = plainKey(member['key']);
  const text = textOf(key);
  if (text !== undefined) return text;
  const computed = typeof key === 'object' && key !== null && Reflect.get(key, 'type') === 'Computed';
  return computed && isPrivate(member) ? undefined : JSON.stringify(key);
}
