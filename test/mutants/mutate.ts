/** A way to change bytes at an offset; `undefined` where it changes nothing there. */
type Way = (bytes: Buffer, at: number) => Buffer | undefined;

const xor =
  (mask: number): Way =>
  (bytes, at) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ mask;
    return changed;
  };

const insert =
  (text: string): Way =>
  (bytes, at) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at)]);

const set =
  (text: string): Way =>
  (bytes, at) =>
    bytes.toString('latin1', at, at + 1) === text
      ? undefined
      : Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at + 1)]);

/** Every way in which one byte is changed. */
export const ways: Readonly<Record<string, Way>> = {
  'bit 0': xor(1),
  'bit 1': xor(2),
  'bit 2': xor(4),
  'bit 3': xor(8),
  'bit 4': xor(16),
  'the other case': xor(32),
  'bit 6': xor(64),
  'bit 7': xor(128),
  deleted: (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  doubled: (bytes, at) => Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]),
  'a blank before it': insert(' '),
  'a zero in its place': set('0'),
  'an A in its place': set('A'),
  'a quote in its place': set('"'),
  'swapped with the next': (bytes, at) => {
    const [here, next] = [bytes[at], bytes[at + 1]];
    if (here === undefined || next === undefined || here === next) return undefined;
    const changed = Buffer.from(bytes);
    changed[at] = next;
    changed[at + 1] = here;
    return changed;
  },
  'cut off': (bytes, at) => bytes.subarray(0, at),
};

/** A stream of numbers from 0 up to 1 that is the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
