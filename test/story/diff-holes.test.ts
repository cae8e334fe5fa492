import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
const published = new Map<string, Publication>();

beforeAll(async () => {
  stage = await openStage((world) => {
    for (const [name, version] of [
      ['same', '1.0.0'],
      ['widget', '1.0.0'],
      ['widget', '1.1.0'],
    ] as const) {
      published.set(
        `${name}@${version}`,
        world.publish({ scope: 'acme', name, version, files: files(`export default '${name}';\n`) }),
      );
    }
    const none = { scope: 'acme', files: files(), provenance: 'none' } as const;
    const day = (ago: number) => new Date(world.now.getTime() - ago * 86_400_000);
    published.set(
      'lapsed@1.0.0',
      world.publish({
        scope: 'acme',
        name: 'lapsed',
        version: '1.0.0',
        files: files('export {};\n'),
        createdAt: day(60),
      }),
    );
    for (let patch = 1; patch <= 32; patch += 1)
      published.set(
        `lapsed@1.0.${patch}`,
        world.publish({ ...none, name: 'lapsed', version: `1.0.${patch}`, createdAt: day(60 - patch) }),
      );
  });
});
afterAll(() => stage.close());

const some = (...specs: readonly string[]): readonly Publication[] =>
  specs.map((spec) => {
    const found = published.get(spec);
    if (found === undefined) throw new Error(`${spec} was not published`);
    return found;
  });

const kinds = async (project: Project, ...args: readonly string[]) => {
  const { code, json } = await project.report(['diff', ...args]);
  return [code, json.changes.map(({ kind }) => kind)];
};

