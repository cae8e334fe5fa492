const surface = `import { type Other, Thing } from "./other.ts";
export { Thing };
export type Pair<A, B = A> = readonly [first: A, second?: B];
/** A box. */ export interface Box<T> extends Iterable<T> {
  readonly value: T;
  (x: string): number;
  new (y: T): Box<T>;
  [key: string]: unknown;
  method?(): void;
}
export declare function open(path: string): Box<string>;
export declare function open(path: URL, mode?: "r" | "w"): Box<URL>;
export declare const limit: number;
export declare const name: "fixed";
export declare let state: Map<string, Other[]> | undefined;
export declare enum Level {
  Low = 1,
  High = Low << 2,
  Text = "text"
}
export declare namespace Inner {
  export const deep: unique symbol;
  export type T = import("./other.ts").Other;
}
export declare abstract class Engine<T extends object = {
}> extends Thing implements Box<T> {
  readonly value: T;
  private label: any;
  static readonly kinds: readonly string[];
  protected power?: number;
  private secret: any;
  constructor(value: T, label: string, size?: number);
  get speed(): number;
  set speed(value: number);
  abstract start(key: \`k\${string}\`, ...rest: T[]): asserts key is "k1";
  stop({}?: {
    now: boolean;
  }): Promise<void>;
  private hide: any;
  [Symbol.iterator](): Iterator<T>;
  [index: number]: T;
}
export declare function outside(this: Window, cb: (error?: Error) => void): keyof typeof limit extends infer K ? K : never;
export default open;
`;

const texts: Readonly<Record<string, string>> = { surface };

/** The declaration file of a sample in `samples/modules.ts`, printed as JSR prints it, without its last line. */
export function declarationsOf(name: string): string {
  return texts[name] ?? '';
}
