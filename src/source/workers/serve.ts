import { parentPort } from 'node:worker_threads';
import { at } from '../../wire/json.ts';
import { tame } from '../reason.ts';
import type { Answer } from './workers.ts';

/** What worker threads do, by name. Tasks get and return values that can be cloned. */
export type Tasks = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

/** Does the jobs that the main thread sends, one after the other; the other side of `pool.ts`. */
export function serve(tasks: Tasks): void {
  parentPort?.on('message', async (message: unknown) => {
    parentPort?.postMessage({ id: at(message, 'id'), answer: await answerOf(tasks, message) });
  });
}

async function answerOf(tasks: Tasks, message: unknown): Promise<Answer> {
  const name = String(at(message, 'task'));
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task === undefined) return { ok: false, why: `there is no task ${name}` };
  try {
    return { ok: true, value: await task(at(message, 'input')) };
  } catch (error) {
    return { ok: false, why: `it stopped with an error: ${tame(String(error))}` };
  }
}
