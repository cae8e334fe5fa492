import { compareAndSwap, readMemory } from '../source/cache/log-memory.ts';
import type { CheckpointMemory } from './follow.ts';

/** Checkpoints remembered in a folder, safe between processes; damage to it is unavailable, never empty. */
export function checkpointMemory(folder: string): CheckpointMemory {
  return {
    get: async (origin) => {
      const memory = await readMemory(folder);
      if (memory.state === 'known') return { state: 'known', note: memory.entries.get(keyOf(origin)) };
      return { state: 'unavailable', why: `the memory ${memory.file} cannot be used: ${memory.why}` };
    },
    compareAndSwap: async (origin, old, note) => {
      const { state } = await compareAndSwap(folder, keyOf(origin), old, note);
      return state === 'swapped' || state === 'changed' ? state : 'unavailable';
    },
  };
}

const keyOf = (origin: string): string => `checkpoint ${origin}`;
