import { type Node, parse } from 'acorn';
import { transformSync } from 'esbuild';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { sameDeclarations } from '../../src/npm/declarations/declarations.ts';
import { loadCompiler } from '../../src/npm/script/compiler.ts';
import { sameProgram } from '../../src/npm/script/program.ts';
import { modules, typed } from './samples/modules.ts';
import { declarationsOf } from './support/declarations.ts';
import { remembering } from './support/remembering.ts';

// Most of the last two is the compiler's helpers, which take long and say little.
const shares: Readonly<Record<string, number>> = {
  functions: 0.3,
  classes: 0.25,
  expressions: 0.25,
  resources: 0.15,
  decorated: 0.05,
};

/** Changes emitted files in so many ways: all scripts together, and all declarations. */
export function describeMutants(wanted: number): void {
  describe('mutants of emitted scripts', () => {
    it('cover every sample', () => {
      expect(Object.keys(shares).sort()).toEqual(Object.keys(modules).sort());
      expect(Object.values(shares).reduce((sum, share) => sum + share)).toBeCloseTo(1);
    });

    for (const [name, source] of Object.entries(modules)) {
      const perSample = Math.ceil(wanted * (shares[name] ?? 1));
      it(`${name}: every one of ${perSample} is caught, or is the same program`, {
        timeout: 600_000,
      }, async () => {
        const compiler = remembering(await loadCompiler());
        const emitted = compiler.emit(source, 'ts');
        if (!emitted.ok) throw new Error(emitted.reason);
        const accepts = (code: string) =>
          sameProgram(
            {
              source,
              media: 'ts',
              emitted: `${code}//# sourceMappingURL=mod.js.map`,
              name: 'mod.js',
              rewrite: () => undefined,
            },
            compiler,
          ).same;
        expect(accepts(emitted.value)).toBe(true);

        const random = seeded(name);
        const nodes = nodesOf(parse(emitted.value, { ecmaVersion: 'latest', sourceType: 'module' }));
        const normal = normalForm(emitted.value);
        let tried = 0;
        let equivalent = 0;
        while (tried < perSample) {
          const mutant = mutate(emitted.value, nodes, random);
          if (mutant === emitted.value) continue;
          tried += 1;
          if (!accepts(mutant)) continue;
          equivalent += 1;
          expect(
            normalForm(mutant),
            `accepted although it is another program:\n${firstChange(emitted.value, mutant)}`,
          ).toBe(normal);
        }
        // Most random changes change the program; if few did, the mutations would prove nothing.
        expect(equivalent / tried).toBeLessThan(0.15);
      });
    }
  });

  describe('mutants of emitted declarations', () => {
    for (const [name, source] of Object.entries(typed)) {
      const perSample = Math.ceil(wanted / 4);
      it(`${name}: every one of ${perSample} is caught, or says the same`, { timeout: 600_000 }, async () => {
        const compiler = remembering(await loadCompiler());
        const text = declarationsOf(name);
        const answer = (code: string) =>
          sameDeclarations(
            {
              source,
              media: 'ts',
              emitted: `${code}//# sourceMappingURL=mod.d.ts.map`,
              name: 'mod.d.ts',
              entry: true,
              texts: (specifier) => [specifier],
            },
            compiler,
          );
        expect(answer(text)).toEqual({ same: true });

        const random = seeded(name);
        let tried = 0;
        while (tried < perSample) {
          const mutant = mutateText(text, random);
          if (mutant === text) continue;
          tried += 1;
          const { same } = answer(mutant);
          if (same === false) continue;
          expect(isLessOf(statementsOf(mutant), statementsOf(text)), firstChange(text, mutant)).toBe(true);
        }
      });
    }
  });
}

type Random = () => number;

