import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditFolderOptions,
  audit,
  auditFolder,
  clientCaches,
  collectInstalled,
  conclude,
  defaultPolicy,
  diff,
  findLockfileSide,
  findLockfiles,
  findPolicy,
  httpSource,
  openAuditor,
  openSource,
  parseSpec,
  type Report,
  type ReportFormat,
  readLockfile,
  render,
  reportFormats,
  verify,
} from '../../src/index.ts';
import { files, openStage, type Stage } from '../cli/program.ts';
import { inProcess } from '../support/in-process.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let project: Project;
let widget: Publication;
let handmade: Publication;
/** Called when the log is asked for its head; the answer then never comes. */
let onHead: (() => void) | undefined;

beforeAll(async () => {
  stage = await openStage(
    (world) => {
      const publish = (name: string, more = {}) =>
        world.publish({ scope: 'acme', name, version: '1.0.0', files: files(), ...more });
      widget = publish('widget');
      handmade = publish('handmade', { provenance: 'none' });
    },
    {
      intercept: ({ request }) => {
        if (onHead === undefined || !request.path.endsWith('/api/v1/log')) return false;
        onHead();
        return true;
      },
    },
  );
});
afterAll(() => stage.close());
beforeEach(() => {
  onHead = undefined;
  project = openProject(stage);
  // The root of a repository, above which nothing is looked for.
  project.write('.git/HEAD', 'ref: refs/heads/main\n');
});

/** What the command is told by its environment. */
const world = (): AuditFolderOptions => {
  const { registry, api, npm, rekor } = stage.server.urls;
  return {
    addresses: { registry, api, npmRegistry: npm, rekor },
    trustOptions: { trustedRootFile: stage.server.trustedRootFile() },
    workers: inProcess,
    now: new Date(stage.world.now),
  };
};
const npmLock = (...some: readonly Publication[]) => packageLock(some, stage.server.urls);
const caches = () => clientCaches({ env: {}, cwd: project.folder, platform: 'linux', home: project.folder });

