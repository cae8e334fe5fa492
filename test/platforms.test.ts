import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { foldPath } from '../src/model/path.ts';

const root = resolve(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('on Linux, macOS and Windows', () => {
  test('CI runs the quick tests', () => {
    const { jobs } = parse(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8'));
    expect(jobs.quick.strategy.matrix.os).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest']);
    expect(jobs.quick['runs-on']).toContain('matrix.os');
    expect(jobs.quick.steps.map(({ run }: { run?: string }) => run).filter(Boolean)).toEqual([
      'npm ci',
      'npm run check',
      'npm run test:unit',
    ]);
  });

  test.each(Object.entries<string>(scripts))('the script %s is one for every shell', (_, script) => {
    // cmd.exe knows `&&` and double quotes; no variables before a command, single quotes, globs or programs of POSIX.
    for (const command of script.split(' && '))
      expect(command).toMatch(/^(?:node|npm run|vitest|biome|tsc|knip)(?: (?:[\w./:=-]+|"[^"$`%]*"))*$/);
  });

  test.skipIf(!existsSync(join(root, '.git')))(
    'the files of this repository have names that every disk can hold',
    () => {
      const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
        .split('\0')
        .slice(0, -1);
      expect(files.length).toBeGreaterThan(100);
      expect(new Set(files.map(foldPath)).size).toBe(files.length);
      for (const file of files) {
        expect(file.length, file).toBeLessThan(180);
        for (const part of file.split('/'))
          expect(part).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|[<>:"|?*\\]|[^ -~]|[. ]$/i);
      }
    },
  );
});
