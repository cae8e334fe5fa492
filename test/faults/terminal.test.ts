import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files } from '../cli/program.ts';
import { mintWorld } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import { launch, type Run } from './process.ts';
import { openWay, type Way } from './stormy.ts';

// Terminals that have no width, or lose it.

const world = mintWorld();
const packages = ['widget', 'gadget'].map((name) =>
  world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}\n`) }),
);
let way: Way;
let folders = 0;

beforeAll(async () => {
  way = await openWay(world, ({ path }) => path.includes('_meta.json'));
});
afterAll(() => way.close());

/** Why there is no terminal to be had here. */
const missing = (() => {
  try {
    execFileSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'the program `script` is not there, or cannot open a terminal';
  }
})();

/** Runs the program in a terminal, after `before`; every answer about a manifest takes two seconds. */
async function inTerminal(before: string): Promise<Run> {
  const cwd = join(way.folder, `project-${++folders}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'deno.lock'), denoLock(packages));
  way.set(({ response, honest }) => {
    setTimeout(() => response.writeHead(honest.status, honest.headers).end(honest.body), 2000);
    return true;
  });
  // What floods is cut off, so that the machine of the test survives it.
  const shell = `for word in "$@"; do printf "'%s' " "$word"; done > command; script -qec '${before}; eval "exec $(cat command)"' /dev/null < /dev/null | head -c 1000000`;
  const env = { ...way.env(), TERM: 'xterm' };
  return launch(['audit', '--no-cache'], { cwd, env, shell });
}

describe.skipIf(missing !== undefined)('a terminal', () => {
  it('has a live line', async () => {
    const { stdout } = await inTerminal('stty cols 80');
    expect(stdout).toContain('0/2 packages');
    expect(stdout).toContain('\u001B[?25l');
    expect(stdout.length).toBeLessThan(100_000);
  }, 90_000);

  it('without a width has no live line, and does not flood', async () => {
    const { stdout, seconds } = await inTerminal('stty cols 0');
    expect(stdout).toMatch(/2 verified/);
    expect(stdout).not.toContain('\u001B[?25l');
    expect([stdout.length < 20_000, seconds < 45]).toEqual([true, true]);
  }, 90_000);

  it('that loses its width is not flooded', async () => {
    const { stdout, seconds } = await inTerminal('stty cols 80; (sleep 1.5; stty cols 0 < /dev/tty) & true');
    expect(stdout).toMatch(/2 verified/);
    expect([stdout.length < 100_000, seconds < 45]).toEqual([true, true]);
  }, 90_000);
});
