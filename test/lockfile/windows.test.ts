import { win32 } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { discoverLockfiles } from '../../src/lockfile/find/discover.ts';
import type { Disk } from '../../src/lockfile/find/disk.ts';
import { readLockfiles } from '../../src/lockfile/find/read.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { publicRegistries } from './support.ts';

vi.mock('node:path', async (original) => {
  const { win32 } = await original<typeof import('node:path')>();
  return { ...win32, default: win32 };
});

/** A disk of Windows, on which case does not count; the values are the contents of its files. */
function windowsDisk(folder: string, files: Readonly<Record<string, string>>): Disk {
  const fold = (path: string) => win32.resolve(path).toLowerCase();
  const texts = new Map(Object.entries(files).map(([path, text]) => [fold(path), { path, text }]));
  const isFolder = (path: string) =>
    [...texts.keys()].some((file) => file.startsWith(fold(path).replace(/\\?$/, '\\')));
  return {
    folder,
    kindOf: async (path) => (texts.has(fold(path)) ? 'file' : isFolder(path) ? 'folder' : undefined),
    entriesIn: async (at) => {
      const names = [...texts.values()].flatMap(({ path }) => {
        const [first, ...rest] = win32.relative(at, path).split('\\');
        const isBelow = first !== undefined && first !== '..' && !win32.isAbsolute(win32.relative(at, path));
        return isBelow
          ? [{ name: first, kind: rest.length === 0 ? ('file' as const) : ('folder' as const) }]
          : [];
      });
      return [...new Map(names.map((entry) => [entry.name, entry])).values()];
    },
    read: async (path) => {
      const found = texts.get(fold(path));
      if (found === undefined) throw new JsrVerifyError('LOCKFILE_INVALID', `${path} is not there`);
      return found.text;
    },
  };
}

const lock = JSON.stringify({
  version: '5',
  specifiers: { 'jsr:@a/b@1': '1.0.0' },
  jsr: { '@a/b@1.0.0': { integrity: 'a'.repeat(64) } },
});

describe('on a disk that folds case', () => {
  test('the lockfile of pnpm counts in whatever case it is spelled', async () => {
    const disk = windowsDisk('C:\\repo', {
      'C:\\repo\\.git\\HEAD': '',
      'C:\\repo\\package.json': '{}',
      'C:\\repo\\Pnpm-Lock.yaml': '',
      'C:\\repo\\package-lock.json': '{}',
    });
    const { lockfiles } = await discoverLockfiles(disk, []);
    expect(lockfiles.map(({ file }) => file).sort()).toEqual(['package-lock.json', 'pnpm-lock.yaml']);
  });

  test('so does that of the branch', async () => {
    const disk = windowsDisk('C:\\repo', {
      'C:\\repo\\.git\\HEAD': 'ref: refs/heads/main\n',
      'C:\\repo\\package.json': '{}',
      'C:\\repo\\pnpm-workspace.yaml': 'gitBranchLockfile: true\n',
      'C:\\repo\\pnpm-lock.Main.yaml': '',
      'C:\\repo\\pnpm-lock.yaml': '',
    });
    const { lockfiles, unread } = await discoverLockfiles(disk, []);
    expect(lockfiles.map(({ file }) => file)).toEqual(['pnpm-lock.main.yaml']);
    expect(unread.map(({ path }) => path)).toEqual(['C:\\repo\\pnpm-lock.yaml']);
  });

  test('a lockfile further down is named in whatever case it is spelled', async () => {
    const disk = windowsDisk('C:\\repo', {
      'C:\\repo\\.git\\HEAD': '',
      'C:\\repo\\deno.lock': lock,
      'C:\\repo\\app\\Deno.lock': lock,
      'C:\\repo\\lib\\DENO.JSON': '{"lock":"other.lock"}',
      'C:\\repo\\lib\\other.lock': lock,
    });
    const { unread } = await discoverLockfiles(disk, []);
    expect(unread.map(({ path }) => path)).toEqual(['C:\\repo\\app\\deno.lock', 'C:\\repo\\lib\\other.lock']);
  });
});

describe('on Windows', () => {
  test.each(['D:\\other\\deno.lock', 'D:/other/deno.lock', '\\\\server\\share\\deno.lock', '..\\deno.lock'])(
    'deno.json leads to no lockfile outside of the repository: %s',
    async (named) => {
      const disk = windowsDisk('C:\\repo', {
        'C:\\repo\\.git\\HEAD': '',
        'C:\\repo\\deno.json': JSON.stringify({ lock: named }),
        [win32.resolve('C:\\repo', named)]: lock,
      });
      await expect(discoverLockfiles(disk, [])).rejects.toThrow('outside of the repository');
    },
  );

  test('an import map on another drive is not read, and that is said', async () => {
    const disk = windowsDisk('C:\\repo', {
      'C:\\repo\\.git\\HEAD': '',
      'C:\\repo\\deno.json': JSON.stringify({ importMap: 'D:\\map.json' }),
      'C:\\repo\\deno.lock': lock,
      'D:\\map.json': '{"imports":{"jsr:@a/b@1":"./b.ts"}}',
    });
    const [read] = await readLockfiles(disk, [], publicRegistries);
    expect(read?.remarks).toEqual([
      expect.objectContaining({ message: expect.stringContaining('was not read') }),
    ]);
  });

  test('lockfiles are shown with slashes, and found again by what is shown', async () => {
    const disk = windowsDisk('C:\\repo\\app', {
      'C:\\repo\\.git\\HEAD': '',
      'C:\\repo\\deno.json': '{}',
      'C:\\repo\\deno.lock': lock,
      'C:\\repo\\app\\my lib (old)\\deno.lock': lock,
    });
    const { lockfiles, unread } = await discoverLockfiles(disk, []);
    expect(lockfiles).toEqual([{ path: 'C:\\repo\\deno.lock', file: '../deno.lock', format: 'deno' }]);
    expect(unread).toEqual([
      expect.objectContaining({
        path: 'C:\\repo\\app\\my lib (old)\\deno.lock',
        hint: expect.stringContaining(' "my lib (old)/deno.lock"'),
      }),
    ]);
    expect((await discoverLockfiles(disk, ['../deno.lock'])).lockfiles).toEqual(lockfiles);
  });
});
