import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** What came of a process: its exit code, -1 where a signal ended it, and what it wrote. */
export interface Exited {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a process: where, and with what environment; it inherits nothing but the search path, and what Windows needs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, for two minutes at most; a code other than 0 is a result, not an error. */
export function runProcess(
  command: readonly [string, ...string[]],
  { cwd, env = {} }: Surroundings,
): Promise<Exited> {
  const [file, ...args] = command;
  const options = {
    cwd,
    env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'], ...env },
    maxBuffer: 2 ** 26,
    timeout: 120_000,
  };
  return new Promise((done) => {
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** The built program, as a user would start it; throws where it has not been built. */
export function builtProgram(): readonly [string, string] {
  const program = join(root, 'bin/jsr-verify.js');
  if (!existsSync(join(root, 'dist/cli/main.js')))
    throw new Error('there is no dist/: run npm run build first');
  return [process.execPath, program];
}
