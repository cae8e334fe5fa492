import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type DiscoverOptions, discoverLockfiles } from '../../src/lockfile/find/discover.ts';
import type { Disk } from '../../src/lockfile/find/disk.ts';
import { readLockfiles } from '../../src/lockfile/find/read.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { diskAt } from '../../src/source/disk.ts';
import { publicRegistries } from './support.ts';

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
    expect(error.hint).toContain('up to ..; give the path of a lockfile elsewhere, or of an SBOM');
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
      message: 'gone.lock does not exist, though deno.json names it',
    });
  });

  test('that cannot be read is an error with its line, since it may name the lockfile', async () => {
    const error = await refusal(found({ 'deno.json': '{\n  "lock":\n', 'deno.lock': '' }));
    expect(error).toMatchObject({ code: 'LOCKFILE_INVALID', message: 'deno.json:3: ends unexpectedly' });
  });

  test.each([
    [['packages/a']],
    [['./packages/a']],
    [['./packages/*']],
    [['packages/**']],
    [['p*k*s/?']],
    [['**/a']],
    [['packages/x/../a']],
    [['!packages/a', 'packages/a']],
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

  test.each([
    ['deno.json', 'sub', { 'deno.json': '{}', 'deno.lock': '', 'sub/deno.lock': '' }],
    ['package.json', 'sub', { 'package.json': '{}', 'deno.lock': '', 'sub/deno.lock': '' }],
    [
      'workspace',
      'sub/a',
      { 'deno.json': '{"workspace":["sub/a"]}', 'deno.lock': '', 'sub/a/deno.json': '{}' },
    ],
    [
      'workspace around another project',
      'sub/a',
      {
        'deno.json': '{"workspace":["sub/a"]}',
        'deno.lock': '',
        'sub/deno.json': '{}',
        'sub/a/deno.json': '{}',
      },
    ],
  ])('of a %s has the lockfile that Deno reads, and a nearer deno.lock is named', async (_, from, files) => {
    const root = await repository({ ...files, 'sub/deno.lock': '' });
    const { lockfiles, unread } = await discoverLockfiles(diskAt(join(root, from)), []);
    expect(lockfiles.map(({ path }) => relative(root, path))).toEqual(['deno.lock']);
    expect(unread.map(({ path, why }) => [relative(root, path), why])).toEqual([
      [
        join('sub', 'deno.lock'),
        expect.stringMatching(/^Deno reads .*deno\.lock here instead; it was not audited$/),
      ],
    ]);
  });

  test('above a lockfile in a folder that is not a project hides no lockfile of Node', async () => {
    const root = { 'deno.json': '{}', 'deno.lock': '', 'package.json': '{}', 'package-lock.json': '' };
    expect(await found({ ...root, 'sub/deno.lock': '' }, 'sub')).toEqual([
      '../deno.lock (deno)',
      '../package-lock.json (npm)',
    ]);
    const both = { 'deno.json': '{}', 'deno.lock': '', 'sub/deno.lock': '', 'sub/yarn.lock': '' };
    expect(await found(both, 'sub')).toEqual(['../deno.lock (deno)', 'yarn.lock (yarn)']);
  });

  test('with "lock": false is told where a folder below has a deno.lock that Deno does not read', async () => {
    const root = await repository({ 'deno.json': lock(false), 'sub/deno.lock': '', 'sub/yarn.lock': '' });
    const { lockfiles, remarks, unread } = await discoverLockfiles(diskAt(join(root, 'sub')), []);
    expect(lockfiles.map(({ file }) => file)).toEqual(['yarn.lock']);
    expect(remarks.map(({ at }) => at.file)).toEqual(['../deno.json']);
    expect(unread.map(({ why }) => why)).toEqual(['Deno reads no lockfile here; it was not audited']);
  });

  test('is not asked about a deno.lock that is named itself, nor where it has no lockfile', async () => {
    const files = { 'deno.json': '{}', 'sub/deno.lock': '' };
    expect(await found(files, 'sub')).toEqual(['deno.lock (deno)']);
    expect(await found({ ...files, 'deno.lock': '' }, '.', ['sub/deno.lock'])).toEqual([
      'sub/deno.lock (deno)',
    ]);
  });
});

