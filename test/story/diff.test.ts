import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import type { World } from '../support/jsr.ts';
import { bunLock, denoLock, packageLock, pnpmLock } from '../support/lockfiles.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let packages: Readonly<Record<string, Publication>>;

const home = { owner: 'acme', name: 'widget', id: '454279688', ownerId: '6497122' };
const DAY = 24 * 3_600_000;

/** Publishes `name@version` of scope acme, that many days ago. */
function publisher(world: World) {
  const published: Record<string, Publication> = {};
  const publish = (spec: string, daysAgo: number, more: Partial<PublishOptions> = {}): void => {
    const [name = '', version = ''] = spec.split('@');
    published[spec] = world.publish({
      scope: 'acme',
      name,
      version,
      files: files(`export default '${spec}';\n`),
      createdAt: new Date(world.now.getTime() - daysAgo * DAY),
      repository: { ...home, name },
      ...more,
    });
  };
  return { published, publish };
}

beforeAll(async () => {
  stage = await openStage((world) => {
    const { published, publish } = publisher(world);
    const none = { provenance: 'none' } as const;
    publish('same@1.0.0', 100);
    publish('widget@1.0.0', 90);
    publish('widget@1.1.0', 80);
    publish('widget@1.2.0', 70, none);
    publish('widget@1.2.1', 60, none);
    // The line of 2.x began attested; a back-port to 1.x, from before anybody attested there, is none of its business.
    publish('port@1.0.0', 200, none);
    publish('port@2.0.0', 90);
    publish('port@1.0.1', 50, none);
    publish('port@2.0.1', 40, none);
    publish('early@0.1.0', 90);
    publish('early@0.2.0', 50, none);
    publish('early@0.1.1', 40, none);
    publish('taken@1.0.0', 90);
    publish('taken@1.1.0', 30, {
      repository: { owner: 'mallory', name: 'taken', id: '666', ownerId: '66' },
    });
    publish('unlinked@1.0.0', 90);
    publish('unlinked@1.1.0', 30, {
      repository: { owner: 'mallory', name: 'unlinked', id: '667', ownerId: '66' },
      linked: false,
    });
    publish('tool@1.0.0', 90);
    publish('tool@1.0.1', 30, {
      provenance: {
        identity: {
          workflow: '.github/workflows/other.yml',
          event: 'workflow_dispatch',
          ref: 'refs/tags/1.0.1',
        },
      },
    });
    publish('risen@1.0.0', 90, none);
    publish('risen@1.0.1', 30);
    packages = published;
  });
});
afterAll(() => stage.close());

const some = (...specs: readonly string[]): readonly Publication[] =>
  specs.map((spec) => {
    const found = packages[spec];
    if (found === undefined) throw new Error(`${spec} was not published`);
    return found;
  });

