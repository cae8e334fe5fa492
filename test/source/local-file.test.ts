import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  makeFolder,
  NotRegular,
  openToAppend,
  readAtMost,
  readAtMostSync,
} from '../../src/source/local-file.ts';
import { folder as newFolder } from './folder.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

const followed = { links: 'followed' } as const;
const refused = { links: 'refused' } as const;

describe('a file is read', () => {
  const content = Buffer.alloc(150_000, 'abc');

  test.each([
    [149_990, 149_991],
    [149_999, 150_000],
    [150_000, 150_000],
    [5, 6],
    [65_536, 65_537],
    [0, 1],
  ])('up to %i bytes and one more, by which its reader sees that there is more', async (limit, length) => {
    const file = join(folder, 'file');
    await writeFile(file, content);
    expect((await readAtMost(file, limit, { links: 'refused' })).equals(content.subarray(0, length))).toBe(
      true,
    );
  });

  test.skipIf(process.platform !== 'linux')('and closed again', async () => {
    const file = join(folder, 'file');
    await writeFile(file, content);
    const open = async () => (await readdir('/proc/self/fd')).length;
    const before = await open();
    for (let times = 0; times < 20; times += 1) await readAtMost(file, 1, { links: 'refused' });
    expect(await open()).toBeLessThan(before + 20);
  });

  test.skipIf(process.platform === 'win32')('only where it is one: no pipe, device or folder', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await symlink('/dev/zero', join(folder, 'zero'));
    for (const path of [pipe, join(folder, 'zero'), folder]) {
      await expect(readAtMost(path, 10, followed)).rejects.toThrow(NotRegular);
      expect(() => readAtMostSync(path, 10, followed)).toThrow(NotRegular);
    }
  });

  test.skipIf(process.platform === 'win32')('through no link where that is not wanted', async () => {
    await writeFile(join(folder, 'file'), 'text');
    await symlink('file', join(folder, 'link'));
    expect(readAtMostSync(join(folder, 'link'), 10, followed).toString()).toBe('text');
    expect(() => readAtMostSync(join(folder, 'link'), 10, refused)).toThrow('ELOOP');
    await expect(readAtMost(join(folder, 'link'), 10, refused)).rejects.toThrow('ELOOP');
  });
});

describe.skipIf(process.platform === 'win32')('a file that grows', () => {
  test('is made where it is missing', async () => {
    for (const text of ['a', 'b']) {
      const file = await openToAppend(join(folder, 'file'));
      await file.writeFile(text);
      await file.close();
    }
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('ab');
  });

  test('is no link, no pipe, and no file that has a second name', async () => {
    await writeFile(join(folder, 'other'), 'text');
    await symlink('other', join(folder, 'soft'));
    await link(join(folder, 'other'), join(folder, 'hard'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(openToAppend(join(folder, 'soft'))).rejects.toThrow('ELOOP');
    await expect(openToAppend(join(folder, 'hard'))).rejects.toThrow(NotRegular);
    await expect(openToAppend(join(folder, 'pipe'))).rejects.toThrow();
    expect(await readFile(join(folder, 'other'), 'utf8')).toBe('text');
  });
});

describe('a folder is made', () => {
  test('with all that are missing above it, whoever else does so at the same time', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, 'd'))]);
    expect(await readdir(path)).toEqual(['d']);
  });

  test('below no file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file', 'a'))).rejects.toThrow('ENOTDIR');
    await mkdir(join(folder, 'b'));
    await makeFolder(join(folder, 'b'));
  });

  test.skipIf(process.platform !== 'linux')('nowhere where the system refuses, and without end', async () => {
    await expect(makeFolder('/proc/nope/cache')).rejects.toThrow('no folder can be made in /proc');
  });
});
