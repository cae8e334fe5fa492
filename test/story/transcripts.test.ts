import { copyFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { mintTuf } from '../support/tuf.ts';
import { openProject, type Project } from './project.ts';
import { openTeller, type Teller } from './teller.ts';

// Pages for people, checked word by word; `npx vitest run test/story/transcripts.test.ts -u` writes them anew.
const folder = resolve(import.meta.dirname, '../../fixtures/stories');
const now = new Date('2026-10-01T12:00:00Z');
const inDays = (days: number): Date => new Date(now.getTime() + days * 24 * 3_600_000);

let stage: Stage;

// A world for each story, so that it can be told alone.
beforeEach(async () => {
  stage = await openStage(() => undefined, { now });
});
afterEach(() => stage.close());

function publish(name: string, version: string, more: Partial<PublishOptions> = {}): Publication {
  return stage.world.publish({
    scope: 'acme',
    name,
    version,
    files: files(`export default '${name} ${version}';\n`),
    ...more,
  });
}

/** Tells a story and compares it with its page. */
async function tell(
  page: string,
  title: string,
  story: (teller: Teller, project: Project) => Promise<void>,
  open: () => Project = () => openProject(stage),
): Promise<void> {
  const project = open();
  const teller = openTeller(title, stage, project);
  await story(teller, project);
  await expect(teller.page()).toMatchFileSnapshot(join(folder, `${page}.md`));
}

/** A machine that takes its trust from the TUF mirror. */
function byTuf(): Project {
  stage.world.tuf = mintTuf({
    targets: { 'trusted_root.json': stage.world.sigstore.trustedRootBytes() },
    expires: new Date('2099-01-01T00:00:00Z'),
  });
  const { SIGSTORE_TRUSTED_ROOT: _, ...env } = stage.env();
  return openProject(stage, { ...env, ...stage.server.env({ trust: 'tuf', cache: false }) });
}

it('a policy: first audit, pin, a publisher that moves, a pull request, an exemption and its end', () =>
  tell('policy', 'A policy, from the first audit on', async ({ say, typed, shows, run }, project) => {
    const widget = publish('widget', '1.0.0');
    const parser = publish('parser', '2.0.0');
    project.write('deno.lock', denoLock([widget, parser]));
    say('A project without a policy. JSR links the repository that built each package.');
    expect(await run('audit', { now })).toBe(0);
    say(
      '`pin` writes down who built what. The two packages have the same workflow file name, but different repositories.',
    );
    expect(await run('pin --yes', { now })).toBe(0);
    say('From now on, another builder is an error. A second `pin` changes nothing.');
    expect(await run('pin --check', { now })).toBe(0);

    project.commit('policy');
    const moved = publish('widget', '1.1.0', { repository: { owner: 'widgets', name: 'widget' } });
    project.forget();
    project.write('deno.lock', denoLock([moved, parser]));
    say(
      'A pull request updates `@acme/widget`. The new version was built in another repository, which JSR links now.',
    );
    expect(await run('diff HEAD', { now: inDays(1) })).toBe(1);
    say('The owners announced the move, so the pin of this package is renewed.');
    expect(await run('pin --yes @acme/widget@1.1.0', { now: inDays(1) })).toBe(0);
    say('Audit and pull request pass; `diff` still names the new publisher.');
    expect(await run('audit --quiet', { now: inDays(1) })).toBe(0);
    expect(await run('diff HEAD', { now: inDays(1) })).toBe(0);

    project.commit('widget 1.1.0');
    const bare = publish('parser', '2.0.1', { provenance: 'none' });
    project.forget();
    project.write('deno.lock', denoLock([moved, bare]));
    say('The next update of `@acme/parser` was published by hand.');
    typed('git diff --stat\n deno.lock | 4 ++--');
    expect(await run('diff HEAD', { now: inDays(2) })).toBe(1);
    say('It is needed today, so it is exempted, with a reason and until a date.');
    const policy = JSON.parse(project.read('jsr-verify.json'));
    const exempt = (rule: string) => ({
      package: '@acme/parser',
      versions: '2.0.1',
      rule,
      reason: 'security fix, published by hand',
      until: '2026-10-31',
    });
    project.write(
      'jsr-verify.json',
      `${JSON.stringify({ ...policy, exemptions: [exempt('require-provenance'), exempt('provenance-lost')] }, null, 2)}\n`,
    );
    shows('jsr-verify.json');
    expect(await run('diff HEAD', { now: inDays(2) })).toBe(0);
    say('In November the exemption has ended, and the finding is an error again.');
    expect(await run('audit', { now: new Date('2026-11-01T08:00:00Z') })).toBe(1);
  }));

it('a private instance: everything by flags, and what trust looks like', () =>
  tell(
    'private-instance',
    'A private Sigstore',
    async ({ say, run }) => {
      publish('private', '1.0.0');
      say(
        'Registry, log and TUF mirror are named by `JSR_URL`, `JSR_API_URL`, `REKOR_URL`, `TUF_MIRROR` and `TUF_ROOT`, or by the flags of these names.',
      );
      expect(await run('trust status', { now })).toBe(3);
      expect(await run('trust update', { now })).toBe(0);
      expect(await run('@acme/private --depth attestation', { now })).toBe(0);
    },
    byTuf,
  ));

it('a stale root: a mirror that is away, that stays away, and that lies', () =>
  tell(
    'stale-root',
    'A mirror that does not answer, and one with forged metadata',
    async ({ say, run }) => {
      publish('stale', '1.0.0');
      expect(await run('@acme/stale --quiet', { now })).toBe(0);
      const undo = stage.world.edit({ role: 'tuf' }, (answer) => ({
        ...answer,
        status: 503,
        body: Buffer.from(''),
      }));
      say(
        'Three days later the mirror does not answer. The cached metadata has not expired and is used, with a warning.',
      );
      expect(await run('@acme/stale --depth attestation', { now: inDays(3) })).toBe(0);
      say('With `--strict`, that is an error.');
      expect(await run('@acme/stale --strict', { now: inDays(3) })).toBe(3);
      undo();
      stage.world.tuf.release({ forged: ['targets'] });
      say(
        'On the fourth day it answers again, with targets that another key signed. Invalid metadata always ends the run.',
      );
      expect(await run('@acme/stale', { now: inDays(4) })).toBe(3);
    },
    byTuf,
  ));

it('the air gap: a pack is recorded, carried and replayed', () =>
  tell('air-gap', 'An audit without a network', async ({ say, typed, run }, project) => {
    const packages = [publish('gap', '1.0.0'), publish('gap-by-hand', '1.0.0', { provenance: 'none' })];
    project.write('deno.lock', denoLock(packages));
    expect(await run('pack -o evidence.pack', { now })).toBe(0);
    say(
      'On another machine, without a network and with an empty cache, nothing can be checked without the pack.',
    );
    const away = openProject(stage);
    for (const file of ['deno.lock', 'evidence.pack'])
      copyFileSync(join(project.folder, file), join(away.folder, file));
    typed('scp deno.lock evidence.pack away:');
    const there = { cwd: away.folder, env: { JSR_VERIFY_CACHE: away.cache }, now: inDays(1) };
    stage.world.requests.length = 0;
    expect(await run('audit --offline', there)).toBe(3);
    expect(await run('audit --pack evidence.pack --depth files --verbose', there)).toBe(1);
    expect(stage.world.requests).toEqual([]);
    say('The attestation can be exported for other tools.');
    expect(await run('export @acme/gap@1.0.0 --pack evidence.pack -o gap.sigstore.json', { now })).toBe(0);
    say('jsr-verify can also check the exported file instead of the log entry.');
    expect(await run('@acme/gap@1.0.0 --bundle gap.sigstore.json --quiet', { now })).toBe(0);
  }));

it('a fork: the log shows a different history than before', () =>
  tell('log-fork', 'A log that forked', async ({ say, run }, project) => {
    publish('forked', '1.0.0');
    expect(await run('@acme/forked --quiet', { now })).toBe(0);
    stage.world.rekor = stage.world.rekor.fork(100);
    project.forgetEvidence();
    say(
      'The next day the log shows a tree of the same size with other entries. The attestation of the package is still valid in both.',
    );
    expect(await run('@acme/forked --depth attestation', { now: inDays(1) })).toBe(1);
    say('Everyone who has the key of the log can verify the file.');
    const [file = ''] = project.evidence();
    expect(await run(`trust check-fork ${file}`, { now: inDays(1) })).toBe(1);
  }));

it('recovered provenance: the registry says none, the log knows better', () =>
  tell('recovered-provenance', 'Provenance that the registry lost', async ({ say, run }) => {
    publish('outage', '1.0.0', { createdAt: new Date('2026-07-20T10:00:00Z'), rekorLogId: null });
    say(
      'Published while JSR refused every attestation. The registry names no attestation; the log has one, and it is checked in full.',
    );
    expect(await run('@acme/outage --depth attestation', { now })).toBe(0);
    say('An attestation of the same bytes by another repository does not count.');
    const alone = publish('alone', '1.0.0', {
      createdAt: new Date('2026-07-20T10:00:00Z'),
      provenance: 'none',
    });
    stage.world.attest(alone, {
      identity: { owner: 'mallory', name: 'tools', repositoryId: '666', ownerId: '66' },
    });
    expect(await run('@acme/alone --depth attestation', { now })).toBe(1);
  }));

it('there is a page for every story, and no other', () => {
  expect(readdirSync(folder).sort()).toEqual(
    ['air-gap', 'log-fork', 'policy', 'private-instance', 'recovered-provenance', 'stale-root'].map(
      (name) => `${name}.md`,
    ),
  );
});
