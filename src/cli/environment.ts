import { JsrVerifyError } from '../model/error.ts';
import type { Workers } from '../source/workers/workers.ts';
import { byError, exit } from './exit.ts';
import { hostPermissions, type Permissions } from './permissions.ts';
import { sayError, voiceOn } from './say.ts';

/** What the program may know of the process it runs in; handed in, so that nothing but `cli/` looks. */
export interface Environment {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: Out;
  readonly stderr: Out;
  readonly signal: AbortSignal;
  /** What the host lets the program do, where it has a say. */
  readonly permissions?: Permissions | undefined;
  /** Where work is done that may take too long; worker threads when missing. */
  readonly workers?: Workers;
  now(): Date;
}

/** A stream for text. */
export interface Out {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How many columns a terminal has; `undefined` where it does not say, or says 0. */
export function widthOf({ columns }: Pick<Out, 'columns'>): number | undefined {
  return columns === undefined || !(columns > 0) ? undefined : columns;
}

/** Whether a stream may be coloured: a terminal, and neither `--no-color`, `NO_COLOR` nor a dumb terminal. */
export function mayColor(stream: Out, color: boolean, { env }: Pick<Environment, 'env'>): boolean {
  if (!color || (env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Milliseconds that the work has to come to its end after an interrupt. */
const graceMs = 2000;

/** The process this program runs in. The first interrupt ends the work; a second one, or two seconds, the process. */
export function processEnvironment(): Environment {
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) return endAtOnce();
    interrupt.abort(new Error('interrupted'));
    setTimeout(endAtOnce, graceMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Ctrl-Break, which only Windows has.
  process.on('SIGBREAK', stop);
  // Whoever is still waiting for input would wait for ever.
  interrupt.signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  process.stdout.on('error', reportLost());
  // Nobody is left to tell.
  process.stderr.on('error', () => undefined);
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
    permissions: hostPermissions(),
    now: () => new Date(),
  };
}

/** Ends the process, whatever is still running. */
function endAtOnce(): void {
  process.stderr.write('error: interrupted; unfinished work was abandoned\n');
  // An orderly end waits for calls to the system that may never return: of the disk, and for addresses of hosts.
  if (process.getActiveResourcesInfo().some((name) => /^(?:FSReq|GetAddrInfo)/.test(name))) {
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  } else {
    process.exit(exit.interrupted);
  }
}

/**
 * What becomes of a report that cannot be written: a wrong request, whatever the verdict, as with a file. A reader
 * that has seen enough and closes the pipe is no such trouble; the run goes on, so that its exit code says what it
 * would have said.
 */
function reportLost(): (error: NodeJS.ErrnoException) => void {
  let told = false;
  return ({ code }) => {
    if (told || code === 'EPIPE') return;
    told = true;
    const lost = new JsrVerifyError(
      'OUTPUT_UNWRITABLE',
      `standard output cannot be written: ${code ?? 'unknown reason'}`,
      { hint: 'check where it goes: the disk may be full' },
    );
    sayError(voiceOn(process.stderr, false), lost);
    process.once('exit', () => {
      process.exitCode = byError[lost.code];
    });
  };
}
