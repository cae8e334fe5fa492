import { isDeepStrictEqual } from 'node:util';
import type { Case } from './case.ts';
import { fieldsOf, samenessOf } from './fields.ts';
import { randomFrom, ways } from './mutate.ts';
import { type Spelling, spellingOf } from './spelling.ts';

/** One byte of one answer, changed in one way. */
export interface Mutant {
  readonly of: Case;
  readonly evidence: string;
  readonly at: number;
  readonly way: string;
}

/** A mutant that was verified all the same. */
export interface Survivor {
  readonly name: string;
  readonly answer: string;
  /** The field the byte belongs to, or what is the same as before whatever the bytes; `unreadable` where nothing is left. */
  readonly field: string;
  /** The change, where it is just another spelling of what was there before. */
  readonly spelling: Spelling | undefined;
  /** What the report calls proven and did not without the change, such as `0.unpinned: true`; empty where nothing is. */
  readonly proves: string;
}

/** Every byte of the evidence, changed in as many ways as its case wants, or in all; the same ones for the same seed. */
export function* mutants(cases: readonly Case[], all = false, seed = 1): Generator<Mutant> {
  const random = randomFrom(seed);
  for (const of of cases)
    for (const [evidence, bytes] of of.evidence)
      for (let at = 0; at < bytes.length; at++)
        for (const way of chosen(all ? undefined : waysPerByte(of), random)) yield { of, evidence, at, way };
}

/** So many mutants of all that there are, spread by chance. */
export function sample(cases: readonly Case[], size: number, seed: number): readonly Mutant[] {
  const random = randomFrom(seed);
  const places = cases.flatMap((of) =>
    [...of.evidence].flatMap(([evidence, { length }]) =>
      Array.from({ length: length * waysPerByte(of) }, (_, index) => ({
        of,
        evidence,
        at: Math.floor(index / waysPerByte(of)),
      })),
    ),
  );
  return Array.from({ length: size }).flatMap(() => {
    const place = places[Math.floor(random() * places.length)];
    return place === undefined ? [] : chosen(1, random).map((way) => ({ ...place, way }));
  });
}

const waysPerByte = (of: Case): number => of.waysPerByte ?? 3;

function chosen(count: number | undefined, random: () => number): readonly string[] {
  const left = Object.keys(ways);
  if (count === undefined) return left;
  return Array.from({ length: count }).flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}

/** Runs mutants, one after the other; answers those that survived, and how many there were. */
export async function hunt(
  hunted: Iterable<Mutant>,
  onMutant?: (count: number) => void,
): Promise<{ readonly count: number; readonly survivors: readonly Survivor[] }> {
  const honest = new Map<Case, unknown>();
  const fields = new Map<Buffer, readonly string[]>();
  const survivors: Survivor[] = [];
  let count = 0;
  for (const { of, evidence, at, way } of hunted) {
    const bytes = of.evidence.get(evidence);
    const mutated = bytes && ways[way]?.(bytes, at);
    if (bytes === undefined || mutated === undefined || mutated.equals(bytes)) continue;
    if (!honest.has(of)) honest.set(of, await factsOf(of));
    count++;
    const outcome = await of.run(new Map([[evidence, mutated]]));
    onMutant?.(count);
    if (!outcome.verified) continue;
    if (!fields.has(bytes)) fields.set(bytes, fieldsOf(bytes));
    survivors.push({
      answer: evidence,
      field: isSameIndex(evidence, bytes, mutated)
        ? 'same line of the index'
        : (samenessOf(bytes, mutated) ?? placeOf(fields.get(bytes) ?? [], at, way)),
      name: `${of.name}: ${evidence}, byte ${at} (${JSON.stringify(bytes.toString('latin1', Math.max(0, at - 20), at + 20))}): ${way}`,
      spelling: spellingOf(bytes, mutated),
      proves: difference(honest.get(of), JSON.parse(outcome.facts)),
    });
  }
  return { count, survivors };
}

/** The field of a byte; a swap of what is between fields with the first byte of one is a change of that field. */
function placeOf(fields: readonly string[], at: number, way: string): string {
  const here = fields[at] ?? 'content';
  return here === 'between' && way === 'swapped with the next' ? (fields[at + 1] ?? here) : here;
}

/** Blanks between the lines of an index file of the cache; each line has a checksum of its own. */
function isSameIndex(evidence: string, bytes: Buffer, mutated: Buffer): boolean {
  return (
    evidence.startsWith('index of ') && mutated.toString('latin1').trim() === bytes.toString('latin1').trim()
  );
}

/** The facts of honest evidence; that it is verified is what makes the death of its mutants mean something. */
async function factsOf(of: Case): Promise<unknown> {
  const outcome = await of.run(new Map());
  if (!outcome.verified) throw new Error(`${of.name}: honest evidence is not verified: ${outcome.why}`);
  return JSON.parse(outcome.facts);
}

/** The facts that are no longer what they were, each with its path and what it is now. */
function difference(before: unknown, after: unknown, path = ''): string {
  if (isDeepStrictEqual(before, after)) return '';
  if (!isParent(before) || !isParent(after)) return `${path}: ${JSON.stringify(after)}`;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((name) => difference(before[name], after[name], path === '' ? name : `${path}.${name}`))
    .filter((text) => text !== '')
    .join(', ');
}

const isParent = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