describe('a file means', () => {
  test('itself, whatever the entry names another package:', async () => {
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

  test('what npm wrote into node_modules, only when it is named', async () => {
    const files = { 'package-lock.json': '', 'node_modules/.package-lock.json': '', 'a/x': '' };
    expect(await found(files)).toEqual(['package-lock.json (npm)']);
    expect(await found(files, '.', ['node_modules/.package-lock.json'])).toEqual([
      'node_modules/.package-lock.json (npm)',
    ]);
    expect(await found(files, 'a')).toEqual(['../package-lock.json (npm)']);
  });

  test('an error that names it, when it is not there', async () => {
    const error = await refusal(found({}, '.', ['gone/deno.lock']));
    expect(error).toMatchObject({
      code: 'LOCKFILE_MISSING',
      message: 'gone/deno.lock does not exist or is not readable',
    });
  });
});

describe('a lockfile that pnpm keeps for one branch', () => {
  const remarksOn = async (files: Readonly<Record<string, string>>, ...paths: readonly string[]) => {
    const { lockfiles, unread } = await discoverLockfiles(diskAt(await repository(files)), paths);
    return [lockfiles.map(({ file }) => file), unread.map(({ path, why }) => `${basename(path)} ${why}`)];
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
    expect(error.hint).toMatch(/; give the path pnpm-lock\.main\.yaml to audit it$/);
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
    const disk = diskAt(
      await repository({ 'pnpm-lock.yaml': 'lockfileVersion: "9.0"\nimporters:\n  .: {}', ...many }),
    );
    const [contents] = await readLockfiles(disk, [], publicRegistries);
    expect(contents?.remarks).toHaveLength(21);
    expect(contents?.remarks?.at(-1)?.message).toBe('this lockfile and 29 more were not audited');
  });
});

describe('on a branch of git', () => {
  const yaml = { 'pnpm-workspace.yaml': 'gitBranchLockfile: true\n' };
  const rc = { '.npmrc': 'git-branch-lockfile = true\n' };
  const locks = { 'pnpm-lock.yaml': 'stale', 'pnpm-lock.feat!x.yaml': '', 'pnpm-lock.main.yaml': '' };
  const on = (branch: string) => ({ '.git/HEAD': `ref: refs/heads/${branch}\n` });
  const audited = async (files: Readonly<Record<string, string>>, from = '.') => {
    const { lockfiles, remarks, unread } = await discoverLockfiles(
      diskAt(join(await repository(files), from)),
      [],
    );
    for (const { format } of lockfiles) expect(format).toBe('pnpm');
    return {
      read: lockfiles.map(({ file }) => file),
      unread: unread.map(({ path }) => basename(path)),
      notes: remarks.map(({ severity, message }) => `${severity ?? 'warning'}: ${message}`),
    };
  };

  test('the lockfile that pnpm keeps for it counts, and the others are named', async () => {
    expect(await audited({ ...on('feat/x'), ...yaml, ...locks })).toEqual({
      read: ['pnpm-lock.feat!x.yaml'],
      unread: ['pnpm-lock.yaml', 'pnpm-lock.main.yaml'],
      notes: [],
    });
    // As pnpm spells the name of a branch: in small letters, with ! for whatever is special.
    expect((await audited({ ...on('Feat/X'), ...yaml, ...locks })).read).toEqual(['pnpm-lock.feat!x.yaml']);
    expect((await audited({ ...on('a_b.c-d+e'), ...yaml, 'pnpm-lock.a_b.c-d!e.yaml': '' })).read).toEqual([
      'pnpm-lock.a_b.c-d!e.yaml',
    ]);
  });

  test('it is found where it lies alone', async () => {
    expect(await audited({ ...on('feat/x'), 'pnpm-lock.feat!x.yaml': '' })).toEqual({
      read: ['pnpm-lock.feat!x.yaml'],
      unread: [],
      notes: [],
    });
  });

  test('both count where only some versions of pnpm apply the setting, or none is here', async () => {
    for (const [setting, why] of [
      [rc, /only some versions of pnpm apply "git-branch-lockfile = true"/],
      [{}, /no setting here says which counts/],
    ] as const) {
      expect(await audited({ ...on('feat/x'), ...setting, ...locks })).toEqual({
        read: ['pnpm-lock.yaml', 'pnpm-lock.feat!x.yaml'],
        unread: ['pnpm-lock.main.yaml'],
        notes: [expect.stringMatching(why)],
      });
    }
  });

  test('the shared one counts where there is none for it, or the setting is off', async () => {
    const others = ['pnpm-lock.feat!x.yaml', 'pnpm-lock.main.yaml'];
    for (const files of [
      { ...on('other'), ...yaml, ...locks },
      { '.git/HEAD': '0123456789012345678901234567890123456789\n', ...yaml, ...locks },
      { ...on('feat/x'), 'pnpm-workspace.yaml': 'gitBranchLockfile: false', ...locks },
    ])
      expect(await audited(files)).toEqual({ read: ['pnpm-lock.yaml'], unread: others, notes: [] });
  });

  test('those of other branches are a note where every version of pnpm obeys, else a warning', async () => {
    const severities = async (files: Readonly<Record<string, string>>) =>
      (await discoverLockfiles(diskAt(await repository(files)), [])).unread.map(({ severity }) => severity);
    expect(await severities({ ...on('other'), ...yaml, ...locks })).toEqual(['note', 'note']);
    expect(await severities({ ...on('other'), ...rc, ...locks })).toEqual([undefined, undefined]);
    expect(await severities({ ...yaml, ...locks, '.git/HEAD': '' })).toEqual([undefined, undefined]);
  });

  test('all count where pnpm merges them', async () => {
    const all = ['pnpm-lock.yaml', 'pnpm-lock.main.yaml', 'pnpm-lock.feat!x.yaml'];
    const pattern = { 'pnpm-workspace.yaml': 'mergeGitBranchLockfilesBranchPattern: [ma*, "!master"]\n' };
    const always = { 'pnpm-workspace.yaml': 'mergeGitBranchLockfiles: true\n' };
    expect((await audited({ ...on('main'), ...pattern, ...locks })).read).toEqual(all);
    expect((await audited({ ...on('main'), ...always, ...locks })).read).toEqual(all);
    expect((await audited({ ...on('master'), ...pattern, ...locks })).read).toEqual(['pnpm-lock.yaml']);
  });

  test('its name is read where .git is a file, of a work tree or a submodule', async () => {
    const files = { 'repo/HEAD': 'ref: refs/heads/feat/x\n', 'a/.git': 'gitdir: ../repo\n' };
    expect((await audited({ ...files, ...nested('a', { ...yaml, ...locks }) }, 'a')).read).toEqual([
      'pnpm-lock.feat!x.yaml',
    ]);
  });

  test.each([
    ['a file that is too large', `ref: refs/heads/feat/x${' '.repeat(10_000)}\n`],
    ['something else', 'ref: refs/tags/feat/x\n'],
    ['what git writes where branches are kept elsewhere', 'ref: refs/heads/.invalid\n'],
    ['two lines', 'ref: refs/heads/feat/x\nref: refs/heads/main\n'],
  ])('%s names none', async (_, head) => {
    expect((await audited({ '.git/HEAD': head, ...yaml, ...locks })).read).toEqual(['pnpm-lock.yaml']);
  });

  test.skipIf(process.platform === 'win32')(
    'a pipe in the place of .git/HEAD is not waited for',
    async () => {
      const root = await repository({ ...yaml, ...locks });
      await rm(join(root, '.git/HEAD'));
      execFileSync('mkfifo', [join(root, '.git/HEAD')]);
      const { lockfiles } = await discoverLockfiles(diskAt(root), []);
      expect(lockfiles.map(({ file }) => file)).toEqual(['pnpm-lock.yaml']);
    },
  );
});

/** Files below a folder. */
const nested = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

describe('a setting of a client', () => {
  const told = async (files: Readonly<Record<string, string>>, from = '.') => {
    const { lockfiles, remarks, unread } = await discoverLockfiles(
      diskAt(join(await repository(files), from)),
      [],
    );
    return {
      read: lockfiles.map(({ file }) => file),
      unread: unread.map(({ path }) => basename(path)),
      said: remarks.map(
        ({ at, message, severity }) => `${severity ?? 'warning'} ${at.file}:${at.line} ${message}`,
      ),
    };
  };
  const npm = { 'package-lock.json': '', 'package.json': '{}' };
  const pnpm = { 'pnpm-lock.yaml': '', 'package.json': '{}' };
  const yarn = { 'yarn.lock': '', 'package.json': '{}' };
  const bun = { 'bun.lock': '', 'package.json': '{}' };

  test.each([
    ['.npmrc', 'a=1\npackage-lock=false', npm, 2],
    ['.npmrc', '# c\r\n"package-lock" = "false"', npm, 2],
    ['.npmrc', 'package-lock = null ; no', npm, 1],
    ['.npmrc', "package-lock='0'", npm, 1],
    ['.npmrc', 'package-lock=0', npm, 1],
    ['.npmrc', 'package-lock="fal\\u0073e"', npm, 1],
    ['.npmrc', '"package\\u002dlock"=false', npm, 1],
    ['.npmrc', 'package-lock[]=false', npm, 1],
    ['.npmrc', 'shrinkwrap=false', { 'npm-shrinkwrap.json': '' }, 1],
    ['.npmrc', `package-lock=\${LOCK}`, npm, 1],
    ['.npmrc', 'package-lock=false', pnpm, 1],
    ['.npmrc', 'lockfile=false', pnpm, 1],
    ['pnpm-workspace.yaml', 'packages: [a]\n\nlockfile: false', pnpm, 3],
    ['pnpm-workspace.yaml', 'lockfile: no', pnpm, 1],
    ['pnpm-workspace.yaml', 'lockfile: 0x0', pnpm, 1],
    ['pnpm-workspace.yaml', 'lockfile: ""', pnpm, 1],
    ['pnpm-workspace.yaml', 'packageLock: false', pnpm, 1],
    ['.yarnrc', '# c\n--install.no-lockfile true', yarn, 2],
    ['.yarnrc', '"--*.no-lockfile" true', yarn, 1],
    ['.yarnrc', '--no-lockfile true', yarn, 1],
    ['bunfig.toml', '[install]\nexact = true\n[install.lockfile]\nsave = false', bun, 4],
    ['bunfig.toml', 'install = { lockfile = { save = false } }', bun, 1],
  ])('that switches the lockfile off is told: %s %j', async (file, text, files, line) => {
    const { said } = await told({ ...files, [file]: text });
    expect(said).toEqual([expect.stringMatching(`^warning ${file}:${line} .* uses no lockfile, and what`)]);
  });

  test.each([
    ['.yarnrc.yml', 'enableImmutableInstalls: false', yarn],
    ['.npmrc', 'frozen-lockfile=false', pnpm],
    ['pnpm-workspace.yaml', 'frozenLockfile: false', pnpm],
  ])('that lets the lockfile change is told: %s %s', async (file, text, files) => {
    const { said } = await told({ ...files, [file]: text });
    expect(said).toEqual([expect.stringMatching(`^warning ${file}:1 .* may change the lockfile while it`)]);
  });

  test.each(['ignore', 'update', 'reset'])('that makes Yarn %s checksums is told', async (behavior) => {
    const { said } = await told({ ...yarn, '.yarnrc.yml': `checksumBehavior: ${behavior}` });
    expect(said).toEqual([
      expect.stringMatching('^warning .yarnrc.yml:1 .* may install files whose checksum differs from the'),
    ]);
  });

  test.each([
    ['.yarnrc.yml', 'checksumBehavior: throw', yarn],
    ['.npmrc', "package-lock='true'\nshrinkwrap=", npm],
    ['.npmrc', 'package-lock=true\nshrinkwrap=true', npm],
    ['.npmrc', '[section]\npackage-lock=false', npm],
    ['.npmrc', '; package-lock=false', npm],
    ['.npmrc', 'package-lock=false', yarn],
    ['.npmrc', 'package-lock=false', bun],
    ['.npmrc', 'lockfile=false', npm],
    ['pnpm-workspace.yaml', 'lockfile: true\npackages: []', pnpm],
    ['pnpm-workspace.yaml', 'lockfile:\n  integrityTarget: tar', pnpm],
    ['pnpm-workspace.yaml', '# nothing\n', pnpm],
    ['.yarnrc.yml', 'enableImmutableInstalls: true', yarn],
    ['.yarnrc', '--no-lockfile false', yarn],
    ['bunfig.toml', '[install.lockfile]\nsave = true', bun],
    ['bunfig.toml', '', bun],
  ])('that does no such thing, or to another client, is not: %s %j', async (file, text, files) => {
    expect((await told({ ...files, [file]: text })).said).toEqual([]);
  });

  test('is told where no lockfile of any client was found beside that of Deno', async () => {
    const files = { 'deno.lock': '', 'package.json': '{}', '.npmrc': 'package-lock=false' };
    expect((await told(files)).said).toHaveLength(1);
  });

  test('that leads pnpm to another folder is followed, and the lockfile beside it is named', async () => {
    const files = { ...pnpm, ...nested('locks', { 'pnpm-lock.yaml': '' }) };
    expect(await told({ ...files, 'pnpm-workspace.yaml': 'lockfileDir: ./locks' })).toEqual({
      read: ['locks/pnpm-lock.yaml'],
      unread: ['pnpm-lock.yaml'],
      said: [
        expect.stringMatching(/^note pnpm-workspace\.yaml:1 .*chooses a lockfile in locks, which is audited/),
      ],
    });
    expect(await told({ ...files, '.npmrc': 'lockfile-dir=locks' })).toMatchObject({
      read: ['locks/pnpm-lock.yaml', 'pnpm-lock.yaml'],
      said: [expect.stringMatching(/^note \.npmrc:1 /)],
    });
  });

  test('that gives the lockfile of Yarn or bun another name is followed, also from above', async () => {
    const other = { ...yarn, 'other.lock': '' };
    const yml = { '.yarnrc.yml': 'a: 1\nlockfileFilename: other.lock' };
    expect(await told({ ...other, ...yml })).toMatchObject({
      read: ['yarn.lock', 'other.lock'],
      said: [expect.stringMatching(/^note \.yarnrc\.yml:2 /)],
    });
    expect((await told({ ...yml, ...nested('a', other) }, 'a')).read).toEqual(['yarn.lock', 'other.lock']);
    expect((await told({ ...yml, 'other.lock': '' })).read).toEqual(['other.lock']);
    const toml = { 'bunfig.toml': '[install.lockfile]\npath = "other.lock"' };
    expect((await told({ ...bun, ...toml, 'other.lock': '' })).read).toEqual(['bun.lock', 'other.lock']);
  });

  test('that leads out of the repository, or to nothing, is told and not followed', async () => {
    const files = { ...nested('a', { ...pnpm, '.git/HEAD': '' }), 'pnpm-lock.yaml': '' };
    expect(await told({ ...files, 'a/pnpm-workspace.yaml': 'lockfileDir: ..' }, 'a')).toEqual({
      read: ['pnpm-lock.yaml'],
      unread: [],
      said: [expect.stringMatching(/^warning .* outside of the repository, so it was not audited/)],
    });
    expect((await told({ ...pnpm, 'pnpm-workspace.yaml': 'lockfileDir: gone' })).said).toEqual([
      expect.stringMatching(/^warning .* does not exist, so it was not audited/),
    ]);
  });

  test.each([
    ['pnpm-workspace.yaml', 'a: [', pnpm],
    ['pnpm-workspace.yaml', 'a: &x 1\nlockfile: false', pnpm],
    ['.yarnrc.yml', 'a: 1\na: 2', yarn],
    ['bunfig.toml', '[install', bun],
    ['bunfig.toml', `a = ${'['.repeat(100_000)}`, bun],
    ['.npmrc', ' '.repeat(2 * 1024 * 1024), npm],
  ])('in a file that cannot be read may be any: %s', async (file, text, files) => {
    expect((await told({ ...files, [file]: text })).said).toEqual([
      expect.stringMatching(`^warning ${file}:\\d .* cannot be read, so it is unknown whether`),
    ]);
  });
});

describe('a lockfile below the folder that is asked for', () => {
  const below = async (files: Readonly<Record<string, string>>, ...paths: readonly string[]) => {
    const root = await repository(files);
    const { unread, unseen } = await discoverLockfiles(diskAt(root), paths);
    return [...unread.map(({ path }) => relative(root, path)), ...unseen.map(({ message }) => message)];
  };

  test('is named, whatever its client, and whatever folder it is in', async () => {
    const files = { 'deno.lock': '', 'a/b/c/deno.lock': '', '.x/yarn.lock': '', 'a/pnpm-lock.main.yaml': '' };
    expect(await below(files)).toEqual(['.x/yarn.lock', 'a/pnpm-lock.main.yaml', 'a/b/c/deno.lock']);
    expect(await below(files, 'deno.lock')).toEqual([]);
    expect(await below({ 'deno.lock': '', 'vendor/x/package-lock.json': '' })).toEqual([
      'vendor/x/package-lock.json',
    ]);
    expect(await below(files, '.', 'a/b/c/deno.lock')).toEqual(['.x/yarn.lock', 'a/pnpm-lock.main.yaml']);
  });

  test('is named where a deno.json calls it otherwise', async () => {
    const files = { 'deno.lock': '', 'a/deno.json': '{"lock":"../locks/a.json"}', 'locks/a.json': '' };
    expect(await below(files)).toEqual(['locks/a.json']);
  });

  test('is none in what others installed, in git and behind a link', async () => {
    const root = await repository({
      'deno.lock': '',
      'node_modules/a/yarn.lock': '',
      '.git/deno.lock': '',
    });
    const outside = await repository({ 'deno.lock': '' });
    await symlink(outside, join(root, 'link'));
    await mkdir(join(root, 'a'));
    await symlink(join(outside, 'deno.lock'), join(root, 'a/deno.lock'));
    expect((await discoverLockfiles(diskAt(root), [])).unread).toEqual([]);
  });

  test('may be deeper than anybody looks, and that is said', async () => {
    const deep = `${'d/'.repeat(40)}deno.lock`;
    expect(await below({ 'deno.lock': '', [deep]: '' })).toEqual([
      'not every folder below . was searched for lockfiles: folders are nested deeper than 32',
    ]);
  });

  test('may be one of too many, and that is said', async () => {
    const many = Object.fromEntries(Array.from({ length: 520 }, (_, i) => [`p${i}/yarn.lock`, '']));
    const said = await below({ 'deno.lock': '', ...many });
    expect(said).toHaveLength(501);
    expect(said.at(-1)).toContain('there are more than 500 projects');
  });

  test('is named by the error where there is none above it', async () => {
    const error = await refusal(below({ 'a/deno.lock': '' }));
    expect(error).toMatchObject({
      code: 'LOCKFILE_MISSING',
      hint: expect.stringMatching(/; give the path a\/deno\.lock to audit it$/),
    });
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
