import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReport } from '../report/schema.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;
const packages: Publication[] = [];
const hanging = (path: string): boolean => path.includes('part-5/1.0.0_meta');
let onHang: () => void = () => undefined;

beforeAll(async () => {
  stage = await openStage(
    (world) => {
      for (let i = 0; i < 6; i++)
        packages.push(
          world.publish({ scope: 'acme', name: `part-${i}`, version: '1.0.0', files: files(`// ${i}`) }),
        );
    },
    {
      // The manifest of the last package never comes.
      intercept: ({ request }) => {
        if (!hanging(request.path)) return false;
        onHang();
        return true;
      },
    },
  );
});
afterAll(() => stage.close());

/** Audits six packages and loses patience when five are done. */
async function interrupted(...flags: readonly string[]) {
  const interrupt = new AbortController();
  const cwd = stage.folder();
  writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
  const lines: string[] = [];
  const stdout = {
    write: (text: string) => {
      lines.push(...text.trimEnd().split('\n'));
      if (lines.length === 5) interrupt.abort(new Error('interrupted'));
    },
  };
  const { signal } = interrupt;
  const ended = await stage.run(['audit', '--format', 'ndjson', ...flags], {
    cwd,
    signal,
    environment: { stdout },
  });
  return { ...ended, lines, read: (file: string) => readFileSync(join(cwd, file), 'utf8') };
}

describe('an interrupt', () => {
  it('ends the run with 130 and a report of what is known', async () => {
    const { code, read } = await interrupted('--format', 'json=report.json');
    expect(code).toBe(130);
    expectReport(read('report.json'));
    expect(JSON.parse(read('report.json'))).toMatchObject({
      interrupted: true,
      summary: { total: 5, verified: 5 },
    });
  });

  it('is said in the report for people, so that five of six are not taken for all', async () => {
    const { code, read } = await interrupted('--format', 'pretty=report.txt');
    expect([code, read('report.txt')]).toEqual([130, expect.stringMatching(/interrupted/)]);
  });

  it('ends the stream of packages with a summary', async () => {
    const { code, lines } = await interrupted();
    const parsed = lines.map((line) => JSON.parse(line));
    expect([code, parsed.length, parsed.at(-1)]).toMatchObject([
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
    const interrupt = new AbortController();
    onHang = () => interrupt.abort(new Error('interrupted'));
    const cwd = stage.folder();
    writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
    expect(await stage.run(argv, { cwd, signal: interrupt.signal })).toMatchObject({ code: 130 });
    onHang = () => undefined;
    expect(existsSync(join(cwd, file))).toBe(false);
  });
});
