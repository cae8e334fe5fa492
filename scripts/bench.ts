// Measures speed as ratios within one run, because ratios differ less between machines than times. Needs `npm run build` first.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mintWorld } from '../test/support/jsr.ts';
import { denoLock } from '../test/support/lockfiles.ts';
import { serveWorld } from '../test/support/server.ts';

const packages = Number(process.argv[2] ?? 1000);
const latencyMs = 30;
const program = resolve(import.meta.dirname, '../bin/jsr-verify.js');

// Only the process itself knows its largest resident set, at its end.
const probe = join(tmpdir(), `jsr-bench-probe-${process.pid}.cjs`);
writeFileSync(
  probe,
  "process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)));",
);
process.once('exit', () => rmSync(probe, { force: true }));

const bare = await median(5, () => run(['-e', '0']));
const version = await median(5, () => run([program, '--version']));
const wrong = await median(5, () => run([program, 'std/path']));
print('start-up, bare node', seconds(bare));
print('  --version', `${ratio(version, bare)} of bare node`);
print('  a spec that is none', `${ratio(wrong, bare)} of bare node`);

const world = mintWorld();
const publications = Array.from({ length: packages }, (_, index) =>
  world.publish({
    scope: 'bench',
    name: `package-${index}`,
    version: '1.0.0',
    files: { '/mod.ts': `export const index = ${index};\n` },
  }),
);
const server = await serveWorld(world, { latency: latencyMs });
const folder = mkdtempSync(join(tmpdir(), 'jsr-bench-'));
try {
  const lockfile = join(folder, 'deno.lock');
  writeFileSync(lockfile, denoLock(publications));
  const audit = (...flags: string[]) =>
    run([
      program,
      'audit',
      lockfile,
      '--format',
      `json=${join(folder, 'report.json')}`,
      '--no-progress',
      ...server.flags(),
      ...flags,
    ]);

  const single = await run([program, '@bench/package-0', '--no-progress', '--no-cache', ...server.flags()]);
  world.requests.length = 0;
  const cold = await audit();
  const asked = world.requests.length;
  const batches = world.requests.filter(({ role, method }) => role === 'rekor' && method === 'POST').length;
  world.requests.length = 0;
  const warm = await audit();
  const askedAgain = world.requests.length;
  print(
    `audit of ${packages} packages, ${latencyMs} ms latency`,
    `${seconds(cold)}, ${cold.megabytes} MB at most`,
  );
  print(
    '  requests per package',
    `${(asked / packages).toFixed(2)} (${asked} in all, ${batches} batches of log entries)`,
  );
  print('  against one package at a time', `${((single.ms * packages) / cold.ms).toFixed(1)} times as fast`);
  print('  with a warm cache', `${ratio(warm, cold)} of cold, ${askedAgain} requests`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

interface Ran {
  readonly ms: number;
  readonly megabytes: number;
}

function run(args: readonly string[]): Promise<Ran> {
  const started = performance.now();
  return new Promise((done, broken) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: `--require ${probe}` },
    });
    let kilobytes = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      kilobytes += chunk.toString();
    });
    child.on('error', broken);
    child.on('close', () =>
      done({ ms: performance.now() - started, megabytes: Math.round(Number(kilobytes) / 1024) }),
    );
  });
}

async function median(times: number, measure: () => Promise<Ran>): Promise<Ran> {
  const all: Ran[] = [];
  for (let index = 0; index < times; index += 1) all.push(await measure());
  const middle = all.sort((a, b) => a.ms - b.ms)[Math.floor(times / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

function seconds({ ms }: Ran): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function ratio(one: Ran, other: Ran): string {
  return `${(one.ms / other.ms).toFixed(2)}`;
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(46)} ${figure}`);
}
