import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diskAt, kindOf, maxTextBytes, readTextFile } from '../../src/source/disk.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const code = 'LOCKFILE_INVALID';
const place = (name: string) => join(folder, name);

describe('reading a text file', () => {
  test('gives its text, byte order mark and all', async () => {
    await writeFile(place('text'), '\uFEFFline\r\nß€😀\n');
    expect(await readTextFile(place('text'), { code })).toBe('\uFEFFline\r\nß€😀\n');
  });

  test('gives nothing for an empty file', async () => {
    await writeFile(place('empty'), '');
    expect(await readTextFile(place('empty'), { code })).toBe('');
  });

  test('marks what is not UTF-8, so that it can be seen', async () => {
    await writeFile(place('latin'), Buffer.from([0x61, 0xe9, 0x62]));
    expect(await readTextFile(place('latin'), { code })).toBe('a\uD800b');
  });

  test('reads a replacement character that is meant as one', async () => {
    await writeFile(place('meant'), 'caf\uFFFD');
    expect(await readTextFile(place('meant'), { code })).toBe('caf\uFFFD');
  });

  test('reads up to the limit and refuses one byte more', async () => {
    await writeFile(place('limit'), 'x'.repeat(100_000));
    expect(await readTextFile(place('limit'), { code, maxBytes: 100_000 })).toHaveLength(100_000);
    await expect(readTextFile(place('limit'), { code, maxBytes: 99_999 })).rejects.toMatchObject({ code });
  });

  test('refuses 50 MB and more without reading it', async () => {
    const file = await open(place('huge'), 'w');
    await file.truncate(maxTextBytes + 1);
    await file.close();
    await expect(diskAt(folder).read(place('huge'))).rejects.toMatchObject({
      code,
      message: 'huge:1: is larger than 50 MB',
      hint: 'larger files are not read',
    });
  });

  test.skipIf(process.platform !== 'linux')('does not believe a size of zero', async () => {
    expect(await readTextFile('/proc/self/status', { code })).toContain('Pid:');
    await expect(readTextFile('/proc/self/status', { code, maxBytes: 10 })).rejects.toMatchObject({ code });
  });

  test.skipIf(process.platform === 'win32')(
    'does not wait for a pipe, nor read a device for ever',
    async () => {
      execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', place('pipe')]);
      await expect(readTextFile(place('pipe'), { code, shown: 'pipe' })).rejects.toMatchObject({
        code,
        message: 'pipe is not a regular file',
      });
      await expect(readTextFile('/dev/zero', { code })).rejects.toMatchObject({ code });
      await symlink('/dev/zero', place('link'));
      await expect(readTextFile(place('link'), { code })).rejects.toMatchObject({ code });
    },
  );

  test.each([
    ['', 'it is not a regular file'],
    ['gone', 'it does not exist'],
    ['text/below', 'it cannot be opened: ENOTDIR'],
  ])('says why "%s" cannot be read', async (name, message) => {
    await writeFile(place('text'), 'x');
    await expect(readTextFile(place(name), { code: 'POLICY_INVALID', shown: 'it' })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message,
    });
  });

  test.skipIf((process.getuid?.() ?? 0) === 0)('says that it may not', async () => {
    await writeFile(place('secret'), 'x');
    await chmod(place('secret'), 0);
    await expect(readTextFile(place('secret'), { code })).rejects.toMatchObject({
      message: expect.stringContaining('EACCES') as string,
    });
  });
});

describe('what a path leads to', () => {
  test('is told with links followed', async () => {
    await writeFile(place('file'), '');
    await symlink(folder, place('to-folder'));
    await symlink(place('round'), place('round'));
    expect(await kindOf(place('file'))).toBe('file');
    expect(await kindOf(folder)).toBe('folder');
    expect(await kindOf(place('to-folder'))).toBe('folder');
    expect(await kindOf(place('round'))).toBeUndefined();
    expect(await kindOf(place('gone'))).toBeUndefined();
    expect(await kindOf(place('file/below'))).toBeUndefined();
    expect(await kindOf(place('x'.repeat(5000)))).toBeUndefined();
  });
});
