import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended } from '../cli/program.ts';
import { builtProgram } from '../support/process.ts';

/** What came of a process of the built program. */
export interface Run extends Ended {
  /** Exit code; -1 where a signal ended it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  readonly seconds: number;
  /** The most memory it ever had, in MB; 0 where it was killed before it could say. */
  readonly peak: number;
}

/** How to start it. */
export interface Launch {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds that its clock is ahead, or behind where negative. */
  readonly clock?: number;
  /** A shell script in which `"$@"` is the program; for limits, mounts and pipes. */
  readonly shell?: string;
  /** The signal it gets, and after how many milliseconds. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly after: number };
}

/** Starts the built program as a user would and waits for its end, for a minute at most. */
export function launch(argv: readonly string[], { cwd, env, clock, shell, kill }: Launch): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'jsr-run-'));
  const peakFile = join(folder, 'peak');
  const preload = join(folder, 'preload.mjs');
  writeFileSync(preload, preloaded(peakFile, clock));
  const [node, program] = builtProgram();
  const command = [node, '--import', preload, program, ...argv];
  const [file = '', ...args] = shell === undefined ? command : ['sh', '-c', shell, 'sh', ...command];
  const started = performance.now();
  return new Promise((done, broken) => {
    const child = spawn(file, args, {
      cwd,
      env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'], ...env },
      timeout: 60_000,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const timer = kill && setTimeout(() => child.kill(kill.signal), kill.after);
    child.on('error', broken);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({
        code: code ?? -1,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        seconds: (performance.now() - started) / 1000,
        peak: existsSync(peakFile) ? Math.round(Number(readFileSync(peakFile, 'utf8')) / 1024) : 0,
      });
    });
  });
}

/** Writes down the peak of its memory at the end, and sets its clock wrong. */
const preloaded = (peakFile: string, clock = 0): string => `
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  try { writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)); } catch {}
});
const shift = ${clock};
const True = Date;
if (shift !== 0) globalThis.Date = class extends True {
  constructor(...parts) { if (parts.length === 0) super(True.now() + shift); else super(...parts); }
  static now() { return True.now() + shift; }
};
`;
