import { main } from '../../src/cli/main.ts';

/** What a run of the program left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the program. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly now?: Date;
  readonly signal?: AbortSignal;
}

/** Runs the program in this process, on pipes, with an environment of its own. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const {
    cwd = import.meta.dirname,
    env = {},
    stdin = '',
    now,
    signal = new AbortController().signal,
  } = options;
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const code = await main({
    argv,
    env,
    cwd,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    signal,
    now: () => now ?? new Date(),
  });
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}
