import { join } from 'node:path';
import { cachedPackage, run } from './run.ts';

/** What starts a program on a host, or the reason why the host could not be fetched. */
export type HostCommand = { readonly command: readonly [string, ...string[]] } | { readonly missing: string };

/** A host beside Node that the packed program runs on. */
interface Host {
  readonly package: string;
  readonly program: string;
  readonly version: string;
  /** Words between the host and the program. */
  readonly words: readonly string[];
}

const hosts = {
  Deno: {
    package: '@deno/linux-x64-glibc',
    program: 'deno',
    version: '2.9',
    words: ['run', '--no-prompt', '--allow-all'],
  },
  bun: { package: '@oven/bun-linux-x64', program: 'bin/bun', version: '1.4', words: [] },
} satisfies Readonly<Record<string, Host>>;

/** The names of the hosts beside Node. */
export const hostNames = Object.keys(hosts) as readonly (keyof typeof hosts)[];

/** The version of a host that is promised. */
export const versionOf = (name: keyof typeof hosts): string => hosts[name].version;

/** The host of the promised version, as npm has it. */
export async function hostOf(name: keyof typeof hosts): Promise<HostCommand> {
  const { package: npmName, program, version, words } = hosts[name];
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: `no ${name} for ${process.platform} ${process.arch} is at hand` };
  }
  try {
    const folder = await cachedPackage(npmName, version);
    const path = join(folder, program);
    const { stdout } = await run(folder, path, '--version');
    const found = stdout.match(/\d+\.\d+/)?.[0];
    return found === version ? { command: [path, ...words] } : { missing: `${path} does not run here` };
  } catch (error) {
    return { missing: `${name} ${version} could not be downloaded: ${String(error)}` };
  }
}