/** A diff between two lockfiles with these packages. */
async function between(base: readonly string[], head: readonly string[], ...flags: readonly string[]) {
  const project = openProject(stage);
  project.write('old/deno.lock', denoLock(some(...base)));
  project.write('deno.lock', denoLock(some(...head)));
  const { json, ...rest } = await project.report(['diff', 'old/deno.lock', 'deno.lock', ...flags]);
  const changes = json.changes.map(({ kind, purl, provenance, publisher, earlier }) =>
    [kind, purl.replace('pkg:jsr/@acme/', ''), provenance, publisher?.kind, earlier]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  return { ...rest, json, changes };
}

describe('between two lockfiles', () => {
  it.each([
    ['pretty', ''],
    ['markdown', '`'],
  ])('changes are told in sentences, as %s', async (format, quote) => {
    const project = openProject(stage);
    project.write('old/deno.lock', denoLock(some('widget@1.1.0', 'taken@1.0.0', 'same@1.0.0')));
    project.write('deno.lock', denoLock(some('widget@1.2.1', 'taken@1.1.0', 'tool@1.0.0')));
    const { stdout } = await project.run(['diff', 'old/deno.lock', 'deno.lock', '--format', format]);
    const text = stdout.replaceAll(quote === '' ? '\u0000' : quote, '').replace(/\s+/g, ' ');
    expect(text).toContain('@acme/tool@1.0.0: added, built by acme/tool');
    expect(text).toContain('@acme/same@1.0.0: removed');
    expect(text).toContain(
      '@acme/widget@1.2.1: moved from 1.1.0: had provenance at 1.1.0, has none at 1.2.1',
    );
    expect(text).toContain(
      '@acme/taken@1.1.0: moved from 1.0.0, built by mallory/taken; the publisher changed since 1.0.0: ' +
        'repository was acme/taken (454279688), is mallory/taken (666)',
    );
    expect(text).not.toMatch(/provenance (kept|gained|lost|none|unknown)|publisher unknown/);
  });

  it('nothing that changed is nothing wrong, and nothing is asked', async () => {
    stage.world.requests.length = 0;
    expect(await between(['same@1.0.0'], ['same@1.0.0'])).toMatchObject({
      code: 0,
      changes: [],
      verdicts: {},
    });
    expect(stage.world.requests).toEqual([]);
  });

  it('packages that came, went and moved are told; those that stayed are not looked at again', async () => {
    expect(
      await between(
        ['same@1.0.0', 'widget@1.0.0', 'tool@1.0.0'],
        ['same@1.0.0', 'widget@1.1.0', 'port@2.0.0'],
      ),
    ).toMatchObject({
      code: 0,
      changes: ['added port gained unknown', 'removed tool', 'moved widget kept same'],
      verdicts: { '@acme/widget@1.1.0': 'verified', '@acme/port@2.0.0': 'verified' },
    });
  });

  it('two bad releases in a row do not hide that a line lost its provenance, even where missing provenance is allowed', async () => {
    const { code, changes, grave, about } = await between(
      ['widget@1.2.0'],
      ['widget@1.2.1'],
      '--allow-unattested',
    );
    expect([code, changes]).toEqual([1, ['moved widget lost unknown 1.1.0']]);
    expect(grave).toEqual({ '@acme/widget@1.2.1': ['provenance-lost'] });
    expect(about('@acme/widget@1.2.1').findings[0]?.message).toBe(
      'version 1.1.0 of this release line has provenance, this one has none',
    );
  });

  it('an added package is compared with its own earlier versions', async () => {
    expect(await between([], ['widget@1.2.1'], '--allow-unattested')).toMatchObject({
      code: 1,
      changes: ['added widget lost unknown 1.1.0'],
    });
    expect(await between([], ['taken@1.1.0'])).toMatchObject({
      code: 1,
      changes: ['added taken kept changed 1.0.0'],
      grave: { '@acme/taken@1.1.0': ['publisher-changed'] },
    });
  });

  it('a back-port to a line that was never attested is no downgrade, a new line of 0.x neither', async () => {
    expect(await between(['port@1.0.0'], ['port@1.0.1'], '--allow-unattested')).toMatchObject({
      code: 0,
      changes: ['moved port none unknown'],
    });
    expect(await between([], ['early@0.2.0'], '--allow-unattested')).toMatchObject({
      code: 0,
      changes: ['added early none unknown'],
    });
  });

  it('a back-port to a line that was attested is one, and so is a patch of 0.x', async () => {
    expect(await between(['port@1.0.1'], ['port@2.0.1'], '--allow-unattested')).toMatchObject({
      code: 1,
      changes: ['moved port lost unknown 2.0.0'],
    });
    expect(await between(['early@0.2.0'], ['early@0.1.1'], '--allow-unattested')).toMatchObject({
      code: 1,
      changes: ['moved early lost unknown 0.1.0'],
    });
  });

  it('another publisher is turned away, with every claim that changed, although the registry links it', async () => {
    const { code, json, about } = await between(['taken@1.0.0'], ['taken@1.1.0']);
    expect([code, json.changes[0]?.publisher]).toEqual([
      1,
      {
        kind: 'changed',
        from: [
          {
            claim: 'repositoryId',
            before: expect.stringContaining('acme/taken'),
            after: 'mallory/taken (666)',
          },
          { claim: 'ownerId', before: expect.stringContaining('acme'), after: 'mallory (66)' },
        ],
      },
    ]);
    expect(about('@acme/taken@1.1.0').findings.map(({ id, severity }) => [id, severity])).toContainEqual([
      'publisher-changed',
      'error',
    ]);
  });

  it('a pin that names the new publisher accepts it; one that says only how, or a flag that does, accepts nobody', async () => {
    const project = openProject(stage);
    project.write('old.lock', denoLock(some('unlinked@1.0.0')));
    project.write('deno.lock', denoLock(some('unlinked@1.1.0')));
    const args = ['diff', 'old.lock', 'deno.lock', '--lockfile-type', 'deno'];
    const pin = (expect: object) =>
      project.write('jsr-verify.json', JSON.stringify({ packages: { '@acme/*': expect } }));
    pin({ event: 'push' });
    expect(await project.report(args)).toMatchObject({
      code: 1,
      verdicts: { '@acme/unlinked@1.1.0': 'rejected' },
    });
    expect(await project.report([...args, '--runner', 'github-hosted'])).toMatchObject({ code: 1 });
    pin({ repository: 'mallory/unlinked' });
    const { code, about } = await project.report(args);
    expect([code, about('@acme/unlinked@1.1.0').findings]).toEqual([
      0,
      [expect.objectContaining({ id: 'publisher-changed', severity: 'note' })],
    ]);
  });

  it('another way of building is a warning', async () => {
    const { code, json, grave } = await between(['tool@1.0.0'], ['tool@1.0.1']);
    expect(json.changes[0]?.publisher?.from.map(({ claim }) => claim)).toEqual(['workflow', 'event', 'ref']);
    expect([code, grave]).toEqual([0, { '@acme/tool@1.0.1': expect.arrayContaining(['publisher-changed']) }]);
    expect((await between(['tool@1.0.0'], ['tool@1.0.1'], '--strict')).code).toBe(1);
  });

  it('provenance that came is told', async () => {
    expect(await between(['risen@1.0.0'], ['risen@1.0.1'])).toMatchObject({
      code: 0,
      changes: ['moved risen gained unknown'],
    });
  });

  it('bytes that changed under the same version are not passed over', async () => {
    const project = openProject(stage);
    const text = denoLock(some('widget@1.0.0'));
    project.write('old.lock', text.replace(some('widget@1.0.0')[0]?.digest ?? '', '0'.repeat(64)));
    project.write('deno.lock', text);
    const { code, verdicts } = await project.report([
      'diff',
      'old.lock',
      'deno.lock',
      '--lockfile-type',
      'deno',
    ]);
    expect([code, verdicts]).toEqual([1, { '@acme/widget@1.0.0': 'rejected' }]);
    const { code: back, grave } = await project.report([
      'diff',
      'deno.lock',
      'old.lock',
      '--lockfile-type',
      'deno',
    ]);
    expect([back, grave]).toEqual([1, { '@acme/widget@1.0.0': ['lockfile', 'digest-changed'] }]);
  });

  it('a package that the project began to patch is no longer locked to its bytes', async () => {
    const sources = { registry: stage.server.urls.registry, npm: stage.server.urls.npm };
    const id = '@jsr/acme__widget@1.0.0';
    const pnpm = pnpmLock(some('widget@1.0.0'), sources);
    const bun = bunLock(some('widget@1.0.0'), sources);
    for (const [file, honest, patched] of [
      [
        'pnpm-lock.yaml',
        pnpm,
        pnpm.replaceAll(/'(@jsr[^']+)'(: \{\}|\n\npackages)/g, "'$1(patch_hash=abc)'$2"),
      ],
      ['bun.lock', bun, bun.replace('"packages"', `"patchedDependencies": { "${id}": "p" },\n  "packages"`)],
    ] as const) {
      const project = openProject(stage);
      project.write(`old/${file}`, honest);
      project.write(file, patched);
      const { code, json, about } = await project.report(['diff', `old/${file}`, `./${file}`]);
      expect([code, json.changes.map(({ kind }) => kind)], file).toEqual([0, ['relocked']]);
      const said = about('@acme/widget@1.0.0').findings.map(({ id: rule, message }) => `${rule}: ${message}`);
      expect(said.join(), file).toMatch(/unpinned: .* changes it with a patch of the project/);
    }
  });

  it('lockfiles of two tools can be compared', async () => {
    const project = openProject(stage);
    project.write('deno.lock', denoLock(some('widget@1.0.0')));
    project.write(
      'package-lock.json',
      packageLock(some('widget@1.1.0'), { registry: stage.server.urls.registry, npm: stage.server.urls.npm }),
    );
    const { code, json } = await project.report(['diff', 'deno.lock', 'package-lock.json']);
    expect([code, json.changes.map(({ kind }) => kind)]).toEqual([0, ['moved']]);
  });

  it('an exemption spares a change, is over on its day, and is unused by another change', async () => {
    const project = openProject(stage);
    project.write('old.lock', denoLock(some('widget@1.2.0')));
    project.write('deno.lock', denoLock(some('widget@1.2.1')));
    const exemption = {
      package: '@acme/widget',
      rule: 'provenance-lost',
      reason: 'asked the owner',
      until: '2030-06-30',
    };
    project.write('jsr-verify.json', JSON.stringify({ provenance: 'optional', exemptions: [exemption] }));
    const args = ['diff', 'old.lock', 'deno.lock', '--lockfile-type', 'deno'];
    const spared = await project.report(args, { now: new Date('2030-06-30T12:00:00Z') });
    expect(spared).toMatchObject({
      code: 0,
      verdicts: { '@acme/widget@1.2.1': 'exempt' },
      json: { unusedExemptions: [] },
    });
    const over = await project.report(args, { now: new Date('2030-07-01T12:00:00Z') });
    expect([over.code, over.about('@acme/widget@1.2.1').findings[0]?.message]).toEqual([
      1,
      expect.stringContaining('(the exemption expired on 2030-06-30: asked the owner)'),
    ]);
    project.write('deno.lock', denoLock(some('widget@1.1.0')));
    expect((await project.report(args)).json.unusedExemptions).toMatchObject([exemption]);
    project.write('deno.lock', denoLock(some('risen@1.0.1')));
    expect((await project.report(args)).json.unusedExemptions).toEqual([]);
  });
});

