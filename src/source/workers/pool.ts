import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { at, isRecord } from '../../wire/json.ts';
import { tame } from '../reason.ts';
import type { Answer, Job, Workers } from './workers.ts';

/** Bounds on a pool and its jobs. */
export interface PoolOptions {
  /** The module that every thread runs; it calls `serve`. */
  readonly program: URL;
  /** Threads at most. */
  readonly threads?: number;
  /** What one job may take once a thread has it, in milliseconds. */
  readonly deadlineMs?: number;
  /** What the values of one thread may take, in MB. */
  readonly memoryMb?: number;
}

// A package takes seconds. One that takes a minute was made to take long, or the machine has no time for it.
const defaultDeadlineMs = 60_000;
// What Node gives a whole process where it has 4 GB of memory.
const defaultMemoryMb = 2048;

/**
 * Threads that do jobs one at a time, started when there is work and kept for the next. A job whose thread takes too long, ends
 * or answers with something else has no answer, and the thread is replaced. A thread without work keeps no process alive.
 */
export function openPool(options: PoolOptions): Workers {
  const threads = options.threads ?? Math.min(4, Math.max(1, availableParallelism() - 1));
  const idle: Thread[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;
  const work = async (job: Job): Promise<Answer> => {
    if (running >= threads) await new Promise<void>((free) => waiting.push(free));
    else running += 1;
    try {
      if (job.signal?.aborted === true) return interrupted;
      let thread = idle.pop();
      while (thread?.isAlive === false) thread = idle.pop();
      thread ??= new Thread(options);
      const answer = await thread.run(job);
      if (thread.isAlive) idle.push(thread);
      return answer;
    } catch (error) {
      return { ok: false, why: `a worker thread could not be started: ${tame(String(error))}` };
    } finally {
      // The job that waited longest takes the place.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return { run: work };
}

const interrupted = { ok: false, why: 'the run was interrupted' } as const;
const unreadable = 'the worker thread gave an answer that cannot be read';

/** One worker thread, and at most one job that it has. */
class Thread {
  readonly #options: PoolOptions;
  readonly #worker: Worker;
  #jobs = 0;
  #settle: ((answer: Answer) => void) | undefined;
  isAlive = true;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { program, memoryMb = defaultMemoryMb } = options;
    // It needs nothing of what this process was told, and runs nothing of what it was told to run first.
    this.#worker = new Worker(program, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    this.#worker.on('message', (message: unknown) => this.#receive(message));
    this.#worker.on('messageerror', () => this.#end(unreadable));
    this.#worker.on('error', (error: unknown) => this.#end(whyEnded(error, memoryMb)));
    this.#worker.on('exit', () => this.#end('the worker thread ended without an answer'));
  }

  async run({ task, message, signal }: Job): Promise<Answer> {
    const { deadlineMs = defaultDeadlineMs } = this.#options;
    const id = ++this.#jobs;
    this.#worker.ref();
    const abort = () => this.#end(interrupted.why);
    const timer = setTimeout(() => this.#end(`it took longer than ${deadlineMs / 1000} s`), deadlineMs);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise((settle) => {
        this.#settle = settle;
        try {
          const { input, transfer } = message();
          this.#worker.postMessage({ id, task, input }, transfer);
        } catch (error) {
          this.#end(`the worker thread could not be given its work: ${tame(String(error))}`);
        }
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#settle = undefined;
      this.#worker.unref();
    }
  }

  #receive(message: unknown): void {
    const answer = at(message, 'id') === this.#jobs ? readAnswer(at(message, 'answer')) : undefined;
    if (answer === undefined || this.#settle === undefined) this.#end(unreadable);
    else if (answer.ok) this.#settle(answer);
    // After an error the thread's state is unknown.
    else this.#end(answer.why);
  }

  #end(why: string): void {
    this.isAlive = false;
    void this.#worker.terminate();
    this.#settle?.({ ok: false, why });
  }
}

function readAnswer(answer: unknown): Answer | undefined {
  if (!isRecord(answer)) return undefined;
  const { ok, value, why } = answer;
  if (ok === true) return { ok, value };
  return ok === false && typeof why === 'string' ? { ok, why } : undefined;
}

function whyEnded(error: unknown, memoryMb: number): string {
  return at(error, 'code') === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `it took more than ${memoryMb} MB of memory`
    : `the worker thread ended with an error: ${tame(error instanceof Error ? error.message : String(error))}`;
}
