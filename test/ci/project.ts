import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintWorld, type World } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication } from '../support/publication.ts';
import { serveWorld, type WorldServer } from '../support/server.ts';

/** A JSR with something to verify and something to reject. */
export interface Scene {
  readonly world: World;
  readonly server: WorldServer;
  readonly verified: Publication;
  readonly unattested: Publication;
}

/** Opens one; whoever does closes its server. */
export async function openScene(): Promise<Scene> {
  const world = mintWorld();
  const publish = (name: string, provenance: 'deno' | 'none') =>
    world.publish({
      scope: 'acme',
      name,
      version: '1.0.0',
      files: { '/mod.ts': 'export const one = 1;\n', '/deno.json': '{"exports":"./mod.ts"}\n' },
      provenance,
    });
  const [verified, unattested] = [publish('widget', 'deno'), publish('handmade', 'none')];
  return { world, server: await serveWorld(world), verified, unattested };
}

/** A checkout whose lockfile, in the folder `app`, holds these packages. */
export async function checkout({ server }: Scene, packages: readonly Publication[]): Promise<string> {
  const folder = await mkdtemp(join(server.folder, 'checkout-'));
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app/deno.lock'), denoLock(packages));
  return folder;
}
