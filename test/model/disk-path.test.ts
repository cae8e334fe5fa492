import { posix, win32 } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inFolder, isWithin, seenFrom, slashed } from '../../src/model/disk-path.ts';

describe('a path lies within a folder', () => {
  test.each([
    ['C:\\repo', 'C:\\repo', true],
    ['C:\\repo\\deno.lock', 'C:\\repo', true],
    ['c:\\Repo\\deno.lock', 'C:\\repo', true],
    ['C:\\repo\\..deno.lock', 'C:\\repo', true],
    ['C:\\repo2\\deno.lock', 'C:\\repo', false],
    ['C:\\deno.lock', 'C:\\repo', false],
    ['D:\\repo\\deno.lock', 'C:\\repo', false],
    ['D:\\deno.lock', 'C:\\', false],
    ['\\\\server\\share\\deno.lock', 'C:\\repo', false],
    ['C:\\repo\\deno.lock', '\\\\server\\share', false],
    ['\\\\server\\share\\a\\deno.lock', '\\\\server\\share\\a', true],
    ['\\\\server\\share\\b', '\\\\server\\share\\a', false],
    ['\\\\server\\other\\a', '\\\\server\\share\\a', false],
    ['\\\\?\\C:\\deno.lock', 'C:\\repo', false],
  ])('on Windows: %s in %s: %s', (path, folder, within) => {
    expect(isWithin(path, folder, win32)).toBe(within);
  });

  test.each([
    ['/repo', '/repo', true],
    ['/repo/deno.lock', '/repo', true],
    ['/repo/..deno.lock', '/repo', true],
    ['/repo/..\\deno.lock', '/repo', true],
    ['/Repo/deno.lock', '/repo', false],
    ['/repo2', '/repo', false],
    ['/', '/repo', false],
    ['/repo', '/', true],
  ])('elsewhere: %s in %s: %s', (path, folder, within) => {
    expect(isWithin(path, folder, posix)).toBe(within);
  });
});

describe('a path in reports', () => {
  test.each([
    ['C:\\repo\\a\\deno.lock', 'a/deno.lock'],
    ['C:\\repo', '.'],
    ['C:\\deno.lock', '../deno.lock'],
    ['D:\\a\\deno.lock', 'D:/a/deno.lock'],
    ['\\\\server\\share\\deno.lock', '//server/share/deno.lock'],
  ])('has slashes on Windows: %s', (path, seen) => {
    expect(seenFrom('C:\\repo', path, win32)).toBe(seen);
    // The way back leads to the same file.
    expect(win32.resolve('C:\\repo', seen)).toBe(path);
  });

  test('keeps a backslash that is part of a name', () => {
    expect(seenFrom('/repo', '/repo/a\\b/deno.lock', posix)).toBe('a\\b/deno.lock');
    expect(slashed('a\\b', posix)).toBe('a\\b');
  });
});

describe('a path that the user names', () => {
  test.each([
    ['deno.lock', 'C:\\repo\\deno.lock'],
    ['..\\deno.lock', 'C:\\deno.lock'],
    ['D:\\deno.lock', 'D:\\deno.lock'],
    ['D:/deno.lock', 'D:/deno.lock'],
    ['C:deno.lock', 'C:\\repo\\deno.lock'],
    ['\\\\server\\share\\deno.lock', '\\\\server\\share\\deno.lock'],
  ])('starts in the folder on Windows, unless it says where it starts: %s', (path, found) => {
    expect(inFolder('C:\\repo', path, win32)).toBe(found);
  });

  test.each([
    ['deno.lock', '/repo/deno.lock'],
    ['a/', '/repo/a/'],
    ['/deno.lock', '/deno.lock'],
    ['C:deno.lock', '/repo/C:deno.lock'],
  ])('starts in the folder elsewhere: %s', (path, found) => {
    expect(inFolder('/repo', path, posix)).toBe(found);
  });
});
