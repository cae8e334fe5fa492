import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { files, openStage, type Stage } from '../cli/program.ts';
import { openStage as openExamination } from '../examine/stage.ts';
import { mintWorld } from '../support/jsr.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let project: Project;
let source: Publication;
let honest: Publication;
let evil: Publication;
let defaced: Publication;
const sourceOnly = 'source only; what npm installs was not compared';

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, more = {}) =>
      world.publish({
        scope: 'acme',
        name,
        version: '1.0.0',
        files: files(`export default '${name}';\n`),
        ...more,
      });
    source = publish('source');
    honest = publish('honest');
    evil = publish('evil', { npm: { files: { '/mod.js': 'evil();\n//# sourceMappingURL=mod.js.map' } } });
    defaced = publish('defaced', { npm: { files: { '/README.md': '# A <b>package</b>\n' } } });
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  project = openProject(stage);
});

const lock = (...packages: readonly Publication[]): string => packageLock(packages, stage.server.urls);
const summaryOf = (stdout: string): string | undefined => stdout.trimEnd().split('\n').at(-1);

describe('the file that failed', () => {
  it('is named in every report, with the first line that differs', async () => {
    project.write('package-lock.json', lock(defaced));
    const { reports } = await project.everyFormat(['audit', '--depth', 'tarball']);
    for (const format of [
      'pretty',
      'markdown',
      'html',
      'github',
      'sarif',
      'junit',
      'codequality',
      'json',
    ] as const) {
      const text = (reports.get(format) ?? '')
        .replaceAll('`', '')
        .replace(/<\/?code>/g, '')
        .replace(/\s+/g, ' ');
      expect([format, text]).toEqual([
        format,
        expect.stringContaining(
          'the npm tarball does not match the attested files: /README.md differs from the attested file at line 1: ',
        ),
      ]);
    }
    expect(reports.get('html')).not.toContain('<b>package');
  });
});

describe('a package on this disk that no lockfile names', () => {
  const stray = 'node_modules/@jsr/acme__stray';
  const told = async () => {
    const { code, json } = await project.report(['audit', '--depth', 'installed']);
    return [code, json.findings.map(({ id, severity }) => `${id} ${severity}`), json.unusedExemptions];
  };
  beforeEach(() => {
    project.write('deno.lock', denoLock([source]));
    project.write('package-lock.json', lock());
    project.write(`${stray}/package.json`, '{ "name": "@jsr/acme__stray", "version": "1.0.0" }');
  });

  it('turns the run away, unless the policy says how severe that is', async () => {
    expect(await told()).toEqual([1, ['installed error'], []]);
    project.write('jsr-verify.json', '{ "rules": { "unlocked-copy": "note" } }');
    expect(await told()).toEqual([0, ['installed note'], []]);
  });

  it('is exempted by name; an exemption for another one turns nothing and is told', async () => {
    const exempt = (name: string) => {
      const exemption = { package: name, rule: 'unlocked-copy', reason: 'linked', until: '2099-01-01' };
      project.write('jsr-verify.json', JSON.stringify({ exemptions: [exemption] }));
    };
    exempt('@acme/stray');
    expect(await told()).toEqual([0, ['installed error'], []]);
    exempt('@acme/other');
    expect(await told()).toMatchObject([1, ['installed error'], [{ package: '@acme/other' }]]);
  });
});

describe('an audit that asks for no depth', () => {
  it('compares what npm installs, and of a manifest that is locked the attestation', async () => {
    project.write('package-lock.json', lock(honest));
    project.write('deno/deno.lock', denoLock([source]));
    const { code, about, text } = await project.report(['audit', '.', 'deno']);
    expect(code).toBe(0);
    expect(about(honest.spec)).toMatchObject({ depth: 'tarball', checks: { tarball: { status: 'passed' } } });
    expect(about(source.spec)).toMatchObject({
      depth: 'attestation',
      checks: { files: { status: 'skipped' } },
    });
    expect(JSON.parse(text)).toMatchObject({ depth: 'attestation' });
  });

  it('looks at the tarball where one lockfile locks the manifest and another the tarball', async () => {
    project.write('package-lock.json', lock(honest));
    project.write('deno/deno.lock', denoLock([honest]));
    const { about, json } = await project.report(['audit', '.', 'deno']);
    expect(json.packages).toHaveLength(1);
    expect(about(honest.spec)).toMatchObject({ depth: 'tarball', checks: { tarball: { status: 'passed' } } });
  });

  it('looks at a package of deno.lock that locks nothing as at one that locks the manifest', async () => {
    const { version, specifiers } = JSON.parse(denoLock([source])) as Readonly<Record<string, unknown>>;
    project.write('deno.lock', JSON.stringify({ version, specifiers }));
    const { about } = await project.report(['audit']);
    expect(about(source.spec)).toMatchObject({ depth: 'attestation' });
  });

  it('says nothing of npm where nothing of npm is left out', async () => {
    project.write('package-lock.json', lock(honest));
    const { stdout } = await project.run(['audit']);
    expect(summaryOf(stdout)).toBe('✓ 1 package: 1 verified');
  });
});

