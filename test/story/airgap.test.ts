import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { withBody } from '../support/http.ts';
import { sha256Hex } from '../support/keys.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import { builtProgram, type Exited, runProcess } from '../support/process.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { openProject, type Project, type ReportJson } from './project.ts';

let stage: Stage;
const packages: Publication[] = [];
let widget: Publication;
const spec = '@acme/widget@1.0.0';

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, more: Partial<PublishOptions> = {}): Publication => {
      const made = world.publish({
        scope: 'acme',
        name,
        version: '1.0.0',
        files: files(`export default '${name}';\n`),
        ...more,
      });
      packages.push(made);
      return made;
    };
    widget = publish('widget');
    publish('second');
    publish('recovered', { rekorLogId: null });
    publish('handmade', { provenance: 'none' });
    publish('stray', { provenance: { identity: { owner: 'mallory', repositoryId: '666', ownerId: '66' } } });
    publish('tampered');
    world.edit({ role: 'registry', path: '/@acme/tampered/1.0.0/mod.ts' }, (answer) =>
      withBody(answer, 'export default 666;\n'),
    );
  });
});
afterAll(() => stage.close());

/** A machine that knows nothing but the trusted root, and cannot reach anybody. */
function isolated(trustedRoot = stage.server.trustedRootFile()): Project {
  const nowhere = 'http://127.0.0.1:9';
  const { JSR_URL, JSR_API_URL, JSR_NPM_URL, REKOR_URL, JSR_VERIFY_CACHE } = stage.env();
  return openProject(stage, {
    ...{ JSR_URL, JSR_API_URL, JSR_NPM_URL, REKOR_URL, JSR_VERIFY_CACHE },
    ...{ SIGSTORE_TRUSTED_ROOT: trustedRoot, http_proxy: nowhere, https_proxy: nowhere },
  } as Record<string, string>);
}

/** A report without what is not the same on two machines: when, whose trusted root, and how many requests. */
function steady(json: ReportJson): string {
  return JSON.stringify({ ...json, checkedAt: null, trust: null, requests: null }, null, 2);
}

/** Carries a file from one project to another. */
const carry = (from: Project, to: Project, file: string): void =>
  writeFileSync(join(to.folder, file), readFileSync(join(from.folder, file)));

describe('the built program with --offline', () => {
  const preload = ['--import', pathToFileURL(join(import.meta.dirname, 'no-sockets.mjs')).href];
  const start = (
    project: Project,
    env: Readonly<Record<string, string>>,
    argv: readonly string[],
  ): Promise<Exited> => {
    const [node, program] = builtProgram();
    return runProcess([node, ...preload, program, ...argv], { cwd: project.folder, env });
  };

  it('opens no socket and asks for no name, with a cold cache, a warm one and a pack; without --offline it would', async () => {
    const env = stage.env();
    const project = openProject(stage, env);
    project.write('deno.lock', denoLock([widget]));
    const cold = await start(project, env, ['audit', '--offline']);
    expect(cold).toMatchObject({ code: 3, stdout: expect.stringContaining('? 1 package: 1 inconclusive') });
    expect(cold.stdout).toContain('offline');
    expect(await start(project, env, ['audit'])).toMatchObject({
      code: 99,
      stderr: expect.stringContaining('a socket was opened'),
    });
    await project.run(['audit', '--depth', 'files']);
    expect(await start(project, env, ['audit', '--depth', 'files', '--offline'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    await project.run(['pack', spec, '-o', 'evidence.pack']);
    expect(
      await start(project, { ...env, JSR_VERIFY_CACHE: stage.folder() }, [spec, '--pack', 'evidence.pack']),
    ).toMatchObject({ code: 0, stderr: '' });
    expect(await start(project, env, ['trust', 'status', '--offline'])).toMatchObject({ code: 0 });
  });

  it('opens none to the public instance either: what is built in is named', async () => {
    const project = openProject(stage);
    expect(
      await start(project, { JSR_VERIFY_CACHE: project.cache }, ['@std/path', '--offline']),
    ).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/using\s+the\s+trusted\s+root\s+built\s+into\s+this\s+program/),
    });
  });
});

