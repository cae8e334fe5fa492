import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { files } from '../cli/program.ts';
import { mintWorld } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import { launch } from './process.ts';
import { openWay } from './stormy.ts';
import { expectCalm, fateOf, toldBy } from './told.ts';

// Services that take every request and never answer.

vi.setConfig({ testTimeout: 90_000 });

const world = mintWorld();
const packages = Array.from({ length: 24 }, (_, index) =>
  world.publish({ scope: 'acme', name: `part-${index}`, version: '1.0.0', files: files(`// ${index}\n`) }),
);

/** An audit at depth `files` in which one service is silent, and an exchange may take three seconds. */
async function auditWithout(role: string) {
  const way = await openWay(world, (request) => request.role === role);
  way.set(() => true);
  const cwd = join(way.folder, 'project');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
  const argv = ['audit', '--depth', 'files', '--timeout', '3', '--concurrency', '4'];
  const ended = await launch([...argv, '--format', 'json', '--no-progress', '--no-cache'], {
    cwd,
    env: way.env(),
  });
  await way.close();
  return toldBy(ended);
}

it.each(['api', 'registry', 'rekor'])(
  'a silent %s costs the run three seconds in all, and what it did not say is named',
  async (role) => {
    const started = performance.now();
    const told = await auditWithout(role);
    const seconds = (performance.now() - started) / 1000;
    expectCalm(told);
    expect(told.report?.packages).toHaveLength(packages.length);
    const fates = new Set(packages.map(({ spec }) => fateOf(told, spec)));
    if (role !== 'api') expect([told.code, ...fates]).toEqual([3, 'inconclusive']);
    if (role === 'rekor') expect(told.stdout).toContain('skipped: this host did not answer for 3 s');
    // Alone, it takes some four seconds; six rounds of questions would take eighteen.
    expect(seconds).toBeLessThan(12);
  },
);
