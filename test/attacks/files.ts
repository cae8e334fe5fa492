import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { denoLock } from '../support/lockfiles.ts';
import type { Area, Row, Scene } from './row.ts';

/** What the honest run left in the cache is changed; what the cache says is lost, and nothing else. */
const cached = (
  promise: string,
  attack: (scene: Scene) => void,
  more: Partial<Row> & Pick<Row, 'says'>,
): Row => ({
  promise,
  cache: true,
  attack: (scene) => {
    attack(scene);
    // So that the next run has something to write.
    rmSync(join(scene.folder, 'cache/evidence/index-v5'), { recursive: true, force: true });
  },
  verdict: 'verified',
  code: 0,
  id: 'error',
  ...more,
});

/** A folder of the cache is a link to a folder of somebody else, which must stay empty. */
const linked = (promise: string, name: string, more: Partial<Row> & Pick<Row, 'says'>): Row =>
  cached(
    promise,
    (scene) => {
      const home = join(scene.folder, 'home');
      mkdirSync(home);
      rmSync(join(scene.folder, 'cache', name), { recursive: true, force: true });
      symlinkSync(home, join(scene.folder, 'cache', name));
      scene.later(() => same(readdirSync(home), []));
    },
    more,
  );

/** All files of a folder of the cache are pipes, which nobody ever writes to. */
const piped = (promise: string, name: string, more: Partial<Row> & Pick<Row, 'says'>): Row => ({
  ...cached(promise, () => undefined, more),
  attack: ({ folder }) => {
    const files = readdirSync(join(folder, 'cache', name), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, 'cache', name, file))
      .filter((file) => statSync(file).isFile());
    if (files.length === 0) throw new Error(`there is nothing in ${name}`);
    for (const file of files) {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    }
  },
});

const trouble = (fact: string): RegExp => new RegExp(`the cache in \\S+ cannot be used: ${fact}\\b`);
const asBefore = { id: 'log', says: /first-seen/ } as const;

/** A project in a repository, beside which there is more. */
const repository = (
  promise: string,
  files: (scene: Scene) => Readonly<Record<string, string>>,
  link: readonly [from: string, to: string] | undefined,
  end: Partial<Row>,
): Row => ({
  promise,
  project: (scene) => {
    if (link !== undefined) {
      mkdirSync(join(scene.folder, 'repo'), { recursive: true });
      rmSync(join(scene.folder, link[0]), { force: true });
      symlinkSync(link[1], join(scene.folder, link[0]));
    }
    return { 'repo/.git/HEAD': 'ref: refs/heads/main\n', ...files(scene) };
  },
  argv: () => ['audit', 'repo'],
  verdict: 'refused',
  code: 2,
  id: 'error',
  ...end,
});

const out = /leads out of the repository/;
const honest = { verdict: 'verified', code: 0, id: 'log', says: /first-seen/ } as const;

