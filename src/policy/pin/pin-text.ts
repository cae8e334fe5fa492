import {
  applyEdits,
  type FormattingOptions,
  findNodeAtLocation,
  format,
  modify,
  type Node,
  parseTree,
} from 'jsonc-parser';

type Path = readonly (string | number)[];

/** A policy file that is edited: comments and all other text stay unchanged. */
export class PolicyDraft {
  #text: string;
  /** The syntax tree of the text it was read from. */
  #tree: { readonly of: string; readonly root: Node | undefined } | undefined;
  readonly #mark: string;
  readonly #options: Required<Pick<FormattingOptions, 'eol' | 'insertSpaces' | 'tabSize'>>;

  constructor(text: string) {
    this.#mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
    this.#text = text.slice(this.#mark.length);
    const indent = /^([ \t]+)["}\]/]/m.exec(this.#text)?.[1] ?? '  ';
    this.#options = {
      eol: this.#text.includes('\r\n') ? '\r\n' : '\n',
      insertSpaces: !indent.startsWith('\t'),
      tabSize: indent.startsWith('\t') ? 1 : indent.length,
    };
  }

  /** The text as it stands. */
  get text(): string {
    return this.#mark + this.#text;
  }

  /** What kind of value there is at a path. */
  typeAt(path: Path): 'list' | 'other' | 'nothing' {
    const type = this.#find(path)?.type;
    return type === undefined ? 'nothing' : type === 'array' ? 'list' : 'other';
  }

  /** Sets one value; see `add` for where a new one goes. */
  set(path: Path, value: unknown): void {
    const key = path.at(-1);
    if (this.#find(path) !== undefined || typeof key !== 'string') this.#modify(path, value);
    else this.add(path.slice(0, -1), { [key]: value });
  }

  /** Puts new members at the end of an object, after the comments that are there; the object is made if need be. */
  add(path: Path, members: Readonly<Record<string, unknown>>): void {
    if (this.#find(path) === undefined) this.set(path, members);
    else
      this.#insert(
        path,
        Object.entries(members).map(([key, value]) => ({ key: `${JSON.stringify(key)}: `, value })),
      );
  }

  /** Takes a key out. */
  remove(path: Path): void {
    this.#modify(path, undefined);
  }

  /** Adds alternatives beside what is there; one object becomes a list. */
  append(path: Path, values: readonly unknown[]): void {
    const node = this.#find(path);
    if (node === undefined) return;
    if (node.type !== 'array') {
      const { offset, length } = node;
      this.#splice(offset + length, 0, `${this.#options.eol}]`);
      this.#splice(offset, 0, `[${this.#options.eol}`);
      this.#format(path);
    }
    this.#insert(
      path,
      values.map((value) => ({ key: '', value })),
    );
  }

  #find(path: Path): Node | undefined {
    if (this.#tree?.of !== this.#text) this.#tree = { of: this.#text, root: parseTree(this.#text) };
    const { root } = this.#tree;
    return root && findNodeAtLocation(root, [...path]);
  }

  #modify(path: Path, value: unknown): void {
    this.#text = applyEdits(
      this.#text,
      modify(this.#text, [...path], value, { formattingOptions: this.#options }),
    );
  }

  /** `modify` would put a new member between a value and the comment behind it. */
  #insert(path: Path, items: readonly { readonly key: string; readonly value: unknown }[]): void {
    const node = this.#find(path);
    if (node === undefined) return;
    const { eol } = this.#options;
    const end = node.offset + node.length - 1;
    const last = node.children?.at(-1);
    const oneLine = last !== undefined && !this.#text.slice(node.offset, end).includes('\n');
    const outer = this.#lineIndent(end);
    const inner = eol + outer + this.#unit();
    const written = items.map(
      ({ key, value }) => inner + key + JSON.stringify(value, null, this.#unit()).replaceAll('\n', inner),
    );
    const kept = this.#text.slice(0, end).trimEnd().length;
    this.#splice(kept, end - kept, `${written.join(',')}${eol}${outer}`);
    if (last !== undefined && !this.#hasComma(last.offset + last.length, kept))
      this.#splice(last.offset + last.length, 0, ',');
    if (oneLine) this.#format(path);
  }

  /** Whether a comma outside comments follows the last member. */
  #hasComma(from: number, to: number): boolean {
    const rest = this.#text.slice(from, to);
    return rest.replace(/\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g, '').includes(',');
  }

  #format(path: Path): void {
    const node = this.#find(path);
    if (node === undefined) return;
    const { offset, length } = node;
    this.#text = applyEdits(this.#text, format(this.#text, { offset, length }, this.#options));
  }

  #splice(offset: number, length: number, content: string): void {
    this.#text = this.#text.slice(0, offset) + content + this.#text.slice(offset + length);
  }

  /** White space at the start of the line that `offset` is on. */
  #lineIndent(offset: number): string {
    return /^[ \t]*/.exec(this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset))?.[0] ?? '';
  }

  #unit(): string {
    return this.#options.insertSpaces ? ' '.repeat(this.#options.tabSize) : '\t';
  }
}
