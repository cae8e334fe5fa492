import { compareAndSwap, readMemory } from '../source/cache/log-memory.ts';
import type { CheckpointMemory } from './follow.ts';

/**
 * Saves checkpoints in a folder; several processes may use it. A damaged folder is `unavailable`, never empty. Calls
 * `onTrouble` once if nothing can be saved for later runs.
 */
export function checkpointMemory(
  folder: string,
  onTrouble: (text: string) => void = () => undefined,
): CheckpointMemory {
  let told = false;
  return {
    get: async (origin) => {
      const memory = await readMemory(folder);
      if (memory.state === 'known') return { state: 'known', note: memory.entries.get(keyOf(origin)) };
      return {
        state: 'unavailable',
        why: `the saved log state in ${memory.file} cannot be used: ${memory.why}`,
      };
    },
    compareAndSwap: async (origin, old, note) => {
      const swap = await compareAndSwap(folder, keyOf(origin), old, note);
      if (swap.state === 'swapped' || swap.state === 'changed') return swap.state;
      if (!told) onTrouble(`the state of the log was not saved for later runs: ${swap.file}: ${swap.why}`);
      told = true;
      return 'unavailable';
    },
  };
}

const keyOf = (origin: string): string => `checkpoint ${origin}`;
