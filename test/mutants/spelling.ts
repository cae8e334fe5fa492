import { isDeepStrictEqual } from 'node:util';
import { fromBase64, fromEitherBase64, isRecord, parseJson } from '../../src/wire/json.ts';
import { saidBy } from './fields.ts';
import { tarHeaders } from './tar.ts';

/** Ways to write the same thing with other bytes. */
export type Spelling = 'digits' | 'base64' | 'metadata' | 'octal';

/** What a change comes to where all that was said before is still said, and only spelt another way; found in the bytes. */
export function spellingOf(bytes: Buffer, mutated: Buffer): Spelling | undefined {
  const numbers = octal(bytes, bytes);
  if (numbers !== undefined) return isDeepStrictEqual(numbers, octal(mutated, bytes)) ? 'octal' : undefined;
  const [before, after] = [saidBy(bytes), saidBy(mutated)];
  return spellings.find(([, alike]) => sayTheSame(before, after, alike))?.[0];
}

type Alike = (before: string, after: string) => boolean;

const spellings: readonly (readonly [Spelling, Alike])[] = [
  ['digits', sameDigits],
  ['base64', sameBytes],
  ['metadata', sameMetadata],
];

/** Whether two values of JSON differ in nothing but texts that are alike, names of fields among them. */
function sayTheSame(before: unknown, after: unknown, alike: Alike): boolean {
  if (typeof before === 'string' && typeof after === 'string')
    return before === after || alike(before, after);
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((item, at) => sayTheSame(item, after[at], alike));
  if (isRecord(before) && isRecord(after))
    return sayTheSame(Object.entries(before), Object.entries(after), alike);
  return before !== undefined && before === after;
}

/** Bytes in hexadecimal digits, alone or as a digest that names its algorithm. */
function sameDigits(before: string, after: string): boolean {
  const digits = /^(?:sha256-)?(?:[0-9a-fA-F]{2})+$/;
  return digits.test(before) && digits.test(after) && before.toLowerCase() === after.toLowerCase();
}

/** The bytes of base64 in either alphabet; a blank or another character between the letters is more than a spelling. */
function sameBytes(before: string, after: string): boolean {
  const bytes = fromEitherBase64(after);
  return before !== '' && bytes !== undefined && fromBase64(before)?.equals(bytes) === true;
}

/** A document of JSON in base64, but for its white space and capitals in its digits. */
function sameMetadata(before: string, after: string): boolean {
  const [honest, changed] = [before, after].map((text) => parseJson(fromBase64(text) ?? Buffer.alloc(0)));
  return honest?.ok === true && changed?.ok === true && sayTheSame(honest.value, changed.value, sameDigits);
}

/** A tar archive with the number that each size and checksum starts with for the text of it; `undefined` where one has no number. */
function octal(bytes: Buffer, honest: Buffer): unknown {
  if (bytes.length !== honest.length || honest.toString('latin1', 257, 262) !== 'ustar') return undefined;
  const rest = Buffer.from(bytes);
  const numbers = tarHeaders(honest).flatMap((header) =>
    [header + 124, header + 148].map((start) => {
      const end = start === header + 124 ? start + 12 : start + 8;
      rest.fill(0, start, end);
      return /^[ \0]*([0-7]+)/.exec(bytes.toString('latin1', start, end))?.[1];
    }),
  );
  if (numbers.includes(undefined)) return undefined;
  return { rest, numbers: numbers.map((digits = '') => Number.parseInt(digits, 8)) };
}