/** Links, pipes and devices where a file is expected. */
export const localFiles: Area = {
  area: 'files on this disk',
  rows: [
    cached(
      'a link for the ledger of the cache is not written through',
      (scene) => {
        const precious = join(scene.folder, 'precious');
        writeFileSync(precious, 'precious');
        rmSync(join(scene.folder, 'cache/evidence/written'));
        symlinkSync(precious, join(scene.folder, 'cache/evidence/written'));
        scene.later(() => same(readFileSync(precious, 'utf8'), 'precious'));
      },
      { says: trouble('evidence/written is a symbolic link') },
    ),
    cached(
      'a cache that is a link to a folder of somebody else is not swept',
      (scene) => {
        const home = join(scene.folder, 'home');
        mkdirSync(home);
        writeFileSync(join(home, 'written'), '.'.repeat(10_000));
        writeFileSync(join(home, 'precious'), '');
        truncateSync(join(home, 'precious'), 1_000_000_000);
        renameSync(join(scene.folder, 'cache/evidence'), join(scene.folder, 'cache/before'));
        symlinkSync(home, join(scene.folder, 'cache/evidence'));
        scene.later(() => same(readdirSync(home), ['precious', 'written']));
      },
      { says: trouble('evidence is a symbolic link') },
    ),
    cached(
      'files of somebody else in the cache are not swept',
      (scene) => {
        const precious = join(scene.folder, 'cache/evidence/precious');
        writeFileSync(precious, '');
        truncateSync(precious, 1_000_000_000);
        writeFileSync(join(scene.folder, 'cache/evidence/written'), '.'.repeat(10_000));
        scene.later(() => same(statSync(precious).size, 1_000_000_000));
      },
      { id: 'log', says: /consistent/ },
    ),
    linked('a link for evidence in the cache is not written through', 'evidence', {
      says: trouble('evidence is a symbolic link'),
    }),
    linked('a link for evidence/content-v2 in the cache is not written through', 'evidence/content-v2', {
      says: trouble('evidence/content-v2 is a symbolic link'),
    }),
    linked('a link for evidence/tmp in the cache is not written through', 'evidence/tmp', {
      says: trouble('evidence/tmp is a symbolic link'),
    }),
    linked('a link for logs in the cache is not written through', 'logs', {
      id: 'log',
      says: /logs is a symbolic link/,
    }),
    linked('a link for tuf in the cache is not written through', 'tuf', {
      trust: 'tuf',
      id: 'log',
      says: /consistent/,
    }),
    piped('a pipe in evidence/index-v5 of the cache is not waited for', 'evidence/index-v5', {
      says: trouble('evidence/index-v5/\\S+ is not a regular file'),
    }),
    piped('a pipe in evidence/content-v2 of the cache is not waited for', 'evidence/content-v2', {
      says: trouble('evidence/content-v2/\\S+ is not a regular file'),
    }),
    piped('a pipe in logs of the cache is not waited for', 'logs', {
      id: 'log',
      says: /memory\.\d\.json is not a regular file/,
    }),
    piped('a pipe in tuf of the cache is not waited for', 'tuf', {
      trust: 'tuf',
      id: 'log',
      says: /consistent/,
    }),
    cached(
      'a memory of the log with an absurd number is damage, and freezes nothing in silence',
      ({ folder, world }) => {
        const logs = join(folder, 'cache/logs');
        const newest = readdirSync(logs).find((name) => /^memory\.\d+\.json$/.test(name)) ?? '';
        renameSync(join(logs, newest), join(logs, 'memory.999999999999999999.json'));
        world.rekor.grow(3);
      },
      {
        id: 'log',
        says: /memory\.9{18}\.json cannot be used: its number is too large/,
      },
    ),
    {
      promise: 'a cache folder that is a link of the user is used',
      cache: true,
      project: ({ folder }) => {
        mkdirSync(join(folder, 'elsewhere'), { recursive: true });
        symlinkSync('elsewhere', join(folder, 'cache'));
        return {};
      },
      verdict: 'verified',
      code: 0,
      ...asBefore,
    },
    repository(
      'a policy extends a link within its repository',
      (scene) => ({
        'repo/jsr-verify.json': '{ "extends": "./base.json" }',
        'repo/policies/base.json': '{}',
        'repo/deno.lock': denoLock([scene.widget]),
      }),
      ['repo/base.json', 'policies/base.json'],
      { argv: () => ['audit', 'repo', '--policy', 'repo/jsr-verify.json'], ...honest },
    ),
    repository(
      'a policy extends no link that leads out of its repository',
      (scene) => ({
        'repo/jsr-verify.json': '{ "extends": "./base.json" }',
        'outside.json': '{}',
        'repo/deno.lock': denoLock([scene.widget]),
      }),
      ['repo/base.json', '../outside.json'],
      { argv: () => ['audit', 'repo', '--policy', 'repo/jsr-verify.json'], says: out },
    ),
    repository(
      'a policy extends no file beside its repository',
      (scene) => ({
        'repo/jsr-verify.json': '{ "extends": "../outside.json" }',
        'outside.json': '{}',
        'repo/deno.lock': denoLock([scene.widget]),
      }),
      undefined,
      { argv: () => ['audit', 'repo', '--policy', 'repo/jsr-verify.json'], says: out },
    ),
    repository(
      'a lockfile that is a link out of the repository is not read',
      (scene) => ({ 'outside.lock': denoLock([scene.widget]) }),
      ['repo/deno.lock', '../outside.lock'],
      { says: out },
    ),
    repository(
      'a lockfile that deno.json names beside the repository is not read',
      (scene) => ({
        'repo/deno.json': '{ "lock": "../outside.lock" }',
        'outside.lock': denoLock([scene.widget]),
      }),
      undefined,
      { says: /outside of the repository, though deno\.json names it/ },
    ),
    repository(
      'a lockfile that deno.json names behind a link out of the repository is not read',
      (scene) => ({
        'repo/deno.json': '{ "lock": "./other/deno.lock" }',
        'other/deno.lock': denoLock([scene.widget]),
        // A repository as well, but not the one that names it.
        'other/.git/HEAD': 'ref: refs/heads/main\n',
      }),
      ['repo/other', '../other'],
      { says: out },
    ),
    repository(
      'a lockfile that deno.json names within the repository is read',
      (scene) => ({
        'repo/deno.json': '{ "lock": "./locks/deno.lock" }',
        'repo/locks/deno.lock': denoLock([scene.widget]),
      }),
      undefined,
      honest,
    ),
  ],
};

function same(seen: unknown, wanted: unknown): void {
  const [is, was] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (is !== was) throw new Error(`somebody else's files were changed: ${is} instead of ${was}`);
}
