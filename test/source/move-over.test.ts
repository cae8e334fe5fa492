import * as disk from 'node:fs/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { moveOver } from '../../src/source/local-file.ts';
import { folder } from './folder.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, rename: vi.fn(real.rename) };
});

async function twoFiles(): Promise<readonly [from: string, to: string]> {
  const at = folder();
  await writeFile(join(at, 'new'), 'new');
  await writeFile(join(at, 'old'), 'old');
  return [join(at, 'new'), join(at, 'old')];
}

const rename = vi.mocked(disk.rename);
const fails = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test.each(['EPERM', 'EACCES', 'EBUSY'])(
  'a file that another program has open is replaced later: %s',
  async (code) => {
    const [from, to] = await twoFiles();
    for (let times = 0; times < 3; times += 1) rename.mockImplementationOnce(fails(code));
    await moveOver(from, to);
    expect(await readFile(to, 'utf8')).toBe('new');
  },
);

test('a file that stays open ends the tries', async () => {
  const [from, to] = await twoFiles();
  for (let times = 0; times < 7; times += 1) rename.mockImplementationOnce(fails('EPERM'));
  await expect(moveOver(from, to)).rejects.toThrow('EPERM');
  expect(await readFile(to, 'utf8')).toBe('old');
});

test('any other trouble is told at once', async () => {
  const [from, to] = await twoFiles();
  rename.mockClear();
  rename.mockImplementationOnce(fails('ENOSPC'));
  await expect(moveOver(from, to)).rejects.toThrow('ENOSPC');
  expect(rename).toHaveBeenCalledTimes(1);
});
