import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type DiscoverOptions, type Disk, discoverLockfiles } from '../../src/lockfile/find/discover.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { diskAt } from '../../src/source/disk.ts';

const made: string[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A repository on the real disk; the values are the contents of its files. */
async function repository(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lockfiles-'));
  made.push(root);
  for (const [path, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

/** What is found from a folder of a repository, as `file (format)`. */
async function found(
  files: Readonly<Record<string, string>>,
  from = '.',
  paths: readonly string[] = [],
  options: DiscoverOptions = {},
): Promise<readonly string[]> {
  const root = await repository(files);
  const disk: Disk = diskAt(join(root, from));
  const { lockfiles } = await discoverLockfiles(disk, paths, options);
  for (const { path, file } of lockfiles) expect(join(disk.folder, file)).toBe(path);
  return lockfiles.map(({ file, format }) => `${file} (${format ?? 'by its text'})`);
}

async function refusal(action: Promise<unknown>): Promise<JsrVerifyError> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof JsrVerifyError) return error;
  throw new Error('was not refused', { cause: error });
}

describe('a folder means', () => {
  test('the lockfile in it', async () => {
    expect(await found({ 'deno.lock': '{}' })).toEqual(['deno.lock (deno)']);
  });

  test('the nearest lockfile above it', async () => {
    const files = { 'package-lock.json': '{}', 'a/yarn.lock': '', 'a/b/c/x.ts': '' };
    expect(await found(files, 'a/b/c')).toEqual(['../../yarn.lock (yarn)']);
  });

  test('all lockfiles that stand side by side', async () => {
    const files = {
      'deno.lock': '',
      'package-lock.json': '',
      'pnpm-lock.yaml': '',
      'yarn.lock': '',
      'bun.lock': '',
      'vlt-lock.json': '',
    };
    expect(await found(files)).toEqual([
      'deno.lock (deno)',
      'package-lock.json (npm)',
      'pnpm-lock.yaml (pnpm)',
      'yarn.lock (yarn)',
      'bun.lock (bun)',
      'vlt-lock.json (vlt)',
    ]);
  });

  test('not a lockfile that its tool ignores beside another', async () => {
    expect(await found({ 'npm-shrinkwrap.json': '', 'package-lock.json': '' })).toEqual([
      'npm-shrinkwrap.json (npm)',
    ]);
    expect(await found({ 'bun.lock': '', 'bun.lockb': '' })).toEqual(['bun.lock (bun)']);
    expect(await found({ 'bun.lockb': '' })).toEqual(['bun.lockb (bun)']);
  });

  test('nothing outside of its repository', async () => {
    const files = {
      'package-lock.json': '{}',
      'inner/.git': 'gitdir: ../.git/modules/inner',
      'inner/src/x.ts': '',
    };
    const error = await refusal(found(files, 'inner/src'));
    expect(error).toMatchObject({ code: 'LOCKFILE_MISSING', message: 'no lockfile in . or above it' });
    expect(error.hint).toContain(
      'deno.lock, npm-shrinkwrap.json, package-lock.json, pnpm-lock.yaml, yarn.lock',
    );
    expect(error.hint).toContain('up to ..');
  });

  test('no folder that is called like a lockfile', async () => {
    const error = await refusal(found({ 'deno.lock/x': '' }));
    expect(error.code).toBe('LOCKFILE_MISSING');
  });

  test('both lockfiles of a project of Deno and Node, where they are at different heights', async () => {
    const files = { 'pnpm-lock.yaml': '', 'a/deno.json': '{}', 'a/package.json': '{}', 'a/deno.lock': '' };
    expect(await found(files, 'a')).toEqual(['deno.lock (deno)', '../pnpm-lock.yaml (pnpm)']);
    const turned = { 'deno.lock': '', 'a/deno.json': '{}', 'a/package.json': '{}', 'a/pnpm-lock.yaml': '' };
    expect(await found(turned, 'a')).toEqual(['../deno.lock (deno)', 'pnpm-lock.yaml (pnpm)']);
  });

  test('not the lockfile of somebody else above, when the project has its own', async () => {
    expect(await found({ 'pnpm-lock.yaml': '', 'a/deno.json': '{}', 'a/deno.lock': '' }, 'a')).toEqual([
      'deno.lock (deno)',
    ]);
  });
});

describe('a deno.json', () => {
  const lock = (value: unknown) => JSON.stringify({ lock: value });

  test('can name another lockfile, also with comments around it', async () => {
    const files = {
      'deno.jsonc': '{\n  // locked\n  "lock": "locks/my.lock",\n}\n',
      'locks/my.lock': '',
      'deno.lock': '',
    };
    expect(await found(files)).toEqual(['locks/my.lock (deno)']);
  });

  test('can name it in an object', async () => {
    expect(await found({ 'deno.json': lock({ path: './x.lock', frozen: true }), 'x.lock': '' })).toEqual([
      'x.lock (deno)',
    ]);
    expect(await found({ 'deno.json': lock({ frozen: true }), 'deno.lock': '' })).toEqual([
      'deno.lock (deno)',
    ]);
  });

  test('can say true, which means the usual one', async () => {
    expect(await found({ 'deno.json': lock(true), 'deno.lock': '' })).toEqual(['deno.lock (deno)']);
  });

  test('can say that there is none, and is quoted', async () => {
    const error = await refusal(found({ 'deno.json': lock(false), 'deno.lock': '' }));
    expect(error).toMatchObject({
      code: 'LOCKFILE_MISSING',
      message: expect.stringContaining('"lock": false') as string,
    });
    // And it is not given the one of another project above it.
    const nested = { 'deno.lock': '', 'a/deno.json': lock(false) };
    expect((await refusal(found(nested, 'a'))).code).toBe('LOCKFILE_MISSING');
  });

  test('that says there is none is remarked beside the lockfiles of others, but not where it is named', async () => {
    const root = await repository({
      'deno.jsonc': '{\n  // none\n  "lock": false\n}',
      'deno.lock': '',
      'yarn.lock': '',
      'other/deno.json': '{}',
      'other/deno.lock': '',
    });
    const remarksOn = async (...paths: readonly string[]) => {
      const { lockfiles, remarks } = await discoverLockfiles(diskAt(root), paths);
      return [lockfiles.map(({ file }) => file), remarks.map(({ at }) => `${at.file}:${at.line}`)];
    };
    expect(await remarksOn()).toEqual([['yarn.lock'], ['deno.jsonc:3']]);
    expect(await remarksOn('.', './deno.jsonc')).toEqual([['yarn.lock'], ['deno.jsonc:3']]);
    expect(await remarksOn('deno.lock')).toEqual([['deno.lock'], []]);
    expect(await remarksOn('other')).toEqual([['other/deno.lock'], []]);
  });

  test('that names a lockfile which is not there is an error, also beside other lockfiles', async () => {
    const error = await refusal(found({ 'deno.json': lock('gone.lock'), 'yarn.lock': '' }));
    expect(error).toMatchObject({
      code: 'LOCKFILE_INVALID',
      message: 'gone.lock is not there, though deno.json names it',
    });
  });

  test('that cannot be read is an error with its line, since it may name the lockfile', async () => {
    const error = await refusal(found({ 'deno.json': '{\n  "lock":\n', 'deno.lock': '' }));
    expect(error).toMatchObject({ code: 'LOCKFILE_INVALID', message: 'deno.json:3: ends in the middle' });
  });

  test.each([
    [['packages/a']],
    [['./packages/a']],
    [['./packages/*']],
    [['packages/**']],
    [{ members: ['./packages/a/'] }],
    [['./packages/a*', '!./packages/b']],
  ])('of a workspace %j gives its members its lockfile', async (workspace) => {
    const files = {
      'deno.json': JSON.stringify({ workspace }),
      'deno.lock': '',
      'packages/a/deno.json': '{}',
      'packages/a/deno.lock': 'left over',
    };
    expect(await found(files, 'packages/a')).toEqual(['../../deno.lock (deno)']);
  });

  test.each([[['packages/b']], [['packages/*', '!packages/a']], [['*']], [[]], ['packages/a'], [7]])(
    'of a workspace %j leaves others theirs',
    async (workspace) => {
      const files = {
        'deno.json': JSON.stringify({ workspace }),
        'deno.lock': '',
        'packages/a/deno.json': '{}',
        'packages/a/deno.lock': '',
      };
      expect(await found(files, 'packages/a')).toEqual(['deno.lock (deno)']);
    },
  );
});

describe('a file means', () => {
  test('itself, whatever it is called', async () => {
    const files = { 'a/b.lock': '', 'deno.lock': '', 'old/package-lock.json': '' };
    expect(await found(files, '.', ['a/b.lock', 'old/package-lock.json'])).toEqual([
      'a/b.lock (by its text)',
      'old/package-lock.json (npm)',
    ]);
  });

  test('the lockfile of its project, when it describes one', async () => {
    const files = { 'a/package.json': '{}', 'a/x/y': '', 'package-lock.json': '' };
    expect(await found(files, '.', ['a/package.json'])).toEqual(['package-lock.json (npm)']);
  });

  test('what npm wrote into node_modules, only when it is named or asked for', async () => {
    const files = { 'package-lock.json': '', 'node_modules/.package-lock.json': '', 'a/x': '' };
    expect(await found(files)).toEqual(['package-lock.json (npm)']);
    expect(await found(files, '.', ['node_modules/.package-lock.json'])).toEqual([
      'node_modules/.package-lock.json (npm)',
    ]);
    expect(await found(files, 'a', [], { installed: true })).toEqual([
      '../package-lock.json (npm)',
      '../node_modules/.package-lock.json (npm)',
    ]);
  });

  test('an error that names it, when it is not there', async () => {
    const error = await refusal(found({}, '.', ['gone/deno.lock']));
    expect(error).toMatchObject({
      code: 'LOCKFILE_MISSING',
      message: 'gone/deno.lock is not there, or may not be entered',
    });
  });
});

describe('a lockfile that pnpm keeps for one branch', () => {
  const remarksOn = async (files: Readonly<Record<string, string>>, ...paths: readonly string[]) => {
    const { lockfiles, remarks } = await discoverLockfiles(diskAt(await repository(files)), paths);
    return [lockfiles.map(({ file }) => file), remarks.map(({ at, message }) => `${at.file} ${message}`)];
  };
  const remark = expect.stringMatching(
    /^pnpm-lock\.main\.yaml with git-branch-lockfile, pnpm installs from "pnpm-lock\.main\.yaml"/,
  ) as string;
  const both = { 'pnpm-lock.yaml': '', 'pnpm-lock.main.yaml': '' };

  test('is told where pnpm-lock.yaml lies beside it, which may say nothing', async () => {
    expect(await remarksOn(both)).toEqual([['pnpm-lock.yaml'], [remark]]);
    expect(await remarksOn(both, 'pnpm-lock.yaml')).toEqual([['pnpm-lock.yaml'], [remark]]);
    expect(await remarksOn({ ...both, 'pnpm-lock.yaml': '', 'a/package.json': '{}' }, 'a')).toEqual([
      ['pnpm-lock.yaml'],
      [remark],
    ]);
  });

  test('is told where it lies alone beside the lockfile of another client', async () => {
    expect(await remarksOn({ 'deno.lock': '', 'pnpm-lock.main.yaml': '' })).toEqual([
      ['deno.lock'],
      [remark],
    ]);
    const error = await refusal(remarksOn({ 'pnpm-lock.main.yaml': '' }));
    expect(error.code).toBe('LOCKFILE_MISSING');
    expect(error.hint).toMatch(/; name pnpm-lock\.main\.yaml to audit it$/);
  });

  test('is not told where it is audited itself, nor where it is a folder or something else', async () => {
    expect(await remarksOn(both, '.', 'pnpm-lock.main.yaml')).toEqual([
      ['pnpm-lock.yaml', 'pnpm-lock.main.yaml'],
      [],
    ]);
    const others = { 'pnpm-lock.x.yaml/a': '', 'pnpm-lock.yaml.bak': '', 'pnpm-lock..yaml': '' };
    expect(await remarksOn({ 'pnpm-lock.yaml': '', ...others })).toEqual([['pnpm-lock.yaml'], []]);
  });

  test('is one of twenty that are told, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`pnpm-lock.b${i}.yaml`, '']));
    const [, remarks] = await remarksOn({ 'pnpm-lock.yaml': '', ...many });
    expect(remarks).toHaveLength(20);
  });
});

test('the same lockfile, reached by several paths, is found once', async () => {
  const files = { 'deno.lock': '', 'a/x': '', 'b/x': '' };
  expect(await found(files, '.', ['a', 'b', 'deno.lock', '.'])).toEqual(['deno.lock (deno)']);
});

test('a link to a lockfile is followed', async () => {
  const root = await repository({ 'real/deno.lock': '' });
  await symlink(join(root, 'real/deno.lock'), join(root, 'deno.lock'));
  const { lockfiles } = await discoverLockfiles(diskAt(root), []);
  expect(lockfiles.map(({ file }) => file)).toEqual(['deno.lock']);
});
