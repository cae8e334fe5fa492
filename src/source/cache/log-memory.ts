import { createHash, randomUUID } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { field, isRecord } from '../../wire/json.ts';
import { errorCode } from '../error-code.ts';
import { createFile, moveOver, readAtMost } from '../local-file.ts';
import { OwnFolder } from '../own-folder.ts';
import { tame } from '../reason.ts';

/** What is remembered; empty when nothing ever was. Damage is never taken for emptiness. */
export type Memory =
  | { readonly state: 'known'; readonly entries: ReadonlyMap<string, string> }
  | { readonly state: 'corrupted'; readonly file: string; readonly why: string }
  | { readonly state: 'unavailable'; readonly file: string; readonly why: string };

/**
 * The result of a change. `changed`: another process was faster; look again and decide anew. It may have gone on from the
 * very change before anybody could see that it was made.
 */
export type Swap =
  | { readonly state: 'swapped' }
  | { readonly state: 'changed'; readonly found: string | undefined }
  | Exclude<Memory, { state: 'known' }>;

const largestFile = 1_000_000;
/** One a second, for thirty years: whatever is numbered higher was not written by this program. */
const lastGeneration = 1_000_000_000n;
const mostTries = 100;

/** What earlier runs left in a folder, by name. Never rejects. */
export async function readMemory(dir: string): Promise<Memory> {
  return (await readNewest(dir)).memory;
}

/**
 * Replaces the value of one name, provided that it still is `old` (`undefined`: not there yet). Never rejects.
 *
 * Each state is a file of its own, complete before it gets its name, and a name can be given only once: of several
 * processes that change the same state one wins, and a process that is killed leaves the state before.
 */
export async function compareAndSwap(
  dir: string,
  key: string,
  old: string | undefined,
  value: string,
): Promise<Swap> {
  let overtaken = false;
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const { memory, generation } = await readNewest(dir);
    if (memory.state !== 'known') return memory;
    const found = memory.entries.get(key);
    // Somebody went on from our state so fast that it looked like a lost race.
    if (overtaken && found === value) return { state: 'swapped' };
    if (found !== old) return { state: 'changed', found };
    const written = await write(dir, generation, new Map(memory.entries).set(key, value));
    if (written === 'swapped') return { state: 'swapped' };
    if (written !== 'lost' && written !== 'overtaken') return written;
    overtaken ||= written === 'overtaken';
  }
  return { state: 'unavailable', file: dir, why: 'other processes keep changing it' };
}

/** Puts a corrupted memory aside, under a name with `.corrupted` at its end, and starts with an empty one. Never rejects. */
export async function startOver(dir: string): Promise<Memory> {
  const { memory, generation } = await readNewest(dir);
  if (memory.state !== 'corrupted') return memory;
  const written = await write(dir, generation, new Map(), memory.file);
  return typeof written === 'string' ? await readMemory(dir) : written;
}

interface Newest {
  readonly memory: Memory;
  readonly generation: bigint;
}

async function readNewest(dir: string): Promise<Newest> {
  for (let attempt = 0; ; attempt++) {
    let generation = 0n;
    let file = dir;
    try {
      const { generations, absurd } = await generationsOf(dir);
      generation = generations.at(-1) ?? 0n;
      if (absurd !== undefined) {
        const why = 'its number is too large';
        return { generation, memory: { state: 'corrupted', file: join(dir, absurd), why } };
      }
      if (generation === 0n) return { generation, memory: { state: 'known', entries: new Map() } };
      file = fileOf(dir, generation);
      return {
        generation,
        memory: parse(
          file,
          await readAtMost(new OwnFolder(dir).file(nameOf(generation)).path, largestFile, {
            links: 'refused',
          }),
        ),
      };
    } catch (error) {
      // Replaced between the two looks, so the newer one is there now.
      if (errorCode(error) === 'ENOENT' && attempt < mostTries) continue;
      return { generation, memory: { state: 'unavailable', file, why: whyOf(error) } };
    }
  }
}

interface Generations {
  /** Smallest first. */
  readonly generations: readonly bigint[];
  /** A file with a number that no earlier run gave. */
  readonly absurd: string | undefined;
}

async function generationsOf(dir: string): Promise<Generations> {
  if (!new OwnFolder(dir).exists) return { generations: [], absurd: undefined };
  const names = await readdir(dir).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const numbered = names.flatMap((name) => {
    const digits = /^memory\.([1-9][0-9]*)\.json$/.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, generation: BigInt(digits) }];
  });
  const generations = numbered.map(({ generation }) => generation).filter((one) => one <= lastGeneration);
  return {
    generations: generations.sort((a, b) => (a < b ? -1 : 1)),
    absurd: numbered.find(({ generation }) => generation > lastGeneration)?.name,
  };
}

function fileOf(dir: string, generation: bigint): string {
  return join(dir, nameOf(generation));
}

function nameOf(generation: bigint): string {
  return `memory.${generation}.json`;
}

// One line of JSON after the line with its digest, so that no damage of any kind looks like a state.
function parse(file: string, bytes: Buffer): Memory {
  const corrupted = (why: string): Memory => ({ state: 'corrupted', file, why });
  if (bytes.length > largestFile) return corrupted('larger than the limit');
  const end = bytes.indexOf(10);
  const json = bytes.subarray(end + 1);
  if (end < 0 || bytes.toString('latin1', 0, end) !== digestOf(json))
    return corrupted('its digest does not match its content');
  let value: unknown;
  try {
    value = JSON.parse(json.toString('utf8'));
  } catch {
    return corrupted('not JSON');
  }
  const entries = field(value, 'entries');
  if (field(value, 'version') !== 1 || !isRecord(entries)) return corrupted('not written by this program');
  const pairs = Object.entries(entries);
  const texts = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return texts.length === pairs.length
    ? { state: 'known', entries: new Map(texts) }
    : corrupted('not all values are text');
}

async function write(
  dir: string,
  before: bigint,
  entries: ReadonlyMap<string, string>,
  aside?: string,
): Promise<'swapped' | 'lost' | 'overtaken' | Exclude<Memory, { state: 'known' }>> {
  const file = fileOf(dir, before + 1n);
  if (before >= lastGeneration)
    return { state: 'unavailable', file: dir, why: 'all its numbers are used up' };
  const temporary = join(dir, `memory.${randomUUID()}.tmp`);
  try {
    await new OwnFolder(dir).make();
    const json = `${JSON.stringify({ version: 1, entries: Object.fromEntries(entries) })}\n`;
    if (json.length > largestFile / 4) return { state: 'unavailable', file: dir, why: 'too large' };
    await writeThrough(temporary, `${digestOf(json)}\n${json}`);
    await link(temporary, file);
    const { generations } = await generationsOf(dir);
    // The name may have been free only because others, far ahead, had removed the state of this number.
    if (generations.at(-1) !== before + 1n) {
      await rm(file, { force: true });
      return 'overtaken';
    }
    if (aside !== undefined) await moveOver(aside, `${aside}.corrupted`);
    for (const generation of generations)
      if (generation <= before) await rm(fileOf(dir, generation), { force: true });
    return 'swapped';
  } catch (error) {
    return errorCode(error) === 'EEXIST' ? 'lost' : { state: 'unavailable', file: dir, why: whyOf(error) };
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

// On the disk before it has a name, so that even a power cut leaves either state, and never half of one.
async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await createFile(file, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function digestOf(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function whyOf(error: unknown): string {
  return tame(error instanceof Error ? error.message : String(error));
}
