/** How much more work a parser has with eight times as much of the same. */
export interface Growth {
  readonly ratio: number;
  /** The smaller size that was measured. */
  readonly size: number;
}

/** How many times as much the larger input is. */
const step = 8;
/**
 * Linear work grows by `step`, quadratic by its square, 64; in between there is room for caches, collectors and other
 * people's work.
 */
export const mostGrowth = step * 4;

/** What is too short to be measured counts as this, in microseconds of CPU. */
const shortest = 1000;
const tries = 4;
/** After so many microseconds nothing is looked at again. */
const enough = 5_000_000;

/**
 * Compares the work for an input of some size with that for one of eight times the size. Nothing depends on how fast
 * the machine is: the size is the first for which there is something to measure, work is time of the CPU and not of
 * the clock, the smallest of some tries counts, and what looks like too much is looked at again, with more of it.
 */
export async function growthOf(
  read: (size: number) => () => unknown,
  { smallest, largest }: { readonly smallest: number; readonly largest: number },
): Promise<Growth> {
  let size = smallest;
  // The first runs pay for the compiler.
  let cost = Math.min(await costOf(read(size)), await costOf(read(size)));
  while (cost < shortest && size * 2 <= largest) {
    size *= 2;
    cost = Math.min(await costOf(read(size)), await costOf(read(size)));
  }
  let ratio = Number.POSITIVE_INFINITY;
  let spent = 0;
  for (let attempt = 0; attempt < tries && ratio >= mostGrowth && spent < enough; attempt += 1) {
    const [small, large] = [read(size), read(size * step)];
    cost = Math.max(shortest, Math.min(await costOf(small), await costOf(small)));
    const more = await costOf(large);
    spent += more;
    ratio = Math.min(ratio, more / cost);
    // What is quadratic is so at every size; a busy neighbour or a full cache is not.
    if (size * 2 <= largest) size *= 2;
  }
  return { ratio, size };
}

/** Microseconds of CPU that a call takes; the input is made before. */
async function costOf(call: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
