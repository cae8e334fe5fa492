import { setMaxListeners } from 'node:events';

interface Job {
  readonly result: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work in progress, by name: callers that ask for the same thing meanwhile wait for the same result. */
export class Shared {
  readonly #jobs = new Map<string, Job>();

  /**
   * The result of `work`, started only when nothing of that name is under way.
   *
   * A caller's own signal ends that caller's wait; the work itself ends once no caller waits for it.
   */
  async run<T>(
    name: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const job = this.#jobs.get(name) ?? this.#start(name, work);
    job.waiting++;
    try {
      // One name is always asked with the same kind of work.
      return (await (signal === undefined ? job.result : orAborted(job.result, signal))) as T;
    } finally {
      job.waiting--;
      if (job.waiting === 0 && this.#jobs.get(name) === job) {
        this.#jobs.delete(name);
        job.controller.abort(new Error('every caller has cancelled the request'));
      }
    }
  }

  #start(name: string, work: (signal: AbortSignal) => Promise<unknown>): Job {
    const controller = new AbortController();
    const result = work(controller.signal).finally(() => {
      if (this.#jobs.get(name) === job) this.#jobs.delete(name);
    });
    // When all callers have left, a rejection would be unhandled.
    result.catch(() => undefined);
    const job: Job = { result, controller, waiting: 0 };
    this.#jobs.set(name, job);
    return job;
  }
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  // One signal may end a whole run, with any number of questions listening.
  setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
