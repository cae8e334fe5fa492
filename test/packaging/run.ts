import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** What came of a program: its exit code and what it wrote. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in a folder; a code other than 0 is a result, not an error. */
export function run(folder: string, ...[program, ...args]: readonly [string, ...string[]]): Promise<Result> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  return new Promise((done) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

// Windows starts no `npm.cmd` without a shell, so the npm that runs this is asked, which is a file for Node.
function npmProgram(): readonly [string, ...string[]] {
  const own = process.env['npm_execpath'];
  return own?.endsWith('npm-cli.js') === true ? [process.execPath, own] : ['npm'];
}

/** Runs npm in a folder, without the settings that an outer `npm test` leaves in the environment. */
export async function npm(folder: string, ...args: readonly string[]): Promise<Result> {
  const result = await run(
    folder,
    ...npmProgram(),
    ...args,
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
  );
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${result.stderr}`);
  return result;
}

/**
 * Folder of a package from npm, installed into the cache of this checkout without running any of its scripts. It is
 * moved there when it is whole, so that neither a cut nor another test at the same time leaves half of one.
 */
export async function cachedPackage(name: string, version: string): Promise<string> {
  const cache = join(root, 'node_modules/.cache/jsr-verify', `${name.replaceAll('/', '-')}-${version}`);
  const folder = join(cache, 'node_modules', name);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(cache), { recursive: true });
  const making = await mkdtemp(`${cache}.`);
  const options = [
    '--ignore-scripts',
    '--no-save',
    '--no-package-lock',
    '--prefer-offline',
    '--fetch-retries=1',
  ];
  try {
    await npm(making, 'install', '--prefix', making, ...options, `${name}@${version}`);
    await rename(making, cache).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

/** Runs a tool of this checkout on Node. */
export function tool(folder: string, script: string, ...args: readonly string[]): Promise<Result> {
  return run(folder, process.execPath, join(root, 'node_modules', script), ...args);
}
