import { type ErrorCode, JsrVerifyError } from '../../src/model/error.ts';

/** Something that reads foreign bytes. */
export interface Parser {
  readonly name: string;
  /** Valid documents, which mutants are made of. */
  readonly samples: readonly Buffer[];
  /** What comes of the bytes; everything but the declared errors is a hole. */
  readonly read: (bytes: Buffer) => unknown;
  /** Codes of `JsrVerifyError` that it may throw. */
  readonly throws?: readonly ErrorCode[];
  /** Inputs that once found a hole. */
  readonly examples?: readonly (string | Buffer)[];
  /** How many inputs it gets, as a share of the usual number: less than one for what is slow. */
  readonly share?: number;
}

/**
 * What comes of reading, twice: as text, to be compared. Throws for an error that is not declared, for a result that holds what
 * no result may hold, for two readings that differ, and when the bytes or the world are others afterwards.
 */
export async function outcomeOf(parser: Parser, bytes: Buffer): Promise<string> {
  const before = Buffer.from(bytes);
  const world = stateOfTheWorld();
  const first = await readOnce(parser, bytes);
  const second = await readOnce(parser, Buffer.from(before));
  if (first !== second)
    throw new Error(`read in two ways: ${first.slice(0, 500)} and ${second.slice(0, 500)}`);
  if (!before.equals(bytes)) throw new Error('the input was changed');
  if (stateOfTheWorld() !== world) throw new Error('a prototype was polluted');
  return first;
}

async function readOnce({ read, throws = [] }: Parser, bytes: Buffer): Promise<string> {
  let value: unknown;
  try {
    value = await read(bytes);
  } catch (error) {
    if (!(error instanceof JsrVerifyError) || !throws.includes(error.code)) throw error;
    if (error.message === '' || /^\s+at /m.test(error.message)) throw new Error('an error without a fact');
    value = { code: error.code, message: error.message, hint: error.hint };
  }
  return written(value);
}

/** Names on the prototypes that everything inherits from. */
function stateOfTheWorld(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join('\n');
}

/** A result as text. It must be data: no functions, no circles, no object whose prototype came from outside. */
function written(value: unknown, above: readonly object[] = []): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new Error(`a ${typeof value} in a result`);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (above.includes(value)) throw new Error('a circle in a result');
  const inside = [...above, value];
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Error) return `error ${value.name}: ${value.message}`;
  if (value instanceof Map)
    return `map ${[...value].map(([key, one]) => `${written(key, inside)} → ${written(one, inside)}`).join()}`;
  if (value instanceof Set) return `set ${[...value].map((one) => written(one, inside)).join()}`;
  if (Array.isArray(value)) return `[${value.map((one) => written(one, inside)).join()}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !isClass(prototype))
    throw new Error('an object whose prototype came from outside');
  return `{${Object.keys(value)
    .map((key) => `${JSON.stringify(key)}: ${written(Reflect.get(value, key), inside)}`)
    .join()}}`;
}

function isClass(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.hasOwn(prototype, 'constructor') &&
    typeof prototype.constructor === 'function'
  );
}
