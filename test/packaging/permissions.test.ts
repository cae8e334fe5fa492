import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { packageLock } from '../support/lockfiles.ts';
import { builtProgram, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { type HostCommand, hostOf } from './hosts.ts';
import { root } from './run.ts';

/** The flags that docs/deno.md calls the smallest set. */
const documented = (await readFile(join(root, 'docs/deno.md'), 'utf8'))
  .match(/^deno run (.*) npm:jsr-verify@\S+ audit$/m)?.[1]
  ?.split(' ')
  .filter((flag) => flag.startsWith('--allow-')) as string[];

let stage: Stage;
let widget: Publication;
let host: HostCommand;

beforeAll(async () => {
  host = await hostOf('Deno');
  stage = await openStage((world) => {
    widget = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
  });
});
beforeEach(({ skip }) => {
  if ('missing' in host) skip(host.missing);
});
afterAll(() => stage.close());

/** Runs the built program on Deno, in a project and with these flags; hosts and cache are those of the world. */
async function run(flags: readonly string[], argv: readonly string[], folder = stage.folder()) {
  const [deno = ''] = 'command' in host ? host.command : [];
  const { urls } = stage.server;
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(folder, 'package-lock.json'),
    packageLock([widget], { registry: urls.registry, npm: urls.npm }),
  );
  const env = { ...stage.server.env({ trust: 'tuf', cache: false }), HOME: home, TMPDIR: folder };
  const hosts = Object.values(urls).map((url) => new URL(url).host);
  const here = flags.map((flag) =>
    flag
      .replaceAll('"', '')
      .replace('$HOME', home)
      .replace(/\$\{TMPDIR[^}]*\}/, folder)
      .replace(/(?<=--allow-net=).*/, hosts.join(',')),
  );
  const [, program] = builtProgram();
  return runProcess([deno, 'run', '--no-prompt', ...here, program, ...argv], { cwd: folder, env });
}

describe('on Deno', () => {
  test('the smallest set of permissions that is documented is enough at every depth', async () => {
    expect(documented).toHaveLength(5);
    for (const depth of ['attestation', 'files', 'tarball'])
      expect(await run(documented, ['audit', '--depth', depth])).toMatchObject({ code: 0, stderr: '' });
  });

  test('it is enough for a second run as well, whose answers are in the cache already', async () => {
    const folder = stage.folder();
    const flags = [...documented, `--allow-write=${folder}`];
    for (const argv of [['audit'], ['audit']])
      expect(await run(flags, argv, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(await run(flags, ['audit', '--format', 'json=home/report.json'], folder)).toMatchObject({
      code: 0,
      stderr: '✓ 1 package: 1 verified\n',
    });
  });

  test.each([0, 1, 2, 3, 4])(
    'without flag %i of them the request is refused, and the flag is named',
    async (index) => {
      const without = documented.filter((_, place) => place !== index);
      const [flag = ''] = documented[index]?.split('=') ?? [];
      const { code, stdout, stderr } = await run(without, ['audit']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(
        new RegExp(`^error: Deno [^\\n]*\\n  hint: add to deno run: ${flag}\\b[^\\n]*\\n$`),
      );
    },
  );

  test('a git revision without --allow-run is refused, and the flag is named', async () => {
    expect(await run(documented, ['diff', 'HEAD'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: Deno refused run access to "git"\n  hint: add to deno run: --allow-run\n',
    });
  });

  // A file that may not be read must not look like one that is not there.
  test.each(['--allow-read=.', '--ignore-read'])('%s is not enough to read with', async (read) => {
    const flags = documented.map((flag) => (flag === '--allow-read' ? read : flag));
    expect(await run(flags, ['audit'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/hint: add to deno run: --allow-read\n$/),
    });
  });
});
