import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { jsonOf, withJson } from '../support/http.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import type { RekorLog } from '../support/rekor.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let honest: RekorLog;
let widget: Publication;
let project: Project;
let mend: (() => void)[] = [];

const spec = '@acme/widget@1.0.0';

beforeAll(async () => {
  stage = await openStage((world) => {
    widget = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
    world.publish({ scope: 'acme', name: 'other', version: '1.0.0', files: files('export {};\n') });
  });
  honest = stage.world.rekor;
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.world.rekor = honest.copy();
  project = openProject(stage);
});
afterEach(() => {
  for (const undo of mend) undo();
  mend = [];
});

describe('a log that keeps its word', () => {
  it('is seen, and from then on held to what it showed', async () => {
    const first = await project.report([spec]);
    expect([first.code, first.json.log.kind]).toEqual([0, 'first-seen']);
    const size = Number(first.json.log.logs?.[0]?.size);
    expect(size).toBe(stage.world.rekor.activeSize);
    expect((await project.report([spec])).json.log.kind).toBe('consistent');
    stage.world.rekor.grow(37);
    const later = await project.report(['@acme/other@1.0.0']);
    expect([later.code, later.json.log]).toEqual([
      0,
      expect.objectContaining({
        kind: 'consistent',
        logs: expect.arrayContaining([
          expect.objectContaining({ size: String(size + 37), remembered: String(size) }),
        ]),
      }),
    ]);
  });

  it('starts a new tree without breaking the old one', async () => {
    await project.report([spec]);
    stage.world.rekor.grow(5);
    stage.world.rekor.rotate();
    stage.world.rekor.grow(5);
    expect(await project.report([spec])).toMatchObject({ code: 0, json: { log: { kind: 'consistent' } } });
    stage.world.rekor.grow(5);
    expect(await project.report([spec])).toMatchObject({ code: 0, json: { log: { kind: 'consistent' } } });
  });

  it('that does not prove anything today is not checked, and that is said aloud in every report', async () => {
    await project.report([spec]);
    stage.world.rekor.grow(3);
    mend.push(
      stage.world.edit({ role: 'rekor', path: '/api/v1/log/proof' }, (answer) => ({
        ...answer,
        status: 503,
      })),
    );
    const { code, json } = await project.report([spec]);
    expect([code, json.log]).toEqual([
      0,
      expect.objectContaining({
        kind: 'not-checked',
        why: expect.stringMatching(/no proof from \d+ to \d+ entries/),
      }),
    ]);
    const { reports } = await project.everyFormat([spec]);
    for (const format of ['pretty', 'markdown', 'html', 'ndjson', 'junit'])
      expect([format, reports.get(format)]).toEqual([
        format,
        expect.stringMatching(/no proof from \d+\s+to \d+/),
      ]);
    // It is remembered what the log showed last, so the next run that can ask finds out.
    for (const undo of mend.splice(0)) undo();
    expect((await project.report([spec])).json.log).toMatchObject({
      kind: 'consistent',
      logs: expect.arrayContaining([expect.objectContaining({ remembered: expect.any(String) })]),
    });
  });
});

