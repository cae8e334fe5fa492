import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TufWorld } from './tuf-world.ts';

// A bundler gives CommonJS packages a different face than Node does, and the TUF client tells its errors apart by class.
let folder: string;
let world: TufWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsr-bundle-'));
  world = await TufWorld.open();
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/sigstore/trust.ts', import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

test('bundled, the TUF client follows a rotated root, uses its cache, and refuses a forgery', async () => {
  world.repository.rotateRoot({ roles: ['root', 'timestamp'] });
  expect(await load()).toBe('tuf 2');
  expect(await load({ offline: true })).toBe('tuf 2');
  world.repository.release({ forged: ['timestamp'] });
  expect(await load({ forceRefresh: true })).toBe('TRUST_INVALID');
}, 30_000);

async function load(
  changes: { readonly offline?: boolean; readonly forceRefresh?: boolean } = {},
): Promise<string> {
  const script = `
    const { loadTrust } = await import(${JSON.stringify(pathToFileURL(join(folder, 'trust.mjs')).href)});
    const options = ${JSON.stringify(world.options(changes))};
    const said = await loadTrust({ ...options, now: new Date() }).then(
      ({ status }) => status.source + ' ' + status.versions.root,
      ({ code, stack }) => code ?? stack,
    );
    process.stdout.write(said);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout;
}
