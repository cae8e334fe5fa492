import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkIds } from '../../src/model/check.ts';
import { cycloneDxBom, denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;
let widget: Publication;
let handmade: Publication;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, more = {}) =>
      world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}`), ...more });
    widget = publish('widget');
    handmade = publish('handmade', { provenance: 'none' });
  });
});
afterAll(() => stage.close());

describe('audit of a CycloneDX document', () => {
  it('returns the document with provenance of what is verified, and of nothing else', async () => {
    const cwd = stage.folder();
    const text = cycloneDxBom([widget, handmade], stage.world.urls);
    writeFileSync(join(cwd, 'sbom.cdx.json'), text);
    const argv = ['audit', 'sbom.cdx.json', '--format', 'cyclonedx=out.json'];
    expect(await stage.run(argv, { cwd })).toMatchObject({ code: 1 });
    const { components, ...rest } = JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'));
    const { components: before, ...restBefore } = JSON.parse(text);
    expect(rest).toEqual(restBefore);
    expect(components.map((one: { 'bom-ref': string }) => one['bom-ref'])).toEqual(
      before.map((one: { 'bom-ref': string }) => one['bom-ref']),
    );
    expect(components[0].pedigree.commits[0].uid).toMatch(/^[0-9a-f]{40}$/);
    const [, , unattested] = components;
    expect(unattested).toEqual({ ...before[2], properties: unattested.properties });
    expect(unattested.properties[0]).toEqual({ name: 'jsr-verify:verdict', value: 'rejected' });
  });
});

describe('export', () => {
  it('writes a bundle that the stock verifier accepts, about the same bytes', async () => {
    const cwd = stage.folder();
    const ended = await stage.run(['export', '@acme/widget', '-o', 'widget.sigstore.json'], { cwd });
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    const bundle = bundleFromJSON(JSON.parse(readFileSync(join(cwd, 'widget.sigstore.json'), 'utf8')));
    expect(bundle.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const trust = toTrustMaterial(TrustedRoot.fromJSON(stage.world.sigstore.trustedRoot()));
    const { identity } = new Verifier(trust, { tlogThreshold: 1, ctlogThreshold: 1 }).verify(
      toSignedEntity(bundle),
    );
    expect(identity?.subjectAlternativeName).toBe(
      'https://github.com/acme/widget/.github/workflows/publish.yml@refs/heads/main',
    );
    const payload =
      bundle.content.$case === 'dsseEnvelope' ? bundle.content.dsseEnvelope.payload : Buffer.alloc(0);
    expect(JSON.parse(payload.toString()).subject).toEqual([
      { name: 'pkg:jsr/@acme/widget@1.0.0', digest: { sha256: widget.digest } },
    ]);
  });

  it('what was exported verifies with --bundle, without the log', async () => {
    const cwd = stage.folder();
    const { stdout } = await stage.run(['export', '@acme/widget']);
    writeFileSync(join(cwd, 'widget.json'), stdout);
    stage.world.requests.length = 0;
    expect(await stage.run(['@acme/widget', '--bundle', 'widget.json'], { cwd })).toMatchObject({ code: 0 });
    expect(stage.world.requestsTo('rekor').filter(({ path }) => path.includes('entries'))).toEqual([]);
  });

  it('exports nothing that does not hold', async () => {
    const cwd = stage.folder();
    const { code, stdout, stderr } = await stage.run(['export', '@acme/handmade', '-o', 'bundle.json'], {
      cwd,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('error: @acme/handmade@1.0.0 has no valid attestation');
    expect(() => readFileSync(join(cwd, 'bundle.json'))).toThrow();
  });

  it('finds a file that cannot be written before anything is asked', async () => {
    stage.world.requests.length = 0;
    expect(await stage.run(['export', '@acme/widget', '-o', 'nowhere/bundle.json'])).toMatchObject({
      code: 2,
    });
    expect(stage.world.requests).toEqual([]);
  });

  it('of an unknown package is a wrong request', async () => {
    expect(await stage.run(['export', '@acme/missing'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('pin', () => {
  it('shows what it would write, and writes nothing unless told to', async () => {
    const cwd = stage.folder();
    const { code, stdout, stderr } = await stage.run(['pin', '@acme/widget'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('no terminal: add --yes to write without asking'),
    ]);
    expect(stdout).toMatch(/^\+.*"@acme\/widget"/m);
    expect(() => readFileSync(join(cwd, 'jsr-verify.json'))).toThrow();
  });

  it('what is pinned verifies, and a new builder is rejected until it is pinned anew', async () => {
    const cwd = stage.folder();
    expect(await stage.run(['pin', '@acme/widget', '--yes'], { cwd })).toMatchObject({ code: 0 });
    expect(await stage.run(['pin', '@acme/widget', '--check'], { cwd })).toMatchObject({ code: 0 });
    const json = async () => {
      const { code, stdout } = await stage.run(['@acme/widget', '--format', 'json'], { cwd });
      return { code, pkg: JSON.parse(stdout).packages[0] };
    };
    expect(await json()).toMatchObject({ code: 0, pkg: { verdict: 'verified', expectation: 'policy' } });

    const moved = { identity: { owner: 'mallory', repositoryId: '666', ownerId: '66' } };
    stage.world.publish({
      scope: 'acme',
      name: 'widget',
      version: '1.0.1',
      files: files('2'),
      provenance: moved,
    });
    onTestFinished(() => stage.world.remove({ fullName: '@acme/widget', version: '1.0.1' } as Publication));
    expect(await json()).toMatchObject({
      code: 1,
      pkg: {
        verdict: 'rejected',
        findings: expect.arrayContaining([expect.objectContaining({ id: 'pinned-identity' })]),
      },
    });
  });

  it('pins nobody who did not sign', async () => {
    const cwd = stage.folder();
    const { code, stderr } = await stage.run(['pin', '@acme/handmade', '--yes'], { cwd });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /@acme\/handmade@1\.0\.0 was not pinned: .*\nthere is nothing to pin, so jsr-verify\.json was not written\n$/,
      ),
    ]);
    expect(() => readFileSync(join(cwd, 'jsr-verify.json'))).toThrow();
  });
});

describe('diff', () => {
  it('nothing changed is nothing wrong', async () => {
    const cwd = stage.folder();
    for (const name of ['old', 'new']) writeFileSync(join(cwd, `${name}.lock`), denoLock([widget]));
    const argv = ['diff', 'old.lock', 'new.lock', '--lockfile-type', 'deno', '--format', 'json'];
    const { code, stdout } = await stage.run(argv, { cwd });
    expect([code, JSON.parse(stdout).changes]).toEqual([0, []]);
  });

  it('a package that came without provenance is named, between files and between revisions', async () => {
    const cwd = stage.folder();
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        cwd,
        stdio: 'pipe',
      });
    git('init', '--quiet');
    writeFileSync(join(cwd, 'deno.lock'), denoLock([widget]));
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
    writeFileSync(join(cwd, 'deno.lock'), denoLock([widget, handmade]));
    const { code, stdout } = await stage.run(['diff', 'HEAD', '--format', 'json'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).changes).toMatchObject([
      { kind: 'added', purl: 'pkg:jsr/@acme/handmade', provenance: 'none' },
    ]);
    writeFileSync(join(cwd, 'old.lock'), denoLock([widget]));
    const byFile = await stage.run(['diff', 'old.lock', 'deno.lock', '--lockfile-type', 'deno'], { cwd });
    expect(byFile).toMatchObject({ code: 1, stdout: expect.stringContaining('@acme/handmade') });
  });

  it.each([['no-such-revision'], ['--', '--output=/tmp/x']])('%j is a wrong request', async (...base) => {
    const cwd = stage.folder();
    execFileSync('git', ['init', '--quiet'], { cwd });
    writeFileSync(join(cwd, 'deno.lock'), denoLock([widget]));
    const { code, stderr } = await stage.run(['diff', ...base], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: /)]);
  });
});

describe('explain', () => {
  it.each(checkIds)('%s: what passes, who could have forged it, what to do', async (id) => {
    const { code, stdout, stderr } = await stage.run(['explain', id]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(id);
    expect(stdout.split('\n').length).toBeGreaterThan(3);
  });

  it('breaks no line of a page in the middle of a word on a terminal', async () => {
    const chunks: string[] = [];
    const stdout = { isTTY: true, columns: 80, write: (text: string) => chunks.push(text) };
    await stage.run(['explain', 'unpinned'], { environment: { stdout } });
    expect(chunks.join('')).toMatch(/^# unpinned: /);
    expect(
      chunks
        .join('')
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('a package: every check with what was seen', async () => {
    const { code, stdout } = await stage.run(['explain', '@acme/widget']);
    expect(code).toBe(0);
    for (const id of checkIds) expect(stdout).toContain(id);
    expect(stdout).toContain('registry link (acme/widget)');
  });

  it('a misspelt rule gets a suggestion', async () => {
    expect(await stage.run(['explain', 'require-provenence'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: "require-provenence" is neither a package nor a check nor a rule\n  hint: did you mean require-provenance\n',
    });
  });

  it('asks nobody about a rule', async () => {
    stage.world.requests.length = 0;
    await stage.run(['explain', 'require-provenance']);
    expect(stage.world.requests).toEqual([]);
  });
});

describe('trust', () => {
  it('status tells the source and the keys, and whose they are', async () => {
    const { code, stdout } = await stage.run(['trust', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: { source: 'file' } }]);
  });

  it('update asks TUF, status afterwards does not', async () => {
    const env = {
      ...stage.server.env({ trust: 'tuf' }),
      SIGSTORE_TRUSTED_ROOT: '',
      JSR_VERIFY_CACHE: stage.folder(),
    };
    stage.world.requests.length = 0;
    expect(await stage.run(['trust', 'update', '--quiet'], { env })).toMatchObject({ code: 0 });
    expect(stage.world.requestsTo('tuf').length).toBeGreaterThan(0);
    stage.world.requests.length = 0;
    expect(await stage.run(['trust', 'status', '--quiet'], { env })).toMatchObject({ code: 0 });
    expect(stage.world.requests).toEqual([]);
  });
});
