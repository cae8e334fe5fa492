import { isKey } from './mentions.ts';
import { hoistedNames, identifier, isNode, nodesAt, type SyntaxNode } from './syntax.ts';

/** The identifiers in a tree that refer to variables from outside the tree. */
export function freeIdentifiers(tree: unknown): readonly SyntaxNode[] {
  const walk = new Walk();
  walk.visit(tree);
  return walk.found;
}

/** The names that a function binds, by its parameters and in its body. */
export function boundBy(method: SyntaxNode): {
  readonly parameters: ReadonlySet<string>;
  readonly body: ReadonlySet<string>;
} {
  const { body } = method;
  return {
    parameters: new Set(nodesAt(method, 'params').flatMap(patternNames)),
    body: new Set(isNode(body) && body.type === 'BlockStatement' ? functionNames(body) : []),
  };
}

/** Walks a tree and counts the bindings of each name at the current position. */
class Walk {
  readonly found: SyntaxNode[] = [];
  readonly #bound = new Map<string, number>();

  visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item);
    if (isNode(value)) this.#node(value);
  }

  #node(node: SyntaxNode): void {
    switch (node.type) {
      case 'Identifier':
        if ((this.#bound.get(String(node['name'])) ?? 0) === 0) this.found.push(node);
        return;
      case 'FunctionDeclaration':
        this.visit(node['id']);
        this.#function(node, []);
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, patternNames(node['id']));
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.type === 'ClassDeclaration') this.visit(node['id']);
        this.#within(patternNames(node['id']), () => {
          this.visit(node['superClass']);
          this.visit(node['body']);
        });
        return;
      case 'BlockStatement':
        this.#within(lexicalNames(nodesAt(node, 'body')), () => this.#fields(node));
        return;
      case 'StaticBlock':
        this.#within(functionNames(node), () => this.#fields(node));
        return;
      case 'SwitchStatement': {
        const statements = nodesAt(node, 'cases').flatMap((item) => nodesAt(item, 'consequent'));
        this.visit(node['discriminant']);
        this.#within(lexicalNames(statements), () => this.visit(node['cases']));
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const head = node[node.type === 'ForStatement' ? 'init' : 'left'];
        this.#within(isNode(head) ? lexicalNames([head]) : [], () => this.#fields(node));
        return;
      }
      case 'CatchClause':
        this.#within(patternNames(node['param']), () => this.#fields(node));
        return;
      case 'LabeledStatement':
        this.visit(node['body']);
        return;
      // Their names are labels and keywords.
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      default:
        this.#fields(node);
    }
  }

  // Default values of parameters cannot see the declarations of the body.
  #function(node: SyntaxNode, own: readonly string[]): void {
    const { parameters, body } = boundBy(node);
    this.#within([...own, ...parameters], () => {
      this.visit(node['params']);
      this.#within([...body], () => this.visit(node['body']));
    });
  }

  #fields(node: SyntaxNode): void {
    for (const [field, child] of Object.entries(node)) if (!isKey(node, field)) this.visit(child);
  }

  #within(names: readonly string[], inside: () => void): void {
    for (const name of names) this.#bound.set(name, (this.#bound.get(name) ?? 0) + 1);
    inside();
    for (const name of names) this.#bound.set(name, (this.#bound.get(name) ?? 0) - 1);
  }
}

function functionNames(body: SyntaxNode): readonly string[] {
  return [...hoistedNames(body), ...varNames(body['body']), ...lexicalNames(nodesAt(body, 'body'))];
}

// `let`, `const`, classes and functions are scoped to their block.
function lexicalNames(statements: readonly SyntaxNode[]): readonly string[] {
  return statements.flatMap((statement) => {
    switch (statement.type) {
      case 'VariableDeclaration':
        return statement['kind'] === 'var' ? [] : declaredNames(statement);
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return patternNames(statement['id']);
      default:
        return [];
    }
  });
}

// `var` is scoped to the function, at any depth.
function varNames(value: unknown): readonly string[] {
  const found: string[] = [];
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) visit(item);
    if (!isNode(part) || /Function|^Class|^StaticBlock$/.test(part.type)) return;
    if (part.type === 'VariableDeclaration' && part['kind'] === 'var') found.push(...declaredNames(part));
    for (const child of Object.values(part)) visit(child);
  };
  visit(value);
  return found;
}

function declaredNames(declaration: SyntaxNode): readonly string[] {
  return nodesAt(declaration, 'declarations').flatMap(({ id }) => patternNames(id));
}

function patternNames(pattern: unknown): readonly string[] {
  const name = identifier(pattern);
  if (name !== undefined) return [name];
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'ObjectPattern':
      return nodesAt(pattern, 'properties').flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property : property['value']),
      );
    case 'ArrayPattern':
      return nodesAt(pattern, 'elements').flatMap(patternNames);
    case 'AssignmentPattern':
      return patternNames(pattern['left']);
    case 'RestElement':
      return patternNames(pattern['argument']);
    default:
      return [];
  }
}
