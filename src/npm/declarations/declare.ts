import { hole, isTree, oneOf, type Tree, textOf, treeAt, treesAt } from './declaration-tree.ts';
import { annotation, parametersOf, returnTypeOf, typeOf } from './infer.ts';
import { declareMembers } from './members.ts';

/** The texts that a specifier may have in a declaration file: the current one first, then those of older servers. */
export type SpecifierTexts = (specifier: string) => readonly string[];

/**
 * Derives the statements of a module's declaration file from its source, in order, by the rules of JSR's fast check.
 * Nothing is resolved or type-checked: explicit types are copied, others are inferred or left as a hole.
 */
export function declareModule(body: readonly Tree[], texts: SpecifierTexts): readonly Tree[] {
  return declareStatements(body.map((statement) => withSpecifiers(statement, texts) as Tree));
}

function declareStatements(statements: readonly Tree[]): readonly Tree[] {
  const overloaded = new Set(
    statements
      .map(declarationOf)
      .flatMap((node) => (node?.['body'] === null ? (functionName(node) ?? []) : [])),
  );
  return statements.flatMap((statement) => declareStatement(statement, overloaded));
}

/** The declaration inside an export statement, or the statement itself. */
export function declarationOf(statement: Tree): Tree | undefined {
  if (statement.type === 'ExportDeclaration') return treeAt(statement, 'declaration');
  if (statement.type === 'ExportDefaultDeclaration') return treeAt(statement, 'decl');
  return statement;
}

/** The name of a function declaration; `undefined` for other nodes. */
export function functionName(node: Tree): string | undefined {
  if (node.type !== 'FunctionDeclaration' && node.type !== 'FunctionExpression') return undefined;
  return textOf(node['identifier']) ?? 'default';
}

/** Stands for the generated name of a default export: `_dts_1` and so on. */
export const madeUpName = '_dts_';

function declareStatement(statement: Tree, overloaded: ReadonlySet<string>): readonly Tree[] {
  const declaration = declarationOf(statement);
  if (declaration === undefined) return [];
  if (overloaded.has(functionName(declaration) ?? '') && declaration['body'] !== null) return [];
  switch (statement.type) {
    case 'ExportDeclaration':
      return declareDeclaration(declaration).map((node) => ({ ...statement, declaration: node }));
    case 'ExportDefaultDeclaration':
      return declareDeclaration(declaration).map((node) => ({ ...statement, decl: node }));
    case 'ExportDefaultExpression':
      return declareDefault(statement);
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'TsImportEqualsDeclaration':
    case 'TsNamespaceExportDeclaration':
      return [statement];
    default:
      return declareDeclaration(statement);
  }
}

function declareDeclaration(node: Tree): readonly Tree[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return [
        {
          ...node,
          params: parametersOf(treesAt(node, 'params')),
          decorators: [],
          body: null,
          generator: false,
          async: false,
          returnType: returnTypeOf(node),
        },
      ];
    case 'ClassDeclaration':
    case 'ClassExpression':
      return [{ ...node, decorators: [], body: declareMembers(treesAt(node, 'body')) }];
    case 'VariableDeclaration':
      return [{ ...node, declarations: treesAt(node, 'declarations').map(declareVariable) }];
    case 'TsEnumDeclaration':
      return [{ ...node, members: treesAt(node, 'members').map(declareEnumMember) }];
    case 'TsModuleDeclaration':
      return [declareNamespace(node)];
    case 'TsInterfaceDeclaration':
    case 'TsTypeAliasDeclaration':
      return [node];
    default:
      return [];
  }
}

function declareVariable(declarator: Tree): Tree {
  const id = treeAt(declarator, 'id');
  // A destructuring pattern never matches a declaration file.
  if (id?.type !== 'Identifier') return hole();
  return {
    ...declarator,
    id: { ...id, typeAnnotation: id['typeAnnotation'] ?? annotation(typeOf(declarator['init'])) },
    init: null,
    definite: false,
  };
}

// The initialiser may be missing if TypeScript does not treat it as a constant.
function declareEnumMember(member: Tree): Tree {
  return isConstant(member['init']) ? member : { ...member, init: oneOf(member['init'], null) };
}

function isConstant(value: unknown): boolean {
  if (!isTree(value)) return false;
  switch (value.type) {
    case 'NumericLiteral':
    case 'StringLiteral':
    case 'Identifier':
      return true;
    case 'BinaryExpression':
      return isConstant(value['left']) && isConstant(value['right']);
    case 'MemberExpression':
      return isConstant(value['object']);
    case 'ParenthesisExpression':
      return isConstant(value['expression']);
    case 'TemplateLiteral':
      return treesAt(value, 'expressions').every(isConstant);
    default:
      return false;
  }
}

function declareNamespace(node: Tree): Tree {
  const body = treeAt(node, 'body');
  if (body?.type === 'TsNamespaceDeclaration') return { ...node, body: declareNamespace(body) };
  if (body === undefined) return node;
  return { ...node, body: { ...body, body: declareStatements(treesAt(body, 'body')) } };
}

// `export default <expression>` becomes a constant with a generated name, unless the expression is a name.
function declareDefault(statement: Tree): readonly Tree[] {
  const expression = treeAt(statement, 'expression');
  const id = { type: 'Identifier', value: madeUpName, optional: false };
  const constant = {
    type: 'VariableDeclaration',
    kind: 'const',
    declarations: [
      {
        type: 'VariableDeclarator',
        id: { ...id, typeAnnotation: annotation(typeOf(expression)) },
        init: null,
        definite: false,
      },
    ],
  };
  const byName = { ...statement, expression: id };
  return expression?.type === 'Identifier' ? [constant, oneOf(statement, byName)] : [constant, byName];
}

function withSpecifiers(value: unknown, texts: SpecifierTexts): unknown {
  if (Array.isArray(value)) return value.map((item) => withSpecifiers(item, texts));
  if (typeof value !== 'object' || value === null) return value;
  const node = Object.fromEntries(
    Object.entries(value).map(([field, child]) => [field, withSpecifiers(child, texts)]),
  );
  // The compiler of mid-2024 dropped the `as` of a mapped type.
  if (node['type'] === 'TsMappedType') return { ...node, nameType: oneOf(node['nameType'], null) };
  const field = specifierFields[String(node['type'])] ?? '';
  const specifier = textOf(node[field]);
  if (specifier === undefined) return node;
  const options = texts(specifier).map((text) => ({ type: 'StringLiteral', value: text }));
  return { ...node, [field]: oneOf(...options) };
}

const specifierFields: Readonly<Record<string, string>> = {
  ImportDeclaration: 'source',
  ExportNamedDeclaration: 'source',
  ExportAllDeclaration: 'source',
  TsImportType: 'argument',
};
