import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './run.ts';

test('docs/security/dependencies.md lists just the packages of which the bundle holds code, as THIRD_PARTY_LICENSES.md does', async () => {
  const built = await tableOf('THIRD_PARTY_LICENSES.md');
  expect(built).toContain('| tuf-js |');
  expect(await tableOf('docs/security/dependencies.md')).toBe(built);
});

/** The table of packages, versions and licences in a document. */
async function tableOf(name: string): Promise<string> {
  const text = await readFile(join(root, name), 'utf8');
  return /^\| package \| version \| licence \|\n(?:\|.*\n)+/m.exec(text)?.[0] ?? '';
}