function seeded(text: string): Random {
  let state = [...text].reduce(
    (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function mutate(code: string, nodes: readonly Node[], random: Random): string {
  return random() < 0.7 ? mutateTree(code, nodes, random) : mutateText(code, random);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function mutateTree(code: string, nodes: readonly Node[], random: Random): string {
  for (;;) {
    const edit = treeEdit(pick(nodes, random), code, nodes, random);
    if (edit !== undefined) return code.slice(0, edit.start) + edit.text + code.slice(edit.end);
  }
}

const injected = [
  'fetch("https://evil.test");',
  'globalThis.x = 1;',
  'eval("1");',
  'import "evil";',
  'export const evil = 1;',
  'var evil;',
  'if (0) {}',
  '"use strict";',
  'void 0;',
];

const operators: readonly (readonly string[])[] = [
  ['+', '-', '*', '/', '%', '**', '<<', '>>', '>>>', '&', '|', '^'],
  ['===', '!==', '==', '!=', '<', '>', '<=', '>='],
  ['&&', '||', '??'],
  ['=', '+=', '-=', '||=', '&&=', '??='],
];

function treeEdit(node: Node, code: string, nodes: readonly Node[], random: Random): Edit | undefined {
  const text = code.slice(node.start, node.end);
  const at = { start: node.start, end: node.end };
  const field = (name: string): unknown => Reflect.get(node, name);
  switch (node.type) {
    case 'Literal': {
      const value = field('value');
      if (typeof value === 'string')
        return { ...at, text: JSON.stringify(pick([`${value}x`, value.slice(1), ''], random)) };
      if (typeof value === 'number')
        return { ...at, text: String(pick([value + 1, value * 2 + 1, 0], random)) };
      if (typeof value === 'boolean') return { ...at, text: String(!value) };
      return { ...at, text: pick(['null', '/y/', '1n', 'undefined'], random) };
    }
    case 'TemplateElement':
      return { ...at, text: `${text}!` };
    case 'Identifier':
    case 'PrivateIdentifier': {
      const others = nodes.filter(({ type }) => type === node.type);
      const other = pick(others, random);
      return { ...at, text: pick([code.slice(other.start, other.end), `${text}_`], random) };
    }
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const left = field('left') as Node;
      const right = field('right') as Node;
      if (random() < 0.3) {
        const swapped = `${code.slice(right.start, right.end)} ${field('operator')} ${code.slice(left.start, left.end)}`;
        return { ...at, text: swapped };
      }
      const operator = String(field('operator'));
      const family = operators.find((list) => list.includes(operator)) ?? ['in', 'instanceof'];
      const between = code.slice(left.end, right.start).replace(operator, pick(family, random));
      return { start: left.end, end: right.start, text: between };
    }
    case 'UnaryExpression':
    case 'UpdateExpression':
    case 'AwaitExpression':
    case 'SpreadElement': {
      const argument = field('argument') as Node;
      return { ...at, text: code.slice(argument.start, argument.end) };
    }
    case 'ConditionalExpression':
    case 'IfStatement':
    case 'WhileStatement': {
      const test = field('test') as Node;
      return { start: test.start, end: test.end, text: `!(${code.slice(test.start, test.end)})` };
    }
    case 'CallExpression':
    case 'NewExpression':
    case 'ArrayExpression': {
      const list = ((field('arguments') ?? field('elements')) as (Node | null)[]).filter(
        (item) => item !== null,
      );
      const [first, second] = list;
      if (first === undefined) return { ...at, text: `${text.slice(0, -1)}0${text.slice(-1)}` };
      if (second === undefined) return { start: first.start, end: first.end, text: '' };
      const swapped =
        code.slice(second.start, second.end) +
        code.slice(first.end, second.start) +
        code.slice(first.start, first.end);
      return { start: first.start, end: second.end, text: swapped };
    }
    case 'VariableDeclaration':
      return { ...at, text: text.replace(/^(?:const|let|var)/, pick(['const', 'let', 'var'], random)) };
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return {
        ...at,
        text: pick(
          [
            `static ${text}`,
            `async ${text}`,
            text.replace('async ', ''),
            text.replace('static ', ''),
            text.replace('get ', 'set '),
          ],
          random,
        ),
      };
    case 'ArrowFunctionExpression':
      return { ...at, text: pick([`async ${text}`, text.replace('async ', ''), `(${text})()`], random) };
    case 'BlockStatement':
      return { start: node.start + 1, end: node.start + 1, text: pick(injected, random) };
    case 'ExpressionStatement':
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'BreakStatement':
    case 'ContinueStatement':
      return {
        ...at,
        text: pick(
          ['', `${text}${text}`, `${pick(injected, random)}${text}`, `${text}${pick(injected, random)}`],
          random,
        ),
      };
    default:
      return undefined;
  }
}

const snippets = [
  ';',
  ',',
  '(',
  ')',
  '!',
  '.',
  '?',
  '0',
  ' ',
  '\n',
  '"',
  "'",
  '`',
  '//',
  '/*',
  '*/',
  '/* x */',
  '{',
  '}',
  '=',
  '-',
  'a',
  '\\',
  '#',
  '\u2028',
  '/*#__PURE__*/',
];

function mutateText(code: string, random: Random): string {
  const tokens = tokensOf(code);
  const at = pick(tokens, random);
  const other = pick(tokens, random);
  const token = code.slice(at.start, at.end);
  const replacement = pick(
    [
      '',
      `${token} ${token}`,
      code.slice(other.start, other.end),
      `${token.slice(0, -1)}${pick(snippets, random)}`,
      `${pick(snippets, random)}${token}`,
      `${token}${pick(snippets, random)}`,
    ],
    random,
  );
  return code.slice(0, at.start) + replacement + code.slice(at.end);
}

// Words, numbers and single signs; good enough to aim at, and the same for scripts and declarations.
function tokensOf(code: string): readonly { readonly start: number; readonly end: number }[] {
  return [...code.matchAll(/[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d+|\S/gu)].map(
    ({ 0: { length }, index }) => ({ start: index, end: index + length }),
  );
}

function nodesOf(value: unknown): readonly Node[] {
  const found: Node[] = [];
  const visit = (child: unknown): void => {
    if (Array.isArray(child)) child.forEach(visit);
    else if (typeof child === 'object' && child !== null) {
      if ('type' in child && 'start' in child) found.push(child as Node);
      Object.values(child).forEach(visit);
    }
  };
  visit(value);
  return found;
}

/**
 * What makes two programs one here is decided by another tool: the same text after esbuild has parsed, simplified and printed
 * both. A `#__PURE__` mark survives in it.
 */
function normalForm(code: string): string {
  try {
    return transformSync(code, {
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
      target: 'esnext',
    }).code;
  } catch {
    return `no script: ${code}`;
  }
}

// For declarations: the trees of another parser, statement by statement. `declare` says nothing in a declaration file.
function statementsOf(text: string): readonly string[] {
  const declared = text.replace(
    /^export\s+(?=(?:abstract|class|enum|namespace|function|const|let)\b)/gm,
    'export declare ',
  );
  const { program, errors } = parseSync('mod.d.ts', declared);
  if (errors.length > 0) return [`no declarations: ${text}`];
  return program.body.map((statement) =>
    JSON.stringify(statement, (key, value: unknown) =>
      ['start', 'end', 'range', 'raw'].includes(key) ? undefined : value,
    ),
  );
}

/** Statements that are not public may be missing; nothing may be new or moved. */
function isLessOf(some: readonly string[], all: readonly string[]): boolean {
  let position = 0;
  for (const statement of some) {
    position = all.indexOf(statement, position) + 1;
    if (position === 0) return false;
  }
  return true;
}

function firstChange(before: string, after: string): string {
  let at = 0;
  while (before[at] === after[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `- ${JSON.stringify(before.slice(from, at + 60))}\n+ ${JSON.stringify(after.slice(from, at + 60))}`;
}
