import { lineAt, type Syntax, syntaxOf } from '../../scripts/syntax.ts';

/** A function with more positional parameters than a reader can tell apart at the call: a named object says which is which. */
const mostParameters = 5;
/** Lines that fit on a screen. */
export const mostLines = 100;

const functions: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'TSEmptyBodyFunctionExpression',
  'TSMethodSignature',
  'TSFunctionType',
]);

/** The functions of a file that take too many positional parameters; a line of text for each. */
export function crowdedFunctions(path: string, text: string): readonly string[] {
  return syntaxOf(path, text)
    .filter(({ node }) => functions.has(node.type) && parametersOf(node) > mostParameters)
    .map(({ node }) => `${path}:${lineAt(text, node.start)}: ${parametersOf(node)} parameters`);
}

function parametersOf({ params }: Syntax): number {
  return Array.isArray(params) ? params.length : 0;
}
