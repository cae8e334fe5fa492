import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, run, type Stage } from '../cli/program.ts';
import { denoLock } from '../support/lockfiles.ts';
import { builtProgram, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { openProject } from './project.ts';

let stage: Stage;
const packages: Publication[] = [];
const spec = '@acme/part-0@1.0.0';

beforeAll(async () => {
  stage = await openStage((world) => {
    for (let index = 0; index < 5; index++)
      packages.push(
        world.publish({
          scope: 'acme',
          name: `part-${index}`,
          version: '1.0.0',
          files: files(`export default ${index};\n`),
        }),
      );
  });
});
afterAll(() => stage.close());

/** Every file below a folder. */
const below = (folder: string): readonly string[] =>
  existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[])
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
    : [];

describe('the cache', () => {
  it.each<readonly [string, (bytes: Buffer) => Buffer]>([
    [
      'a flipped bit',
      (bytes) => {
        bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
        return bytes;
      },
    ],
    ['half of it gone', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['nothing left', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('<html>hello</html>')],
  ])('with %s in every content is fetched anew: neither believed nor fatal', async (_, damage) => {
    const project = openProject(stage);
    project.write('deno.lock', denoLock(packages));
    await project.report(['audit', '--depth', 'files']);
    const contents = below(join(project.cache, 'evidence')).filter((path) => path.includes('content-v2'));
    expect(contents.length).toBeGreaterThan(10);
    for (const path of contents) writeFileSync(path, damage(readFileSync(path)));
    expect(await project.run(['audit', '--depth', 'files', '--offline'])).toMatchObject({ code: 3 });
    for (const path of contents)
      if (existsSync(path)) writeFileSync(path, damage(Buffer.from(readFileSync(path))));
    const mended = await project.report(['audit', '--depth', 'files']);
    expect([mended.code, mended.json.summary['verified']]).toEqual([0, 5]);
    expect(await project.report(['audit', '--depth', 'files', '--offline'])).toMatchObject({ code: 0 });
  });

  it('with damaged index files is mended likewise', async () => {
    const project = openProject(stage);
    await project.report([spec]);
    for (const path of below(join(project.cache, 'evidence')).filter((path) => path.includes('index-v5')))
      writeFileSync(path, 'x');
    expect(await project.report([spec])).toMatchObject({ code: 0, stderr: '' });
    expect(await project.report([spec, '--offline'])).toMatchObject({ code: 0 });
  });

  it('whose memory of the log is damaged does not pass for an empty one', async () => {
    const project = openProject(stage);
    await project.report([spec]);
    for (const path of below(join(project.cache, 'logs'))) writeFileSync(path, 'x');
    const { code, json } = await project.report([spec]);
    expect([code, json.log]).toEqual([
      0,
      expect.objectContaining({ kind: 'not-checked', why: expect.stringContaining('cannot be used') }),
    ]);
  });

  it('that cannot be made is a warning, once, and the run goes on', async () => {
    const project = openProject(stage);
    project.write('file', '');
    project.write('deno.lock', denoLock(packages));
    const { code, stderr } = await project.report(['audit'], {
      env: { JSR_VERIFY_CACHE: join(project.folder, 'file', 'cache') },
    });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: the cache in .* cannot be used: .*\n$/),
    ]);
  });

  // Nothing is read-only for the superuser, and no folder for a user of Windows.
  it.skipIf((process.getuid?.() ?? 0) === 0)('that is read-only is read, and left alone', async () => {
    const project = openProject(stage);
    await project.report([spec]);
    const paths = [
      project.cache,
      ...readdirSync(project.cache, { recursive: true }).map((name) => join(project.cache, String(name))),
    ];
    for (const path of paths) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
    try {
      expect(await project.report([spec, '--offline'])).toMatchObject({ code: 0 });
      expect(await project.report([spec, '@acme/part-1@1.0.0'])).toMatchObject({ code: 0 });
    } finally {
      for (const path of paths) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
    }
  });

  it('keeps trust, logs and evidence apart, and trust out of evidence', async () => {
    const project = openProject(stage, {
      ...stage.env(),
      SIGSTORE_TRUSTED_ROOT: '',
      ...stage.server.env({ trust: 'tuf', cache: false }),
    });
    await project.report([spec]);
    expect(readdirSync(project.cache).sort()).toEqual(['evidence', 'logs', 'tuf']);
    project.forgetEvidence();
    expect(await project.report([spec, '--offline'])).toMatchObject({
      code: 3,
      json: { trust: { source: 'tuf' } },
    });
  });

  it('is not touched with --no-cache, and nothing is left anywhere else', async () => {
    const folder = stage.folder();
    const { JSR_VERIFY_CACHE: _, ...env } = stage.env();
    const everywhere = {
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'xdg'),
      TMPDIR: folder,
      TEMP: folder,
      TMP: folder,
      LOCALAPPDATA: folder,
    };
    const cwd = stage.folder();
    const { code } = await runProcess(
      [...builtProgram(), spec, '--no-cache', '--cache-dir', join(folder, 'cache')],
      { cwd, env: { ...env, ...everywhere } },
    );
    expect([code, readdirSync(folder), readdirSync(cwd)]).toEqual([0, [], []]);
    const again = await run([spec, '--no-cache', '--offline'], { cwd, env: { ...env } });
    expect(again.code).toBe(3);
  });

  it('is shared by processes that start at once: each has its verdict, and what they leave is sound', async () => {
    const env = { ...stage.env(), ...stage.server.env({ trust: 'tuf', cache: false }) };
    const project = openProject(stage, env);
    project.write('deno.lock', denoLock(packages));
    const ended = await Promise.all(
      [1, 2, 3].map(() =>
        runProcess([...builtProgram(), 'audit', '--depth', 'files'], { cwd: project.folder, env }),
      ),
    );
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    stage.world.requests.length = 0;
    expect(await project.report(['audit', '--depth', 'files', '--offline'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(stage.world.requests).toEqual([]);
  });
});
