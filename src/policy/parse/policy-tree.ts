import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Place } from '../../model/target.ts';
import { show } from './claim.ts';
import { nearest } from './suggest.ts';

/** Something wrong in a policy file, with the place of it. */
export interface Problem {
  readonly at: Place;
  readonly message: string;
  readonly hint?: string;
}

/** A value in a policy file, with its position. */
export interface Value {
  readonly node: Node;
  readonly at: Place;
}

/** Far more than anybody writes by hand. */
const limits = { characters: 4_000_000, depth: 32, problems: 20 } as const;

/** Reads JSON with comments into values with places, and collects everything that is wrong on the way. */
export class PolicyText {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #lineStarts: readonly number[];

  constructor(text: string, file: string) {
    this.#text = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
    this.#file = file;
    this.#lineStarts = lineStartsOf(this.#text);
  }

  /** The whole file as a value; `undefined` when it is not JSON, which is a problem. */
  root(): Value | undefined {
    if (this.#text.length > limits.characters) return this.#refuse(0, 'the file is too large');
    const tooDeep = offsetOfDepth(this.#text, limits.depth);
    if (tooDeep !== undefined) return this.#refuse(tooDeep, 'the file is nested too deeply');
    const errors: ParseError[] = [];
    const node = parseTree(this.#text, errors, { allowTrailingComma: true, allowEmptyContent: false });
    for (const { error, offset } of errors) this.#refuse(offset, wordsFor(printParseErrorCode(error)));
    return node === undefined || errors.length > 0 ? undefined : this.#valueOf(node);
  }

  /** Notes a problem; the first twenty are enough for anyone. */
  problem({ at }: Pick<Value, 'at'>, message: string, hint?: string): void {
    if (this.problems.length < limits.problems)
      this.problems.push({ at, message, ...(hint !== undefined && { hint }) });
  }

  /** The members of an object by key; other values, unknown and repeated keys are problems. */
  object(value: Value, known?: readonly string[]): ReadonlyMap<string, Value> {
    const members = new Map<string, Value>();
    if (value.node.type !== 'object') {
      this.problem(value, `${this.shown(value)} is not an object`);
      return members;
    }
    for (const property of value.node.children ?? []) {
      const [key, member] = property.children ?? [];
      if (key === undefined || member === undefined) continue;
      const name: unknown = key.value;
      if (typeof name !== 'string') continue;
      if (members.has(name)) this.problem(this.#valueOf(key), `duplicate key ${show(name)}`);
      else if (known !== undefined && !known.includes(name)) this.#unknownKey(key, name, known);
      else members.set(name, this.#valueOf(member));
    }
    return members;
  }

  /** The items of an array. */
  array(value: Value): readonly Value[] {
    if (value.node.type === 'array') return (value.node.children ?? []).map((node) => this.#valueOf(node));
    this.problem(value, `${this.shown(value)} is not a list`);
    return [];
  }

  /** A string that is not blank. */
  string(value: Value): string | undefined {
    const found: unknown = value.node.value;
    if (typeof found === 'string' && found.trim() !== '') return found;
    this.problem(value, `${this.shown(value)} is not a string`);
    return undefined;
  }

  /** The value, if it is one of the allowed words; otherwise a problem. */
  word<const Word extends string>(value: Value, words: readonly Word[]): Word | undefined {
    const found: unknown = value.node.value;
    const word = words.find((one) => one === found);
    if (word === undefined) {
      const meant = typeof found === 'string' ? nearest(found, words) : undefined;
      this.problem(
        value,
        `${this.shown(value)} is not one of ${words.join(', ')}`,
        meant && `did you mean ${show(meant)}?`,
      );
    }
    return word;
  }

  /** The value of a string, number, boolean or null; `undefined` for lists and objects. */
  scalar({ node }: Value): unknown {
    return node.value;
  }

  shown(value: Value): string {
    const { type } = value.node;
    return type === 'object' || type === 'array' ? `this ${type}` : show(value.node.value);
  }

  #unknownKey(key: Node, name: string, known: readonly string[]): void {
    const meant = nearest(name, known);
    this.problem(
      this.#valueOf(key),
      `unknown key ${show(name)}`,
      meant === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${show(meant)}?`,
    );
  }

  #refuse(offset: number, message: string): undefined {
    this.problem({ at: this.#placeOf(offset) }, message);
    return undefined;
  }

  #valueOf(node: Node): Value {
    return { node, at: this.#placeOf(node.offset) };
  }

  #placeOf(offset: number): Place {
    const starts = this.#lineStarts;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1))
    starts.push(index + 1);
  return starts;
}

/** Token numbers of jsonc-parser, which declares them as an enum that exists for the compiler only. */
const token = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;

/** The position where nesting exceeds `depth`; checked before parsing, because the parser is recursive. */
function offsetOfDepth(text: string, depth: number): number | undefined {
  const scanner = createScanner(text);
  const next = (): number => scanner.scan();
  let open = 0;
  for (let kind = next(); kind !== token.end; kind = next()) {
    if (kind === token.openBrace || kind === token.openBracket) open += 1;
    if (kind === token.closeBrace || kind === token.closeBracket) open -= 1;
    if (open > depth) return scanner.getTokenOffset();
  }
  return undefined;
}

/** `CommaExpected` → "comma expected". */
function wordsFor(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
