import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stageForJsr } from '../../scripts/build/jsr.ts';
import { runProcess } from '../support/process.ts';
import { type HostCommand, hostOf } from './hosts.ts';
import { root } from './run.ts';

let host: HostCommand;
let folder: string;
let server: Server;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  host = await hostOf('Deno');
  folder = await mkdtemp(join(tmpdir(), 'jsr-verify-jsr-'));
  env = { DENO_DIR: join(folder, 'deno'), HOME: folder, NO_COLOR: '1' };
  await stageForJsr(root, join(folder, 'package'));
  server = createServer((request, response) => {
    readFile(join(folder, 'package', new URL(request.url ?? '/', 'http://x').pathname)).then(
      (bytes) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
beforeEach(({ skip }) => {
  if ('missing' in host) skip(host.missing);
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const deno = (cwd: string, ...args: readonly string[]) =>
  runProcess(['command' in host ? host.command[0] : '', ...args], { cwd, env });

test('deno publish takes the library and the program, with types that are not slow', async () => {
  const { code, stderr } = await deno(join(folder, 'package'), 'publish', '--dry-run', '--allow-dirty');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Dry run complete') });
  // The parser of the command line could load settings that extend others, which it is never asked to.
  expect(stderr.match(/^(?:warning|error)\[.*?\]/gm)).toEqual(['warning[unanalyzable-import-meta-resolve]']);
});

test('the program runs from an address, as JSR serves it, down to the compiler', async () => {
  const { port } = server.address() as AddressInfo;
  const program = `http://127.0.0.1:${port}/bin/jsr-verify.js`;
  const acme = join(root, 'fixtures/packs/acme');
  const evidence = ['--pack', join(acme, 'evidence.pack'), '--trusted-root', join(acme, 'trusted_root.json')];
  const run = (...argv: readonly string[]) =>
    deno(folder, 'run', '--no-prompt', '--allow-all', program, ...argv);
  const verified = await run('@acme/widget', '--depth', 'tarball', ...evidence);
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('@acme/widget@1.4.0  verified'),
  });
  expect(await run('explain', 'pinned-identity')).toMatchObject({ code: 0 });
});
