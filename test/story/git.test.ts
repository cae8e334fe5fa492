import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let widget: Publication;
let gadget: Publication;
const path = process.env['PATH'] ?? '';

beforeAll(async () => {
  stage = await openStage((world) => {
    widget = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
    gadget = world.publish({ scope: 'acme', name: 'gadget', version: '1.0.0', files: files('// other\n') });
  });
});
afterAll(() => stage.close());
afterEach(() => {
  process.env['PATH'] = path;
});

/** A repository with two commits whose lockfiles differ. */
function origin(): Project {
  const project = openProject(stage);
  project.write('deno.lock', denoLock([widget]));
  project.commit('one');
  project.write('deno.lock', denoLock([widget, gadget]));
  project.commit('two');
  project.git('config', 'uploadpack.allowFilter', 'true');
  return project;
}

/** A clone of a repository in a project of its own. */
function clone(from: Project, ...options: readonly string[]): Project {
  const project = openProject(stage);
  project.git('clone', '--quiet', ...options, `file://${from.folder}`, '.');
  return project;
}

/** A script that leaves a mark when it is started, and then does what `after` says. */
function marker(project: Project, name: string, after = 'exit 1'): { file: string; isLeft(): boolean } {
  const folder = join(project.folder, '.git', 'marks');
  mkdirSync(folder, { recursive: true });
  const [file, mark] = [join(folder, name), join(folder, `${name}.mark`)];
  writeFileSync(file, `#!/bin/sh\n: > '${mark}'\n${after}\n`);
  chmodSync(file, 0o755);
  return {
    file,
    isLeft: () => {
      const left = existsSync(mark);
      rmSync(mark, { force: true });
      return left;
    },
  };
}

describe('a partial clone without the lockfile of a commit', () => {
  const partial = (): Project => clone(origin(), '--filter=blob:none');

  it.each([
    ['online', []],
    ['offline', ['--offline']],
  ])('is told %s, and git starts nothing to fetch it', async (_, flags) => {
    const project = partial();
    const upload = marker(project, 'upload-pack', 'exec git-upload-pack "$@"');
    project.git('config', 'remote.origin.uploadpack', upload.file);
    for (const version of ['this', 'older']) {
      // A version of git that does not know the variable has only the protocols to keep it from fetching.
      if (version === 'older')
        marker(project, 'git', `unset GIT_NO_LAZY_FETCH\nPATH='${path}' exec git "$@"`);
      if (version === 'older')
        process.env['PATH'] = `${join(project.folder, '.git', 'marks')}${delimiter}${path}`;
      const { code, stdout, stderr } = await project.run(['diff', 'HEAD~1', ...flags]);
      expect([code, stdout, upload.isLeft()], stderr).toEqual([2, '', false]);
      expect(stderr).toMatch(/^error: deno\.lock of that commit is not in this clone/);
      expect(stderr).toMatch(/hint: .*git cat-file blob [0-9a-f]{40}/);
    }
    process.env['PATH'] = path;
    // The mark is real: git itself fetches.
    project.git('cat-file', 'blob', 'HEAD~1:deno.lock');
    expect(upload.isLeft()).toBe(true);
    expect((await project.report(['diff', 'HEAD~1'])).json.changes.map(({ kind }) => kind)).toEqual([
      'added',
    ]);
  });

  it('starts no helper for a transport, whatever the repository allows', async () => {
    const project = partial();
    const helper = marker(project, 'git-remote-mark');
    const shell = marker(project, 'ext');
    process.env['PATH'] = `${join(project.folder, '.git', 'marks')}${delimiter}${path}`;
    for (const [url, mark] of [
      ['mark::nowhere', helper],
      [`ext::${shell.file}`, shell],
    ] as const) {
      project.git('config', 'remote.origin.url', url);
      for (const name of ['ext', 'mark']) project.git('config', `protocol.${name}.allow`, 'always');
      const { code, stdout } = await project.run(['diff', 'HEAD~1']);
      expect([code, stdout, mark.isLeft()]).toEqual([2, '', false]);
      expect(() =>
        execFileSync('git', ['cat-file', 'blob', 'HEAD~1:deno.lock'], { cwd: project.folder, stdio: 'pipe' }),
      ).toThrow();
      expect(mark.isLeft()).toBe(true);
    }
  });

  it('is told where it lacks the folders of a commit, too', async () => {
    const project = clone(origin(), '--filter=tree:0');
    const { code, stdout, stderr } = await project.run(['diff', 'HEAD~1']);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(/^error: the folders of that commit cannot be listed: fatal: /);
  });
});

it('nothing that the configuration of a repository names is started', async () => {
  const project = origin();
  const evil = marker(project, 'evil');
  const keys = [
    'core.fsmonitor',
    'core.sshCommand',
    'core.gitProxy',
    'core.pager',
    'core.editor',
    'core.askPass',
    'core.alternateRefsCommand',
    'pager.ls-tree',
    'pager.cat-file',
    'pager.rev-parse',
    'diff.external',
    'diff.evil.textconv',
    'diff.evil.command',
    'filter.evil.smudge',
    'filter.evil.clean',
    'filter.evil.process',
    'credential.helper',
    'alias.rev-parse',
    'uploadpack.packObjectsHook',
    'gpg.program',
  ];
  for (const key of keys) project.git('config', key, key.startsWith('alias') ? `!${evil.file}` : evil.file);
  project.git('config', 'core.hooksPath', join(project.folder, '.git', 'marks'));
  project.write('.git/info/attributes', '* diff=evil filter=evil\n');
  evil.isLeft();
  expect(await project.report(['diff', 'HEAD~1', 'HEAD'])).toMatchObject({ code: 0 });
  expect((await project.report(['diff', 'HEAD~1'])).json.changes.map(({ kind }) => kind)).toEqual(['added']);
  expect(evil.isLeft()).toBe(false);
  // The mark is real: git starts what is named there once it looks at the files themselves.
  try {
    project.git('status');
  } catch {
    // It may fail for what was started.
  }
  expect(evil.isLeft()).toBe(true);
});

it('a bare repository that lies among the files of another one is not taken for it', async () => {
  const project = openProject(stage);
  const inner = origin();
  project.write('package.json', '{}');
  project.commit('outer');
  project.git('clone', '--quiet', '--bare', `file://${inner.folder}`, 'sub');
  project.write('sub/deno.lock', denoLock([widget, gadget]));
  const { code, stdout, stderr } = await project.run(['diff', 'HEAD~1'], {
    cwd: join(project.folder, 'sub'),
  });
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr).toMatch(/bare repository/);
});

describe('a revision that a shallow clone does not have', () => {
  it.each([['HEAD~1'], ['v1'], ['0123456789012345678901234567890123456789']])(
    '%s is told, with how to fetch it',
    async (revision) => {
      const project = clone(origin(), '--depth', '1');
      const { code, stdout, stderr } = await project.run(['diff', revision]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`"${revision}" is neither a file nor a git revision here`);
      expect(stderr).toMatch(/hint: .*shallow.*fetch-depth: 0.*git fetch --unshallow/);
    },
  );

  it('says nothing of that in a whole clone', async () => {
    const project = clone(origin());
    const { stderr } = await project.run(['diff', 'HEAD~9']);
    expect(stderr).toContain('"HEAD~9" is neither a file nor a git revision here');
    expect(stderr).not.toContain('shallow');
  });
});
