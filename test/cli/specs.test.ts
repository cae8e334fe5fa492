import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from './program.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage((world) => {
    for (const version of ['1.0.0', '1.1.0'])
      world.publish({ scope: 'acme', name: 'widget', version, files: files(`export default '${version}';`) });
  });
});
afterAll(() => stage.close());

const purl = 'pkg:jsr/@acme/widget@1.0.0';

describe.each([
  'pkg:npm/%40jsr/acme__widget@1.0.0',
  'pkg:npm/@jsr/acme__widget@1.0.0',
  'jsr:@acme/widget@1.0.0/mod.ts',
  'npm:@jsr/acme__widget@1.0.0/sub',
  'https://jsr.io/@acme/widget@1.0.0',
  'the address of the registry that is asked',
])('%s is taken for what it names', (text) => {
  const spec = () =>
    text.startsWith('the address') ? `${stage.world.urls.registry}/@acme/widget@1.0.0` : text;

  it('by verify', async () => {
    const { code, stdout } = await stage.run([spec(), '--format', 'json']);
    expect({ code, packages: JSON.parse(stdout).packages }).toMatchObject({
      code: 0,
      packages: [{ purl, verdict: 'verified' }],
    });
  });

  it('by explain', async () => {
    const { code, stdout } = await stage.run(['explain', spec()]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('@acme/widget@1.0.0'),
    });
  });

  it('by export', async () => {
    const { code, stdout } = await stage.run(['export', spec()]);
    const statement = Buffer.from(JSON.parse(stdout).dsseEnvelope.payload, 'base64').toString();
    expect({ code, statement }).toMatchObject({ code: 0, statement: expect.stringContaining(`"${purl}"`) });
  });

  it('by pin', async () => {
    const cwd = stage.folder();
    expect(await stage.run(['pin', spec(), '--yes'], { cwd })).toMatchObject({ code: 0 });
    const { packages } = JSON.parse(readFileSync(join(cwd, 'jsr-verify.json'), 'utf8'));
    expect(Object.keys(packages)).toEqual(['@acme/widget']);
  });

  it('by pack', async () => {
    const cwd = stage.folder();
    expect(await stage.run(['pack', spec(), '-o', 'it.pack'], { cwd })).toMatchObject({ code: 0 });
    expect(await stage.run([spec(), '--pack', 'it.pack', '--depth', 'attestation'], { cwd })).toMatchObject({
      code: 0,
    });
  });
});

it('a page of the website without a version is the newest one', async () => {
  const { stdout } = await stage.run(['https://jsr.io/@acme/widget/doc', '--format', 'json']);
  expect(JSON.parse(stdout).packages).toMatchObject([{ purl: 'pkg:jsr/@acme/widget@1.1.0' }]);
});

it.each(['verify', 'explain', 'export', 'pin', 'pack'])(
  'an address elsewhere is refused by %s, with the forms that are understood',
  async (command) => {
    const argv = [
      command,
      'https://esm.sh/jsr/@acme/widget@1.0.0',
      ...(command === 'pack' ? ['-o', 'it.pack'] : []),
    ];
    expect(await stage.run(argv, { cwd: stage.folder() })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: "https:\/\/esm\.sh\S+" is not the address of a package in the registry\n {2}hint: a spec is @scope\/name, .*https:\/\/jsr\.io\/@scope\/name/,
      ),
    });
  },
);
