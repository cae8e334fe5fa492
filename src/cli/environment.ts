import { JsrVerifyError } from '../model/error.ts';
import type { Workers } from '../source/workers/workers.ts';
import { byError, exit } from './exit.ts';
import { hostPermissions, type Permissions } from './permissions.ts';
import { sayError, voiceOn } from './say.ts';

/** Everything the program uses of its process. Passed in, so that only `cli/` accesses the process. */
export interface Environment {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: Out;
  readonly stderr: Out;
  readonly signal: AbortSignal;
  /** Permissions of the host, if it restricts the program. */
  readonly permissions?: Permissions | undefined;
  /** Where work runs that may take too long; default: worker threads. */
  readonly workers?: Workers;
  now(): Date;
}

/** A stream for text. */
export interface Out {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The number of columns of a terminal; `undefined` if it is unknown or 0. */
export function widthOf({ columns }: Pick<Out, 'columns'>): number | undefined {
  return columns === undefined || !(columns > 0) ? undefined : columns;
}

/** Whether a stream may use colour: a terminal, without `--no-color`, `NO_COLOR` or `TERM=dumb`. */
export function mayColor(stream: Out, color: boolean, { env }: Pick<Environment, 'env'>): boolean {
  if (!color || (env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Milliseconds for the work to finish after an interrupt. */
const graceMs = 2000;

/**
 * The environment of this process. The first interrupt stops the work; a second one, or two seconds, ends the
 * process.
 */
export function processEnvironment(): Environment {
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) return endAtOnce();
    interrupt.abort(new Error('interrupted'));
    setTimeout(endAtOnce, graceMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Ctrl-Break, on Windows only.
  process.on('SIGBREAK', stop);
  // A pending read of standard input would never end.
  interrupt.signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  process.stdout.on('error', reportLost());
  // If standard error is closed, there is no place for a message.
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

/** Ends the process immediately. */
function endAtOnce(): void {
  process.stderr.write('error: interrupted; unfinished work was abandoned\n');
  // `process.exit` waits for file system calls and address lookups, which may never return.
  if (process.getActiveResourcesInfo().some((name) => /^(?:FSReq|GetAddrInfo)/.test(name))) {
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  } else {
    process.exit(exit.interrupted);
  }
}

/**
 * Handles a report that cannot be written: an invalid request, whatever the verdict, as for a file. A reader that
 * closes the pipe is not an error; the run continues, so that its exit code stays the same.
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
