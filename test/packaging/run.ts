import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** What came of a program: its exit code and what it wrote. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in a folder; a code other than 0 is a result, not an error. */
export function run(folder: string, program: string, ...args: readonly string[]): Promise<Result> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  return new Promise((done) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

/** Runs npm in a folder, without the settings that an outer `npm test` leaves in the environment. */
export async function npm(folder: string, ...args: readonly string[]): Promise<Result> {
  const result = await run(folder, 'npm', ...args, '--no-audit', '--no-fund', '--no-update-notifier');
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${result.stderr}`);
  return result;
}

/** Runs a tool of this checkout on Node. */
export function tool(folder: string, script: string, ...args: readonly string[]): Promise<Result> {
  return run(folder, process.execPath, join(root, 'node_modules', script), ...args);
}
