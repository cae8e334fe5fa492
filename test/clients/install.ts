import { join } from 'node:path';
import { nodeOf } from '../packaging/nodes.ts';
import { cachedPackage, run } from '../packaging/run.ts';

/** A package manager as npm has it, in one fixed version. */
export interface Client {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** Path of the program in the package; run on Node unless it is a binary. */
  readonly program: string;
  readonly binary?: boolean;
  /** Major version of Node it needs, where the oldest supported one will not do. */
  readonly node?: number;
}

/** The words that start a client, or the reason why it could not be fetched. */
export type Command = { readonly command: readonly [string, ...string[]] } | { readonly missing: string };

/** Installs a client into the cache of this checkout, without running any of its scripts, and sees that it starts. */
export async function commandOf(client: Client): Promise<Command> {
  const { package: name, version, program } = client;
  let folder: string;
  try {
    folder = await cachedPackage(name, version);
  } catch (error) {
    const [why] = String(error).match(/npm error .*/) ?? [String(error)];
    return { missing: `${client.name} ${version} could not be installed from npm: ${why}` };
  }
  const started = await commandFor(client, join(folder, program));
  if ('missing' in started) return started;
  const [command, ...args] = started.command;
  const { code, stdout, stderr } = await run(folder, command, ...args, '--version');
  return code === 0 && stdout.includes(version)
    ? started
    : { missing: `${client.name} ${version} does not run here: ${stderr || stdout}` };
}

async function commandFor({ binary = false, node }: Client, path: string): Promise<Command> {
  if (binary) return { command: [path] };
  if (node === undefined) return { command: [process.execPath, path] };
  const found = await nodeOf(node);
  return 'missing' in found ? found : { command: [found.path, path] };
}