describe('between git revisions', () => {
  let project: Project;
  const diff = async (...args: readonly string[]) => {
    const { code, json } = await project.report(['diff', ...args]);
    return [code, json.changes.map(({ kind, purl }) => `${kind} ${purl.replace('pkg:jsr/@acme/', '')}`)];
  };

  beforeAll(() => {
    project = openProject(stage);
    project.write('deno.lock', denoLock(some('same@1.0.0')));
    project.commit('first');
    project.git('branch', 'release/1 of all'.replaceAll(' ', '-'));
    project.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    project.write('deno.lock', denoLock(some('same@1.0.0', 'widget@1.0.0')));
    project.commit('second');
    project.git('tag', 'v2');
    project.write('deno.lock', denoLock(some('same@1.0.0', 'widget@1.1.0')));
  });

  it('the folder as it is, against a commit, a branch, a tag, a date', async () => {
    expect(await diff('HEAD')).toEqual([0, ['moved widget']]);
    expect(await diff('HEAD~1')).toEqual([0, ['added widget']]);
    expect(await diff('origin/main')).toEqual([0, ['added widget']]);
    expect(await diff('v2')).toEqual([0, ['moved widget']]);
    expect(await diff('main@{0}')).toEqual([0, ['moved widget']]);
    expect(await diff('release/1-of-all')).toEqual([0, ['added widget']]);
  });

  it('two commits with one another', async () => {
    expect(await diff('HEAD~1', 'HEAD')).toEqual([0, ['added widget']]);
    expect(await diff('HEAD', 'HEAD~1')).toEqual([0, ['removed widget']]);
    expect(await diff('HEAD', 'v2')).toEqual([0, []]);
    expect(await diff('HEAD^{/first}', 'HEAD^0')).toEqual([0, ['added widget']]);
  });

  it.each([
    '-evil',
    '--upload-pack=touch pwned',
    '--output=pwned',
    'no-such-branch',
    'HEAD~99',
    'HEAD:deno.lock',
    'HEAD $(touch pwned)',
    'HEAD; touch pwned',
    '`touch pwned`',
    'HEAD\nHEAD',
    'HEAD^{tree}',
    '',
  ])('%j is no revision: a wrong request, and nothing is run', async (revision) => {
    const { code, stdout, stderr } = await project.run(['diff', '--', revision]);
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', expect.stringMatching(/^error: /)]);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(project.git('status', '--porcelain', '--untracked-files=all')).toBe(' M deno.lock\n');
  });

  it('a folder and its files with spaces, and a subfolder of the repository', async () => {
    const odd = openProject(stage);
    odd.write('my app/näme/deno.lock', denoLock(some('widget@1.0.0')));
    odd.write('deno.lock', denoLock(some('same@1.0.0')));
    odd.commit('one');
    odd.write('my app/näme/deno.lock', denoLock(some('widget@1.1.0')));
    const cwd = join(odd.folder, 'my app', 'näme');
    const { code, json } = await odd.report(['diff', 'HEAD'], { cwd });
    expect([code, json.changes.map(({ kind }) => kind)]).toEqual([0, ['moved']]);
    // From a folder without a lockfile the one above is meant.
    mkdirSync(join(odd.folder, 'docs'));
    odd.write('deno.lock', denoLock(some('same@1.0.0', 'risen@1.0.1')));
    const above = await odd.report(['diff', 'HEAD'], { cwd: join(odd.folder, 'docs') });
    expect([above.code, above.json.changes.map(({ kind }) => kind)]).toEqual([0, ['added']]);
  });

  it('a lockfile that was not there is one from which everything was added, one that is gone one where all went', async () => {
    const grown = openProject(stage);
    grown.commit('empty');
    grown.write('deno.lock', denoLock(some('widget@1.0.0')));
    const added = await grown.report(['diff', 'HEAD']);
    expect([added.code, added.json.changes.map(({ kind }) => kind)]).toEqual([0, ['added']]);
    grown.commit('with a lockfile');
    expect((await grown.report(['diff', 'HEAD~1', 'HEAD'])).json.changes.map(({ kind }) => kind)).toEqual([
      'added',
    ]);
    rmSync(join(grown.folder, 'deno.lock'));
    expect((await grown.report(['diff', 'HEAD~1', 'HEAD'])).json.changes.map(({ kind }) => kind)).toEqual([
      'added',
    ]);
    expect((await grown.report(['diff', 'HEAD'])).json.changes.map(({ kind }) => kind)).toEqual(['removed']);
    expect(await grown.run(['diff', 'HEAD~1'])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^error: no lockfile in \. or above it\n/),
    });
  });

  it('a lockfile of another tool, and of another folder, is found where the commit had it', async () => {
    const tools = openProject(stage);
    tools.write('app/package.json', '{}');
    tools.write(
      'package-lock.json',
      packageLock(some('widget@1.0.0'), { registry: stage.server.urls.registry, npm: stage.server.urls.npm }),
    );
    tools.commit('npm');
    rmSync(join(tools.folder, 'package-lock.json'));
    tools.write('app/deno.lock', denoLock(some('widget@1.1.0')));
    const { code, json } = await tools.report(['diff', 'HEAD'], { cwd: join(tools.folder, 'app') });
    expect([code, json.changes.map(({ kind }) => kind)]).toEqual([0, ['moved']]);
  });

  it('a lockfile of pnpm for one branch is told of a commit as of the disk', async () => {
    const branches = openProject(stage);
    branches.write('deno.lock', denoLock(some('widget@1.0.0')));
    branches.write('pnpm-lock.main.yaml', 'lockfileVersion: 9.0');
    branches.commit('both');
    rmSync(join(branches.folder, 'pnpm-lock.main.yaml'));
    branches.commit('one');
    const said = async (...argv: readonly string[]) =>
      (await branches.report(['diff', ...argv])).json.findings.map(({ message }) => message);
    const told = [expect.stringMatching(/pnpm installs from "pnpm-lock\.main\.yaml" on its branch/)];
    expect(await said('HEAD', 'HEAD~')).toEqual(told);
    expect(await said('HEAD~', 'HEAD')).toEqual([]);
  });

  it('a lockfile that is a link leads nowhere outside of the commit', async () => {
    const linked = openProject(stage);
    writeFileSync(join(linked.folder, '..', 'elsewhere.lock'), denoLock(some('widget@1.0.0')));
    symlinkSync('../elsewhere.lock', join(linked.folder, 'deno.lock'));
    linked.commit('a link');
    expect(await linked.run(['diff', 'HEAD'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: deno\.lock is a link in that commit\n/),
    });
  });

  it('outside of any repository a revision is a wrong request', async () => {
    const bare = openProject(stage);
    bare.write('deno.lock', denoLock(some('widget@1.0.0')));
    expect(await bare.run(['diff', 'HEAD'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `error: "HEAD" is neither a file nor a git revision here
  hint: this folder is not in a git repository: name two lockfiles instead of revisions
`,
    });
  });

  it('a lockfile of a commit that cannot be read is named with its line', async () => {
    const broken = openProject(stage);
    broken.write('deno.lock', '{ "version": "5", ');
    broken.commit('broken');
    broken.write('deno.lock', denoLock(some('widget@1.0.0')));
    expect(await broken.run(['diff', 'HEAD'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: deno\.lock:1: /),
    });
  });

  it('a lockfile of a commit that is too large is refused like one on disk', async () => {
    const large = openProject(stage);
    large.write('deno.lock', `{ "version": "5" }${' '.repeat(53_000_000)}`);
    large.commit('large');
    large.write('deno.lock', denoLock(some('widget@1.0.0')));
    expect(await large.run(['diff', 'HEAD'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('larger than 50 MB'),
    });
  });

  it('a lockfile above the repository is none of git', async () => {
    const outer = openProject(stage);
    outer.write('deno.json', '{ "workspace": ["./inner"] }');
    outer.write('deno.lock', denoLock(some('widget@1.0.0')));
    outer.write('inner/readme.md', 'inner');
    const cwd = join(outer.folder, 'inner');
    outer.git('-C', 'inner', 'init', '--quiet');
    outer.git('-C', 'inner', 'add', '--all');
    outer.git('-C', 'inner', 'commit', '--quiet', '-m', 'inner');
    const { code, stdout, stderr } = await outer.run(['diff', 'HEAD'], { cwd });
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^error: no lockfile/);
    outer.write('inner/deno.json', '{ "lock": "../deno.lock" }');
    const named = await outer.run(['diff', 'HEAD'], { cwd });
    expect([named.code, named.stdout]).toEqual([2, '']);
    expect(named.stderr).toMatch(/^error: \.\.\/deno\.lock is outside of the repository/);
  });
});