describe('offline', () => {
  it('a warm cache is enough for the same verdict, and for the same report', async () => {
    const project = openProject(stage);
    project.write('deno.lock', denoLock([widget, ...packages.slice(1, 2)]));
    const online = await project.report(['audit', '--depth', 'files']);
    stage.world.requests.length = 0;
    const offline = await project.report(['audit', '--depth', 'files', '--offline']);
    expect([offline.code, offline.verdicts]).toEqual([online.code, online.verdicts]);
    expect(stage.world.requests).toEqual([]);
    expect(offline.json.requests).toEqual({});
  });

  it('what the cache lacks is unavailable, never absent: inconclusive', async () => {
    const project = openProject(stage);
    project.write('deno.lock', denoLock(packages.slice(0, 4)));
    await project.report([spec]);
    const { code, verdicts, about } = await project.report(['audit', '--offline']);
    expect([code, verdicts]).toEqual([
      3,
      {
        [spec]: 'verified',
        '@acme/second@1.0.0': 'inconclusive',
        '@acme/recovered@1.0.0': 'inconclusive',
        '@acme/handmade@1.0.0': 'inconclusive',
      },
    ]);
    expect(about('@acme/second@1.0.0').gaps?.map(({ why }) => why)).toContainEqual(
      expect.stringContaining('offline'),
    );
  });

  it('"there is none" is not remembered from yesterday: it may have changed', async () => {
    const project = openProject(stage);
    expect((await project.report(['@acme/handmade@1.0.0'])).code).toBe(1);
    expect((await project.report(['@acme/handmade@1.0.0', '--offline'])).code).toBe(3);
  });
});

