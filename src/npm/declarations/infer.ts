import { hole, isTree, oneOf, type Tree, textOf, treeAt, treesAt } from './declaration-tree.ts';

/** Wraps a type as a type annotation. */
export function annotation(type: Tree): Tree {
  return { type: 'TsTypeAnnotation', typeAnnotation: type };
}

/** A keyword type: `string`, `void`, `any` … */
export function keyword(kind: string): Tree {
  return { type: 'TsKeywordType', kind };
}

function union(...types: readonly Tree[]): Tree {
  return { type: 'TsUnionType', types };
}

/**
 * The type that JSR's fast check writes for an expression without an annotation. For `"a"`, some of its versions
 * write `"a"` and others `string`; both follow from the source. A type that needs a type checker is a hole.
 */
export function typeOf(expression: unknown, constant = false): Tree {
  if (!isTree(expression)) return hole();
  switch (expression.type) {
    case 'StringLiteral':
      return literal(expression, 'string', constant);
    case 'NumericLiteral':
      return literal(expression, 'number', constant);
    case 'BooleanLiteral':
      return literal(expression, 'boolean', constant);
    case 'BigIntLiteral':
      return literal(expression, 'bigint', constant);
    case 'NullLiteral':
      return keyword('null');
    case 'RegExpLiteral':
      return reference('RegExp');
    case 'ParenthesisExpression':
    case 'TsSatisfiesExpression':
      return typeOf(expression['expression'], constant);
    case 'TsConstAssertion':
      return typeOf(expression['expression'], true);
    case 'TsAsExpression':
    case 'TsTypeAssertion':
      return treeAt(expression, 'typeAnnotation') ?? hole();
    case 'UnaryExpression':
      return negative(expression, constant);
    case 'TemplateLiteral':
      return hole(keyword('string'));
    case 'ArrayExpression':
      return tuple(expression, constant);
    case 'ObjectExpression':
      return objectType(expression, constant);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return functionType(expression);
    case 'CallExpression':
      return isSymbol(expression)
        ? oneOf(
            { type: 'TsTypeOperator', op: 'unique', typeAnnotation: keyword('symbol') },
            keyword('symbol'),
          )
        : hole();
    case 'Identifier':
      return identifierType(expression);
    default:
      return hole();
  }
}

/** The declared return type of a function, or the inferred one: fast check infers only `void`. */
export function returnTypeOf(node: Tree): Tree {
  const declared = treeAt(node, 'returnType');
  if (declared !== undefined) return declared;
  const body = treeAt(node, 'body');
  if (node['generator'] === true || body === undefined) return annotation(hole());
  if (!('stmts' in body)) return annotation(promised(node, typeOf(body)));
  return returnsValue(body['stmts']) ? annotation(hole()) : annotation(promised(node, keyword('void')));
}

/** The parameters of a function as a declaration has them: defaults become `?`, patterns may lose their names. */
export function parametersOf(parameters: readonly Tree[]): readonly Tree[] {
  const patterns = parameters.map((parameter) =>
    parameter.type === 'Parameter' ? treeAt(parameter, 'pat') : parameter,
  );
  return parameters.map((parameter, index) => {
    const optional = patterns.slice(index).every((pattern) => pattern !== undefined && isOptional(pattern));
    const pattern = patternOf(patterns[index], optional);
    return parameter.type === 'Parameter' ? { ...parameter, decorators: [], pat: pattern } : pattern;
  });
}

/** A binding with an explicit type; `undefined` stands for an unreadable pattern. */
export function patternOf(pattern: Tree | undefined, optional: boolean): Tree {
  if (pattern === undefined) return hole();
  if (pattern.type === 'AssignmentPattern') return defaulted(pattern, optional);
  const typed = { ...pattern, typeAnnotation: pattern['typeAnnotation'] ?? annotation(hole()) };
  return withoutNames(typed);
}

// `a: T = x` becomes `a?: T`, or `a: T | undefined` if a required parameter follows.
function defaulted(pattern: Tree, optional: boolean): Tree {
  const left = treeAt(pattern, 'left');
  if (left === undefined) return hole();
  const declared = treeAt(left, 'typeAnnotation');
  const type =
    declared === undefined ? typeOf(pattern['right']) : (treeAt(declared, 'typeAnnotation') ?? hole());
  if (left.type !== 'Identifier') {
    return withoutNames({ ...left, optional: true, typeAnnotation: annotation(type) });
  }
  if (optional) return { ...left, optional: true, typeAnnotation: annotation(type) };
  return { ...left, optional: false, typeAnnotation: annotation(union(type, keyword('undefined'))) };
}

