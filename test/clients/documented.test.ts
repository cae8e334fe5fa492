import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../packaging/run.ts';
import { clients } from './clients.ts';
import { commandOf } from './install.ts';
import { layouts } from './layouts.ts';
import { projects } from './projects.ts';

const page = join(root, 'docs/lockfiles.md');

test('docs/lockfiles.md names the version of every client that is tested, and no others', async ({
  skip,
}) => {
  expect(new Set(layouts.map(({ client }) => client))).toEqual(new Set(clients));
  for (const { client } of projects) expect(clients).toContain(client);
  for (const client of clients) {
    const command = await commandOf(client);
    if ('missing' in command) skip(command.missing);
  }
  const text = readFileSync(page, 'utf8');
  expect(text).toMatch(table);
  // `--update` writes it.
  await expect(text.replace(table, tested())).toMatchFileSnapshot(page);
});

const table = /^\| Deno \|.*\n\|[-|]+\|\n\|.*\n/m;

/** A column for each client, and one row with the versions. */
function tested(): string {
  const names = [...new Set(clients.map(({ name }) => name))];
  const versions = names.map((name) =>
    clients.flatMap((client) => (client.name === name ? [client.version] : [])).join(', '),
  );
  return `| ${names.join(' | ')} |\n|${'---|'.repeat(names.length)}\n| ${versions.join(' | ')} |\n`;
}