describe('a pack', () => {
  it.each(['attestation', 'files', 'tarball'] as const)(
    'at depth %s replays every verdict, byte for byte',
    async (depth) => {
      const home = openProject(stage);
      const { registry, npm } = stage.server.urls;
      home.write('deno.lock', denoLock(packages));
      home.write('package-lock.json', packageLock(packages.slice(0, 2), { registry, npm }));
      home.write(
        'jsr-verify.json',
        '{ "exemptions": [{ "package": "@acme/handmade", "rule": "require-provenance", "reason": "old", "until": "2099-01-01" }] }',
      );
      const record = ['pack', '--depth', depth, '-o', 'evidence.pack', '--format', 'json=recorded.json'];
      const packed = await home.run(record);
      expect(packed).toEqual({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^recorded 6 packages in evidence\.pack \(\d+ KiB\)\n$/),
      });
      const recorded = JSON.parse(home.read('recorded.json'));
      const online = await home.report(['audit', '--depth', depth]);
      const away = isolated();
      for (const file of ['deno.lock', 'package-lock.json', 'jsr-verify.json', 'evidence.pack'])
        carry(home, away, file);
      stage.world.requests.length = 0;
      const replayed = await away.report(['audit', '--depth', depth, '--pack', 'evidence.pack']);
      expect(stage.world.requests).toEqual([]);
      expect(new Set(Object.values(online.verdicts))).toEqual(new Set(['verified', 'exempt', 'rejected']));
      expect(replayed.code).toBe(online.code);
      expect(replayed.verdicts).toEqual(online.verdicts);
      expect(steady(replayed.json)).toBe(steady(recorded));
      expect(replayed.json.trust.source).toBe('file');
    },
  );

  it('holds up to what it was recorded for: deeper, and other packages, are inconclusive', async () => {
    const home = openProject(stage);
    await home.run(['pack', spec, '--depth', 'attestation', '-o', 'evidence.pack']);
    const away = isolated();
    carry(home, away, 'evidence.pack');
    expect(await away.report([spec, '--depth', 'attestation', '--pack', 'evidence.pack'])).toMatchObject({
      code: 0,
    });
    expect(await away.report([spec, '--pack', 'evidence.pack'])).toMatchObject({
      code: 3,
      verdicts: { [spec]: 'inconclusive' },
    });
    const other = await away.report(['@acme/second@1.0.0', '--pack', 'evidence.pack']);
    expect([other.code, other.about('@acme/second@1.0.0').gaps?.[0]?.why]).toEqual([
      3,
      expect.stringContaining('not in the pack'),
    ]);
  });

  it('does not depend on what the recording machine had cached or remembered of the log', async () => {
    const home = openProject(stage);
    await home.report([spec]);
    stage.world.rekor.grow(7);
    await home.report(['@acme/second@1.0.0']);
    stage.world.rekor.grow(7);
    expect(await home.run(['pack', spec, '-o', 'evidence.pack'])).toMatchObject({ code: 0 });
    const away = isolated();
    carry(home, away, 'evidence.pack');
    const { code, json } = await away.report([spec, '--pack', 'evidence.pack']);
    expect([code, json.log]).toEqual([0, expect.objectContaining({ kind: 'first-seen' })]);
    expect(json.log.logs?.map(({ size }) => size)).toContain(String(stage.world.rekor.activeSize));
    // An older pack on a machine that has seen newer heads makes no fork of them.
    const older = openProject(stage);
    stage.world.rekor.grow(7);
    await older.report([spec]);
    older.forgetEvidence();
    carry(home, older, 'evidence.pack');
    expect(await older.report([spec, '--pack', 'evidence.pack'])).toMatchObject({
      code: 0,
      json: { log: { kind: 'not-checked' } },
    });
  });

  it('shows what was trusted when it was recorded, and supplies no trust', async () => {
    const home = openProject(stage);
    await home.run(['pack', spec, '-o', 'evidence.pack']);
    const told = isolated();
    carry(home, told, 'evidence.pack');
    expect((await told.run([spec, '--pack', 'evidence.pack', '--verbose'])).stderr).toMatch(
      /^the pack was recorded by jsr-verify\/\S+ under the trusted root in use here\n/,
    );
    // Another Sigstore's root: the very same evidence proves nothing.
    writeFileSync(join(told.folder, 'root.json'), mintSigstore().trustedRootBytes());
    const stranger = isolated(join(told.folder, 'root.json'));
    carry(home, stranger, 'evidence.pack');
    const { code, verdicts } = await stranger.report([spec, '--pack', 'evidence.pack']);
    expect([code, verdicts]).toEqual([1, { [spec]: 'rejected' }]);
    expect((await stranger.run([spec, '--pack', 'evidence.pack', '--verbose'])).stderr).toContain(
      'under a different trusted root than the one in use here',
    );
    // And no root at all is not made up for by the pack.
    const none = openProject(stage, {
      ...stage.server.env({ trust: 'tuf', cache: false }),
      JSR_VERIFY_CACHE: stage.folder(),
    });
    carry(home, none, 'evidence.pack');
    expect(await none.run([spec, '--pack', 'evidence.pack'])).toMatchObject({ code: 3, stdout: '' });
  });

  it('of two that share a package makes one, though the log answered anew in between', async () => {
    const home = openProject(stage);
    await home.run(['pack', spec, '@acme/second@1.0.0', '-o', 'a.pack']);
    // The log grows, and another proof and checkpoint come with the same entry.
    stage.world.publish({ scope: 'acme', name: 'later', version: '1.0.0', files: files('export {};\n') });
    home.forget();
    await home.run(['pack', spec, '-o', 'b.pack']);
    for (const order of [
      ['a.pack', 'b.pack'],
      ['b.pack', 'a.pack'],
    ]) {
      const merging = await home.run([
        'pack',
        '--merge',
        ...order.flatMap((file) => [file]),
        '-o',
        'both.pack',
      ]);
      expect(merging).toMatchObject({ code: 0, stderr: 'merged 2 packs into both.pack\n' });
      const away = isolated();
      carry(home, away, 'both.pack');
      const { verdicts } = await away.report([spec, '@acme/second@1.0.0', '--pack', 'both.pack']);
      expect(verdicts).toEqual({ [spec]: 'verified', '@acme/second@1.0.0': 'verified' });
    }
  });

  it('of two makes one that replays both, in either order', async () => {
    const home = openProject(stage);
    await home.run(['pack', spec, '-o', 'a.pack']);
    await home.run(['pack', '@acme/second@1.0.0', '@acme/handmade@1.0.0', '-o', 'b.pack']);
    for (const order of [
      ['a.pack', 'b.pack'],
      ['b.pack', 'a.pack'],
    ]) {
      expect(
        await home.run(['pack', '--merge', ...order.flatMap((file) => [file]), '-o', 'both.pack']),
      ).toMatchObject({ code: 0, stderr: 'merged 2 packs into both.pack\n' });
      const away = isolated();
      carry(home, away, 'both.pack');
      expect(
        (await away.report([spec, '@acme/second@1.0.0', '@acme/handmade@1.0.0', '--pack', 'both.pack']))
          .verdicts,
      ).toEqual({
        [spec]: 'verified',
        '@acme/second@1.0.0': 'verified',
        '@acme/handmade@1.0.0': 'rejected',
      });
    }
    expect(await home.run(['pack', '--merge', 'a.pack', '-o', 'c.pack'])).toMatchObject({ code: 2 });
    home.write('not.pack', 'nothing');
    expect(await home.run(['pack', '--merge', 'a.pack', 'not.pack', '-o', 'c.pack'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  it('that was damaged anywhere is refused, or says the same: never anything better', async () => {
    const home = openProject(stage);
    await home.run(['pack', '@acme/handmade@1.0.0', '-o', 'evidence.pack']);
    const away = isolated();
    const bytes = readFileSync(join(home.folder, 'evidence.pack'));
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      writeFileSync(join(away.folder, 'damaged.pack'), damaged);
      const { code, stdout } = await away.run([
        '@acme/handmade@1.0.0',
        '--pack',
        'damaged.pack',
        '--format',
        'json',
      ]);
      expect([at, code, stdout.includes('"verified": 1')]).toEqual([
        at,
        expect.toSatisfy((seen) => seen === 1 || seen === 2),
        false,
      ]);
    }
    writeFileSync(join(away.folder, 'short.pack'), bytes.subarray(0, bytes.length - 20));
    expect(await away.run(['@acme/handmade@1.0.0', '--pack', 'short.pack'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*\n {2}hint: /),
    });
  });

  it('whose contents were changed is refused, and with its digests mended it is evidence against itself', async () => {
    const home = openProject(stage);
    await home.run(['pack', spec, '-o', 'evidence.pack']);
    const lines = gunzipSync(readFileSync(join(home.folder, 'evidence.pack')))
      .toString('utf8')
      .split('\n');
    const target = "export default 'widget';\\n";
    const at = lines.findIndex((line) => line.includes(target));
    const evil = lines.map((line, index) => (index === at ? line.replace("'widget'", "'mallet'") : line));
    const away = isolated();
    const put = (text: readonly string[]) =>
      writeFileSync(join(away.folder, 'evil.pack'), gzipSync(text.join('\n')));
    put(evil);
    expect(await away.run([spec, '--pack', 'evil.pack'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: /),
    });
    const [old, now] = [lines[at], evil[at]].map((line) => sha256Hex(JSON.parse(line ?? '{}').text));
    const count = JSON.parse(lines[0] ?? '{}').contents.length;
    // Not in the contents: the version manifest goes on saying what it was attested with.
    const mended = evil.map((line, index) =>
      index >= 1 && index <= count ? line : line.replaceAll(old ?? '', now ?? ''),
    );
    // Contents are sorted by digest; put them where they belong now.
    const head = JSON.parse(mended[0] ?? '{}');
    const bodies = mended.slice(1, 1 + head.contents.length);
    const sorted = head.contents
      .map((entry: readonly [string, number], index: number) => [entry, bodies[index]] as const)
      .toSorted(([a]: readonly [readonly [string, number]], [b]: readonly [readonly [string, number]]) =>
        a[0] < b[0] ? -1 : 1,
      );
    put([
      JSON.stringify({ ...head, contents: sorted.map(([entry]: readonly [unknown]) => entry) }),
      ...sorted.map(([, body]: readonly [unknown, string]) => body),
      ...mended.slice(1 + head.contents.length),
    ]);
    const { code, grave } = await away.report([spec, '--pack', 'evil.pack']);
    expect([code, grave]).toEqual([1, { [spec]: ['files'] }]);
  });

  it('is not what any file is', async () => {
    const away = isolated();
    away.write('text.pack', 'hello');
    away.write('bomb.pack', '');
    writeFileSync(join(away.folder, 'bomb.pack'), gzipSync(Buffer.alloc(20_000_000)));
    for (const file of ['text.pack', 'bomb.pack', 'nowhere.pack'])
      expect([file, await away.run([spec, '--pack', file])]).toEqual([
        file,
        { code: 2, stdout: '', stderr: expect.stringMatching(/^error: (?!this is a bug)/) },
      ]);
    mkdirSync(join(away.folder, 'folder.pack'));
    expect(await away.run([spec, '--pack', 'folder.pack'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('of what could not be fetched says so, and is not silently less', async () => {
    const home = openProject(stage);
    const undo = stage.world.edit({ role: 'rekor', path: '/api/v1/log/entries' }, (answer) => ({
      ...answer,
      status: 503,
    }));
    const { code, stderr } = await home.run(['pack', spec, '-o', 'evidence.pack']);
    undo();
    expect([code, stderr]).toEqual([3, expect.stringContaining('warning: pkg:jsr/@acme/widget@1.0.0: ')]);
    const away = isolated();
    carry(home, away, 'evidence.pack');
    expect((await away.report([spec, '--pack', 'evidence.pack'])).code).toBe(3);
  });
});
