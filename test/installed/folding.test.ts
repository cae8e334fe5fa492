import { appendFileSync, readdirSync, renameSync } from 'node:fs';
import { join, parse } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstalledDisk } from '../../src/installed/disk.ts';
import { base, judge, lockfileOf, newFolder, targetOf, unpack, write } from './support.ts';

/** The path as the disk spells it: the disks of macOS and Windows find a name in whatever case it is asked for. */
function spelled(path: string): string {
  const { root } = parse(path);
  return path
    .slice(root.length)
    .split('/')
    .reduce((above, name) => {
      const names = namesIn(above);
      const found = names.includes(name)
        ? name
        : names.find((one) => one.toLowerCase() === name.toLowerCase());
      return join(above, found ?? name);
    }, root);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const folding = (disk: InstalledDisk): InstalledDisk => ({
  folder: disk.folder,
  list: (path) => disk.list(spelled(path)),
  real: (path) => disk.real(spelled(path)),
  read: (path, maxBytes) => disk.read(spelled(path), maxBytes),
  tail: (path, maxBytes) => disk.tail(spelled(path), maxBytes),
  digest: (path, length) => disk.digest(spelled(path), length),
  unzip: (path, prefix) => disk.unzip(spelled(path), prefix),
});

/** A project with a tampered copy below one name, which somebody spells in another way afterwards. */
async function tampered(path: string, from: string, to: string): Promise<string> {
  const folder = newFolder();
  write(folder, [['package.json', '{}']]);
  await unpack(base, join(folder, path));
  appendFileSync(join(folder, path, 'mod.js'), '//');
  renameSync(join(folder, from), join(folder, to));
  return folder;
}

const name = 'node_modules/@jsr/acme__base';

describe('a disk that folds case', () => {
  test.each([
    ['node_modules', name, 'node_modules', 'Node_Modules'],
    ['the scope', name, 'node_modules/@jsr', 'node_modules/@JSR'],
    ['the package', name, name, 'node_modules/@jsr/Acme__Base'],
    ['node_modules further down', `app/${name}`, 'app/node_modules', 'app/NODE_MODULES'],
  ])('hides no copy behind another spelling of %s', async (_, path, from, to) => {
    const folder = await tampered(path, from, to);
    expect(await judge(folder, base, { disk: folding })).toMatchObject({ status: 'failed' });
  });

  test.each([
    ['Alias', 'alias'],
    ['alias', 'ALIAS'],
  ])('hides no copy behind another spelling of its alias: %s as %s', async (alias, spelling) => {
    const folder = await tampered(
      `node_modules/${alias}`,
      `node_modules/${alias}`,
      `node_modules/${spelling}`,
    );
    // It says nothing of itself: only the lockfile knows what it is.
    write(folder, [[`node_modules/${spelling}/package.json`, '{"version":"0.2.0"}']]);
    const lockfile = lockfileOf(folder, { jsr: new Map([[alias, [targetOf(base).package]]]) });
    const outcome = await judge(folder, base, { disk: folding, places: { lockfiles: [lockfile] } });
    expect(outcome).toMatchObject({ status: 'failed' });
  });
});

test('on a disk that tells case apart, Node_Modules is a folder like any other', async () => {
  const folder = await tampered(name, 'node_modules', 'Node_Modules');
  expect(await judge(folder, base)).toMatchObject({ status: 'skipped' });
});