describe('a log that forked', () => {
  /** The log shows a different history than the one of the first run. */
  async function forked(grown: number): Promise<void> {
    await project.report([spec]);
    stage.world.rekor = honest.fork(100);
    stage.world.rekor.grow(grown);
    project.forgetEvidence();
  }

  it('rejects the run, although every package of it is verified; both checkpoints and the proof are in the report', async () => {
    await forked(10);
    const { code, json, verdicts, stderr } = await project.report([spec]);
    expect([code, verdicts]).toEqual([1, { [spec]: 'verified' }]);
    expect(json.log).toMatchObject({
      kind: 'forked',
      fork: {
        older: expect.stringContaining('rekor.sigstore.test'),
        newer: expect.stringContaining('rekor.sigstore.test'),
        proof: expect.any(Array),
      },
    });
    expect(stderr).toMatch(
      /^error: the log contradicted itself: .*\n {2}hint: the evidence is in .*; check it with jsr-verify trust check-fork\n$/,
    );
    const { stdout, code: human } = await project.run([spec]);
    expect([human, stdout]).toEqual([
      1,
      expect.stringMatching(
        /✗ the log .* forked\n[\s\S]*older checkpoint:\n[\s\S]*newer checkpoint:\n[\s\S]*consistency proof:\n/,
      ),
    ]);
    expect(await project.run([spec, '--exit-zero', '--quiet'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('forked'),
    });
  });

  it('is told of in every format of report', async () => {
    await forked(10);
    const { code, reports } = await project.everyFormat([spec]);
    const silent = [...reports].flatMap(([format, text]) => (/fork/i.test(text) ? [] : [format]));
    // Of a run that was turned away there is no summary attestation at all.
    expect([code, silent, reports.get('vsa')]).toEqual([1, ['vsa'], '']);
  });

  it('leaves a file that convinces a third party', async () => {
    await forked(0);
    const { code, json } = await project.report([spec]);
    expect([code, json.log.kind]).toEqual([1, 'forked']);
    const [file = ''] = project.evidence();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      kind: 'log-fork',
      version: 1,
      ...json.log.fork,
    });
    // Somebody else, who trusts the same Sigstore and has never seen that log.
    const other = openProject(stage);
    expect(await other.run(['trust', 'check-fork', file])).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^✗ contradiction: the log signed two histories in its trees of \d+ and \d+ entries: /,
      ),
      stderr: '',
    });
    // The report itself will do, too.
    other.write('report.json', JSON.stringify(json));
    expect(await other.run(['trust', 'check-fork', 'report.json'])).toMatchObject({ code: 1 });
  });

  it('cannot be made up: without the log key there is no evidence', async () => {
    await forked(0);
    await project.report([spec]);
    const [file = ''] = project.evidence();
    const fork = JSON.parse(readFileSync(file, 'utf8'));
    project.write(
      'forged.json',
      JSON.stringify({ ...fork, newer: fork.newer.replace(/\n\d+\n/, '\n9999\n') }),
    );
    expect(await project.run(['trust', 'check-fork', 'forged.json'])).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^– invalid: the newer checkpoint is /),
    });
    project.write('same.json', JSON.stringify({ ...fork, newer: fork.older, proof: [] }));
    expect(await project.run(['trust', 'check-fork', 'same.json'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^✓ consistent: /),
    });
    project.write('root.json', mintSigstore().trustedRootBytes().toString());
    expect(await project.run(['trust', 'check-fork', file, '--trusted-root', 'root.json'])).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^– invalid: /),
    });
    project.write('nothing.json', '{}');
    expect(await project.run(['trust', 'check-fork', 'nothing.json'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: nothing\.json is not evidence of a fork\n {2}hint: /),
    });
    expect(await project.run(['trust', 'check-fork'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('goes on being rejected: what it showed first is not forgotten', async () => {
    await forked(10);
    for (const _ of [1, 2])
      expect(await project.report([spec])).toMatchObject({ code: 1, json: { log: { kind: 'forked' } } });
  });

  it('vouches for no pin, and a pack of it says what it is worth', async () => {
    await forked(10);
    expect(await project.run(['pin', '--yes', spec])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('jsr-verify.json was not written, because the log contradicted itself'),
    });
    expect(existsSync(join(project.folder, 'jsr-verify.json'))).toBe(false);
    expect(await project.run(['pack', spec, '-o', 'evidence.pack'])).toMatchObject({ code: 1 });
  });

  it('is found by a diff, also where its base alone shows it', async () => {
    project.write('deno.lock', denoLock([widget]));
    project.write('new/deno.lock', denoLock([]));
    await forked(10);
    expect(await project.report(['diff', 'deno.lock', 'new/deno.lock'])).toMatchObject({
      code: 1,
      json: { log: { kind: 'forked' } },
    });
  });
});

describe('a log that went back', () => {
  it('has forgotten what it signed', async () => {
    stage.world.rekor.grow(20);
    const size = stage.world.rekor.activeSize;
    await project.report([spec]);
    stage.world.rekor = stage.world.rekor.rewind(size - 10);
    project.forgetEvidence();
    const { code, json } = await project.report([spec]);
    expect([code, json.log.fork?.why]).toEqual([1, expect.stringContaining('the log went back')]);
    const [file = ''] = project.evidence();
    // That a larger tree was signed before proves nothing by itself: only the log could show what became of it.
    expect(await project.run(['trust', 'check-fork', file])).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^\? unproven: the log signed both/),
    });
  });

  it('and grew again as another one is a fork', async () => {
    stage.world.rekor.grow(20);
    const before = stage.world.rekor;
    await project.report([spec]);
    stage.world.rekor = before.rewind(before.activeSize - 10);
    stage.world.rekor.rotate('99', 3);
    project.forgetEvidence();
    expect((await project.report([spec])).code).toBe(1);
  });
});

describe('a head that the log did not sign', () => {
  it('is reported like a fork, with what was shown', async () => {
    mend.push(
      stage.world.edit({ role: 'rekor', path: '/api/v1/log' }, (answer) => {
        const json = jsonOf<{ signedTreeHead: string }>(answer);
        return withJson(answer, {
          ...json,
          signedTreeHead: json.signedTreeHead.replace(/\n\d+\n/, '\n123456\n'),
        });
      }),
    );
    const { code, json } = await project.report([spec]);
    expect([code, json.log.fork?.why]).toEqual([
      1,
      expect.stringContaining('the current head of the log is'),
    ]);
  });
});
