import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;
const packages: Publication[] = [];
const interrupt = { on: new AbortController() };

beforeAll(async () => {
  stage = await openStage(
    (world) => {
      for (let i = 0; i < 6; i++)
        packages.push(
          world.publish({ scope: 'acme', name: `part-${i}`, version: '1.0.0', files: files(`// ${i}`) }),
        );
    },
    {
      // The manifest of the last package never comes: when it is asked for, and the others are done, the user has enough.
      intercept: ({ request }) => {
        if (!request.path.includes('part-5/1.0.0_meta')) return false;
        setTimeout(() => interrupt.on.abort(new Error('interrupted')), 800);
        return true;
      },
    },
  );
});
afterAll(() => stage.close());

async function interrupted(...flags: readonly string[]) {
  interrupt.on = new AbortController();
  const cwd = stage.folder();
  writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
  const started = performance.now();
  const ended = await stage.run(['audit', ...flags], { cwd, signal: interrupt.on.signal });
  expect(performance.now() - started).toBeLessThan(5000);
  return ended;
}

describe('an interrupt', () => {
  it('ends the run with 130 and a report of what is known', async () => {
    const { code, stdout } = await interrupted('--format', 'json');
    expect(code).toBe(130);
    expectReport(stdout);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ interrupted: true, summary: { total: 5, verified: 5 } });
  });

  it('is said in the report for people, so that five of six are not taken for all', async () => {
    const { code, stdout } = await interrupted();
    expect([code, stdout]).toEqual([130, expect.stringMatching(/interrupted/)]);
  });

  it('ends the stream of packages with a summary', async () => {
    const { code, stdout } = await interrupted('--format', 'ndjson');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.length, lines.at(-1)]).toMatchObject([
      130,
      6,
      { type: 'summary', interrupted: true },
    ]);
  });

  it('is not forgiven by --exit-zero', async () => {
    expect(await interrupted('--exit-zero')).toMatchObject({ code: 130 });
  });

  it.each([
    ['pin', ['pin', '--yes'], 'jsr-verify.json'],
    ['pack', ['pack', '-o', 'evidence.pack'], 'evidence.pack'],
    ['export', ['export', '@acme/part-5', '-o', 'bundle.json'], 'bundle.json'],
  ])('makes %s write nothing, rather than a part', async (_, argv, file) => {
    interrupt.on = new AbortController();
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
    expect(await stage.run(argv, { cwd, signal: interrupt.on.signal })).toMatchObject({ code: 130 });
    expect(existsSync(join(cwd, file))).toBe(false);
  });
});