describe('an audit that asks for less than what npm installs', () => {
  it.each(['attestation', 'files'])(
    'at depth %s gets it, and the summary says what was left out',
    async (depth) => {
      project.write('package-lock.json', lock(evil));
      const { code, stdout } = await project.run(['audit', '--depth', depth]);
      expect([code, summaryOf(stdout)]).toEqual([0, `✓ 1 package: 1 verified; ${sourceOnly}`]);
      const { reports } = await project.everyFormat(['audit', '--depth', depth]);
      for (const format of ['markdown', 'html', 'junit', 'sarif', 'github', 'cyclonedx'])
        expect(reports.get(format), format).toContain(sourceOnly);
    },
  );

  it('says nothing of npm where the lockfile locks the manifest', async () => {
    project.write('deno.lock', denoLock([evil]));
    const { stdout } = await project.run(['audit', '--depth', 'files']);
    expect(summaryOf(stdout)).toBe('✓ 1 package: 1 verified');
  });
});

describe('without a depth', () => {
  it('a depth that is asked for applies to every package', async () => {
    project.write('deno.lock', denoLock([evil]));
    expect(await project.run(['audit', '--depth', 'tarball'])).toMatchObject({ code: 1 });
  });

  it('diff compares what npm would install of the packages that come', async () => {
    project.write('old/package-lock.json', lock(honest));
    project.write('new/package-lock.json', lock(honest, evil));
    const { code, about } = await project.report(['diff', 'old', 'new']);
    expect(code).toBe(1);
    expect(about(evil.spec)).toMatchObject({
      verdict: 'rejected',
      checks: { tarball: { status: 'failed' } },
    });
  });

  it('pin writes no identity of a package whose tarball is another', async () => {
    project.write('package-lock.json', lock(honest, evil));
    const { code, stderr } = await project.run(['pin', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/acme\/evil.*rejected/);
    expect(project.read('jsr-verify.json')).not.toContain('acme/evil');
  });

  it('a pack holds the tarballs that a later audit asks for', async () => {
    project.write('package-lock.json', lock(honest));
    expect(await project.run(['pack', '-o', 'it.pack'])).toMatchObject({ code: 0 });
    project.forgetEvidence();
    const { code, about } = await project.report(['audit', '--pack', 'it.pack']);
    expect(code).toBe(0);
    expect(about(honest.spec)).toMatchObject({ checks: { tarball: { status: 'passed' } } });
  });
});

describe('the library', () => {
  it('looks as far as the commands where no depth is given', async () => {
    const world = mintWorld();
    const examination = await openExamination(world);
    const published = world.publish({
      scope: 'acme',
      name: 'evil',
      version: '1.0.0',
      files: files('export {};\n'),
      npm: { files: { '/mod.js': 'evil();\n' } },
    });
    const { registry, npm } = examination.server.urls;
    const auditor = examination.auditor({ depth: undefined });
    const verdicts = async (file: string, text: string) => {
      const lockfile = readLockfile(file, text, { registry, npmRegistry: npm });
      return (await audit([lockfile], auditor)).packages.map(({ depth, verdict }) => [depth, verdict.kind]);
    };
    expect(await verdicts('package-lock.json', packageLock([published], examination.server.urls))).toEqual([
      ['tarball', 'rejected'],
    ]);
    expect(await verdicts('deno.lock', denoLock([published]))).toEqual([['attestation', 'verified']]);
  });
});
