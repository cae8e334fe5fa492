/** Sources that use what TypeScript packages use, each with what it must not lose on the way to JavaScript. */
export const modules: Readonly<Record<string, string>> = {
  functions: `
import { join, type Options } from "./paths.ts";
import * as all from "./all.ts";
import type { Never } from "./never.ts";
export { sum as total } from "./sum.ts";
export * from "./more.ts";
export * as names from "./names.ts";

/** Adds what is given. */
export function add(first: number, second = 2, ...rest: number[]): number {
  // sums up
  let result = first + second;
  for (const item of rest) result += item * 1_000;
  label: while (result > 0xff) {
    if (result % 2 === 0) continue label;
    result = result >> 1;
    break;
  }
  return result ? result : -1;
}

export const greet = (name: string, options?: Options): string =>
  \`hello \${name.trim()}, it is \${options?.time ?? "late"} in \${all.place}\`;

export async function* pages<T>(source: AsyncIterable<T>, size = 10n): AsyncGenerator<T[]> {
  try {
    for await (const { id, ...page } of source as any) {
      yield [page, id!] as T[];
    }
  } catch (error: unknown) {
    if (error instanceof TypeError && /^bad\\b/iu.test(error.message)) throw error;
    await import("./lazy.ts");
  } finally {
    join("a", "b");
  }
}

export default function main(this: void, [head, ...tail]: string[], { depth = 1, deep: { key } }: any = {}) {
  switch (head) {
    case "one":
    case "two":
      return void 0;
    default:
      delete tail[0];
      return typeof key === "object" && !(depth in tail) || new.target;
  }
}
var late: Never;
do { late = undefined as any; } while (late!);
`,
  classes: `
import { Base } from "./base.ts";
import { log } from "jsr:@std/log@^1/mod";

export enum Color { Red, Green = "green", Blue = 1 << 3, Size = "abc".length }
const enum Hidden { One = 1, Two }
export namespace Units {
  export const metre = 1;
  const secret = 2;
  export function toMetre(value: number): number { return value * metre + secret; }
  export namespace Small { export let milli = 0.001; }
}

export abstract class Shape<T extends object> extends Base implements Iterable<T> {
  static #count = 0;
  static readonly kinds: string[] = ["circle", "square"];
  declare ghost: string;
  protected size?: number;
  #area = 1;
  items: T[] = [];
  constructor(private readonly name: string, public color: Color = Color.Red, other?: T) {
    super(name);
    Shape.#count += 1;
    log(this.name, other);
  }
  static { Shape.kinds.push("line"); }
  get area(): number { return this.#area ** 2; }
  set area(value: number) { this.#area = value; }
  abstract draw(): void;
  static async of<T extends object>(...items: T[]): Promise<Shape<T> | undefined> {
    await null;
    return items.length ? undefined : void items;
  }
  *[Symbol.iterator](): Iterator<T> { yield* this.items; }
  has(key: PropertyKey): boolean { return #area in this && key in (this as object); }
  next = (): number => Hidden.Two + (this.size ??= 3);
}
export type Only = typeof Shape;
export interface Gone { a: 1 }
export { Color as Colour };
`,
  decorated: `
function logged(value: unknown, context: ClassMethodDecoratorContext): any { return value; }
export class Service {
  @logged run(@(0 as any) input?: string): void { console.log(input); }
}
`.replace('@(0 as any) ', ''),
  resources: `
export function read(path: string): string {
  using file = open(path);
  return file.text();
}
declare function open(path: string): { text(): string; [Symbol.dispose](): void };
`,
  expressions: `
export const table = {
  plain: 1, "quoted key": 'it\\'s', [\`com\${1}puted\`]: null, 0x10: true, async *gen() {}, get x() { return this.plain; },
  set x(v: number) {}, short, ...spread(),
};
const short = /[/\\]]+/g;
function spread(): object { return { a: [1, , 3], f: function named() { return arguments.length; } }; }
export const numbers = [1e3, 0.5, 1_0, 0b11, 0o17, 12345678901234567890n, .5, 5.];
export const text = "tab\\tquote\\"\\u{1F600}\\x41" + 'single' + \`raw\\\`\${String.raw\`\\n\${1}\`}\`;
export const chain = short?.source?.[0]?.at?.(1) ?? (0, short.exec)("x")?.index;
export const logic = (a: any, b: any, c: any): any => (a && b) || (c ?? (a, b)) ? !a : ~b ^ +c - -a;
let i = 0, j;
for (i = 0, j = 9; i < j; i++, --j) { if (i === 3) continue; else if (j == 4) break; }
for (const key in table) { var found = key; }
export const assign = (o: any): any => { o.a ||= 1; o["b"] &&= 2; [o.c, o.d = 4] = [3]; ({ e: o.e, ...o.rest } = o); return o; };
export const meta = import.meta.url, lazy = () => import("./lazy.ts", { with: { type: "json" } });
export const iife = (function (this: any) { "use strict"; return this; })(), arrow = (async () => { await iife; })();
if (text) throw new (class extends Error { override name = "Odd"; })(text satisfies string);
debugger;
`,
};

/** Sources whose types are all written out, so that their declarations follow without inference. */
export const typed: Readonly<Record<string, string>> = {
  surface: `
import { type Other, Thing } from "./other.ts";
export { Thing };
export type Pair<A, B = A> = readonly [first: A, second?: B];
/** A box. */
export interface Box<T> extends Iterable<T> { readonly value: T; (x: string): number; new (y: T): Box<T>; [key: string]: unknown; method?(): void }
export function open(path: string): Box<string>;
export function open(path: URL, mode?: "r" | "w"): Box<URL>;
export function open(path: any, mode: any = "r"): any { return [path, mode]; }
export const limit: number = 10;
export const name = "fixed" as const;
export let state: Map<string, Other[]> | undefined = undefined;
export enum Level { Low = 1, High = Low << 2, Text = "text" }
export namespace Inner { export const deep: unique symbol = Symbol("deep"); export type T = import("./other.ts").Other; }
export abstract class Engine<T extends object = {}> extends Thing implements Box<T> {
  static readonly kinds: readonly string[] = [];
  protected power?: number;
  private secret = 1;
  #hidden = 2;
  constructor(readonly value: T, private label: string, size: number = 3) { super(); }
  get speed(): number { return 1; }
  set speed(value: number) { this.power = value; }
  abstract start(key: \`k\${string}\`, ...rest: T[]): asserts key is "k1";
  async stop({ now }: { now: boolean } = { now: true }): Promise<void> {}
  private hide(): void {}
  *[Symbol.iterator](): Iterator<T> {}
  [index: number]: T;
}
export declare function outside(this: Window, cb: (error?: Error) => void): keyof typeof limit extends infer K ? K : never;
export default open;
function silent(): void {}
`,
};
