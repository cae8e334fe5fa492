import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/model/check.ts';
import { rules } from '../../src/policy/rules/index.ts';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let before: Readonly<Record<'widget' | 'parser' | 'legacy', Publication>>;
/** `@acme/widget` as its owners publish it from another repository, and once more under the old name by somebody else. */
let moved: Publication;
let renamed: Publication;
let resurrected: Publication;

const home = { owner: 'acme', name: 'widget', id: '454279688', ownerId: '6497122' };
const newHome = { owner: 'widgets', name: 'widget', id: '900000001', ownerId: '900000002' };

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, version: string, more: object = {}) =>
      world.publish({
        scope: 'acme',
        name,
        version,
        files: files(`export default '${name} ${version}';\n`),
        ...more,
      });
    const one = { repository: home };
    before = {
      widget: publish('widget', '1.0.0', one),
      parser: publish('parser', '2.0.0', { repository: { ...home, name: 'parser', id: '454279690' } }),
      legacy: publish('legacy', '0.3.0', { provenance: 'none' }),
    };
    moved = publish('widget', '1.1.0', { repository: newHome });
    renamed = publish('widget', '1.2.0', { repository: { ...home, name: 'gadget' } });
    resurrected = publish('widget', '1.3.0', {
      repository: { ...home, id: '777777777', ownerId: '777777778' },
    });
  });
});
afterAll(() => stage.close());

/** The owner of a package moves: JSR links the repository that this version was built in, and no cache says otherwise. */
const link = (publication: Publication, project?: Project) => {
  stage.world.link(publication, true);
  project?.forget();
};

const lock = (project: Project, ...packages: readonly Publication[]) =>
  project.write('deno.lock', denoLock(packages));

describe('the policy file that counts', () => {
  const strict = JSON.stringify({ packages: { '@acme/*': { repository: 'acme/other' } } });
  const judgedBy = async (project: Project, folder: string) => {
    const { code, json } = await project.report(['@acme/widget@1.0.0'], {
      cwd: join(project.folder, folder),
    });
    return [code, json.policy.file];
  };

  it('is the nearest one upward, named by the report, and none above the root of the repository', async () => {
    const project = openProject(stage);
    link(before.widget);
    project.write('jsr-verify.json', strict);
    project.write('repository/src/deep/x.ts', '');
    expect(await judgedBy(project, 'repository/src/deep')).toEqual([
      1,
      join(project.folder, 'jsr-verify.json'),
    ]);
    project.write('repository/.git/HEAD', '');
    expect(await judgedBy(project, 'repository/src/deep')).toEqual([0, null]);
    project.write('repository/jsr-verify.jsonc', strict);
    expect(await judgedBy(project, 'repository/src/deep')).toEqual([
      1,
      join(project.folder, 'repository/jsr-verify.jsonc'),
    ]);
    expect(await judgedBy(project, 'repository')).toEqual([1, 'jsr-verify.jsonc']);
    // A work tree and a submodule have a file there.
    project.write('repository/src/.git', 'gitdir: elsewhere');
    expect(await judgedBy(project, 'repository/src/deep')).toEqual([0, null]);
  });
});

