/** What the program may know of the process it runs in; handed in, so that nothing but `cli/` looks. */
export interface Environment {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: Out;
  readonly stderr: Out;
  readonly signal: AbortSignal;
  now(): Date;
}

/** A stream for text. */
export interface Out {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Whether a stream may be coloured: a terminal, and neither `--no-color`, `NO_COLOR` nor a dumb terminal. */
export function mayColor(stream: Out, color: boolean, { env }: Pick<Environment, 'env'>): boolean {
  if (!color || (env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The process this program runs in. The first interrupt ends the work, a second one the process. */
export function processEnvironment(): Environment {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupt.abort(new Error('terminated')));
  // A reader that has seen enough closes the pipe; that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode);
    throw error;
  });
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
    now: () => new Date(),
  };
}
