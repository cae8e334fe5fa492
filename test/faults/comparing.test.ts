import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import type { Publication } from '../support/publication.ts';
import { launch, type Run } from './process.ts';
import { crash, type Told, toldBy } from './told.ts';

// The built program at depth `tarball`, where comparing takes too long or its worker thread does not do what it should. The
// deadline of a minute, which no flag changes, is made shorter from outside.

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

let stage: Stage;
let quick: Publication;
let slow: Publication;
let folders = 0;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, text: string) =>
      world.publish({ scope: 'acme', name, version: '1.0.0', files: files(text) });
    quick = publish('quick', 'export const quick: number = 1;\n');
    slow = publish('slow', `${repeat(40_000, (index) => `enum E${index} { A }\nf();\n`)}export {};\n`);
  });
});
afterAll(() => stage.close());

interface RepositoryContext {
  /** What the deadline of a minute becomes, in seconds. */
  readonly deadline?: number;
  /** The program of worker threads, in place of its own. */
  readonly worker?: string;
  readonly kill?: { readonly signal: NodeJS.Signals; readonly after: number };
}

async function verify(
  { spec }: Publication,
  { deadline = 60, worker, kill }: RepositoryContext,
): Promise<Run & Told> {
  const cwd = join(stage.folder(), `${++folders}`);
  mkdirSync(cwd);
  const preload = join(cwd, 'preload.mjs');
  writeFileSync(
    preload,
    `import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
const { setTimeout: wait } = globalThis;
globalThis.setTimeout = (work, ms, ...rest) => wait(work, ms === 60_000 ? ${deadline * 1000} : ms, ...rest);
const program = ${JSON.stringify(worker ?? null)};
if (program !== null) {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(_, options) { super(program, { ...options, eval: true }); }
  };
  syncBuiltinESMExports();
}
`,
  );
  const ended = await launch(
    [spec, '--depth', 'tarball', '--format', 'json', '--no-progress', '--no-cache'],
    {
      cwd,
      env: { ...stage.server.env({ cache: false }), NODE_OPTIONS: `--import ${preload}` },
      ...(kill && { kill }),
    },
  );
  expect(ended.stderr).not.toMatch(crash);
  return { ...ended, ...toldBy(ended) };
}

/** The one package is inconclusive for this reason. */
function expectOpen({ code, report }: Run & Told, why: RegExp): void {
  const [pkg] = report?.packages ?? [];
  expect([code, pkg?.verdict, pkg?.checks['tarball']?.status]).toEqual([3, 'inconclusive', 'unknown']);
  expect(pkg?.gaps).toEqual([
    {
      id: 'tarball',
      why: expect.stringMatching(/^the npm tarball \S+ could not be compared with the attested files: /),
    },
  ]);
  expect(pkg?.gaps?.[0]?.why).toMatch(why);
}

describe('comparing a tarball', () => {
  it('that is quick is verified', async () => {
    expect(await verify(quick, {})).toMatchObject({
      code: 0,
      report: { packages: [{ verdict: 'verified' }] },
    });
  }, 90_000);

  it('that was made to be slow is inconclusive when its time is over', async () => {
    expectOpen(await verify(slow, { deadline: 1 }), /: it took longer than 60 s$/);
  }, 90_000);

  it.each([
    ['never ends', 'for (;;);', /: it took longer than 60 s$/],
    ['ends the thread', 'process.exit(0);', /: the worker thread ended without an answer$/],
    ['throws', "throw new Error('broken');", /: the worker thread ended with an error: broken$/],
    [
      'answers with something else',
      "require('node:worker_threads').parentPort.on('message', ({ id }) => require('node:worker_threads').parentPort.postMessage({ id, answer: { ok: true, value: { outcome: { status: 'passed' } } } }));",
      /: the worker thread gave an answer that cannot be read$/,
    ],
  ])(
    'that %s is inconclusive, and the program ends',
    async (_, worker, why) => {
      expectOpen(await verify(quick, { deadline: 2, worker }), why);
    },
    90_000,
  );

  it('that never ends is abandoned at an interrupt', async () => {
    const ended = await verify(quick, { worker: 'for (;;);', kill: { signal: 'SIGINT', after: 10_000 } });
    expect([ended.code, ended.report?.interrupted, ended.report?.packages]).toEqual([130, true, []]);
    expect(ended.seconds).toBeLessThan(15);
  }, 90_000);
});
