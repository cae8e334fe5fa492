import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../src/wire/json.ts';
import { type Case, honestCases } from './evidence.ts';
import { fieldsOf } from './fields.ts';
import { randomFrom, ways } from './mutate.ts';

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
  /** The field the byte belongs to; `same value` where all values are as before, `unreadable` where none is left. */
  readonly field: string;
  /** Whether everything the report calls proven is the same as without the change. */
  readonly sameFacts: boolean;
  readonly facts: string;
}

/** Every byte of all honest evidence, changed in that many ways each, or in all; the same ones for the same seed. */
export function* mutants(perByte?: number, seed = 1): Generator<Mutant> {
  const random = randomFrom(seed);
  for (const of of honestCases())
    for (const [evidence, bytes] of of.evidence)
      for (let at = 0; at < bytes.length; at++)
        for (const way of chosen(perByte, random)) yield { of, evidence, at, way };
}

/** So many mutants of all that there are, spread by chance. */
export function sample(size: number, seed: number): readonly Mutant[] {
  const random = randomFrom(seed);
  const places = honestCases().flatMap((of) =>
    [...of.evidence].flatMap(([evidence, { length }]) =>
      Array.from({ length }, (_, at) => ({ of, evidence, at })),
    ),
  );
  return Array.from({ length: size }).flatMap(() => {
    const place = places[Math.floor(random() * places.length)];
    return place === undefined ? [] : chosen(1, random).map((way) => ({ ...place, way }));
  });
}

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
  const honest = new Map<Case, string>();
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
      field: fieldOf(bytes, mutated) ?? fields.get(bytes)?.[at] ?? 'content',
      name: `${of.name}: ${evidence}, byte ${at} (${JSON.stringify(bytes.toString('latin1', Math.max(0, at - 20), at + 20))}): ${way}`,
      sameFacts: outcome.facts === honest.get(of),
      facts: outcome.facts,
    });
  }
  return { count, survivors };
}

/** The facts of honest evidence; that it is verified is what makes the death of its mutants mean something. */
async function factsOf(of: Case): Promise<string> {
  const outcome = await of.run(new Map());
  if (!outcome.verified) throw new Error(`${of.name}: honest evidence is not verified: ${outcome.why}`);
  return outcome.facts;
}

/** A name for what became of the text as a whole, where that says more than the place of the byte. */
function fieldOf(bytes: Buffer, mutated: Buffer): string | undefined {
  const honest = parseJson(bytes);
  if (!honest.ok) return undefined;
  const changed = parseJson(mutated);
  if (!changed.ok) return 'unreadable';
  return isDeepStrictEqual(honest.value, changed.value) ? 'same value' : undefined;
}
