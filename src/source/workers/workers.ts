/** Work for a worker thread, by the name of its task. */
export interface Job {
  readonly task: string;
  /** What the task is given; made when a thread is free, so that what waits costs no memory. */
  message(): Message;
  /** Gives the job up: its thread is ended. */
  readonly signal?: AbortSignal;
}

/** A value that can be cloned, and those buffers of it that are handed over instead. */
export interface Message {
  readonly input: unknown;
  readonly transfer: readonly ArrayBuffer[];
}

/** What a task returned, to be read as foreign, or why there is no answer. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string };

/** Does work that takes long, so that it can be ended. It always answers and never throws. */
export interface Workers {
  run(job: Job): Promise<Answer>;
}
