import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { treeAt } from '../../src/source/file-tree.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const tree = treeAt('.');
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tree-'));
  writeFileSync(at('file'), 'hello');
  mkdirSync(at('folder'));
  symlinkSync('file', at('link'));
  symlinkSync('folder', at('folder-link'));
  symlinkSync('gone', at('dangling'));
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', at('pipe')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder', () => {
  test('is listed by name, and no link is followed to tell what it is', async () => {
    expect(await tree.list(folder)).toMatchObject({
      state: 'present',
      value: [
        { name: 'dangling', kind: 'link' },
        { name: 'file', kind: 'file' },
        { name: 'folder', kind: 'folder' },
        { name: 'folder-link', kind: 'link' },
        { name: 'link', kind: 'link' },
        { name: 'pipe', kind: 'other' },
      ],
    });
  });

  test.each(['gone', 'file', 'dangling'])('that is not one is absent: %s', async (name) => {
    expect(await tree.list(at(name))).toMatchObject({ state: 'absent' });
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read is unavailable, not absent', async () => {
    mkdirSync(at('closed'), { mode: 0 });
    expect(await tree.list(at('closed'))).toMatchObject({
      state: 'unavailable',
      kind: 'unreadable',
      why: 'EACCES',
    });
    chmodSync(at('closed'), 0o700);
  });

  test('is where its links lead', async () => {
    expect(await tree.real(at('folder-link'))).toBe(await tree.real(at('folder')));
    expect(await tree.real(at('dangling'))).toBeUndefined();
  });
});

describe('a file', () => {
  test('is hashed, or its first bytes are', async () => {
    expect(await tree.digest(at('file'))).toEqual({ sha256: sha256('hello'), size: 5 });
    expect(await tree.digest(at('file'), 4)).toEqual({ sha256: sha256('hell'), size: 4 });
    expect(await tree.digest(at('gone'))).toBeUndefined();
  });

  test('of many chunks is hashed as a whole', async () => {
    const bytes = Buffer.alloc(1_000_000, 'abc');
    writeFileSync(at('large'), bytes);
    expect(await tree.digest(at('large'))).toEqual({ sha256: sha256(bytes), size: bytes.length });
    const both = await Promise.all([tree.digest(at('large')), tree.digest(at('file'))]);
    expect(both.map((one) => one !== undefined && 'sha256' in one && one.sha256)).toEqual([
      sha256(bytes),
      sha256('hello'),
    ]);
    rmSync(at('large'));
  });

  test.each([
    ['link', 'is a symbolic link'],
    ['dangling', 'is a symbolic link'],
    ['folder', 'is not a regular file'],
    ['pipe', 'is not a regular file'],
  ])('is none: %s %s', async (name, odd) => {
    expect(await tree.digest(at(name))).toEqual({ odd });
    expect(await tree.read(at(name), 10)).toMatchObject({ state: 'unavailable' });
    expect(await tree.tail(at(name), 10)).toMatchObject({ state: 'unavailable' });
  });

  test('that is larger than any file of a package is not read', async () => {
    openSync(at('sparse'), 'w');
    truncateSync(at('sparse'), 65 * 1024 * 1024);
    expect(await tree.digest(at('sparse'))).toEqual({ odd: 'is larger than 64 MB' });
    rmSync(at('sparse'));
  });

  test('is read up to a limit, never cut', async () => {
    expect(await tree.read(at('file'), 5)).toMatchObject({ state: 'present', value: Buffer.from('hello') });
    expect(await tree.read(at('file'), 4)).toMatchObject({
      state: 'unavailable',
      kind: 'too-large',
      why: 'larger than 4 bytes',
    });
    expect(await tree.read(at('gone'), 4)).toMatchObject({ state: 'absent' });
  });

  test('has an end that is read alone', async () => {
    expect(await tree.tail(at('file'), 2)).toMatchObject({ value: { bytes: Buffer.from('lo'), size: 5 } });
    expect(await tree.tail(at('file'), 9)).toMatchObject({ value: { bytes: Buffer.from('hello'), size: 5 } });
  });
});