function withoutNames(pattern: Tree): Tree {
  if (pattern.type === 'ObjectPattern') return { ...pattern, properties: oneOf([], pattern['properties']) };
  if (pattern.type === 'ArrayPattern') return { ...pattern, elements: oneOf([], pattern['elements']) };
  return pattern;
}

function isOptional(pattern: Tree): boolean {
  return (
    pattern.type === 'AssignmentPattern' || pattern.type === 'RestElement' || pattern['optional'] === true
  );
}

function literal(expression: Tree, kind: string, constant: boolean): Tree {
  const exact = { type: 'TsLiteralType', literal: expression };
  return constant ? exact : oneOf(keyword(kind), exact);
}

function negative(expression: Tree, constant: boolean): Tree {
  const argument = treeAt(expression, 'argument');
  if (expression['operator'] !== '-' || argument?.type !== 'NumericLiteral') return hole();
  const value = typeof argument['value'] === 'number' ? -argument['value'] : undefined;
  const exact = { type: 'TsLiteralType', literal: { ...argument, value } };
  return constant ? exact : oneOf(keyword('number'), exact);
}

function tuple(expression: Tree, constant: boolean): Tree {
  const elements = Array.isArray(expression['elements']) ? expression['elements'] : [];
  const elemTypes = elements.map((element: Readonly<Record<string, unknown>> | null) => {
    const ty = element?.['spread'] === true ? hole() : typeOf(element?.['expression'], constant);
    return { type: 'TsTupleElement', label: null, ty };
  });
  const type = { type: 'TsTupleType', elemTypes };
  return hole({ type: 'TsTypeOperator', op: 'readonly', typeAnnotation: type }, type);
}

function objectType(expression: Tree, constant: boolean): Tree {
  const members = (readonly: boolean) =>
    treesAt(expression, 'properties').map((property) => ({
      type: 'TsPropertySignature',
      readonly,
      key: oneOf(property['key'], withOptional(property['key'])),
      computed: false,
      optional: false,
      // Methods have no value, and a shorthand `{ a }` has only its name.
      typeAnnotation: annotation(typeOf(property['value'], constant)),
    }));
  return hole(
    { type: 'TsTypeLiteral', members: members(true) },
    { type: 'TsTypeLiteral', members: members(false) },
  );
}

// In a type, an identifier has one more field.
function withOptional(key: unknown): unknown {
  return isTree(key) ? { ...key, optional: false } : key;
}

function functionType(expression: Tree): Tree {
  return {
    type: 'TsFunctionType',
    params: parametersOf(treesAt(expression, 'params')).map((parameter) =>
      parameter.type === 'Parameter' ? (treeAt(parameter, 'pat') ?? hole()) : parameter,
    ),
    typeParams: expression['typeParameters'] ?? null,
    typeAnnotation: returnTypeOf(expression),
  };
}

function identifierType(expression: Tree): Tree {
  const name = textOf(expression);
  const query = { type: 'TsTypeQuery', exprName: expression, typeArguments: null };
  if (name === 'undefined') return hole(keyword('undefined'));
  return name === 'NaN' || name === 'Infinity' ? keyword('number') : hole(query);
}

function isSymbol(call: Tree): boolean {
  const callee = treeAt(call, 'callee');
  const named = callee?.type === 'MemberExpression' ? treeAt(callee, 'object') : callee;
  return textOf(named) === 'Symbol';
}

function reference(name: string): Tree {
  return {
    type: 'TsTypeReference',
    typeName: { type: 'Identifier', value: name, optional: false },
    typeParams: null,
  };
}

function promised(node: Tree, type: Tree): Tree {
  if (node['async'] !== true) return type;
  return { ...reference('Promise'), typeParams: { type: 'TsTypeParameterInstantiation', params: [type] } };
}

// Whether these statements contain a `return` with a value, not counting nested functions.
function returnsValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const type: unknown = Reflect.get(value, 'type');
  if (type === 'ReturnStatement') return Reflect.get(value, 'argument') !== null;
  if (/Function|Class|Method|Accessor|Getter|Setter/.test(String(type))) return false;
  return Object.values(value).some(returnsValue);
}
