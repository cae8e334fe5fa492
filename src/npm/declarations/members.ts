import { oneOf, type Tree, textOf, treeAt, treesAt } from './declaration-tree.ts';
import { annotation, keyword, parametersOf, patternOf, returnTypeOf, typeOf } from './infer.ts';

/** The members of a class as its declaration lists them, without bodies, values and private names. */
export function declareMembers(members: readonly Tree[]): readonly Tree[] {
  const properties: Tree[] = [];
  const kept: Tree[] = [];
  // A private method appears once for all its overloads; private members with computed names are omitted.
  const privates = new Set<string | undefined>([undefined]);
  for (const member of members) {
    if (isImplementation(member, members)) continue;
    if (isPrivate(member)) {
      const name = nameOf(member);
      if (member.type !== 'Constructor' && privates.has(name)) continue;
      privates.add(name);
    }
    properties.push(...treesAt(member, 'params').flatMap(propertyOf));
    kept.push(...declareMember(member));
  }
  return [...properties, ...kept];
}

// Declarations omit the types of private members.
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
      // The compiler does not print the `static` of an index signature.
      return [{ ...member, static: false }];
    default:
      return [];
  }
}

// A declaration omits the implementation of an overloaded function.
function isImplementation(member: Tree, members: readonly Tree[]): boolean {
  if (member['kind'] === 'getter' || member['kind'] === 'setter' || isBodiless(member)) return false;
  return members.some(
    (other) =>
      isBodiless(other) &&
      nameOf(other) === nameOf(member) &&
      other['isStatic'] === member['isStatic'] &&
      other['isAbstract'] !== true,
  );
}

function declareMethod(method: Tree): Tree {
  const body = functionOf(method);
  const returnType = method['kind'] === 'setter' ? null : returnTypeOf(body);
  return {
    ...method,
    key: plainKey(method),
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
    key: plainKey(member),
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

// `constructor(readonly a: T)` also declares a property a.
function propertyOf(parameter: Tree): readonly Tree[] {
  if (parameter.type !== 'TsParameterProperty') return [];
  const binding = treeAt(parameter, 'param');
  const named = binding?.['left'] ?? binding;
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
      isOptional: binding?.['optional'] === true,
      isOverride: parameter['override'],
      readonly: parameter['readonly'],
      definite: false,
    },
  ];
}

function constructorParameters(member: Tree): readonly Tree[] {
  return treesAt(member, 'params').map((parameter) =>
    parameter.type === 'TsParameterProperty'
      ? { type: 'Parameter', pat: treeAt(parameter, 'param') }
      : parameter,
  );
}

// `["name"]` is the same key as `"name"`.
function plainKey(member: Tree): Tree {
  const key = treeAt(member, 'key') ?? member;
  const computed = treeAt(key, 'expression');
  return computed !== undefined && literals.has(computed.type) ? computed : key;
}

const literals: ReadonlySet<string> = new Set(['StringLiteral', 'NumericLiteral', 'BigIntLiteral']);

// The function of a method; swc gives it no type, and a constructor is its own function.
function functionOf(member: Tree): Tree {
  return (member['function'] ?? member) as Tree;
}

function isBodiless(member: Tree): boolean {
  return functionOf(member)['body'] === null;
}

function isPrivate(member: Tree): boolean {
  return member['accessibility'] === 'private';
}

// A key that identifies a member; a private member with a computed name has none.
function nameOf(member: Tree): string | undefined {
  const key = plainKey(member);
  return textOf(key) ?? (key.type === 'Computed' && isPrivate(member) ? undefined : JSON.stringify(key));
}
