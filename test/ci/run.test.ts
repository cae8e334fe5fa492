import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runProcess } from '../support/process.ts';
import { root } from './runner.ts';

/** Runs `.ci/run` with an npm that says this in place of the tests. */
async function runWith(parts: Readonly<Record<'test' | 'test:deep', string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'jsr-verify-run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, '.ci'));
  await copyFile(join(root, '.ci/run'), join(folder, '.ci/run'));
  const script = `#!/bin/sh\ncase "$*" in\nci) ;;\n'run test') ${parts.test} ;;\n'run test:deep') ${parts['test:deep']} ;;\n*) exit 9 ;;\nesac\n`;
  await writeFile(join(folder, 'npm'), script);
  await chmod(join(folder, 'npm'), 0o755);
  const PATH = [folder, process.env['PATH']].join(delimiter);
  const { code, stdout } = await runProcess(['bash', join(folder, '.ci/run')], {
    cwd: folder,
    env: { PATH },
  });
  return { code, lines: stdout.trimEnd().split('\n').slice(-3) };
}

test.each([
  ["echo '7 passed, 0 failed'", "echo '5 passed, 0 failed'", 0, '12 passed, 0 failed'],
  ["echo '6 passed, 1 failed'; exit 1", "echo '5 passed, 0 failed'", 1, '11 passed, 1 failed'],
  ["echo '7 passed, 0 failed'", "echo '3 passed, 2 failed'; exit 1", 1, '10 passed, 2 failed'],
  ["echo '7 passed, 0 failed'", 'echo crash >&2; exit 1', 1, '7 passed, 1 failed'],
  ["echo '7 passed, 0 failed'", "echo '5 passed, 0 failed'; exit 1", 1, '12 passed, 1 failed'],
  ['exit 0', "echo '5 passed, 0 failed'", 1, '5 passed, 1 failed'],
])(
  'CI ends with the total of both parts, and fails with either: %s, then %s',
  async (first, second, code, total) => {
    const ran = await runWith({ test: first, 'test:deep': second });
    expect([ran.code, ran.lines[2]]).toEqual([code, total]);
    for (const [index, part] of ['test', 'test:deep'].entries())
      expect(ran.lines[index]).toMatch(
        new RegExp(`^npm run ${part}: (?:\\d+ passed, \\d+ failed|ended without a total)$`),
      );
  },
);
