import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { treeAt } from '../../src/source/file-tree.ts';
import { openToAppend, readAtMost, readAtMostSync } from '../../src/source/local-file.ts';
import { folder as newFolder } from './folder.ts';

// Windows has no such flags, so a link is followed while a file is opened.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const { O_NOFOLLOW: _, O_NONBLOCK: __, ...constants } = real.constants;
  return { ...real, constants };
});

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

const followed = { links: 'followed' } as const;
const refused = { links: 'refused' } as const;

describe('where the system cannot open a file without following a link', () => {
  beforeEach(async () => {
    await writeFile(join(folder, 'file'), 'text');
    // On Windows, only administrators and developers may make links to files.
    await symlink('file', join(folder, 'link')).catch(() => undefined);
  });

  test('a link is refused all the same', async ({ skip }) => {
    if (!existsSync(join(folder, 'link'))) skip('this user may not make links');
    const link = join(folder, 'link');
    expect(readAtMostSync(link, 10, followed).toString()).toBe('text');
    expect(() => readAtMostSync(link, 10, refused)).toThrow('ELOOP');
    await expect(readAtMost(link, 10, refused)).rejects.toThrow('ELOOP');
    expect(await treeAt(folder).digest(link)).toEqual({ odd: 'is a symbolic link' });
  });

  test('nothing is written through a link', async ({ skip }) => {
    if (!existsSync(join(folder, 'link'))) skip('this user may not make links');
    await expect(openToAppend(join(folder, 'link'))).rejects.toThrow('ELOOP');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('text');
  });

  test('a file is read and written', async () => {
    const file = await openToAppend(join(folder, 'file'));
    await file.writeFile('!');
    await file.close();
    expect((await readAtMost(join(folder, 'file'), 10, refused)).toString()).toBe('text!');
  });
});
