import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../src/cli/environment.ts';
import { main } from '../../src/cli/main.ts';
import { inProcess } from '../support/in-process.ts';
import { mintWorld, type World, type WorldOptions } from '../support/jsr.ts';
import { type ServerOptions, serveWorld, type WorldServer } from '../support/server.ts';

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
  /** Last word on the process the program believes to be in. */
  readonly environment?: Partial<Environment>;
}

/** Runs the program in this process, on pipes, with an environment of its own. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const {
    cwd = import.meta.dirname,
    env = {},
    stdin = '',
    now,
    signal = new AbortController().signal,
    environment,
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
    workers: inProcess,
    now: () => now ?? new Date(),
    ...environment,
  });
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** A world on loopback, and the program let loose on it. */
export interface Stage {
  readonly world: World;
  readonly server: WorldServer;
  /** A new, empty folder that goes when the stage does. */
  folder(): string;
  /** What makes the program live in this world, with a cache that no other run has seen. */
  env(): Readonly<Record<string, string>>;
  /** Runs the program in this world, in an empty folder and with an empty cache unless told otherwise. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  close(): Promise<void>;
}

/** Mints a world, has it filled, and serves it. */
export async function openStage(
  fill: (world: World) => void,
  options: WorldOptions & ServerOptions = {},
): Promise<Stage> {
  const world = mintWorld(options);
  fill(world);
  const server = await serveWorld(world, options);
  const folder = (): string => mkdtempSync(join(server.folder, 'run-'));
  const env = () => ({ ...server.env({ cache: false }), JSR_VERIFY_CACHE: join(folder(), 'cache') });
  return {
    world,
    server,
    folder,
    env,
    run: (argv, wanted = {}) => run(argv, { cwd: folder(), ...wanted, env: { ...env(), ...wanted.env } }),
    close: () => server.close(),
  };
}

/** Three small files, one of them a module. */
export const files = (text = 'export const answer = 42;\n'): Readonly<Record<string, string>> => ({
  '/mod.ts': text,
  '/deno.json': '{"exports":"./mod.ts"}\n',
  '/README.md': '# A package\n',
});
