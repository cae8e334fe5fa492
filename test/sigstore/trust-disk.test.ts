import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inWorkFolder, replaceFile } from '../../src/sigstore/trust-disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsr-disk-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file is replaced', () => {
  test('in folders that are made for it, for nobody else to read, with nothing left beside it', async () => {
    const file = join(folder, 'a', 'b', 'file');
    await replaceFile(file, Buffer.from('old'));
    await replaceFile(file, Buffer.from('new'));
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file']);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('as a whole or not at all', async () => {
    const file = join(folder, 'file');
    await mkdir(join(file, 'in the way'), { recursive: true });
    await expect(replaceFile(file, Buffer.from('new'))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['file']);
  });
});

describe('a work folder', () => {
  test('holds what was written, and is gone afterwards', async () => {
    const path = await inWorkFolder(async (work) => {
      expect(await work.write('a.json', Buffer.from('a'))).toBe(join(work.path, 'a.json'));
      await work.write('folder/b.json', Buffer.from('b'));
      expect((await work.read('folder/b.json')).toString()).toBe('b');
      expect(await work.files()).toEqual(new Map([['a.json', Buffer.from('a')]]));
      return work.path;
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('is gone where the work fails as well', async () => {
    let path = '';
    const work = inWorkFolder(async (at) => {
      path = at.path;
      await at.write('a.json', Buffer.from('a'));
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