describe('a path that is named like a revision', () => {
  let project: Project;

  beforeAll(() => {
    project = openProject(stage);
    project.write('deno.lock', denoLock(some('same@1.0.0')));
    project.commit('main as it was');
    project.git('tag', 'v2');
    // What a pull request would add, so that there seems to be nothing to see.
    project.write('deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    project.write('main/deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    project.write('v2/deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    project.write('only/deno.lock', denoLock(some('same@1.0.0')));
  });

  // Below the folder are lockfiles that nobody compares, which is why it ends in red.

  it.each([['main'], ['HEAD', 'main'], ['v2']])('is refused: %s %s', async (...args) => {
    const { code, stdout, stderr } = await project.run(['diff', ...args]);
    const name = args.findLast((one) => one !== undefined) ?? '';
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`error: "${name}" is both a path and a revision\n`);
    expect(stderr).toContain(`write ./${name} for the path, or refs/heads/${name} for the branch`);
  });

  it('is the path or the revision once it is spelled as one', async () => {
    expect(await kinds(project, './main')).toEqual([1, []]);
    expect(await kinds(project, './main', './deno.lock')).toEqual([0, []]);
    expect(await kinds(project, join(project.folder, 'main'))).toEqual([1, []]);
    expect(await kinds(project, 'refs/heads/main')).toEqual([1, ['added']]);
    expect(await kinds(project, 'main/deno.lock')).toEqual([1, []]);
  });

  it('stays a path where no revision is called so', async () => {
    expect(await kinds(project, 'only')).toEqual([1, ['added']]);
    expect(await kinds(project, 'only', '.')).toEqual([1, ['added']]);
    expect(await kinds(project, 'only', './deno.lock')).toEqual([0, ['added']]);
  });

  it('is refused where git does not tell its revisions', async () => {
    const broken = openProject(stage);
    broken.write('deno.lock', denoLock(some('same@1.0.0')));
    broken.commit('one');
    broken.write('main/deno.lock', denoLock(some('same@1.0.0')));
    broken.write('.git/config', '[core]\n\trepositoryformatversion = 99\n');
    const { code, stdout, stderr } = await broken.run(['diff', 'main']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error: "main" is a path, and git cannot tell whether it is a revision too\n');
    expect(await kinds(broken, './main')).toEqual([0, []]);
  });

  it('is a path where there is no repository', async () => {
    const bare = openProject(stage);
    bare.write('main/deno.lock', denoLock(some('same@1.0.0')));
    bare.write('deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    expect(await kinds(bare, 'main')).toEqual([0, ['added']]);
  });
});

describe('a lockfile that a commit has as a link', () => {
  it.each([
    ['at the base', ['HEAD~1', 'HEAD'], true],
    ['at the head', ['HEAD~1', 'HEAD'], false],
    ['against the folder as it is', ['HEAD~1'], true],
  ])('%s is an error and not a lockfile that went', async (_, args, first) => {
    const project = openProject(stage);
    project.write('real/deno.lock', denoLock(some('widget@1.0.0')));
    const plain = () => project.write('deno.lock', denoLock(some('widget@1.0.0')));
    const linked = () => symlinkSync('real/deno.lock', join(project.folder, 'deno.lock'));
    for (const step of first ? [linked, plain] : [plain, linked]) {
      rmSync(join(project.folder, 'deno.lock'), { force: true });
      step();
      project.commit('a step');
    }
    expect(await project.run(['diff', ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: deno\.lock is a link in that commit\n.*name the file it leads to/s,
      ),
    });
  });

  it('is an error too where the folder of it is a link, or the file that deno.json names is behind one', async () => {
    const project = openProject(stage);
    project.write('real/deno.lock', denoLock(some('widget@1.0.0')));
    project.write('deno.json', '{ "lock": "app/deno.lock" }');
    symlinkSync('real', join(project.folder, 'app'));
    project.commit('a link');
    const wrong = {
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: \S+ is a link in that commit\n/),
    };
    expect(await project.run(['diff', 'HEAD', './real'])).toMatchObject(wrong);
    rmSync(join(project.folder, 'app'));
    mkdirSync(join(project.folder, 'app'));
    writeFileSync(join(project.folder, 'app', 'deno.lock'), denoLock(some('widget@1.0.0')));
    expect(await project.run(['diff', 'HEAD'], { cwd: join(project.folder, 'app') })).toMatchObject(wrong);
  });
});

describe('a version without provenance whose past cannot be told', () => {
  const seen = async (head: string, ...flags: readonly string[]) => {
    const project = openProject(stage);
    project.write('old/deno.lock', denoLock(some('same@1.0.0')));
    project.write('deno.lock', denoLock(some('same@1.0.0', head)));
    const { code, json } = await project.report([
      'diff',
      'old/deno.lock',
      'deno.lock',
      '--allow-unattested',
      ...flags,
    ]);
    return { code, provenance: json.changes[0]?.provenance, gaps: json.packages[0]?.gaps ?? [] };
  };

  it('does not pass when the log is silent about an earlier version', async () => {
    const uuid = some('lapsed@1.0.0')[0]?.attestation?.position.uuid ?? 'no attestation';
    const undo = stage.world.edit({ role: 'rekor' }, (answer) =>
      Buffer.from(answer.body).includes(uuid) ? { ...answer, status: 503, body: Buffer.from('') } : answer,
    );
    const { code, provenance, gaps } = await seen('lapsed@1.0.1');
    undo();
    expect([code, provenance]).toEqual([3, 'unknown']);
    expect(gaps).toEqual([{ id: 'history', why: expect.stringContaining('version 1.0.0 is not known: ') }]);
  });

  it('does not pass when the earlier versions cannot be listed', async () => {
    const undo = stage.world.edit({ role: 'registry', path: '/@acme/lapsed/meta.json' }, (answer) => ({
      ...answer,
      status: 503,
      body: Buffer.from(''),
    }));
    const { code, provenance } = await seen('lapsed@1.0.1');
    undo();
    expect([code, provenance]).toEqual([3, 'unknown']);
  });

  it('is looked for through thirty versions, and is not taken for clean beyond them', async () => {
    expect(await seen('lapsed@1.0.30')).toMatchObject({ code: 1, provenance: 'lost' });
    expect(await seen('lapsed@1.0.32')).toMatchObject({
      code: 3,
      provenance: 'unknown',
      gaps: [
        { id: 'history', why: expect.stringContaining('none of the 30 versions before it is attested') },
      ],
    });
  });
});

describe('a version that stayed, locked to other bytes', () => {
  const between = async (file: string, base: string, head: string, ...flags: readonly string[]) => {
    const project = openProject(stage);
    project.write(`old/${file}`, base);
    project.write(file, head);
    const { code, json, grave } = await project.report(['diff', `old/${file}`, file, ...flags]);
    return { code, kinds: json.changes.map(({ kind }) => kind), found: Object.values(grave).flat() };
  };
  const npm = () => {
    const { registry, npm: mirror } = stage.server.urls;
    return packageLock(some('widget@1.0.0'), { registry, npm: mirror });
  };
  const swapped = (text: string) => text.replace(/sha512-[^"]+/, `sha512-${'A'.repeat(86)}==`);

  it('is turned away when the integrity of the tarball is swapped, whichever side has the right one', async () => {
    for (const [base, head] of [
      [npm(), swapped(npm())],
      [swapped(npm()), npm()],
    ] as const) {
      expect(await between('package-lock.json', base, head)).toMatchObject({
        code: 1,
        kinds: ['relocked'],
        found: expect.arrayContaining(['digest-changed']),
      });
    }
  });

  it('is turned away when the digest of the manifest is swapped', async () => {
    const honest = denoLock(some('widget@1.0.0'));
    const other = honest.replace(some('widget@1.0.0')[0]?.digest ?? '?', '0'.repeat(64));
    expect(await between('deno.lock', other, honest)).toMatchObject({
      code: 1,
      kinds: ['relocked'],
      found: ['digest-changed'],
    });
  });

  it('is a warning when the tarball only moved to another revision of its format', async () => {
    const older = swapped(npm()).replace(/\/~\/\d+\//, '/~/1/');
    expect(await between('package-lock.json', older, npm())).toMatchObject({
      code: 0,
      kinds: ['relocked'],
      found: expect.arrayContaining(['digest-changed']),
    });
    expect((await between('package-lock.json', older, npm(), '--strict')).code).toBe(1);
  });

  it.each(['pretty', 'markdown', 'html', 'sarif'])('is told by the %s report', async (format) => {
    const project = openProject(stage);
    project.write('old/package-lock.json', npm());
    project.write('package-lock.json', swapped(npm()));
    const { code, stdout } = await project.run([
      'diff',
      'old/package-lock.json',
      'package-lock.json',
      '--format',
      format,
    ]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('digest-changed')]);
    if (format !== 'sarif') expect(stdout).toContain('same version, locked to something else');
  });
});

describe('a side without a lockfile', () => {
  it('is named, so that everything that went or came explains itself', async () => {
    const project = openProject(stage);
    project.commit('empty');
    project.write('deno.lock', denoLock(some('widget@1.0.0')));
    project.commit('with a lockfile');
    const gone = await project.run(['diff', 'HEAD', 'HEAD~1']);
    expect(gone).toMatchObject({ code: 0, stdout: expect.stringContaining('the head has no lockfile') });
    const come = await project.run(['diff', 'HEAD~1', 'HEAD']);
    expect(come).toMatchObject({ code: 0, stdout: expect.stringContaining('the base has no lockfile') });
    expect((await project.run(['diff', 'HEAD'])).stdout).not.toContain('has no lockfile');
  });
});

describe('an entry of the base that cannot be understood', () => {
  const broken = (...specs: readonly string[]) => {
    const lock = JSON.parse(denoLock(some(...specs)));
    lock.jsr['@acme/../x@1.0.0'] = { integrity: 'a'.repeat(64) };
    return JSON.stringify(lock, null, 2);
  };

  it('is told, with its place, since what became of it cannot be', async () => {
    const project = openProject(stage);
    project.write('old/deno.lock', broken('same@1.0.0'));
    project.write('deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    const { code, json } = await project.report(['diff', 'old/deno.lock', 'deno.lock']);
    expect(code).toBe(0);
    expect(json.findings).toEqual([
      {
        id: 'lockfile-entry',
        severity: 'warning',
        message: expect.stringMatching(
          /^in the base, old\/deno\.lock:\d+, "@acme\/\.\.\/x@1\.0\.0" could not/,
        ),
      },
    ]);
    expect((await project.report(['diff', 'old/deno.lock', 'deno.lock', '--strict'])).code).toBe(2);
  });

  it('is told once where the head has it too', async () => {
    const project = openProject(stage);
    project.write('old/deno.lock', broken('same@1.0.0'));
    project.write('deno.lock', broken('same@1.0.0'));
    const { code, json } = await project.report(['diff', 'old/deno.lock', 'deno.lock']);
    expect([code, json.findings.map(({ severity }) => severity)]).toEqual([2, ['error']]);
  });
});

it('a project of Deno without a lockfile is warned of beside a lockfile of npm, and rejected with --strict', async () => {
  const project = openProject(stage);
  project.write('deno.json', '{\n  "lock": false\n}\n');
  project.write('deno.lock', denoLock(some('same@1.0.0')));
  const { registry, npm } = stage.server.urls;
  project.write('package-lock.json', packageLock(some('widget@1.0.0'), { registry, npm }));
  const { code, json, verdicts } = await project.report(['audit']);
  expect([code, Object.keys(verdicts)]).toEqual([0, ['@acme/widget@1.0.0']]);
  expect(json.findings).toEqual([
    {
      id: 'lockfile',
      severity: 'warning',
      message: expect.stringContaining('no lockfile of Deno was audited'),
      hint: expect.any(String),
      at: { file: 'deno.json', line: 2 },
    },
  ]);
  expect((await project.report(['audit', '--strict'])).code).toBe(1);
});