describe('auditFolder', () => {
  it.each(reportFormats)('says in %s what the command says in the folder', async (format) => {
    project.write('package-lock.json', npmLock(widget, handmade));
    project.write('deno.json', '{ "lock": false }');
    project.write('below/deno.lock', denoLock([widget]));
    project.write('jsr-verify.json', '{ "rules": { "require-provenance": "warning" } }');
    const now = new Date(stage.world.now);
    const command = ['audit', '--no-cache', '--format', format];
    const { stdout } = await project.run(command, { now });
    const report = await auditFolder(project.folder, { ...world(), now });
    const { registry, rekor } = stage.server.urls;
    const run = { project: basename(project.folder), command };
    const text = await render(report, format, { addresses: { registry, rekor }, run });
    // How often hosts were asked depends on which questions met; the log signs its checkpoint anew for each answer.
    const steady = (said: string) =>
      said
        .replaceAll(/"checkpoint":\s*"[^"]*"/g, '"checkpoint": "#"')
        .replaceAll(/"requests":\s*\{[^}]*\}/g, '"requests": {}')
        .replaceAll(/\b\d+ requests?\b/g, '# requests')
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#');
    // Packages go out as they finish.
    const lines = (said: string) => (format === 'ndjson' ? said.split('\n').sort() : said);
    expect(lines(steady(text))).toEqual(lines(steady(stdout)));
  });

  it('finds what is installed and named by no lockfile, at depth installed', async () => {
    project.write('package-lock.json', npmLock());
    const stray = { name: '@jsr/acme__stray', version: '1.0.0' };
    project.write('node_modules/@jsr/acme__stray/package.json', JSON.stringify(stray));
    const report = await auditFolder(project.folder, { ...world(), depth: 'installed', caches: caches() });
    expect(report.findings).toMatchObject([{ id: 'installed', severity: 'error' }]);
    expect(conclude(report, { allowEmpty: true })).toBe('rejected');
    const off = {
      ...(await findPolicy({ folder: project.folder })),
      rules: { 'unlocked-copy': 'off' } as const,
    };
    const again = await auditFolder(project.folder, { ...world(), depth: 'installed', policy: off });
    expect(again.findings).toEqual([]);
  });

  it('decides nothing about what Deno loads from a cache that was not named, at depth installed', async () => {
    project.write('deno.lock', denoLock([widget]));
    const of = async (more: AuditFolderOptions) => {
      const { packages } = await auditFolder(project.folder, { ...world(), depth: 'installed', ...more });
      return packages;
    };
    expect(await of({})).toMatchObject([
      {
        verdict: { kind: 'inconclusive' },
        checks: { installed: { details: [expect.stringContaining('DENO_DIR')] } },
      },
    ]);
    expect(await of({ caches: caches() })).toMatchObject([
      { verdict: { kind: 'verified' }, checks: { installed: { status: 'skipped' } } },
    ]);
  });

  it('rejects a folder without a lockfile, unless that is in order', async () => {
    await expect(auditFolder(project.folder, world())).rejects.toMatchObject({
      name: 'JsrVerifyError',
      code: 'LOCKFILE_MISSING',
    });
    const report = await auditFolder(project.folder, { ...world(), allowMissing: true });
    expect([report.packages, conclude(report)]).toEqual([[], 'empty']);
  });

  it('of a broken policy file rejects, and does not go on without it', async () => {
    project.write('deno.lock', denoLock([widget]));
    project.write('jsr-verify.json', '{ "rulez": {} }');
    await expect(auditFolder(project.folder, world())).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('that is aborted has verified nothing', async () => {
    project.write('deno.lock', denoLock([widget]));
    const report = await auditFolder(project.folder, { ...world(), signal: AbortSignal.abort() });
    expect([report.packages, conclude(report)]).toEqual([[], 'interrupted']);
  });

  it('that is strict does not step down to an older trusted root, as the command does not', async () => {
    project.write('deno.lock', denoLock([widget]));
    const offline = { ...world(), trustOptions: {}, offline: true };
    const lax = await auditFolder(project.folder, { ...offline, trustOptions: {} });
    expect(lax.trust).toMatchObject({ source: 'embedded', warnings: [expect.any(String)] });
    const policy = { ...defaultPolicy, strict: true };
    await expect(auditFolder(project.folder, { ...offline, policy })).rejects.toMatchObject({
      code: 'TRUST_UNAVAILABLE',
    });
    const chosen = await auditFolder(project.folder, { ...offline, policy, trustOptions: { strict: false } });
    expect(chosen.trust.source).toBe('embedded');
  });
});

describe('an audit that is aborted while only the log is still asked', () => {
  it.each(['audit', 'verify', 'diff'] as const)('of %s was interrupted', async (how) => {
    const abort = new AbortController();
    const auditor = await openAuditor({ ...world(), signal: abort.signal });
    onHead = () => abort.abort();
    const { registry, npm } = stage.server.urls;
    const addresses = { registry, npmRegistry: npm };
    const lockfile = readLockfile('deno.lock', denoLock([widget]), addresses);
    const report =
      how === 'audit'
        ? await audit([lockfile], auditor)
        : how === 'verify'
          ? await verify([parseSpec('@acme/widget')], auditor)
          : await diff([], [lockfile], auditor);
    expect(report.packages).toMatchObject([{ verdict: { kind: 'verified' } }]);
    expect(conclude(report)).toBe('interrupted');
    await auditor.close();
  });
});

describe('the publisher of a package', () => {
  const publishers = async (of: Publication, policy = defaultPolicy) => {
    project.write('deno.lock', denoLock([of]));
    const { packages } = await auditFolder(project.folder, { ...world(), policy });
    return packages.map(({ verdict, publisher }) => ({ verdict: verdict.kind, publisher }));
  };

  it('is what the certificate proves, flat', async () => {
    const [found] = await publishers(widget);
    expect(found).toStrictEqual({
      verdict: 'verified',
      publisher: {
        issuer: 'https://token.actions.githubusercontent.com',
        repository: 'acme/widget',
        repositoryId: expect.stringMatching(/^\d+$/),
        owner: 'acme',
        ownerId: expect.stringMatching(/^\d+$/),
        workflow: '.github/workflows/publish.yml',
        ref: 'refs/heads/main',
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        event: 'push',
        runner: 'github-hosted',
        visibility: 'public',
        signer: 'acme/widget/.github/workflows/publish.yml@refs/heads/main',
        runUrl: expect.stringMatching(/^https:\/\/github\.com\/acme\/widget\/actions\/runs\//),
      },
    });
  });

  it('is undefined where nothing is proven, and known where another one built it than expected', async () => {
    expect(await publishers(handmade)).toEqual([{ verdict: 'rejected', publisher: undefined }]);
    const packages = [{ pattern: '*', expect: [{ owner: 'somebody' }] }];
    expect(await publishers(widget, { ...defaultPolicy, packages })).toMatchObject([
      { verdict: 'rejected', publisher: { repository: 'acme/widget' } },
    ]);
  });

  it('is undefined where the log does not have what was signed', async () => {
    const undo = stage.world.edit({ role: 'rekor' }, (answer) => ({ ...answer, status: 503 }));
    expect(await publishers(widget)).toEqual([{ verdict: 'inconclusive', publisher: undefined }]);
    undo();
  });
});

describe('the parts of the library', () => {
  it('make together what auditFolder makes', async () => {
    project.write('package-lock.json', npmLock(widget));
    const folder = project.folder;
    const { addresses } = world();
    const auditor = await openAuditor({ ...world(), policy: await findPolicy({ folder }) });
    const lockfiles = await findLockfiles('.', { folder, addresses });
    const installed = await collectInstalled(lockfiles, { folder, addresses, caches: caches() });
    expect(await audit(lockfiles, { ...auditor, installed })).toMatchObject({
      packages: [{ verdict: { kind: 'verified' } }],
    });
    await auditor[Symbol.asyncDispose]();
  });

  it('compare two folders, with what in them is not read', async () => {
    project.write('old/deno.lock', denoLock([widget]));
    project.write('new/deno.lock', denoLock([widget, handmade]));
    project.write('new/below/deno.lock', denoLock([handmade]));
    const options = { folder: project.folder, addresses: world().addresses };
    const sides = [await findLockfileSide('old', options), await findLockfileSide('new', options)] as const;
    const auditor = await openAuditor(world());
    const { changes, findings } = await diff(...sides, auditor);
    await auditor.close();
    expect(changes).toMatchObject([{ kind: 'added', purl: 'pkg:jsr/@acme/handmade' }]);
    expect(findings).toMatchObject([
      { id: 'lockfile', severity: 'error', at: { file: 'new/below/deno.lock' } },
    ]);
  });

  it('compare nothing where neither side has a lockfile', async () => {
    const options = { folder: project.folder, allowMissing: true };
    const side = await findLockfileSide('.', options);
    const auditor = await openAuditor(world());
    await expect(diff(side, side, auditor)).rejects.toMatchObject({ code: 'LOCKFILE_MISSING' });
    await auditor.close();
  });

  it('refuse a path that leads to nothing, and a format that does not exist', async () => {
    await expect(findLockfiles('nowhere', { folder: project.folder })).rejects.toMatchObject({
      code: 'OPTIONS_INVALID',
    });
    project.write('deno.lock', denoLock([widget]));
    const report = await auditFolder(project.folder, world());
    for (const format of ['pdf', 'constructor'] as unknown as readonly ReportFormat[])
      await expect(render(report, format)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('conclude nothing good of what is not a report of the library', async () => {
    project.write('deno.lock', denoLock([handmade]));
    const report = await auditFolder(project.folder, world());
    const read = JSON.parse(await render(report, 'json')) as Report;
    expect([conclude(report), conclude(read)]).toEqual(['rejected', 'invalid']);
  });

  it('look at what is installed only where it was found, and never say that it is not there', async () => {
    project.write('package-lock.json', npmLock(widget));
    const { addresses } = world();
    const lockfiles = await findLockfiles('.', { folder: project.folder, addresses });
    for (const deep of [{ depth: 'installed' }, { leastDepth: 'installed' }] as const) {
      const auditor = await openAuditor({ ...world(), ...deep });
      await expect(audit(lockfiles, auditor)).rejects.toMatchObject({ code: 'OPTIONS_INVALID' });
      await auditor.close();
      const { packages } = await auditFolder(project.folder, { ...world(), ...deep });
      expect(packages).toMatchObject([
        { checks: { installed: { why: expect.stringMatching(/^it is not installed/) } } },
      ]);
    }
  });

  it('render and conclude as strictly as the policy judged', async () => {
    project.write('deno.lock', denoLock([widget]));
    project.write('below/deno.lock', denoLock([widget]));
    const policy = await findPolicy({ folder: project.folder });
    const lax = await auditFolder(project.folder, { ...world(), policy });
    const strict = await auditFolder(project.folder, { ...world(), policy: { ...policy, strict: true } });
    expect([conclude(lax), conclude(strict), conclude(lax, { strict: true })]).toEqual([
      'passed',
      'rejected',
      'rejected',
    ]);
    expect(await render(lax, 'html')).toContain('The package is verified</h1>');
    expect(await render(strict, 'html')).toContain('This run has problems</h1>');
  });
});

describe('a source', () => {
  const question = () => ({
    method: 'GET' as const,
    url: `${stage.server.urls.registry}/@acme/widget/meta.json`,
    maxBytes: 1_000_000,
    lifetime: 'never' as const,
    expect: 'json' as const,
  });

  it.each([
    ['opened by the options', () => openSource()],
    ['over HTTP alone', async () => httpSource({ userAgent: 'test' })],
  ])('%s answers until it is disposed of', async (_, open) => {
    const source = await open();
    expect(await source.ask(question())).toMatchObject({ state: 'present' });
    await source[Symbol.asyncDispose]();
    expect(await source.ask(question())).toMatchObject({ state: 'unavailable' });
    await source.close();
  });

  it('is closed when its signal is aborted, before or after it was opened', async () => {
    const abort = new AbortController();
    const source = await openSource({ signal: abort.signal });
    abort.abort();
    expect(await source.ask(question())).toMatchObject({ state: 'unavailable' });
    const late = await openSource({ signal: abort.signal });
    expect(await late.ask(question())).toMatchObject({ state: 'unavailable' });
  });

  it('that is offline opens no socket, and one of a pack that is none is refused', async () => {
    const source = await openSource({ offline: true, cacheDir: join(project.folder, 'cache') });
    expect(await source.ask(question())).toMatchObject({
      state: 'unavailable',
      why: expect.stringMatching(/^offline, and not in the cache/),
    });
    expect(source.requests.size).toBe(0);
    project.write('a.pack', 'no pack');
    const packFile = join(project.folder, 'a.pack');
    await expect(openSource({ packFile })).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });
});
