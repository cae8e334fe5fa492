import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openPool, type PoolOptions } from '../../src/source/workers/pool.ts';
import type { Answer, Job } from '../../src/source/workers/workers.ts';

const folder = mkdtempSync(join(tmpdir(), 'jsr-workers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let programs = 0;

/** A program for threads that does this with each job, which it knows as `id`, `task` and `input`. */
function program(work: string, before = ''): URL {
  const file = join(folder, `worker-${++programs}.mjs`);
  const code = `import { parentPort, threadId } from 'node:worker_threads';
${before}
const answer = (value) => parentPort.postMessage({ id: current, answer: { ok: true, value } });
let current;
parentPort.on('message', ({ id, task, input }) => { current = id; ${work} });`;
  writeFileSync(file, code);
  return pathToFileURL(file);
}

const job = (task = 'echo', input: unknown = task): Job => ({
  task,
  message: () => ({ input, transfer: [] }),
});
/** A thread that answers with its input, but does something else for the task `bad`. */
const bad = (what: string): URL => program(`if (task === 'bad') { ${what} } else answer(input);`);
const pool = (url: URL, options: Partial<PoolOptions> = {}) =>
  openPool({ program: url, threads: 1, ...options });
const good = (value: unknown): Answer => ({ ok: true, value });
const lost = (why: unknown): unknown => ({ ok: false, why });

describe('a pool of worker threads', () => {
  it('answers each job with what its thread returned, in whatever order they end', async () => {
    const { run } = pool(program('setTimeout(() => answer(input), 50 - input);'), { threads: 3 });
    const inputs = [50, 40, 30, 20, 10, 0];
    expect(await Promise.all(inputs.map((input) => run(job('wait', input))))).toEqual(inputs.map(good));
  });

  it('keeps a thread for the next job, and starts no more than it may', async () => {
    const { run } = pool(program('answer(threadId);'), { threads: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => run(job())));
    expect(new Set(answers.map((answer) => answer.ok && answer.value)).size).toBeLessThanOrEqual(2);
  });

  it('makes the message of a job only when a thread is free, and hands its buffers over', async () => {
    const { run } = pool(program('setTimeout(() => answer(input.length), 20);'));
    const made: number[] = [];
    const jobs = [1, 2, 3].map((length) => {
      const input = new Uint8Array(length);
      const message = () => {
        made.push(length);
        return { input, transfer: [input.buffer] };
      };
      return { input, answer: run({ task: 'length', message }) };
    });
    expect(made).toEqual([1]);
    expect(await Promise.all(jobs.map(({ answer }) => answer))).toEqual([1, 2, 3].map(good));
    expect(jobs.map(({ input }) => input.length)).toEqual([0, 0, 0]);
  });
});

describe('a job has no answer, and the next one has its own, where the thread', () => {
  const unreadable = 'the worker thread gave an answer that cannot be read';
  it.each([
    ['computes for ever', 'for (;;);', 'it took longer than 1.5 s'],
    ['waits for ever', '', 'it took longer than 1.5 s'],
    ['exits', 'process.exit(0);', 'the worker thread ended without an answer'],
    ['throws', "throw new Error('a\\nb');", 'the worker thread ended with an error: a b'],
    ['answers with nothing', 'parentPort.postMessage(undefined);', unreadable],
    ['answers with a word', "parentPort.postMessage('passed');", unreadable],
    ['answers another job', 'parentPort.postMessage({ id: current + 1, answer: { ok: true } });', unreadable],
    ['answers neither yes nor no', "parentPort.postMessage({ id, answer: { ok: 'true' } });", unreadable],
    ['gives no reason', 'parentPort.postMessage({ id, answer: { ok: false } });', unreadable],
    ['says why not', "parentPort.postMessage({ id, answer: { ok: false, why: 'too hard' } });", 'too hard'],
  ])('%s', async (_, what, why) => {
    const { run } = pool(bad(what), { deadlineMs: 1500 });
    const started = performance.now();
    expect(await Promise.all([run(job('bad')), run(job('next'))])).toEqual([lost(why), good('next')]);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('takes more memory than it may', async () => {
    const hungry = bad('const all = []; for (;;) all.push(new Array(1e5).fill(id));');
    const { run } = pool(hungry, { memoryMb: 64 });
    expect(await run(job('bad'))).toEqual(lost('it took more than 64 MB of memory'));
    expect(await run(job())).toEqual(good('echo'));
  }, 60_000);

  it('answers twice, the second time after the job', async () => {
    const { run } = pool(bad("answer('bad'); setTimeout(() => answer('passed'));"));
    expect(await run(job('bad'))).toEqual(good('bad'));
    // The second answer is that of no later job. It costs the one that runs when it comes, if any.
    const later = [await run(job()), await run(job()), await run(job())];
    const refused = later.filter(({ ok }) => !ok);
    for (const one of later.filter(({ ok }) => ok)) expect(one).toEqual(good('echo'));
    expect([[], [lost(unreadable)]]).toContainEqual(refused);
  });

  it('cannot be started', async () => {
    const { run } = pool(pathToFileURL(join(folder, 'nothing.mjs')));
    expect(await run(job())).toEqual(lost(expect.stringMatching(/^the worker thread ended with an error: /)));
    const remote = pool(new URL('https://example.test/worker.js'));
    expect(await remote.run(job())).toEqual(
      lost(expect.stringMatching(/^a worker thread could not be started: /)),
    );
  });

  it('cannot be given its work', async () => {
    const { run } = pool(program('answer(input);'));
    expect(await run(job('bad', () => undefined))).toEqual(
      lost(expect.stringMatching(/^the worker thread could not be given its work: /)),
    );
    expect(await run(job())).toEqual(good('echo'));
  });
});

it('an interrupt ends the job that computes and those that wait for it', async () => {
  const interrupt = new AbortController();
  const { run } = pool(bad('for (;;);'));
  const answers = [
    run({ ...job('bad'), signal: interrupt.signal }),
    run({ ...job('bad'), signal: interrupt.signal }),
  ];
  setTimeout(() => interrupt.abort(), 300);
  const interrupted = lost('the run was interrupted');
  expect(await Promise.all(answers)).toEqual([interrupted, interrupted]);
});
