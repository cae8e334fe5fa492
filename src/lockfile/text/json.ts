import { type JSONVisitor, type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { type Entry, maxDepth, maxValues, type Tree, TreeError } from './value.ts';

/** A map or list that is still open; a map stores the key whose value comes next. */
type Open =
  | {
      readonly kind: 'map';
      readonly at: number;
      readonly entries: Map<string, Entry>;
      key: string;
      keyAt: number;
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: Tree[] };

/**
 * JSON text as a tree; `relaxed` allows comments and trailing commas, as bun writes them.
 * Throws `TreeError` for other text, for duplicate keys and when a bound of `value.ts` is exceeded.
 */
export function readJson(text: string, options: { readonly relaxed?: boolean } = {}): Tree {
  const relaxed = options.relaxed === true;
  const builder = new JsonBuilder(text);
  visit(text, builder.visitor, { disallowComments: !relaxed, allowTrailingComma: relaxed });
  if (builder.root === undefined) throw new TreeError('contains no value', 0);
  return builder.root;
}

class JsonBuilder {
  root: Tree | undefined;
  readonly #end: number;
  readonly #open: Open[] = [];
  #count = 0;

  constructor(text: string) {
    this.#end = text.trimEnd().length;
  }

  readonly visitor: JSONVisitor = {
    onObjectBegin: (at) => this.#begin({ kind: 'map', at, entries: new Map(), key: '', keyAt: at }),
    onObjectEnd: () => this.#finish(),
    onArrayBegin: (at) => this.#begin({ kind: 'list', at, items: [] }),
    onArrayEnd: () => this.#finish(),
    onObjectProperty: (key, at) => this.#key(key, at),
    onLiteralValue: (value, at) => this.#add({ kind: 'leaf', at, value }),
    onError: (code, at) => {
      throw this.#refused(code, at);
    },
  };

  // The parser recurses, so the depth is checked before it continues.
  #begin(open: Open): void {
    if (this.#open.length >= maxDepth) throw new TreeError(`is nested deeper than ${maxDepth}`, open.at);
    this.#open.push(open);
  }

  #finish(): void {
    const done = this.#open.pop();
    if (done?.kind === 'map') this.#add({ kind: 'map', at: done.at, entries: done.entries });
    else if (done?.kind === 'list') this.#add(done);
  }

  #key(key: string, at: number): void {
    const parent = this.#open.at(-1);
    if (parent?.kind !== 'map') return;
    if (parent.entries.has(key)) {
      throw new TreeError('has a duplicate key', at, 'different parsers could read it differently');
    }
    parent.key = key;
    parent.keyAt = at;
  }

  #add(value: Tree): void {
    this.#count += 1;
    if (this.#count > maxValues) throw new TreeError(`has more than ${maxValues} values`, value.at);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.root = value;
    else if (parent.kind === 'list') parent.items.push(value);
    else parent.entries.set(parent.key, { key: parent.key, at: parent.keyAt, value });
  }

  #refused(code: ParseErrorCode, at: number): TreeError {
    const name = printParseErrorCode(code);
    if (at >= this.#end || name === 'UnexpectedEndOfString') {
      return new TreeError('ends unexpectedly', at, 'the file was cut short; restore it or regenerate it');
    }
    const words = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
    return new TreeError(`is not valid JSON:${words}`, at);
  }
}
