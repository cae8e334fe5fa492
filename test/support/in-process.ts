import type { Workers } from '../../src/source/workers/workers.ts';
import { tasks } from '../../src/tasks.ts';

/** Does the work of worker threads in this process, on clones as they would get them; it cannot be ended. */
export const inProcess: Workers = {
  run: async ({ task, message }) => {
    const { input, transfer } = message();
    const value = await tasks[task]?.(structuredClone(input, { transfer: [...transfer] }));
    return { ok: true, value: structuredClone(value) };
  },
};