describe('a project and its policy, from the first audit on', () => {
  let project: Project;

  beforeAll(() => {
    project = openProject(stage);
    link(before.widget);
  });

  it('without a policy the registry link is the expectation, and one line tells all that there is to tell', async () => {
    lock(project, before.widget, before.parser);
    const { code, stdout, stderr } = await project.run(['audit']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('✓ 2 packages: 2 verified');
    expect(stdout).not.toMatch(/✗|warning|error|note/);
    const { json } = await project.report(['audit']);
    expect(json.packages.map(({ expectation, findings }) => [expectation, findings])).toEqual([
      ['registry-link', []],
      ['registry-link', []],
    ]);
  });

  it('a pin asks first, and writes nothing where nobody can answer', async () => {
    const { code, stdout, stderr } = await project.run(['pin']);
    expect(code).toBe(2);
    expect(stdout).toContain('+    "@acme/parser": {');
    expect(stderr).toBe(
      'error: jsr-verify.json was not written\n  hint: no terminal: add --yes to write without asking\n',
    );
    expect(readdirSync(project.folder)).toEqual(['deno.lock']);
  });

  it('a pin writes who built what was verified, and says so', async () => {
    expect(await project.run(['pin', '--check'])).toMatchObject({ code: 1 });
    const { code, stdout, stderr } = await project.run(['pin', '--yes']);
    expect([code, stderr]).toEqual([0, 'wrote jsr-verify.json: 2 entries\n']);
    expect(stdout).toContain('+      "repositoryId": "454279688"');
    expect(JSON.parse(project.read('jsr-verify.json')).packages).toEqual({
      '@acme/parser': expect.objectContaining({ repository: 'acme/parser', repositoryId: '454279690' }),
      '@acme/widget': {
        repository: 'acme/widget',
        repositoryId: '454279688',
        ownerId: '6497122',
        workflow: '.github/workflows/publish.yml',
        ref: 'refs/heads/main',
        event: 'push',
        runner: 'github-hosted',
      },
    });
  });

  it('a second pin changes nothing, and --check is content', async () => {
    const text = project.read('jsr-verify.json');
    expect(await project.run(['pin', '--yes'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'jsr-verify.json is up to date\n',
    });
    expect(await project.run(['pin', '--check'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'jsr-verify.json is up to date\n',
    });
    expect(project.read('jsr-verify.json')).toBe(text);
    const { code, json } = await project.report(['audit']);
    expect([code, json.packages.map(({ expectation }) => expectation)]).toEqual([0, ['policy', 'policy']]);
  });

  it('a package that was published by hand is refused, and not pinned', async () => {
    lock(project, before.widget, before.parser, before.legacy);
    const text = project.read('jsr-verify.json');
    const { code, stdout, stderr } = await project.run(['pin', '--yes']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('@acme/legacy@0.3.0 was not pinned');
    expect(project.read('jsr-verify.json')).toBe(text);
  });

  it('a package that moved elsewhere is turned away by its pin, and the place of the pin is named', async () => {
    project.write('jsr-verify.jsonc', withComments(project.read('jsr-verify.json')));
    rmSync(join(project.folder, 'jsr-verify.json'));
    link(moved, project);
    lock(project, moved, before.parser);
    const { code, about, verdicts, grave } = await project.report(['audit']);
    expect([code, verdicts]).toEqual([
      1,
      { '@acme/parser@2.0.0': 'verified', '@acme/widget@1.1.0': 'rejected' },
    ]);
    expect(grave).toEqual({ '@acme/widget@1.1.0': ['pinned-identity'] });
    expect(about('@acme/widget@1.1.0').findings[0]).toEqual({
      id: 'pinned-identity',
      severity: 'error',
      message: expect.stringMatching(
        /repository id is 900000001, pinned to 454279688 \(jsr-verify\.jsonc:\d+\)/,
      ),
      hint: 'if the change is intended, run `jsr-verify pin @acme/widget` and commit the policy file',
      at: { file: 'deno.lock', line: 8, column: expect.any(Number) },
    });
  });

  it('a pin of that package accepts the move: comments and hand-made entries survive, the other pins stay', async () => {
    const { code, stdout } = await project.run(['pin', '--yes', '@acme/widget@1.1.0']);
    expect(code).toBe(0);
    expect(stdout).toContain('-      "repository": "acme/widget"');
    expect(stdout).toContain('+      "repository": "widgets/widget"');
    const text = project.read('jsr-verify.jsonc');
    for (const comment of ['// who we trust', '/* the parser */', '// by hand', '// the end'])
      expect(text).toContain(comment);
    expect(text).toContain('"@other/*": { "owner": "other" }');
    expect(text).toContain('"repository": "acme/parser"');
    expect(await project.report(['audit'])).toMatchObject({ code: 0, grave: {} });
    expect(await project.run(['pin', '--check'])).toMatchObject({ code: 0, stdout: '' });
  });

  it('the same repository under a new name is a note with both names, and a pin writes the new one down', async () => {
    project.write(
      'jsr-verify.jsonc',
      project
        .read('jsr-verify.jsonc')
        .replaceAll('widgets/widget', 'acme/widget')
        .replaceAll('900000001', '454279688')
        .replaceAll('900000002', '6497122'),
    );
    link(renamed, project);
    lock(project, renamed, before.parser);
    const { code, about } = await project.report(['audit']);
    expect([code, about('@acme/widget@1.2.0').findings]).toEqual([
      0,
      [
        {
          id: 'pinned-identity',
          severity: 'note',
          message: 'repository acme/widget is now called acme/gadget: the id is the same (454279688)',
          hint: 'run `jsr-verify pin` to write down the new name',
          at: expect.anything(),
        },
      ],
    ]);
    expect(await project.run(['pin', '--yes'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('+      "repository": "acme/gadget"'),
    });
    project.write(
      'jsr-verify.jsonc',
      project.read('jsr-verify.jsonc').replaceAll('acme/gadget', 'acme/widget'),
    );
  });

  it('the same name in other hands is an error that nothing softens, and that no pin accepts', async () => {
    link(resurrected, project);
    lock(project, resurrected, before.parser);
    const softened = JSON.parse(stripped(project.read('jsr-verify.jsonc')));
    project.write(
      'soft.json',
      JSON.stringify({
        ...softened,
        rules: { 'pinned-identity': 'off', 'linked-repository': 'off' },
        exemptions: [{ package: '*', rule: 'pinned-identity', reason: 'because', until: '2099-01-01' }],
      }),
    );
    const { code, grave, about } = await project.report(['audit', '--policy', 'soft.json']);
    expect([code, grave]).toEqual([1, { '@acme/widget@1.3.0': ['pinned-identity'] }]);
    expect(about('@acme/widget@1.3.0').findings[0]?.message).toContain(
      'the same name now belongs to someone else',
    );
    const text = project.read('jsr-verify.jsonc');
    const { code: pinned, stderr } = await project.run(['pin', '--yes']);
    expect([pinned, project.read('jsr-verify.jsonc')]).toEqual([1, text]);
    expect(stderr).toContain('@acme/widget@1.3.0 was not pinned');
  });
});

describe('exemptions', () => {
  const policy = (exemptions: readonly object[]) => JSON.stringify({ exemptions }, null, 2);
  const handmade = {
    package: '@acme/legacy',
    rule: 'require-provenance',
    reason: 'published by hand',
    until: '2030-01-31',
  };
  let project: Project;

  beforeAll(() => {
    project = openProject(stage);
    link(before.widget);
    lock(project, before.widget, before.legacy);
    project.write('jsr-verify.json', policy([handmade]));
  });

  it('spares a package until its day is over, and says why and until when', async () => {
    const { code, verdicts, about } = await project.report(['audit'], {
      now: new Date('2030-01-31T23:59:59Z'),
    });
    expect([code, verdicts['@acme/legacy@0.3.0']]).toEqual([0, 'exempt']);
    expect(about('@acme/legacy@0.3.0').findings[0]?.exempted).toEqual({
      reason: 'published by hand',
      until: '2030-01-31',
    });
    const { stdout } = await project.run(['audit'], { now: new Date('2030-01-31T23:59:59Z') });
    expect(stdout).toMatch(/~ @acme\/legacy@0\.3\.0 {2}exempt/);
  });

  it('is over the next day: the finding is back and says so', async () => {
    const { code, verdicts, about } = await project.report(['audit'], {
      now: new Date('2030-02-01T00:00:00Z'),
    });
    expect([code, verdicts['@acme/legacy@0.3.0']]).toEqual([1, 'rejected']);
    expect(about('@acme/legacy@0.3.0').findings[0]?.message).toContain(
      '(the exemption expired on 2030-01-31: published by hand)',
    );
  });

  it('is reported when a project no longer needs it', async () => {
    lock(project, before.widget);
    const { code, json } = await project.report(['audit']);
    expect([code, json.unusedExemptions]).toEqual([
      0,
      [{ ...handmade, at: { file: 'jsr-verify.json', line: 3, column: 5 } }],
    ]);
    lock(project, before.widget, before.parser);
    const { stdout } = await project.run(['audit']);
    expect(stdout).toContain('unused exemption: require-provenance for @acme/legacy until 2030-01-31');
    lock(project, before.widget, before.legacy);
  });

  it('is not called unused by a run that looked elsewhere', async () => {
    expect((await project.report(['@acme/widget@1.0.0'])).json.unusedExemptions).toEqual([]);
    expect((await project.report(['@acme/legacy@0.3.0'])).json.unusedExemptions).toEqual([]);
    project.write('jsr-verify.json', policy([handmade, { ...handmade, rule: 'provenance-lost' }]));
    expect((await project.report(['audit'])).json.unusedExemptions).toEqual([]);
    project.write('jsr-verify.json', policy([{ ...handmade, rule: 'yanked' }]));
    expect((await project.report(['@acme/legacy@0.3.0'])).json.unusedExemptions).toMatchObject([
      { rule: 'yanked' },
    ]);
  });

  it('never reaches a check', async () => {
    project.write('jsr-verify.json', policy([{ ...handmade, rule: 'signature' }]));
    const { code, stdout, stderr } = await project.run(['audit']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: jsr-verify\.json:\d+:\d+: "signature" is a check, not a rule\n {2}hint: /,
    );
  });
});

describe('what a policy says, and where', () => {
  let project: Project;

  beforeAll(() => {
    project = openProject(stage);
    link(before.widget);
    lock(project, before.widget, before.legacy);
    project.write('tools/deno.lock', denoLock([before.widget, before.legacy]));
  });

  it('extends another file of the project, the nearer word first', async () => {
    project.write(
      'shared/base.jsonc',
      '{ // of all our projects\n  "provenance": "optional",\n  "packages": { "@acme/widget": { "repository": "acme/other" } }\n}',
    );
    project.write('jsr-verify.json', '{ "extends": "./shared/base.jsonc" }');
    const { code, about, verdicts } = await project.report(['audit']);
    expect([code, verdicts]).toEqual([
      1,
      { '@acme/legacy@0.3.0': 'unattested', '@acme/widget@1.0.0': 'rejected' },
    ]);
    expect(about('@acme/widget@1.0.0').findings[0]?.message).toContain('(shared/base.jsonc:3)');
    project.write(
      'jsr-verify.json',
      '{ "extends": "./shared/base.jsonc", "packages": { "@acme/widget": { "repository": "acme/widget" } } }',
    );
    expect(await project.report(['audit'])).toMatchObject({ code: 0 });
    project.write('jsr-verify.json', '{ "extends": "https://example.com/policy.json" }');
    expect(await project.run(['audit'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('jsr-verify.json:1:'),
    });
  });

  it('overrides itself for one lockfile, found from wherever the program is started', async () => {
    project.write(
      'jsr-verify.json',
      JSON.stringify({ overrides: { 'tools/deno.lock': { provenance: 'optional' } } }),
    );
    const from = (cwd: string, path: string) =>
      project.report(['audit', path], { cwd: join(project.folder, cwd) });
    expect(await from('.', 'deno.lock')).toMatchObject({ code: 1 });
    expect(await from('.', 'tools/deno.lock')).toMatchObject({ code: 0 });
    expect(await from('tools', 'deno.lock')).toMatchObject({ code: 0 });
    expect(await from('tools', '..')).toMatchObject({ code: 1 });
    // A package of both lockfiles is held to the stricter word.
    expect(
      (await project.report(['audit', 'deno.lock', 'tools/deno.lock'])).verdicts['@acme/legacy@0.3.0'],
    ).toBe('rejected');
  });

  it('sets severities: off is silent, a warning warns, and with --strict it turns away', async () => {
    const rules = (severity: string) =>
      project.write(
        'jsr-verify.json',
        JSON.stringify({ rules: { 'require-provenance': severity, yanked: 'error' } }),
      );
    // A lockfile further down that is not audited would be turned away with --strict, too.
    const both = ['audit', 'deno.lock', 'tools/deno.lock'];
    rules('warning');
    expect(await project.report(both)).toMatchObject({
      grave: { '@acme/legacy@0.3.0': ['require-provenance'] },
    });
    expect(await project.report([...both, '--strict'])).toMatchObject({
      code: 1,
      verdicts: { '@acme/legacy@0.3.0': 'rejected' },
    });
    rules('off');
    const { code, grave, verdicts } = await project.report([...both, '--strict']);
    // Switching the rule off is no proof: what nobody attested is never called verified.
    expect([code, grave, verdicts['@acme/legacy@0.3.0']]).toEqual([0, {}, 'unattested']);
  });

  it('says where it is wrong, and what was probably meant', async () => {
    project.write(
      'jsr-verify.json',
      '{\n  "packages": { "@acme/widget": { "repositroy": "acme/widget" } }\n}\n',
    );
    expect(await project.run(['audit'])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: jsr-verify\.json:2:\d+: .*"repositroy".*\n {2}hint: did you mean "repository"/s,
      ),
    });
  });
});

describe('explain', () => {
  let project: Project;

  beforeAll(() => {
    project = openProject(stage);
    link(before.widget);
  });

  it('tells of every check and rule what was expected, what was seen and who could have forged it', async () => {
    const { code, stdout, stderr } = await project.run(['explain', '@acme/widget@1.0.0']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^✓ @acme\/widget@1\.0\.0 {2}verified\n {4}expected by {3}registry link \(acme\/widget\)\n/,
    );
    for (const id of checkIds) expect(stdout).toMatch(new RegExp(`^[✓–] ${id}: `, 'm'));
    for (const { id } of rules) expect(stdout).toMatch(new RegExp(`^[✓✗?–~] ${id}: `, 'm'));
    expect(stdout).toContain('forgeable by');
    expect(stdout).toContain('jsr-verify @acme/widget --repo acme/widget');
    const stanza = stdout.slice(stdout.indexOf('  {\n'));
    project.write('jsr-verify.json', stanza);
    expect(await project.report(['@acme/widget@1.0.0'])).toMatchObject({
      code: 0,
      json: { packages: [{ expectation: 'policy' }] },
    });
  });

  it('names the line of the policy, and the flag, that an expectation comes from', async () => {
    project.write(
      'jsr-verify.json',
      '{\n  "packages": {\n    "@acme/*": { "repository": "acme/other" }\n  }\n}\n',
    );
    const byPolicy = await project.run(['explain', '@acme/widget@1.0.0']);
    expect([byPolicy.code, byPolicy.stdout]).toEqual([
      1,
      expect.stringContaining('expected by   policy file (jsr-verify.json:3)'),
    ]);
    expect(byPolicy.stdout).toContain('✗ pinned-identity');
    const byFlag = await project.run(['explain', '@acme/widget@1.0.0', '--repo', 'acme/widget']);
    expect([byFlag.code, byFlag.stdout]).toEqual([
      0,
      expect.stringContaining('expected by   command line (--repo)'),
    ]);
  });

  it.each(['pinned-identity', 'provenance-lost', 'unpinned'])('prints the page of rule %s', async (id) => {
    const { code, stdout } = await project.run(['explain', id]);
    expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(`^# ${id}: `)]);
  });

  it('prints what a check is about, and asks nobody', async () => {
    stage.world.requests.length = 0;
    const { code, stdout } = await project.run(['explain', 'inclusion']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^# inclusion: .*\*\*Could be forged by:\*\*/s),
    ]);
    expect(await project.run(['explain', 'pined-identity'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean pinned-identity'),
    });
    expect(stage.world.requests).toEqual([]);
  });
});

/** The same policy as somebody who cares would keep it. */
function withComments(text: string): string {
  return text
    .replace(
      '{\n  "packages": {',
      '{\n  // who we trust\n  "packages": {\n    // by hand\n    "@other/*": { "owner": "other" },',
    )
    .replace('"@acme/parser"', '/* the parser */ "@acme/parser"')
    .trimEnd()
    .concat('\n// the end\n');
}

const stripped = (text: string): string => text.replace(/\/\/ .*$|\/\*.*?\*\//gm, '');
